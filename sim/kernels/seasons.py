"""Plan stocks for a need that has the same season every year. Equations 8.5."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import NO_MONTH, divide, some

T = TypeVar("T", bound=np.generic)


def of_mean(weights: Floats) -> Floats:
    """Return a year's months as multiples of their mean; `weights` [12, needs, members], January
    first. If all weights are 0, all months are 1.
    """
    total = np.zeros_like(weights[0])
    for each in weights:
        total += each
    return divide(12.0 * weights, np.broadcast_to(total, weights.shape), otherwise=1.0)


def to_date(season: Floats) -> Floats:
    """Return what is needed from January until the end of each month, in mean months, [12, needs,
    members].
    """
    until: Floats = np.add.accumulate(season, axis=0)
    return until


def stored(season: Floats) -> Floats:
    """Return what a stock holds for the season at the end of each month when as much comes every
    month: mean months, [12, needs, members], 0 at the year's lowest.
    """
    level: Floats = np.arange(1.0, 13.0)[:, None, None] - to_date(season)
    level -= level.min(axis=0)
    return level


def between(until: Floats, first: Ints, last: Ints) -> Floats:
    """Return the mean months of need after the end of month `first` until that of `last`.

    `until` is `to_date`; the months [needs, members] count from a January.
    """
    return _until(until, last) - _until(until, first)


def _until(until: Floats, month: Ints) -> Floats:
    found: Floats = 12.0 * (month // 12) + picked(until, month % 12)
    return found


def picked(table: NDArray[T], at: Ints) -> NDArray[T]:
    """Return from a table [months, needs, members] the month `at` [needs, members] of each."""
    found: NDArray[T] = np.take_along_axis(table, at[None], axis=0)[0]
    return found


def by_whole_months(told: Callable[[Ints], Floats], months: Floats) -> Floats:
    """Return what the function `told` gives for whole months, and interpolate between these: with
    suppliers at 1 and 2 months some goods come after one month and some after two.
    """
    early = np.floor(months + NO_MONTH).astype(np.int64)
    part = np.maximum(months - early, 0.0)
    found = told(early)
    return found + part * (told(early + 1) - found) if some(part) else found
