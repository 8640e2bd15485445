"""Compute the quantiles of each distribution by which members draw from an interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Distribution = Literal[
    "fixed", "triangular", "uniform", "loguniform", "normal", "lognormal", "discrete"
]
MEDIAN = ("normal", "lognormal")
"""Distributions whose low and high are points of 5 and 95 %, and whose central value is their
median unless another is given."""
OUTER = 1.6448536269514722
"""Standard normal score of the point of 95 %."""
REACH = 3.0902323061678132
"""Standard normal score of one in a thousand, beyond which nothing is drawn."""


def quantiles(dist: str | None, u: Floats, low: Floats, high: Floats, mode: Floats) -> Floats:
    """Return the quantiles of u [rows, members], given the lowest, highest and central values
    [rows, 1]; `normal` and `lognormal` take `low` and `high` for their points of 5 and 95 %.

    The same bits at any number of members: what numpy may round differently at another array width
    is computed number by number.
    """
    if dist == "uniform":
        return low + (high - low) * u
    if dist == "loguniform":
        logs = _logs(low)
        return _exponential(logs + (_logs(high) - logs) * u)
    if dist == "normal":
        return _normal(u, low, high)
    if dist == "lognormal":
        return _exponential(_normal(u, _logs(low), _logs(high)))
    split = (mode - low) / (high - low)
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - u) * (high - low) * (high - mode))
    return np.where(u < split, rising, falling)


def chosen(u: Floats, values: Sequence[float], chances: Sequence[float] | None) -> Floats:
    """Return the value whose turn it is at u [members]: the first up to which the chances add up to
    more than u. Without chances all are equally likely.
    """
    weights = chances or [1.0] * len(values)
    ends, whole = [], math.fsum(weights)
    for place in range(len(values)):
        ends.append(math.fsum(weights[: place + 1]) / whole)
    places = np.minimum(np.searchsorted(np.array(ends), u, side="right"), len(values) - 1)
    return np.array(values, dtype=np.float64)[places]


def median(
    dist: str | None,
    low: float | None,
    high: float | None,
    values: Sequence[float] | None = None,
    chances: Sequence[float] | None = None,
) -> float | None:
    """Return the median of a distribution whose central value that is; None for others, or where
    its ends are not given.
    """
    if dist == "discrete":
        return _middle(values or [], chances)
    if dist not in MEDIAN or low is None or high is None:
        return None
    if dist == "normal":
        return (low + high) / 2
    return math.sqrt(low * high) if min(low, high) > 0 else None


def _middle(values: Sequence[float], chances: Sequence[float] | None) -> float | None:
    """Return the median of a list; None where chances and values do not fit."""
    weights = list(chances) if chances is not None else [1.0] * len(values)
    if not weigh(values, weights):
        return None
    order = sorted(range(len(values)), key=lambda place: values[place])
    rising, weighed = [values[at] for at in order], [weights[at] for at in order]
    return float(chosen(np.array([0.5 - 1e-12]), rising, weighed)[0])


def ends(dist: str | None, low: float, high: float) -> tuple[float, float]:
    """Return the lowest and the highest number that is drawn."""
    if dist not in MEDIAN:
        return low, high
    least, most = np.array([[low]]), np.array([[high]])
    lowest, highest = quantiles(dist, np.array([[0.0, 1.0]]), least, most, least)[0]
    return float(lowest), float(highest)


def weigh(values: Sequence[float], chances: Sequence[float]) -> bool:
    """Tell whether chances can be those of values."""
    return 0 < len(chances) == len(values) and min(chances) >= 0 < max(chances)


def _normal(u: Floats, low: Floats, high: Floats) -> Floats:
    from scipy.special import ndtri  # reading a scenario needs no scipy

    scores = np.clip(ndtri(u), -REACH, REACH)
    spread: Floats = (low + high) / 2 + (high - low) / (2 * OUTER) * scores
    return spread


def _logs(values: Floats) -> Floats:
    return np.array([math.log(each) for each in values.ravel().tolist()]).reshape(values.shape)


def _exponential(values: Floats) -> Floats:
    return np.array([math.exp(each) for each in values.ravel().tolist()]).reshape(values.shape)
