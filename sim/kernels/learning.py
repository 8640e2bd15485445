"""Let costs fall with experience: curves, batches, forgetting. Equations 7.

Two readings of a learning rate are in use. Crawford's: each doubling of the units made lowers the
cost of the next unit by it. Wright's: each doubling lowers the average cost of all units so far by
it; the next unit's falls faster at first. What is counted, and so which unit is the first, is the
caller's: the rules count lots, each a day's work, so that it does not matter in what units goods
are written. Arrays are [lines, members].
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.sums import divide

MOST = 0.99
"""A learning rate above this counts as this."""
LOTS_A_MONTH = 30.0
"""Lots, in which experience is counted, that a line's first capacity makes in a month: a lot is a
day's work, whatever the unit of the goods. Assumed."""


def slope(learning_rate: Floats) -> Floats:
    """Return the exponent b of the learning curve, log2(1 - learning rate), at most 0."""
    return np.log2(1.0 - np.minimum(learning_rate, MOST))


def lot(capacity: Floats, yield_: Floats) -> Floats:
    """Return the good units of a day's work, used or not, outages and ramps aside."""
    return capacity * yield_ / LOTS_A_MONTH


def next_lot(experience: Floats, first_experience: Floats, first_lot: Floats) -> Floats:
    """Return which lot comes next, 1 the first and parts of lots counted, after `experience` units.

    What was made before the start counts as at least the first lot, and never is less left of it
    all. Units all three; 1 where a lot is 0, in a line that never had any capacity.
    """
    known = experience + np.maximum(first_lot - first_experience, 0.0)
    return divide(np.maximum(known, first_lot), first_lot, otherwise=1.0)


def crawford(unit: Floats, slope: Floats) -> Floats:
    """Return the cost of a unit, counted from 1, in units of the first one's."""
    return unit**slope


def crawford_batch(unit: Floats, size: Floats, slope: Floats) -> Floats:
    """Return the mean cost of `size` units from `unit` on, in units of the first one's: the
    integral from half a unit before.

    A batch counts as at least one unit.
    """
    size, power = np.maximum(size, 1.0), _power(slope)
    return ((unit + size - 0.5) ** power - (unit - 0.5) ** power) / (power * size)


def wright_batch(unit: Floats, size: Floats, slope: Floats) -> Floats:
    """Return the mean cost of `size` units from `unit` on, in units of the first one's, where
    averages follow the curve.

    All units up to X cost X^(1 + b) together. A batch counts as at least one unit.
    """
    size, power = np.maximum(size, 1.0), _power(slope)
    return ((unit + size - 1.0) ** power - (unit - 1.0) ** power) / size


def _power(slope: Floats) -> Floats:
    """Return 1 + b, kept above 0: with a learning rate of a half or more the sum of all costs would
    not grow.
    """
    return np.maximum(1.0 + slope, 0.01)


def remembered(experience: Floats, made: Floats, forgetting: float) -> Floats:
    """Return what is left of experience after a month in which `made` units came to it.

    `forgetting` is the share of experience lost in a year. Benkard 2000.
    """
    kept = math.pow(1.0 - forgetting, 1.0 / 12.0)
    return kept * (experience - made) + made


def with_trend(
    progress: Floats, slope: Floats, experience_share: float, growth: float, months: int
) -> Floats:
    """Let only a share of progress come from experience, the rest from time. Lafond, Greenwald &
    Farmer 2022.

    `progress` is cost over first cost by experience alone. Time lowers cost as experience would
    that grows by `growth` a year.
    """
    trend = np.full_like(slope, math.pow(1.0 + growth, months / 12.0)) ** slope
    return progress**experience_share * trend ** (1.0 - experience_share)


def better_yield(first: Floats, best: float, progress: Floats) -> Floats:
    """Return the yield that grows from the first to the best as costs fall: the gap shrinks by
    `progress`, cost over first cost.
    """
    most = np.maximum(first, best)
    return np.clip(most - (most - first) * progress, 0.01, 1.0)
