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
    needs, sent, leaving, leads = world.needs, world.sent, world.leaving, world.links.lead_groups
    slots, varying = needs.pipeline.shape[0], leads.varying
    led = None
    for group in leads.groups:
        # where all links have one lead time, what is sent is added up already
        arriving = sent if group.is_all else group.add_up(leaving)
        needs.pipeline[(world.month + group.lead) % slots] += arriving
        needs.in_transit += arriving
        if varying.size:
            time = arriving.take(varying, axis=0) * group.lead
            led = time if led is None else led + time
    if led is not None:
        # dust that rounding left of old orders says nothing about lead times
        dust = needs.stock.take(varying, axis=0)
        dust += needs.in_transit.take(varying, axis=0)
        dust *= RTOL
        sent, lead = sent.take(varying, axis=0), needs.lead.take(varying, axis=0)
        counts = sent > raised(dust, NOTHING)
        needs.lead[varying] = np.divide(led, sent, out=lead, where=counts)
