"""Lay out what became of needs as rows of a table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Buyer = tuple[str, str]
"""(state, product)"""

FATES = ("home", "ally", "outside", "leakage", "old", "dropped", "unmet")
"""The first five stand for groups of suppliers. A fate's code is its place."""


class Row(NamedTuple):
    """Hold a row of the table; see `fates` for the columns."""

    state: str
    product: str
    year: str
    fate: str
    probability: float
    reached: float
    month_p05: str
    month_p50: str
    month_p95: str
    by: str
    by_share: float


@dataclass(frozen=True)
class Ending:
    """Say in which share of the members substitution was reached, by which months, and by whom."""

    reached: float
    months: tuple[str, str, str]
    """By which 5, 50, 95 % of the members had reached it"""
    by: Mapping[str, tuple[str, float]]
    """Fate -> the state of this group that most often did it, and in which share of those that
    reached it"""


@dataclass(frozen=True, eq=False)
class Story:
    """Hold what became of one need: codes of fates [years, members], the labels of the years, and
    how it ended.
    """

    buyer: Buyer
    codes: Ints
    years: list[str]
    ending: Ending


NO_ENDING = Ending(math.nan, ("", "", ""), {})
"""What the rows of calendar years have of an ending."""


def rows_of(story: Story) -> Iterator[Row]:
    """Lay a story out, a row a year and fate; the last year is the end."""
    codes = np.arange(len(FATES))[:, None, None]
    shares = (story.codes == codes).mean(axis=2).T.tolist()
    for year, label in enumerate(story.years):
        end = story.ending if year == len(story.years) - 1 else NO_ENDING
        for probability, fate in zip(shares[year], FATES, strict=True):
            by, share = end.by.get(fate, ("", math.nan))
            yield Row(*story.buyer, label, fate, probability, end.reached, *end.months, by, share)
