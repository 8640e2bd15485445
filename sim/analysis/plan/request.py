"""Check what is asked of a plan: what is to be reached, and what may be chosen for it, from where
to where.

What may be chosen is a quantity, by the path that `--set` takes; the month of an event,
`events.x.date`; a programme's plants, `programmes.x.candidates`; or `date`: nothing is chosen, and
what is sought is the month by which the goal is reached in the scenario as it is. A budget given as
one number keeps the shares of its months, and has no interval any more: it is what is decided.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from sim.analysis.conditions import Condition, conditions_of
from sim.analysis.plan.choices import AsItIs, Months, Numbers, Plants
from sim.analysis.plan.trials import Goal
from sim.analysis.plan.units import rate
from sim.errors import InputError, ScenarioError
from sim.scenario.bills import with_inputs
from sim.scenario.event_times import Dated
from sim.scenario.quantity import Quantity, month_label, month_number, plain
from sim.scenario.schema import Scenario
from sim.scenario.suggestions import unknown
from sim.study.batched_points import at
from sim.study.factors import Case, sets_of, written_to
from sim.study.observables import Need, finite, wrong
from sim.study.spec import Factor

T = TypeVar("T")
Choice = Numbers | Months | Plants | AsItIs
Ends = tuple[float | None, float | None]
"""Where a search begins and ends; None: not known"""

DATE = "date"
FEWEST_MEMBERS = 10
TIMES = 10
"""How many times the scenario's own budget is tried where nothing else is said."""
TOLERANCE = 0.01
_BUDGET = re.compile(r"programmes\..*\.budget")
_ALLOWED = (
    "a number of the scenario, the month of an event (events.x.date), a programme's plants"
    " (programmes.x.candidates), or date"
)


class Within(NamedTuple):
    """Hold where a search begins and ends and how fine it is, as far as that is given."""

    low: float | str | None
    high: float | str | None
    tolerance: float | None


def asked(
    scenario: Scenario, reach: str, choose: str, probability: float, within: Within
) -> tuple[Goal, Choice]:
    """Check a question. Raises InputError with all that is wrong with it."""
    faults = list(_out_of_range(scenario, probability, within))
    goal = _kept(
        faults, lambda: goal_of(scenario, reach, probability, is_month_sought=choose == DATE)
    )
    choice = _kept(faults, lambda: choice_of(scenario, choose, within, goal))
    if goal is None or choice is None or faults:
        raise InputError("\n".join(dict.fromkeys(faults)))
    return replace(goal, payer=_payer(scenario, choose)), choice


def _payer(scenario: Scenario, choose: str) -> str:
    """Name the programme that a choice is about; empty where it is about none, or about what all
    do.
    """
    section, _, rest = choose.partition(".")
    name = rest.partition(".")[0]
    if section == "programmes":
        return name
    return getattr(scenario.events[name], "programme", "") if section == "events" else ""


def _kept(faults: list[str], made: Callable[[], T]) -> T | None:
    try:
        return made()
    except InputError as error:
        faults += str(error).splitlines()
        return None


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        raise InputError("\n".join(dict.fromkeys(faults)))


def _out_of_range(scenario: Scenario, probability: float, within: Within) -> Iterator[str]:
    if scenario.members < FEWEST_MEMBERS:
        yield (
            f"members: a probability takes {FEWEST_MEMBERS} at least, better 50 or more; the"
            f" scenario has {scenario.members}"
        )
    if not 0 < probability <= 1:
        yield f"probability: {probability:g} is not above 0 and at most 1"
    if within.tolerance is not None and not 0 < within.tolerance < 1:
        yield f"tolerance: {within.tolerance:g} is not between 0 and 1, as a share of the range"


def goal_of(scenario: Scenario, reach: str, probability: float, *, is_month_sought: bool) -> Goal:
    """Read what is to be reached. Raises InputError with all that is wrong, or that this scenario
    does not know.

    Where the month is sought, conditions are given without one, and hold from some month on.
    """
    found = conditions_of(reach, "reach")
    dated = [each for each in found if each.by]
    faults: list[str] = []
    if is_month_sought:
        faults = [
            f"reach: '{each}': the month is what is sought; leave out by {each.by}"
            for each in dated
        ]
        dated = []
    if is_month_sought and not faults:
        found = tuple(_from_some_month(each, scenario.month_labels[-1]) for each in found)
    _refuse([*faults, *_unknown(scenario, found), *_outside(scenario, dated)])
    return Goal(" ".join(reach.split()), found, probability)


def _unknown(scenario: Scenario, conditions: Sequence[Condition]) -> Iterator[str]:
    """List what is wrong with the metrics that conditions compare."""
    needs: list[Need] = [
        (state, product) for state, products in scenario.needs.items() for product in products
    ]
    for each in conditions:
        yield from (f"reach: {told}" for told in wrong(each.measure, [scenario], needs))


def _outside(scenario: Scenario, conditions: Sequence[Condition]) -> Iterator[str]:
    first, last = scenario.month_labels[0], scenario.month_labels[-1]
    for each in conditions:
        if not first <= each.by <= last:
            yield f"reach: {each.by} is outside of the run, {first} to {last}"


def _from_some_month(condition: Condition, last: str) -> Condition:
    since = condition.measure._replace(sign=condition.sign, limit=condition.limit)
    return Condition(since, "<=", 0.0, condition.is_any, last)


def choice_of(scenario: Scenario, path: str, within: Within, goal: Goal | None) -> Choice:
    """Say what is chosen by a path.

    Raises InputError with all that is wrong with it and with the search's ends.
    """
    match path.split("."):
        case [""]:
            raise InputError(f"choose: names nothing; what can be chosen is {_ALLOWED}")
        case ["date"]:
            _refuse(_idle(path, within))
            return AsItIs(scenario.seed, month_number(scenario.start))
        case ["programmes", name, "candidates"]:
            return _plants(scenario, name, within, goal)
        case ["events", name, "date"]:
            return _months(scenario, name, within)
        case _:
            return _numbers(scenario, path, within)


def _idle(path: str, within: Within) -> list[str]:
    """List what is given and does nothing here."""
    return [
        f"{_flag(name)}: does nothing where {path} is chosen"
        for name, given in within._asdict().items()
        if given is not None
    ]


def _flag(name: str) -> str:
    return {"low": "low (--from)", "high": "high (--to)"}.get(name, name)


def _plants(scenario: Scenario, name: str, within: Within, goal: Goal | None) -> Plants:
    path = f"programmes.{name}.candidates"
    faults = _idle(path, within)
    programme = scenario.programmes.get(name)
    found = programme.candidates if programme else {}
    if programme is None:
        faults.append(f"choose: {unknown('programme', name, scenario.programmes)}")
    elif not found:
        faults.append(f"{path}: there is nothing to choose from")
    _refuse(faults)
    goods = _goods(scenario, goal.conditions if goal else ())
    candidates, bearing = {}, []
    for each, candidate in found.items():
        candidates[each] = candidate.model_dump(by_alias=True, exclude_unset=True)
        bearing += [each] if candidate.product in goods else []
    return Plants(
        path=path,
        candidates=candidates,
        awaited=_awaited(scenario, name),
        bearing=tuple(bearing),
    )


def _awaited(scenario: Scenario, programme: str) -> frozenset[str]:
    """Name the candidates of a programme for whose completion events wait."""
    completions = (event.after.completion for event in scenario.events.values() if event.after)
    waited = ((each or "").partition(".") for each in completions)
    return frozenset(candidate for name, _, candidate in waited if name == programme)


def _goods(scenario: Scenario, conditions: Sequence[Condition]) -> set[str]:
    """Name the products that conditions speak of, and all that goes into them, at any depth."""
    ahead: list[str] = []
    for measure in (condition.measure for condition in conditions):
        needed = {
            product
            for state, needs in scenario.needs.items()
            for product in needs
            if measure.state in ("", state)
        }
        ahead += [measure.product] if measure.product else sorted(needed)
    return with_inputs(scenario, ahead)


def _months(scenario: Scenario, name: str, within: Within) -> Months:
    path, labels = f"events.{name}.date", scenario.month_labels
    faults = _idle(path, Within(None, None, within.tolerance))
    event: Dated | None = scenario.events.get(name)
    if event is None:
        faults.append(f"choose: {unknown('event', name, scenario.events)}")
        raise InputError("\n".join(faults))
    last = (
        min(labels[-1], month_label(month_number(event.until) - 1)) if event.until else labels[-1]
    )
    ends = [
        str(default if given is None else given)
        for given, default in ((within.low, labels[0]), (within.high, last))
    ]
    for key, month in zip(("low", "high"), ends, strict=True):
        if month not in labels:
            faults.append(
                f"{_flag(key)}: '{month}' is not a month of the run, {labels[0]} to {labels[-1]}"
            )
    if not faults and ends[0] >= ends[1]:
        faults.append(f"{_flag('low')}: {ends[0]} is not before {_flag('high')}: {ends[1]}")
    _refuse(faults or _misfits(scenario, path, ends))
    return Months(path, month_number(ends[0]), month_number(ends[1]), month_number(scenario.start))


def _numbers(scenario: Scenario, path: str, within: Within) -> Numbers:
    node, target = at(scenario, path), at(scenario, written_to(scenario, path)[0][0])
    is_budget = isinstance(node, dict) and isinstance(target, Quantity)
    if isinstance(node, dict) and _BUDGET.fullmatch(path) and not is_budget:
        raise InputError(
            f"{path}: has no money in any month, so no shares to keep; give it some, as in"
            f" {path}.{scenario.start}=1"
        )
    if not isinstance(target, Quantity | None):
        raise InputError(f"{path}: cannot be chosen; what can is {_ALLOWED}")
    if target is None:
        _refuse(_misfits(scenario, path, [1.0]))
    own = _budget_ends(node) if is_budget else _own_ends(target)
    low, high = _searched(path, within, own)
    _refuse(_misfits(scenario, path, (low, high)))
    tolerance = TOLERANCE if within.tolerance is None else within.tolerance
    unit = scenario.currency if is_budget else rate(scenario, path, target)
    return Numbers(path, low, high, tolerance, unit)


def _searched(path: str, within: Within, own: Ends) -> tuple[float, float]:
    """Return the ends between which a number is searched, those given or its own.

    Raises InputError with all that is wrong with them.
    """
    faults, ends = [], []
    for key, default in zip(("low", "high"), own, strict=True):
        given = getattr(within, key)
        number = default if given is None else finite(str(given))
        if number is None and given is None:
            faults.append(f"{path}: has no interval to search; give {_flag(key)}")
        elif number is None:
            faults.append(f"{_flag(key)}: '{given}' is not a number")
        ends.append(number or 0.0)
    low, high = ends
    if not faults and low >= high:
        faults.append(f"{_flag('low')}: {plain(low)} is not below {_flag('high')}: {plain(high)}")
    _refuse(faults)
    return low, high


def _budget_ends(budget: Mapping[str, Quantity]) -> Ends:
    """Return nothing, and a multiple of the money that the scenario gives."""
    return 0.0, TIMES * sum(each.value for each in budget.values())


def _own_ends(quantity: Quantity | None) -> Ends:
    """Give the interval that a number is drawn from, as `--set` takes it; None where it
    has none.
    """
    if quantity is None or quantity.low is None or quantity.high is None:
        return None, None
    return quantity.low, quantity.high


def _misfits(scenario: Scenario, path: str, values: Sequence[float | str]) -> list[str]:
    """List what the scenario has against these values of a path."""
    case, factor = Case(scenario.name, scenario), Factor(values=list(values))
    faults = []
    for value in values:
        try:
            case.changed(sets_of(scenario, path, factor, value))
        except ScenarioError as error:
            faults += [f"{fault.path or 'choose'}: {fault.message}" for fault in error.faults]
    return faults
