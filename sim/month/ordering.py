"""Cancel a part of the backlog, place new orders, and update the demand that lines perceive.

Writes needs.cancelled, refusals, expected, ordered, demand and perceived, and lines.perceived.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.kernels.arrays import Floats
from sim.month import refused
from sim.month.positions import Positions
from sim.rules.ordering import Position
from sim.world.world import Rows, World

Ordering = Sequence[tuple[Callable[[Position], Floats], Rows]]


def place_orders(world: World, ordering: Ordering) -> None:
    """Cancel a part of the backlog and place new orders."""
    axes, needs = world.axes, world.needs
    needs.cancelled = needs.cancellation * needs.backlog
    refusals = needs.refusals
    if refusals is not None:
        refusals.cancel(needs.cancellation)
    backlog = needs.backlog - needs.cancelled
    # what was ordered and expected before is still looked at
    needs.expected = np.empty_like(backlog)
    needs.expected[: axes.final] = needs.final
    starts = axes.inputs_by_line.to_rows(_starts(world))
    np.multiply(needs.amount, starts, out=needs.expected[axes.inputs])
    # rules ask what their customers wait for
    note_refusals(world)
    positions = Positions.now(world, backlog, _plan(world))
    free = None if refusals is None else refused.without(world, refusals, positions)
    without = None if free is None else _orders(free, ordering)
    needs.ordered = _orders(positions, ordering)
    needs.demand = backlog + needs.ordered
    if refusals is not None and free is not None and without is not None:
        refusals.order(needs.ordered - without, needs.demand, free.extra)
        note_refusals(world)


def _orders(positions: Positions, ordering: Ordering) -> Floats:
    """Return what buyers in these positions order, [needs, members]."""
    ordered = np.empty_like(positions.backlog)
    for rule, rows in ordering:
        ordered[rows] = rule(positions.of(rows))
    return ordered


def _starts(world: World) -> Floats:
    """Return the starts that lines expect to make, [lines, members], units started per month."""
    lines = world.lines
    starts = lines.perceived / lines.yield_
    return np.minimum(starts, lines.usable, out=starts)


def _plan(world: World) -> Floats | None:
    """Let buyers whose stock follows a plan expect the use of the month in which this month's
    orders arrive; return what their stock and orders should hold, [needs, members], NaN for needs
    without a plan; None: no need has one.
    """
    plans, needs = world.stock_plans, world.needs
    if plans is None:
        return None
    planned, rows = np.full(needs.stock.shape, np.nan), plans.rows
    found = plans.ahead(world.month, needs.lead[rows], needs.cover[rows])
    needs.expected[rows], planned[rows] = found
    return planned


def note_refusals(world: World) -> None:
    """Set what cuts have refused before in the limits, also in those that events have set since."""
    if world.limits is not None:
        world.limits.tell(world.needs.refusals)
        world.asking.forget()


def perceive(world: World, months: float) -> None:
    """Smooth the demand that lines perceive over so many months."""
    lines = world.lines
    change = np.maximum(lines.asked, lines.output)
    change -= lines.perceived
    change /= months
    lines.perceived += change
