"""Spread, ration and reassign, round by round, until nothing moves any more.

In a round buyers ask their suppliers, limits reduce what is asked, and suppliers grant what they
can; whoever is left short asks again where there are goods and room. `allocation.py` begins the
rounds of each tier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats
from sim.kernels.asks import Asks
from sim.kernels.cuts import Cuts
from sim.kernels.limits import Limits
from sim.kernels.market import Market, Part
from sim.kernels.places import Opening, Place
from sim.kernels.rationing import Ration, proportional
from sim.kernels.sums import NOTHING, kept_where, raised, some

WORTH_LEAVING = 12_000
"""A part of a market is worth going into if it leaves out this many links, times members."""


class _Call(NamedTuple):
    """Hold whom buyers may ask in a round."""

    weight: Floats
    """[links, members]: the buyer's preference, 0 where nothing can be had"""
    together: Floats
    """[needs, members]: the sum of `weight` by need; slightly above 0 where that is 0"""
    finds: Bools
    """[needs, members]: whether the need wants more and has a supplier to ask"""


@dataclass(eq=False)
class Trading:
    """Hold what lines still have and needs still want while an allocation goes on; units per month.

    `supply_dust` and `demand_dust` are the amounts below which a line has, or a need wants, nothing
    but rounding error.
    """

    left: Floats
    """[lines, members]: what lines still have"""
    wanted: Floats
    """[needs, members]: what needs still want"""
    supply_dust: Floats
    """[lines, members]"""
    demand_dust: Floats
    """[needs, members]"""
    ration: Ration
    """The claims rule of suppliers that are short"""
    cuts: Cuts | None = None
    """What would flow without partial cuts; None: no cut takes a share"""
    moves: Bools | None = None
    """[members]: where the last round moved anything; where it did not, no later round will"""
    refused: Bools | None = None
    """[links, members]: links under limits that were refused all that was asked over them"""
    flow: Floats | None = None
    """[links, members]: what links carry so far; the rounds add to it; None: nothing yet"""

    def until_done(self, place: Place, rounds: int | None, opening: Opening | None) -> int:
        """Do the rounds of a tier over the links of `place`, at most `rounds`; return how many.

        `opening` is what is known of the first round beforehand.
        """
        self.moves = self.refused = None
        if rounds == 0:
            return 0
        if opening is not None and opening.asked is not None:
            orders, refused, claims = opening.asked
            granted = self.ration(orders, self.left, claims, place.market)
            self.hand_over(place, granted, claims, refused)
        else:
            call = self.call(place) if opening is None else self.first_call(opening)
            if not some(call.finds):
                return 0
            self.round(place, call)
        # links whose groups are full are only closed from the second round on
        self.moves = None
        return self.go_on(place, rounds, 1)

    def go_on(self, place: Place, rounds: int | None, done: int, call: _Call | None = None) -> int:
        """Do the rounds that are left after `done` of them; return the number of all rounds.

        After the first round only a few needs still find goods. So where it saves work, the rounds
        go on in a market of these needs alone: the same numbers at a fraction of the work. `call`
        is what the whole market knows already of that market's next round.
        """
        while rounds is None or done < rounds:
            if call is None:
                place = self.close(place)
                call = self.call_again(place)
                buyers: Bools = np.logical_or.reduce(call.finds, axis=1)
                if not some(buyers):
                    return done
                part = self.rest(place, buyers)
                if part is not None:
                    return self.within(place, part, call, rounds, done)
            self.round(place, call)
            call = None
            done += 1
        return done

    def first_call(self, opening: Opening) -> _Call:
        """Return whom buyers may ask in the first round, where that is known beforehand."""
        finds = (self.wanted > self.demand_dust) & (opening.together > NOTHING)
        return _Call(opening.weight, opening.together, finds)

    def call(self, place: Place) -> _Call:
        """Return whom buyers may ask in a first round: all suppliers whose lines have goods."""
        weight = self.with_goods(place)
        together = place.market.by_need(weight)
        finds = (self.wanted > self.demand_dust) & (together > NOTHING)
        return _Call(weight, raised(together, NOTHING), finds)

    def with_goods(self, place: Place) -> Floats:
        """Return the weight of links whose lines have goods, and 0 of others, [links, members]."""
        weight = place.market.from_lines((self.left > self.supply_dust).astype(np.float64))
        weight *= place.weight
        return weight

    def close(self, place: Place) -> Place:
        """Return the place without the links over which nothing more will come, since their lines
        are empty, they are full, or their limits leave no room.

        While a tier is served, goods and room only decrease, so a closed link stays closed. Limits
        are left out once all their links are closed or serve no need that wants more.
        """
        market, limits, flow = place.market, place.limits, self.flow
        assert flow is not None
        weight = self.with_goods(place)
        capped = place.capped.close(weight, flow)
        if limits is not None and not self.close_full(market, weight, limits, flow):
            limits = None
        return Place(market, weight, capped, limits)

    def close_full(self, market: Market, weight: Floats, limits: Limits, flow: Floats) -> bool:
        """Set the `weight` of links to 0 whose limits leave no room beside their `flow`, both
        [links, members], in place; return whether a link under a limit is left that serves a need
        that wants more.
        """
        touched, served = limits.groups.touched, limits.groups.served_by_touched
        cuts = self.cuts
        if cuts is not None:
            cuts.close(weight, self.left)
        wants = (self.wanted > self.demand_dust).take(served, axis=0)
        own = weight.take(touched, axis=0)
        if not some(own * wants):
            return False
        # needs of other tiers, and needs that find no supplier, get nothing in these rounds
        wanted = self.wanted * (market.by_need(weight) > NOTHING)
        held, more = (None, None) if cuts is None else (cuts.held_by_claim, cuts.room(self.left))
        own *= limits.has_room(flow, wanted, held, more)
        weight[touched] = own
        return some(own * wants)

    def call_again(self, place: Place) -> _Call:
        """Return whom buyers may ask in a round after the first."""
        weight, limits = place.weight, place.limits
        if limits is not None and self.refused is not None:
            weight = self.lean(place, limits, self.refused)
        together = place.market.by_need(weight)
        finds: Bools = (self.wanted > self.demand_dust) & (together > NOTHING)
        if self.moves is not None:
            finds &= self.moves
        return _Call(weight, raised(together, NOTHING), finds)

    def lean(self, place: Place, limits: Limits, refused: Bools) -> Floats:
        """Return the weight of links, [links, members], set to 0 on links that were `refused` where
        the need has other links.

        A limit that is a share of what would flow has room again only when more is asked under it.
        If buyers went on asking there in vain, round after round, their other links would fill
        slowly.
        """
        touched, near = limits.groups.touched, limits.groups.near
        weight = place.weight.copy()
        own = weight.take(touched, axis=0)
        asked = own * ~refused.take(touched, axis=0)
        weight[touched] = asked
        has_others = near.by_need(weight.take(near.links, axis=0)) > NOTHING
        weight[touched] = np.where(has_others.take(near.of_touched, axis=0), asked, own)
        return weight

    def rest(self, place: Place, buyers: Bools) -> Part | None:
        """Return the market of those who still buy, a mask [needs]; None where it is not so much
        smaller that going into it saves work.
        """
        market, limits, width = place.market, place.limits, self.left.shape[1]
        if not market.is_lasting or self.ration is not proportional:
            return None
        if market.links * width < WORTH_LEAVING:
            return None
        part = market.part(buyers if limits is None else limits.groups.with_partners(buyers))
        return part if (market.links - part.links.size) * width >= WORTH_LEAVING else None

    def round(self, place: Place, call: _Call) -> None:
        """Do one round: place orders, ration them, and add what is granted to the flow."""
        market, flow, (capped, most) = place.market, self.flow, place.capped
        spread = kept_where(call.finds, self.wanted)
        spread /= call.together
        orders = market.from_needs(spread)
        orders *= call.weight
        cuts = None if place.limits is None else self.cuts
        asks = None if cuts is None else cuts.asks(orders, self.wanted, flow)
        if capped.size:
            # a full link may have rounded to a hair above its cap
            room = most if flow is None else raised(most - flow.take(capped, axis=0))
            orders[capped] = np.minimum(orders.take(capped, axis=0), room)
        granted, taken, refused = self.grant(place, orders, asks)
        self.hand_over(place, granted, taken, refused)

    def hand_over(
        self, place: Place, granted: Floats, taken: Floats, refused: Bools | None
    ) -> None:
        """Add what is `granted` [links, members] to the flow, take what is `taken` [lines, members]
        from the lines, and note which links were `refused` all, [links, members].
        """
        self.flow = granted if self.flow is None else np.add(self.flow, granted, out=self.flow)
        # a line that is asked for all it has must be exactly empty: dust would cost more rounds
        self.left = raised(self.left - taken)
        received = place.market.by_need(granted)
        self.moves = np.logical_or.reduce(received > self.demand_dust, axis=0)
        if refused is not None:
            self.turn_away(refused)
        self.wanted = raised(np.subtract(self.wanted, received, out=received))

    def grant(
        self, place: Place, orders: Floats, asks: Asks | None
    ) -> tuple[Floats, Floats, Bools | None]:
        """Reduce `orders` [links, members] to what limits leave, in place, and ration them.

        Return what is granted [links, members], what is taken from each line [lines, members], and
        which links were refused all that was asked over them [links, members]; None: no link was.
        """
        market, cuts, limits, refused = place.market, self.cuts, place.limits, None
        without_quotas = orders
        if limits is not None:
            others = limits.others
            refused = None if others is None else others.trim(orders, None, self.flow)
            quotas = limits.beside_cuts if limits.cut_links.size else None
            if quotas is not None:
                without_quotas = orders.copy()
                refused = _both(refused, quotas.trim(orders, None, self.flow))
        if cuts is None or asks is None:
            claims = market.by_line(orders)
            return self.ration(orders, self.left, claims, market), claims, refused
        asks = asks._replace(without_quotas=without_quotas)
        granted, taken, cut = cuts.grant(orders, asks, self.left, self.flow)
        return granted, taken, _both(refused, cut)

    def turn_away(self, refused: Bools) -> None:
        """Note links that were `refused` all that was asked over them, [links, members].

        Members in which a link is refused for the first time still move: its need may now turn to
        other links.
        """
        known = self.refused
        fresh = refused if known is None else refused & ~known
        self.refused = refused if known is None else known | refused
        self.moves = self.moves | np.logical_or.reduce(fresh, axis=0)

    def within(self, place: Place, part: Part, call: _Call, rounds: int | None, done: int) -> int:
        """Do the rounds that are left in a part of the market, and take over what comes of them;
        return the number of all rounds.
        """
        links, lines, needs, inside = part.links, part.lines, part.needs, place.within(part)
        inner = Trading(
            self.left.take(lines, axis=0),
            self.wanted.take(needs, axis=0),
            self.supply_dust.take(lines, axis=0),
            self.demand_dust.take(needs, axis=0),
            self.ration,
            self._cuts_within(inside, part),
            self.moves,
            None if self.refused is None else self.refused.take(links, axis=0),
            None if self.flow is None else self.flow.take(links, axis=0),
        )
        own = _Call(
            call.weight.take(links, axis=0),
            call.together.take(needs, axis=0),
            call.finds.take(needs, axis=0),
        )
        done = inner.go_on(inside, rounds, done, own)
        if self.cuts is not None and inner.cuts is not None:
            self.cuts.take_back(inner.cuts)
        if self.flow is not None:
            self.flow[links] = inner.flow
        # since the first round these two arrays are this object's own, so they may be written to
        self.left[lines], self.wanted[needs] = inner.left, inner.wanted
        return done

    def _cuts_within(self, place: Place, part: Part) -> Cuts | None:
        """Return what cuts keep away in a `part` of the market, whose links are those of `place`;
        None where no cut takes a share there.
        """
        if self.cuts is None or place.limits is None or not place.limits.cut_links.size:
            return None
        return self.cuts.within(place.limits, part.market, part.links, part.lines)


def _both(one: Bools | None, other: Bools | None) -> Bools | None:
    """Return what either marks; None marks nothing."""
    if one is None or other is None:
        return one if other is None else other
    return one | other
