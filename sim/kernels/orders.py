"""Decide how much to order: hold a stock cover, or anchor on use and adjust. Model specification 2.5."""

from __future__ import annotations

import numpy as np

from sim.kernels.sums import Floats


def hold_cover(
    expected: Floats,
    deferred: Floats,
    stock: Floats,
    on_order: Floats,
    lead: Floats,
    cover: Floats,
    adjustment_months: float,
) -> Floats:
    """Order what will be used, plus a part of the gap between the stock position and its target; [needs, members].

    `expected` is use per month, `deferred` unmet need that waits, `stock` what is left after this month's use,
    `on_order` goods in transit and open orders (leaving it out would be the bullwhip error), all in units. The target
    holds `cover` months of use, and in transit what `lead` months take beyond the next; the gap is closed within
    about `adjustment_months`.
    """
    target = (cover + lead - 1.0) * expected + deferred
    gap = target - stock - on_order
    return np.maximum(expected + gap / adjustment_months, 0.0)


def smoothed(past: Floats, seen: Floats, share: float) -> Floats:
    """Move what was perceived in the past by a share of the way to what is seen now; exponential smoothing."""
    return past + (seen - past) * share


def anchor_and_adjust(use: Floats, gap: Floats, gap_share: float) -> Floats:
    """Order the use per month, and a share of the gap to the target, in units; never less than nothing."""
    return np.maximum(use + gap_share * gap, 0.0)
