"""Set the world at rest: flows, stocks, transit and perceived demand at which, without events,
nothing changes.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.allocation import Allocation
from sim.kernels.arrays import Floats
from sim.kernels.sums import but_crumbs, divide, levelled
from sim.world import lots
from sim.world.world import Trade, World

ROUNDS = 1000
"""Most passes through the bill of materials; an acyclic one of depth n takes n + 1."""

SETTLED = 1e-14
"""A relative change of an input's demand below this counts as none."""
YEARS_OF_EXPERIENCE = 10
"""Years of output at rest that a line has behind it at the start, as experience. Assumed."""


def settle(world: World, initial_cover: Floats, trade: Trade) -> None:
    """Find the flows that meet the first month's needs, and set stocks and transit so that these
    flows go on; changes `world`.

    `initial_cover` holds the months of need in stock at the start, [final needs, members].
    """
    needs, lines, links = world.needs, world.lines, world.links
    world.reopen()
    needs.final[:] = needs.base
    result = _flows(world, trade)
    links.base_flow[:] = but_crumbs(result.flow, world.axes.market.from_needs(needs.demand))
    links.flow[:] = result.flow
    lines.output[:] = result.shipped
    lines.asked[:] = world.asking.ask(world)
    world.asking.forget()
    lines.perceived[:] = np.maximum(lines.asked, result.shipped)
    lines.first_experience[:] = YEARS_OF_EXPERIENCE * 12 * result.shipped
    lines.experience[:] = lines.first_experience
    needs.perceived[:] = needs.demand
    _fill_pipeline(world, result)
    needs.stock[: world.axes.final] = initial_cover * needs.base
    plans = world.stock_plans
    if plans is not None:
        rows = plans.rows
        needs.stock[rows] = plans.at_start(initial_cover[rows], needs.base[rows], needs.lead[rows])
    needs.stock[world.axes.inputs] = (
        needs.cover[world.axes.inputs] * needs.demand[world.axes.inputs]
    )
    lots.begin(world)


def _flows(world: World, trade: Trade) -> Allocation:
    """Pass demand down the bill of materials until the lines' inputs no longer change."""
    axes, needs, lines = world.axes, world.needs, world.lines
    supply = lines.capacity * lines.yield_
    demand = np.zeros_like(needs.demand)
    demand[: axes.final] = needs.base
    for _ in range(ROUNDS):
        result = trade(world, supply, demand)
        wanted = needs.amount * axes.inputs_by_line.to_rows(result.shipped / lines.yield_)
        moved = np.abs(wanted - demand[axes.inputs]) > SETTLED * wanted
        if not moved.any():
            break
        # a settled member stays as it is, however many passes others in its chunk still need
        if moved.all():
            demand[axes.inputs] = wanted
        else:
            demand[axes.inputs] = np.where(moved, wanted, demand[axes.inputs])
    needs.demand[:] = demand
    return result


def _fill_pipeline(world: World, result: Allocation) -> None:
    """Put into transit what each link's lead time keeps there: shipments of the months before the
    first.
    """
    needs = world.needs
    slots = needs.pipeline.shape[0]
    led = np.zeros_like(needs.received)
    for group in world.links.lead_groups.groups:
        shipped = group.add_up(result.flow)
        led += group.lead * shipped
        for month in range(group.lead):
            needs.pipeline[month % slots] += shipped
    needs.in_transit[:] = led
    lead = divide(led, result.received, otherwise=1.0)
    # a month everywhere, it stays so
    needs.lead = lead if world.links.lead_groups.vary else levelled(lead)
