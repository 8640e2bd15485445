"""Score forecasts of dates: censored CRPS, randomised PIT, coverage, and what clusters leave of the
number.

All forecasts are judged up to a horizon of fifty years: what has not happened by then counts as
open.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.precedents.tails import Bools, Floats, Ints

HORIZON = 600.0
"""Months up to which forecasts are judged; a t on the log has no mean, so there must be an end."""
CELLS = 200
"""Cells of the integral on each side of the outcome."""
Cdf = Callable[[Floats], Floats]


def crps(cdf: Cdf, months: float, censored: bool) -> float:
    """Return the right-censored continuous ranked probability score in months; 0 is the best.

    The integral of (F - 1[y >= x])^2 up to the horizon; of F^2 up to the censoring date where it
    has not happened (Avati et al. 2020). A point forecast scores its distance.
    """
    before = min(months, HORIZON)
    score = _integral(lambda y: cdf(y) ** 2, 0.0, before)
    if not censored and months < HORIZON:
        score += _integral(lambda y: (1 - cdf(y)) ** 2, before, HORIZON)
    return score


def _integral(of: Cdf, low: float, high: float) -> float:
    """Return an integral by midpoints of cells that are finest at the lower end."""
    ends = low + (high - low) * np.linspace(0.0, 1.0, CELLS + 1) ** 2
    return float(of((ends[1:] + ends[:-1]) / 2) @ np.diff(ends))


def point_crps(forecast: float, months: float, censored: bool) -> float:
    """Return the same score of one date: the error, or how far an open row is past it."""
    late = min(months, HORIZON) - min(forecast, HORIZON)
    return max(late, 0.0) if censored else abs(late)


def pit(before: Floats, censored: Bools, seed: int = 0) -> Floats:
    """Return the randomised probability integral transform [rows] of F at the outcome, `before`
    [rows].

    An open row lies anywhere from F at its censoring to 1, drawn with a fixed seed (Czado et al.
    2009).
    """
    drawn = np.random.default_rng(seed).random(before.size)
    return np.where(censored, before + drawn * (1 - before), before)


def flatness(transformed: Floats, number: float) -> tuple[float, float]:
    """Return how far the PIT is from flat (Kolmogorov-Smirnov) and the chance of that in so many
    rows.
    """
    from scipy.stats import kstwo

    ordered = np.sort(transformed)
    steps = np.arange(ordered.size + 1) / ordered.size
    away = float(np.max(np.maximum(ordered - steps[:-1], steps[1:] - ordered)))
    return away, float(kstwo.sf(away, max(1, round(number))))


def held(before: Floats, censored: Bools, level: float) -> Floats:
    """Return 1 where the central interval of this level holds the outcome, 0 where not, NaN where
    unknown.

    A row that has not happened is outside once it is past the upper end; before, nobody knows.
    """
    low, high = (1 - level) / 2, (1 + level) / 2
    inside = (before >= low) & (before <= high)
    known = ~np.isnan(before) & (~censored | (before > high))
    return np.where(known, (inside & ~censored).astype(np.float64), np.nan)


def correlation(values: Floats, clusters: Ints) -> float:
    """Return the intraclass correlation of values [rows], 0 to 1, by analysis of variance."""
    names, where, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    number, groups = values.size, names.size
    if groups < 2 or number == groups:
        return 0.0
    means = np.bincount(where, values) / sizes
    within = float(((values - means[where]) ** 2).sum()) / (number - groups)
    between = float((sizes * (means - values.mean()) ** 2).sum()) / (groups - 1)
    usual = (number - (sizes**2).sum() / number) / (groups - 1)
    spread = between + (usual - 1) * within
    return float(np.clip((between - within) / spread, 0.0, 1.0)) if spread > 0 else 0.0


def effective_number(values: Floats, clusters: Ints) -> float:
    """Return how many independent rows the rows are worth: n / (1 + (m - 1) rho).

    m is the mean cluster size that a row meets, rho the intraclass correlation (Kish 1965, chapter
    5).
    """
    if not values.size:
        return 0.0
    sizes = np.unique(clusters, return_counts=True)[1]
    met = float((sizes**2).sum()) / values.size
    return values.size / (1 + (met - 1) * correlation(values, clusters))


def cluster_interval(
    values: Floats, clusters: Ints, times: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % interval of the mean of values, resampling whole clusters with a fixed seed.

    NaN counts as not there. NaN twice where fewer than two clusters are there: nothing is known of
    how they differ.
    """
    there = ~np.isnan(values)
    names, where = np.unique(clusters[there], return_inverse=True)
    if names.size < 2:
        return np.nan, np.nan
    sums, sizes = np.bincount(where, values[there]), np.bincount(where)
    drawn = np.random.default_rng(seed).integers(sums.size, size=(times, sums.size))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
