"""Search for the choice that is just enough: an edge among ordered choices, or a small set of
plants.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise
from math import comb, isfinite
from typing import Any, Literal, NamedTuple

from sim.analysis.plan.choices import AsItIs, Months, Numbers, Plants
from sim.analysis.plan.trials import Attempts, Tried

MOST_SETS = 256
"""Sets of plants that are tried before single plants are left out, one after the other."""

Way = Literal["least", "greatest", "any", "between", "none", "smallest", "minimal", "date"]


class Found(NamedTuple):
    """Hold what a search came to."""

    way: Way
    """Of ordered choices: least, all above it pass as well; greatest, all below it; any, both ends
    pass; between, neither; none. Of sets: smallest, no smaller one passes; minimal, none of its
    plants can be left out. date: nothing was chosen"""
    answer: Any = None
    """None: nothing that was tried is enough"""
    is_steady: bool = True
    """Whether what passes lies together: on one side, all of it or, where neither end passes, in
    one stretch"""
    step: float = 0.0
    """From the answer to the next choice that was tried and does not pass"""


def edge(attempts: Attempts, choice: Numbers | Months) -> Found:
    """Find where ordered choices begin or cease to pass: try a grid, then more and more finely
    where that changes.
    """
    attempts.most = choice.most
    fresh: Sequence[Any] = choice.grid()
    while True:
        attempts.run(fresh)
        order = sorted(attempts.tried)
        found, bracket = _edge(order, [attempts.passes(key) for key in order])
        fresh = choice.between(*bracket) if bracket else []
        if not fresh:
            return found


def _edge(order: Sequence[Any], passes: Sequence[bool]) -> tuple[Found, tuple[Any, Any] | None]:
    """Say where choices in their order begin or cease to pass, and between which two of them that
    lies.
    """
    changes = sum(one != other for one, other in pairwise(passes))
    if passes[0] and passes[-1]:
        return Found("any", order[0], changes == 0), None
    if not any(passes):
        return Found("none"), None
    if passes[0]:
        last = passes.index(False) - 1
        return Found("greatest", order[last], changes == 1, order[last + 1] - order[last]), (
            order[last],
            order[last + 1],
        )
    # of all that fail, the last; where the high end fails as well, the one before the first that
    # passes
    last = (
        len(passes) - 1 - list(reversed(passes)).index(False)
        if passes[-1]
        else passes.index(True) - 1
    )
    step = order[last + 1] - order[last]
    if passes[-1]:
        return Found("least", order[last + 1], changes == 1, step), (order[last], order[last + 1])
    return Found("between", order[last + 1], changes == 2, step), (order[last], order[last + 1])


def smallest(attempts: Attempts, plants: Plants) -> Found:
    """Find a set of plants that passes with as few of them as possible, of equally small ones the
    cheapest.

    Plants that have no bearing on the goal are left out together, if that does no harm. Sets of the
    others are tried by size, as long as there are at most MOST_SETS of them; then one plant after
    the other is left out, each time the one without which most members still reach the goal.
    """
    whole, bearing = plants.names, plants.bearing
    attempts.most = 2 + _count(len(bearing), MOST_SETS)
    attempts.run([whole, bearing])
    start = bearing if attempts.passes(bearing) else whole
    if not attempts.passes(start):
        return Found("none")
    left = MOST_SETS
    for size in range(len(start)):
        left -= comb(len(start), size)
        if left < 0:
            return _reduced(attempts, start, size)
        sets = list(combinations(start, size))
        attempts.run(sets)
        if passing := [each for each in sets if attempts.passes(each)]:
            return Found(
                "smallest", min(passing, key=lambda each: (attempts.tried[each].cost[1], each))
            )
    return Found("smallest", start)


def _reduced(attempts: Attempts, start: tuple[str, ...], too_few: int) -> Found:
    """Leave out one plant after the other; sets of fewer than `too_few` are known not to pass."""

    def worth(key: tuple[str, ...]) -> tuple[float, float, tuple[str, ...]]:
        return -attempts.tried[key].share, attempts.tried[key].cost[1], key

    found = start
    while len(found) > too_few:
        sets = list(combinations(found, len(found) - 1))
        attempts.run(sets)
        passing = [each for each in sets if attempts.passes(each)]
        if not passing:
            return Found("minimal", found)
        found = min(passing, key=worth)
    return Found("smallest", found)


def first_month(attempts: Attempts, choice: AsItIs) -> tuple[Found, dict[int, Tried]]:
    """Find the first month by which the scenario as it is reaches the goal; also tell how likely it
    does by each month.
    """
    attempts.most = 1
    attempts.run([choice.start])
    tried, goal = attempts.tried[choice.start], attempts.goal
    count = len(tried.months)
    by_month = {
        choice.start + month: Tried(
            sum(each <= month for each in tried.months) / count, tried.months, tried.cost
        )
        for month in range(attempts.scenario.months)
    }
    month = goal.quantile(tried.months)
    return Found("date", choice.start + int(month) if isfinite(month) else None), by_month


def _count(plants: int, most: int) -> int:
    """Count the sets that may have to be tried."""
    tried = 0
    for size in range(plants):
        if tried + comb(plants, size) > most:
            return tried + plants * (plants + 1) // 2
        tried += comb(plants, size)
    return tried
