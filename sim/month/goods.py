"""Move goods: what arrives this month, and what is sent on its way.

Writes needs.stock, in_transit, pipeline and lead.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.sums import NOTHING, raised
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
    needs, sent, leaving = world.needs, world.sent, world.leaving
    slots, led = needs.pipeline.shape[0], None
    for group in world.links.lead_groups:
        # where all links have one lead time, what is sent is added up already
        arriving = sent if group.is_all else group.add_up(leaving)
        needs.pipeline[(world.month + group.lead) % slots] += arriving
        needs.in_transit += arriving
        time = arriving * group.lead
        led = time if led is None else np.add(led, time, out=led)
    if led is None:
        return
    # dust that rounding left of old orders says nothing about lead times
    dust = needs.stock + needs.in_transit
    dust *= RTOL
    counts = sent > raised(dust, NOTHING)
    if np.count_nonzero(counts) == counts.size:
        # in a tenth of the time
        np.divide(led, sent, out=needs.lead)
    else:
        np.divide(led, sent, out=needs.lead, where=counts)
