"""The world at rest against Leontief's inverse: demand passed down a bill of materials that feeds
on itself; and what it lacks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.cli.main import main
from sim.engine.run import run
from sim.engine.warnings import lacking, shortage_warnings
from sim.scenario.schema import Scenario
from sim.world.numbering import number
from tests.worlds import old_supplier, propulsion_world, world

EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())["leontief"]
GOODS = ("one", "two")
SCENARIOS = Path(__file__).parent.parent / "scenarios"


def output(final: list[float]) -> np.ndarray:
    """Return what two industries make, month by month, [months, 2], when each uses both goods and
    these are used up."""
    coefficients = EXPECTED["A"]
    inputs = {
        good: {name: {"amount": coefficients[row][column]} for row, name in enumerate(GOODS)}
        for column, good in enumerate(GOODS)
    }
    scenario = sim.parse(
        {
            "name": "industries",
            "title": "Two industries that feed on each other",
            "start": "2014-01",
            "months": 12,
            "states": {"AAA": {"title": "Country"}},
            "products": {
                good: {"title": good, "unit": "units", "inputs": inputs[good]} for good in GOODS
            },
            "factories": {
                f"maker_{good}": {"title": good, "state": "AAA", "lines": {good: 10_000}}
                for good in GOODS
            },
            "needs": {"AAA": dict(zip(GOODS, final, strict=True))},
        }
    )
    return run(scenario).records.output[:, :, 0]


@pytest.mark.parametrize("column", [0, 1])
def test_a_unit_of_final_use_takes_a_column_of_the_inverse(column: int) -> None:
    """And so in every month: the world stays at rest."""
    made = output([float(row == column) for row in range(2)])
    np.testing.assert_allclose(
        made, np.broadcast_to(np.array(EXPECTED["L"])[:, column], made.shape), rtol=1e-10
    )


def test_the_published_tables_output() -> None:
    """Miller and Blair's two industries: their own year, and the one after final use has
    changed.
    """
    np.testing.assert_allclose(output(EXPECTED["f"])[0], EXPECTED["x"], rtol=1e-10)
    np.testing.assert_allclose(output([600, 1500])[-1], EXPECTED["x_600_1500"], rtol=1e-10)


# --- what the world at rest lacks
# ---------------------------------------------------------------------------------------


def captive(**changes: Any) -> Scenario:
    """Return a world in which AAA and CCC each need 60 engines of one plant that makes 90, or what
    is drawn; boots are plenty."""
    states = {name: {"title": name} for name in ("AAA", "BBB", "CCC")}
    plants = {
        "old_plant": {
            "title": "Old plant",
            "state": "BBB",
            "lines": {"engines": {"capacity": {"value": 90, "low": 60, "high": 240}}},
        },
        "boot_plant": {"title": "Boot plant", "state": "BBB", "lines": {"boots": 100}},
    }
    return world(
        **{
            "months": 3,
            "members": 40,
            "states": states,
            "products": old_supplier()["products"] | {"boots": {"title": "Boots", "unit": "pairs"}},
            "factories": plants,
            "needs": {"AAA": {"engines": 60, "boots": 30}, "CCC": {"engines": 60}},
            "trade": {"any": {"exporter": "*", "importer": "*", "product": "*"}},
            **changes,
        }
    )


def test_a_start_that_is_short_is_warned_of() -> None:
    """90 for 120: a quarter is missing in the central case; the share of members is that of
    capacities below the need."""
    scenario = captive()
    drawn = (
        scenario.factories["old_plant"]
        .lines["engines"]
        .capacity.draw(1, "factories.old_plant.lines.engines.capacity", range(40))
    )
    share = f"{np.mean(drawn <= 0.99 * 120):.0%}"
    assert drawn[0] == 90
    assert 0.3 < np.mean(drawn < 120) < 0.7
    said = (
        "is short of engines before any event: 25% of the need stays unmet in the central case, and"
        " some in"
    )
    for chunk in (1, 7, 40):
        assert run(scenario, chunk=chunk).records.warnings == [
            f"{state} {said} {share} of the members" for state in ("AAA", "CCC")
        ]


def test_a_start_that_is_whole_is_not_warned_of() -> None:
    """Nor one that lacks less than a hundredth, nor what events cut off later; nor the shipped
    case."""
    ban = {"ban": {"kind": "cut_off", "date": "2014-01", "exporter": "BBB", "importer": "AAA"}}
    for capacity in (120, 119):
        plants = old_supplier()["factories"] | {
            "old_plant": {
                "title": "Old",
                "state": "BBB",
                "lines": {"engines": capacity, "boots": 30},
            }
        }
        assert run(captive(factories=plants, events=ban)).records.warnings == []
    baseline = run(sim.load(SCENARIOS / "baseline.yaml"), members=24, months=1)
    assert not [text for text in baseline.records.warnings if " is short of " in text]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([0], "25% of the need stays unmet in the central case"),
        ([0, 1], "25% of the need stays unmet in the central case, and some in 50% of the members"),
        ([1, 2], "up to 30% of the need stays unmet in 50% of the members"),
        ([2, 0, 4], "25% of the need stays unmet in the central case, and some in all members"),
    ],
)
def test_the_central_case_is_told_where_it_is_run(members: list[int], said: str) -> None:
    lack = np.array([[0.25, 0.009, 0.3, 0.9, 0.02]])[:, members]
    assert shortage_warnings(number(captive()), members, lack) == [
        f"AAA is short of engines before any event: {said}"
    ]


def test_members_alone_are_warned_of_when_they_are_not_few() -> None:
    """In more than a twentieth of the members."""
    lack = np.zeros((1, 40))
    lack[0, [3, 4]] = [0.5, 0.2]
    assert shortage_warnings(number(captive()), range(40), lack) == []
    lack[0, 5] = 0.1
    assert shortage_warnings(number(captive()), range(40), lack) == [
        "AAA is short of engines before any event: up to 50% of the need stays unmet in 8% of the"
        " members"
    ]


def test_the_worst_are_named_and_the_rest_are_counted() -> None:
    """Inputs by the factory that lacks them; first by the central case, then by the mean."""
    axes = number(propulsion_world())
    names = [
        "AAA is short of propulsion_units",
        "AAA is short of optics",
        "CCC is short of optics",
        "yard is short of turbines",
    ]
    lack = np.array([[0.0, 0.9], [0.5, 0.0], [0.5, 0.1], [0.0, 0.8], [0.0, 0.0]])
    found = [text.split(" before")[0] for text in shortage_warnings(axes, range(2), lack)]
    assert found == [names[row] for row in (2, 1, 0, 3)]
    for times, more in ((2, "3"), (400, "1,595")):
        many = replace(axes, needs=axes.needs * times, need_line=np.tile(axes.need_line, times))
        told = shortage_warnings(many, range(2), np.tile(lack, (times, 1)))
        assert told[5:] == [f"so are {more} more needs"]


def test_a_makers_inputs_may_be_what_is_short() -> None:
    """Four gears a month where eight units, of which nine in ten are good, take 17.8."""
    plants = propulsion_world().model_dump(by_alias=True, exclude_unset=True)["factories"]
    plants["gear_plant"]["lines"]["gears"] = 4
    plants["lens_maker"]["lines"].pop("gears")
    warnings = run(propulsion_world(factories=plants, members=1, months=1)).records.warnings
    [said] = [text for text in warnings if " is short of " in text]
    assert (
        said
        == "yard is short of gears before any event: 78% of the need stays unmet in the central"
        " case"
    )


def test_a_short_start_is_looked_for_once_a_chunk_of_a_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever the months; tasks of studies do not look."""
    looked = []
    monkeypatch.setattr(
        "sim.engine.run.lacking",
        lambda at_rest: looked.append(at_rest.month) or lacking(at_rest),
    )
    run(captive(months=12), chunk=20)
    assert looked == [0, 0]
    sim.sweep(
        captive(), factors={"months": [3]}, members=2, metrics=["fill_rate"], out=tmp_path / "study"
    )
    assert looked == [0, 0]


def test_a_short_start_reaches_the_reader(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the terminal, and in the manifest."""
    assert (
        main(
            [
                "run",
                str(SCENARIOS / "examples" / "retool.yaml"),
                "--out",
                str(tmp_path / "out"),
                "--no-figures",
            ]
        )
        == 0
    )
    said = (
        "AAA is short of tractors before any event: 67% of the need stays unmet in the central case"
    )
    assert f"warning: {said}" in capsys.readouterr().err.splitlines()
    assert json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))[
        "warnings"
    ] == [said]
