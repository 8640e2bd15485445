"""Keep buyers' weights over the links that they may ask, and what they ask over these, until
something changes on which they depend.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats
from sim.kernels.kept import Kept, renewed
from sim.kernels.limits import Limits
from sim.kernels.market import Market
from sim.kernels.places import Capped, Opening
from sim.kernels.spreading import Asked, ask
from sim.kernels.sums import NOTHING, but_crumbs, kept_where, raised

if TYPE_CHECKING:
    from sim.world.world import Links, World


@dataclass(frozen=True, eq=False)
class Shares:
    """Hold buyers' weights over open links."""

    market: Market
    weight: Floats
    """[links, members]: preference, 0 on other links"""

    @cached_property
    def together(self) -> Floats:
        """Return the sums of the weights by need, [needs, members], kept above 0 even where a need
        has no open link.
        """
        return raised(self.market.by_need(self.weight), NOTHING)


class _Known(NamedTuple):
    """Hold what was asked, and the arrays from which it was computed."""

    demand: Floats
    usable: Bools
    shares: Shares
    cap: Floats
    limits: Limits | None
    asked: Asked


class Asking:
    """Keep buyers' weights and orders in a world's market."""

    def __init__(self, market: Market) -> None:
        # no method of this object is kept in it: it is freed with the world
        self._open: Kept[Shares] = Kept(partial(_over_open, market))
        self._usable, self._supplied = _OverSome(market), _OverSome(market)
        self._capped: Kept[Capped] = Kept(Capped.of)
        self._known: _Known | None = None
        self._last: tuple[Floats, Floats] | None = None
        """What needs wanted when they asked last, and their orders"""

    def over_open(self, links: Links) -> Shares:
        """Return the weights of open links."""
        return self._open(links.open, links.weight)

    def caps(self, links: Links) -> Floats | None:
        """Return the links' caps; None where no link has one."""
        return links.cap if self._capped(links.cap).links.size else None

    def ask(self, world: World) -> Floats:
        """Spread what needs want over open links; return what lines are asked for, [lines,
        members], units per month.
        """
        links, limits, demand = world.links, world.limits, world.needs.demand
        usable = world.lines.usable > 0
        shares = self._usable(self.over_open(links), usable)
        asked = ask(shares.market, demand, shares.weight, shares.together, self.caps(links), limits)
        # what is cut in part is cut after rationing
        is_known = limits is None or not limits.is_share
        known = _Known(demand, usable, shares, links.cap, limits, asked)
        self._known = known if is_known else None
        self._last = demand, asked.orders
        return asked.claims

    def but_crumbs(self, world: World) -> Floats:
        """Return what lines were asked for last, [lines, members], 0 where by each buyer for no
        more than a crumb beside what it expects to use, or wants; 0 before anybody has asked.
        """
        asked = world.lines.asked
        if self._last is None:
            return np.zeros_like(asked)
        (demand, orders), market = self._last, world.axes.market
        wanted = market.from_needs(np.maximum(demand, world.needs.expected))
        return kept_where(market.by_line(but_crumbs(orders, wanted)) > 0, asked)

    def forget(self) -> None:
        """Forget what was asked, since limits know more now about what cuts have refused."""
        self._known = None

    def opening(self, world: World, supply: Floats, demand: Floats) -> Opening | None:
        """Return what is known of the first round of an allocation of this supply, [lines,
        members], to this demand, [needs, members]; None where needs are of several tiers.
        """
        if world.axes.market.tiers[0] is not None:
            return None
        links, known, able = world.links, self._known, supply > 0
        is_open = self.over_open(links)
        if (
            known is not None
            and known.demand is demand
            and known.cap is links.cap
            and known.limits is world.limits
            and np.array_equal(able, known.usable)
            and self._usable(is_open, able) is known.shares
        ):
            shares, asked = known.shares, known.asked
        else:
            shares, asked = self._supplied(is_open, able), None
        return Opening(shares.weight, shares.together, asked, self._capped(links.cap))


class _OverSome:
    """Keep the weights of the open links of some lines."""

    def __init__(self, market: Market) -> None:
        self._work: Kept[Shares] = Kept(partial(_over_able, market))
        self._able: Bools | None = None

    def __call__(self, is_open: Shares, able: Bools) -> Shares:
        """Return the weights of open links whose line is `able` [lines, members] to deliver."""
        if np.count_nonzero(able) == able.size:
            return is_open
        self._able = renewed(able, self._able)
        return self._work(is_open.weight, self._able)


def _over_open(market: Market, is_open: Bools, weight: Floats) -> Shares:
    all_are = np.count_nonzero(is_open) == is_open.size
    return Shares(market, weight if all_are else renewed(kept_where(is_open, weight)))


def _over_able(market: Market, weight: Floats, able: Bools) -> Shares:
    own = market.from_lines(able.astype(np.float64))
    own *= weight
    return Shares(market, own)
