"""Make what was ordered, as far as it is offered, and ship it.

Writes links.flow and kept_away, needs.received, backlog, used and stock, and lines.output.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.blocks import blocks
from sim.kernels.kept import renewed
from sim.world import lots
from sim.world.world import Trade, World

ROUNDING = 1e-14
"""What is left of orders below this share of them is rounding."""


def ship(world: World, trade: Trade) -> None:
    """Make what was ordered, as far as it is offered, and ship it."""
    axes, needs, lines, links = world.axes, world.needs, world.lines, world.links
    result = trade(world, lines.offer, needs.demand)
    links.flow, links.kept_away = result.flow, result.kept_away
    needs.received = result.received
    needs.backlog = _owed(needs.demand, result.received)
    lines.output = np.minimum(result.shipped, lines.offer)
    lots.depart(world)
    if axes.input_line.size:
        _use_inputs(world)


def _owed(demand: Floats, received: Floats) -> Floats:
    """Return what is still owed of the demand, [needs, members]; what is left for rounding alone is
    not, or a tail of it would be ordered for years.
    """
    owed = np.empty_like(demand)
    for rows in blocks(*demand.shape):
        left, wanted = owed[rows], demand[rows]
        np.subtract(wanted, received[rows], out=left)
        left *= (left > ROUNDING * wanted).astype(np.float64)
    return renewed(owed)


def _use_inputs(world: World) -> None:
    """Take what was made of inputs out of their stock."""
    axes, needs = world.axes, world.needs
    started, to_inputs = world.made / world.lines.yield_, axes.inputs_by_line.to_rows
    used, stock, amount = needs.used[axes.inputs], needs.stock[axes.inputs], needs.amount
    for rows in blocks(*amount.shape):
        use, left = used[rows], stock[rows]
        np.multiply(amount[rows], to_inputs(started, rows), out=use)
        np.minimum(use, left, out=use)
        left -= use
