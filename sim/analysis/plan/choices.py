"""Hold what is chosen: a number, the month of an event, the plants of a programme, or nothing at
all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.scenario.quantity import month_label

GRID, FINER = 16, 17
"""Parts into which the range of a number is cut first, and then the part in which the answer lies.
"""
EVERY = 6
"""Months between those tried first."""


@dataclass(frozen=True)
class Numbers:
    """Choose a number between two, to a tolerance."""

    path: str
    low: float
    high: float
    tolerance: float
    """Share of the range"""
    unit: str = ""
    """The currency, of a budget; of a rate what it counts, in the time base of the file"""
    least, greatest, first = "least", "greatest", "lowest"

    @property
    def ends(self) -> tuple[str, str]:
        """Write where the search begins and ends."""
        return rounded(self.low), self.name(self.high)

    def grid(self) -> list[float]:
        """List the numbers to begin with, ascending."""
        return [*_even(self.low, self.high, GRID), self.high]

    def between(self, low: float, high: float) -> list[float]:
        """List the numbers to try between two; none where these are near enough."""
        return (
            []
            if high - low <= self.tolerance * (self.high - self.low)
            else _even(low, high, FINER)[1:]
        )

    @property
    def most(self) -> int:
        """Count the numbers that may have to be tried."""
        rounds = max(math.ceil(math.log(1 / (GRID * self.tolerance), FINER)), 0)
        return GRID + 1 + rounds * (FINER - 1)

    def value(self, key: float) -> float:
        """Give what the scenario is set to."""
        return key

    def name(self, key: float) -> str:
        """Write a number with four digits, and its unit."""
        return f"{rounded(key)} {self.unit}".rstrip()

    def step(self, size: float) -> str:
        """Write how far apart two numbers are."""
        return rounded(size, 3)

    def place(self, key: float) -> float:
        """Give its place on an axis."""
        return key


@dataclass(frozen=True)
class Months:
    """Choose the month of an event between two, both counted since year 0."""

    path: str
    low: int
    high: int
    start: int
    """The first month of the run"""
    least, greatest, first = "earliest", "latest", "first"

    @property
    def ends(self) -> tuple[str, str]:
        """Write where the search begins and ends."""
        return self.name(self.low), self.name(self.high)

    def grid(self) -> list[int]:
        """List the months to begin with, ascending."""
        return [*range(self.low, self.high, EVERY), self.high]

    def between(self, low: int, high: int) -> list[int]:
        """List the months between two."""
        return list(range(low + 1, high))

    @property
    def most(self) -> int:
        """Count the months that may have to be tried."""
        return len(self.grid()) + EVERY - 1

    def value(self, key: int) -> str:
        """Give what the scenario is set to."""
        return month_label(key)

    def step(self, size: float) -> str:
        """Write how far apart two months are."""
        return f"{size:.0f} month{'' if size == 1 else 's'}"

    def name(self, key: int) -> str:
        """Write a month."""
        return month_label(key)

    def place(self, key: int) -> float:
        """Give its place on an axis: months since the start of the run."""
        return key - self.start


@dataclass(frozen=True)
class Plants:
    """Choose among a programme's candidates."""

    path: str
    candidates: Mapping[str, Mapping[str, Any]]
    """Each as the scenario has it"""
    awaited: frozenset[str]
    """Those whose completion events wait for"""
    bearing: tuple[str, ...]
    """Those that make what the goal speaks of, or what goes into it"""

    @property
    def names(self) -> tuple[str, ...]:
        """Name all candidates."""
        return tuple(self.candidates)

    def value(self, key: Sequence[str]) -> dict[str, Any]:
        """Give what the scenario is set to: others than these are not there at all.

        One that may add no capacity would still count where a gap is shared out, so that leaving it
        there changes what the others get. But a programme has candidates, and what an event waits
        for must be there: these may add nothing.
        """
        stay = {name for name in self.names if name in key or name in self.awaited or not key}
        return {
            name: dict(self.candidates[name]) | ({} if name in key else {"max_capacity": 0})
            for name in self.names
            if name in stay
        }

    def name(self, key: Sequence[str]) -> str:
        """Name the plants of a set."""
        return ", ".join(key) or "none"

    def place(self, key: Sequence[str]) -> float:
        """Give its place on an axis."""
        return len(key)


@dataclass(frozen=True)
class AsItIs:
    """Choose nothing: the scenario as it is, of which the month is sought, counted since year 0."""

    seed: int
    start: int
    """The first month of the run"""
    path = "seed"

    def value(self, _: int) -> int:
        """Give what the scenario is set to: its own seed."""
        return self.seed

    def name(self, key: int) -> str:
        """Write a month."""
        return month_label(key)

    def place(self, key: int) -> float:
        """Give its place on an axis: months since the start of the run."""
        return key - self.start


def rounded(number: float, digits: int = 4) -> str:
    """Write a number with so many digits that count, and commas: 5,037."""
    return f"{float(f'{number:.{digits}g}'):,.10g}"


def _even(low: float, high: float, parts: int) -> list[float]:
    """List the beginnings of equal parts."""
    return [low + (high - low) * each / parts for each in range(parts)]
