"""Share a limit for several pairs of states where a part of one pair is exempt, or an exemption for
several where restrictions leave one pair a part: that part passes first, and the rest is shared by
what is asked.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.groups import Groups
from sim.kernels.sums import GroupSum, divide, raised


class Own(NamedTuple):
    """Hold what belongs to one pair of states alone, and under which limits it passes first."""

    amount: Floats
    """What is exempt of groups of one pair, units per month, [groups, members]"""
    several: Bools
    """Which groups are limits that an event sets for several pairs, [groups]"""
    left: Floats
    """What restrictions leave groups of one pair, units per month, [groups, members]"""
    exempt: Bools
    """Which groups are exemptions for several pairs, under which `left` passes first, [groups]"""

    def of(self, rows: Ints) -> Own:
        """Return the same for some groups, whose rows here are `rows`."""
        amount, left = self.amount.take(rows, axis=0), self.left.take(rows, axis=0)
        return Own(amount, self.several.take(rows), left, self.exempt.take(rows))

    def beyond(self, carried: Floats) -> Own:
        """Return what may still pass first where groups have `carried` some, [groups, members]."""
        amount, left = raised(self.amount - carried), raised(self.left - carried)
        return self._replace(amount=amount, left=left)

    def first(self, mine: Ints, other: Ints) -> Floats:
        """Return, for each two groups that share a link, what of the group `other` may pass first
        under the limit `mine`, [of them, members].
        """
        own = np.where(self.exempt[mine, None], self.left[other], self.amount[other])
        own *= self.several[mine, None]
        return own


def own_first(
    groups: Groups,
    orders: Floats,
    room: Floats,
    asked: Floats,
    own: Own,
    counted: Bools | None = None,
) -> Floats:
    """Return by how much each group reduces the orders of each of its links, [pairs, members].

    Groups have `room` for a part of what is `asked` of them, both [groups, members], over links
    with these `orders`, [links, members]; what is `own` to one pair of states passes first, of
    links that are `counted` [pairs, members]; None: all are.
    """
    pairs, other, meet, _ = groups.meetings
    meeting = meet.group_of_row
    mine = groups.group[pairs[np.unique(meeting, return_index=True)[1]]]
    over = asked > room
    ordered = orders.take(groups.link[pairs], axis=0)
    wanted = meet(ordered if counted is None else ordered * counted[pairs])
    first = np.minimum(wanted, own.first(mine, other))
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
