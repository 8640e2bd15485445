"""Make the forecasts to beat: plan, twice the plan, a logistic fixed beforehand, span of other
cases.
"""

from __future__ import annotations

import math

import numpy as np

from sim.precedents.scores import HORIZON, Cdf
from sim.precedents.tails import Floats

HALF, NINE_TENTHS = 30.0, 48.0
"""The naive logistic: months in which half and nine tenths of all milestones have come, wherever
one looks. Half is the middle of the two to three years that officials like to give; nothing is
fitted."""


def logistic(months: Floats) -> Floats:
    """Return the chance of having come after so many months, nothing before 0 (Fisher and Pry
    1971).
    """
    share = 1.0 / (1.0 + np.exp(-(months - HALF) * math.log(9.0) / (NINE_TENTHS - HALF)))
    return np.where(months < 0, 0.0, share)


def span_rule(others: Floats) -> Cdf:
    """Return the span rule: from the shortest to the longest of other cases, their median the
    likeliest.

    It is what is written down where one has cases and no method: low, middle, high. Its ends are
    the outliers, so it gets worse as cases are added. Without two cases it spans everything up to
    the horizon.
    """
    from scipy.stats import triang

    low, middle, high = 0.0, HORIZON / 2, HORIZON
    if others.size > 1 and others.min() < others.max():
        low, middle, high = float(others.min()), float(np.median(others)), float(others.max())
    mode = (middle - low) / (high - low)
    return lambda months: np.asarray(triang.cdf(months, mode, loc=low, scale=high - low))
