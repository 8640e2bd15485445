"""Decide how much to order: hold a stock cover, anchor on use and adjust, or replace what was
used. Equations 8.2 to 8.4.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.sums import kept_where, raised

DUST = 1e-14
"""Orders below this share of what they are worked out from are rounding."""


def hold_cover(
    expected: Floats,
    deferred: Floats,
    stock: Floats,
    on_order: Floats,
    lead: Floats,
    cover: Floats,
    adjustment_months: float,
    in_work: Floats | None = None,
) -> Floats:
    """Order what will be used, plus a part of the gap between the stock position and its target;
    [needs, members].

    `expected` is use per month, `deferred` unmet need that waits, `stock` what is left after this
    month's use, `on_order` goods in transit and open orders (leaving it out would be the bullwhip
    error), all in units. The target holds `cover` months of use, and in transit what `lead` months
    take beyond the next; the gap is closed within about `adjustment_months`. `in_work` is what
    suppliers have granted that does not make a whole lot yet.
    """
    gap = cover + lead
    gap -= 1.0
    gap *= expected
    gap += deferred
    gap -= stock
    gap -= on_order
    gap = uncovered(gap, in_work)
    gap /= adjustment_months
    gap += expected
    beside = stock + on_order
    return settled(gap, np.abs(beside, out=beside))


def settled(order: Floats, beside: Floats) -> Floats:
    """Return orders, set to 0 where they are negative or only rounding error compared with the
    units `beside` (at least 0, written over).

    Sourcing rules judge suppliers by what came of orders, so an order of rounding error matters.
    """
    beside *= DUST
    counts = order > beside
    return order if np.count_nonzero(counts) == counts.size else kept_where(counts, order)


def uncovered(gap: Floats, in_work: Floats | None) -> Floats:
    """Return what is left of a gap to the target when lots in work are counted: they may close the
    gap, but not turn it into a surplus.

    If they were counted like other orders, every supplier could have a lot in work that is never
    finished, because nothing more is ordered.
    """
    return gap if in_work is None else gap - np.minimum(in_work, np.maximum(gap, 0.0))


def smoothed(past: Floats, seen: Floats, share: float) -> Floats:
    """Move what was perceived in the past by a share of the way to what is seen now; exponential
    smoothing.
    """
    return past + (seen - past) * share


def anchor_and_adjust(use: Floats, gap: Floats, gap_share: float) -> Floats:
    """Order the use per month, and a share of the gap to the target, in units; never less than
    nothing.
    """
    return settled(use + gap_share * gap, use.copy())


def replace_use(
    use: Floats,
    base: Floats,
    months: Floats,
    deficit: Floats,
    adjustment_months: float,
    in_work: Floats | None = None,
    *,
    sheds_surplus: bool,
) -> Floats:
    """Order what was used, and a part of the gap to a target of `months` of a `base` use; [needs,
    members].

    `use` and `base` are units a month. `deficit` is what is owed, less what is on order and what
    was in stock before this month's use, units. `deficit` and `months` are written over. Without
    `sheds_surplus` a gap below 0 counts as 0.
    """
    target = np.multiply(months, base, out=months)
    gap = np.add(deficit, target, out=deficit)
    gap = uncovered(gap, in_work)
    if not sheds_surplus:
        gap = raised(gap)
    gap /= adjustment_months
    gap += use
    target += use
    return settled(gap, target)
