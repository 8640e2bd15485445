"""Cancel a part of the backlog, place new orders, and update the demand that lines perceive.

Writes needs.cancelled, passed, expected, ordered, demand and perceived, and lines.perceived.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from sim.kernels.allocation import spread
from sim.kernels.arrays import Floats
from sim.kernels.sums import kept_where, whole
from sim.rules.ordering import Memory, Position
from sim.world import lots
from sim.world.world import Rows, World

Ordering = Sequence[tuple[Callable[[Position], Floats], Rows]]


def place_orders(world: World, ordering: Ordering) -> None:
    """Cancel a part of the backlog and place new orders."""
    axes, needs, lines = world.axes, world.needs, world.lines
    needs.cancelled = needs.cancellation * needs.backlog
    needs.passed *= 1.0 - needs.cancellation
    backlog = needs.backlog - needs.cancelled
    starts = np.minimum(lines.usable, lines.perceived / lines.yield_)
    needs.expected[: axes.final] = needs.final
    needs.expected[axes.inputs] = needs.amount * starts.take(axes.input_line, axis=0)
    planned = _plan(world)
    stock = needs.stock.copy()
    stock[axes.inputs] = lots.in_store(world) - needs.expected[axes.inputs]
    deferred = np.zeros_like(stock)
    deferred[: axes.final] = needs.deferred
    on_order, in_work = needs.in_transit + backlog, lots.in_work(world)
    if world.limits is not None:
        # before rules ask what their customers wait for
        world.limits.tell(backlog, needs.passed)
    for rule, rows in ordering:
        position = Position(
            expected=needs.expected[rows],
            deferred=deferred[rows],
            stock=stock[rows],
            on_order=on_order[rows],
            lead=needs.lead[rows],
            cover=needs.cover[rows],
            ahead=axes.use_ahead[rows],
            memory=Memory(needs.perceived, rows),
            count_owed=partial(_owed, world, backlog, rows),
            look_back=partial(_last, world, rows),
            month=world.month,
            in_work=None if in_work is None else in_work[rows],
            planned=None if planned is None else planned[rows],
        )
        needs.ordered[rows] = rule(position)
    needs.demand = backlog + needs.ordered


def _plan(world: World) -> Floats | None:
    """Let buyers whose stock follows a plan reckon with what is to come when this month's orders
    arrive; return what stock and orders of needs are to hold, NaN without a plan; None: all are.
    """
    plans, needs = world.stock_plans, world.needs
    if plans is None:
        return None
    planned, rows = np.full(needs.stock.shape, np.nan), plans.rows
    lead = whole(needs.lead[rows])
    needs.expected[rows], planned[rows] = plans.ahead(world.month, lead, needs.cover[rows])
    return planned


def _owed(world: World, backlog: Floats, rows: Rows) -> Floats:
    """Count what buyers owe: a state what it defers, a line the inputs of what its own customers
    still wait for.
    """
    axes, links = world.axes, world.links
    waiting = axes.market.by_line(
        spread(axes.market, backlog, kept_where(links.open, links.weight), links.cap, world.limits)
    )
    inputs = world.needs.amount * (waiting / world.lines.yield_).take(axes.input_line, axis=0)
    return _taken(world.needs.deferred, inputs, rows)


def note_backlog(world: World) -> None:
    """Tell limits that events have set since orders were placed what needs still wait for."""
    if world.limits is not None:
        needs = world.needs
        world.limits.tell(needs.demand - needs.ordered, needs.passed)


def _last(world: World, rows: Rows) -> tuple[Floats, Floats]:
    """Count what buyers used last month, and what demand would have taken, as far as capacity goes;
    of states, this month's, which has happened.
    """
    axes, needs, lines = world.axes, world.needs, world.lines
    starts = lines.output / lines.yield_
    able = np.minimum(lines.usable, lines.asked / lines.yield_)
    used, demanded = (needs.amount * each.take(axes.input_line, axis=0) for each in (starts, able))
    used_up = needs.used[: axes.final]
    return _taken(used_up, used, rows), _taken(needs.final, demanded, rows)


def _taken(final: Floats, inputs: Floats, rows: Rows) -> Floats:
    """Take some rows of final needs and inputs, one below the other."""
    size = final.shape[0]
    if isinstance(rows, slice) and rows.start >= size:
        return inputs[rows.start - size : rows.stop - size]
    return np.concatenate((final, inputs))[rows]


def perceive(world: World, months: float) -> None:
    """Let lines reckon with the demand that they were asked for, smoothed over so many months."""
    lines = world.lines
    asked = np.maximum(lines.asked, lines.output)
    lines.perceived += (asked - lines.perceived) / months
