"""Write limits, numbers and shares in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.analysis.discovery.tree import Limit
from sim.scenario.suggestions import listed


def limit_in_words(limit: Limit, span: float, names: Sequence[str]) -> str:
    """Write a limit in words; `span` is how far the factor's values lie apart, `names` what it may
    be where it is not numbers.
    """
    out = [each for each in names if each not in limit.values]
    if names:
        return (
            f"{limit.factor} is not {out[0]}"
            if len(out) == 1 < len(limit.values)
            else f"{limit.factor} is {listed(limit.values)}"
        )
    low, high = (number(each, span) for each in (limit.low, limit.high))
    if math.isinf(limit.low) or math.isinf(limit.high):
        return (
            f"{limit.factor} is below {high}"
            if math.isinf(limit.low)
            else f"{limit.factor} is above {low}"
        )
    return f"{limit.factor} is between {low} and {high}"


def number(value: float, span: float) -> str:
    """Write a number to three significant digits, or more where it would move by over a hundredth
    of the span.
    """
    digits = (float(f"{value:.{each}g}") for each in range(3, 17))
    return f"{next((each for each in digits if abs(each - value) <= span / 100), value):,.15g}"


def percent(share: float) -> str:
    """Write a share; only nothing is 0 %, and only all is 100 %."""
    if 0 < share < 0.005:
        return "less than 1 %"
    return "over 99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"
