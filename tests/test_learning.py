"""Costs and yields that change with experience: published tables, and lines that learn, forget and
look at each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.model import SupplyModel
from sim.engine.run import run
from sim.kernels.learning import (
    better_yield,
    crawford,
    crawford_batch,
    next_lot,
    remembered,
    slope,
    wright_batch,
)
from sim.scenario.schema import Scenario
from tests.company import assert_same_in_any_company
from tests.worlds import old_supplier, propulsion_world, world

EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())["learning"]
FIRST = 100.0
"""Hours for the first unit in the published tables."""


def column(*values: float) -> np.ndarray:
    return np.array(values)[:, None]


RATE_85, RATE_80, RATE_75 = (slope(column(1 - share))[0, 0] for share in (0.85, 0.80, 0.75))


def test_published_crawford_85() -> None:
    """Unit 125 and the sum of the first 125."""
    units = np.arange(1.0, 126.0)[:, None]
    hours = FIRST * crawford(units, np.full_like(units, RATE_85))
    assert hours[-1, 0] == pytest.approx(EXPECTED["crawford_85_unit125"], abs=5e-6)
    assert hours.sum() == pytest.approx(EXPECTED["crawford_85_cum125"], abs=5e-4)


def test_published_wright_85() -> None:
    """The total of 125 units, and the last of them."""
    b = column(RATE_85)
    assert 125 * FIRST * wright_batch(column(1), column(125), b)[0, 0] == pytest.approx(
        EXPECTED["wright_85_total125"], abs=5e-4
    )
    assert FIRST * wright_batch(column(125), column(1), b)[0, 0] == pytest.approx(
        EXPECTED["wright_85_unit125"], abs=5e-6
    )


@pytest.mark.parametrize(("unit", "hours"), EXPECTED["unit_80"].items())
def test_published_80_table(unit: str, hours: float) -> None:
    """Each doubling takes a fifth away."""
    found = crawford(column(float(unit)), column(RATE_80))
    assert FIRST * found[0, 0] == pytest.approx(hours, rel=1e-14)


def test_published_midpoint() -> None:
    """The unit that costs what units 201 to 500 cost on average at 75 %."""
    mean = crawford_batch(column(201), column(300), column(RATE_75))[0, 0]
    assert mean ** (1 / RATE_75) == pytest.approx(EXPECTED["unit_midpoint_75_201_500"], abs=5e-5)


@given(st.floats(2, 1e5), st.floats(1, 1e4), st.floats(0.01, 0.45))
def test_batches_lie_between_their_first_and_last_unit(
    unit: float, size: float, rate: float
) -> None:
    """And the batch of a whole number of units is close to the sum of them."""
    b = slope(column(rate))
    for curve in (crawford_batch, wright_batch):
        first, mean, last = (
            curve(column(at), column(each), b)[0, 0]
            for at, each in ((unit, 1), (unit, size), (unit + size - 1, 1))
        )
        assert last * (1 - 1e-6) <= mean <= first * (1 + 1e-6)


def test_a_batch_is_close_to_the_sum_of_its_units() -> None:
    """Units 5 to 14 at 80 %."""
    units = np.arange(5.0, 15.0)[:, None]
    mean = crawford(units, np.full_like(units, RATE_80)).mean()
    assert crawford_batch(column(5), column(10), column(RATE_80))[0, 0] == pytest.approx(
        mean, rel=1e-3
    )


def plant(rule: Any = "crawford", months: int = 24, **line: Any) -> dict[str, np.ndarray]:
    """Run a home plant that makes 20 engines a month, 100 money each at the start, 20 % cheaper
    with each doubling.

    Return its unit cost, experience and yield at the end of each month.
    """
    plants = {
        "home_plant": {
            "title": "Home",
            "state": "AAA",
            "lines": {"engines": {"capacity": 20, "unit_cost": 100, **line}},
        }
    }
    products = {
        "engines": {"title": "Engines", "unit": "engines", "learning_rate": 0.2, "cancellation": 1}
    }
    changes = {
        "factories": plants,
        "products": products,
        "needs": {"AAA": {"engines": 20}},
        "rules": {"learning": rule},
    }
    return lines(world(months=months, **changes))


def lines(scenario: Scenario, row: int = 0) -> dict[str, np.ndarray]:
    model = SupplyModel(scenario, (0,))
    found: dict[str, list[float]] = {"unit_cost": [], "experience": [], "yield_": [], "output": []}
    for _ in range(scenario.months):
        model.step()
        for name, values in found.items():
            values.append(getattr(model.world.lines, name)[row, 0])
    return {name: np.array(values) for name, values in found.items()}


def test_crawford_in_a_run() -> None:
    """Ten years of 20 a month stand behind the line: after ten more it has doubled its experience,
    and costs a fifth less."""
    found = plant(months=120)
    np.testing.assert_allclose(found["experience"], 2400 + 20 * np.arange(1, 121))
    np.testing.assert_allclose(
        found["unit_cost"], 100 * (found["experience"] / 2400) ** RATE_80, rtol=1e-13
    )
    assert found["unit_cost"][-1] == pytest.approx(80)


def new_line(rule: Any) -> np.ndarray:
    """Return the cost month by month of a line that had nothing to do before a ban gave it 20
    engines a month."""
    plants = old_supplier()["factories"]
    plants["home_plant"]["lines"]["engines"] = {"capacity": 20, "unit_cost": 100}
    plants["old_plant"]["lines"]["engines"] = {"capacity": 200, "unit_cost": 100}
    trade = {
        "old": {"exporter": "BBB", "importer": "AAA", "product": "engines", "weight": 1},
        "home": {
            "exporter": "AAA",
            "importer": "AAA",
            "product": "engines",
            "weight": {"value": 0, "low": 0, "high": 1},
        },
    }
    ban = {"kind": "cut_off", "date": "2014-05", "exporter": "BBB", "importer": "AAA"}
    products = {"engines": {"title": "Engines", "unit": "engines", "learning_rate": 0.2}}
    trade["home"]["weight"] = 1e-9
    return lines(
        world(
            factories=plants,
            products=products,
            trade=trade,
            events={"ban": ban},
            rules={"learning": rule},
        ),
        1,
    )["unit_cost"]


def test_wright_learns_faster_on_a_new_line() -> None:
    """Unit costs start alike; the average of all units so far falls by the rate, so the next unit's
    falls faster at first. A month of full work is 30 lots."""
    crawford_cost, wright_cost = new_line("crawford"), new_line("wright")
    assert wright_cost[4] < crawford_cost[4]
    units = 1 + 30 * np.arange(1, 21)
    np.testing.assert_allclose(crawford_cost[4:], 100 * units.astype(float) ** RATE_80, rtol=1e-6)
    power = 1 + RATE_80
    np.testing.assert_allclose(
        wright_cost[4:], 100 * (units**power - (units - 1) ** power), rtol=1e-6
    )


@pytest.mark.parametrize("rule", ["crawford", "wright"])
def test_a_batch_costs_less_than_its_first_unit(rule: str) -> None:
    """The mean of a month's 30 lots, from the next one on."""
    batch, single = new_line({"rule": rule, "batch": True}), new_line(rule)
    assert (batch[4:] < single[4:]).all()
    mean = (crawford_batch if rule == "crawford" else wright_batch)(
        column(31), column(30), column(RATE_80)
    )[0, 0]
    first = 1.0 if rule == "wright" else crawford_batch(column(1), column(1), column(RATE_80))[0, 0]
    assert batch[4] == pytest.approx(100 * mean / first, rel=1e-6)


def test_forgetting_by_hand() -> None:
    """A line that is out of work for a year loses the share; it never knows less than from its
    first lot."""
    experience, made = column(2400.0), column(0.0)
    for _ in range(12):
        experience = remembered(experience, made, 0.3)
    assert experience[0, 0] == pytest.approx(2400 * 0.7)
    assert remembered(column(25.0), column(20.0), 0.3)[0, 0] == pytest.approx(
        0.7 ** (1 / 12) * 5 + 20
    )
    assert next_lot(column(1.0), column(2400.0), column(2.0))[0, 0] == 1


def test_lots_by_hand() -> None:
    """What lies before the start counts as a lot at least; without capacity nothing is counted."""
    made, before, lot = (
        column(5.0, 5.0, 5.0, 5.0, 0.0),
        column(0, 1, 4, 5, 0),
        column(2, 2, 2, 2, 0),
    )
    assert next_lot(made, before, lot)[:, 0].tolist() == [3.5, 3, 2.5, 2.5, 1]


def test_forgetting_in_a_run() -> None:
    """Costs of an idle line rise by (1 - share)^b a year; at work it forgets 720 of 2400 units as
    well, but makes 240."""
    outage = {"kind": "outage", "date": "2014-01", "until": "2015-01", "factory": "home_plant"}
    plants = {
        "home_plant": {
            "title": "Home",
            "state": "AAA",
            "lines": {"engines": {"capacity": 20, "unit_cost": 100}},
        }
    }
    products = {
        "engines": {"title": "Engines", "unit": "engines", "learning_rate": 0.2, "cancellation": 1}
    }
    rule = {"rule": "crawford", "forgetting": 0.3}
    changes = {
        "factories": plants,
        "products": products,
        "needs": {"AAA": {"engines": 20}},
        "events": {"fire": outage},
    }
    found = lines(world(**changes, rules={"learning": rule}))
    assert found["unit_cost"][11] == pytest.approx(100 * 0.7**RATE_80)
    assert found["unit_cost"][-1] == pytest.approx(
        100 * (found["experience"][-1] / 2400) ** RATE_80
    )
    assert 0.7 * 1680 + 12 * 20 * 0.8 < found["experience"][-1] < 0.7 * 1680 + 12 * 20
    np.testing.assert_allclose(lines(world(**changes))["unit_cost"][:12], 100)


def sisters(rule: Any) -> np.ndarray:
    """Return the costs of the home plant (20 a month), with a sister abroad (80 a month), and no
    sister at home."""
    plants = old_supplier()["factories"]
    plants["home_plant"]["lines"]["engines"] = {"capacity": 20, "unit_cost": 100}
    plants["old_plant"]["lines"]["engines"] = {"capacity": 80, "unit_cost": 100}
    products = {"engines": {"title": "Engines", "unit": "engines", "learning_rate": 0.2}}
    return lines(world(factories=plants, products=products, rules={"learning": rule}), 1)[
        "unit_cost"
    ]


def test_spill_over_from_sister_lines() -> None:
    """With half of the sister's experience counted, 2400 + 4800 at the start grow by 20 + 40 a
    month."""
    rule = {"rule": "crawford", "spill_over": 0.5}
    months = np.arange(1, 25)
    np.testing.assert_allclose(
        sisters(rule), 100 * ((7200 + 60 * months) / 7200) ** RATE_80, rtol=1e-12
    )
    np.testing.assert_allclose(
        sisters(rule | {"sisters": "state"}), sisters("crawford"), rtol=1e-12
    )


def test_spill_over_makes_a_new_line_cheap_sooner() -> None:
    """It begins with what its sister knows, so that its own units add little to it. A lot is two
    thirds of an engine."""
    assert new_line({"rule": "crawford", "spill_over": 0.2})[-1] > new_line("crawford")[-1]
    assert new_line({"rule": "crawford", "spill_over": 0.2})[-1] == pytest.approx(
        100 * ((1 + 600 + 0.3 * (12000 + 400)) / (1 + 0.3 * 12000)) ** RATE_80, rel=1e-3
    )


def test_half_of_the_fall_comes_with_time() -> None:
    """At an output that adds a tenth a year to experience, cost falls as before at first; an idle
    line's falls with time alone."""
    rule = {"rule": "crawford", "experience_share": 0.5, "growth": 0.1}
    outage = {"kind": "outage", "date": "2014-01", "factory": "home_plant"}
    plants = {
        "home_plant": {
            "title": "Home",
            "state": "AAA",
            "lines": {"engines": {"capacity": 20, "unit_cost": 100}},
        }
    }
    products = {
        "engines": {"title": "Engines", "unit": "engines", "learning_rate": 0.2, "cancellation": 1}
    }
    changes = {
        "factories": plants,
        "products": products,
        "needs": {"AAA": {"engines": 20}},
        "rules": {"learning": rule},
    }
    idle, busy = (
        lines(world(**changes, events={"fire": outage}))["unit_cost"],
        lines(world(**changes))["unit_cost"],
    )
    assert idle[11] == pytest.approx(100 * 1.1 ** (RATE_80 / 2))
    assert busy[11] == pytest.approx(100 * (2640 / 2400) ** (RATE_80 / 2) * 1.1 ** (RATE_80 / 2))


def test_growth_says_how_fast_time_works() -> None:
    found = [
        plant({"rule": "wright", "experience_share": 0.0, "growth": growth})["unit_cost"][-1]
        for growth in (0.0, 0.1, 0.5)
    ]
    assert found[0] == pytest.approx(100)
    assert found[2] < found[1] < found[0]


def test_yield_grows_with_experience() -> None:
    """From 0.8 towards 0.95: the gap shrinks as the cost does; a line that is better
    already stays.
    """
    rule = {"rule": "crawford", "best_yield": 0.95}
    found = plant(rule, months=120, **{"yield": 0.8, "capacity": 25})
    np.testing.assert_allclose(found["yield_"], 0.95 - 0.15 * found["unit_cost"] / 100, rtol=1e-12)
    np.testing.assert_allclose(found["output"], 20)
    assert found["yield_"][-1] == pytest.approx(0.95 - 0.15 * 0.8)
    assert (plant(rule, **{"yield": 0.97, "capacity": 25})["yield_"] == 0.97).all()
    assert better_yield(column(0.05), 0.95, column(100.0))[0, 0] == 0.01


def test_a_line_without_cost_may_still_improve_its_yield() -> None:
    found = plant(
        {"rule": "wright", "best_yield": 1.0}, **{"yield": 0.5, "capacity": 40, "unit_cost": 0}
    )
    assert found["yield_"][-1] > found["yield_"][0] > 0.5
    assert (found["unit_cost"] == 0).all()


def test_lines_that_cannot_learn_cost_nothing() -> None:
    """Without a learning rate, or without a cost, nobody is asked anything."""
    assert SupplyModel(world(), (0,)).policies.learners == []
    products = {"engines": {"title": "Engines", "unit": "engines", "learning_rate": 0.2}}
    assert SupplyModel(world(products=products), (0,)).policies.learners == []


def test_a_factory_may_learn_by_its_own_rule() -> None:
    """Beside others who follow the scenario's; its buyer is the yard, so the ledger shows it and no
    final need does."""
    scenario = propulsion_world()
    data = scenario.model_dump(by_alias=True, exclude_unset=True)
    data["factories"]["turbine_plant"]["rules"] = {
        "learning": {"rule": "crawford", "forgetting": 0.5}
    }
    one, other = run(scenario).records, run(Scenario.model_validate(data)).records
    assert (
        other.money["sales"][1, one.purses.index("BBB")]
        > one.money["sales"][1, one.purses.index("BBB")]
    ).all()
    assert np.array_equal(one.series["spending"], other.series["spending"])


EVERYTHING = {
    "forgetting": 0.2,
    "spill_over": 0.3,
    "experience_share": 0.5,
    "best_yield": 0.97,
    "batch": True,
}


@pytest.mark.parametrize(
    "rule",
    [
        "crawford",
        "wright",
        {"rule": "crawford", **EVERYTHING},
        {"rule": "wright", **EVERYTHING, "sisters": "state"},
    ],
)
def test_company_changes_no_bit(rule: Any) -> None:
    assert_same_in_any_company(propulsion_world(rules={"learning": rule}))


@pytest.mark.parametrize("rule", [{"rule": name, **EVERYTHING} for name in ("crawford", "wright")])
def test_who_does_not_learn_stays_as_he_is_beside_those_who_do(rule: Any) -> None:
    """In half of the members there is nothing to learn, or nothing that it would make cheaper."""
    half = {"dist": "discrete", "chances": [0.5, 0.5]}
    products = propulsion_world().model_dump(by_alias=True, exclude_unset=True)["products"]
    for name in products:
        products[name]["learning_rate"] = {"values": [0, 0.2], **half}
    scenario = propulsion_world(products=products, rules={"learning": rule})
    assert_same_in_any_company(scenario)
    plants = scenario.model_dump(by_alias=True, exclude_unset=True)["factories"]
    for plant in plants.values():
        for line in plant["lines"].values():
            line["unit_cost"] = {"values": [0, 3.7], **half}
    assert_same_in_any_company(propulsion_world(factories=plants, rules={"learning": rule}))


@pytest.mark.parametrize("cost", [0, 1e-9])
def test_a_line_forgets_whatever_its_goods_cost(cost: float) -> None:
    """The home plant forgets all but a billionth a year, and so tells the old plant, which learns
    from it, no more than it makes in a month: what its own goods cost is nothing to that."""
    factories = old_supplier()["factories"]
    home = {"rule": "crawford", "forgetting": 1 - 1e-9}
    factories["home_plant"] |= {"lines": {"engines": {"capacity": 20, "unit_cost": cost}}}
    factories["home_plant"]["rules"] = {"learning": home}
    factories["old_plant"]["lines"] = {"engines": {"capacity": 200, "unit_cost": 10}}
    product = {"title": "Engines", "unit": "engines", "learning_rate": 0.15}
    scenario = world(
        factories=factories,
        products={"engines": product},
        rules={"learning": {"rule": "crawford", "spill_over": 1.0}},
    )
    model = SupplyModel(scenario)
    for _ in range(12):
        model.step()
    # of its own 120 months of 80, and of the 120 of 20 from home, less than one of these is left
    known = 132 * 80 + 20 / (1 - 1e-9 ** (1 / 12))
    wanted = 10 * (known / (120 * 100)) ** np.log2(0.85)
    assert model.world.lines.unit_cost[0, 0] == pytest.approx(wanted, rel=1e-3)
