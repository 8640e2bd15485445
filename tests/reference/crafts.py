"""What a factory learns, asks for its goods, and how far it runs beyond its capacity: equations,
6.2, 7 and 11."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import log2
from typing import TYPE_CHECKING, Any

from tests.reference.things import total

if TYPE_CHECKING:
    from tests.reference.things import Line


DUST = 1e-9
"""A share below this of what was asked for is rounding."""


def at_cost(line: Line) -> float:
    """Ask what a unit costs."""
    return line.cost


def mark_up(line: Line, share: float) -> float:
    """Ask a share more."""
    return line.cost * (1.0 + share)


def scarcity(line: Line, premium: float = 0.5, most: float = 1.0) -> float:
    """Ask more the more is asked for than can be shipped."""
    asked = line.asked_for
    if asked - line.offer <= DUST * line.offer:
        return line.cost
    missing = (asked - line.offer) / line.offer if line.offer > 0 else float("inf")
    return line.cost * (1.0 + min(premium * missing if premium > 0 else 0.0, most))


def no_overtime(line: Line) -> float:
    """Never run beyond capacity."""
    return 1.0


def ario(
    line: Line, most: float = 1.25, months: float = 12.0, counts_surplus: bool = False
) -> float:
    """Return next month's overtime: faster up the more is missing, down when nothing is."""
    asked = line.asked_for
    missing = (asked - line.output) / asked if asked > 0 else 0.0
    if missing > DUST or (counts_surplus and missing < -DUST):
        return max(line.overtime + (most - line.overtime) * missing / months, 1.0)
    return line.overtime + (1.0 - line.overtime) / months


PRICING: Mapping[str, Callable[..., float]] = {
    "at_cost": at_cost,
    "mark_up": mark_up,
    "scarcity": scarcity,
}
OVERTIME: Mapping[str, Callable[..., float]] = {"none": no_overtime, "ario": ario}


def crawford(line: Line, month: int, **parameters: Any) -> None:
    """Let the next unit cost less with each doubling of experience."""
    _learn(line, month, _crawford_cost, **parameters)


def wright(line: Line, month: int, **parameters: Any) -> None:
    """Let all units so far cost less on average with each doubling."""
    _learn(line, month, _wright_cost, **parameters)


LEARNING: Mapping[str, Callable[..., None]] = {"crawford": crawford, "wright": wright}


def gain_experience(lines: Sequence[Line]) -> None:
    """Add the month's output."""
    for line in lines:
        line.experience += line.output
        line.known = line.experience
        if line.first_lot == 0:
            line.first_lot = line.capacity * line.yield_ / 30


def _learn(
    line: Line,
    month: int,
    cost: Callable[[float, float, float], float],
    *,
    batch: bool = False,
    forgetting: float = 0.0,
    spill_over: float = 0.0,
    sisters: str = "all",
    experience_share: float = 1.0,
    growth: float = 0.1,
    best_yield: float | None = None,
) -> None:
    """Set the cost and the yield of the next month from what the line and its sisters know."""
    if line.learning_rate <= 0 or line.first_lot <= 0:
        return
    slope = log2(1.0 - min(line.learning_rate, 0.99))
    line.experience -= (line.experience - line.output) * (1.0 - (1.0 - forgetting) ** (1 / 12))
    others = [
        each
        for each in line.sisters
        if each is not line and (sisters == "all" or each.state == line.state)
    ]
    first, lot = (
        next_lot(line, own) + spill_over * total(theirs) / line.first_lot
        for own, theirs in (
            (line.first_experience, [each.first_experience for each in others]),
            (line.experience, [each.known for each in others]),
        )
    )
    made = max(line.output / line.first_lot, 1.0) if batch else 0.0
    start = cost(first, 1.0 if batch else 0.0, slope)
    fall = (cost(lot, made, slope) / start) ** experience_share
    fall *= (1.0 + growth) ** (slope * (1.0 - experience_share) * (month + 1) / 12)
    line.unit_cost = line.first_unit_cost * fall
    if best_yield is not None:
        best = max(best_yield, line.first_yield)
        line.yield_ = best - (best - line.first_yield) * fall


def next_lot(line: Line, experience: float) -> float:
    """Return which lot comes next, 1 the first: of what was made before the start one counts at
    least, and no less is left of it all."""
    known = experience + max(line.first_lot - line.first_experience, 0.0)
    return max(known / line.first_lot, 1.0)


def _crawford_cost(lot: float, made: float, slope: float) -> float:
    """Return what the next lot costs against the first, or so many lots on average."""
    if made > 0:
        power = 1.0 + slope
        return ((lot + made - 0.5) ** power - (lot - 0.5) ** power) / (power * made)
    return lot**slope


def _wright_cost(lot: float, made: float, slope: float) -> float:
    made = made or 1.0
    power = 1.0 + slope
    return ((lot + made - 1.0) ** power - (lot - 1.0) ** power) / made
