"""Score the model against what happened, out of sample: each category is forecast without its own documented cases.

Scored are numbers and dates that records can tell; what is only said is kept apart from what is observed. Two point
forecasts are to be beaten: the officially announced plan, and a logistic whose numbers were fixed beforehand.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import sim
from sim.errors import InputError
from sim.fates import hits, restricted_routes
from sim.kernels.sums import Bools, Floats
from sim.outcomes import Case, Outcome, read_cases, read_outcomes
from sim.records import Records
from sim.report.statistics import spread
from sim.run import run
from sim.scenario.quantity import Quantity, month_label, month_number
from sim.scenario.schema import Candidate, Complexity, Scenario

if TYPE_CHECKING:
    import pandas as pd

Given = Scenario | str | os.PathLike[str]
TENTH, HALF = 12.0, 30.0
"""The naive logistic: months after the cut-off in which a tenth and half of the need is made at home, nine tenths after
48. Half is the middle of the two to three years that officials gave; it is not fitted to any outcome."""
FULL = 0.9
"""Supply is complete when a year's output is this share of the year's need."""
TAKEN = 0.1
"""An ally has taken over a product when it delivers this share of the old supplies more than at the start."""
PLANNED = "2014"
"""The last year in which a plan counts as a forecast: later ones knew more."""
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
    "bias",
    "crps_model",
    "crps_plan",
    "crps_naive",
    "best",
)
YEAR = 12


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
        quantiles = {name: float(each) for name, each in spread(self.samples, range(self.samples.size), LEVELS).items()}
        inside = {level: quantiles[f"p{50 - level // 2:02d}"] <= high and low <= quantiles[f"p{50 + level // 2:02d}"] for level in (50, 90)}
        errors = {"model": crps(self.samples, value), "plan": abs(self.plan - value), "naive": abs(self.naive - value)}
        what = {name: getattr(self.outcome, name) for name in ("category", "metric", "date", "kind", "unit")}
        return {
            **what,
            **{name: self.written(each) for name, each in (("outcome", value), ("low", low), ("high", high))},
            **{f"p{level:02d}": self.written(quantiles[f"p{level:02d}"]) for level in LEVELS},
            "plan": self.written(self.plan),
            "naive": self.written(self.naive),
            **{f"in{level}": "yes" if hit else "miss" for level, hit in inside.items()},
            "bias": quantiles["mean"] - value,
            **{f"crps_{name}": error for name, error in errors.items()},
            "best": min((name for name in errors if not math.isnan(errors[name])), key=errors.__getitem__),
        }

    def written(self, number: float) -> str:
        """Write a forecast or an outcome as a person would."""
        if math.isnan(number):
            return ""
        if not self.outcome.is_date:
            return f"{number:.3g}"
        return f"after {month_label(int(self.last) - 1)}" if number >= self.last else month_label(round(number))


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
        for title, kinds in (("Observed", ("observed", "milestone")), ("Claimed by officials or experts", ("claim",))):
            rows = [score.row for score in self.scores if score.outcome.kind in kinds]
            header = [name.replace("_", " ").replace("crps", "CRPS") for name in SHOWN]
            lines += [f"### {title}", "", *_grid(header, map(_cells, rows)), "", *_totals(rows), ""]
        reasons: dict[str, list[str]] = {}
        for outcome, reason in self.unscored:
            reasons.setdefault(reason, []).append(f"{outcome.category} {outcome.metric} {outcome.date}")
        lines += ["### Not scored", ""]
        lines += [f"- {reason} ({len(rows)}): {', '.join(dict.fromkeys(rows))}" for reason, rows in reasons.items()]
        return "\n".join(lines)


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
    """Score a scenario against outcomes, each category forecast from the documented cases of the others.

    `announced` is the scenario of the plans, `outcomes` and `cases` are files; by default they stand beside the scenario,
    as `announced_plan.yaml`, `data/outcomes.csv` and `data/cases.csv`. Raises InputError where one is missing or faulty.
    """
    beside = Path("scenarios") if isinstance(scenario, Scenario) else Path(scenario).parent
    world, plans = (
        each if isinstance(each, Scenario) else sim.load(each) for each in (scenario, announced or beside / "announced_plan.yaml")
    )
    found = read_outcomes(outcomes or beside / "data/outcomes.csv")
    documented = read_cases(cases or beside / "data/cases.csv")
    last = month_number(world.start) + (months or world.months)
    reasons = [(each, _unscored(each, last)) for each in found]
    scored = [outcome for outcome, reason in reasons if not reason]
    planned = _Past(plans, run(plans, members=1, months=months, seed=seed).records)
    scores: list[Score] = []
    for category in dict.fromkeys(each.category for each in scored):
        own = [each for each in scored if each.category == category]
        left_out = leave_out(world, category, {name for each in own for name in each.replaces.split()}, documented, plans)
        past = _Past(left_out, run(left_out, members=members, months=months, seed=seed).records)
        scores += [Score(each, past.forecast(each), _plan(each, found, planned), past.naive(each), last) for each in own]
    return Backtest(tuple(scores), tuple((outcome, reason) for outcome, reason in reasons if reason))


def leave_out(scenario: Scenario, category: str, replaced: Iterable[str], cases: Sequence[Case], plans: Scenario) -> Scenario:
    """Return the scenario as one could have written it without knowing how this category ended.

    Candidates for the products or of the programmes `replaced` take, from money to the first unit and in ramping up, what
    the other categories' cases span: lowest low to highest high, the median of the central values as the mode. No head
    start is given. Costs that are not as planned are as planned, times the overrun of the others' cases.
    """
    names = set(replaced)
    others = [case for case in cases if case.category != category]
    lead, ramp = _span(others, "lead"), _span(others, "ramp")
    new = {"build_months": lead, "qualification_months": Quantity(value=0), "ramp_months": ramp}

    def changed(programme: str, candidate: Candidate) -> Candidate:
        return candidate.model_copy(update=new) if {programme, candidate.product} & names else candidate

    programmes = {
        name: each.model_copy(update={"candidates": {key: changed(name, candidate) for key, candidate in each.candidates.items()}})
        for name, each in scenario.programmes.items()
    }
    complexity = {
        name: _as_planned(each, plans.complexity.get(name), _span(others, "cost_overrun")) for name, each in scenario.complexity.items()
    }
    return scenario.model_copy(update={"programmes": programmes, "complexity": complexity})


def crps(samples: Floats, outcome: float) -> float:
    """Return the continuous ranked probability score of an ensemble [members]: mean |x - y| less half the mean |x - x'|.

    Both means are over all members and pairs, so it is the exact score of the ensemble's step function; 0 is the best.
    """
    ordered = np.sort(samples)
    count = ordered.size
    gaps = float(np.sum(np.diff(ordered) * np.arange(1, count) * np.arange(count - 1, 0, -1)))
    return float(np.abs(ordered - outcome).mean()) - gaps / count**2


def logistic(months: Floats) -> Floats:
    """Return the share made at home so many months after the cut-off: a tenth after TENTH, half after HALF. Fisher & Pry 1971."""
    return 1.0 / (1.0 + np.exp(-(months - HALF) * math.log(9.0) / (HALF - TENTH)))


def _unscored(outcome: Outcome, last: int) -> str:
    """Say why an outcome is not scored, or nothing; `last` is the month after the run."""
    if outcome.kind == "plan":
        return "a plan: a forecast to beat, no outcome"
    if outcome.unit == "text":
        return "not a number"
    if not outcome.reading:
        return "nothing in the model stands for it, or it is an input"
    return "after the end of the run" if month_number(f"{outcome.date}-12"[:7]) >= last else ""


def _span(cases: Sequence[Case], stage: str) -> Quantity:
    """Return the interval that the cases of a stage span. Raises InputError where there is none."""
    found = [case for case in cases if case.stage == stage]
    if not found:
        raise InputError(f"cases: no other category has a documented case of {stage}")
    middle = float(np.median([case.central for case in found]))
    return Quantity(value=middle, low=min(case.low for case in found), high=max(case.high for case in found))


def _as_planned(real: Complexity, plan: Complexity | None, overrun: Quantity) -> Complexity:
    """Take the planned capital cost, times an overrun, where the cost is not the planned one."""
    if plan is None or real.capital_cost == plan.capital_cost:
        return real
    cost, (low, high) = plan.capital_cost, (overrun.low or 1.0, overrun.high or 1.0)
    ends = (cost.low or cost.value) * low, (cost.high or cost.value) * high
    return real.model_copy(update={"capital_cost": Quantity(value=cost.value * overrun.value, low=ends[0], high=ends[1])})


def _plan(outcome: Outcome, found: Sequence[Outcome], planned: _Past) -> float:
    """Return the plan's number for the outcome: one published by 2014, or what comes of the plans taken together."""
    key = (outcome.category, outcome.metric, outcome.date, outcome.unit)
    said = [each for each in found if (each.category, each.metric, each.date, each.unit) == key and each.kind == "plan"]
    said = [each for each in said if each.stated[:4] <= PLANNED]
    return max(said, key=lambda each: each.stated).band[1] if said else float(planned.forecast(outcome)[0])


@dataclass(frozen=True)
class _Past:
    """Read a run as outcomes are written."""

    scenario: Scenario
    records: Records

    def forecast(self, outcome: Outcome) -> Floats:
        """Return what the run says of an outcome, [members]."""
        if outcome.reading == "allies":
            return self._taken_over(outcome.state)
        return self._read(outcome, self._made(outcome), self._needed(outcome))

    def naive(self, outcome: Outcome) -> float:
        """Return what the logistic says; it knows the need at the start and the month of the cut-off. NaN: nothing."""
        if outcome.reading == "allies":
            return math.nan
        needed = np.full((len(self.records.months), 1), self._needed(outcome)[:YEAR, 0].mean())
        hit = hits(self.scenario, self.records)
        since = min(hit[outcome.state, product] for product in outcome.of.split())
        share = logistic(np.arange(len(needed)) - float(since))[:, None]
        return float(self._read(outcome, needed * share, needed)[0])

    def _made(self, outcome: Outcome) -> Floats:
        """Add up what stands for the outcome, [months, members]; of several categories side by side, the last in time counts."""
        source = self.records.capacity if outcome.reading == "ready" else self.records.output
        owned = [product if state == outcome.state else "" for _, state, product in self.records.lines]
        wanted = outcome.products.split()
        made = np.stack([source[:, [row for row, each in enumerate(owned) if each == product]].sum(axis=1) for product in wanted])
        if outcome.unit == "%":
            return np.asarray(made.sum(axis=0))
        sets = np.cumsum(made, axis=1).min(axis=0)
        return np.diff(sets, axis=0, prepend=0.0) if len(wanted) > 1 else made[0]

    def _needed(self, outcome: Outcome) -> Floats:
        rows = [self.records.needs.index((outcome.state, product)) for product in outcome.of.split()]
        return np.asarray(self.records.series["need"][:, rows].sum(axis=1))

    def _read(self, outcome: Outcome, made: Floats, needed: Floats) -> Floats:
        """Read an outcome off what is made, both [months, members], units a month."""
        first = month_number(self.records.months[0])
        word, _, amount = outcome.reading.partition(" ")
        if word == "year":
            begin = month_number(f"{outcome.date}-01") - first
            return np.asarray(made[begin : begin + YEAR].sum(axis=0))
        if word == "level":
            at = month_number(outcome.date) - first + 1
            risen = made[at - 3 : at].mean(axis=0) - made[:YEAR].mean(axis=0)
            return np.asarray(100.0 * risen / needed[:YEAR].mean(axis=0))
        done = _reached(word, float(amount or 0.0), made, needed)
        return first + np.where(done.any(axis=0), done.argmax(axis=0), len(made)).astype(np.float64)

    def _taken_over(self, state: str) -> Floats:
        """Count the products of which allies deliver a tenth of the old supplies more in the last year than in the first, [members]."""
        flows, routes, bloc = self.records.flows, self.records.routes, self.scenario.states[state].bloc
        old = {route for route in restricted_routes(self.scenario, self.records) if route[1] == state}
        allies = {name for name, each in self.scenario.states.items() if name != state and each.bloc == bloc is not None}
        count = np.zeros(flows.shape[-1])
        for product in dict.fromkeys(route[2] for route in routes if route in old):
            rows = [row for row, (_, importer, good) in enumerate(routes) if (importer, good) == (state, product)]
            before = flows[0, [row for row in rows if routes[row] in old]].sum(axis=0)
            allied = flows[:, [row for row in rows if routes[row][0] in allies and routes[row] not in old]].sum(axis=1)
            count += (before > 0) & (allied[-1] - allied[0] >= TAKEN * before)
        return count


def _reached(word: str, amount: float, made: Floats, needed: Floats) -> Bools:
    """Tell in which months what a reading waits for is there, [months, members]."""
    if word == "unit":
        return np.cumsum(made, axis=0) >= amount - 1e-9
    if word == "ready":
        return made >= 1.0 / YEAR
    if word == "full":
        return _year_sums(made) >= FULL * _year_sums(needed)
    raise InputError(f"outcomes: reading {word!r} is none of year, level, unit, ready, full, allies")


def _year_sums(units: Floats) -> Floats:
    """Add up the last twelve months, or as many as there are; [months, members]."""
    sums = np.cumsum(units, axis=0)
    sums[YEAR:] -= sums[:-YEAR].copy()
    return sums


def _cells(row: Mapping[str, str | float]) -> list[str]:
    """Write a row of scores in the columns of SHOWN."""
    return [cell if isinstance(cell := row[name], str) else "" if math.isnan(cell) else f"{cell:.3g}" for name in SHOWN]


def _totals(rows: Sequence[Mapping[str, str | float]]) -> list[str]:
    """Count what the intervals cover, and average the scores over outcomes of one unit."""
    if not rows:
        return ["Nothing scored."]
    covered = [f"{level} % intervals cover {sum(row[f'in{level}'] == 'yes' for row in rows)} of {len(rows)} outcomes" for level in (50, 90)]
    best = [f"{name} {sum(row['best'] == name for row in rows)}" for name in FORECASTS]
    lines = ["; ".join(covered) + f". Best score: {', '.join(best)}.", ""]
    cells = []
    for unit in dict.fromkeys(row["unit"] for row in rows):
        some = [row for row in rows if row["unit"] == unit]
        means = [float(np.mean([float(row[key]) for row in some])) for key in ("bias", *(f"crps_{name}" for name in FORECASTS))]
        cells.append(
            ["months" if unit == "date" else str(unit), str(len(some)), *("" if math.isnan(mean) else f"{mean:.3g}" for mean in means)]
        )
    return lines + _grid(["unit", "outcomes", "bias", *(f"CRPS {name}" for name in FORECASTS)], cells)


def _grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lay cells out as a table in Markdown."""
    return ["| " + " | ".join(cells) + " |" for cells in (header, ["---"] * len(header), *rows)]
