"""Let goods that come in lots (ships, turbine sets) leave in whole lots only.

Allocation grants any amounts, and all decisions are based on what is granted. A link's account
keeps what was granted and is not yet a whole lot: it is in work at the supplier. Capacity has been
used for it, but it is not a good yet; its inputs are set aside but still in stock; and it is billed
when it leaves. So the books have goods of lots only in whole lots. A buyer that would use a part of
a lot each month needs a stock for the months in which nothing arrives.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.lots import whole_lots
from sim.kernels.sums import GroupSum
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.draws import Draws
from sim.world.lot_accounts import Lots
from sim.world.world import World


def build_lots(scenario: Scenario, axes: Axes, draw: Draws) -> Lots | None:
    """Return the links whose product comes in lots; None where no product does."""
    sizes = [
        (row, product.lot, f"products.{name}.lot")
        for row, (name, product) in enumerate(scenario.products.items())
        if product.lot is not None
    ]
    place = np.full(len(axes.products), -1)
    place[[row for row, _, _ in sizes]] = np.arange(len(sizes))
    rows = np.flatnonzero(place[axes.link_product] >= 0)
    if not rows.size:
        return None
    drawn = draw.rows((size, path) for _, size, path in sizes)
    return Lots(
        rows=rows,
        size=drawn.take(place[axes.link_product[rows]], axis=0),
        account=np.zeros((rows.size, draw.width)),
        by_line=GroupSum(axes.link_line[rows], len(axes.lines)),
        by_need=GroupSum(axes.link_need[rows], len(axes.needs)),
        leaving=np.zeros((len(axes.link_line), draw.width)),
        made=np.zeros((len(axes.lines), draw.width)),
    )


def begin(world: World) -> None:
    """Put into transit, in whole lots, what was shipped in the months before the first, and set
    inputs aside for the rest.
    """
    needs, lots = world.needs, world.lots
    if lots is None:
        return
    whole = np.isin(np.arange(needs.in_transit.shape[0]), lots.by_need.group_of_row)
    needs.in_transit[whole] = 0.0
    needs.pipeline[:, whole] = 0.0
    lead = world.links.lead[lots.rows]
    for month in range(-int(lead.max(initial=0)), 0):
        granted = np.where(month + lead >= 0, world.links.flow[lots.rows], 0.0)
        leaving, lots.account = whole_lots(lots.account, granted, lots.size)
        for slot in range(needs.pipeline.shape[0] - 1):
            arriving = lots.by_need(np.where(month + lead == slot, leaving, 0.0))
            needs.pipeline[slot] += arriving
            needs.in_transit += arriving
    needs.stock[world.axes.inputs] += set_aside(world, lots)


def depart(world: World) -> None:
    """Find what leaves this month.

    If a link has closed or its line is gone, what was in work for it is lost; a line that is laid
    up is not gone.
    """
    lots, lines, flow = world.lots, world.lines, world.links.flow
    if lots is None:
        return
    rows = lots.rows
    stands = lines.capacity + lines.mothballed > 0
    alive = world.links.open[rows] & stands[world.axes.link_line[rows]]
    lots.leaving = flow.copy()
    lots.leaving[rows], lots.account = whole_lots(
        np.where(alive, lots.account, 0.0), flow[rows], lots.size
    )
    whole = np.zeros((lines.output.shape[0], 1), dtype=np.bool_)
    whole[lots.by_line.group_of_row] = True
    lots.made = np.where(whole, lots.by_line(lots.leaving[rows]), lines.output)


def in_work(world: World) -> Floats | None:
    """Count what is in work for each need, [needs, members], units; None where no goods come in
    lots.
    """
    return None if world.lots is None else world.lots.by_need(world.lots.account)


def in_store(world: World) -> Floats:
    """Count the inputs in store, [inputs, members], less what is set aside for lots in work."""
    axes, needs = world.axes, world.needs
    stock = needs.stock[axes.inputs]
    return stock if world.lots is None else np.maximum(stock - set_aside(world, world.lots), 0.0)


def set_aside(world: World, lots: Lots) -> Floats:
    """Count the inputs that lots in work will use, [inputs, members]."""
    work = lots.by_line(lots.account) / world.lines.yield_
    return world.needs.amount * world.axes.inputs_by_line.to_rows(work)
