"""Ration what a line has among those who ask it for more, in proportion; `claims.py` has the
arithmetic of other rules.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.market import Market
from sim.kernels.sums import NOTHING, raised

Ration = Callable[[Floats, Floats, Floats, Market], Floats]
"""(orders [links, members], supply [lines, members], claims [lines, members], market) -> granted
[links, members]."""


def proportional(orders: Floats, supply: Floats, claims: Floats, market: Market) -> Floats:
    """Grant each claim the same share of itself, supply / claims where that is below 1."""
    granted = market.from_lines(granted_share(supply, claims))
    granted *= orders
    return granted


def granted_share(supply: Floats, claims: Floats) -> Floats:
    """Return which share of claims the supply meets, 0 to 1."""
    share = raised(np.maximum(claims, supply), NOTHING)
    return np.divide(supply, share, out=share)
