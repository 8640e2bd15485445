"""Which factors of a study matter: published indices through whole studies, and what is refused
rather than answered wrongly."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.outputs import Output
from sim.analysis.sensitivity.indices import Morris, Plan, is_too_much, plan, unsure
from sim.analysis.sensitivity.sensitivity import Sensitivity, sensitivity
from sim.cli.main import main
from sim.errors import InputError
from sim.kernels.arrays import Floats
from sim.report.charts.names import Names
from sim.rules import registry
from sim.rules.ordering import Position
from sim.scenario.schema import Scenario
from sim.study.spec import Design, Factor
from sim.study.study import Study
from sim.study.sweep import sweep
from tests.charted import drawn as rows_of
from tests.small_study import contents
from tests.small_study import scenario as propulsion
from tests.tiny_scenario import edited, write

pytestmark = pytest.mark.untraced

INPUTS = ("x1", "x2", "x3")
CIRCLE = {f"needs.AAA.{name}": {"low": 0, "high": 2 * math.pi} for name in INPUTS}
KEPT = ["received[AAA, y, 2014]"]


def ishigami(x: Floats) -> Floats:
    """Compute Ishigami and Homma's function (1990), a = 7, b = 0.1, of x [3, ...] from 0 to 2 pi
    instead of from -pi to pi."""
    one, two, three = x - math.pi
    return np.sin(one) + 7 * np.sin(two) ** 2 + 0.1 * three**4 * np.sin(one)


@pytest.fixture(scope="module")
def world() -> Iterator[Callable[..., Scenario]]:
    """Make worlds of one month in which a buyer orders of `y` what a function makes of its needs of
    the other goods."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "_RULES", dict(registry._RULES))

        def make(function: Callable[[Floats], Floats]) -> Scenario:
            def ordered(position: Position) -> Floats:
                """Order of the last good 20 and what the function makes of the needs of the
                others.
                """
                orders = position.expected.copy()
                orders[-1] = 20 + function(position.expected[:-1])
                return orders

            ordered.__name__ = function.__name__
            sim.rule("ordering")(ordered)
            return carrying(function.__name__)

        yield make


def carrying(rule: str) -> Scenario:
    goods = [*INPUTS, "y"]
    return sim.parse(
        {
            "name": "carrying",
            "title": "Orders that a rule makes",
            "start": "2014-01",
            "months": 1,
            "members": 1,
            "states": {"AAA": {"title": "Buyer"}, "BBB": {"title": "Maker"}},
            "products": {good: {"title": good, "unit": "pieces"} for good in goods},
            "factories": {
                "plant": {"title": "Plant", "state": "BBB", "lines": dict.fromkeys(goods, 1000)}
            },
            "needs": {"AAA": dict.fromkeys(goods, 1.0)},
            "trade": {"all": {"exporter": "BBB", "importer": "AAA", "product": "*"}},
            "rules": {"ordering": rule},
        }
    )


@pytest.fixture(scope="module")
def wavy(world: Callable[..., Scenario]) -> Study:
    """Run Ishigami's function as a study of 256 (3 + 2) points."""
    return sweep(world(ishigami), {"kind": "saltelli", "points": 256}, factors=CIRCLE, metrics=KEPT)


@pytest.fixture(scope="module")
def propelled() -> Study:
    """Run a small world's summary at 16 (3 + 2) points of numbers and a choice of rules."""
    factors = {
        "events.ban.share": {"low": 0.2, "high": 1},
        "states.AAA.stock_cover": {"low": 0, "high": 4},
        "rules.sourcing": RULES,
    }
    return sweep(propulsion(), {"kind": "saltelli", "points": 16}, factors=factors, members=3)


RULES = ["fixed", "loyalty"]


def numbers(found: Sensitivity, name: str) -> Floats:
    """Give a number of each factor of the first output, in the study's order."""
    return found.explained[0].numbers[name]


def test_published_indices_of_ishigami(wavy: Study) -> None:
    """Analytical values (Saltelli et al.

    2008, Global Sensitivity Analysis), met within the intervals and within a tenth.
    """
    found = sensitivity(wavy)
    for name, published in (("S1", [0.314, 0.442, 0.0]), ("ST", [0.558, 0.442, 0.244])):
        off = np.abs(numbers(found, name) - published)
        assert (off <= numbers(found, f"{name}_conf")).all()
        assert (off < 0.1).all()
    assert found.explained[0].variance == pytest.approx(13.84, rel=0.05)
    assert found.explained[0].mean == pytest.approx(20 + 3.5, rel=0.02)
    assert found.table["factor"].tolist() == found.ranking["factor"].tolist() == list(CIRCLE)
    assert found.table["rank"].tolist() == [1, 2, 3]


def test_effects_of_a_linear_function_are_its_coefficients_times_ranges(
    world: Callable[..., Scenario],
) -> None:
    """Of intervals, and of lists, whose steps are of other lengths, of three values by one place or
    by two; without curvature sigma is nothing, and so are intervals."""

    def linear(x: Floats) -> Floats:
        return 3 * x[0] + 2 * x[1] - x[2]

    base = world(linear)
    for choices in ({"low": 1, "high": 3}, [1, 3], [1, 2, 3], [1, 1.5, 2, 2.5, 3]):
        factors = {
            "needs.AAA.x1": choices,
            "needs.AAA.x2": {"low": 0, "high": 1},
            "needs.AAA.x3": {"low": 0, "high": 4},
        }
        found = sensitivity(
            sweep(base, {"kind": "morris", "points": 6}, factors=factors, metrics=KEPT)
        )
        np.testing.assert_allclose(numbers(found, "mu"), [6, 2, -4])
        np.testing.assert_allclose(numbers(found, "mu_star"), [6, 2, 4])
        np.testing.assert_allclose(
            [numbers(found, "sigma"), numbers(found, "mu_star_conf")], 0, atol=1e-12
        )
    assert found.ranking["mean_share"].tolist() == pytest.approx([1 / 2, 1 / 3, 1 / 6])
    assert found.ranking["factor"].tolist() == ["needs.AAA.x1", "needs.AAA.x3", "needs.AAA.x2"]
    assert found.plan is Morris


def drawn(kind: str, points: int, factors: int, **more: Any) -> Plan:
    """Draw a design of intervals from 0 to 1."""
    design = Design.model_validate({"kind": kind, "points": points, **more})
    return plan(design, {f"x{each}": Factor(low=0, high=1) for each in range(factors)}, 0.95)


@pytest.mark.parametrize("kind", ["saltelli", "morris"])
def test_one_factor_and_factors_alike(kind: str) -> None:
    """One explains all there is; two alike have the same part, and the rank of their order."""
    alone, both = drawn(kind, 64, 1), drawn(kind, 64, 2)
    found = alone.indices(alone.unit[:, 0])
    assert found[alone.main] == pytest.approx([1.0], abs=0.1)
    found = both.indices(both.unit.sum(axis=1))
    assert found[both.main] == pytest.approx([found[both.main].mean()] * 2, rel=0.2)
    assert both.shares(found[both.main]) == pytest.approx([0.5, 0.5], abs=0.1)


@pytest.mark.parametrize("kind", ["saltelli", "morris"])
def test_what_salib_would_answer_wrongly_it_never_gets(kind: str) -> None:
    """NaN, infinity, a number of outputs that only divides, and outputs that do not vary."""
    ready = drawn(kind, 8, 3)
    good = ready.unit.sum(axis=1)
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match="not finite"):
            ready.indices(np.where(np.arange(good.size) == 5, bad, good))
    blocks = 3 + ready.extra
    for few in (good[:-1], good[:-blocks], np.tile(good, 2)):
        with pytest.raises(ValueError, match=f"{few.size} outputs at {good.size} points"):
            ready.indices(few)
    with pytest.raises(ValueError, match="the same at every point"):
        ready.indices(np.full(good.size, 0.1) + 1e-17)
    other = type(ready)(ready.size + 1, ready.columns, ready.unit, 0.95)
    with pytest.raises(ValueError, match=f"{ready.size + 1} times a {ready.block}"):
        other.indices(good)


def test_outputs_that_differ_where_nobody_looks_tell_nothing() -> None:
    """Between trajectories only; at none of the base points."""
    ready = drawn("morris", 4, 2)
    assert ready.flaw(np.repeat(np.arange(4.0), 3)).startswith("differs at too few points")
    ready = drawn("saltelli", 4, 2)
    assert ready.flaw(np.tile([1.0, 0.0, 2.0, 1.0], 4)).startswith("differs at too few points")
    assert ready.flaw(np.arange(16.0)) == ""


@pytest.mark.parametrize("kind", ["saltelli", "morris"])
def test_intervals_are_reproducible_and_leave_draws_of_others_alone(kind: str) -> None:
    """A wider confidence makes wider intervals around the same numbers, by as much as the normal
    distribution says."""
    ready = drawn(kind, 16, 3)
    outputs = (ready.unit**2 @ [3.0, 2.0, 1.0]) * ready.unit[:, 0]
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, again = ready.indices(outputs), ready.indices(outputs)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    narrow = type(ready)(ready.size, ready.columns, ready.unit, 0.5).indices(outputs)
    for name, each in first.items():
        assert np.array_equal(each, again[name])
        ratio = 0.6744897501960817 / 1.959963984540054 if name.endswith("_conf") else 1.0
        np.testing.assert_allclose(narrow[name], each * ratio)


def test_a_choice_is_a_factor_like_others(world: Callable[..., Scenario]) -> None:
    """Of three values it explains what they make; a list of one explains nothing."""

    def stepped(x: Floats) -> Floats:
        return x[0] + 0.1 * x[1]

    factors = {
        "needs.AAA.x1": [1, 2, 9],
        "needs.AAA.x2": {"low": 0, "high": 1},
        "needs.AAA.x3": [5],
    }
    base = world(stepped)
    for kind in ("saltelli", "morris"):
        found = sensitivity(
            sweep(base, {"kind": kind, "points": 64}, factors=factors, metrics=KEPT)
        )
        best, *others = found.explained[0].shares
        assert best > 0.95
        assert others[0] < 0.05
        assert others[1] == 0


def test_rules_are_factors_too(propelled: Study) -> None:
    """What the choice of a rule does to the numbers of the study is zero here and is said to be."""
    found = sensitivity(propelled, "fill_rate_after[AAA, propulsion_units]")
    assert numbers(found, "ST")[2] == 0
    assert (numbers(found, "ST")[:2] > 0.1).all()


def test_a_study_that_grew_says_what_a_new_one_says(tmp_path: Path) -> None:
    """Also where its points stand in another order than the design's, and where members came."""
    factors = {"events.ban.share": [0.2, 0.6, 1], "rules.sourcing": RULES}

    def run(folder: str, design: dict[str, Any] | str, members: int = 2, **how: Any) -> Study:
        return sweep(
            propulsion(),
            design,
            factors=factors,
            members=members,
            metrics=["unmet"],
            out=tmp_path / folder,
            **how,
        )

    run("grown", "grid")
    grown = run("grown", {"kind": "saltelli", "points": 8}, 3, extend=True)
    new = run("new", {"kind": "saltelli", "points": 8}, 3)
    assert grown.store.points() != new.store.points()
    assert sorted(grown.store.points()) == sorted(new.store.points())
    one, other = sensitivity(grown), sensitivity(new)
    assert one.table.equals(other.table)
    assert len(one.table) == 2
    grown = run("new", {"kind": "saltelli", "points": 16}, 3, extend=True)
    assert sensitivity(grown).table.equals(
        sensitivity(run("large", {"kind": "saltelli", "points": 16}, 3)).table
    )


def test_trajectories_can_be_added(world: Callable[..., Scenario], tmp_path: Path) -> None:
    """To a study of Morris's design."""

    def product(x: Floats) -> Floats:
        return x[0] * x[1] - x[2]

    base = world(product)
    for points, how in ((4, {}), (8, {"extend": True})):
        grown = sweep(
            base,
            {"kind": "morris", "points": points},
            factors=CIRCLE,
            metrics=KEPT,
            out=tmp_path / "study",
            **how,
        )
    new = sweep(base, {"kind": "morris", "points": 8}, factors=CIRCLE, metrics=KEPT)
    assert sensitivity(grown).table.equals(sensitivity(new).table)


def test_what_is_taken_of_the_members(propelled: Study) -> None:
    """Each statistic is of its own; the values at the points are those of the study's table."""
    found = {
        of: sensitivity(propelled, "unmet", of=of)
        for of in ("mean", "p05", "p50", "p95", "central")
    }
    assert len({each.table["ST"].iat[0] for each in found.values()}) == 5
    unmet = propelled.results.query("metric == 'unmet' and product == 'propulsion_units'")
    blocks = unmet["p95"].to_numpy().reshape(16, 5)[:, [0, 4]]
    assert found["p95"].explained[0].variance == pytest.approx(blocks.var())
    assert "the central case at 80 points" in found["central"].text
    assert "p95 of 3 members at 80 points" in found["p95"].text


def refused(study: Study | Path, *args: Any, **more: Any) -> list[str]:
    """Give the lines with which it is refused."""
    with pytest.raises(InputError) as caught:
        sensitivity(study, *args, **more)
    return str(caught.value).splitlines()


def test_all_faults_are_told_together(propelled: Study) -> None:
    """Metrics that the study does not keep, with the nearest or all that there are; a statistic and
    a confidence that are none."""
    metrics = ["umnet", "fill_rate[AAA, gears]", "a b", "unmet"]
    lines = [
        line.removeprefix(f"{propelled.folder}: ")
        for line in refused(propelled, metrics, of="p90", confidence=1.5)
    ]
    assert lines == [
        "of: 'p90' is not mean, p05, p50, p95 or central",
        "confidence: 1.5 is not between 0 and 1",
        "keeps no umnet; did you mean 'unmet'?",
        "keeps no fill_rate of AAA, gears; kept: AAA, propulsion_units, AAA, optics, CCC, optics",
        "'a b' is not a metric; write name, or name[state, product, period]",
    ]
    assert refused(propelled, []) == [f"{propelled.folder}: metrics: names nothing"]


def test_what_is_not_finite_is_left_out_unless_asked_for(propelled: Study) -> None:
    """Named with how often and where first; whether it is infinite or does not apply is
    told apart.
    """
    found = sensitivity(propelled)
    need = ("AAA", "propulsion_units")
    reason = found.left[Output("T90", *need)]
    told = re.fullmatch(
        r"is infinite .* at (\d+) of 80 points, the first is point (\d+) and does not apply at"
        r" (\d+) of 80 .* point (\d+)",
        reason,
    )
    values = propelled.values("T90", *need)
    assert told
    assert int(told[2]) == np.isinf(values).any(axis=1).argmax()
    assert int(told[4]) == np.isnan(values).all(axis=1).argmax()
    assert "T90" not in set(found.table["metric"])
    assert (
        f"left out: T50 of AAA, propulsion_units; T90 of AAA, propulsion_units: {reason}"
        in found.text
    )
    assert "at all 80 points" in found.left[Output("T90", "AAA", "optics")]
    lines = refused(propelled, ["unmet", "T90[AAA, propulsion_units]"])
    assert lines[0] == f"{propelled.folder}: T90 of AAA, propulsion_units {reason}"
    assert lines[-1] == "choose another metric, or take another statistic of its members than mean"


def test_what_does_not_vary_is_left_out(propelled: Study) -> None:
    """It has nothing to explain; where nothing else is left, that is refused."""
    found = sensitivity(propelled, ["unmet"])
    assert [each.output for each in found.explained] == [Output("unmet", "AAA", "propulsion_units")]
    assert (
        found.left[Output("unmet", "CCC", "optics")]
        == "is the same at every point: there is nothing to explain"
    )
    assert "the same at every point" in refused(propelled, "unmet[*, optics]")[0]


@pytest.mark.parametrize("kind", ["random", "latin_hypercube", "sobol", "grid"])
def test_other_designs_are_refused(kind: str) -> None:
    """In words that say which there are."""
    factors = {"events.ban.share": [0.2, 1]}
    design = "grid" if kind == "grid" else {"kind": kind, "points": 4}
    (line,) = refused(sweep(propulsion(), design, factors=factors, members=1, metrics=["unmet"]))
    assert f"its design is {kind}: first and total order indices need the design saltelli" in line


def test_a_single_trajectory_is_refused() -> None:
    study = sweep(
        propulsion(),
        {"kind": "morris", "points": 1},
        factors={"events.ban.share": [0.2, 1]},
        members=1,
        metrics=["unmet"],
    )
    assert "a single trajectory, which leaves no interval" in refused(study)[0]


def test_failed_points_are_refused() -> None:
    """With their number, the first of them and its error, and how to run them again."""
    factors = {
        "events.leak.date": ["2014-03", "2014-12"],
        "events.leak.until": ["2014-09", "2015-06"],
    }
    study = sweep(
        propulsion(),
        {"kind": "saltelli", "points": 2},
        factors=factors,
        members=1,
        metrics=["unmet"],
    )
    (line,) = refused(study)
    first = study.failures.iloc[0]
    assert (
        f"{len(study.failures)} of 8 points failed, the first is point {first['point']}"
        f" ({first['error']}: {first['message']})" in line
    )
    assert line.endswith("sweep --retry-failed runs them again")


def test_an_unfinished_study_is_refused(tmp_path: Path) -> None:
    given: dict[str, Any] = {
        "factors": {"events.ban.share": [0.2, 1]},
        "members": 1,
        "metrics": ["unmet"],
        "out": tmp_path / "study",
    }
    sweep(propulsion(), {"kind": "saltelli", "points": 2}, shard="1/2", **given)
    assert "is not finished" in refused(tmp_path / "study.shard-1-of-2")[0]
    assert "not the folder of a study" in refused(tmp_path)[0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"seed": 0',
            '"seed": 1',
            "8 of the 8 of its design are not among them: study.yaml was changed",
        ),
        (
            '"points": 2',
            '"points": 4',
            "has 8 points, and 8 of the 16 of its design are not among them",
        ),
        ("rules.sourcing", "rules.ordering", "its factors are not those of its points"),
    ],
)
def test_points_of_another_design_are_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    """A number of points that happens to divide is not enough."""
    factors = {"events.ban.share": {"low": 0.2, "high": 1}, "rules.sourcing": RULES}
    design = {"kind": "saltelli", "points": 2, "seed": 0}
    sweep(
        propulsion(), design, factors=factors, members=1, metrics=["unmet"], out=tmp_path / "study"
    )
    file = tmp_path / "study" / "study.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with sim.unchecked():
        assert message in refused(tmp_path / "study")[0]


def test_a_missing_library_is_named(wavy: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib.analyze.sobol", None)
    assert refused(wavy) == ["sensitivity needs SALib: pip install 'supply-substitution[uq]'"]


def test_the_same_study_gives_the_same_bytes(propelled: Study, tmp_path: Path) -> None:
    """Tables and figures; the manifest but for its time."""
    for name in ("one", "two"):
        sensitivity(propelled).save(tmp_path / name)
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert set(one) == {
        *(f"{name}.csv" for name in ("ranking", "sensitivity", "left_out")),
        "scenario.yaml",
        "manifest.json",
        "report.html",
    }
    del one["manifest.json"], two["manifest.json"]
    assert one == two
    first, second = (
        json.loads((tmp_path / name / "manifest.json").read_text(encoding="utf-8"))
        for name in ("one", "two")
    )
    del first["created"], second["created"]
    assert first == second
    assert set(first["files"]) == set(one)
    assert first["members"] == 3


def test_tables_are_tidy(propelled: Study, tmp_path: Path) -> None:
    """A row for each factor of each output, ranked within it; figures can be left out."""
    found = sensitivity(propelled)
    found.save(tmp_path / "tables", figures=False)
    assert not (tmp_path / "tables" / "report.html").exists()
    header = (
        (tmp_path / "tables" / "sensitivity.csv").read_text(encoding="utf-8").partition("\n")[0]
    )
    assert header == "metric,state,product,factor,rank,S1,S1_conf,ST,ST_conf,mean,variance"
    for _, each in found.table.groupby(["metric", "state", "product"]):
        assert each["rank"].tolist() == [1, 2, 3]
        assert each["ST"].is_monotonic_decreasing
    left = (tmp_path / "tables" / "left_out.csv").read_text(encoding="utf-8").splitlines()
    assert len(left) - 1 + len(found.explained) == len(propelled.rows)
    mean = found.table.groupby("factor")["ST"].mean()
    for row in found.ranking.itertuples():
        assert row.mean_share == pytest.approx(mean[row.factor])
        assert row.max_share == found.table.query("factor == @row.factor")["ST"].max()
    assert found.ranking["mean_share"].is_monotonic_decreasing


def test_what_is_not_known_well_is_said(propelled: Study, wavy: Study) -> None:
    """Sixteen base points leave intervals as wide as the indices, 256 do not."""
    assert (
        "N = 16 is too small to know these well, their intervals are as wide as their ST; extend"
        " the study:" in sensitivity(propelled).text
    )
    assert "too small" not in sensitivity(wavy).text
    assert unsure(np.array([0.5, 0.5, 0.01]), np.array([0.2, 0.3, 0.01])).tolist() == [
        False,
        True,
        False,
    ]
    assert is_too_much(np.array([0.8, 0.5]), np.array([0.1, 0.1]))
    assert not is_too_much(np.array([0.8, 0.5]), np.array([0.2, 0.2]))


def test_first_order_indices_that_add_up_to_too_much_are_told(wavy: Study) -> None:
    found = sensitivity(wavy)
    found.explained[0].numbers["S1"][:] = 0.9  # type: ignore[index]
    assert (
        "their S1 add up to more than 1 by more than their intervals; extend the study:\n "
        " received[2014] of AAA, y: 2.70" in found.text
    )


def test_the_chart_shows_factors_in_their_order(wavy: Study) -> None:
    """With both numbers, and an interval for the first."""
    found = sensitivity(wavy)
    rows = rows_of(found.chart())
    assert [text.replace("\n", " ") for text in rows["label"]] == list(
        map(Names.of(found.scenario).path, CIRCLE)
    )
    assert rows["middle"].tolist() == pytest.approx(numbers(found, "ST"))
    assert rows["beside"].tolist() == pytest.approx(numbers(found, "S1"))
    assert (rows["low"] < rows["middle"]).all()


def test_of_many_outputs_some_are_shown(propelled: Study) -> None:
    """Those asked for first, or of a metric those that vary most; the rest is in the table."""
    few = sensitivity(propelled)
    assert few.shown == list(few.explained)
    first, *others = few.explained
    calm, wild = (replace(first, variance=variance) for variance in (0.1, 0.3))
    assert replace(few, explained=(calm, wild, *others)).shown == [wild, calm, *others]
    assert replace(few, explained=(calm, wild, *others), is_chosen=True).shown == [
        calm,
        wild,
        *others,
    ]
    many = replace(few, explained=few.explained * 3, is_chosen=True)
    assert f"  and {len(many.explained) - 8} more, see sensitivity.csv" in many.text


def test_a_choice_of_scenarios_is_a_factor(tmp_path: Path) -> None:
    """The first of them stands beside the tables, with the study's members."""
    for name, units in (("more", 25), ("fewer", 10)):
        write(
            tmp_path,
            edited(("{engines: 25}", f"{{engines: {units}}}"), ("name: tiny", f"name: {name}")),
            f"{name}.yaml",
        )
    factors = {
        "scenario": [str(tmp_path / f"{name}.yaml") for name in ("more", "fewer")],
        "events.ban.share": {"low": 0.5, "high": 1},
    }
    study = sweep(
        None, {"kind": "saltelli", "points": 4}, factors=factors, members=3, metrics=["unmet"]
    )
    found = sensitivity(study)
    assert set(found.table["factor"]) == set(factors)
    assert (found.scenario.name, found.scenario.members) == ("more", 3)


STUDY = """\
scenario: tiny.yaml
factors:
  events.ban.share: {low: 0.5, high: 1}
  needs.BLR.helicopters.by_year.2014: {low: 10, high: 14}
design: {kind: %s, points: 4}
members: 3
metrics: [fill_rate_after, unmet]
"""


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a study file to the ranking; faults are the user's, and nothing is written then."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    for kind in ("saltelli", "morris", "random"):
        Path(f"{kind}.yaml").write_text(STUDY % kind, encoding="utf-8")
        assert main(["sweep", f"{kind}.yaml", "--jobs", "1", "--quiet"]) == 0
    assert (
        main(
            [
                "sensitivity",
                "results/saltelli",
                "--metric",
                "unmet[BLR]",
                "--of",
                "p50",
                "--confidence",
                "0.9",
            ]
        )
        == 0
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "which factors matter (p50 of 3 members at 16 points: saltelli, N = 4)"
    assert [line.split()[0] for line in lines[2:4]] == ["1", "2"]
    assert lines[-1].startswith(
        "results/saltelli_sensitivity: left_out.csv, manifest.json, ranking.csv, "
    )
    manifest = json.loads(
        Path("results/saltelli_sensitivity/manifest.json").read_text(encoding="utf-8")
    )
    assert manifest["command"].startswith("sim sensitivity results/saltelli --metric ")
    assert (
        main(["sensitivity", "results/morris", "--out", "effects", "--no-figures", "--quiet"]) == 0
    )
    assert capsys.readouterr() == ("", "")
    assert not Path("effects/report.html").exists()
    assert main(["sensitivity", "results/random"]) == 2
    assert "need the design saltelli" in capsys.readouterr().err
    assert not Path("results/random_sensitivity").exists()
    assert main(["sensitivity", "results/saltelli", "--out", "results/saltelli"]) == 2
    assert "is not empty and not a result folder" in capsys.readouterr().err


def test_the_package_offers_it() -> None:
    assert sim.sensitivity is sensitivity
