"""Weigh suppliers, draw new ones, and decide what happens by chance. Model specification 2.6 and 2.8.

Arrays are [links, members] unless said otherwise; `by_need` sums links to the needs that they serve. Only the ratios
of weights within a need matter.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.sums import Bools, Floats, GroupSum, divide

STEEPEST = 100.0
"""No supplier's weight falls below exp(-STEEPEST) of the best one's: one that is never asked would waste its goods."""


def of_need(values: Floats, by_need: GroupSum) -> Floats:
    """Look up each link's need: [needs, members] -> [links, members]."""
    return values.take(by_need.group_of_row, axis=0)


def least(values: Floats, by_need: GroupSum) -> Floats:
    """Take each need's smallest value: [links, members] -> [needs, members], inf for needs without links."""
    result = np.full((by_need.groups, values.shape[1]), np.inf)
    order = np.argsort(by_need.group_of_row, kind="stable")
    if order.size:
        needs, firsts = np.unique(by_need.group_of_row[order], return_index=True)
        result[needs] = np.minimum.reduceat(values[order], firsts, axis=0)
    return result


def by_capacity(base_weight: Floats, capacity: Floats, base_capacity: Floats, by_need: GroupSum) -> Floats:
    """Scale weights by capacity now over capacity at the start, units per month.

    A supplier that had none at the start counts by the mean of those of the same need that had some, so that one as
    large as the others weighs what the scenario gives it.
    """
    count = by_need((base_capacity > 0).astype(np.float64))
    mean = divide(by_need(base_capacity), count)
    reference = np.where(base_capacity > 0, base_capacity, of_need(mean, by_need))
    grown = divide(capacity, reference)
    return base_weight * np.where(reference > 0, grown, capacity > 0)


def by_satisfaction(
    weight: Floats, satisfaction: Floats, by_need: GroupSum, inertia: float, exponent: float, floor: float
) -> Floats:
    """Shift weights towards suppliers that satisfy: `w <- rho w + (1 - rho) norm(w s^eta)` with rho the inertia.

    `satisfaction` is 0 to 1. The result adds up to 1 in every need, but for `floor`, the least that a link with any
    weight keeps: a weight of 0 could never rise again.
    """
    share = divide(weight, of_need(by_need(weight), by_need))
    pull = share * (satisfaction if exponent == 1.0 else np.power(satisfaction, exponent))
    total = of_need(by_need(pull), by_need)
    target = np.where(total > 0, divide(pull, total), share)
    return np.where(share > 0, np.maximum(inertia * share + (1.0 - inertia) * target, floor), 0.0)


def by_cost(base_weight: Floats, cost: Floats, is_open: Bools, by_need: GroupSum, sensitivity: float) -> Floats:
    """Scale weights by `exp(-sensitivity (c / c_least - 1))`, logit in unit cost against the need's cheapest open offer."""
    cheapest = of_need(least(np.where(is_open, cost, np.inf), by_need), by_need)
    dearer = np.where(cost > 0, np.inf, 0.0)
    with np.errstate(invalid="ignore"):
        np.divide(cost, cheapest, out=dearer, where=(cheapest > 0) & np.isfinite(cheapest))
    steep = np.where(dearer > 0, sensitivity * np.maximum(dearer - 1.0, 0.0), 0.0) if sensitivity > 0 else np.zeros_like(cost)
    return base_weight * np.exp(-np.minimum(steep, STEEPEST))


def satisfied(delivered: Floats, asked: Floats, usual: Floats) -> Floats:
    """Return delivered over asked, 0 to 1, against the `usual` ratio of the start; 1 where nothing was asked or is usual."""
    return np.minimum(divide(delivered, asked * usual, otherwise=1.0), 1.0)


def happens(draw: Floats, chance: Floats, expected: Floats, central: Bools) -> Bools:
    """Tell where what has this chance a month happens in this month; adds the chance to `expected`, how often it should have.

    All arrays [..., members]. A member compares its draw; the central case has none: there it happens when the expected
    number reaches 1/2, 3/2, ...
    """
    before = np.floor(expected + 0.5)
    expected += chance
    # sums of chances fall short of the half by rounding: twice 0.25 must do
    return np.where(central, np.floor(expected + 0.5 + 1e-9) > np.floor(before), draw < chance)
