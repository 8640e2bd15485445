"""Say how often intervals of forecasts contained what happened, as the last full backtest found.

`held.csv` beside this file has what `sim backtest` found over all shipped cases and precedents when
it was last run in full. If 90 % intervals contained 88 % of the outcomes, say, a reader should read
a 90 % interval as one of 88 %.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

TABLE = "held.csv"
LEVEL = 90
"""The interval that headlines give."""


class Held(NamedTuple):
    """Hold how many outcomes the intervals of a level held."""

    forecasts: str
    """Of what: cases, or precedents"""
    level: int
    """Percent"""
    inside: int
    known: int
    """Outcomes that are known to lie inside or outside"""
    low: float
    """The share's 95 % interval from resampling clusters"""
    high: float
    clusters: int
    """Groups of which at least one outcome is known"""

    @property
    def share(self) -> float:
        """Return the share of outcomes that the intervals held."""
        return self.inside / self.known

    @property
    def sentence(self) -> str:
        """Write it in full."""
        noun = "observations" if self.forecasts == "cases" else "milestones"
        group = "cases" if self.forecasts == "cases" else "clusters"
        held = f"{self.level} % intervals held {self.inside} of {self.known} {noun} of"
        if self.clusters == 1:
            return f"{held} one {group.removesuffix('s')}, {self.share:.0%}."
        return (
            f"{held} {self.clusters} {group}, {self.share:.0%} (resampling {group} {self.low:.0%}"
            f" to {self.high:.0%}): read them as {self.share:.0%}."
        )

    @property
    def short(self) -> str:
        """Write it in the few words that stand beside an interval."""
        return (
            f"in the backtest, {self.level} % intervals held {self.inside} of {self.known} outcomes"
        )


@lru_cache
def held_by() -> dict[tuple[str, int], Held]:
    """Return what the last full backtest found, by forecasts (cases, precedents) and level."""
    text = (files("sim.assess") / TABLE).read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    found = [
        Held(
            row["forecasts"],
            int(row["level"]),
            int(row["inside"]),
            int(row["known"]),
            float(row["low"]),
            float(row["high"]),
            int(row["clusters"]),
        )
        for row in rows
    ]
    return {(each.forecasts, each.level): each for each in found}


def beside_intervals() -> str:
    """Return the words that stand beside the intervals of headlines."""
    return held_by()["cases", LEVEL].short
