"""Laws of change: what cannot matter changes no number."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

import sim
from tests.laws.outcome import EXACT, Numbers, check, numbers, without
from tests.laws.worlds import BUYER, MAKERS, few, fewer, worlds

pytestmark = pytest.mark.untraced

Tree = dict[str, Any]

ENDS = {"exporter": "*", "importer": BUYER}
NEVER = {"metric": "unmet", "state": BUYER, "product": "tank", "above": 1e9}
IDLE_EVENTS: dict[str, Tree] = {
    "cut after the end": {"kind": "cut_off", "date": "2030-01", **ENDS},
    "cut that waits for ever": {"kind": "cut_off", "when": NEVER, **ENDS},
    "cut of nothing": {"kind": "cut_off", "date": "2014-09", "share": 0, **ENDS},
    "quota above all flow": {"kind": "quota", "date": "2014-09", "cap": 1e9, **ENDS},
    "quota after the end": {"kind": "quota", "date": "2030-01", "cap": 1, **ENDS},
    "leak of nothing": {"kind": "leakage", "date": "2014-09", "share": 0, **ENDS},
    "exemption of nothing": {"kind": "exemption", "date": "2014-09", "cap": 0, **ENDS},
    "demand as it is": {"kind": "demand", "date": "2014-09", "state": BUYER, "factor": 1},
    "outage of nothing": {"kind": "outage", "date": "2014-09", "factory": "plant_0", "share": 0},
    "outage after the end": {"kind": "outage", "date": "2030-01", "factory": "plant_0"},
    "closure after the end": {"kind": "closure", "date": "2030-01", "factory": "plant_0"},
}


def told(world: Tree) -> Numbers:
    return numbers(sim.run(sim.parse(world)))


@pytest.mark.parametrize("event", IDLE_EVENTS.values(), ids=list(IDLE_EVENTS))
@fewer
@given(world=worlds())
def test_an_event_that_never_acts_changes_nothing(event: Tree, world: Tree) -> None:
    events = {**world["events"], "idle": event}
    check(told(world), without(told({**world, "events": events}), "idle"), EXACT)


@pytest.mark.parametrize("change", [{"date": "2030-01"}, {"capacity": 0}], ids=["late", "nothing"])
@fewer
@given(world=worlds())
def test_a_reexport_that_never_passes_anything_changes_nothing(change: Tree, world: Tree) -> None:
    """Its links stand in the sums from the start: to rounding."""
    exporter = world["factories"]["plant_2"]["state"]
    via = next(each for each in MAKERS if each != exporter)
    ends = {"exporter": exporter, "importer": BUYER, "via": via, "product": "tank"}
    idle = {"kind": "reexport", "date": "2014-09", "capacity": 10, **ends, **change}
    events = {**world["events"], "idle": idle}
    check(told(world), without(told({**world, "events": events}), "idle"))


@pytest.mark.parametrize("undoing", ["lifting", "repair"])
@fewer
@given(world=worlds())
def test_undoing_nothing_changes_nothing(undoing: str, world: Tree) -> None:
    """Of nothing; after the end; and before what it would undo."""
    target = (
        {"kind": "cut_off", **ENDS}
        if undoing == "lifting"
        else {"kind": "outage", "factory": "plant_0"}
    )
    key = "lifts" if undoing == "lifting" else "repairs"
    events = {**world["events"], "done": {**target, "date": "2014-12"}}
    plain = told({**world, "events": events})
    for idle in {"date": "2015-02", "share": 0}, {"date": "2030-01"}, {"date": "2014-06"}:
        more = {**events, "idle": {"kind": undoing, key: ["done"], **idle}}
        check(plain, without(told({**world, "events": more}), "idle"), EXACT)


@pytest.mark.parametrize("share", [0.1, 0.9])
@few
@given(world=worlds())
def test_a_cut_begins_where_an_exemption_of_all_ends(share: float, world: Tree) -> None:
    """What came until then was lawful, and what waits does so for another reason. Which suppliers
    were hit is another matter: it is judged by what flowed when a restriction began."""
    goods = {"received", "used", "unmet", "backlog", "deferred", "in_transit", "stock"}
    free = {"kind": "exemption", "date": "2014-06", "until": "2014-11", "cap": 1e9, **ENDS}
    cut = {"kind": "cut_off", "share": share, **ENDS}
    outages = {name: each for name, each in world["events"].items() if each["kind"] == "outage"}
    world["rules"]["stockpile"], world["programmes"] = "draw_down", {}
    late = {**outages, "cut": {**cut, "date": "2014-11"}}
    early = {**outages, "free": free, "cut": {**cut, "date": "2014-06"}}
    one, other = (told({**world, "events": events}) for events in (late, early))
    moved = (
        {key: each for key, each in found.items() if key[0] == "series" and {*key} & goods}
        for found in (one, other)
    )
    check(*moved)


@few
@given(worlds())
def test_a_state_without_trade_changes_nothing(world: Tree) -> None:
    with_it = {**world, "states": {**world["states"], "YYY": {"title": "Nobody", "bloc": "north"}}}
    found = {key: each for key, each in told(with_it).items() if "YYY" not in key}
    check(told(world), found, EXACT)


@few
@given(worlds())
def test_a_limit_above_all_flow_changes_nothing(world: Tree) -> None:
    trade = {name: {"cap": 1e9, **rule} for name, rule in world["trade"].items()}
    check(told(world), told({**world, "trade": trade}), EXACT)


@pytest.mark.parametrize(
    "change", [{"budget": {}}, {"active": False}], ids=["no money", "not active"]
)
@few
@given(world=worlds())
def test_a_programme_that_spends_nothing_changes_nothing(change: Tree, world: Tree) -> None:
    site = {"factory": "plant_0", "product": next(iter(world["factories"]["plant_0"]["lines"]))}
    terms = {"build_months": 1, "qualification_months": 1, "ramp_months": 0, "capital_cost": 1}
    idle = {"title": "Idle", "chair": "AAA", "beneficiaries": "all", "budget": {"2014-06": 1000}}
    more = {
        **world["programmes"],
        "idle": {**idle, "candidates": {"site": {**site, **terms}}, **change},
    }
    check(told(world), told({**world, "programmes": more}), EXACT)
