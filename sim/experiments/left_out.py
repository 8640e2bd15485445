"""Make a scenario as it could have been written without knowing how a category ended: with lead
times and ramps from precedents of other clusters, and planned costs times the overruns of others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from sim.assess.observation import Observation
from sim.assess.outcomes import Case
from sim.errors import InputError
from sim.precedents import milestones
from sim.scenario.lead_terms import precedent_class, terms_of
from sim.scenario.lead_time import FromPrecedents, HeadStart, Kind, LeadTime, Ramp
from sim.scenario.plant_options import class_of
from sim.scenario.programme import Candidate, Complexity
from sim.scenario.quantity import Quantity, month_number
from sim.scenario.schema import Scenario

WORDS = ("decision", "money", "cut_off")
NOTHING: Mapping[str, Observation] = {}


def leave_out(
    scenario: Scenario,
    category: str,
    replaced: Iterable[str],
    cases: Sequence[Case],
    plans: Scenario | None,
    promised: Mapping[str, Observation] = NOTHING,
) -> Scenario:
    """Return the scenario without what a category's own history says.

    Precedents of the scenario's own clusters are left out of all fits. This is about candidates for
    the products or of the programmes `replaced` whose lead times are given as numbers. They take
    the announced months times the ratio of actual to announced months in precedents; where nothing
    was announced, the months that precedents of their class and head start took. They ramp up as
    precedents of their class, where a class is named. Where the work had begun before, what was
    announced of the whole says little about the first unit: then the plan for the first unit
    counts, in `promised` by product, from the month in which it was stated. Costs that differ from
    the planned ones are set to these, times the overrun of other categories' documented `cases`.

    Raises InputError where no other category has a documented overrun.
    """
    names = set(replaced)
    programmes = {
        name: each.model_copy(
            update={
                "candidates": {
                    key: _foreseen(scenario, candidate, promised.get(candidate.product))
                    if {name, candidate.product} & names
                    else candidate
                    for key, candidate in each.candidates.items()
                }
            }
        )
        for name, each in scenario.programmes.items()
    }
    complexity = scenario.complexity
    if plans is not None:
        others = [each for each in cases if each.category != category]
        complexity = {
            name: _as_planned(each, plans.complexity.get(name), others)
            for name, each in scenario.complexity.items()
        }
    own = scenario.precedents.model_copy(update={"left_out": True})
    return scenario.model_copy(
        update={"programmes": programmes, "complexity": complexity, "precedents": own}
    )


def told_left_out(clusters: Sequence[str]) -> str:
    """Write which precedents the fits of a backtest leave out: those of a case's own clusters."""
    if not clusters:
        return "Fits know all shipped precedents: the scenario names no cluster as its own."
    of = milestones()["cluster"]
    counts = {each: int((of == each).sum()) for each in clusters}
    told = [f"{each} ({count or 'none'} shipped)" for each, count in counts.items()]
    return f"Fits leave out the milestones of {', '.join(told)}."


def class_of_goods(scenario: Scenario, products: Iterable[str]) -> str:
    """Return the class of precedents of whoever may make one of these products, the first that is
    known; empty where none is.
    """
    wanted = set(products)
    for programme in scenario.programmes.values():
        for candidate in programme.candidates.values():
            if candidate.product not in wanted:
                continue
            hard = class_of(scenario, candidate.product)
            if (found := precedent_class(candidate, hard)) is not None:
                return found
    return ""


def _foreseen(scenario: Scenario, candidate: Candidate, promise: Observation | None) -> Candidate:
    """Return a candidate with a lead time that knows nothing of its end."""
    hard = class_of(scenario, candidate.product)
    terms, kind = terms_of(candidate, hard), precedent_class(candidate, hard)
    known: dict[str, object] = {}
    if kind:
        known |= {"ramp_months": None, "ramp": Ramp(shape="s_curve", precedents=kind)}
    if terms.lead_time is None:
        begun = terms.clock not in WORDS
        known |= {
            "build_months": None,
            "qualification_months": None,
            "runs_to": "first_unit",
            "clock": terms.clock if begun else "decision",
            "lead_time": _begun(candidate, kind, promise) if begun else _announced(candidate, kind),
        }
    return candidate.model_copy(update=known)


def first_units(
    outcomes: Iterable[Observation], published: Callable[[Observation], Observation | None]
) -> dict[str, Observation]:
    """Return what was promised of the first unit, product -> plan, with its month and the earlier
    one in which it was stated; `published` finds an outcome's plan.
    """
    found = {}
    for each in outcomes:
        plan = published(each) if each.reading == "unit 1" else None
        if plan and len(plan.stated) == len("YYYY-MM") and _months_ahead(plan) > 0:
            found[each.products] = plan
    return found


def _months_ahead(plan: Observation) -> int:
    return month_number(plan.value) - month_number(plan.stated)


def _begun(candidate: Candidate, kind: Kind | None, promise: Observation | None) -> LeadTime:
    """Return the lead time of work that had begun: from a promise, or else from precedents."""
    if promise is None:
        return _of_precedents(candidate, kind)
    said = {"announced": promise.value, "stated_on": promise.stated, "class": kind}
    return LeadTime.model_validate(said)


def _announced(candidate: Candidate, kind: Kind | None) -> LeadTime:
    """Return the lead time of work yet to begin: from what was announced, or else precedents."""
    if candidate.announced_months is None:
        return _of_precedents(candidate, kind)
    return LeadTime.model_construct(
        precedents=None,
        announced=candidate.announced_months,
        stated_on=None,
        class_=kind,
        own=LeadTime.model_fields["own"].default,
    )


def _of_precedents(candidate: Candidate, kind: Kind | None) -> LeadTime:
    start: HeadStart | None = candidate.head_start
    asked = FromPrecedents.model_validate({"class": kind, "head_start": start})
    return LeadTime(precedents=asked)


def _as_planned(real: Complexity, plan: Complexity | None, others: Sequence[Case]) -> Complexity:
    """Take the planned capital cost, times an overrun, where the cost is not the planned one."""
    if plan is None or real.capital_cost == plan.capital_cost:
        return real
    overrun = _span(others, "cost_overrun")
    cost, (low, high) = plan.capital_cost, (overrun.low or 1.0, overrun.high or 1.0)
    ends = cost.least * low, cost.most * high
    planned = Quantity(value=cost.value * overrun.value, low=ends[0], high=ends[1])
    return real.model_copy(update={"capital_cost": planned})


def _span(cases: Sequence[Case], stage: str) -> Quantity:
    """Return the interval that the cases of a stage span. Raises InputError where there is none."""
    found = [case for case in cases if case.stage == stage]
    if not found:
        raise InputError(f"cases: no other category has a documented case of {stage}")
    middle = float(np.median([case.central for case in found]))
    return Quantity(
        value=middle, low=min(case.low for case in found), high=max(case.high for case in found)
    )
