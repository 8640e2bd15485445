"""Choose where a slider begins and ends: within what the schema allows, around what is known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from pydantic import AfterValidator

from sim import rules
from sim.explore.control import Range
from sim.scenario.lead_time import LeadTime, Ramp
from sim.scenario.quantity import Frozen, Quantity, Within
from sim.scenario.rule_choices import RuleChoice
from sim.scenario.schema import Scenario

STEPS = 100
"""About so many steps from end to end."""
FROM_NOTHING = {"months": 24.0, "weight": 10.0, "factor": 2.0, "share": 1.0}
"""Where a slider ends whose number is 0, by unit."""
NOTHING_KNOWN = 10.0
PLACES = 12
"""Decimals to which the ends of sliders are rounded."""
BOUNDS = {"ge": "low", "gt": "above", "le": "high", "lt": "below"}
"""Bounds in the annotation of a parameter, and what they are of Limits."""
TIMES = "times"
"""Unit of a number that is 1 where it changes nothing, and never below"""


class Limits(NamedTuple):
    """Hold what is allowed of a number."""

    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    above: float = -math.inf
    below: float = math.inf
    """Beyond these two, and never on them"""
    is_whole: bool = False

    def allow(self, number: float) -> bool:
        """Tell whether a number is allowed."""
        return self.low <= number <= self.high and self.above < number < self.below


def range_of(scenario: Scenario, path: str, quantity: Quantity) -> Range:
    """Return the ends and steps of the slider of a number: an interval with half of it on each
    side, else from 0 to twice the number; a share from 0 to 1. No end is one that is refused.
    """
    limits = _limits(scenario, path.split("."))
    least, most = max(limits.low, limits.above), min(limits.high, limits.below)
    if (least, most) == (0, 1) and not limits.is_whole:
        return _allowed(Range(0.0, 1.0, 0.01), limits)
    low, high = _around(quantity, limits.unit)
    return _allowed(stepped(max(low, least), min(high, most)), limits)


def _allowed(found: Range, limits: Limits) -> Range:
    """Move ends that are refused inwards by a step; whole numbers have whole steps."""
    low, high, step = found.low, found.high, found.step
    if limits.is_whole:
        low, high, step = float(math.ceil(low)), float(math.floor(high)), max(step, 1.0)
    low = low if limits.allow(low) else round(low + step, PLACES)
    high = high if limits.allow(high) else round(high - step, PLACES)
    return Range(low, high, step)


def stepped(low: float, high: float) -> Range:
    """Return a range with round steps that holds both ends."""
    if not high > low:
        high = low + 1.0
    rough = (high - low) / STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(each for each in (1, 2, 5, 10) if each * power >= rough * 0.999)
    places = max(0, -math.floor(math.log10(step)))
    return Range(
        round(math.floor(low / step + 1e-9) * step, places),
        round(math.ceil(high / step - 1e-9) * step, places),
        round(step, places + 1),
    )


def _around(quantity: Quantity, unit: str) -> tuple[float, float]:
    if quantity.is_drawn:
        ends = [number for _, number in quantity.bounds]
        margin = (max(ends) - min(ends)) / 2
        low = min(ends) - margin
        return (max(low, 0.0) if min(ends) >= 0 else low), max(ends) + margin
    value = quantity.value
    if unit == TIMES:
        return 1.0, NOTHING_KNOWN
    if value == 0:
        return 0.0, FROM_NOTHING.get(unit, NOTHING_KNOWN)
    return (0.0, 2 * value) if value > 0 else (2 * value, 0.0)


def owner(scenario: Scenario, steps: Sequence[str]) -> tuple[type[Frozen] | None, str]:
    """Return the model that holds the number at a path, and its field there; of a number in a
    list or mapping that of the list. None for a parameter of a rule.
    """
    node: Any = scenario
    model, name = None, ""
    for step in steps:
        if isinstance(node, RuleChoice):
            return None, ""
        if isinstance(node, Frozen):
            model = type(node)
            name = next(
                name for name, field in model.model_fields.items() if step in (name, field.alias)
            )
            node = getattr(node, name)
        else:
            node = _member(node, step)
    return model, name


def _member(node: Any, step: str) -> Any:
    """Return a member of a list or mapping; nothing below what is not given."""
    if isinstance(node, list):
        return node[int(step)]
    pairs = node.items() if isinstance(node, dict) else ()
    return next((each for key, each in pairs if str(key) == step), None)


def _limits(scenario: Scenario, steps: Sequence[str]) -> Limits:
    """Return what the schema checks of a number, or what a rule checks of its parameter."""
    model, name = scored(steps) or owner(scenario, steps)
    if model is not None:
        field = model.model_fields[name]
        within = next(_withins([*field.metadata, field.annotation]), None)
        return Limits(within.low, within.high, within.unit) if within else Limits()
    node: Any = scenario
    for place, step in enumerate(steps):
        if isinstance(node, RuleChoice):
            family = "programme" if steps[place - 1] == "rule" else steps[place - 1]
            return _of_rule(node, family, step)
        node = getattr(node, step, None) if isinstance(node, Frozen) else _member(node, step)
    return Limits()


def scored(steps: Sequence[str]) -> tuple[type[Frozen], str] | None:
    """Return the model and the field of a score among precedents: it stands with a candidate whose
    class gives the terms, too. None for all else.
    """
    if steps[-1] != "own":
        return None
    return LeadTime if steps[-2] == "lead_time" else Ramp, steps[-1]


def _withins(parts: Sequence[Any]) -> Iterator[Within]:
    for part in parts:
        if isinstance(part, AfterValidator) and isinstance(part.func, Within):
            yield part.func
        yield from _withins([*getattr(part, "__metadata__", ()), *get_args(part)])


def _of_rule(choice: RuleChoice, family: str, parameter: str) -> Limits:
    """Return the bounds of a parameter of a rule, or of the numbers in it."""
    rule = next((each for each in rules.rules(family) if each.name == choice.rule), None)
    if rule is None:
        return Limits()
    hint = get_type_hints(rule.function, include_extras=True).get(parameter)
    limits: dict[str, Any] = {BOUNDS[key]: float(bound) for key, bound in _bounds([hint])}
    return Limits(**limits, is_whole=_is_whole(hint))


def _is_whole(hint: Any) -> bool:
    parts = get_args(hint)
    return hint is int or any(map(_is_whole, parts[-1:] if get_origin(hint) is dict else parts[:1]))


def _bounds(parts: Sequence[Any]) -> Iterator[tuple[str, float]]:
    """Yield the bounds in annotations, by their keys."""
    for part in parts:
        for extra in getattr(part, "metadata", [part]):
            yield from ((key, getattr(extra, key)) for key in BOUNDS if hasattr(extra, key))
        yield from _bounds([*getattr(part, "__metadata__", ()), *get_args(part)])
