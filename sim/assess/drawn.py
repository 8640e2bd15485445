"""List the numbers that members draw, under the names by which the engine draws them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sim.assess.evidence import Number, numbers
from sim.scenario.lead_terms import Terms, terms_of
from sim.scenario.lead_time import STANDARD
from sim.scenario.plant_options import class_of, options
from sim.scenario.programme import Candidate, Complexity
from sim.scenario.quantity import Frozen, Quantity
from sim.scenario.schema import Scenario

RETOOL = ("retool_months", "retool_loss", "retool_cost")


class Drawn(NamedTuple):
    """Name what members draw: the name of the draw, and the number that it is drawn from.

    Capacity whose lead times and cost are its class's draws them for itself: one number, many
    draws.
    """

    name: str
    number: Number


class _Plant(NamedTuple):
    """Name capacity that may be built: by a programme, or by a factory itself (no candidate)."""

    path: str
    product: str
    candidate: Candidate | None


def drawn(scenario: Scenario) -> list[Drawn]:
    """List what members draw, each draw once."""
    idle = _announced_in_vain(scenario)
    own = [
        Drawn(number.path, number)
        for number in numbers(scenario)
        if not number.path.startswith("complexity.") and number.path not in idle
    ]
    every = (*own, *_of_classes(scenario), *_scores(scenario))
    found = {each.name: each for each in every if each.number.quantity.is_drawn}
    return list(found.values())


def _announced_in_vain(scenario: Scenario) -> set[str]:
    """Name the announced months of candidates whose programme does not go by them."""
    return {
        f"programmes.{name}.candidates.{key}.announced_months"
        for name, programme in scenario.programmes.items()
        for key in (programme.candidates if programme.lead_times == "drawn" else ())
    }


def _candidates(scenario: Scenario) -> Iterator[_Plant]:
    """List what programmes may build."""
    for name, programme in scenario.programmes.items():
        for key, candidate in programme.candidates.items():
            path = f"programmes.{name}.candidates.{key}"
            yield _Plant(path, candidate.product, candidate)


def _works(scenario: Scenario, *, turned: bool) -> Iterator[_Plant]:
    """List what factories may build of their own accord, or may turn other lines to."""
    for factory in scenario.factories:
        for work in options(scenario, factory):
            if (work.source is not None) == turned:
                yield _Plant(f"factories.{factory}.lines.{work.product}", work.product, None)


def _of_classes(scenario: Scenario) -> Iterator[Drawn]:
    """List what capacity draws of the class of its product."""
    for plant in (*_candidates(scenario), *_works(scenario, turned=False)):
        hard = class_of(scenario, plant.product)
        if hard is not None:
            yield from _of_class(scenario, plant, hard, _taken(plant.candidate, hard))
    for plant in _works(scenario, turned=True):
        hard = class_of(scenario, plant.product)
        if hard is not None:
            yield from _of_class(scenario, plant, hard, RETOOL)


def _taken(candidate: Candidate | None, hard: Complexity) -> Sequence[str]:
    """List the numbers that capacity has of its class, those that the class gives."""
    terms = terms_of(candidate, hard)
    holds = {
        "build_months": terms.build,
        "qualification_months": terms.qualification,
        "ramp_months": terms.ramp_months,
        "ramp.half": terms.ramp.half,
        "ramp.own": terms.ramp.own if terms.ramp.precedents else None,
        "lead_time.announced": terms.lead_time and terms.lead_time.announced,
        "lead_time.own": terms.lead_time and terms.lead_time.own,
    }
    months = [key for key, each in holds.items() if each is not None and each is _at(hard, key)]
    is_own = candidate is not None and candidate.capital_cost is not None
    return months if is_own else [*months, "capital_cost"]


def _of_class(
    scenario: Scenario, plant: _Plant, hard: Complexity, keys: Sequence[str]
) -> Iterator[Drawn]:
    name = scenario.products[plant.product].complexity
    for key in keys:
        quantity = _at(hard, key)
        if isinstance(quantity, Quantity):
            yield Drawn(f"{plant.path}.{key}", Number(f"complexity.{name}.{key}", quantity))


def _at(owner: Frozen, key: str) -> object:
    """Return what is given at a key, of what is inside something as `ramp.half`; None: nothing."""
    first, _, rest = key.partition(".")
    if first not in owner.model_fields_set:
        return None
    inner = getattr(owner, first)
    return _at(inner, rest) if rest and isinstance(inner, Frozen) else inner


def _scores(scenario: Scenario) -> Iterator[Drawn]:
    """List the scores by which lead times and ramps lie between precedents, where nobody gives
    them: each one's own, and what a programme's candidates, or a factory's line, have in common.
    """
    for plant in (*_candidates(scenario), *_works(scenario, turned=False)):
        terms = _terms(scenario, plant)
        if terms.lead_time:
            yield from _score(f"{plant.path}.lead_time", terms.lead_time, "own")
        if terms.ramp.precedents:
            yield from _score(f"{plant.path}.ramp", terms.ramp, "own")
        if terms.lead_time and plant.candidate is None:
            path = f"{plant.path}.common_delay"
            yield Drawn(path, Number(path, STANDARD))
    shared = {
        plant.path.split(".")[1]
        for plant in _candidates(scenario)
        if _terms(scenario, plant).lead_time
    }
    for name, programme in scenario.programmes.items():
        if name in shared:
            yield from _score(f"programmes.{name}", programme, "common_delay")


def _terms(scenario: Scenario, plant: _Plant) -> Terms:
    return terms_of(plant.candidate, class_of(scenario, plant.product))


def _score(path: str, owner: Frozen, key: str) -> Iterator[Drawn]:
    """Yield a score that the scenario does not give, so that it has the schema's default."""
    if key not in owner.model_fields_set:
        yield Drawn(f"{path}.{key}", Number(f"{path}.{key}", getattr(owner, key)))
