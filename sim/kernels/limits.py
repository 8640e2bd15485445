"""Limit what several links may carry together: a quota holds for a pair of states, not for a line.

Which links a limit is for is said by `groups`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.kernels.groups import Groups
from sim.kernels.sums import Bools, Floats, Ints, divide, raised, some

RTOL = 1e-12
"""Room below this share of a limit counts as none."""


@dataclass(frozen=True, eq=False)
class Limits:
    """Hold what the links of each group may carry together this month, arrays [groups, members].

    A limit is an amount, or a share of what would flow without it. With what flows and what is
    asked of the group, as far as it is not left from earlier months, as `would`, the limit is

        min(most, max(min(fixed, share * max(base, would)), amount, part * max(base, would)))

    where `share` is what partial cuts leave, and `amount` and `part` what is let through all the
    same. Old orders that a cut left unmet do not count again: half of a need stays cut by half.
    """

    groups: Groups
    most: Floats
    """What nothing lets pass: caps of trade rules, capacities of re-exports; units per month"""
    fixed: Floats
    """What quotas and sanctions leave, inf where there are none; units per month"""
    share: Floats
    """What cut-offs leave, 0 to 1"""
    base: Floats
    """Flow at the start, units per month"""
    amount: Floats
    """What exceptions let through, units per month"""
    part: Floats
    """What exceptions let through, as a share"""
    backlog: Floats
    """What needs wait for from earlier months, [needs, members], units; ordering writes it"""

    @classmethod
    def none(cls, groups: Groups, base: Floats, needs: int) -> Limits:
        """Return limits that limit nothing; `base` is the flow at the start.

        `needs` counts the market's needs.
        """
        nothing = np.zeros_like(base)
        without = np.full_like(base, np.inf)
        return cls(
            groups,
            most=without,
            fixed=without.copy(),
            share=nothing + 1.0,
            base=base,
            amount=nothing,
            part=nothing.copy(),
            backlog=np.zeros((needs, base.shape[1])),
        )

    def new(self, wanted: Floats, needs: Ints) -> Floats:
        """Return what of `wanted` by these needs, [of them, members], is not left from earlier
        months.
        """
        return raised(wanted - self.backlog.take(needs, axis=0))

    def only(self, groups: Groups, rows: Ints, backlog: Floats | None = None) -> Limits:
        """Return the limits of some groups, `rows` of these, indexed as `groups`; `backlog` where
        the needs are numbered anew, too.
        """
        most, fixed, share, base, amount, part = (
            values.take(rows, axis=0)
            for values in (
                self.most,
                self.fixed,
                self.share,
                self.base,
                self.amount,
                self.part,
            )
        )
        waiting = self.backlog if backlog is None else backlog
        return Limits(groups, most, fixed, share, base, amount, part, waiting)

    @cached_property
    def is_share(self) -> bool:
        """Return whether any limit is a share of what would flow."""
        shares = self.share[(self.share > 0) & (self.share < 1)]
        return bool(shares.size or self.exempts)

    @cached_property
    def cuts(self) -> Bools | None:
        """Mark where a cut-off holds, [groups, members]; None: nowhere."""
        cuts = self.share < 1.0
        return cuts if some(cuts) else None

    @cached_property
    def exempts(self) -> bool:
        """Return whether an exception lets a share through anywhere."""
        return some(self.part)

    def left(self, would: Floats) -> Floats:
        """Return what restrictions leave and exceptions let through if so much would flow."""
        limit = self.fixed.copy()
        if self.cuts is not None or self.exempts:
            reference = np.maximum(self.base, would)
        if self.cuts is not None:
            np.multiply(self.share, reference, out=limit, where=self.cuts)
            np.minimum(limit, self.fixed, out=limit)
        np.maximum(limit, self.amount, out=limit)
        if self.exempts:
            # what is exempt as a whole waits for nothing, old orders neither
            exempt = np.where(self.part < 1.0, self.part * reference, np.inf)
            np.maximum(limit, exempt, out=limit)
        return limit

    def at(self, would: Floats) -> Floats:
        """Return each group's limit if so much would flow without it, units per month."""
        return np.minimum(self.left(np.minimum(would, self.most)), self.most)

    def asked_anew(self, orders: Floats, wanted: Floats) -> Floats | None:
        """Return what is asked of each group, [groups, members], caps and old orders apart.

        `orders` [links, members] are not cut by caps yet, and `wanted` [needs, members] is what
        needs want, of which the orders are a part. None where no limit depends on it.
        """
        if not self.is_share:
            return None
        groups = self.groups
        wanted = wanted.take(groups.served, axis=0)
        new = divide(self.new(wanted, groups.served), wanted)
        new *= orders.take(groups.link, axis=0)
        return groups.by_group(new)

    def trim(self, orders: Floats, anew: Floats | None, flow: Floats | None = None) -> Bools | None:
        """Reduce orders [links, members], in place, to what each group has room for.

        `anew` is as `asked_anew` returns it, `flow` [links, members] what links carry already. The
        orders of a group that asks for more than its room are reduced by one factor; a link in
        several groups by the least. Return which links that are in a group got nothing of what was
        asked, [touched, members]; None: all got some.
        """
        groups = self.groups
        asked = groups.carried(orders)
        would = asked if anew is None else anew
        if flow is None:
            room = self.at(would)
        else:
            carried = groups.carried(flow)
            limit = self.at(carried + would)
            # rounding leaves dust of room, and dust of goods would set a buyer's mean lead time
            room = np.where(carried < limit * (1.0 - RTOL), limit - carried, 0.0)
        over = asked > room
        if not some(over):
            return None
        factor = groups.to_links(np.divide(room, asked, out=np.ones_like(asked), where=over))
        orders[groups.touched] *= factor
        refused: Bools = factor < RTOL
        return refused if some(refused) else None

    def has_room(self, flow: Floats, wanted: Floats) -> Bools:
        """Return for each link that is in a group whether its groups have room, [touched, members].

        `flow` is [links, members], `wanted` [needs, members] what needs still want.
        """
        groups = self.groups
        carried = groups.carried(flow)
        new = self.new(wanted.take(groups.need, axis=0), groups.need)
        limit = self.at(carried + groups.by_need_group(new))
        is_open: Bools = groups.to_links((carried < limit * (1.0 - RTOL)).astype(np.float64)) > 0
        return is_open

    def within(self, links: Ints, needs: Ints, link_need: Ints) -> Limits | None:
        """Return the limits as they are in a part of the market, None where none holds there.

        `links` and `needs` are the part's, ascending, `link_need` the needs of its links as
        numbered there.
        """
        groups, rows = self.groups.within(links, link_need)
        if not rows.size:
            return None
        return self.only(groups, rows, self.backlog.take(needs, axis=0))

    def shares_beyond(self, lawful: Floats, flow: Floats) -> Floats:
        """Return which share of each touched link's flow lies beyond `lawful` [groups, members].

        [touched, members], 0 to 1: the greatest among its groups.
        """
        carried = self.groups.carried(flow)
        over = np.where(carried > lawful * (1.0 + RTOL), carried - lawful, 0.0)
        return 1.0 - self.groups.to_links(1.0 - divide(over, carried))
