"""Weigh suppliers, let re-exports grow, and decide what happens by chance. Equations 3, 4
and 9.

Arrays are [links, members] unless said otherwise; `by_need` sums links to the needs that they
serve. Only the ratios of weights within a need matter.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Bools, Floats
from sim.kernels.sums import NOTHING, GroupSum, divide

STEEPEST = 100.0
"""No supplier's weight falls below exp(-STEEPEST) of the best one's: one that is never asked would
waste its goods."""


BUSY = 0.8
"""Share of a re-export's capacity beyond which use makes it grow."""


def of_need(values: Floats, by_need: GroupSum) -> Floats:
    """Look up each link's need: [needs, members] -> [links, members]."""
    return values.take(by_need.group_of_row, axis=0)


def least(values: Floats, by_need: GroupSum) -> Floats:
    """Take each need's smallest value: [links, members] -> [needs, members], inf for needs without
    links.
    """
    result = np.full((by_need.groups, values.shape[1]), np.inf)
    order = np.argsort(by_need.group_of_row, kind="stable")
    if order.size:
        needs, firsts = np.unique(by_need.group_of_row[order], return_index=True)
        result[needs] = np.minimum.reduceat(values[order], firsts, axis=0)
    return result


def by_capacity(
    base_weight: Floats,
    capacity: Floats,
    base_capacity: Floats,
    by_need: GroupSum,
    direct: Bools | None = None,
) -> Floats:
    """Scale weights by capacity now over capacity at the start, units per month.

    A supplier that had none at the start counts by the mean of those of the same need that had
    some, so that one as large as the others weighs what the scenario gives it. Links that are not
    `direct` [links] lead round about to suppliers that count already; None: all are.
    """
    known = base_capacity if direct is None else base_capacity * direct[:, None]
    count = by_need((known > 0).astype(np.float64))
    mean = divide(by_need(known), count)
    reference = np.where(base_capacity > 0, base_capacity, of_need(mean, by_need))
    grown = divide(capacity, reference)
    return base_weight * np.where(reference > 0, grown, capacity > 0)


def by_satisfaction(
    weight: Floats,
    base_weight: Floats,
    satisfaction: Floats,
    by_need: GroupSum,
    speed: float,
    exponent: float,
    floor: float,
    asked: Bools | None = None,
) -> Floats:
    """Shift weights towards suppliers that satisfy: `w <- (1 - speed) w + speed norm(w
    s^exponent)`, shares of the need.

    `satisfaction` is 0 to 1. A link keeps at least `floor` of its share in `base_weight`: a weight
    of 0 could never rise again. Who was not `asked` [links, members] is not judged, and keeps his
    weight beside the others together; None: all were asked.
    """
    judged = weight if asked is None else weight * asked
    whole = of_need(by_need(judged), by_need)
    base = base_weight if asked is None else base_weight * asked
    share = divide(judged, whole)
    least_share = floor * divide(base, of_need(by_need(base), by_need))
    pull = share * (satisfaction if exponent == 1.0 else np.power(satisfaction, exponent))
    total = of_need(by_need(pull), by_need)
    target = np.where(total > NOTHING, divide(pull, total), share)
    shifted = np.maximum((1.0 - speed) * share + speed * target, least_share)
    if asked is None:
        return shifted
    return np.where(whole > NOTHING, np.where(asked, shifted, divide(weight, whole)), weight)


def by_cost(
    base_weight: Floats, cost: Floats, is_open: Bools, by_need: GroupSum, sensitivity: float
) -> Floats:
    """Scale weights by `exp(-sensitivity (c / c_least - 1))`, logit in unit cost against the need's
    cheapest open offer.
    """
    cheapest = of_need(least(np.where(is_open, cost, np.inf), by_need), by_need)
    cheapest = np.where(np.isfinite(cheapest), cheapest, cost)
    dearer = np.where(cost > cheapest, divide(cost - cheapest, cheapest, otherwise=1e300), 0.0)
    return base_weight * np.exp(-np.minimum(sensitivity * dearer, STEEPEST))


def grown_by_use(capacity: Floats, passed: Floats, growth: Floats, decay: Floats) -> Floats:
    """Let a capacity grow by what passes beyond 80 % of it, and wear: `u + growth (x - 0.8 u)^+ -
    decay u`, units per month.
    """
    return capacity + growth * np.maximum(passed - BUSY * capacity, 0.0) - decay * capacity


def satisfied(delivered: Floats, asked: Floats, usual: Floats) -> Floats:
    """Return delivered over asked, 0 to 1, against the `usual` ratio of the start; 1 where nothing
    was asked or is usual.
    """
    return np.minimum(divide(delivered, asked * usual, otherwise=1.0), 1.0)


def happens(draw: Floats, chance: Floats, expected: Floats, central: Bools) -> Bools:
    """Tell where what has this chance a month happens in this month; adds the chance to `expected`,
    how often it should have.

    All arrays [..., members]. A member compares its draw; the central case has none: there it
    happens when the expected number reaches 1/2, 3/2, ...
    """
    # sums of chances may fall short of the half by rounding: twice 0.25 must do
    before = np.floor(expected + 0.5 + 1e-9)
    expected += chance
    return np.where(central, np.floor(expected + 0.5 + 1e-9) > before, draw < chance)
