"""Share a limit for several pairs of states where a part of one pair is exempt: that part passes
first, and the rest is shared by what is asked.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.groups import Groups
from sim.kernels.sums import GroupSum, divide, raised


class Own(NamedTuple):
    """Hold what is exempt of one pair of states, and under which limits it passes first."""

    amount: Floats
    """Of groups of one pair, units per month, [groups, members]"""
    several: Bools
    """Where a limit that an event sets for several pairs is, [groups]"""

    def of(self, rows: Ints) -> Own:
        """Return the same of some groups, `rows` of these."""
        return Own(self.amount.take(rows, axis=0), self.several.take(rows))

    def left(self, carried: Floats) -> Own:
        """Return what may still pass first where groups have `carried` so much, of that shape."""
        return self._replace(amount=raised(self.amount - carried))


def own_first(groups: Groups, orders: Floats, room: Floats, asked: Floats, own: Own) -> Floats:
    """Return by how much each group reduces the orders of each of its links, [pairs, members].

    Groups have `room` for a part of what is `asked` of them, both [groups, members], over links
    with these `orders`, [links, members]; what is `own` to one pair of states passes first.
    """
    pairs, other, meet = groups.meetings
    meeting = meet.group_of_row
    mine = groups.group[pairs[np.unique(meeting, return_index=True)[1]]]
    over = asked > room
    wanted = meet(orders.take(groups.link[pairs], axis=0))
    first = np.minimum(wanted, own.amount.take(other, axis=0)) * own.several[mine, None]
    firsts = GroupSum(mine, room.shape[0])(first)
    passing = np.minimum(firsts, room)
    rest = divide(room - passing, raised(asked - firsts))
    factor = np.where(over, rest, 1.0)
    passes = first * divide(passing, firsts).take(mine, axis=0)
    passes += (wanted - first) * factor.take(mine, axis=0)
    has_own = over.take(mine, axis=0) & (first > 0)
    part = np.where(has_own, divide(passes, wanted), 0.0)
    by_pair = factor.take(groups.group, axis=0)
    # whose own part passes first is never reduced more than others
    np.maximum.at(by_pair, pairs, part.take(meeting, axis=0))
    return by_pair
