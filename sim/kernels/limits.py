"""Limit what several links may carry together: a quota holds for a pair of states, not for a line.

`groups.py` says which links a limit is for, `terms.py` how much they may carry, and this module how
that is shared: all orders of a group are reduced by one factor, those in several by the least.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.greatest import GroupMost
from sim.kernels.groups import Groups
from sim.kernels.kept import remembered
from sim.kernels.own_first import own_first
from sim.kernels.refusals import CutNeeds, Lightest, Refusals
from sim.kernels.sums import GroupSum, divide, raised, some
from sim.kernels.terms import RTOL, Terms


@dataclass(frozen=True, eq=False)
class Limits(Terms):
    """Hold what the links of each group may carry together this month, and what cuts have refused.

    A pair is a link and a group that it is in; a claim is a need and a group that serves it.
    """

    waiting: Floats
    """What needs wait for because cuts refused it, [needs, members], units; `tell` writes it"""
    passed: Floats
    """What came over cut links, of the same orders, [needs, members], units; `tell` writes it"""
    _refused: dict[str, Floats] = field(default_factory=dict, init=False)
    """What was refused of what waits, by pair and by claim, kept once it was asked for"""
    _inner: dict[Groups, Limits] = field(default_factory=dict, init=False)
    """The same limits in parts of the market, by their groups there"""

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
            counted=None,
            waiting=np.zeros((needs, base.shape[1])),
            passed=np.zeros((needs, base.shape[1])),
        )

    def tell(self, refusals: Refusals | None) -> None:
        """Set what cuts have refused before; None: nothing."""
        self.waiting[:] = 0.0 if refusals is None else refusals.waiting
        self.passed[:] = 0.0 if refusals is None else refusals.passed
        self._refused.clear()

    def refused(self, needs: Ints, groups: Ints) -> Floats:
        """Return what these needs wait for because these groups were cut, [of them, members].

        For each unit that came, a cut refused as many as its odds; but no more than still waits.
        """
        refused = self.odds.take(groups, axis=0)
        refused *= self.passed.take(needs, axis=0)
        return np.minimum(refused, self.waiting.take(needs, axis=0), out=refused)

    @property
    def refused_by_pair(self) -> Floats:
        """Return what each link's need waits for because its group was cut, [pairs, members]."""
        if "pair" not in self._refused:
            self._refused["pair"] = self.refused(self.groups.served, self.groups.group)
        return self._refused["pair"]

    @property
    def refused_by_cut(self) -> Floats:
        """Return the same for the pairs of partly cut groups, [cut pairs, members]."""
        if "cut" not in self._refused:
            groups, pairs = self.groups, self.cut_pairs
            self._refused["cut"] = (
                self._refused["pair"].take(pairs, axis=0)
                if "pair" in self._refused
                else self.refused(groups.served[pairs], groups.group[pairs])
            )
        return self._refused["cut"]

    @property
    def refused_by_claim(self) -> Floats:
        """Return what each need waits for because a group was cut, [claims, members]."""
        if "claim" not in self._refused:
            of_claim = self.groups.by_need_group.group_of_row
            self._refused["claim"] = self.refused(self.groups.need, of_claim)
        return self._refused["claim"]

    @property
    def refused_by_need(self) -> Floats:
        """Return the most that each need waits for because some group was cut, [needs, members]."""
        refused = np.zeros_like(self.waiting)
        np.maximum.at(refused, self.groups.need, self.refused_by_claim)
        return refused

    @cached_property
    def cut_needs(self) -> CutNeeds:
        """Return the needs to which cuts refuse something, and the links that are cut."""
        groups, most = self.groups, GroupMost(self.groups.need)
        of_claim = groups.by_need_group.group_of_row
        odds = most(self.odds.take(of_claim, axis=0))
        whole = most(self.cut_whole.take(of_claim, axis=0))
        cut = np.flatnonzero(np.logical_or.reduce((odds > 0) | whole, axis=1))
        needs = most.groups[cut]
        rows = np.flatnonzero(np.logical_or.reduce(self._link_odds > 0, axis=1))
        links, link_odds = groups.touched[rows], self._link_odds[rows]
        by_need = GroupSum(np.searchsorted(needs, groups.served_by_touched[rows]), needs.size)
        lightest = Lightest.among(link_odds, by_need)
        return CutNeeds(needs, odds[cut], whole[cut], links, link_odds, by_need, lightest)

    @cached_property
    def _link_odds(self) -> Floats:
        """Return what cuts refuse for each unit that comes over a link, [touched, members]."""
        return -self.to_links(-self.odds, 0.0)

    @cached_property
    def lighter(self) -> Bools | None:
        """Mark the pairs of partly cut groups whose link is cut less than another link of the same
        need, [cut pairs, members]; None: there are none.
        """
        rows = np.searchsorted(self.groups.touched, self.cut_links)
        need, odds = self.groups.served_by_touched[rows], self._link_odds.take(rows, axis=0)
        most = GroupMost(need)
        lighter = odds < most(odds).take(np.searchsorted(most.groups, need), axis=0)
        return lighter.take(self.of_cut_pairs, axis=0) if some(lighter) else None

    def refusing(self, before: Refusals, flow: Floats, backlog: Floats) -> Refusals | None:
        """Return what cuts have refused by the end of this month; None: no cut takes a share now.

        `before` is what they had refused by its beginning, `flow` [links, members] is this month's,
        `backlog` [needs, members] what waits at its end.
        """
        if self.cuts is None and not self.is_share:
            return None
        return before.taken(self.cut_needs, self.refused_of(self.cut_needs.links, flow), backlog)

    def anew(self, orders: Floats, wanted: Floats) -> Floats:
        """Return the part of orders that was not refused before, by pair, [pairs, members].

        `orders` [links, members] are not reduced by caps yet; `wanted` [needs, members] is all that
        needs want, of which these orders may be a part.
        """
        groups = self.groups
        return _anew(orders, wanted, groups.link, groups.served, self.refused_by_pair)

    def anew_of_cuts(self, orders: Floats, wanted: Floats, kept: Floats | None) -> Floats:
        """Return the same for the pairs of partly cut groups, [cut pairs, members], less the goods
        that cuts have `kept` from their needs this month, of the same shape; None: none.
        """
        link, served = self.groups.link[self.cut_pairs], self.groups.served[self.cut_pairs]
        refused = self.refused_by_cut if kept is None else self.refused_by_cut + kept
        return _anew(orders, wanted, link, served, refused)

    def asked(self, orders: Floats, wanted: Floats, flow: Floats | None = None) -> Floats | None:
        """Return what is asked of each group, [groups, members], without what was refused before
        and what other limits would not let pass anyway; None where no limit depends on it.

        `orders` and `wanted` are as in `anew`, `flow` [links, members] is what links carry already.
        """
        if not self.is_share:
            return None
        anew = self.anew(orders, wanted)
        if self.is_nested:
            anew = anew * self.let_by_others(orders, anew, flow)
        return self.groups.by_group(anew)

    def let_by_others(self, orders: Floats, new: Floats, flow: Floats | None = None) -> Floats:
        """Return which part of what is asked anew, `new`, the other groups of each pair's link let
        pass, both [pairs, members]; 0 to 1.

        Of another group that shares only some links, the room counts in proportion to the orders
        over these. `flow` [links, members] is what links carry already.
        """
        groups, (pairs, other, meet, _) = self.groups, self.groups.meetings
        met = np.True_ if self.met is None else self.met
        room = self.firm if flow is None else raised(self.firm - self.carried(flow))
        ordered = orders.take(groups.link, axis=0)
        asked = self.carried(orders)
        holds = asked > room
        part = np.divide(room, asked, out=np.ones_like(asked), where=holds)
        most = meet(ordered.take(pairs, axis=0) * met) * part.take(other, axis=0)
        most[~holds.take(other, axis=0)] = np.inf
        wanted = meet(new.take(pairs, axis=0) * met)
        let = np.divide(most, wanted, out=np.ones_like(most), where=wanted > most)
        least = np.ones_like(new)
        np.minimum.at(least, pairs, np.where(met, let.take(meet.group_of_row, axis=0), 1.0))
        return least

    def _let_in_all(self, room: Floats) -> Floats:
        """Return the most that could come in addition in each group, given the `room` of all groups
        that its links are in, both [groups, members]; inf where nothing limits some link.
        """
        groups, (pairs, other, meet, _) = self.groups, self.groups.meetings
        finite, each = np.where(np.isfinite(room), room, 0.0), room.take(groups.group, axis=0)
        firsts = np.unique(meet.group_of_row, return_index=True)[1]
        mine, others = GroupSum(groups.group[pairs[firsts]], len(room)), finite.take(other, axis=0)
        free = groups.to_pairs(np.isinf(self.of_pairs(each, np.inf)))
        if self.met is not None:
            others, free = others * meet.any(self.met), free & self.counted
        return np.where(groups.by_group.any(free), np.inf, finite + mine(others))

    def trim(self, orders: Floats, anew: Floats | None, flow: Floats | None = None) -> Bools | None:
        """Reduce orders [links, members], in place, to what each group has room for.

        `anew` is as `asked` returns it, `flow` as in `room`. Return which links got nothing of
        what was asked over them, [links, members]; None: all got some.
        """
        asked = self.carried(orders)
        return self.reduce(orders, self.room(asked if anew is None else anew, flow), asked, flow)

    def room(self, would: Floats, flow: Floats | None = None) -> Floats:
        """Return what groups may still carry if `would` flowed in addition without the limit, both
        [groups, members]; `flow` [links, members] is what links carry already; None: nothing.
        """
        if flow is None:
            return self.at(would)
        carried = self.carried(flow)
        limit = self.at(carried + would)
        # room that is rounding error must not let dust of goods pass: a buyer's mean lead time
        # would be that of the dust
        return np.where(carried < limit * (1.0 - RTOL), limit - carried, 0.0)

    def reduce(
        self, orders: Floats, room: Floats, asked: Floats, flow: Floats | None = None
    ) -> Bools | None:
        """Reduce orders [links, members], in place, to what groups have `room` for.

        `asked` is what is asked of the groups, both [groups, members]; `flow` [links, members] is
        what links carry. All orders of a group that is asked for more than it has room for are
        reduced by one factor, except what passes first; a link in several groups by the least.
        Return which links got nothing of what was asked, [links, members]; None: all got some.
        """
        groups = self.groups
        over = asked > room
        if not some(over):
            return None
        if self.own is None:
            factor = self.to_links(np.divide(room, asked, out=np.ones_like(asked), where=over))
        else:
            own = self.own if flow is None else self.own.beyond(self.carried(flow))
            factor = self.of_pairs(own_first(groups, orders, room, asked, own, self.counted))
        orders[groups.touched] *= factor
        nothing = factor < RTOL
        if not some(nothing):
            return None
        refused = np.zeros(orders.shape, dtype=np.bool_)
        refused[groups.touched] = nothing
        return refused

    def has_room(
        self,
        flow: Floats,
        wanted: Floats,
        held: Floats | None = None,
        most: Floats | None = None,
    ) -> Bools:
        """Return for each link that is in a group whether its groups have room, [touched, members].

        `flow` [links, members] is what links carry, `wanted` [needs, members] what needs still
        want, `held` [claims, members] what partial cuts have kept away (None: nothing), `most`
        [groups, members] the most that could come in addition (None: anything).
        """
        groups = self.groups
        carried = self.carried(flow)
        new = wanted.take(groups.need, axis=0)
        if self.is_share:
            new = raised(new - self.refused_by_claim)
        if held is not None:
            np.maximum(new, held, out=new)
        would = groups.by_need_group(new)
        if self.is_nested:
            would = np.minimum(would, self._let_in_all(raised(self.firm - carried)))
        if most is not None:
            would = np.minimum(would, most)
        limit = self.at(carried + would)
        return self.let(carried < limit * (1.0 - RTOL))

    def within(self, links: Ints, link_need: Ints) -> Limits | None:
        """Return the limits as they are in a part of the market; None where none holds there.

        `links` are the part's, ascending, `link_need` their needs as numbered there.
        """
        groups, rows, pairs, claims = self.groups.within(links, link_need)
        if not rows.size:
            return None
        nothing = self.waiting[:0]
        inner = remembered(
            self._inner,
            groups,
            lambda: replace(self.on(groups, rows), waiting=nothing, passed=nothing),
        )
        inner.amount[:] = self.amount.take(rows, axis=0)
        inner._refused.clear()
        if self.is_share:
            inner._refused["pair"] = self.refused_by_pair.take(pairs, axis=0)
            inner._refused["claim"] = self.refused_by_claim.take(claims, axis=0)
        return inner


def _anew(orders: Floats, wanted: Floats, link: Ints, need: Ints, refused: Floats) -> Floats:
    """Return the part of `orders` over some links that was not `refused` before to their needs."""
    wanted = wanted.take(need, axis=0)
    new = divide(raised(wanted - refused), wanted)
    new *= orders.take(link, axis=0)
    return new
