"""Let a partial cut take its share of what would flow without it. Equations 9.2.

From a supplier that is short it takes a share of what this could give. Goods that a cut keeps away
count as gone from the line, since without the cut they would be. A line rations what it is asked
for before the cut takes its share: otherwise the cut's buyers would lose twice, to the cut and to
the claims of others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.asks import Asks, RoundOrders
from sim.kernels.beside import Beside, beside
from sim.kernels.kept_away import KeptAway
from sim.kernels.limits import Limits
from sim.kernels.market import Market
from sim.kernels.rationing import Ration, granted_share, proportional
from sim.kernels.sums import kept_where, raised, some
from sim.kernels.terms import RTOL


class _Whole(NamedTuple):
    """Hold the cuts of a whole market, and where those of a part of it are among them."""

    cuts: Cuts
    rows: Ints
    """The places of the part's cut links among the whole's cut links"""
    lines: Ints
    """The places of the part's lines beside them among the whole's"""


@dataclass(eq=False)
class Cuts:
    """Hold what partly cut links would carry by now without the cuts, beyond what they do carry.

    Lines that serve cut links, and all links of these lines, are *beside*. Units per month.
    """

    market: Market
    limits: Limits
    ration: Ration
    beyond: Floats
    """What lines could make beyond what they offer if they had enough inputs, [lines, members]"""
    dust: Floats
    """This much of what lines offer is rounding error, [lines beside, members]"""
    held: Floats
    """What the cuts have kept away so far, [cut links, members]"""
    kept: Floats
    """The part of that for which lines had inputs, [cut links, members]"""
    short: Bools
    """Where a line could not have given all that it was asked for, or another limit would not have
    let it pass, [members]"""
    whole: _Whole | None = None
    """The market of which this is a part; None: it is no part"""
    holds: bool = field(init=False)
    """Whether the cuts have kept anything away"""
    _beside: Beside = field(init=False)
    _free_dust: Floats = field(init=False)
    """How much of what they would have without cuts is rounding error, [lines beside, members]"""

    def __post_init__(self) -> None:
        self.holds = some(self.held)
        self._beside = beside(self.market, self.limits)
        self._free_dust = self.dust + RTOL * self.beyond.take(self._beside.lines, axis=0)

    @classmethod
    def begun(
        cls, market: Market, limits: Limits, ration: Ration, supply: Floats, beyond: Floats | None
    ) -> Cuts:
        """Begin an allocation of what lines offer, `supply` [lines, members]."""
        width, lines = supply.shape[1], beside(market, limits).lines
        beyond = np.zeros_like(supply) if beyond is None else beyond
        dust = RTOL * supply.take(lines, axis=0)
        held, nowhere = np.zeros((limits.cut_links.size, width)), np.zeros(width, dtype=np.bool_)
        return cls(market, limits, ration, beyond, dust, held, held, nowhere)

    def within(self, inner: Limits, market: Market, links: Ints, lines: Ints) -> Cuts:
        """Return the cuts of a part of this market, of some `links` and `lines`, and its limits."""
        rows = np.searchsorted(self.limits.cut_links, links.take(inner.cut_links))
        beyond = self.beyond.take(lines, axis=0)
        held, kept = self.held.take(rows, axis=0), self.kept.take(rows, axis=0)
        own = lines.take(beside(market, inner).lines)
        places = np.searchsorted(self._beside.lines, own)
        dust, whole = self.dust.take(places, axis=0), _Whole(self, rows, places)
        return Cuts(market, inner, self.ration, beyond, dust, held, kept, self.short, whole)

    def take_back(self, part: Cuts) -> None:
        """Take over from a part of the market in which members lines were short."""
        self.short = part.short

    def asks(self, orders: Floats, wanted: Floats, flow: Floats | None) -> Asks | None:
        """Return what of `orders`, which no cap has reduced yet, is asked over cut links; None:
        nothing. `wanted` is as in `Limits.anew`, the rest as in `grant`.
        """
        limits = self.limits
        if not some(orders.take(limits.cut_links, axis=0)):
            return None
        kept = self._kept_from_needs(flow) if self.holds else None
        anew = limits.anew_of_cuts(orders, wanted, kept)
        if not limits.is_nested:
            return Asks(anew, None, orders, orders)
        every = limits.anew(orders, wanted)
        every[limits.cut_pairs] = anew
        return Asks(anew, every, orders.copy(), orders)

    def _kept_from_needs(self, flow: Floats | None) -> Floats:
        """Return the goods that cuts keep away from the need of each pair of cut link and group,
        [cut pairs, members]: without the cuts the need would have them, and not ask for them again.

        Where the need has links with a deeper cut, it is only as much as a cut like this link's own
        would keep away for each unit that came; what deeper cuts refuse beyond that is asked here.
        """
        limits, lighter = self.limits, self.limits.lighter
        kept = self._by_pair(self._beside.of_need(self.kept))
        if lighter is None or flow is None:
            return kept
        over = kept_where(limits.cut_here, flow.take(limits.cut_links, axis=0))
        likewise = limits.odds.take(limits.groups.group[limits.cut_pairs], axis=0)
        likewise *= self._by_pair(self._beside.of_need(over))
        return np.where(lighter, np.minimum(kept, likewise), kept)

    def grant(
        self, orders: Floats, asks: Asks, left: Floats, flow: Floats | None
    ) -> tuple[Floats, Floats, Bools | None]:
        """Ration `orders` [links, members], which are within all other limits, and take the cuts'
        shares of what would come if there were no quotas on groups that are cut.

        `left` [lines, members] is what lines still have, `flow` [links, members] what links carry
        already; None: nothing. Return what is granted [links, members], what is taken from each
        line [lines, members], and which links were refused all [links, members]; None: none was.
        """
        limits, beside, market = self.limits, self._beside, self.market
        wanted = asks.without_quotas
        ordered = within = self._ordered(wanted, left)
        whole = ordered.beside.take(beside.cut, axis=0)
        # what a cut has refused before would not flow even if there were goods
        np.minimum(whole, limits.least_of_cuts(asks.anew), out=whole, where=limits.cut_here)
        has = left.take(beside.lines, axis=0)
        free = self._free(has)
        is_short = some(ordered.claims > np.minimum(has + self.dust, free + self._free_dust))
        most = self._most(ordered, whole, free) if is_short else None
        room = limits.of_cuts.room(self._would(asks, whole, most, flow), flow)
        taken = market.by_line(orders)
        granted = self.ration(orders, left, taken, market)
        came, carried = granted.take(limits.cut_links, axis=0), limits.carried(granted)
        has_quotas = wanted is not orders
        if has_quotas:
            within = self._ordered(orders, left)
            without = self.ration(wanted, left, market.by_line(wanted), market)
            came = without.take(limits.cut_links, axis=0)
        is_over = some(carried > room)
        refused = limits.reduce(granted, room, carried, flow) if is_over else None
        if is_over or is_short:
            self._share_out(granted, taken, within)
        if is_over or is_short or has_quotas or self.holds:
            self._note(whole, most, came, granted)
        return granted, taken, refused

    def _ordered(self, orders: Floats, left: Floats) -> RoundOrders:
        asked = orders.take(self._beside.links, axis=0)
        return RoundOrders(orders, left, asked, self._beside.by_line(asked))

    def _share_out(self, granted: Floats, taken: Floats, asked: RoundOrders) -> None:
        """Share out, among their other buyers, the goods that cuts leave with lines that were asked
        for more than they had; changes `granted` [links, members] and `taken` [lines, members].
        """
        beside, cut_here = self._beside, self.limits.cut_here
        orders = asked.beside.take(beside.cut, axis=0)
        cut = beside.by_line_of_cut(kept_where(cut_here, orders)) > 0
        had = asked.left.take(beside.lines, axis=0)
        got = granted.take(beside.links, axis=0)
        gone = beside.by_line(got)
        # goods that were left over, however few, would attract orders in the next round
        late = np.logical_or.reduce((asked.claims > had + self.dust) & cut, axis=0)
        if some(late):
            late = cut & late
            rest = raised(kept_where(late.take(beside.line, axis=0), asked.beside - got))
            rest[beside.cut] *= ~cut_here
            still, wanted = raised(had - gone), beside.by_line(rest)
            got += self._rationed(RoundOrders(asked.orders, asked.left, rest, wanted), still)
            granted[beside.links] = got
            all_gone = late & (wanted >= still)
            gone = np.where(all_gone, had, beside.by_line(got))
        taken[beside.lines] = np.where(cut, gone, taken.take(beside.lines, axis=0))

    def _rationed(self, asked: RoundOrders, has: Floats) -> Floats:
        """Return what lines beside grant, [links beside, members], if they have so much."""
        beside = self._beside
        if self.ration is proportional:
            return asked.beside * granted_share(has, asked.claims).take(beside.line, axis=0)
        orders, supply = asked.orders.copy(), asked.left.copy()
        claims = self.market.by_line(orders)
        orders[beside.links], supply[beside.lines] = asked.beside, has
        claims[beside.lines] = asked.claims
        granted = self.ration(orders, supply, claims, self.market)
        return granted.take(beside.links, axis=0)

    def _most(self, asked: RoundOrders, whole: Floats, free: Floats) -> Floats | None:
        """Return the most that would come over each cut link, including what the cut keeps away
        from it, [cut links, members]; inf where its line has enough, None: all lines have.

        `whole` [cut links, members] is what is asked over the cut links, `free` [lines beside,
        members] what lines would have without the cuts.
        """
        beside, orders = self._beside, asked.beside.copy()
        orders[beside.cut] = whole
        claims = beside.by_line(orders)
        dust = self._free_dust
        short = (claims > free + dust).take(beside.line_of_cut, axis=0)
        short &= self.limits.cut_here & (whole > dust.take(beside.line_of_cut, axis=0))
        if not some(short):
            return None
        self.short = self.short | np.logical_or.reduce(short, axis=0)
        granted = self._rationed(RoundOrders(asked.orders, asked.left, orders, claims), free)
        return np.where(short, granted.take(beside.cut, axis=0) + self.held, np.inf)

    def _would(self, asks: Asks, whole: Floats, most: Floats | None, flow: Floats | None) -> Floats:
        """Return what partly cut groups would carry beyond what they do, [groups, members]: over
        each link what is asked anew, `whole`, plus what the cut keeps away, but no more than `most`
        (both [cut links, members]), nor than other limits let pass.
        """
        limits, would = self.limits, asks.anew
        if self.holds:
            would = would + self._by_pair(self.held)
        if most is not None:
            would = np.minimum(would, self._by_pair(most))
        if asks.every is None:
            return limits.by_cut_group(would)
        asks.every[limits.cut_pairs] = would
        if self.holds:
            # without the cut all of this would be asked for, however little is asked for now
            own = asks.orders.take(limits.cut_links, axis=0)
            asks.orders[limits.cut_links] = np.maximum(own, whole + self.held)
        let = limits.let_by_others(asks.orders, asks.every, flow).take(limits.cut_pairs, axis=0)
        self.short = self.short | np.logical_or.reduce(limits.cut_here_by_pair & (let < 1.0))
        return limits.by_cut_group(would * let)

    def _note(self, whole: Floats, most: Floats | None, came: Floats, granted: Floats) -> None:
        """Note what the cuts keep away after a round in which `whole` was asked anew over cut links
        and `came` would have come before the cuts took their shares, both [cut links, members];
        `granted` [links, members] is what was left.
        """
        all_asked = self.held + whole
        would = all_asked.copy() if most is None else np.minimum(all_asked, most)
        got = granted.take(self.limits.cut_links, axis=0)
        would -= got
        # a crumb that is asked for is more than rounding: by and by others may have nothing left
        held = kept_where(self.limits.cut_here & (would > RTOL * all_asked), would)
        self._keep(held, np.minimum(self.kept + raised(came - got), held))

    def _keep(self, held: Floats, kept: Floats) -> None:
        """Store `held` and `kept`, here and in the market of which this is a part."""
        self.held, self.kept, self.holds = held, kept, some(held)
        if self.whole is not None:
            all_held, all_kept = self.whole.cuts.held.copy(), self.whole.cuts.kept.copy()
            all_held[self.whole.rows], all_kept[self.whole.rows] = held, kept
            self.whole.cuts._keep(all_held, all_kept)

    def close(self, weight: Floats, left: Floats) -> None:
        """Set to 0 the `weight` [links, members] of cut links whose lines would have nothing left
        without the cut, where they have `left` [lines, members]: a buyer that asked for these goods
        again would ask others for too little.
        """
        if not self.holds:
            return
        beside, cut = self._beside, self.limits.cut_links
        free = self._free(left.take(beside.lines, axis=0)) > self._free_dust
        own = weight.take(cut, axis=0)
        own *= free.take(beside.line_of_cut, axis=0) | ~self.limits.cut_here
        weight[cut] = own

    @property
    def held_by_claim(self) -> Floats | None:
        """Return what cuts keep from each need in each group, [claims, members]; None: nothing."""
        if not self.holds:
            return None
        return self.limits.by_cut_claim(self._by_pair(self.held))

    def room(self, left: Floats) -> Floats | None:
        """Return the most that each group would carry beyond what it does, [groups, members]; inf
        for groups that are not partly cut, and where no line was short; None: no line was at all.
        """
        if not some(self.short):
            return None
        free = self._free(left.take(self._beside.lines, axis=0))
        most = self.held + free.take(self._beside.line_of_cut, axis=0)
        sums = self.limits.by_cut_group(self._by_pair(most))
        return np.where(self.limits.cut_in_part & self.short, sums, np.inf)

    def told(self) -> KeptAway | None:
        """Return what cuts have kept away in all; None: nothing."""
        return KeptAway(self.limits.cut_links, self.held) if self.holds else None

    def _by_pair(self, values: Floats) -> Floats:
        """Look up values of cut links for their pairs with partly cut groups."""
        return values.take(self.limits.of_cut_pairs, axis=0)

    def _free(self, has: Floats) -> Floats:
        """Return what lines beside that have so much would have without cuts, with all inputs."""
        free = has + self.beyond.take(self._beside.lines, axis=0)
        if not self.holds and self.whole is None:
            return free
        free -= self._held_by_line()
        return raised(free)

    def _held_by_line(self) -> Floats:
        """Return what cuts keep away, by line beside. In a part of a market this includes links
        outside it, added up in the order of the whole.
        """
        if self.whole is None:
            return self._beside.by_line_of_cut(self.held)
        return self.whole.cuts._held_by_line().take(self.whole.lines, axis=0)
