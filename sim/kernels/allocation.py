"""Match supply with demand over links: spread, ration, reassign.

Buyers spread what they still need over their open links by weight; a supplier with less than it is
asked for rations (here: each claim by the same factor); what is left unmet goes round again over
links whose supplier still has goods. Needs of a lower tier are served to the end before the next
tier begins. Equations 2.1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.kernels.limits import RTOL, Limits
from sim.kernels.market import Market, Part
from sim.kernels.sums import NOTHING, Bools, Floats, raised

Ration = Callable[[Floats, Floats, Floats, Market], Floats]
"""(orders [links, members], supply [lines, members], claims [lines, members], market) -> granted
[links, members]."""


@dataclass(frozen=True, eq=False)
class Allocation:
    """Hold what an allocation moved; units per month."""

    flow: Floats
    """[links, members]"""
    shipped: Floats
    """[lines, members]: flow summed over each line's links"""
    received: Floats
    """[needs, members]: flow summed over each need's links"""
    rounds: int


def proportional(orders: Floats, supply: Floats, claims: Floats, market: Market) -> Floats:
    """Grant each claim the same share of itself, supply / claims where that is below 1."""
    share = raised(np.maximum(claims, supply), NOTHING)
    granted = market.from_lines(np.divide(supply, share, out=share))
    granted *= orders
    return granted


def spread(
    market: Market,
    demand: Floats,
    weight: Floats,
    cap: Floats,
    limits: Limits | None = None,
    flow: Floats | None = None,
) -> Floats:
    """Spread each need's demand over its links by weight: orders [links, members].

    Each link is asked for its cap at most, and links under one limit for what that leaves.
    `weight` is 0 on closed links; a need without open links places no orders. `flow` [links,
    members] is what links carry already, which `cap` leaves out; None: nothing.
    """
    # without open links the share is no number of meaning, and nothing comes of it
    share = raised(market.by_need(weight), NOTHING)
    orders = market.from_needs(np.divide(demand, share, out=share))
    orders *= weight
    anew = None if limits is None else limits.asked_anew(orders, demand, flow)
    np.minimum(orders, cap, out=orders)
    if limits is not None:
        limits.trim(orders, anew, flow)
    return orders


def allocate(  # noqa: PLR0913
    market: Market,
    supply: Floats,
    demand: Floats,
    weight: Floats,
    cap: Floats,
    *,
    limits: Limits | None = None,
    ration: Ration = proportional,
    rounds: int | None = None,
    usable: Bools | None = None,
) -> Allocation:
    """Allocate supply [lines, members] to demand [needs, members], all in units per month.

    `weight` [links, members] is each buyer's preference, 0 on links that are closed; `cap` [links,
    members] is the most that a link may carry, inf where nothing limits it, `limits` what links
    may carry together. With `rounds=None` nothing is wasted: no link with room is left between a
    line with goods and a need that wants them. With `rounds=n` each tier stops after n rounds.
    `usable` [links, members] tells which links may carry goods; by default those whose cap leaves
    room.
    """
    trading = _Trading(supply, demand, RTOL * supply, RTOL * demand, ration)
    weight = weight * (cap > 0 if usable is None else usable)
    flow = np.zeros_like(weight)
    done = 0
    for tier in market.tiers:
        done = max(
            done,
            trading.until_done(
                market, weight if tier is None else weight * tier, cap, limits, flow, rounds
            ),
        )
    return Allocation(flow, market.by_line(flow), market.by_need(flow), done)


SMALL = 0.6
"""A part of a market is worth going into when it has fewer than this share of the links."""


def _elsewhere_first(market: Market, open_weight: Floats, refused: Bools) -> Floats:
    """Return weights without the links that were refused, where the need has others left.

    A limit that is a share of what would flow has room again only when more is asked of it; to ask
    it in vain, round after round, would let the others fill slowly.
    """
    others = open_weight * ~refused
    has_others = market.from_needs(market.by_need(others) > NOTHING)
    return np.where(has_others, others, open_weight)


@dataclass(eq=False)
class _Trading:
    """Hold what lines still have and needs still want while an allocation goes on."""

    left: Floats
    """[lines, members]"""
    wanted: Floats
    """[needs, members]"""
    supply_dust: Floats
    demand_dust: Floats
    ration: Ration
    moves: Bools | None = None
    """[members]: where the last round moved anything; where nothing does, nothing ever will"""
    refused: Bools | None = None
    """[links, members]: links under limits that were refused all that was asked of them"""

    def until_done(
        self,
        market: Market,
        weight: Floats,
        cap: Floats,
        limits: Limits | None,
        flow: Floats,
        rounds: int | None,
        done: int = 0,
    ) -> int:
        """Spread and ration over these links, round by round, adding to `flow`; return the number
        of rounds, `done` ones included.

        After the first round only a few needs still find goods, so the rest goes on in a market of
        these alone: the same numbers at a fraction of the work.
        """
        full = cap * (1.0 - RTOL)
        if not done:
            self.moves = self.refused = None
        while rounds is None or done < rounds:
            open_weight = self.open_links(market, weight, flow < full if done else None)
            if done:
                self.lean(market, open_weight, limits, flow)
            weights = market.by_need(open_weight)
            finds = self.finding(weights)
            buyers: Bools = np.logical_or.reduce(finds, axis=1)
            if not buyers.any():
                return done
            part = self.rest(market, buyers, limits) if done else None
            if part is not None:
                return self.within(part, weight, cap, limits, flow, rounds, done)
            self.round(
                market,
                open_weight,
                self.wanted / np.where(finds, weights, np.inf),
                cap,
                limits,
                flow,
                again=done > 0,
            )
            if not done:
                # links whose groups are full are only closed from the second round on
                self.moves = None
            done += 1
        return done

    def finding(self, weights: Floats) -> Bools:
        """Say which needs want more and find somebody to ask, [needs, members]."""
        finds: Bools = (self.wanted > self.demand_dust) & (weights > NOTHING)
        return finds if self.moves is None else finds & self.moves

    def lean(
        self, market: Market, open_weight: Floats, limits: Limits | None, flow: Floats
    ) -> None:
        """Lay weight off links whose limits leave no room, and off those that were refused where
        a need has others; writes `open_weight`.
        """
        if limits is not None:
            # what needs of other tiers want, or needs that find nothing, does not flow now
            asking = market.by_need(open_weight) > NOTHING
            open_weight[limits.groups.touched] *= limits.has_room(flow, self.wanted * asking)
        if self.refused is not None:
            open_weight[:] = _elsewhere_first(market, open_weight, self.refused)

    def rest(self, market: Market, buyers: Bools, limits: Limits | None) -> Part | None:
        """Return the market of those who still buy, where it is so small that it is worth it."""
        if not market.is_lasting or self.ration is not proportional:
            return None
        part = market.part(buyers if limits is None else limits.groups.with_partners(buyers))
        return part if part.links.size < SMALL * market.links else None

    def open_links(self, market: Market, weight: Floats, room: Bools | None) -> Floats:
        """Return the weights of links whose line has goods and which have room, 0 elsewhere; None:
        all have.
        """
        open_weight = market.from_lines((self.left > self.supply_dust).astype(np.float64))
        open_weight *= weight
        if room is not None:
            open_weight *= room
        return open_weight

    def round(
        self,
        market: Market,
        open_weight: Floats,
        share: Floats,
        cap: Floats,
        limits: Limits | None,
        flow: Floats,
        *,
        again: bool,
    ) -> None:
        """Place orders, `share` [needs, members] per unit of open weight, and ration them; adds to
        `flow`.
        """
        orders = market.from_needs(share)
        orders *= open_weight
        before = flow if again or len(market.tiers) > 1 else None
        anew = None if limits is None else limits.asked_anew(orders, self.wanted, before)
        # a full link may have rounded to a hair above its cap
        np.minimum(orders, raised(cap - flow) if again else cap, out=orders)
        refused = None if limits is None else limits.trim(orders, anew, before)
        claims = market.by_line(orders)
        granted = self.ration(orders, self.left, claims, market)
        flow += granted
        # a line asked for all it has is empty exactly: rounding dust would cost further rounds
        self.left = raised(np.subtract(self.left, claims, out=claims))
        received = market.by_need(granted)
        self.moves = np.logical_or.reduce(received > self.demand_dust, axis=0)
        if refused is not None:
            self.turn_away(refused)
        self.wanted = raised(np.subtract(self.wanted, received, out=received))

    def turn_away(self, refused: Bools) -> None:
        """Note links that were `refused` all that was asked of them, [links, members]: where some
        are so for the first time, needs may yet turn to others.
        """
        known = self.refused
        fresh = refused if known is None else refused & ~known
        self.refused = refused if known is None else known | refused
        self.moves = self.moves | np.logical_or.reduce(fresh, axis=0)

    def within(
        self,
        part: Part,
        weight: Floats,
        cap: Floats,
        limits: Limits | None,
        flow: Floats,
        rounds: int | None,
        done: int,
    ) -> int:
        """Go on in a part of the market; what it leaves is left here."""
        lines, needs = part.lines, part.needs
        inner = _Trading(
            self.left.take(lines, axis=0),
            self.wanted.take(needs, axis=0),
            self.supply_dust.take(lines, axis=0),
            self.demand_dust.take(needs, axis=0),
            self.ration,
            self.moves,
            None if self.refused is None else self.refused.take(part.links, axis=0),
        )
        some_weight, some_cap, some_flow = (
            values.take(part.links, axis=0) for values in (weight, cap, flow)
        )
        inside = None if limits is None else limits.within(part.links, part.needs, part.market.need)
        done = inner.until_done(part.market, some_weight, some_cap, inside, some_flow, rounds, done)
        flow[part.links] = some_flow
        # after the first round these arrays are its own
        self.left[lines], self.wanted[needs] = inner.left, inner.wanted
        return done
