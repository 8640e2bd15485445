"""Allocate offers to orders, make what was ordered as far as it is offered, and ship it.

Writes links.flow and kept_away, needs.received, backlog, used and stock, and lines.output.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.kept import renewed
from sim.kernels.sums import kept_where
from sim.world import lots
from sim.world.world import Trade, World

ROUNDING = 1e-14
"""A backlog below this share of the orders is rounding error."""


def ship(world: World, trade: Trade) -> None:
    """Make what was ordered, as far as it is offered, and ship it."""
    axes, needs, lines, links = world.axes, world.needs, world.lines, world.links
    result = trade(world, lines.offer, needs.demand)
    links.flow, links.kept_away = result.flow, result.kept_away
    needs.received = result.received
    backlog = needs.demand - result.received
    # what is left for rounding alone is not owed, or a tail of it would be ordered for years
    needs.backlog = renewed(kept_where(backlog > ROUNDING * needs.demand, backlog))
    lines.output = np.minimum(result.shipped, lines.offer)
    lots.depart(world)
    if axes.input_line.size:
        use, stock = needs.used[axes.inputs], needs.stock[axes.inputs]
        started = axes.inputs_by_line.to_rows(world.made / lines.yield_)
        np.minimum(np.multiply(needs.amount, started, out=started), stock, out=use)
        stock -= use
