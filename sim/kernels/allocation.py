"""Match supply with demand over links: spread, ration, reassign.

Buyers spread what they still want over their open links by weight; a supplier that is asked for
more than it has rations it, unless told otherwise by reducing each claim by the same factor; what
is then unmet is asked for again in the next round, over links whose supplier still has goods. Needs
of a lower tier are served to the end before the next tier begins. Equations 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.cuts import Cuts
from sim.kernels.kept_away import KeptAway
from sim.kernels.limits import Limits
from sim.kernels.market import Market
from sim.kernels.places import Capped, Opening, Place
from sim.kernels.rationing import Ration, proportional
from sim.kernels.rounds import Trading
from sim.kernels.spreading import Asked, ask
from sim.kernels.sums import kept_where, some
from sim.kernels.terms import RTOL


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
    """How many rounds were done, of the tier that took most"""
    kept_away: KeptAway | None = None
    """What partial cuts kept away; None: nothing"""


def allocate(  # noqa: PLR0913
    market: Market,
    supply: Floats,
    demand: Floats,
    weight: Floats,
    cap: Floats | None,
    *,
    limits: Limits | None = None,
    ration: Ration = proportional,
    rounds: int | None = None,
    opening: Opening | None = None,
    beyond: Floats | None = None,
) -> Allocation:
    """Allocate supply [lines, members] to demand [needs, members], all in units per month.

    `weight` [links, members] is each buyer's preference, 0 on links that are closed. `cap` [links,
    members] is the most that a link may carry, inf where nothing limits it (None: on no link is
    there a cap). `limits` are what groups of links may carry together. `ration` is the claims rule
    of suppliers that are short.

    With `rounds=None` nothing is wasted: in the end no link with room is left between a line with
    goods and a need that wants them. With `rounds=n` each tier stops after n rounds. `opening` is
    what is known of the first round beforehand; it is given only where all needs are of one tier,
    and closed links must then have a weight of 0. `beyond` [lines, members] is what lines could
    make beyond their supply if they had enough inputs (None: nothing): a cut by half takes half of
    what would flow with these inputs.
    """
    asked = _asked(market, demand, cap, limits, opening) if rounds == 1 else None
    if asked is not None:
        # there is only this round, so nothing need be kept for another
        flow = ration(asked.orders, supply, asked.claims, market)
        received = _without_crumbs(market, flow, RTOL * demand)
        return Allocation(flow, market.by_line(flow), received, 1)
    cuts = _cuts(market, limits, ration, supply, beyond)
    trading = Trading(supply, demand, RTOL * supply, RTOL * demand, ration, cuts)
    if opening is not None:
        capped = opening.capped
    elif cap is not None:
        capped, weight = Capped.of(cap), kept_where(cap > 0, weight)
    else:
        capped = Capped.none(weight.shape[1])
    done = 0
    for tier in market.tiers:
        own = weight if tier is None else weight * tier
        done = max(done, trading.until_done(Place(market, own, capped, limits), rounds, opening))
    flow = np.zeros_like(weight) if trading.flow is None else trading.flow
    received = _without_crumbs(market, flow, trading.demand_dust)
    kept_away = None if cuts is None else cuts.told()
    return Allocation(flow, market.by_line(flow), received, done, kept_away)


def _asked(
    market: Market,
    demand: Floats,
    cap: Floats | None,
    limits: Limits | None,
    opening: Opening | None,
) -> Asked | None:
    """Return what is asked for in the first round, if it is known or if only caps limit it."""
    if opening is None or opening.asked is not None or limits is not None:
        return None if opening is None else opening.asked
    return ask(market, demand, opening.weight, opening.together, cap, None)


def _without_crumbs(market: Market, flow: Floats, dust: Floats) -> Floats:
    """Return what needs received, [needs, members], without amounts that are only rounding error.

    A need that got no more than `dust` [needs, members] gets nothing: its `flow` [links, members]
    is set to 0 in place.
    """
    received = market.by_need(flow)
    crumbs = received <= dust
    if some(crumbs) and some(crumbs & (received > 0)):
        flow *= market.from_needs(~crumbs)
        received = market.by_need(flow)
    return received


def _cuts(
    market: Market, limits: Limits | None, ration: Ration, supply: Floats, beyond: Floats | None
) -> Cuts | None:
    """Begin to track what would flow without partial cuts; None where no cut takes a share."""
    if limits is None or not limits.cut_links.size:
        return None
    return Cuts.begun(market, limits, ration, supply, beyond)
