"""Ship what is offered to those who ordered, and make what is shipped beyond finished stock.

Writes links.flow, needs.received, backlog, used and stock, lines.shipped, output and finished.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.sums import raised
from sim.world import lots
from sim.world.world import Trade, World


def ship(world: World, trade: Trade) -> None:
    """Ship what is offered to those who ordered, and make what is shipped beyond finished stock."""
    axes, needs, lines, links = world.axes, world.needs, world.lines, world.links
    result = trade(world, lines.offer, needs.demand)
    links.flow = result.flow
    needs.received = result.received
    needs.backlog = raised(needs.demand - result.received)
    lines.shipped = np.minimum(result.shipped, lines.offer)
    lines.output = raised(lines.shipped - lines.finished)
    # not by adding output and taking it off again: dust of goods would draw orders
    lines.finished = raised(lines.finished - lines.shipped)
    lots.depart(world)
    if axes.input_line.size:
        use = needs.amount * (world.made / lines.yield_).take(axes.input_line, axis=0)
        use = np.minimum(use, needs.stock[axes.inputs])
        needs.used[axes.inputs] = use
        needs.stock[axes.inputs] -= use
