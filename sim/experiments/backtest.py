"""Score the model against what happened, out of sample: each category is forecast without its own
documented cases.

Scored are numbers and dates that records can tell; what is only said is kept apart from what is
observed. Two point forecasts are to be beaten: the officially announced plan, and a logistic whose
numbers were fixed beforehand.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from sim.assess.outcomes import Case, Observation, read_cases, read_outcomes
from sim.assess.past import Past
from sim.engine.load import load
from sim.engine.run import run
from sim.errors import InputError
from sim.experiments.scores import Backtest, Score
from sim.scenario.quantity import Quantity, month_number
from sim.scenario.revision import revised
from sim.scenario.schema import Candidate, Complexity, Scenario

Given = Scenario | str | os.PathLike[str]
PLANNED = "2014"
"""The last year in which a plan counts as a forecast: later ones knew more."""


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
    beside = Path("scenarios") if isinstance(scenario, Scenario) else Path(scenario).parent
    world, plans = (
        revised(_scenario(each), members=members, months=months, seed=seed)
        for each in (scenario, announced or beside / "announced_plan.yaml")
    )
    found = read_outcomes(outcomes or beside / "data/outcomes.csv")
    documented = read_cases(cases or beside / "data/cases.csv")
    last = month_number(world.start) + (months or world.months)
    reasons = [(each, _unscored(each, last)) for each in found]
    planned = Past(plans, run(plans, members=1, months=months, seed=seed).records)
    scores: list[Score] = []
    for category, own in _by_category(reasons).items():
        left_out = leave_out(world, category, _replaced(own), documented, plans)
        past = Past(left_out, run(left_out, members=members, months=months, seed=seed).records)
        for each in own:
            plan = _plan(each, found, planned)
            scores.append(Score(each, past.forecast(each), plan, past.naive(each), last))
    return Backtest(tuple(scores), tuple(filter(_has_reason, reasons)))


def _replaced(outcomes: Iterable[Observation]) -> set[str]:
    """Name the products and programmes whose own history says how the outcomes came about."""
    return {name for each in outcomes for name in each.replaces.split()}


def _has_reason(outcome: tuple[Observation, str]) -> bool:
    return bool(outcome[1])


def _by_category(reasons: Iterable[tuple[Observation, str]]) -> dict[str, list[Observation]]:
    """Group by category the outcomes that no reason speaks against."""
    groups: dict[str, list[Observation]] = {}
    for outcome, reason in reasons:
        if not reason:
            groups.setdefault(outcome.category, []).append(outcome)
    return groups


def _scenario(given: Given) -> Scenario:
    return given if isinstance(given, Scenario) else load(given)


def leave_out(
    scenario: Scenario,
    category: str,
    replaced: Iterable[str],
    cases: Sequence[Case],
    plans: Scenario,
) -> Scenario:
    """Return the scenario as one could have written it without knowing how this category ended.

    Candidates for the products or of the programmes `replaced` take, from money to the first unit
    and in ramping up, what the other categories' cases span: lowest low to highest high, the median
    of the central values as the mode. No head start is given. Costs that are not as planned are as
    planned, times the overrun of the others' cases.
    """
    names = set(replaced)
    others = [case for case in cases if case.category != category]
    lead, ramp = _span(others, "lead"), _span(others, "ramp")
    new = {"build_months": lead, "qualification_months": Quantity(value=0), "ramp_months": ramp}

    def changed(programme: str, candidate: Candidate) -> Candidate:
        return (
            candidate.model_copy(update=new)
            if {programme, candidate.product} & names
            else candidate
        )

    programmes = {
        name: each.model_copy(
            update={
                "candidates": {
                    key: changed(name, candidate) for key, candidate in each.candidates.items()
                }
            }
        )
        for name, each in scenario.programmes.items()
    }
    complexity = {
        name: _as_planned(each, plans.complexity.get(name), _span(others, "cost_overrun"))
        for name, each in scenario.complexity.items()
    }
    return scenario.model_copy(update={"programmes": programmes, "complexity": complexity})


def _unscored(outcome: Observation, last: int) -> str:
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
    return Quantity(
        value=middle, low=min(case.low for case in found), high=max(case.high for case in found)
    )


def _as_planned(real: Complexity, plan: Complexity | None, overrun: Quantity) -> Complexity:
    """Take the planned capital cost, times an overrun, where the cost is not the planned one."""
    if plan is None or real.capital_cost == plan.capital_cost:
        return real
    cost, (low, high) = plan.capital_cost, (overrun.low or 1.0, overrun.high or 1.0)
    ends = (cost.low or cost.value) * low, (cost.high or cost.value) * high
    return real.model_copy(
        update={
            "capital_cost": Quantity(value=cost.value * overrun.value, low=ends[0], high=ends[1])
        }
    )


def _plan(outcome: Observation, found: Sequence[Observation], planned: Past) -> float:
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
