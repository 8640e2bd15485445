"""Choose where a slider begins and ends: within what the schema allows, around what is known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, get_args, get_type_hints

from pydantic import AfterValidator

from sim import rules
from sim.explore.control import Range
from sim.scenario.quantity import Frozen, Quantity, Within
from sim.scenario.rule_choices import RuleChoice
from sim.scenario.schema import Scenario

STEPS = 100
"""About so many steps from end to end."""
FROM_NOTHING = {"months": 24.0, "weight": 10.0, "factor": 2.0, "share": 1.0}
"""Where a slider ends whose number is 0, by unit."""
NOTHING_KNOWN = 10.0
TIMES = "times"
"""Unit of a number that is 1 where it changes nothing, and never below"""


def range_of(scenario: Scenario, path: str, quantity: Quantity) -> Range:
    """Return the ends and steps of the slider of a number: an interval with half of it on each
    side, else from 0 to twice the number; a share from 0 to 1.
    """
    limits = _limits(scenario, path.split("."))
    within = next(limits, None)
    least, most = (within.low, within.high) if within else (-math.inf, math.inf)
    if within and (within.low, within.high) == (0, 1):
        return Range(0.0, 1.0, 0.01)
    low, high = _around(quantity, within.unit if within else "")
    return stepped(max(low, least), min(high, most))


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


def _limits(scenario: Scenario, steps: Sequence[str]) -> Iterator[Within]:
    """Yield what the schema checks of a number, or what a rule checks of its parameter."""
    model, name = owner(scenario, steps)
    if model is not None:
        field = model.model_fields[name]
        yield from _withins([*field.metadata, field.annotation])
        return
    node: Any = scenario
    for place, step in enumerate(steps):
        if isinstance(node, RuleChoice):
            family = "programme" if steps[place - 1] == "rule" else steps[place - 1]
            yield from _of_rule(node, family, step)
            return
        node = getattr(node, step, None) if isinstance(node, Frozen) else _member(node, step)


def _withins(parts: Sequence[Any]) -> Iterator[Within]:
    for part in parts:
        if isinstance(part, AfterValidator) and isinstance(part.func, Within):
            yield part.func
        yield from _withins([*getattr(part, "__metadata__", ()), *get_args(part)])


def _of_rule(choice: RuleChoice, family: str, parameter: str) -> Iterator[Within]:
    """Yield the bounds of a parameter of a rule."""
    rule = next((each for each in rules.rules(family) if each.name == choice.rule), None)
    hint = get_type_hints(rule.function, include_extras=True).get(parameter) if rule else None
    limits: dict[str, float] = {}
    for extra in getattr(hint, "__metadata__", ()):
        for each in getattr(extra, "metadata", [extra]):
            for key in ("ge", "gt", "le", "lt"):
                if hasattr(each, key):
                    limits[key] = float(getattr(each, key))
    if limits:
        low = limits.get("ge", limits.get("gt", -math.inf))
        yield Within(low, limits.get("le", limits.get("lt", math.inf)), "")
