"""Score the model against what happened, out of sample: each category is forecast without its own
documented cases.

Scored are numbers and dates that records can tell; what is only said is kept apart from what is
observed. Two point forecasts are to be beaten: the officially announced plan, and a logistic whose
numbers were fixed beforehand.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sim.assess.outcomes import Outcome, Past, read_cases, read_outcomes
from sim.engine.load import load
from sim.engine.run import run
from sim.experiments.beside import files_beside
from sim.experiments.left_out import leave_out
from sim.kernels.sums import Floats
from sim.report.statistics import spread
from sim.scenario.quantity import month_label, month_number
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd

Given = Scenario | str | os.PathLike[str]
PLANNED = "2014"
"""The last year in which a plan counts as a forecast: later ones knew more."""
KNOWN = (
    "Left out is what a category's own history says of lead times, ramp-up and cost, and what"
    " precedents of its own cluster say. Known"
    " beforehand all the same: the events and their months, the money, falls of need, how leakage"
    " ended, the most that a candidate may add, and what goes into what."
)
"""What the forecasts still know of history."""
LEVELS = (5, 25, 50, 75, 95)
FORECASTS = ("model", "plan", "naive")
SHOWN = (
    "category",
    "metric",
    "date",
    "outcome",
    "p05",
    "p50",
    "p95",
    "plan",
    "naive",
    "in50",
    "in90",
)
SHOWN_SCORES = ("crps_model", "crps_plan", "crps_naive")


@dataclass(frozen=True, eq=False)
class Score:
    """Hold an outcome with its forecasts, in its unit, or in months since year 0 for a date."""

    outcome: Outcome
    samples: Floats
    """[members], the model's"""
    plan: float
    naive: float
    """NaN where the logistic says nothing."""
    last: float
    """What is not reached within the run counts as reached in this month, the first after it."""

    @cached_property
    def row(self) -> dict[str, str | float]:
        """Lay the score out as a row; what carries a date is text, YYYY-MM."""
        low, value, high = self.outcome.band
        quantiles = {
            name: float(each)
            for name, each in spread(self.samples, range(self.samples.size), LEVELS).items()
        }
        inside = {
            level: (
                quantiles[f"p{50 - level // 2:02d}"] <= high
                and low <= quantiles[f"p{50 + level // 2:02d}"]
            )
            for level in (50, 90)
        }
        errors = {
            "model": crps(self.samples, value),
            "plan": abs(self.plan - value),
            "naive": abs(self.naive - value),
        }
        what = {
            name: getattr(self.outcome, name)
            for name in ("category", "metric", "date", "kind", "unit")
        }
        return {
            **what,
            **{
                name: self.written(each)
                for name, each in (("outcome", value), ("low", low), ("high", high))
            },
            **{f"p{level:02d}": self.written(quantiles[f"p{level:02d}"]) for level in LEVELS},
            "plan": self.written(self.plan),
            "naive": self.written(self.naive),
            **{f"in{level}": "yes" if hit else "miss" for level, hit in inside.items()},
            "bias": quantiles["mean"] - value,
            **{f"crps_{name}": error for name, error in errors.items()},
            "best": min(
                (name for name in errors if not math.isnan(errors[name])), key=errors.__getitem__
            ),
        }

    def written(self, number: float) -> str:
        """Write a forecast or an outcome as a person would."""
        if math.isnan(number) or not self.outcome.is_date:
            return _plain(number)
        return (
            f"after {month_label(int(self.last) - 1)}"
            if number >= self.last
            else month_label(round(number))
        )


@dataclass(frozen=True, eq=False)
class Backtest:
    """Hold the scores, and the outcomes that are not scored with the reason."""

    scores: tuple[Score, ...]
    unscored: tuple[tuple[Outcome, str], ...]

    @cached_property
    def table(self) -> pd.DataFrame:
        """Lay the scores out as a frame, a row an outcome."""
        import pandas as pd

        return pd.DataFrame([score.row for score in self.scores])

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
        lines += ["### Not scored", ""]
        lines += [
            f"- {reason} ({len(rows)}): {', '.join(dict.fromkeys(rows))}"
            for reason, rows in reasons.items()
        ]
        return "\n".join([*lines, "", KNOWN])


def backtest(
    scenario: Given = "scenarios/baseline.yaml",
    *,
    members: int | None = None,
    months: int | None = None,
    seed: int | None = None,
    announced: Given | None = None,
    outcomes: str | os.PathLike[str] | None = None,
    cases: str | os.PathLike[str] | None = None,
) -> Backtest:
    """Score a scenario against outcomes, each category forecast from the documented cases of the
    others.

    `announced` is the scenario of the plans, `outcomes` and `cases` are files; by default they
    stand beside the scenario, as `announced_plan.yaml`, `data/outcomes.csv` and `data/cases.csv`.
    Raises InputError where one is missing or faulty.
    """
    world = scenario if isinstance(scenario, Scenario) else load(scenario)
    beside = files_beside(scenario)
    plans = _plans(world, announced or beside.announced)
    found = read_outcomes(outcomes or beside.outcomes)
    of_costs = cases or beside.cases
    documented = read_cases(of_costs) if of_costs else []
    last = month_number(world.start) + (months or world.months)
    reasons = [(each, _unscored(each, last)) for each in found]
    scored = [outcome for outcome, reason in reasons if not reason]
    planned = Past(plans, run(plans, members=1, months=months, seed=seed).records)
    scores: list[Score] = []
    for category in dict.fromkeys(each.category for each in scored):
        own = [each for each in scored if each.category == category]
        left_out = leave_out(
            world,
            category,
            {name for each in own for name in each.replaces.split()},
            documented,
            plans,
        )
        past = Past(left_out, run(left_out, members=members, months=months, seed=seed).records)
        scores += [
            Score(each, past.forecast(each), _plan(each, found, planned), past.naive(each), last)
            for each in own
        ]
    return Backtest(
        tuple(scores), tuple((outcome, reason) for outcome, reason in reasons if reason)
    )


def crps(samples: Floats, outcome: float) -> float:
    """Return the continuous ranked probability score of an ensemble [members]: mean |x - y| less
    half the mean |x - x'|.

    Both means are over all members and pairs, so it is the exact score of the ensemble's step
    function; 0 is the best.
    """
    ordered = np.sort(samples)
    count = ordered.size
    gaps = float(np.sum(np.diff(ordered) * np.arange(1, count) * np.arange(count - 1, 0, -1)))
    return float(np.abs(ordered - outcome).mean()) - gaps / count**2


def _plans(world: Scenario, announced: Given | None) -> Scenario:
    """Return the scenario of the plans; where there is none the world with all that was announced
    kept.
    """
    if announced is not None:
        return announced if isinstance(announced, Scenario) else load(announced)
    programmes = {
        name: each.model_copy(update={"lead_times": "announced"})
        for name, each in world.programmes.items()
    }
    return world.model_copy(update={"programmes": programmes})


def _unscored(outcome: Outcome, last: int) -> str:
    """Say why an outcome is not scored, or nothing; `last` is the month after the run."""
    if outcome.kind == "plan":
        return "a plan: a forecast to beat, no outcome"
    if outcome.unit == "text":
        return "not a number"
    if not outcome.reading:
        return "nothing in the model stands for it, or it is an input"
    return "after the end of the run" if month_number(f"{outcome.date}-12"[:7]) >= last else ""


def _plan(outcome: Outcome, found: Sequence[Outcome], planned: Past) -> float:
    """Return the plan's number for the outcome: one published by 2014, or what comes of the plans
    taken together.
    """
    key = (outcome.category, outcome.metric, outcome.date, outcome.unit)
    said = [
        each
        for each in found
        if (each.category, each.metric, each.date, each.unit) == key and each.kind == "plan"
    ]
    said = [each for each in said if each.stated[:4] <= PLANNED]
    return (
        max(said, key=lambda each: each.stated).band[1]
        if said
        else float(planned.forecast(outcome)[0])
    )


def _cells(row: Mapping[str, str | float]) -> list[str]:
    """Write a row of scores in the columns that are shown."""
    return [
        *(str(row[name]) for name in SHOWN),
        *(_plain(float(row[name])) for name in SHOWN_SCORES),
    ]


def _plain(number: float) -> str:
    """Write a number with three digits, nothing for NaN; rounding noise is 0."""
    return "" if math.isnan(number) else f"{number if abs(number) > 1e-9 else 0.0:.3g}"


def _totals(rows: Sequence[Mapping[str, str | float]]) -> list[str]:
    """Count what the intervals cover, and average the scores over outcomes of one unit."""
    if not rows:
        return ["Nothing scored."]
    covered = [
        f"{level} % intervals cover {sum(row[f'in{level}'] == 'yes' for row in rows)} of"
        f" {len(rows)} outcomes"
        for level in (50, 90)
    ]
    best = [f"{name} {sum(row['best'] == name for row in rows)}" for name in FORECASTS]
    lines = ["; ".join(covered) + f". Best score: {', '.join(best)}.", ""]
    cells = []
    for unit in dict.fromkeys(row["unit"] for row in rows):
        some = [row for row in rows if row["unit"] == unit]
        means = [
            float(np.mean([float(row[key]) for row in some]))
            for key in ("bias", *(f"crps_{name}" for name in FORECASTS))
        ]
        cells.append(
            ["months" if unit == "date" else str(unit), str(len(some)), *map(_plain, means)]
        )
    return lines + _grid(
        ["unit", "outcomes", "bias", *(f"CRPS {name}" for name in FORECASTS)], cells
    )


def _grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lay cells out as a table in Markdown."""
    return ["| " + " | ".join(cells) + " |" for cells in (header, ["---"] * len(header), *rows)]
