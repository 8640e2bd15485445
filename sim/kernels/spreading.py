"""Spread what needs want over their links, by weight, under caps and common limits: the first step
of an allocation, and what buyers ask of whom. Equations 2.1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats
from sim.kernels.limits import Limits
from sim.kernels.market import Market
from sim.kernels.sums import NOTHING, raised


class Asked(NamedTuple):
    """Hold what buyers ask for when they spread their needs by weight; units per month."""

    orders: Floats
    """[links, members]"""
    refused: Bools | None
    """[links, members]: links of whose orders limits leave nothing; None: there are none"""
    claims: Floats
    """[lines, members]: orders summed over each line's links"""


def spread(
    market: Market,
    demand: Floats,
    weight: Floats,
    cap: Floats | None,
    limits: Limits | None = None,
    flow: Floats | None = None,
    together: Floats | None = None,
) -> Floats:
    """Spread each need's demand over its links by weight: orders [links, members].

    Each link is asked for its cap at most (None: no link has one), and links under one limit for
    what that leaves. `weight` is 0 on closed links; a need without open links places no orders.
    `flow` [links, members] is what links carry already, which `cap` leaves out; None: nothing.
    `together` [needs, members] is the weights' sum by need, above 0, where it is known.
    """
    return _spread(market, demand, weight, together, cap, limits, flow)[0]


def _spread(
    market: Market,
    demand: Floats,
    weight: Floats,
    together: Floats | None,
    cap: Floats | None,
    limits: Limits | None,
    flow: Floats | None = None,
) -> tuple[Floats, Bools | None]:
    """Return the orders, and the links that were refused all that was asked over them."""
    if together is None:
        # without open links the share means nothing, but then all weights and orders are 0
        together = raised(market.by_need(weight), NOTHING)
    orders = market.from_needs(demand / together)
    orders *= weight
    anew = None if limits is None else limits.asked(orders, demand, flow)
    if cap is not None:
        np.minimum(orders, cap, out=orders)
    return orders, None if limits is None else limits.trim(orders, anew, flow)


def ask(
    market: Market,
    demand: Floats,
    weight: Floats,
    together: Floats,
    cap: Floats | None,
    limits: Limits | None,
) -> Asked:
    """Spread each need's demand as `spread` does, and add up what each line is asked for."""
    orders, refused = _spread(market, demand, weight, together, cap, limits)
    return Asked(orders, refused, market.by_line(orders))
