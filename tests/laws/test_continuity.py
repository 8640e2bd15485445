"""Laws of change: what tends to nothing changes what tends to nothing, whatever happened before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

import sim
from tests.laws.outcome import Numbers, check, numbers
from tests.laws.worlds import BUYER, fewer, worlds

pytestmark = pytest.mark.untraced

Tree = dict[str, Any]

TINY = 1e-9
NEAR = 1e-6
"""Share of a quantity by which runs may differ where a cut differs by `TINY`."""
ENDS = {"exporter": "*", "importer": BUYER}
OUTAGE = {
    "kind": "outage",
    "date": "2014-06",
    "until": "2014-10",
    "factory": ["plant_0", "plant_1", "plant_2"],
    "share": 0.8,
}
DEEP = {"kind": "cut_off", "date": "2014-06", "share": 1, **ENDS}
LATE = {"kind": "cut_off", "date": "2014-10", **ENDS}
STEPS = {
    "cut to none": ({}, {**LATE, "share": TINY}, None),
    "cut to none after a ban": (
        {"ban": {**DEEP, "until": "2014-10"}},
        {**LATE, "share": TINY},
        None,
    ),
    "cut to a ban": ({}, {**LATE, "share": 1 - TINY}, {**LATE, "share": 1}),
    "lifting to a whole one": (
        {"ban": DEEP},
        {"kind": "lifting", "date": "2014-10", "lifts": ["ban"], "share": 1 - TINY},
        {"kind": "lifting", "date": "2014-10", "lifts": ["ban"], "share": 1},
    ),
    "exemption to a whole one": (
        {"ban": {**DEEP, "share": 0.7}},
        {"kind": "exemption", "date": "2014-10", "share": 1 - TINY, **ENDS},
        {"kind": "exemption", "date": "2014-10", "share": 1, **ENDS},
    ),
    "exemption to none": (
        {"ban": {**DEEP, "share": 0.7}},
        {"kind": "exemption", "date": "2014-10", "share": TINY, **ENDS},
        None,
    ),
    "leakage to none": (
        {"ban": {**DEEP, "share": 0.7}},
        {"kind": "leakage", "date": "2014-10", "share": TINY, **ENDS},
        None,
    ),
}
"""What holds before, what comes next, and what that tends to."""


def moved(world: Tree) -> Numbers:
    """Run a world and tell what was needed, came, was used and waits, month by month."""
    goods = ("need", "received", "used", "unmet", "backlog", "deferred", "in_transit", "stock")
    found = numbers(sim.run(sim.parse(world)))
    return {key: each for key, each in found.items() if key[0] == "series" and {*key} & {*goods}}


@pytest.mark.parametrize("name", STEPS)
@settings(fewer, max_examples=4)
@given(world=worlds(limits=False))
def test_what_tends_to_nothing_changes_ever_less(name: str, world: Tree) -> None:
    """After an outage; buyers that hoard before any cut, however small, are left out."""
    before, step, limit = STEPS[name]
    world["rules"]["stockpile"] = "draw_down"
    world["events"] = {"outage": OUTAGE, **before}
    near = {**world, "events": {**world["events"], "step": step}}
    there = {**world, "events": {**world["events"], **({"step": limit} if limit else {})}}
    check(moved(there), moved(near), NEAR)
