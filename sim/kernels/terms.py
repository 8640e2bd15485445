"""Say how much the links of a group may carry together, from what quotas, cut-offs and exceptions
leave. Equations 9.

`groups.py` says which links a limit is for, `limits.py` how it is shared.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.groups import Groups
from sim.kernels.own_first import Own
from sim.kernels.sums import GroupSum, divide, some

RTOL = 1e-12
"""Room below this share of a limit counts as none."""
ANY = 1e300
"""More than anybody could want, units per month."""


@dataclass(frozen=True, eq=False)
class Terms:
    """Hold what the links of each group may carry together this month, arrays [groups, members].

    A limit is an amount, or a share of what would flow without it. Let `would` be what flows in the
    group plus what is asked of it and was not refused before. Then the limit is

        min(most, max(min(fixed, share * max(base, would)), amount, part * max(base, would)))

    where `share` is what partial cuts leave, and `amount` and `part` what is let through all the
    same. Orders that a cut has refused do not count in `would`, or the cut would wear off. Orders
    that wait for another reason, such as an outage, do count.

    A group is *partly cut* in members in which `share` or `part` lies between 0 and 1. A *cut pair*
    is a link and such a group that it is in, a *cut link* the link of one.
    """

    groups: Groups
    most: Floats
    """The most in any case: caps of trade rules, capacities of re-exports; units per month"""
    fixed: Floats
    """What quotas and sanctions leave, inf where there are none; units per month"""
    share: Floats
    """The share that cut-offs leave, 0 to 1"""
    base: Floats
    """Flow at the start, units per month"""
    amount: Floats
    """What exceptions let through, units per month"""
    part: Floats
    """The share that exceptions let through, 0 to 1"""
    counted: Bools | None
    """[pairs, members]: whether a link counts toward its group's limit and is held by it: a limit
    for several pairs of states is not for pairs that nothing restricts; None: all links count"""
    own: Own | None = field(default=None, kw_only=True)
    """What passes first under limits for several pairs of states; None: nothing does"""

    def carried(self, values: Floats) -> Floats:
        """Sum values [links, members] over the links that count, [groups, members]."""
        if self.counted is None:
            return self.groups.carried(values)
        return self.groups.by_group(values.take(self.groups.link, axis=0) * self.counted)

    def to_links(self, values: Floats, otherwise: float = 1.0) -> Floats:
        """Return the least of the values [groups, members] of the groups in which a link counts.

        [touched, members]; `otherwise` where it counts in none.
        """
        if self.counted is None:
            return self.groups.to_links(values)
        return self.of_pairs(values.take(self.groups.group, axis=0), otherwise)

    def of_pairs(self, values: Floats, otherwise: float = 1.0) -> Floats:
        """Return the least of each link's values [pairs, members] where it counts, [touched,
        members]; `otherwise` where it counts in none.
        """
        if self.counted is not None:
            values = np.where(self.counted, values, otherwise)
        return self.groups.least_of(values)

    @cached_property
    def met(self) -> Bools | None:
        """Mark where a link that is in two groups counts in both, [meeting pairs, members]; None:
        everywhere.
        """
        if self.counted is None:
            return None
        mine, _, _, theirs = self.groups.meetings
        met: Bools = self.counted[mine] & self.counted[theirs]
        return met

    def let(self, flags: Bools) -> Bools:
        """Return the links for which all groups in which they count are marked, [touched, members].

        `flags` is [groups, members].
        """
        if self.counted is None and not self.groups.is_crossed:
            return self.groups.to_links(flags)
        marked: Bools = self.to_links(flags.astype(np.float64)) > 0
        return marked

    @cached_property
    def odds(self) -> Floats:
        """Return how many units are refused for each that passes, [groups, members].

        0 where nothing is cut, and where nothing passes.
        """
        left = np.where(self.share < 1.0, np.maximum(self.share, self.part), self.part)
        return divide(1.0 - left, left)

    def refused_of(self, links: Ints, flow: Floats) -> Floats:
        """Return the `flow` [links, members] over some links, [of them, members]; 0 where no cut
        refused anything, since less came than exceptions let through.
        """
        came = flow.take(links, axis=0)
        if some(self.amount):
            idle = self.carried(flow) < self.amount * (1.0 - RTOL)
            all_idle = self.let(idle | (self.odds <= 0))
            came *= ~all_idle[np.searchsorted(self.groups.touched, links)]
        return came

    def only(self, rows: Ints) -> Self:
        """Return the limits of some groups, `rows` of these, ascending."""
        return self.on(self.groups.only(rows), rows)

    def on(self, groups: Groups, rows: Ints) -> Self:
        """Return the limits of some groups, `rows` of these, ascending, indexed as `groups`."""
        names = ("most", "fixed", "share", "base", "amount", "part")
        taken = {name: getattr(self, name).take(rows, axis=0) for name in names}
        counted = self.counted
        if counted is not None:
            counted = counted[np.isin(self.groups.group, rows)]
        own = None if self.own is None else self.own.of(rows)
        return replace(self, groups=groups, counted=counted, own=own, **taken)

    @cached_property
    def is_share(self) -> bool:
        """Return whether any limit is a share of what would flow."""
        return self.exempts or some(_is_part(self.share))

    @cached_property
    def cut_in_part(self) -> Bools:
        """Mark the groups that are partly cut, [groups, members]."""
        return _is_part(self.share) | _is_part(self.part)

    @cached_property
    def cut_whole(self) -> Bools:
        """Mark the groups to which a cut-off leaves nothing, [groups, members]."""
        return (self.share <= 0) & (self.part <= 0)

    @cached_property
    def cut_pairs(self) -> Ints:
        """Return the pairs of links with groups that are partly cut in some member, ascending."""
        return np.flatnonzero(np.logical_or.reduce(self.cut_in_part, axis=1)[self.groups.group])

    @cached_property
    def cut_links(self) -> Ints:
        """Return the links of the cut pairs, ascending."""
        return np.unique(self.groups.link[self.cut_pairs])

    @cached_property
    def of_cut_pairs(self) -> Ints:
        """Return the place of each cut pair's link among the cut links."""
        return np.searchsorted(self.cut_links, self.groups.link[self.cut_pairs])

    @cached_property
    def first_cuts(self) -> Ints:
        """Return the place of each cut link's first pair among the cut pairs."""
        return np.unique(self.of_cut_pairs, return_index=True)[1]

    def least_of_cuts(self, pairs: Floats) -> Floats:
        """Return the least value of each cut link's pairs: [cut pairs, ...] -> [cut links, ...]."""
        if self.first_cuts.size == pairs.shape[0]:
            return pairs
        least: Floats = np.minimum.reduceat(pairs, self.first_cuts, axis=0)
        return least

    @cached_property
    def cut_here_by_pair(self) -> Bools:
        """Mark the members in which each cut pair's group cuts its link, [cut pairs, members]."""
        pairs: Bools = self.cut_in_part[self.groups.group[self.cut_pairs]]
        return pairs if self.counted is None else pairs & self.counted[self.cut_pairs]

    @cached_property
    def cut_here(self) -> Bools:
        """Mark the members in which each cut link is partly cut, [cut links, members]."""
        return GroupSum(self.of_cut_pairs, self.cut_links.size).any(self.cut_here_by_pair)

    @cached_property
    def by_cut_group(self) -> GroupSum:
        """Sum cut pairs to [groups, members]."""
        return GroupSum(self.groups.group[self.cut_pairs], self.groups.by_group.groups)

    @cached_property
    def by_cut_claim(self) -> GroupSum:
        """Sum cut pairs to [claims, members]."""
        by_claim = self.groups.by_claim
        return GroupSum(by_claim.group_of_row[self.cut_pairs], by_claim.groups)

    @cached_property
    def others(self) -> Self | None:
        """Return the limits without what restricts partly cut groups, except `most`, which holds
        for them, too. None: nothing is left that limits.
        """
        cut = self.cut_in_part
        if not self.cut_links.size:
            return self
        share, part = np.where(cut, 1.0, self.share), np.where(cut, 0.0, self.part)
        fixed = np.where(cut, np.inf, self.fixed)
        if not (self.has_most or some(fixed < np.inf) or some(share < 1)):
            return None
        return replace(self, share=share, part=part, fixed=fixed)

    @cached_property
    def beside_cuts(self) -> Self | None:
        """Return the limits of quotas and sanctions on partly cut groups alone; they do not lower
        what would flow. None: there are none.
        """
        fixed = np.where(self.cut_in_part, self.fixed, np.inf)
        if not some(fixed < np.inf):
            return None
        share, most = np.ones_like(self.share), np.full_like(self.most, np.inf)
        return replace(self, share=share, fixed=fixed, most=most)

    @cached_property
    def of_cuts(self) -> Self:
        """Return the limits with only what restricts partly cut groups."""
        cut = self.cut_in_part
        share, part = np.where(cut, self.share, 1.0), np.where(cut, self.part, 0.0)
        fixed, most = (np.where(cut, each, np.inf) for each in (self.fixed, self.most))
        return replace(self, share=share, part=part, fixed=fixed, most=most)

    @cached_property
    def is_nested(self) -> bool:
        """Return whether a limit that is no share may hold for some links of a partly cut group."""
        if not self.groups.is_crossed:
            return False
        is_firm = ~self.cut_in_part & ((self.fixed < np.inf) | (self.share <= 0))
        return self.has_most or some(is_firm)

    @property
    def firm(self) -> Floats:
        """Return what groups leave however much would flow, [groups, members]: of partly cut ones,
        `most`. It is not kept, since leaks change it while the limits are the same object.
        """
        return np.where(self.cut_in_part, self.most, self.at(np.zeros_like(self.most)))

    @cached_property
    def has_most(self) -> bool:
        """Return whether there is a `most` anywhere."""
        return some(self.most < np.inf)

    @cached_property
    def cuts(self) -> Bools | None:
        """Mark where a cut-off holds, [groups, members]; None: nowhere."""
        cuts = self.share < 1.0
        return cuts if some(cuts) else None

    @cached_property
    def _cut_share(self) -> Floats:
        """Return the share that cut-offs leave, NaN where there is none, [groups, members]."""
        return np.where(self.share < 1.0, self.share, np.nan)

    @cached_property
    def frees(self) -> Bools | None:
        """Mark the groups that are exempt as a whole, [groups, members], for which even old orders
        may pass; None: there are none.
        """
        frees = self.part >= 1.0
        return frees if some(frees) else None

    @cached_property
    def exempts(self) -> bool:
        """Return whether an exception lets a share through anywhere."""
        return some(self.part)

    def left(self, would: Floats) -> Floats:
        """Return what restrictions leave and exceptions let through if `would` flowed without them,
        both [groups, members], units per month; `most` is left out.
        """
        if self.cuts is None and not self.exempts:
            return np.maximum(self.fixed, self.amount)
        reference = np.maximum(self.base, would)
        limit = self.fixed
        if self.cuts is not None:
            # of a number and none the least is the number
            limit = np.fmin(self._cut_share * reference, limit)
        limit = np.maximum(limit, self.amount)
        if self.exempts:
            exempt = self.part * reference
            if self.frees is not None:
                exempt[self.frees] = np.inf
            np.maximum(limit, exempt, out=limit)
        return limit

    def at(self, would: Floats) -> Floats:
        """Return each group's limit if `would` flowed without it, [groups, members]."""
        if not self.has_most:
            return self.left(would)
        if self.cuts is None and not self.exempts:
            return np.minimum(self.left(would), self.most)
        return np.minimum(self.left(np.minimum(would, self.most)), self.most)

    def shares_beyond(self, lawful: Floats, flow: Floats) -> Floats:
        """Return the share of the flow of each link in a group that lies beyond `lawful` [groups,
        members]: [touched, members], 0 to 1, the greatest among the link's groups.
        """
        carried = self.carried(flow)
        over = np.where(carried > lawful * (1.0 + RTOL), carried - lawful, 0.0)
        return 1.0 - self.to_links(1.0 - divide(over, carried))


def _is_part(share: Floats) -> Bools:
    """Return where a share is neither nothing nor all."""
    is_part: Bools = (share > 0) & (share < 1)
    return is_part
