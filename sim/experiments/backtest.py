"""Score the model against what happened, out of sample: each category is forecast without its own
history.

Only numbers and dates that can be read off records are scored; what somebody merely claimed is kept
apart from what was observed. There are three point forecasts to beat: the officially announced
plan, the plan if everything takes twice as long, and a logistic curve whose numbers were fixed
beforehand.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from sim.assess.observation import Observation
from sim.assess.outcomes import check_names, read_cases, read_outcomes
from sim.assess.past import Past
from sim.engine.load import load
from sim.engine.run import run
from sim.errors import Fault, InputError, Place, ScenarioError
from sim.experiments.beside import files_beside
from sim.experiments.left_out import class_of_goods, first_units, leave_out, told_left_out
from sim.experiments.rivals import Plans, all_announced, twice_as_long
from sim.experiments.scores import Backtest, Rivals, Score
from sim.scenario.quantity import month_number
from sim.scenario.revision import revised
from sim.scenario.schema import Scenario

Given = Scenario | str | os.PathLike[str]


def backtest(
    scenario: Given = "baseline",
    *,
    members: int | None = None,
    months: int | None = None,
    seed: int | None = None,
    announced: Given | None = None,
    outcomes: str | os.PathLike[str] | None = None,
    cases: str | os.PathLike[str] | None = None,
) -> Backtest:
    """Score a scenario against outcomes, each category forecast from precedents of other clusters.

    `announced` is the scenario of the plans, `outcomes` and `cases` (overruns of cost) are files;
    by default they stand beside the scenario, see `beside.files_beside`.
    Raises InputError where one is missing or faulty.
    """
    beside = files_beside(scenario)
    world = revised(_scenario(scenario), members=members, months=months, seed=seed)
    plans = _plans(world, announced or beside.announced)
    found = read_outcomes(outcomes or beside.outcomes)
    of_costs = cases or beside.cases
    documented = read_cases(of_costs) if of_costs else []
    last = month_number(world.start) + world.months
    reasons = [(each, _unscored(each, month_number(world.start), last)) for each in found]
    check_names(_scored(reasons), world)
    planned, doubled = (
        Past(each, run(each, members=1, months=months, seed=seed).records)
        for each in (plans, twice_as_long(plans))
    )
    _check_readings(_scored(reasons), planned)
    rivals = Plans(found, planned, doubled)
    scores: list[Score] = []
    for category, own in _by_category(_scored(reasons)).items():
        promised = first_units(own, rivals.published)
        left_out = leave_out(world, category, _replaced(own), documented, plans, promised)
        past = Past(left_out, run(left_out, members=members, months=months, seed=seed).records)
        for each in own:
            beaten = Rivals(rivals.plan(each), rivals.twice(each), past.naive(each))
            kind = class_of_goods(world, (*each.products.split(), *each.replaces.split()))
            scores.append(Score(each, past.forecast(each), beaten, last, kind))
    fits = told_left_out(world.precedents.clusters)
    return Backtest(tuple(scores), tuple(filter(_has_reason, reasons)), fits)


def _check_readings(outcomes: Iterable[Observation], planned: Past) -> None:
    """Check that a run tells the outcomes, on that of the plans. Raises ScenarioError."""
    faults = []
    for each in outcomes:
        try:
            planned.forecast(each)
        except InputError as error:
            place = each.places.get("reading", Place(planned.scenario.name))
            faults.append(Fault(place, each.name, str(error).removeprefix(f"{each.name}: ")))
    if faults:
        raise ScenarioError(faults)


def _replaced(outcomes: Iterable[Observation]) -> set[str]:
    """Name the products and programmes whose own history says how the outcomes came about."""
    return {name for each in outcomes for name in each.replaces.split()}


def _has_reason(outcome: tuple[Observation, str]) -> bool:
    return bool(outcome[1])


def _scored(reasons: Iterable[tuple[Observation, str]]) -> list[Observation]:
    """List the outcomes that no reason speaks against."""
    return [outcome for outcome, reason in reasons if not reason]


def _by_category(outcomes: Iterable[Observation]) -> dict[str, list[Observation]]:
    """Group outcomes by category."""
    groups: dict[str, list[Observation]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.category, []).append(outcome)
    return groups


def _scenario(given: Given) -> Scenario:
    return given if isinstance(given, Scenario) else load(given)


def _plans(world: Scenario, announced: Given | None) -> Scenario:
    """Return the scenario of the plans, or the world with all that was announced kept."""
    return all_announced(world) if announced is None else _scenario(announced)


def _unscored(outcome: Observation, first: int, last: int) -> str:
    """Return why an outcome is not scored, or an empty text; the run is from `first` to before
    `last`.
    """
    if outcome.kind == "plan":
        return "a plan: a forecast to beat, no outcome"
    if outcome.unit == "text":
        return "not a number"
    if not outcome.reading:
        return "nothing in the model stands for it, or it is an input"
    return _outside(outcome, first, last)


def _outside(outcome: Observation, first: int, last: int) -> str:
    """Return why a run from `first` to before `last` does not tell an outcome, or an empty text."""
    begins = month_number(f"{outcome.date}-{'12' if outcome.is_date else '01'}"[:7])
    if begins < first:
        return "before the start of the run"
    if outcome.reading == "level" and begins < first + 12:
        return "in the first year of the run, with which it is compared"
    if outcome.is_of_buyer and first % 12:
        return "the years of a run that does not begin in January are none of the calendar"
    return "after the end of the run" if month_number(f"{outcome.date}-12"[:7]) >= last else ""
