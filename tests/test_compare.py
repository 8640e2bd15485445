"""Paired comparisons: numbers worked by hand, common random numbers, what is refused, folders and
figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.engine.run import run
from sim.errors import InputError
from sim.experiments.compare import compare
from sim.experiments.comparison import Comparison
from sim.experiments.differences import ALL, paired, together
from sim.metrics.table import SUMMARY
from sim.scenario.loading.dump import dump
from sim.scenario.schema import Scenario
from tests.charted import drawn
from tests.worlds import propulsion_world, world

NAN, INF = np.nan, np.inf


def eased(**changes: Any) -> Scenario:
    """Make the propulsion world in which less leaks, under another name."""
    data = propulsion_world(name="eased", **changes).model_dump(by_alias=True, exclude_unset=True)
    data["events"]["ban"]["share"] = 0.5
    return Scenario.model_validate(data)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(propulsion_world(members=6), eased(members=6))


def row(comparison: Comparison, state: str, product: str, metric: str) -> Any:
    table = comparison.table
    (found,) = table[
        (table.state == state) & (table["product"] == product) & (table.metric == metric)
    ].itertuples()
    return found


def test_differences_by_hand() -> None:
    """Four members: better by 2, worse by 1, a tie, and one to whom the metric does not apply."""
    one, other = np.array([[5.0, 3.0, 4.0, NAN]]), np.array([[3.0, 4.0, 4.0, 1.0]])
    found = paired(one, other, np.array([[True]]), range(4))
    assert found["mean"][0] == pytest.approx(1 / 3)
    assert (found["p50"][0], found["central"][0], found["n"][0]) == (0, 2, 3)
    assert found["p_better"][0] == pytest.approx((1 + 0 + 0.5) / 3)
    assert paired(one, other, np.array([[False]]), range(4))["p_better"][0] == pytest.approx(
        (0 + 1 + 0.5) / 3
    )


def test_two_infinite_times_are_a_tie() -> None:
    """Never against never is a tie, never against five months is worse; the mean of opposite
    infinities is none."""
    one, other = np.array([[INF, INF, 5.0]]), np.array([[INF, 5.0, INF]])
    found = paired(one, other, np.array([[False]]), range(3))
    assert found["p_better"][0] == 0.5
    assert np.isnan(found["mean"][0])
    assert found["n"][0] == 3
    assert paired(one[:, :2], other[:, :2], np.array([[False]]), range(2))["p_better"][0] == 0.25


def test_a_difference_in_the_fifth_digit_is_a_tie() -> None:
    one, other = np.array([[1.00009, 1.0002]]), np.ones((1, 2))
    assert paired(one, other, np.array([[True]]), range(2))["p_better"][0] == 0.75


def test_a_row_without_members_is_empty() -> None:
    found = paired(np.full((1, 2), NAN), np.ones((1, 2)), np.array([[True]]), range(2))
    assert np.isnan([found["mean"][0], found["p50"][0], found["p_better"][0]]).all()
    assert found["n"][0] == 0


def test_a_states_products_together() -> None:
    """Means of shares and sums of money, over the needs to which the metric applies on both
    sides.
    """
    one = np.array([[[0.2], [10.0]], [[0.6], [20.0]], [[NAN], [NAN]]])
    other = np.array([[[0.4], [1.0]], [[NAN], [2.0]], [[0.9], [3.0]]])
    mean = np.array([[True], [False]])
    first, second = together(one, other, mean)
    assert (first.ravel().tolist(), second.ravel().tolist()) == ([0.2, 30.0], [0.4, 3.0])
    assert np.isnan(together(one[2:], other[2:], mean)[0]).all()


def test_differences_are_paired_member_by_member(comparison: Comparison) -> None:
    """Each row equals the difference of two runs made apart: the same draws but for what was
    changed."""
    one, other = (run(each(members=6)).records for each in (propulsion_world, eased))
    need = one.needs.index(("AAA", "propulsion_units"))
    difference = one.summary["fill_rate_after"][need] - other.summary["fill_rate_after"][need]
    found = row(comparison, "AAA", "propulsion_units", "fill_rate_after")
    assert found.mean == pytest.approx(difference.mean())
    assert found.central == difference[0]
    assert (difference <= 0).all()
    assert (difference < 0).sum() >= 3
    assert found.p_better == (difference == 0).mean() / 2


def test_every_row_is_there_once(comparison: Comparison) -> None:
    """Three needs by all metrics, and two states' totals of the metrics that can be added; columns
    in their order."""
    table = comparison.table
    metrics = len(comparison.results[0].records.summary)
    totals = sum(bool(metric.together) for metric in SUMMARY.values())
    assert len(table) == 3 * metrics + 2 * totals
    assert not table.duplicated(["base", "other", "state", "product", "metric"]).any()
    assert list(table.columns) == [
        *(
            "base",
            "other",
            "state",
            "product",
            "metric",
            "mean",
            "p05",
            "p50",
            "p95",
            "central",
            "p_better",
            "n",
        )
    ]


def test_a_state_is_the_mean_of_its_needs(comparison: Comparison) -> None:
    parts = [
        row(comparison, "AAA", product, "fill_rate").mean
        for product in ("propulsion_units", "optics")
    ]
    assert row(comparison, "AAA", ALL, "fill_rate").mean == pytest.approx(np.mean(parts))
    spending = [
        row(comparison, "AAA", product, "spending").mean
        for product in ("propulsion_units", "optics")
    ]
    assert row(comparison, "AAA", ALL, "spending").mean == pytest.approx(sum(spending))


def test_turned_round_the_other_is_better(comparison: Comparison) -> None:
    """B against A has the opposite differences, and is better where A is not."""
    turned = Comparison(comparison.labels[::-1], comparison.results[::-1]).table
    for column in ("mean", "central"):
        np.testing.assert_allclose(turned[column], -comparison.table[column], atol=1e-12)
    np.testing.assert_allclose(turned.p_better, 1 - comparison.table.p_better)


def test_against_itself_all_is_a_tie() -> None:
    table = compare(
        propulsion_world(members=3, months=40), propulsion_world(members=3, months=40)
    ).table
    assert table.other.unique().tolist() == ["propulsion_2"]
    assert (table.p_better.dropna() == 0.5).all()
    assert (table["mean"].dropna() == 0).all()


def test_three_sides_are_compared_with_the_first() -> None:
    sides = [
        propulsion_world(members=2, months=30),
        eased(members=2, months=30),
        propulsion_world(name="third", members=2, months=30),
    ]
    table = compare(*sides).table
    assert table[["base", "other"]].drop_duplicates().to_numpy().tolist() == [
        ["propulsion", "eased"],
        ["propulsion", "third"],
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"seed": 4},
            (
                "seed: propulsion has 3, eased has 4; members are compared one by one, so give one"
                " for all, as in seed=3"
            ),
        ),
        ({"members": 2}, "members: propulsion has 4, eased has 2"),
        ({"months": 60}, "months: propulsion has 72, eased has 60"),
        (
            {"start": "2013-01"},
            "start: propulsion has 2012-01, eased has 2013-01; .* give one in the files",
        ),
    ],
)
def test_what_cannot_be_paired_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        compare(propulsion_world(), eased(**changes))


def test_all_that_cannot_be_paired_is_said_at_once() -> None:
    with pytest.raises(InputError, match=r"(?s)members: .*seed: "):
        compare(propulsion_world(), eased(members=2, seed=4))


def test_what_is_given_for_all_brings_sides_together() -> None:
    """A result of another size is run again with what is given; one that fits is taken as it is."""
    fits = run(propulsion_world(members=3, seed=9, months=30))
    found = compare(fits, run(eased(members=2, months=30)), members=3, seed=9, months=30)
    assert found.results[0] is fits
    assert found.results[1].records.members == (0, 1, 2)
    assert found.results[1].scenario.seed == 9


def test_one_side_is_no_comparison() -> None:
    with pytest.raises(InputError, match="two sides or more"):
        compare(propulsion_world())


def test_sides_without_a_common_need_are_refused() -> None:
    data = propulsion_world(name="other", months=12, members=1).model_dump(
        by_alias=True, exclude_unset=True
    )
    data["needs"] = {"BBB": {"optics": 1}}
    with pytest.raises(InputError, match=r"no need .* in common"):
        compare(propulsion_world(months=12, members=1), Scenario.model_validate(data))


def test_needs_of_one_side_alone_are_left_out() -> None:
    data = propulsion_world(name="fewer", months=12, members=1).model_dump(
        by_alias=True, exclude_unset=True
    )
    del data["needs"]["CCC"]
    assert compare(
        propulsion_world(months=12, members=1), Scenario.model_validate(data)
    ).common == [
        ("AAA", "propulsion_units"),
        ("AAA", "optics"),
    ]


def test_files_and_folders_stand_for_their_scenarios(tmp_path: Path) -> None:
    """A result folder is run again; labels are the names of files and folders."""
    small = {"members": 2, "months": 30}
    path = tmp_path / "mine.yaml"
    path.write_text(dump(eased(**small)), encoding="utf-8")
    folder = run(propulsion_world(**small)).save(tmp_path / "before", figures=False)
    from_disk, from_python = (
        compare(folder, str(path)),
        compare(propulsion_world(**small), eased(**small)),
    )
    assert from_disk.labels == ("before", "mine")
    assert from_disk.table.drop(columns=["base", "other"]).equals(
        from_python.table.drop(columns=["base", "other"])
    )


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match="is a folder of something else, not the folder of a result"
    ):
        compare(tmp_path, propulsion_world())


def test_progress_runs_through_all_sides() -> None:
    told: list[tuple[int, int]] = []
    compare(
        propulsion_world(members=2, months=6),
        eased(members=2, months=6),
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[-1] == (24, 24)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_the_overview_names_who_gains_and_who_loses(comparison: Comparison) -> None:
    """The buyer loses by the harder ban; the ally's optics do not differ and have no line."""
    lines = comparison.overview().splitlines()
    assert lines[0] == "fill_rate_after: fill rate since the hit (share; more is better)"
    assert lines[1].startswith("propulsion itself, propulsion less each other: ")
    assert "against eased: 2 of the 2 that differ" in lines
    shown = [line.split()[:2] for line in lines[5:]]
    assert sorted(shown) == [["AAA", "*"], ["AAA", "propulsion_units"]]
    assert all(float(line.split()[3]) < 0 for line in lines[5:])
    met = comparison.results[0].summary.query("metric == 'fill_rate_after' and use == 'final'")
    itself = met.set_index(["state", "product"])["mean"]["AAA", "propulsion_units"]
    row = next(line.split() for line in lines[5:] if "propulsion_units" in line)
    assert float(row[2]) == pytest.approx(itself, rel=1e-3)
    same = Comparison(("one", "other"), (comparison.results[0],) * 2)
    assert same.overview().endswith("against other: no difference")


@pytest.mark.parametrize(("metric", "rows"), [("fill_rate_after", 0), ("unmet", 1)])
def test_what_counts_as_a_difference_goes_by_the_unit(
    comparison: Comparison, metric: str, rows: int
) -> None:
    """Half a thousandth of a share is none; of units, here thousands of them, it is one."""
    small = Comparison(comparison.labels, comparison.results)
    table = comparison.table
    own = (table["metric"] == metric) & (table["product"] == "propulsion_units")
    table = table.assign(**{key: 0.0 for key in ("mean", "p05", "p95")})
    table.loc[own, "mean"] = 0.0005
    small.__dict__["table"] = table
    assert (f": {rows} of the {rows} that differ" in small.overview(metric)) == bool(rows)


def test_the_overview_of_another_metric(comparison: Comparison) -> None:
    """Its own title and numbers; what is no metric is told with those that are."""
    lines = comparison.overview("resilience_loss").splitlines()
    assert lines[0].startswith("resilience_loss: resilience loss (months of need; less is better)")
    assert all(float(line.split()[3]) > 0 for line in lines[5:])
    with pytest.raises(InputError, match="metric 'fil_rate'; did you mean 'fill_rate'"):
        comparison.overview("fil_rate")


def test_a_state_with_one_need_has_one_row() -> None:
    ban = {"kind": "cut_off", "date": "2015-01", "exporter": "BBB", "importer": "AAA"}
    sides = [run(world(events=events)) for events in ({"ban": ban}, {})]
    rows = Comparison(("ban", "none"), (sides[0], sides[1])).overview().splitlines()[5:]
    assert [row.split()[:2] for row in rows] == [["AAA", "engines"]]


def test_a_comparison_folder(comparison: Comparison, tmp_path: Path) -> None:
    """Table, scenarios, figure and manifest; saved again the same bytes but for the manifest's
    date."""
    one, two = (
        comparison.save(tmp_path / name, command="sim compare a b") for name in ("one", "two")
    )
    names = sorted(path.relative_to(one).as_posix() for path in one.rglob("*") if path.is_file())
    assert names == [
        "comparison.csv",
        "manifest.json",
        "report.html",
        "scenarios/eased.yaml",
        "scenarios/propulsion.yaml",
    ]
    assert all(
        (one / name).read_bytes() == (two / name).read_bytes()
        for name in names
        if name != "manifest.json"
    )
    manifest = json.loads((one / "manifest.json").read_text(encoding="utf-8"))
    assert sorted(manifest["files"]) == [name for name in names if name != "manifest.json"]
    assert {label: each["name"] for label, each in manifest["scenario"].items()} == {
        "propulsion": "propulsion",
        "eased": "eased",
    }
    header = (one / "comparison.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert header == "base,other,state,product,metric,mean,p05,p50,p95,central,p_better,n"


def test_an_older_comparison_is_replaced_and_a_foreign_folder_left_alone(
    comparison: Comparison, tmp_path: Path
) -> None:
    folder = comparison.save(tmp_path / "out")
    comparison.save(folder, figures=False)
    assert not (folder / "report.html").exists()
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"holds mine\.txt"):
        comparison.save(folder)


def test_the_chart_of_a_comparison(comparison: Comparison) -> None:
    """A row a need that differs, the greatest gain first; another metric can be asked for."""
    rows = drawn(comparison.chart())
    assert rows["middle"].is_monotonic_decreasing
    headline = comparison.table.query("metric == 'fill_rate_after' and product != '*'")
    size = headline[["mean", "p05", "p95"]].abs().max(axis=1)
    assert len(rows) == (size >= 0.001).sum() > 0
    other = comparison.chart("resilience_loss")
    assert other is not None
    assert other.panels[0].axis == "months of need lost"


def test_without_a_difference_there_is_no_chart() -> None:
    alike = compare(propulsion_world(members=1, months=12), propulsion_world(members=1, months=12))
    assert alike.chart() is None
