"""A number may be a list of values, or a normal one, wherever it may be an interval; and it may
stand for what it is the number of."""

from __future__ import annotations

from typing import Any

import pytest

import sim
from sim.assess.outcomes import Case
from sim.engine.load import parse
from sim.errors import ScenarioError
from sim.experiments.left_out import _as_planned
from sim.experiments.rivals import _doubled
from sim.scenario.programme import Complexity
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Scenario

WORLD: dict[str, Any] = {
    "name": "numbers",
    "title": "Numbers",
    "start": "2020-01",
    "months": 13,
    "states": {"AAA": {"title": "A"}, "BBB": {"title": "B"}, "CCC": {"title": "C"}},
    "products": {"pumps": {"title": "Pumps", "unit": "pumps"}},
    "factories": {"f": {"title": "F", "state": "BBB", "lines": {"pumps": 100}}},
    "needs": {"AAA": {"pumps": 50}},
    "trade": {"all": {"exporter": "*", "importer": "*", "product": "*"}},
}


def world(sets: tuple[str, ...] = (), **blocks: Any) -> Scenario:
    return parse({**WORLD, **blocks}, sets)


def plant(**line: Any) -> dict[str, Any]:
    return {"f": {"title": "F", "state": "BBB", "lines": {"pumps": {"capacity": 100, **line}}}}


def test_wear_that_some_members_have_is_drawn() -> None:
    """A median of 0 is no wear in the central case; of 100 units half are left after twelve months
    where half are lost in a year."""
    decay = {"dist": "discrete", "values": [0, 0, 0.5]}
    left = sim.run(world(factories=plant(decay=decay), members=8)).records.capacity[11, 0]
    assert left[0] == 100
    assert sorted(set(left.round(9).tolist())) == [50, 100]


CIRCLES = [
    ({"dist": "discrete", "values": [0.5, 0.5, 1.2]}, 1, "1.2"),
    ({"dist": "discrete", "values": [0.5, 0.5, 0.9]}, 1, ""),
    ({"value": 0.5, "low": 0.5, "high": 1.2, "dist": "fixed"}, 1, ""),
    (0.5, {"dist": "discrete", "values": [0.9, 0.9, 0.4]}, "1.25"),
]


@pytest.mark.parametrize(("amount", "yield_", "radius"), CIRCLES)
def test_circles_are_asked_of_all_that_may_be_drawn(amount: Any, yield_: Any, radius: str) -> None:
    """What takes 1.2 of itself in some members, or 0.5 at a yield of 0.4, uses up what it makes."""
    goods = {"pumps": {"title": "P", "unit": "p", "inputs": {"pumps": amount}}}
    blocks = {"products": goods, "factories": plant(**{"yield": yield_})}
    if not radius:
        assert world(**blocks).products["pumps"].inputs
        return
    with pytest.raises(ScenarioError, match=f"spectral radius {radius}, must be below 1"):
        world(**blocks)


def test_a_phase_in_of_some_members_is_refused_as_any() -> None:
    phase_in = {"dist": "discrete", "values": [0, 0, 3]}
    event = {"kind": "closure", "date": "2020-05", "factory": "f", "phase_in": phase_in}
    with pytest.raises(ScenarioError, match="phase_in 3 does nothing"):
        world(events={"gone": event})


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ({"value": 3, "chances": []}, "give as many chances as values"),
        (
            {"dist": "discrete", "values": [1, float("nan")], "value": 1},
            "nan is not a finite number",
        ),
    ],
)
def test_lists_that_are_none_are_told(number: Any, told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        world(needs={"AAA": {"pumps": number}})


def test_values_below_0_may_have_chances() -> None:
    """A score may be below 0, however likely it is."""
    score = {"dist": "discrete", "values": [-1, 1], "chances": [3, 1]}
    lead_time = {"announced": 12, "own": score}
    candidate = {"factory": "f", "product": "pumps", "lead_time": lead_time}
    programme = {
        **{"title": "Q", "chair": "AAA", "beneficiaries": "all"},
        "candidates": {"c": {**candidate, "ramp_months": 0, "capital_cost": 1}},
    }
    found = world(programmes={"q": programme}).programmes["q"].candidates["c"].lead_time
    assert found is not None
    assert found.own.value == -1


def test_a_number_without_its_value_stands_for_a_need_a_line_and_an_input() -> None:
    """The median of 4 to 6 is 5, of 81 to 121 in logarithms 99, of 1, 2 and 3 two."""
    found = world(
        needs={"AAA": {"pumps": {"dist": "normal", "low": 4, "high": 6}}},
        factories={
            "f": {
                **{"title": "F", "state": "BBB"},
                "lines": {"pumps": {"dist": "lognormal", "low": 81, "high": 121}, "ore": 9},
            }
        },
        products={
            "ore": {"title": "Ore", "unit": "t"},
            "pumps": {
                **{"title": "Pumps", "unit": "pumps"},
                "inputs": {"ore": {"dist": "discrete", "values": [1, 2, 3]}},
            },
        },
    )
    units = found.needs["AAA"]["pumps"].units
    assert units is not None
    assert units.value == 5
    assert found.factories["f"].lines["pumps"].capacity.value == pytest.approx(99)
    assert found.products["pumps"].inputs["ore"].amount.value == 2


def test_an_announcement_is_late_in_all_of_its_values() -> None:
    """Twice 10 or 20 months is 20 or 40."""
    announced = Quantity.model_validate({"dist": "discrete", "values": [10, 20], "value": 10})
    assert (_doubled(announced).value, _doubled(announced).values) == (20, [20, 40])


def test_planned_costs_grow_from_all_of_their_values() -> None:
    """Costs of 2, 3 or 7 and overruns of 1 to 2, 1.5 as a rule, span 2 to 14 about 4.5."""
    numbers = {"build_months": 1, "qualification_months": 1, "ramp_months": 1}
    planned = {"dist": "discrete", "values": [2, 3, 7]}
    real, plan = (
        Complexity.model_validate({**numbers, "capital_cost": cost}) for cost in (9, planned)
    )
    others = [Case("a", "cost_overrun", 1.0, 1.5, 2.0)]
    cost = _as_planned(real, plan, others).capital_cost
    assert (cost.low, cost.value, cost.high) == (2, 4.5, 14)


@pytest.mark.parametrize("path", ["factories.f.lines.pumps", "needs.AAA.pumps"])
def test_a_number_set_in_place_of_a_line_leaves_what_else_is_said(path: str) -> None:
    """As in a file that extends another: 900 a year, as 1200 were, and the same cost or tier."""
    yearly = {"value": 1200, "per": "year"}
    blocks: dict[str, Any] = {
        "factories": plant(capacity=yearly, unit_cost=7),
        "needs": {"AAA": {"pumps": {"units": yearly, "tier": 1}}},
    }
    found = world((f"{path}=900",), **blocks)
    line, need = found.factories["f"].lines["pumps"], found.needs["AAA"]["pumps"]
    number = line.capacity if path.startswith("factories") else need.units
    assert number is not None
    assert (number.value, number.per) == (900, "year")
    assert (line.unit_cost.value, need.tier) == (7, 1)


def test_nobody_finds_who_is_not_to_deliver() -> None:
    """The strongest supplier may not deliver, for good (weight 0): the first one found is the
    other, whether the rule that forbids speaks of search or not."""
    factories = {
        name: {"title": name, "state": state, "lines": {"pumps": capacity}}
        for name, state, capacity in (("big", "BBB", 900), ("small", "CCC", 100))
    }
    forbidden = {"exporter": "BBB", "importer": "AAA", "product": "pumps", "weight": 0}
    search = {"rule": "gravity", "probability": 1.0, "qualification_months": 1}
    found = [
        sim.run(
            world(
                factories=factories,
                trade={"no": {**forbidden, "by_search": by_search}},
                rules={"search": search},
            )
        ).records.series["received"][:, 0, 0]
        for by_search in (False, True)
    ]
    assert found[0].tolist() == found[1].tolist()
    assert found[1].sum() > 0


def test_a_loss_of_some_members_needs_its_months_too() -> None:
    hard = {"build_months": 1, "qualification_months": 1, "ramp_months": 1, "capital_cost": 1}
    loss = {"value": 0, "low": 0, "high": 0.5}
    with pytest.raises(ScenarioError, match="retool_loss needs retool_months"):
        world(complexity={"hard": {**hard, "retool_loss": loss}})
