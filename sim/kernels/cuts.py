"""Take a share of what would flow: of a supplier that is short, a share of what it could give.

While an allocation goes on, what a cut keeps away counts as gone: without the cut it would be. A
line rations what it is asked for before the cut takes its share; cut before, who is cut would get
too little of what others claim, too, and a cut of next to nothing would take a lot.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.beside import Beside, beside
from sim.kernels.kept_away import KeptAway
from sim.kernels.limits import Limits
from sim.kernels.market import Market
from sim.kernels.marks import either
from sim.kernels.rationing import Ration, granted_share, proportional
from sim.kernels.sums import kept_where, raised, some
from sim.kernels.terms import RTOL


class Asks(NamedTuple):
    """Hold what is asked before caps reduce it."""

    anew: Floats
    """What no cut has refused before, [cut pairs, members]"""
    every: Floats | None
    """The same of all pairs, [pairs, members]; None: other limits hold for no part of a group"""
    orders: Floats
    """[links, members]; where `every` is there"""


class _Whole(NamedTuple):
    """Hold the market of which another is a part."""

    cuts: Cuts
    rows: Ints
    """The part's cut links among those there"""
    lines: Ints
    """The part's lines beside them among those there"""


@dataclass(eq=False)
class Cuts:
    """Hold what links cut in part would carry by now, were they not, beside what they do.

    An allocation keeps it from round to round.
    """

    market: Market
    limits: Limits
    ration: Ration
    beyond: Floats
    """What lines could make with enough inputs, beyond what they offer, [lines, members]"""
    dust: Floats
    """What is no shortage but rounding, [lines beside, members]"""
    held: Floats
    """What the cut keeps away, [cut links, members]"""
    short: Bools
    """Where a line could not have given all that it was asked for, [members]"""
    whole: _Whole | None = None
    """Of which market this is a part"""
    holds: bool = field(init=False)
    """Whether the cut keeps anything away"""
    alone: bool = field(init=False)
    """Whether no other limit holds for the links that lines beside serve"""
    _beside: Beside = field(init=False)

    def __post_init__(self) -> None:
        self.holds = some(self.held)
        self._beside = beside(self.market, self.limits)
        self.alone = self.limits.cut_alone and self._beside.is_alone

    @classmethod
    def begun(
        cls, market: Market, limits: Limits, ration: Ration, supply: Floats, beyond: Floats | None
    ) -> Cuts:
        """Begin an allocation: nothing is kept away yet."""
        width, lines = supply.shape[1], beside(market, limits).lines
        beyond = np.zeros_like(supply) if beyond is None else beyond
        dust = RTOL * (supply.take(lines, axis=0) + beyond.take(lines, axis=0))
        held, nowhere = np.zeros((limits.cut_links.size, width)), np.zeros(width, dtype=np.bool_)
        return cls(market, limits, ration, beyond, dust, held, nowhere)

    def within(self, inner: Limits, market: Market, links: Ints, lines: Ints) -> Cuts:
        """Return the same in a part of the market with some `links` and `lines` of this one."""
        rows = np.searchsorted(self.limits.cut_links, links.take(inner.cut_links))
        beyond, held = self.beyond.take(lines, axis=0), self.held.take(rows, axis=0)
        own = lines.take(beside(market, inner).lines)
        places = np.searchsorted(self._beside.lines, own)
        dust, whole = self.dust.take(places, axis=0), _Whole(self, rows, places)
        return Cuts(market, inner, self.ration, beyond, dust, held, self.short, whole)

    def take_back(self, part: Cuts) -> None:
        """Take note of whether lines were short in a part of the market."""
        self.short = part.short

    def asks(self, orders: Floats, wanted: Floats) -> Asks | None:
        """Return what is asked of cut links, of `orders` [links, members] that no cap has reduced
        yet, None: nothing; `wanted` is as for `Limits.anew`.
        """
        limits = self.limits
        if not some(orders.take(limits.cut_links, axis=0)):
            return None
        if not limits.is_nested:
            return Asks(limits.anew_of_cuts(orders, wanted), None, orders)
        anew = limits.anew(orders, wanted)
        return Asks(anew.take(limits.cut_pairs, axis=0), anew, orders.copy())

    def grant(
        self, orders: Floats, asks: Asks, left: Floats, flow: Floats | None
    ) -> tuple[Floats, Floats, Bools | None]:
        """Ration `orders` [links, members] and take the cuts' shares; unless these cuts are
        `alone`, the orders are within all other limits.

        Return what is granted [links, members], what of each line is gone [lines, members], and
        which links were refused all, None: none.

        `left` [lines, members] is what lines still have, `flow` [links, members] what links carry
        already, None: nothing.
        """
        limits, beside = self.limits, self._beside
        asked = orders.take(beside.links, axis=0)
        whole = asked.take(beside.cut, axis=0)
        # what a cut has refused before does not flow for want of goods
        np.minimum(whole, self._least(asks.anew), out=whole, where=limits.cut_here)
        claims, has = beside.by_line(asked), left.take(beside.lines, axis=0)
        free = self._free(has)
        least = np.minimum(has, free) if self._keeps else has
        is_short = some(claims > least + self.dust)
        most = self._most(orders, asked, whole, left, free) if is_short else None
        would, carried = self._would(asks, most, flow), limits.carried(orders)
        room = limits.room(np.where(limits.cut_in_part, would, carried), flow)
        if not self.alone:
            room = np.where(limits.cut_in_part, room, np.inf)
        is_over = some(carried > room)
        refused = limits.reduce(orders, room, carried) if is_over else None
        taken = self.market.by_line(orders)
        granted = self.ration(orders, left, taken, self.market)
        late = self._lacking(claims, has, whole) if is_short else None
        if late is not None:
            turned_away = self._cut_late(granted, asked, (claims, left, taken), room, late)
            refused = either(np.logical_or.reduce(late, axis=0), turned_away, refused)
        if is_over or is_short or self.holds:
            self._note(whole, most, granted)
        return granted, taken, refused

    def _lacking(self, claims: Floats, has: Floats, whole: Floats) -> Bools | None:
        """Return which lines beside are asked for goods over links that are cut there, [lines
        beside, members], in members where one of them has less than is asked of it; None: nowhere.
        """
        cut = self._beside.by_line_of_cut.any(self.limits.cut_here & (whole > 0))
        short: Bools = np.logical_or.reduce((claims > has + self.dust) & cut, axis=0)
        return cut & short if some(short) else None

    def _cut_late(
        self,
        granted: Floats,
        asked: Floats,
        lines: tuple[Floats, Floats, Floats],
        room: Floats,
        late: Bools,
    ) -> Bools | None:
        """Ration what is `asked` over links beside, cut then, and share out what that leaves among
        others there, where lines beside are `late`; writes `granted`, and what is taken of lines.
        Return which links were refused all.

        `lines` hold claims on lines beside, what all lines have left, and what is taken of them.
        """
        claims, left, taken = lines
        beside, limits = self._beside, self.limits
        members, is_late = np.logical_or.reduce(late, axis=0), late.take(beside.line, axis=0)
        got = self._rationed(granted, asked, claims, left)
        granted[beside.links] = np.where(is_late, got, granted.take(beside.links, axis=0))
        refused = limits.reduce(granted, np.where(limits.cut_in_part & members, room, np.inf))
        # goods left over, however few, would draw orders in the next round
        got = granted.take(beside.links, axis=0)
        rest = raised(kept_where(is_late, asked - got))
        rest[beside.cut] *= ~limits.cut_here
        spare = left.copy()
        has = left.take(beside.lines, axis=0)
        spare[beside.lines] = has_still = raised(has - beside.by_line(got))
        wanted = beside.by_line(rest)
        got += self._rationed(granted, rest, wanted, spare)
        granted[beside.links] = got
        gone = np.where(wanted < has_still, beside.by_line(got), has)
        taken[beside.lines] = np.where(late, gone, taken.take(beside.lines, axis=0))
        return refused

    def _rationed(self, orders: Floats, asked: Floats, claims: Floats, left: Floats) -> Floats:
        """Return what lines beside grant of what is `asked`, [links beside, members]; of other
        links' orders only the shape counts.
        """
        beside = self._beside
        if self.ration is proportional:
            share = granted_share(left.take(beside.lines, axis=0), claims)
            return asked * share.take(beside.line, axis=0)
        all_orders, all_claims = orders.copy(), self.market.by_line(orders)
        all_orders[beside.links], all_claims[beside.lines] = asked, claims
        granted = self.ration(all_orders, left, all_claims, self.market)
        return granted.take(beside.links, axis=0)

    def _most(
        self, orders: Floats, asked: Floats, whole: Floats, left: Floats, free: Floats
    ) -> Floats | None:
        """Return what would come over each cut link at most, with what the cut keeps away from it,
        [cut links, members]; inf where its line has enough, None: all have.

        `asked` is what is asked of links beside, of cut links `whole`; of lines beside so much
        would be `free`.
        """
        beside, asked, more = self._beside, asked.copy(), raised(whole - self.held)
        asked[beside.cut] = more
        claims = beside.by_line(asked)
        short = (claims > free + self.dust).take(beside.line_of_cut, axis=0)
        short &= self.limits.cut_here & (more > self.dust.take(beside.line_of_cut, axis=0))
        if not some(short):
            return None
        self.short = self.short | np.logical_or.reduce(short, axis=0)
        supply = left + self.beyond
        supply[beside.lines] = free
        granted = self._rationed(orders, asked, claims, supply).take(beside.cut, axis=0)
        return np.where(short, granted + self.held, np.inf)

    def _would(self, asks: Asks, most: Floats | None, flow: Floats | None) -> Floats:
        """Return what groups cut in part would carry on top, [groups, members]: of each of their
        links what is asked anew, not less than the cut keeps away, and no more than the `most` that
        would come, and than other limits let pass.
        """
        limits, would = self.limits, asks.anew
        if self.holds:
            would = np.maximum(would, self._by_pair(self.held))
        if most is not None:
            would = np.minimum(would, self._by_pair(most))
        if asks.every is None:
            return limits.by_cut_group(would)
        asks.every[limits.cut_pairs] = would
        let = limits.let_by_others(asks.orders, asks.every, flow)
        return limits.by_cut_group(would * let.take(limits.cut_pairs, axis=0))

    def _note(self, whole: Floats, most: Floats | None, granted: Floats) -> None:
        """Take note of what the cut keeps away after a round in which `whole` was asked of cut
        links, and so much `granted` of all.
        """
        would = np.maximum(self.held, whole)
        if most is not None:
            np.minimum(would, most, out=would)
        would -= granted.take(self.limits.cut_links, axis=0)
        more_than_dust = would > self.dust.take(self._beside.line_of_cut, axis=0)
        self._keep(kept_where(self.limits.cut_here & more_than_dust, would))

    def _keep(self, held: Floats) -> None:
        """Keep what is held, here and in the market of which this is a part."""
        self.held, self.holds = held, some(held)
        if self.whole is not None:
            all_held = self.whole.cuts.held.copy()
            all_held[self.whole.rows] = held
            self.whole.cuts._keep(all_held)

    @property
    def held_by_claim(self) -> Floats | None:
        """Return what the cut keeps away from each need of each group, [claims, members]; None:
        nothing.
        """
        if not self.holds:
            return None
        return self.limits.by_cut_claim(self._by_pair(self.held))

    def room(self, left: Floats) -> Floats | None:
        """Return the most that each group would carry beyond what it does, [groups, members], inf
        for those that are not cut in part, and where no line has been short; None: nowhere.
        """
        if not some(self.short):
            return None
        free = self._free(left.take(self._beside.lines, axis=0))
        most = self.held + free.take(self._beside.line_of_cut, axis=0)
        sums = self.limits.by_cut_group(self._by_pair(most))
        return np.where(self.limits.cut_in_part & self.short, sums, np.inf)

    def told(self) -> KeptAway | None:
        """Return what cuts have kept away in all; None: no line was short."""
        if not some(self.short):
            return None
        return KeptAway(self.limits.cut_links, self.held, self.short)

    def _by_pair(self, values: Floats) -> Floats:
        """Look up values of cut links for their pairs with groups that are cut in part."""
        return values.take(self.limits.of_cut_pairs, axis=0)

    def _least(self, pairs: Floats) -> Floats:
        """Return the least value of each cut link's pairs, [cut links, members]."""
        firsts = self.limits.first_cuts
        if firsts.size == pairs.shape[0]:
            return pairs
        least: Floats = np.minimum.reduceat(pairs, firsts, axis=0)
        return least

    def _free(self, has: Floats) -> Floats:
        """Return what lines beside that still have so much would have, [lines beside, members]."""
        free = has + self.beyond.take(self._beside.lines, axis=0)
        if not self._keeps:
            return free
        free -= self._held_by_line()
        return raised(free)

    @property
    def _keeps(self) -> bool:
        """Return whether cuts may keep something away of what lines beside have."""
        return self.holds or self.whole is not None

    def _held_by_line(self) -> Floats:
        """Return what cuts keep away by line beside; of a part, over links outside it, too, added
        up in the order of the whole.
        """
        if self.whole is None:
            return self._beside.by_line_of_cut(self.held)
        return self.whole.cuts._held_by_line().take(self.whole.lines, axis=0)
