"""Test the shipped precedents: each row's checks stand by what they say, and two readings agree."""

from __future__ import annotations

import pytest
from sklearn.metrics import cohen_kappa_score

from sim.precedents import cases, milestones, ramps
from sim.precedents.checks import address_of, cohens_kappa, flags_of
from sim.precedents.collection import HERE
from sim.precedents.ramping import curves, fit_ramps, misfit, months_to, ramp_table, shape_table

SHORT = "https://example.org/page ; a newspaper of 2015"


def test_the_collection_is_whole() -> None:
    assert len(cases()) == 91
    assert cases()["cluster"].nunique() == 38
    assert len(milestones()) == 174
    assert len(ramps()) == 175
    assert set(milestones()["case"]) == set(cases()["case"])


def test_milestones_repeat_their_case() -> None:
    by_case = cases().set_index("case")
    for column in ("category", "sector", "cut_off", "start"):
        expected = milestones()["case"].map(by_case[column])
        assert list(milestones()[column]) == list(expected)


def test_recorded_checks_are_those_that_the_code_finds() -> None:
    for row in milestones().to_dict("records"):
        assert row["address"] == address_of(row["source"])
        recorded = [word for word in row["flags"].split() if word != "precision_assumed"]
        assert recorded == flags_of(row)
        assert row["check"].startswith("mechanical 2026-11")


def test_the_page_counts_the_checks_as_the_rows_record_them() -> None:
    """How many rows a page was looked up for, and of those that were wrong what stood there."""
    said = " ".join((HERE / "README.md").read_text(encoding="utf-8").split())
    rows = milestones()
    page, other = (rows["check"].str.contains(each) for each in ("page 2026", "second list"))
    assert f"{page.sum()} rows of {rows[page]['case'].nunique()} cases" in said
    assert f"no page was read. {other.sum()} rows" in said
    assert f"The other {(~page & ~other).sum()} rows" in said
    wrong = rows[rows["check"].str.contains("corrected")]
    assert f"{len(wrong)} (of {wrong['case'].nunique()} events) were wrong" in said.replace(
        "five", "5"
    )
    assert (wrong["note"].str.contains("was ") | wrong["note"].str.contains("given before")).all()


def test_dates_have_a_precision_where_there_is_a_date() -> None:
    for row in milestones().to_dict("records"):
        assert bool(row["announced_precision"]) == bool(row["announced"])
        assert bool(row["actual_precision"]) == bool(row["actual"])
        if "precision_assumed" in row["flags"].split():
            assert row["announced_precision"] == "year"
            assert row["announced"][5:] in {"06", "12"}


def test_addresses() -> None:
    assert address_of("https://example.org/page") == "full"
    assert address_of(SHORT) == "part"
    assert address_of("https://example.org (2015)") == "none"


def test_flags() -> None:
    row = {
        "source": SHORT,
        "kind": "claim",
        "actual": "",
        "announced": "2020-06",
        "stated_on": "2020-05",
        "censored_at": "2020-06",
    }
    assert flags_of(row) == ["short_source", "open_before_due", "near"]
    assert flags_of(row | {"actual": "2021-01", "censored_at": "", "announced": ""}) == [
        "short_source",
        "claim",
    ]


def test_kappa_on_paper() -> None:
    """Agreed 3 of 4; by chance (2 * 3 + 2 * 1) / 16: (0.75 - 0.5) / 0.5."""
    assert cohens_kappa(["a", "a", "b", "b"], ["a", "a", "a", "b"]) == pytest.approx(0.5)
    assert cohens_kappa(["a"], ["a"]) == 1
    with pytest.raises(ValueError, match="nothing"):
        cohens_kappa([], [])


@pytest.mark.parametrize(
    ("first", "second", "least"),
    [("complexity", "class_second", 0.85), ("head_start", "head_start_second", 0.65)],
)
def test_the_second_reading_agrees(first: str, second: str, least: float) -> None:
    one, other = list(cases()[first]), list(cases()[second])
    kappa = cohens_kappa(one, other)
    assert kappa == pytest.approx(cohen_kappa_score(one, other))
    assert kappa > least


def test_ramps_reach_shares_in_a_straight_line_between_points() -> None:
    import numpy as np

    months, shares = np.array([0.0, 10.0, 20.0]), np.array([0.0, 0.4, 1.0])
    assert months_to(0.5, months, shares) == pytest.approx(10 + 10 / 6)
    assert months_to(0.0, months, shares) == 0


def test_a_shape_fits_itself() -> None:
    import numpy as np

    months = np.array([0.0, 5.0, 10.0, 15.0, 20.0])
    assert misfit("linear", months, months / 20) < 0.01
    assert misfit("exponential", months, months / 20) > 0.05


def test_an_exponential_approach_fits_history_worst() -> None:
    from sim.precedents import load

    table = shape_table(load())
    assert len(table) == 10
    assert (table["worst"] == "exponential").sum() == 9
    assert not (table["best"] == "exponential").any()


def test_ramps_are_fitted_by_class() -> None:
    from sim.precedents import load

    table = ramp_table(load())
    assert len(curves(load())) == len(table) / 2
    fitted = fit_ramps(load())
    half = fitted.months("deep").quantiles(50)[0]
    assert fitted.months("simple").quantiles(50)[0] < half
    assert fitted.months("deep", 0.9).quantiles(50)[0] / half == pytest.approx(1.6, abs=0.2)
    with pytest.raises(ValueError, match="share"):
        fitted.months("deep", 0.7)
