"""Hold how well forecasts did against outcomes, as a table and as text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.assess.observation import Observation
from sim.kernels.arrays import Floats
from sim.report.card import Card, Shown
from sim.report.charts.wording import counted
from sim.report.statistics import spread
from sim.rng import uniforms
from sim.scenario.quantity import month_label

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, str | float]
KNOWN = (
    "Left out is what a category's own history says of lead times, ramp-up and cost, and what"
    " precedents of its own cluster say. Known"
    " beforehand all the same: the events and their months, the money, falls of need, how leakage"
    " ended, the most that a candidate may add, and what goes into what."
)
"""What the forecasts still know of history."""
LEVELS = (5, 25, 50, 75, 95)
TOLD = ("category", "metric", "date", "kind", "unit", "reading")
ADDED = ("reading", "class", "measure", "seen", "pit", "twice_plan", "crps_twice_plan")
"""Columns that came later and stand last."""
COLUMNS = (
    *("category", "metric", "date", "kind", "unit", "outcome", "low", "high"),
    *("p05", "p25", "p50", "p75", "p95", "plan", "naive", "in50", "in90", "bias"),
    *("crps_model", "crps_plan", "crps_naive", "best"),
    *ADDED,
)
"""Columns of the table, also of one without a row."""
INTERVALS = (50, 90)
"""Central intervals, in percent, that are to cover outcomes."""
FORECASTS = ("model", "plan", "twice_plan", "naive")
SHOWN = (
    "category",
    "metric",
    "date",
    "outcome",
    "p05",
    "p50",
    "p95",
    "plan",
    "twice_plan",
    "naive",
    "in50",
    "in90",
)
SHOWN_SCORES = tuple(f"crps_{name}" for name in FORECASTS)


class Rivals(NamedTuple):
    """Hold the point forecasts to beat; NaN where one says nothing."""

    plan: float
    twice_plan: float
    """What the plan comes to if all takes twice as long."""
    naive: float
    """The logistic's."""


@dataclass(frozen=True, eq=False)
class Score:
    """Hold an outcome with its forecasts, in its unit, or in months since year 0 for a date."""

    outcome: Observation
    samples: Floats
    """[members], the model's"""
    rivals: Rivals
    last: float
    """What is not reached within the run counts as reached in this month, the first after it."""
    kind: str = ""
    """The class of precedents of what is made; empty: not known."""

    @cached_property
    def row(self) -> dict[str, str | float]:
        """Lay the score out as a row; what carries a date is text, YYYY-MM."""
        low, value, high = self.outcome.band
        found = spread(self.samples, range(self.samples.size), LEVELS)
        quantiles = {level: float(found[f"p{level:02d}"]) for level in LEVELS}
        row: dict[str, str | float] = {name: getattr(self.outcome, name) for name in TOLD}
        row |= {"class": self.kind, "measure": self.outcome.measure}
        row |= {"seen": "no" if self.outcome.is_open else "yes"}
        for name, number in (("outcome", value), ("low", low), ("high", high)):
            row[name] = self.outcome.value if self.outcome.is_open else self.written(number)
        for level, number in quantiles.items():
            row[f"p{level:02d}"] = self.written(number)
        row |= {name: self.written(number) for name, number in self.rivals._asdict().items()}
        for level in INTERVALS:
            least, most = quantiles[50 - level // 2], quantiles[50 + level // 2]
            row[f"in{level}"] = self._held(least, most)
        row |= {"bias": float(found["mean"]) - value, "pit": self.pit} | self._errors(value)
        return row

    @property
    def pit(self) -> float:
        """Return the randomised probability integral transform: a draw, by the outcome's name, from
        the shares of members below the outcome and up to it (Czado, Gneiting and Held 2009).

        A disputed outcome lies anywhere in its band, one that has not come anywhere beyond its
        month.
        """
        low, _, high = self.outcome.band
        below = float((self.samples < low).mean())
        upto = 1.0 if self.outcome.is_open else float((self.samples <= high).mean())
        name = f"pit.{self.outcome.category}.{self.outcome.metric}.{self.outcome.date}"
        drawn = float(uniforms(0, name, (1,))[0, 0])
        return below + drawn * (upto - below)

    def _held(self, least: float, most: float) -> str:
        """Say whether an interval holds the outcome, of a date by the months that are written;
        nothing where nobody knows.
        """
        low, _, high = self.outcome.band
        if self.outcome.is_date:
            least, most = round(least), round(most)
        if self.outcome.is_open:
            return "no" if most < low else ""
        return "yes" if least <= high and low <= most else "no"

    def _errors(self, value: float) -> dict[str, str | float]:
        """Score each forecast against the value, and name the best."""
        is_open = self.outcome.is_open
        errors = {"model": crps(self.samples, value, is_open)}
        for name, number in self.rivals._asdict().items():
            errors[name] = crps(np.array([number]), value, is_open)
        known = [name for name in errors if not math.isnan(errors[name])]
        row: dict[str, str | float] = {f"crps_{name}": error for name, error in errors.items()}
        return row | {"best": min(known, key=errors.__getitem__)}

    def written(self, number: float) -> str:
        """Write a forecast or an outcome as a person would."""
        if math.isnan(number) or not self.outcome.is_date:
            return _plain(number)
        return (
            f"after {month_label(int(self.last) - 1)}"
            if number >= self.last
            else month_label(round(number))
        )


@dataclass(frozen=True, eq=False, repr=False)
class Backtest(Shown):
    """Hold the scores, and the outcomes that are not scored with the reason."""

    scores: tuple[Score, ...]
    unscored: tuple[tuple[Observation, str], ...]
    fits: str = ""
    """Which precedents the forecasts were made without, in words"""

    @cached_property
    def table(self) -> pd.DataFrame:
        """Lay the scores out as a frame, a row an outcome."""
        import pandas as pd

        return pd.DataFrame([score.row for score in self.scores], columns=list(COLUMNS))

    def card(self) -> Card:
        """Return what is shown of it at a glance: how well intervals hold, and single outcomes."""
        import pandas as pd

        seen = [score.row for score in self.scores if score.outcome.kind != "claim"]
        held = "; ".join(_covered(seen, level) for level in INTERVALS)
        shown = ["metric", "date", "outcome", "p05", "p50", "p95", "best"]
        return Card.of_frame(
            f"Backtest: {counted(len(seen), 'observed outcome')}",
            f"{held}; the first of them:",
            pd.DataFrame(seen, columns=shown),
            "scores, unscored, text, table",
        )

    @property
    def text(self) -> str:
        """Write the scores, the totals and what is not scored; observations and claims apart."""
        lines = []
        for title, kinds in (
            ("Observed", ("observed", "milestone")),
            ("Claimed by officials or experts", ("claim",)),
        ):
            rows = [score.row for score in self.scores if score.outcome.kind in kinds]
            header = [*SHOWN, *(name.replace("crps_", "CRPS ") for name in SHOWN_SCORES)]
            lines += [f"### {title}", "", *_grid(header, map(_cells, rows)), "", *_totals(rows), ""]
        reasons: dict[str, list[str]] = {}
        for outcome, reason in self.unscored:
            reasons.setdefault(reason, []).append(f"{outcome.category} {outcome.metric}")
        lines += ["### Not scored", ""] if reasons else []
        lines += [
            f"- {reason} ({len(rows)}): {', '.join(dict.fromkeys(rows))}"
            for reason, rows in reasons.items()
        ]
        return "\n".join(
            [*lines, *([""] if reasons else []), KNOWN, *([self.fits] if self.fits else [])]
        )


def crps(samples: Floats, outcome: float, is_open: bool = False) -> float:
    """Return the continuous ranked probability score of an ensemble [members]: mean |x - y| less
    half the mean |x - x'|; 0 is the best.

    Both means are over all members and pairs, so it is the exact score of the ensemble's step
    function (Gneiting and Raftery 2007). Of an outcome that had not come by then, `is_open`, the
    integral of F squared up to it (Avati et al. 2020): the same with members beyond it moved to it.
    """
    ordered = np.sort(np.minimum(samples, outcome) if is_open else samples)
    count = ordered.size
    gaps = float(np.sum(np.diff(ordered) * np.arange(1, count) * np.arange(count - 1, 0, -1)))
    return float(np.abs(ordered - outcome).mean()) - gaps / count**2


def _cells(row: Row) -> list[str]:
    """Write a row of scores in the columns that are shown."""
    return [
        *(str(row[name]) for name in SHOWN),
        *(_plain(float(row[name])) for name in SHOWN_SCORES),
    ]


def _plain(number: float) -> str:
    """Write a number with three digits, nothing for NaN; rounding noise is 0."""
    return "" if math.isnan(number) else f"{number if abs(number) > 1e-9 else 0.0:.3g}"


def _totals(rows: Sequence[Row]) -> list[str]:
    """Count what the intervals cover, and average the scores over outcomes of one unit."""
    if not rows:
        return ["Nothing scored."]
    covered = [_covered(rows, level) for level in INTERVALS]
    best = [f"{name} {sum(row['best'] == name for row in rows)}" for name in FORECASTS]
    units = dict.fromkeys(str(row["unit"]) for row in rows)
    header = ["unit", "outcomes", "bias", *(f"CRPS {name}" for name in FORECASTS)]
    return [
        "; ".join(covered) + f". Best score: {', '.join(best)}.",
        "",
        *_grid(header, (_means(unit, rows) for unit in units)),
    ]


def _covered(rows: Sequence[Row], level: int) -> str:
    known = [row[f"in{level}"] for row in rows if row[f"in{level}"]]
    return f"{level} % intervals cover {known.count('yes')} of {len(known)} outcomes"


def _means(unit: str, rows: Sequence[Row]) -> list[str]:
    """Average the scores of the outcomes of one unit, as cells."""
    some = [row for row in rows if row["unit"] == unit]
    keys = ("bias", *(f"crps_{name}" for name in FORECASTS))
    means = [float(np.mean([float(row[key]) for row in some])) for key in keys]
    return ["months" if unit == "date" else unit, str(len(some)), *map(_plain, means)]


def _grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lay cells out as a table in Markdown."""
    return ["| " + " | ".join(cells) + " |" for cells in (header, ["---"] * len(header), *rows)]
