"""Set prices and count what money buys."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.sums import divide

DUST = 1e-9
"""Orders above what can be shipped by less than this share of it are rounding."""


def marked_up(cost: Floats, share: Floats | float) -> Floats:
    """Return the cost and a share of it; money per unit, [lines, members]."""
    return cost * (1.0 + share)


def scarcity_premium(asked: Floats, offer: Floats, premium: float, most: float) -> Floats:
    """Return a mark-up of `premium` for each time that what is asked for exceeds the offer, at most
    `most`; [lines, members].

    A line without an offer has no price to speak of; it shows the most.
    """
    excess = divide(asked - offer, offer, otherwise=np.inf)
    excess = np.where(asked > offer * (1.0 + DUST), excess, 0.0)
    return np.minimum(premium * excess if premium else np.zeros_like(excess), most)


def idle_cost(capacity: Floats, started: Floats, unit_cost: Floats, share: Floats) -> Floats:
    """Return what unused capacity costs: a share of the unit cost for each unit that could have
    been started; money per month.
    """
    return np.maximum(capacity - started, 0.0) * unit_cost * share
