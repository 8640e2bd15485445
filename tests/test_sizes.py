"""What counts as rounding is measured by what it is a part of: how large others are, or how much
more somebody could do, changes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.assess.past import _reached
from sim.engine.run import run
from sim.records import Records
from tests.worlds import world

AMPLE = 1e12
"""What a user writes who means that a plant has no limit"""
QUAKE = {"date": "2014-03", "until": "2014-09", "factory": "foundry", "share": 0.6}
CUT = {"date": "2014-04", "exporter": "BBB", "importer": "AAA", "product": "boats", "share": 0.5}


def boats(capacity: float, **changes: Any) -> Records:
    """Two states need half a boat a month each, from a yard that could make so many. From March on
    there are engines for 0.8 a month; another yard could make 0.3 boats."""
    plants = {"foundry": ("BBB", "engines", 2), "yard": ("BBB", "boats", capacity)}
    plants["shed"] = ("CCC", "boats", 0.3)
    events = {"quake": {"kind": "outage", **QUAKE}, **changes.pop("events", {})}
    scenario = world(
        months=18,
        states={name: {"title": name} for name in ("AAA", "BBB", "CCC")},
        products={
            "engines": {"title": "Engines", "unit": "engines"},
            "boats": {"title": "Boats", "unit": "boats", "inputs": {"engines": 1}},
        },
        factories={
            name: {
                "title": name,
                "state": state,
                "lines": {made: {"capacity": most, "unit_cost": 2}},
            }
            for name, (state, made, most) in plants.items()
        },
        needs={state: {"boats": 0.5} for state in ("AAA", "CCC")},
        trade={"any": {"exporter": "*", "importer": "*", "product": "*"}},
        events=events,
        **changes,
    )
    return run(scenario).records


def best(shells: float, cost: float = 100) -> list[float]:
    """A buyer needs so many shells, and 0.03 ships: 0.02 from the cheaper yard, the rest from the
    other, a fifth dearer. Return what the yards make of the ships at least cost."""
    plants = {"works": ("BBB", "shells", 2 * shells, 1.0), "yard": ("BBB", "ships", 0.02, cost)}
    plants["shed"] = ("AAA", "ships", 0.02, 1.2 * cost)
    scenario = world(
        months=1,
        products={name: {"title": name, "unit": "pieces"} for name in ("shells", "ships")},
        factories={
            name: {
                "title": name,
                "state": state,
                "lines": {made: {"capacity": most, "unit_cost": money}},
            }
            for name, (state, made, most, money) in plants.items()
        },
        needs={"AAA": {"shells": shells, "ships": 0.03}},
        trade={"any": {"exporter": "*", "importer": "AAA", "product": "*"}},
        rules={"allocation": "optimal"},
    )
    output = run(scenario).records.output
    return np.asarray(output[0, 1:, 0]).tolist()


def assert_alike(one: Records, other: Records) -> None:
    """Check that the same came to everybody for the same money; what idles is not compared."""
    for name, values in one.series.items():
        np.testing.assert_allclose(values, other.series[name], rtol=1e-9, atol=1e-12, err_msg=name)


def test_a_plant_without_limit_makes_what_its_inputs_allow() -> None:
    """Inputs for half a boat were dust beside a million million boats: the yard made none."""
    ample = boats(AMPLE)
    assert_alike(ample, boats(1000))
    assert ample.output[6, 1, 0] > 0.3


def test_a_cut_of_a_plant_without_limit_is_a_cut_of_what_it_has() -> None:
    """The yard has engines for 0.8 boats at most: that it lacks others was rounding beside what it
    could make with enough engines."""
    assert_alike(
        *(boats(most, events={"cut": {"kind": "cut_off", **CUT}}) for most in (1e3, AMPLE))
    )


def test_scarce_goods_of_a_large_plant_are_dear() -> None:
    """The 0.7 boats that are asked of the yard are no crumb because it could make a million
    million; others go without, and it is dear."""
    small, large = (boats(most, rules={"pricing": "scarcity"}) for most in (1e3, AMPLE))
    assert_alike(small, large)
    assert large.series["spending"][6, 0, 0] > 2 * large.series["received"][6, 0, 0]


def test_few_and_cheap_goods_are_allocated_at_least_cost_beside_many_and_dear_ones() -> None:
    """Beside a thousand million shells 0.03 ships were less than what the solver can tell from
    nothing, so that nobody made any."""
    for shells, cost in ((1, 100), (1e7, 100), (1e11, 100), (1e11, 1e-9), (1, 1e11)):
        assert best(shells, cost) == pytest.approx([0.02, 0.01], rel=1e-9)


def test_many_are_made_in_the_month_in_which_they_are_made() -> None:
    """Twelve twelfths of 1e8, added up, are 1.5e-8 less."""
    made = np.full((24, 1), 1e8 / 12)
    assert _reached("unit", 1e8, made, made)[:, 0].tolist() == [False] * 11 + [True] * 13
