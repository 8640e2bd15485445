"""Draw parts of wide worlds: numbers, months, names."""

from __future__ import annotations

from random import Random
from typing import Any

Tree = dict[str, Any]
STATES = ("AAA", "BBB", "CCC", "DDD")
PRODUCTS = ("steel", "gun", "tank")
MONTHS = 26
START = 2014 * 12 + 2


def month(place: int) -> str:
    """Write a month, counted from the start."""
    return f"{(START + place) // 12}-{(START + place) % 12 + 1:02d}"


def when(rng: Random, first: int, last: int) -> str:
    # of few months, so that things happen in one
    return month(rng.choice(range(first, last + 1, 3)))


def number(rng: Random, *values: float) -> Any:
    """Return one of these numbers, mostly bare, or one that members draw."""
    value = rng.choice(values)
    if rng.random() < 0.75 or not value:
        return value
    low, high = sorted((value, rng.choice([each for each in values if each] or [value])))
    return {"value": value, "low": low, "high": high, "dist": rng.choice(["triangular", "uniform"])}


def some(rng: Random, names: Any, most: int = 3) -> list[str]:
    return rng.sample(list(names), rng.randint(1, min(most, len(names))))


def maybe(rng: Random, chance: float, **keys: Any) -> Tree:
    """Return some of these keys, each with this chance."""
    return {key: make() for key, make in keys.items() if rng.random() < chance}
