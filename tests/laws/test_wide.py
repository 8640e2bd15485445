"""Laws of change in worlds that may use any key, in all members."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

import numpy as np
import pytest

import sim
from sim.records import Records
from sim.rules import registry
from sim.scenario.loading.schema_walk import KINDS
from tests.laws import changes
from tests.laws.wide import wide_world
from tests.laws.wide_draws import MONTHS, Tree, month

pytestmark = pytest.mark.untraced

Cells = dict[tuple[Any, ...], np.ndarray]
HINDSIGHT = "legacy"
"""What a later month may still change: who was hit is known at the end."""


def worlds(count: int, first: int = 0) -> list[Tree]:
    """Return so many of the worlds that are in order."""
    found, seed = [], first
    while len(found) < count:
        world = wide_world(Random(seed))
        seed += 1
        try:
            sim.parse(world)
        except sim.ScenarioError:
            continue
        found.append(world)
    return found


def told(world: Tree, **how: Any) -> Cells:
    return cells(sim.run(sim.parse(world), **how).records)


def cells(records: Records) -> Cells:
    """Return what a run says by labels, arrays of which the last axis is the members'."""
    found: Cells = {}
    for name, values in records.series.items():
        found |= {("series", name, *need): values[:, row] for row, need in enumerate(records.needs)}
    for name, values in records.input_series.items():
        rows = enumerate(records.inputs)
        found |= {("inputs", name, *need): values[:, row] for row, need in rows}
    for name in ("usable", "output", "capacity"):
        values = getattr(records, name)
        found |= {(name, *line): values[:, row] for row, line in enumerate(records.lines)}
    for name, values in records.money.items():
        found |= {
            ("money", name, purse): values[:, row] for row, purse in enumerate(records.purses)
        }
    return found


def check(one: Cells, other: Cells, tolerance: float = 0.0) -> None:
    """Fail where two runs differ in what the first tells."""
    for key, values in one.items():
        slack = tolerance * max(1.0, np.abs(values[np.isfinite(values)]).max(initial=0.0))
        np.testing.assert_allclose(other[key], values, rtol=0, atol=slack, err_msg=str(key))


def monthly(found: Cells, months: int) -> Cells:
    """Return the first months of what is told month by month."""
    kept = {key: each for key, each in found.items() if key[0] != "money" and HINDSIGHT not in key}
    return {key: each[:months] for key, each in kept.items()}


@pytest.mark.parametrize("world", worlds(5))
def test_a_member_is_the_same_in_any_company(world: Tree) -> None:
    together = told(world)
    check(together, told(world, chunk=1))
    alone = told(world, only=[2])
    check({key: each[..., 2:] for key, each in together.items()}, alone)


@pytest.mark.parametrize("world", worlds(5, first=100))
def test_a_shorter_run_is_the_beginning_of_a_longer_one(world: Tree) -> None:
    """But for a rule that looks at the end of the run."""
    _without_rule(world, "best_return")
    check(monthly(told(world), 11), monthly(told(world, months=11), 11))


def _without_rule(world: Tree, *words: str) -> None:
    """Leave out rules in which one of these words stands."""
    holders = [world["rules"], *(each.get("rules", {}) for each in _owners(world))]
    for rules in holders:
        for family in [key for key, each in rules.items() if any(w in str(each) for w in words)]:
            del rules[family]
    for programme in world["programmes"].values():
        if any(word in str(programme.get("rule")) for word in words):
            del programme["rule"]


def _owners(world: Tree) -> list[Tree]:
    return [*world["states"].values(), *world["factories"].values()]


@pytest.mark.parametrize("world", worlds(4, first=200))
def test_all_happens_a_year_later(world: Tree) -> None:
    """In the central case: draws go by the dates of what is given by month."""
    later = sim.run(sim.parse(changes.later(world)), only=[0]).records
    check(told(world, only=[0]), cells(later))


ISLAND: dict[str, Tree] = {
    "states": {
        "XXX": {"title": "Maker"},
        "YYY": {"title": "Buyer", "stock_cover": 2, "rules": {"sourcing": "satisfaction_adjusted"}},
    },
    "products": {"salt": {"title": "Salt", "unit": "t", "lot": 3, "learning_rate": 0.1}},
    "factories": {
        "pan": {
            "title": "Pan",
            "state": "XXX",
            "lines": {"salt": {"capacity": 30, "unit_cost": 2, "mothball": {"after_months": 2}}},
            "rules": {"pricing": "scarcity", "overtime": "ario", "allocation": "talmud"},
        }
    },
    "needs": {"YYY": {"salt": {"units": 20, "profile": [1] * 6 + [3] * 6, "tier": 1}}},
    "events": {
        "storm": {"kind": "outage", "date": month(4), "until": month(8), "factory": "pan"},
        "way": {
            **{"kind": "reexport", "date": month(2), "exporter": "XXX", "importer": "YYY"},
            **{"via": "AAA", "product": "salt", "capacity": 3, "mark_up": 0.2},
        },
    },
}


@pytest.mark.parametrize("world", worlds(8, first=124))
def test_who_trades_with_nobody_changes_nothing_elsewhere(world: Tree) -> None:
    """Whatever rules it follows; what all do together is left out."""
    both = {**world, **{key: {**each, **world[key]} for key, each in ISLAND.items()}}
    check({key: each for key, each in told(world).items() if "all" not in key}, told(both), 1e-9)


@pytest.mark.parametrize("world", worlds(8, first=21))
def test_goods_do_not_go_by_costs_where_no_rule_looks_at_them(world: Tree) -> None:
    _without_rule(world, "cheapest", "pressed", "idle", "best_return")
    # what is built goes by what it costs
    for each in world["programmes"].values():
        each["budget"] = {}
    for each in world["events"].values():
        if each["kind"] == "funding":
            each["amount"] = 0
    dear = copy.deepcopy(world)
    for factory in dear["factories"].values():
        for place, line in enumerate(factory["lines"].values()):
            line["unit_cost"] = 7 * (place % 2)
    dear["rules"]["pricing"] = "scarcity"
    plain = {key: each for key, each in told(world).items() if not {*key} & {"money", "spending"}}
    check(plain, told(dear))


WATCHED: dict[str, Tree] = {
    "states": {"YYY": {"title": "Buyer"}},
    "products": {"salt": {"title": "Salt", "unit": "t", "cancellation": 1}},
    "factories": {"pan": {"title": "Pan", "state": "YYY", "lines": {"salt": 0}}},
    "needs": {"YYY": {"salt": 1}},
}
"""A need of which nothing is ever met."""


@pytest.mark.parametrize("world", worlds(8, first=400))
def test_what_waits_for_so_many_months_of_shortage_is_what_begins_after_so_many(
    world: Tree,
) -> None:
    """But for those who know dates ahead."""
    _without_rule(world, "build_ahead")
    world |= {key: {**world[key], **each} for key, each in WATCHED.items()}
    waiting = copy.deepcopy(world)
    for event in waiting["events"].values():
        place = PLACES.get(event.get("date"), 0)
        if place:
            del event["date"]
            short = {"metric": "fill_rate", "state": "YYY", "product": "salt", "below": 0.5}
            event["when"] = {**short, "for": place}
    check(told(world), told(waiting))


PLACES = {month(place): place for place in range(MONTHS)}


def test_these_worlds_have_events_of_all_kinds_and_all_rules_but_one() -> None:
    """`optimal` solves linear programmes every month: it takes too long."""
    made = [wide_world(Random(seed)) for seed in range(300)]
    kinds = {event["kind"] for world in made for event in world["events"].values()}
    assert kinds == {*KINDS}
    text = str(made)
    unused = {each.name for each in registry.rules() if f"'{each.name}'" not in text}
    assert unused == {"optimal", *DEFAULTS}


DEFAULTS = ("at_cost", "draw_down", "none")
