"""Move goods: let them arrive, and send this month's shipments on their way.

Writes needs.stock, in_transit, pipeline and lead.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.sums import NOTHING, raised
from sim.kernels.terms import RTOL
from sim.world.lead_groups import LeadGroups
from sim.world.world import Needs, World


def arrive(world: World) -> None:
    """Add what arrives this month to stocks."""
    needs = world.needs
    slot = needs.pipeline[world.month % needs.pipeline.shape[0]]
    needs.stock += slot
    needs.in_transit -= slot
    slot[:] = 0.0


def dispatch(world: World) -> None:
    """Send this month's shipments on their way, each by its lead time."""
    needs, sent, leaving, leads = world.needs, world.sent, world.leaving, world.links.lead_groups
    slots, led = needs.pipeline.shape[0], None
    for group in leads.groups:
        # where all links have one lead time, what is sent is added up already
        arriving = sent if group.is_all else group.add_up(leaving)
        needs.pipeline[(world.month + group.lead) % slots] += arriving
        needs.in_transit += arriving
        if leads.vary:
            time = leads.of_varying(arriving) * group.lead
            led = time if led is None else np.add(led, time, out=led)
    if led is not None:
        _set_lead(needs, leads, led, leads.of_varying(sent))


def _set_lead(needs: Needs, leads: LeadGroups, led: Floats, sent: Floats) -> None:
    """Set the mean lead time of needs to which something was sent: `led`, the units times their
    months under way, divided by the units `sent`, both [varying needs, members].
    """
    # dust that rounding left of orders says nothing about lead times
    dust = leads.of_varying(needs.stock) + leads.of_varying(needs.in_transit)
    dust += leads.of_varying(needs.demand)
    dust *= RTOL
    counts, lead = sent > raised(dust, NOTHING), leads.of_varying(needs.lead)
    if np.count_nonzero(counts) == counts.size:
        # in a tenth of the time
        np.divide(led, sent, out=lead)
    else:
        np.divide(led, sent, out=lead, where=counts)
    if leads.varying is not None:
        needs.lead[leads.varying] = lead
