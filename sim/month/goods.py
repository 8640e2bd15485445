"""Move goods: what arrives this month, and what is sent on its way.

Writes needs.stock, in_transit, pipeline and lead.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.sums import NOTHING
from sim.kernels.terms import RTOL
from sim.world.world import World


def arrive(world: World) -> None:
    """Unload what arrives this month into stocks."""
    needs = world.needs
    slot = needs.pipeline[world.month % needs.pipeline.shape[0]]
    needs.stock += slot
    needs.in_transit -= slot
    slot[:] = 0.0


def dispatch(world: World) -> None:
    """Send this month's shipments on their way, each by its lead time."""
    needs = world.needs
    slots, led, sent, leaving = (
        needs.pipeline.shape[0],
        np.zeros_like(needs.received),
        world.sent,
        world.leaving,
    )
    for group in world.links.lead_groups:
        arriving = group.add_up(leaving)
        needs.pipeline[(world.month + group.lead) % slots] += arriving
        needs.in_transit += arriving
        arriving *= group.lead
        led += arriving
    # dust that rounding left of old orders says nothing about lead times
    dust = np.maximum(RTOL * (needs.stock + needs.in_transit), NOTHING)
    np.divide(led, sent, out=needs.lead, where=sent > dust)
