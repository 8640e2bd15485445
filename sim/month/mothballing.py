"""Let lines wear, and lay up what stands idle until buyers wait for it. Equations 6.3."""

from __future__ import annotations

import numpy as np

from sim.kernels.sums import divide, kept_where, some
from sim.kernels.terms import RTOL
from sim.world.construction import called_back, idle, leave
from sim.world.world import World


def maintain(world: World) -> None:
    """Change the capacity of the next month, at the end of this one, by wear, laying up and calling
    back.
    """
    if world.upkeep.wearing.size:
        lost = np.zeros_like(world.lines.capacity)
        lost[world.upkeep.wearing] = world.upkeep.wear * world.lines.capacity[world.upkeep.wearing]
        leave(world, lost)
    if world.upkeep.resting.size:
        _lay_up(world)
        rest = world.upkeep
        # rounding may leave any one of them: who has none of all three is left as it is
        if some(world.lines.mothballed) or some(rest.coming) or some(rest.returning):
            _call_back(world)
            _return(world)


def _lay_up(world: World) -> None:
    """Lay up the least that stood idle in any of the last months, and begin to count anew."""
    resting, lines = world.upkeep, world.lines
    rows = resting.resting
    capacity = lines.capacity[rows]
    # while a share of a line is out of use, less of it stands idle than can be laid up
    spare = np.minimum(divide(idle(world)[rows], lines.available[rows]), capacity)
    stands = spare > RTOL * capacity
    resting.idle_months = np.where(stands, resting.idle_months + 1, 0)
    resting.idle = np.where(stands, np.minimum(resting.idle, spare), np.inf)
    due = resting.idle_months >= resting.after
    laid = np.where(due, np.minimum(resting.idle, capacity), 0.0)
    resting.idle_months[due] = 0
    resting.idle[due] = np.inf
    lines.capacity[rows] -= laid
    lines.mothballed[rows] += laid


def _call_back(world: World) -> None:
    """Call back as much as buyers wait for beyond what is on its way back already; what no longer
    works is lost.
    """
    resting, lines = world.upkeep, world.lines
    rows = resting.resting
    called = called_back(world)
    works = called * resting.back_share
    slots = resting.returning.shape[0]
    row, member = (np.arange(size) for size in called.shape)
    resting.returning[(world.month + 1 + resting.back) % slots, row[:, None], member] += works
    resting.coming += works
    lines.mothballed[rows] -= called - works
    world.lost_capacity[rows] += called - works


def _return(world: World) -> None:
    """Give lines what is back next month.

    Rounding error that is left laid up is lost, or a plant that is back as a whole would be called
    back again.
    """
    resting, lines, rows = world.upkeep, world.lines, world.upkeep.resting
    slot = resting.returning[(world.month + 1) % resting.returning.shape[0]]
    lines.capacity[rows] += slot
    left, coming = lines.mothballed[rows] - slot, resting.coming - slot
    dust = RTOL * lines.capacity[rows]
    lines.mothballed[rows] = kept_where(left > dust, left)
    resting.coming = kept_where(coming > dust, coming)
    world.lost_capacity[rows] += left - lines.mothballed[rows]
    slot[:] = 0.0
