"""A result is the same from memory and from its folder, shows itself in ten lines, and gives its
members."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.experiments.backtest_all import backtest_all
from sim.report.card import Card, Shown, as_html, as_text
from tests.worlds import propulsion_world

TABLES = ("series", "summary", "flows", "capacity", "money", "events", "fates", "sources")


@pytest.fixture(scope="module")
def result() -> sim.Result:
    return sim.run(sim.load("examples/first", members=5, months=30))


@pytest.fixture(scope="module")
def opened(result: sim.Result, tmp_path_factory: pytest.TempPathFactory) -> sim.SavedResult:
    folder = tmp_path_factory.mktemp("saved") / "first"
    result.save(folder, figures=False)
    return sim.open(folder)


@pytest.mark.parametrize("name", TABLES)
def test_a_folder_gives_the_frames_of_the_run(
    name: str, result: sim.Result, opened: sim.SavedResult
) -> None:
    """Columns, types and order alike; numbers to the ten digits that are written."""
    own, read = getattr(result, name), getattr(opened, name)
    pd.testing.assert_frame_equal(own, read, rtol=1e-9)
    assert name in opened.names


def test_a_folder_gives_scenario_charts_and_origin(
    result: sim.Result, opened: sim.SavedResult
) -> None:
    assert opened.scenario == result.scenario
    assert sim.run(opened.scenario).summary.equals(result.summary)
    assert opened.manifest["members"] == 5
    drawn, read = result.plot.fill_rate(states=["AAA"]), opened.plot.fill_rate(states=["AAA"])
    assert drawn is not None
    assert read is not None
    assert (drawn.title, drawn.subtitle) == (read.title, read.subtitle)


def test_what_a_folder_does_not_hold_is_told(
    opened: sim.SavedResult, result: sim.Result, tmp_path: Path
) -> None:
    for ask in (opened.members, opened.to_xarray, lambda: opened.to_netcdf(tmp_path / "x.nc")):
        with pytest.raises(sim.InputError, match=r"no member alone; run its scenario again: sim\."):
            ask()
    with pytest.raises(
        sim.InputError, match=r"holds no stock\.csv; it holds bottlenecks, capacity, "
    ):
        opened.frame("stock")
    other = sim.compare(result, sim.run(sim.load("examples/first", members=5, months=30)))
    other.save(tmp_path / "both", figures=False)
    both = sim.open(tmp_path / "both")
    pd.testing.assert_frame_equal(both.frame("comparison"), other.table, rtol=1e-9)
    with pytest.raises(sim.InputError, match=r"holds no series\.csv; it holds comparison"):
        _ = both.series
    with pytest.raises(sim.InputError, match=r"holds no scenario\.yaml; see .*first\.yaml"):
        _ = both.scenario
    assert "comparison" in repr(both)
    with pytest.raises(sim.InputError, match="there is no such folder"):
        sim.open(tmp_path / "nowhere")
    with pytest.raises(sim.InputError, match="unknown table 'stock'"):
        result.frame("stock")


def test_a_folder_that_was_changed_is_refused(result: sim.Result, tmp_path: Path) -> None:
    result.save(tmp_path / "x", figures=False)
    path = tmp_path / "x" / "summary.csv"
    path.write_text(path.read_text().replace("AAA", "BBB"))
    with pytest.raises(sim.InputError, match=r"summary\.csv \(changed\)"):
        sim.open(tmp_path / "x")
    with sim.unchecked():
        assert "BBB" in set(sim.open(tmp_path / "x").summary["state"])


def test_a_study_says_how_it_is_opened(tmp_path: Path) -> None:
    factors = {"events.leak.share": [0.1, 0.2]}
    study = sim.sweep("examples/first", factors=factors, members=2, months=3, out=tmp_path / "s")
    assert study.results is not None
    with pytest.raises(sim.InputError, match=r"is a study; sim\.Study\(.*\) opens it"):
        sim.open(tmp_path / "s")


def test_members_are_tidy(result: sim.Result) -> None:
    frame, records = result.members(), result.records
    assert list(frame.columns[:4]) == ["member", "month", "state", "product"]
    assert list(frame.columns[4:]) == list(records.series)
    assert len(frame) == 5 * 30 * len(records.needs)
    for row in (0, 7, len(frame) - 1):
        each = frame.iloc[row]
        place = (
            records.months.index(each["month"]),
            records.needs.index((each["state"], each["product"])),
            each["member"],
        )
        assert all(each[name] == values[place] for name, values in records.series.items())
    whole = frame.groupby(["month", "state", "product"], sort=False)["fill_rate"].mean()
    series = result.series.query("metric == 'fill_rate'")
    assert whole.to_numpy() == pytest.approx(series["mean"].to_numpy())


def test_members_of_some(result: sim.Result) -> None:
    some = result.members(["unmet", "need"], states=["AAA"], products=["engines"])
    assert list(some.columns[4:]) == ["need", "unmet"]
    assert set(some["state"]) == {"AAA"}
    with pytest.raises(sim.InputError, match="unknown metric 'unmett'; did you mean 'unmet'"):
        result.members(["unmett"])
    with pytest.raises(sim.InputError, match="states: 'ABC' is not in this result"):
        result.members(states=["ABC"])


def test_xarray_holds_what_was_recorded(result: sim.Result, tmp_path: Path) -> None:
    xarray = pytest.importorskip("xarray")
    found, records = result.to_xarray(), result.records
    for name, values in records.series.items():
        assert np.shares_memory(found[name].values, values)
        assert found[name].attrs["units"]
    for name, values in records.summary.items():
        assert np.array_equal(found[f"run_{name}"].values, values, equal_nan=True)
    assert found["flows"].dims == ("year", "route", "member")
    held, made = records.bottlenecks, records.candidates
    assert held.rows
    assert made.names
    assert np.array_equal(found["held_lost"].values, held.lost)
    assert list(found["bound"].values) == [bound for _, bound in held.rows]
    assert list(found["candidate_factory"].values) == [name[2] for name in made.names]
    built = found["built"].values
    assert np.array_equal(built[built >= 0], made.built[made.built < len(records.months)])
    path = result.to_netcdf(tmp_path / "first.nc")
    with xarray.open_dataset(path) as read:
        xarray.testing.assert_equal(read.load(), found)
    assert [each.name for each in tmp_path.iterdir()] == ["first.nc"]
    with pytest.raises(sim.InputError, match="cannot write"):
        result.to_netcdf(tmp_path / "none" / "x.nc")


def test_xarray_holds_inputs() -> None:
    pytest.importorskip("xarray")
    result = sim.run(propulsion_world(members=2))
    found, records = result.to_xarray(), result.records
    assert records.inputs
    needs = zip(found["input_state"].values, found["input_product"].values, strict=True)
    assert [*needs] == records.inputs
    assert np.array_equal(found["input_used"].values, records.input_series["used"])
    assert found["input_run_fill_rate_after"].dims == ("input", "member")


def test_without_xarray_the_extra_is_named(
    result: sim.Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(sim.InputError, match=r"pip install 'supply-substitution\[netcdf\]'"):
        result.to_xarray()


def test_a_result_shows_itself_in_ten_lines(result: sim.Result, opened: sim.SavedResult) -> None:
    for each in (result, opened):
        lines = repr(each).splitlines()
        assert 4 <= len(lines) <= 10
        assert max(map(len, lines)) <= 100
        assert "5 members, 2014-01 to 2016-06; 1 of 1 need was short" in lines[1]
        assert lines[3].startswith("AAA    engines")
        assert "<table>" in each._repr_html_()


def test_text_on_a_card_does_no_harm() -> None:
    evil = "<script>alert(1)</script>\x1b[2J\n\n"
    card = Card(evil, evil, ("a", evil), [(1, evil)] * 40, "all")
    assert len(as_text(card).splitlines()) <= 10
    assert "\x1b" not in as_text(card)
    assert "<script" not in as_html(card)
    assert as_html(card).count("<tr>") == 7


def test_open_is_of_sim_alone() -> None:
    """The built-in one is untouched."""
    names: dict[str, Any] = {}
    exec("import sim\nassert open", names)
    assert builtins.open is not sim.open


def test_comparisons_and_studies_show_themselves(tmp_path: Path) -> None:
    short = sim.load("examples/first", members=5, months=30)
    leaky = sim.load("examples/first", members=5, months=30, **{"events.leak.share": 0.9})
    compared = sim.compare(short, leaky)
    text = repr(compared)
    assert text.splitlines()[0] == "first against first_2"
    assert "first_2  AAA    engines" in text
    factors = {"events.leak.share": {"low": 0, "high": 0.5}}
    design = {"kind": "sobol", "points": 4}
    study = sim.sweep("examples/first", design, factors=factors, members=2, months=3)
    assert "4 points of 2 members, sobol; finished" in repr(study)
    assert "events.leak.share  0.0  0.5" in repr(study)
    for each in (compared, study):
        assert len(repr(each).splitlines()) <= 10
        assert each._repr_html_().count("<table>") == 1


@pytest.fixture(scope="module")
def answers() -> dict[str, Shown]:
    """Give answers to all that is asked of one small scenario and of studies of it."""
    scenario = sim.load("examples/first", months=36)
    factors = {
        "events.leak.share": {"low": 0, "high": 1},
        "events.leak.until": ["2016-03", "2016-10"],
    }

    def study(kind: str, points: int) -> sim.Study:
        design = {"kind": kind, "points": points}
        kept = ["fill_rate[AAA, engines, 2016-06]"]
        return sim.sweep(scenario, design, factors=factors, metrics=kept, members=2)

    goal = {"reach": "fill_rate[AAA] >= 0.9 by 2016-06", "choose": "events.leak.share"}
    return {
        "plan": sim.plan(scenario, **goal, low=0, high=1, tolerance=0.2, members=10),
        "sensitivity": sim.sensitivity(study("saltelli", 4)),
        "discovery": sim.discover(study("random", 24), "fill_rate[AAA, engines, 2016-06] < 0.3"),
        "stress": sim.stress(scenario, members=2),
        "backtest": sim.backtest("cases/neon_2022", members=2),
        "backtest of all": backtest_all(
            ["scenarios/cases/neon_2022.yaml"], precedents=False, members=2
        ),
    }


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("plan", "of 10 members (95 % interval"),
        ("sensitivity", "events.leak.share"),
        ("discovery", "events.leak"),
        ("stress", "old_plant"),
        ("backtest", "90 % intervals cover"),
        ("backtest of all", "neon_2022"),
    ],
)
def test_answers_show_themselves(answers: dict[str, Shown], name: str, told: str) -> None:
    each = answers[name]
    lines = repr(each).splitlines()
    assert 4 <= len(lines) <= 10
    assert max(map(len, lines)) <= 100
    assert told in repr(each)
    assert each._repr_html_().count("<table>") == 1
    offered = [word.strip("() ") for word in lines[-1].split(",")]
    assert all(hasattr(each, word) for word in offered)


def test_a_study_is_a_file_or_a_frame_of_points(tmp_path: Path) -> None:
    frame = pd.DataFrame({"events.leak.share": [0.1, 0.4, 0.4], "months": [3, 4, 5]})
    metrics = ["unmet"]
    study = sim.sweep("examples/first", factors=frame, members=2, metrics=metrics)
    pd.testing.assert_frame_equal(study.points.drop(columns="point"), frame)
    file = tmp_path / "study.yaml"
    file.write_text(
        "scenario: examples/first\nmembers: 2\nmetrics: [unmet]\ndesign: {kind: list}\n"
        "factors: {events.leak.share: [0.1, 0.4, 0.4], months: [3, 4, 5]}\n"
    )
    pd.testing.assert_frame_equal(sim.sweep(file).results, study.results)
    for ask, told in (
        (lambda: sim.sweep(file, members=3), "members: a study file says that itself"),
        (lambda: sim.sweep(None), "factors: missing"),
        (lambda: sim.sweep("examples/first", "sobol", factors=frame), "holds the points already"),
    ):
        with pytest.raises(sim.InputError, match=told):
            ask()
