"""What every event may say of when it holds: it changes a number, for every kind, or is refused."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.engine.run import run
from sim.errors import ScenarioError
from sim.scenario.event_times import Dated
from sim.scenario.loading.dump import dump
from sim.scenario.loading.load import parse
from sim.scenario.loading.schema_walk import KINDS
from sim.scenario.schema import Scenario
from tests.test_events import event, programme
from tests.worlds import old_supplier

ROUTE = {"exporter": "BBB", "importer": "AAA"}
OWN: dict[str, dict[str, Any]] = {
    "cut_off": ROUTE | {"share": 0.9},
    "sanction": ROUTE | {"share": 0.9},
    "quota": ROUTE | {"cap": 10},
    "leakage": ROUTE | {"share": 0.7},
    "exemption": ROUTE | {"cap": 60},
    "thrift": {"state": "AAA", "product": "engines", "input": "gears", "factor": 0.5},
    "tariff": ROUTE | {"amount": 2},
    "preference": ROUTE | {"factor": 0.2},
    "reexport": ROUTE | {"via": "CCC", "capacity": 10},
    "lifting": {"lifts": ["ban"]},
    "demand": {"state": "AAA", "factor": 0.2},
    "outage": {"factory": "old_plant"},
    "repair": {"repairs": ["fire"]},
    "closure": {"factory": "old_plant"},
    "retool": {
        "factory": "home_plant",
        "from_product": "engines",
        "to_product": "gears",
        "months": 1,
    },
    "licence": {"factory": "new_plant", "product": "engines"},
    "programme_start": {"programme": "asleep"},
    "funding": {"programme": "build", "amount": 8},
    "programme_stop": {"programme": "build"},
}
"""What each kind needs beside its beginning, in the world of `acting`."""

WHEN = {"metric": "fill_rate", "state": "AAA", "product": "engines", "below": 0.99}
CHANGES: dict[str, dict[str, Any]] = {
    "date": {"date": "2014-10"},
    "after": {"after": {"event": "ban", "months": 3}},
    "when": {"when": WHEN},
    "until": {"date": "2014-08", "until": "2014-12"},
    "phase_in": {"date": "2014-08", "phase_in": 4},
}
"""What is said of an event's time in place of `date: 2014-08` alone."""

IDLE = {
    (
        "leakage",
        "phase_in",
    ): "goods leak at once; a small share, a larger end_share and until let it grow",
    ("closure", "until"): "a closure is for good; an outage with until ends",
    ("closure", "phase_in"): "lines are closed at once; an outage may phase in",
    ("retool", "until"): "lines are turned for good; another retool turns them back",
    (
        "retool",
        "phase_in",
    ): "lines are turned at once; several retools, each of a smaller share, may follow one another",
    (
        "licence",
        "phase_in",
    ): "a licence holds at once; little capacity and a programme that adds to it let output grow",
    ("programme_start", "until"): "a programme that has started goes on; a programme_stop ends it",
    (
        "programme_start",
        "phase_in",
    ): "a programme may spend at once; a budget or funding in parts lets its spending grow",
    ("funding", "until"): "money is not taken back; months says over how many it is paid",
    (
        "funding",
        "phase_in",
    ): "money is paid in equal parts over months; several fundings let it grow",
    (
        "programme_stop",
        "until",
    ): "a programme that has stopped stays so; a programme_start lets it go on",
    (
        "programme_stop",
        "phase_in",
    ): "a programme stops at once; smaller budgets before let its spending shrink",
}
"""Keys of which nothing comes, with what is said of them."""


def acting(kind: str, keys: dict[str, Any]) -> Scenario:
    """Return a world in which an event of any kind acts: half of the deliveries banned, a fire, two
    programmes, one asleep."""
    plants = old_supplier()["factories"]
    plants["home_plant"]["lines"]["gears"] = 10
    plants["new_plant"] = {"title": "New plant", "state": "AAA", "lines": {"engines": 15}}
    gears = {"gears": {"title": "Gears", "unit": "gears"}}
    build = programme(budget={"2014-02": 4, "2014-06": 4, "2014-09": 4, "2014-12": 4})
    build["candidates"]["home"] |= {"build_months": 1}
    changes = {
        "months": 14,
        "states": old_supplier()["states"] | {"CCC": {"title": "Transit"}},
        "products": old_supplier()["products"] | gears,
        "factories": plants,
        "needs": {"AAA": {"engines": 100, "gears": 5}},
        "programmes": {"build": build, "asleep": build | {"active": False}},
        "sources": {"report": {"title": "A report"}},
        "events": {
            "ban": event("cut_off", date="2014-02", share=0.5),
            "fire": {"kind": "outage", "date": "2014-03", "factory": "home_plant", "share": 0.5},
            "it": {"kind": kind, **OWN[kind], **keys},
        },
    }
    if kind == "thrift":
        engines = changes["products"]["engines"] | {"inputs": {"gears": 0.5}}
        changes["products"] |= {"engines": engines}
        plants["old_plant"]["lines"]["gears"] = 60
    if kind == "preference":
        changes["needs"]["AAA"]["engines"] = 40  # so few that all could come from others
    return parse(old_supplier() | changes)


def numbers(kind: str, keys: dict[str, Any]) -> list[np.ndarray]:
    """Run and return every number recorded; what events.csv says of the events themselves
    is none.
    """
    records = run(acting(kind, keys)).records
    return [
        *records.series.values(),
        *records.money.values(),
        records.usable,
        records.output,
        records.flows,
    ]


@cache
def plain(kind: str) -> list[np.ndarray]:
    """Return the numbers of an event that has a date and no more."""
    return numbers(kind, {"date": "2014-08"})


def differ(ours: list[np.ndarray], theirs: list[np.ndarray]) -> bool:
    return any(
        not np.array_equal(one, other, equal_nan=True)
        for one, other in zip(ours, theirs, strict=True)
    )


def refused(kind: str, keys: dict[str, Any]) -> list[str]:
    """Return what the door says of an event."""
    with pytest.raises(ScenarioError) as caught:
        acting(kind, keys)
    return [f"{fault.path}: {fault.message}" for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("kind", "key"), [(kind, key) for kind in KINDS for key in CHANGES if (kind, key) not in IDLE]
)
def test_whatever_is_said_of_an_events_time_changes_the_numbers(kind: str, key: str) -> None:
    assert differ(numbers(kind, CHANGES[key]), plain(kind))


@pytest.mark.parametrize(("kind", "key"), IDLE)
def test_what_would_change_nothing_is_refused(kind: str, key: str) -> None:
    """With its value, why, and what to write instead; the value that stands for nothing may be
    written."""
    said = f"events.it.{key}: {key} {CHANGES[key][key]} does nothing: {IDLE[kind, key]}"
    assert refused(kind, CHANGES[key]) == [said]
    assert refused(kind, CHANGES["after"] | {key: CHANGES[key][key]}) == [said]
    nothing = {"until": None, "phase_in": 0}[key]
    assert not differ(numbers(kind, {"date": "2014-08", key: nothing}), plain(kind))


def test_all_that_would_change_nothing_is_refused_together() -> None:
    """Of a quantity the value, or the highest where that is 0; beside a condition that is wrong
    nothing is said of `until`."""
    both = {"until": "2014-12", "phase_in": {"value": 0, "low": 0, "high": 6}}
    phase_in = f"events.it.phase_in: phase_in 6 does nothing: {IDLE['closure', 'phase_in']}"
    until = f"events.it.until: until 2014-12 does nothing: {IDLE['closure', 'until']}"
    assert refused("closure", {"date": "2014-08"} | both) == [phase_in, until]
    assert refused("closure", {"when": WHEN | {"below": -1}} | both) == [
        phase_in,
        "events.it.when.below: -1 is below 0 (level)",
    ]


@pytest.mark.parametrize("kind", [kind for kind, key in IDLE if key == "until"])
def test_until_is_a_deadline_for_what_waits(kind: str) -> None:
    """What acts at once, if its condition holds by then, is for good; if it comes about later, it
    never begins."""
    waiting = numbers(kind, {"when": WHEN})
    assert not differ(numbers(kind, {"when": WHEN, "until": "2014-06"}), waiting)
    assert differ(numbers(kind, {"when": WHEN, "until": "2014-03"}), waiting)
    rows = run(acting(kind, {"when": WHEN, "until": "2014-06"})).records.events
    assert [row.action for row in rows if row.event == "it"] == ["begins"]


def test_every_key_of_an_event_is_looked_at() -> None:
    """A new kind, or a new key of all kinds, must be entered above."""
    assert set(OWN) == set(KINDS)
    assert set(CHANGES) | {"title", "source", "note"} == set(Dated.model_fields)
    assert {(kind, key) for kind, model in KINDS.items() for key in model.inert_keys} == set(IDLE)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_said_about_an_event_stands_in_the_result(kind: str) -> None:
    """Its title, source and note, in the scenario that a result holds."""
    text = dump(
        acting(
            kind,
            {"date": "2014-08", "title": "It happens", "source": "report", "note": "As reported."},
        )
    )
    assert all(
        each in text for each in ("title: It happens", "source: report", "note: As reported.")
    )
