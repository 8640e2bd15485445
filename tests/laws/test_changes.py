"""Laws of change: dates, sizes, names and the order of keys do not change what a world says."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import sim
from tests.laws import changes
from tests.laws.outcome import (
    EXACT,
    ROUNDED,
    Numbers,
    check,
    numbers,
    relabelled,
    summed,
    without,
)
from tests.laws.worlds import BUYER, MAKERS, few, fewer, small_world, worlds

pytestmark = pytest.mark.untraced

Tree = dict[str, Any]
SHARES = (
    "fill_rate",
    "fill_rate_after",
    "substitution_ratio",
    "T50",
    "T90",
    "T50_censored",
    "T90_censored",
)
SHARES += ("resilience_loss", "import_dependence", "hhi", "substitution_cost", "substitution")
"""What does not grow with the size of a world."""


def told(world: Tree) -> Numbers:
    return numbers(sim.run(sim.parse(world)))


@few
@given(worlds())
def test_a_year_later_all_happens_a_year_later(world: Tree) -> None:
    shifted = relabelled(told(changes.later(world)), lambda label: changes.moved(label, -1))
    check(told(world), shifted, EXACT)


@pytest.mark.parametrize("learning", [False, True])
@pytest.mark.parametrize(("by", "tolerance"), [(2.0, EXACT), (1000.0, ROUNDED)])
@fewer
@given(data=st.data())
def test_a_world_of_another_size_is_the_same_in_another_size(
    by: float, tolerance: float, learning: bool, data: st.DataObject
) -> None:
    world = data.draw(worlds(learning=learning))
    small, large = told(world), told(changes.scaled(world, by))
    back = {key: value if _is_share(key) else value / by for key, value in large.items()}
    check(small, back, tolerance)


def _is_share(key: tuple[str, ...]) -> bool:
    return key[0] in ("fates", "events") or bool({*key} & {*SHARES})


def names(world: Tree) -> dict[str, str]:
    """Give every state, product, factory, event, programme and candidate another name."""
    sections = ("products", "factories", "events", "programmes", "trade")
    found = {name: f"{name}_x" for section in sections for name in world[section]}
    found |= {name: f"{name[:2]}X" for name in world["states"]}
    sites = (name for programme in world["programmes"].values() for name in programme["candidates"])
    return found | {name: f"{name}_x" for name in sites} | {"east": "dawn", "west": "dusk"}


@few
@given(worlds())
def test_names_do_not_matter(world: Tree) -> None:
    new = names(world)

    def rename(value: Any) -> Any:
        if isinstance(value, str):
            return ".".join(new.get(each, each) for each in value.split("."))
        return value

    check(relabelled(told(world), rename), told(changes.mapped(world, rename)), EXACT)


@few
@given(worlds())
def test_the_order_of_keys_does_not_matter(world: Tree) -> None:
    check(told(world), told(changes.reversed_keys(world)))


@pytest.mark.parametrize("seed", [89, 606])
def test_the_order_of_keys_does_not_matter_where_rounding_is_all_that_is_left(seed: int) -> None:
    """A supplier's last bits as an input's need in a month without; as a year's only delivery."""
    world = small_world(Random(seed))
    check(told(world), told(changes.reversed_keys(world)))


SUMS = ("series", "flows", "capacity", "money")


def sums(found: Numbers) -> Numbers:
    """Leave out what cannot be added up."""
    return {key: each for key, each in found.items() if key[0] in SUMS and not {*key} & {*SHARES}}


@pytest.mark.parametrize("limits", [False, True])
@pytest.mark.parametrize("learning", [False, True])
@fewer
@given(data=st.data())
def test_two_halves_of_each_plant_are_the_plant(
    limits: bool, learning: bool, data: st.DataObject
) -> None:
    """With caps too: what a limit leaves is shared by what is asked, over however many links."""
    world = data.draw(worlds(heads=False, limits=limits, learning=learning))
    one = {f"{name}_b": name for name in world["factories"]}
    check(sums(told(world)), summed(sums(told(changes.halves(world))), one))


@few
@given(worlds(heads=False))
def test_two_halves_of_a_buyer_are_the_buyer(world: Tree) -> None:
    bounded = (
        each
        for each in (*world["trade"].values(), *world["events"].values())
        if {"cap", "capacity"} & {*each}
    )
    assume(all(each["importer"] == BUYER for each in bounded))
    assume(all(each["chair"] != BUYER for each in world["programmes"].values()))
    check(
        sums(told(world)),
        summed(sums(told(changes.two_buyers(world, BUYER, "ZZY"))), {"ZZY": BUYER}),
    )


@fewer
@given(worlds(heads=False))
def test_two_halves_of_a_buyer_under_one_limit_for_both_are_the_buyer(world: Tree) -> None:
    world = changes.with_limits_together(world, BUYER)
    bounded = (
        each for each in (*world["trade"].values(), *world["events"].values()) if "cap" in each
    )
    assume(all(each["importer"] == BUYER for each in bounded))
    assume(all(each["chair"] != BUYER for each in world["programmes"].values()))
    two = changes.two_buyers(world, BUYER, "ZZY", together=True)
    check(sums(told(world)), summed(sums(told(two)), {"ZZY": BUYER}))


ROUTE = {"exporter": "AAA", "importer": BUYER, "via": "CCC", "lead_months": 2}


@fewer
@given(worlds())
def test_two_halves_of_a_reexport_are_the_reexport(world: Tree) -> None:
    route = {**ROUTE, "exporter": world["factories"]["plant_2"]["state"]}
    route["via"] = next(each for each in MAKERS if each != route["exporter"])
    passing = {"kind": "reexport", "date": "2014-06", "capacity": 6, **route}
    cut = {"kind": "cut_off", "date": "2014-09", "share": 0.3, **ENDS, "importer": "*"}
    world["rules"] |= {"allocation": "proportional", "programme": "proportional_to_gap"}
    # satisfaction is judged even by orders that are dust
    world["rules"] |= {"sourcing": "fixed"}
    world["events"] |= {"passing": passing, "cut": cut}
    one = {f"{name}_b": name for name in world["events"]}
    check(sums(told(world)), summed(sums(told(changes.two_ways(world))), one))


ENDS = {"exporter": "*", "importer": BUYER}
WHOLE = [
    {"kind": "cut_off", "share": 0.5, **ENDS},
    {"kind": "quota", "cap": 5, **ENDS},
    {"kind": "leakage", "share": 0.3, **ENDS},
    {"kind": "exemption", "share": 0.5, **ENDS},
    {"kind": "exemption", "cap": 4, **ENDS},
    {"kind": "demand", "state": BUYER, "factor": 0.5},
    {"kind": "outage", "factory": "plant_2", "share": 0.5},
]
"""Events that act alike in all their months."""


@pytest.mark.parametrize("event", WHOLE, ids=[each["kind"] for each in WHOLE])
@fewer
@given(world=worlds())
def test_an_event_cut_in_two_that_follow_one_another_is_one(event: Tree, world: Tree) -> None:
    whole = {**event, "date": "2014-09", "until": "2015-06"}
    first, second = changes.cut_in_two(whole, "2015-01")
    one = {**world, "events": {**world["events"], "whole": whole}}
    two = {**world, "events": {**world["events"], "first": first, "second": second}}
    check(without(told(one), "whole"), without(told(two), "first", "second"))


@few
@given(worlds())
def test_numbers_per_year_are_numbers_per_month(world: Tree) -> None:
    per_year = changes.mapped(world, lambda value: value)
    for factory in per_year["factories"].values():
        for line in factory["lines"].values():
            line["capacity"] = {"value": 12 * line["capacity"], "per": "year"}
    for each in (*per_year["trade"].values(), *per_year["events"].values()):
        for key in {"cap", "capacity"} & {*each}:
            each[key] = {"value": 12 * each[key], "per": "year"}
    for needs in per_year["needs"].values():
        for need in needs.values():
            if "units" in need:
                need["units"] = {"value": 12 * need["units"], "per": "year"}
    check(told(world), told(per_year))


def test_the_makers_of_these_worlds_are_states_of_three_letters() -> None:
    """Renaming keeps them so."""
    assert all(len(f"{name[:2]}X") == 3 for name in (*MAKERS, BUYER))
    assert len({name[:2] for name in (*MAKERS, BUYER)}) == 4
