"""When events begin, grow and end, and what they wait for, on paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine.model import SupplyModel
from sim.events.timeline import Timeline, event_rows
from sim.events.triggers import METRICS, Trigger, Watched, fire
from sim.kernels.sums import NEVER
from sim.scenario.loading.load import parse
from sim.world.world import World
from tests.on_paper import NO, YES, column, union

BAN = {"kind": "cut_off", "exporter": "BBB", "importer": "AAA"}


def line(*members: int, **events: dict[str, Any]) -> Timeline:
    """Place events in time, for the central case or for these members."""
    return Timeline.build(parse(union(events=events, members=9)), [], members or (0,))


def timeline(begin: list[int], end: list[int], phase: list[int]) -> Timeline:
    """Return one event that begins, ends and phases in so in each member."""
    rows = (np.array([each]) for each in (begin, end, phase))
    return Timeline(("ban",), *rows, np.zeros((1, len(begin)), dtype=np.int64), (), (), ())


def test_how_far_an_event_holds() -> None:
    """From month 3 on until 6: at once, by halves, and by quarters, of which one never comes."""
    event = timeline([3, 3, 3], [6, 6, 6], [1, 2, 4])
    found = [event.strength(month)[0].tolist() for month in range(2, 7)]
    assert found == [[0, 0, 0], [1, 0.5, 0.25], [1, 1, 0.5], [1, 1, 0.75], [0, 0, 0]]


def test_an_event_that_is_added_holds_from_then_on() -> None:
    event = timeline([3, 5], [6, 6], [2, 2])
    event.add(4)
    assert event.begin.tolist() == [[3, 5], [4, 4]]
    assert event.end.tolist() == [[6, 6], [NEVER, NEVER]]
    assert [event.strength(month)[1].tolist() for month in (3, 4, 99)] == [[0, 0], [1, 1], [1, 1]]


def test_events_are_placed_from_the_start_of_the_run_on() -> None:
    """The first month is 0; less than a month of phasing in is one, 2.4 are two; what follows by
    2.5 months begins in three."""
    found = line(
        late={**BAN, "after": {"event": "early", "months": 2.5}, "phase_in": 2.4},
        early={**BAN, "date": "2014-05", "until": "2015-01", "phase_in": 0.4},
        first={**BAN, "date": "2014-01", "phase_in": 1.5},
    )
    assert found.begin[:, 0].tolist() == [7, 4, 0]
    assert found.end[:, 0].tolist() == [NEVER, 12, NEVER]
    assert found.phase[:, 0].tolist() == [2, 1, 2]
    assert found.delay[:, 0].tolist() == [3, 0, 0]


@pytest.mark.parametrize(("months", "begin"), [(4, 8), (5, 9), (6, NEVER), (7, NEVER)])
def test_what_would_begin_at_its_end_or_later_never_does(months: int, begin: int) -> None:
    """May and so many months, until 2014-11."""
    after = {"event": "first", "months": months}
    found = line(first={**BAN, "date": "2014-05"}, then={**BAN, "after": after, "until": "2014-11"})
    assert found.begin[1, 0] == begin


def test_events_wait_for_a_project_and_others_for_them() -> None:
    """The project is done in month 5 in one member and never in the other: 3 months later, and 2
    months after that. What has begun stays so."""
    rows = np.full((2, 2), NEVER)
    delay = np.array([[2, 2], [3, 3]])
    event = Timeline(
        ("b", "a"), rows, rows.copy(), np.ones_like(rows), delay, ((0, 1),), ((1, 0),), ()
    )
    assert not event.await_completions(np.array([[NEVER, NEVER]]))
    assert event.await_completions(np.array([[5, NEVER]]))
    assert event.begin.tolist() == [[10, NEVER], [8, NEVER]]
    assert not event.await_completions(np.array([[5, NEVER]]))
    assert not event.await_completions(np.array([[6, NEVER]]))
    assert event.begin.tolist() == [[10, NEVER], [8, NEVER]]


def test_what_is_reported_of_events() -> None:
    """In two members it begins before the start, in two in month 2, in one never within 24; in one
    of them it ends before it holds in full."""
    events = {"ban": {**BAN, "date": "2014-01", "until": "2015-01"}}
    scenario = parse(union(events=events))
    begin, end = np.array([[-3, -3, 2, 2, 30]]), np.array([[9, 9, 9, 4, 40]])
    full = np.array([[-3, 1, 6, 6, 34]])
    rows = event_rows(scenario, begin, end, full, [("links", 3)])
    assert [(row.month, row.action, row.members) for row in rows] == [
        ("2014-01", "begins", 0.4),
        ("2014-02", "holds in full", 0.2),
        ("2014-03", "begins", 0.4),
        ("2014-05", "ends", 0.2),
        ("2014-07", "holds in full", 0.2),
        ("2014-10", "ends", 0.6),
    ]
    told = {(row.event, row.kind, row.targets, row.count) for row in rows}
    assert told == {("ban", "cut_off", "links", 3)}


# --- what events wait for
# -------------------------------------------------------------------------------------------------


def watched(flow: float = 1.0, **needs: float) -> Watched:
    """Return AAA's need of half an engine a month: 0.1 came of its 0.4 from home, and half of the
    0.3 of the old plant leaked; with some numbers set."""
    world = SupplyModel(parse(union())).world
    numbers = {"final": 0.5, "used": 0.4, "backlog": 0.2, "stock": 0.1} | needs
    for name, value in numbers.items():
        values = getattr(world.needs, name).copy()
        values[0] = value
        setattr(world.needs, name, values)
    world.links.flow = column(0.3, 9, 0.1, 9, 0, 9) * flow
    world.links.leaking[:] = column(0.5, 0, 0, 0, 0, 0)
    return Watched(world, 0, np.flatnonzero(world.axes.link_need == 0))


@pytest.mark.parametrize(
    ("metric", "value", "needs"),
    [
        ("fill_rate", 0.8, {}),
        ("fill_rate", 1, {"used": 0.7}),
        ("fill_rate", 1, {"final": 0.0, "used": 0.0}),
        ("unmet", 0.1, {}),
        ("unmet", 0, {"used": 0.7}),
        ("backlog", 0.2, {}),
        ("backlog_months", 0.4, {}),
        ("backlog_months", np.inf, {"final": 0.0}),
        ("backlog_months", np.nan, {"final": 0.0, "backlog": 0.0}),
        ("stock", 0.1, {}),
        ("stock_months", 0.2, {}),
        ("stock_months", np.inf, {"final": 0.0}),
        ("import_share", 0.75, {}),
        ("import_share", np.nan, {"flow": 0.0}),
        ("leaked_share", 0.375, {}),
        ("leaked_share", np.nan, {"flow": 0.0}),
    ],
)
def test_what_conditions_look_at(metric: str, value: float, needs: dict[str, float]) -> None:
    """Units, months of need, or shares of what is needed or came."""
    found = METRICS[metric](watched(**needs))
    assert found.tolist() == pytest.approx([value], nan_ok=True)


def waiting(world: World, low: float, high: float, months: int = 2) -> Trigger:
    """Return an event, the first, that waits for a stock below or above a level."""
    level = (np.full(world.width, each) for each in (low, high))
    held = np.zeros(world.width, dtype=np.int64)
    return Trigger(0, "stock", 0, np.array([0]), *level, np.full(world.width, months), held)


def test_a_condition_holds_below_or_above_its_levels_for_months_on_end() -> None:
    """Below 2 or above 5: 1, 6 and 1 for three months; at 2 and at 5 it does not, and counts
    anew."""
    world = watched().world
    trigger, held, fired = waiting(world, 2, 5), [], []
    for stock in (1, 6, 1, 2, 1, 5, 6, 6):
        world.needs.stock[0] = stock
        trigger.count(world)
        fired.append(bool(trigger.fires()[0]))
        held.append(int(trigger.held[0]))
    assert held == [1, 2, 3, 0, 1, 0, 1, 2]
    assert fired == [NO, YES, YES, NO, NO, NO, NO, YES]


def test_an_event_begins_once_before_its_end() -> None:
    """Held for two months, it begins in month 2, not again; and what must begin before month 2 does
    not."""
    scenario = parse(union(members=2))
    world = SupplyModel(scenario, 2).world
    world.needs.stock[0] = 1
    event = timeline([NEVER, NEVER], [3, 2], [1, 1])
    trigger, began = waiting(world, 2, 5), []
    for month in range(5):
        began.append(fire([trigger], event, month))
        trigger.count(world)
    assert began == [NO, NO, YES, NO, NO]
    assert event.begin.tolist() == [[2, NEVER]]
    assert trigger.held.tolist() == [5, 5]


def test_conditions_are_drawn_from_their_levels() -> None:
    """Where only one level is given the other never holds; a billionth of a level is rounding; 2.5
    months are three."""
    when = {"metric": "stock", "state": "CCC", "product": "engines", "for": 2.5}
    events = {
        name: {**BAN, "when": {**when, **level}}
        for name, level in (("one", {"below": 0.5}), ("two", {"above": 7}))
    }
    one, two = SupplyModel(parse(union(events=events))).events.triggers
    assert (one.low.tolist(), one.high.tolist()) == ([0.5 * (1 - 1e-9)], [np.inf])
    assert (two.low.tolist(), two.high.tolist()) == ([-np.inf], [7 * (1 + 1e-9)])
    assert (one.event, two.event) == (0, 1)
    assert (one.need, one.links.tolist(), one.months.tolist()) == (1, [1, 3, 5], [3])
    assert one.held.tolist() == [0]
