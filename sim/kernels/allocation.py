"""Match supply with demand over links: spread, ration, reassign.

Buyers spread what they still need over their open links by weight; a supplier with less than it is
asked for rations (here: each claim by the same factor); what is left unmet goes round again over
links whose supplier still has goods. Needs of a lower tier are served to the end before the next
tier begins. Equations 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.kernels.arrays import Bools, Floats
from sim.kernels.cuts import Cuts
from sim.kernels.kept_away import KeptAway
from sim.kernels.limits import Limits
from sim.kernels.market import Market
from sim.kernels.rationing import Ration, proportional
from sim.kernels.rounds import Place, Trading
from sim.kernels.sums import NOTHING, kept_where, raised
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
    kept_away: KeptAway | None = None
    """What cuts in part kept away where lines were short; None: all that was asked and did not
    come"""


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
    anew = None if limits is None else limits.asked(orders, demand)
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
    beyond: Floats | None = None,
) -> Allocation:
    """Allocate supply [lines, members] to demand [needs, members], all in units per month.

    `weight` [links, members] is each buyer's preference, 0 on links that are closed; `cap` [links,
    members] is the most that a link may carry, inf where nothing limits it, `limits` what links
    may carry together. With `rounds=None` nothing is wasted: no link with room is left between a
    line with goods and a need that wants them. With `rounds=n` each tier stops after n rounds.
    `usable` [links, members] tells which links may carry goods; by default those whose cap leaves
    room. `beyond` [lines, members] is what lines could make with enough inputs, beyond their
    supply: half a cut is half of what that would let flow; None: nothing.
    """
    cuts = None
    if limits is not None and limits.cut_links.size:
        cuts = Cuts.begun(market, limits, ration, supply, beyond)
    trading = Trading(supply, demand, RTOL * supply, RTOL * demand, ration, cuts)
    weight = kept_where(cap > 0 if usable is None else usable, weight)
    flow = np.zeros_like(weight)
    done = 0
    capped = np.flatnonzero(np.logical_or.reduce(cap < np.inf, axis=1))
    most = cap.take(capped, axis=0)
    for tier in market.tiers:
        own = weight if tier is None else weight * tier
        place = Place(market, own, capped, most, limits, flow)
        done = max(done, trading.until_done(place, rounds))
    kept_away = None if cuts is None else cuts.told()
    return Allocation(flow, market.by_line(flow), market.by_need(flow), done, kept_away)
