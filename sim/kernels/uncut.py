"""Follow what would flow if no cut took a share of it.

A supplier that is short could not have given all that it is asked for; the share is of what it
could.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.limits import Limits
from sim.kernels.market import Market
from sim.kernels.sums import GroupSum, kept_where, raised, some
from sim.kernels.terms import RTOL

Ration = Callable[[Floats, Floats, Floats, Market], Floats]
"""(orders [links, members], supply [lines, members], claims [lines, members], market) -> granted
[links, members]."""


class Would(NamedTuple):
    """Hold what links would have carried, were they not cut in part."""

    carried: Floats
    """[links, members]"""
    members: Bools
    """Where some line was short, so that this was less than was asked, [members]"""


class _Beside(NamedTuple):
    """Hold the lines that serve links cut in part, with all their links."""

    lines: Ints
    """Ascending"""
    links: Ints
    """All links of one of them, ascending"""
    by_line: GroupSum
    """Sums these links to these lines"""
    of_cut: Ints
    """The place of each cut link's line"""
    cut: Ints
    """The place of each cut link among `links`"""

    @classmethod
    def build(cls, market: Market, cut: Ints) -> _Beside:
        """Find the lines of the links `cut`, ascending, and all that they serve."""
        lines, of_cut = np.unique(market.line[cut], return_inverse=True)
        links = np.flatnonzero(np.isin(market.line, lines))
        by_line = GroupSum(np.searchsorted(lines, market.line[links]), lines.size)
        return cls(lines, links, by_line, of_cut.ravel(), np.searchsorted(links, cut))


class _Whole(NamedTuple):
    """Hold the market of which another is a part."""

    uncut: Uncut
    rows: Ints
    """The part's cut links among those there"""
    lines: Ints
    """The part's lines beside them among those there"""


@dataclass(eq=False)
class Uncut:
    """Hold what links cut in part would carry by now, were they not, beside what they do.

    An allocation keeps it from round to round: goods that a cut keeps away would have been gone.
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
    _beside: _Beside = field(init=False)

    def __post_init__(self) -> None:
        self.holds = some(self.held)
        cut = self.limits.cut_links
        self._beside = self.market.remembered(cut, lambda: _Beside.build(self.market, cut))

    @cached_property
    def members(self) -> Bools:
        """Mark the members in which some link is cut in part."""
        members: Bools = np.logical_or.reduce(self.limits.cut_here, axis=0)
        return members

    @classmethod
    def begun(
        cls, market: Market, limits: Limits, ration: Ration, supply: Floats, beyond: Floats
    ) -> Uncut:
        """Begin an allocation: nothing is kept away yet."""
        width, lines = beyond.shape[1], np.unique(market.line[limits.cut_links])
        dust = RTOL * (supply.take(lines, axis=0) + beyond.take(lines, axis=0))
        held, nowhere = np.zeros((limits.cut_links.size, width)), np.zeros(width, dtype=np.bool_)
        return cls(market, limits, ration, beyond, dust, held, nowhere)

    def within(self, inner: Limits, market: Market, links: Ints, lines: Ints) -> Uncut:
        """Return the same in a part of the market with some `links` and `lines` of this one."""
        rows = np.searchsorted(self.limits.cut_links, links.take(inner.cut_links))
        beyond, held = self.beyond.take(lines, axis=0), self.held.take(rows, axis=0)
        inner_lines = lines.take(np.unique(market.line[inner.cut_links]))
        places = np.searchsorted(self._beside.lines, inner_lines)
        dust, whole = self.dust.take(places, axis=0), _Whole(self, rows, places)
        return Uncut(market, inner, self.ration, beyond, dust, held, self.short, whole)

    def take_back(self, part: Uncut) -> None:
        """Take note of what has come of a part of the market."""
        if part.whole is not None:
            self.held[part.whole.rows] = part.held
        self.short, self.holds = part.short, some(self.held)

    def _left(self, left: Floats) -> Floats:
        """Return what the lines beside would still have, [lines beside, members]."""
        lines = self._beside.lines
        free = left.take(lines, axis=0)
        free += self.beyond.take(lines, axis=0)
        free -= self._held_by_line()
        return raised(free)

    def _held_by_line(self) -> Floats:
        """Return what cuts keep away by line beside; of a part, over links outside it, too, added
        up in the order of the whole.
        """
        if self.whole is None:
            return self._beside.by_line(self._spread_out(self.held))
        whole, rows, places = self.whole
        whole.held[rows] = self.held
        return whole._held_by_line().take(places, axis=0)

    def _spread_out(self, held: Floats) -> Floats:
        """Lay values of cut links [cut links, members] among all links beside them."""
        values = np.zeros((self._beside.links.size, held.shape[1]))
        values[self._beside.cut] = held
        return values

    def orders(self, orders: Floats, new: Floats, flow: Floats | None) -> Floats:
        """Return what would be ordered over all links [links, members] if no cut took a share."""
        cut, here = self.limits.cut_links, self.limits.cut_here
        whole = orders.copy()
        own = np.where(here, new.take(self.limits.first_cut_pairs, axis=0), np.inf)
        whole[cut] = np.minimum(whole.take(cut, axis=0), own)
        self.limits.uncut.trim(whole, None, flow)
        return whole

    def most(self, orders: Floats, new: Floats, left: Floats, flow: Floats | None) -> Floats | None:
        """Return what would come over each cut link at most, with what the cut keeps away from it,
        [cut links, members]; inf where its line has enough, None: all have.

        `orders` and `flow`, what links carry already, are [links, members], `new` is what is asked
        anew by pair, as of `Limits.anew`, `left` [lines, members] what lines still have.
        """
        beside, free = self._beside, self._left(left)
        cut, here = self.limits.cut_links, self.limits.cut_here
        own = np.where(here, new.take(self.limits.first_cut_pairs, axis=0), orders[cut])
        asked = orders.take(beside.links, axis=0)
        asked[beside.cut] = more = raised(own - self.held)
        enough = free + self.dust
        if not some(beside.by_line(asked) > enough):
            return None
        would = orders.copy()
        would[beside.links] = asked
        # what else limits trade would hold all the same
        self.limits.uncut.trim(would, None, flow)
        claims = self.market.by_line(would)
        short = (claims.take(beside.lines, axis=0) > enough).take(beside.of_cut, axis=0)
        short &= here & (more > 0)
        if not some(short):
            return None
        supply = left + self.beyond
        supply[beside.lines] = free
        granted = self.ration(would, supply, claims, self.market).take(cut, axis=0)
        self.short = self.short | np.logical_or.reduce(short, axis=0)
        return np.where(short, granted + self.held, np.inf)

    def would(self, new: Floats, most: Floats | None) -> Floats:
        """Return what pairs would carry on top, [pairs, members], of what is asked anew of them:
        not less than the cut keeps away, and no more than the `most` that would come.
        """
        if most is None and not self.holds:
            return new
        limits, would = self.limits, new.copy()
        own = np.maximum(new.take(limits.cut_pairs, axis=0), self._by_pair(self.held))
        if most is not None:
            np.minimum(own, self._by_pair(most), out=own)
        would[limits.cut_pairs] = own
        return would

    @property
    def held_by_claim(self) -> Floats | None:
        """Return what the cut keeps away from each need of each group, [claims, members]; None:
        nothing.
        """
        if not self.holds:
            return None
        return self.limits.groups.by_claim(self._by_pair_of_all(self.held))

    def note(self, new: Floats, most: Floats | None, granted: Floats) -> None:
        """Take note of a round: what was asked anew by pair, and what was `granted` [links,
        members].
        """
        would = np.maximum(self.held, new.take(self.limits.first_cut_pairs, axis=0))
        if most is not None:
            np.minimum(would, most, out=would)
        would -= granted.take(self.limits.cut_links, axis=0)
        self.held = kept_where(self.limits.cut_here, raised(would))
        self.holds = some(self.held)

    def room(self, left: Floats) -> Floats | None:
        """Return the most that each group would carry beyond what it does, [groups, members], inf
        for those that are not cut in part, and where no line has been short; None: nowhere.
        """
        if not some(self.short):
            return None
        return self._by_group(self.held + self._left(left).take(self._beside.of_cut, axis=0))

    def _by_pair(self, values: Floats) -> Floats:
        """Look up values of cut links for their pairs with groups cut in part."""
        return values.take(self.limits.of_cut_pairs, axis=0)

    def _by_pair_of_all(self, values: Floats) -> Floats:
        """Lay values of cut links [cut links, members] among all pairs."""
        pairs = np.zeros((self.limits.groups.link.size, values.shape[1]))
        pairs[self.limits.cut_pairs] = self._by_pair(values)
        return pairs

    def _by_group(self, values: Floats) -> Floats:
        """Sum values of cut links to groups, [groups, members], inf for groups without, and where
        no line has been short.
        """
        sums = self.limits.groups.by_group(self._by_pair_of_all(values))
        return np.where(self.limits.cut_in_part & self.short, sums, np.inf)

    def told(self, flow: Floats) -> Would | None:
        """Return what links would have carried, given their whole `flow` [links, members]; None: no
        line was short.
        """
        if not some(self.short):
            return None
        would = flow.copy()
        would[self.limits.cut_links] += self.held
        return Would(would, self.short)
