"""Compare what a month granted with the least-cost allocation of the same goods."""

from __future__ import annotations

from sim.kernels.arrays import Floats
from sim.kernels.least_cost import myopia
from sim.world.world import World


def price_of_myopia(world: World, unmet_cost: float) -> tuple[Floats, Floats]:
    """Compare what was allocated in the last month with the least-cost allocation of the same goods
    to the same orders.

    Return, [members] each, the units allocated as a share of the best, and by which share their
    cost is above the least (0: as good as the best), where each unit that is not delivered costs
    `unmet_cost` money. It is slow, so use few members.
    """
    market, supply, demand = world.axes.market, world.lines.offer, world.needs.demand
    return myopia(
        market,
        supply,
        demand,
        world.links.flow,
        world.usable_caps(),
        world.delivered_costs(),
        unmet_cost,
        world.limits,
    )
