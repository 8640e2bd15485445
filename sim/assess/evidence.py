"""Keep the ledger of evidence: every number of a scenario, its interval and where it comes from."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.scenario.quantity import Frozen, Quantity, plain
from sim.scenario.rule_choices import RuleChoice
from sim.scenario.schema import Scenario

Table = dict[str, NDArray[np.float64] | NDArray[np.int64] | list[str]]
"""Columns of equal length by name."""

CONFIDENCES = ("documented", "estimated", "disputed", "assumed")
_WORDS = ("per", "dist", "confidence", "source", "publisher", "date", "address", "note")
"""The columns of the ledger that are words, in their order."""
_CLASS_KEYS = ("build_months", "qualification_months", "ramp_months", "capital_cost")
_RETOOL_KEYS = ("retool_months", "retool_loss", "retool_cost")


class Number(NamedTuple):
    """Hold a number that a scenario gives, and its path."""

    path: str
    quantity: Quantity

    @property
    def is_bare(self) -> bool:
        """Tell whether it stands alone: no interval, no source, no note."""
        return not {"low", "high", "source", "note"} & self.quantity.model_fields_set


class Drawn(NamedTuple):
    """Name what members draw: the name of the draw, and the number that it is drawn from.

    Capacity whose lead times and cost are its class's draws them for itself: one number, many
    draws.
    """

    name: str
    number: Number


def numbers(scenario: Scenario) -> list[Number]:
    """List every number that the scenario gives with its path as in error messages; defaults of the
    schema are left out.

    Parameters of rules count too, as assumed. Whole numbers that are no quantities (months, seed,
    tiers, shapes) do not.
    """
    return [number for path, part in _parts(scenario, "") for number in _numbers(part, path)]


def ledger(scenario: Scenario) -> Table:
    """Tabulate every number that the scenario gives: its interval, and the source that it comes
    from.

    `value`, `low` and `high` are as given, `per` year where it says so; `dist` is how members draw,
    fixed where they do not; `publisher`, `date` and `address` are the source's.
    """
    given = numbers(scenario)
    table: Table = {"path": [number.path for number in given]}
    for key in ("value", "low", "high"):
        table[key] = np.array([_cell(each.quantity, key) for each in given], dtype=np.float64)
    words = [_words(each.quantity, scenario) for each in given]
    return table | {key: [each[key] for each in words] for key in _WORDS}


def _words(quantity: Quantity, scenario: Scenario) -> dict[str, str]:
    """Return what the ledger says of a number in words."""
    source = scenario.sources.get(quantity.source or "")
    drawn_by = quantity.dist or "triangular"
    return {
        "per": "year" if quantity.per == "year" else "",
        "dist": drawn_by if quantity.is_drawn else "fixed",
        "confidence": quantity.confidence,
        "source": quantity.source or "",
        **{key: getattr(source, key, None) or "" for key in ("publisher", "date", "address")},
        "note": quantity.note or "",
    }


def _cell(quantity: Quantity, key: str) -> float:
    number = getattr(quantity, key)
    return math.nan if number is None else number


def counts(scenario: Scenario) -> dict[str, int]:
    """Count the numbers by confidence, and as `bare` those of the assumed ones that stand alone."""
    given = numbers(scenario)
    counted: Counter[str] = Counter(number.quantity.confidence for number in given)
    return {
        **{each: counted[each] for each in CONFIDENCES},
        "bare": sum(number.is_bare for number in given),
    }


def cited(scenario: Scenario) -> tuple[list[str], list[str]]:
    """List the sources that are named but not given (dangling), and those that are given but
    nowhere named (unused).
    """
    named = dict.fromkeys(
        source for _, part in _parts(scenario, "") if (source := getattr(part, "source", None))
    )
    return [key for key in named if key not in scenario.sources], [
        key for key in scenario.sources if key not in named
    ]


def drawn(scenario: Scenario) -> list[Drawn]:
    """List what members draw, under the names by which the engine draws it."""
    own = [
        Drawn(number.path, number)
        for number in numbers(scenario)
        if not number.path.startswith("complexity.")
    ]
    return [each for each in (*own, *_drawn_of_classes(scenario)) if each.number.quantity.is_drawn]


def described(scenario: Scenario, *, assumptions: bool = False) -> str:
    """Write in a few lines how well a scenario is supported, and, where asked for, every assumption
    with its interval.
    """
    counted = counts(scenario)
    by_confidence = ", ".join(f"{counted[each]} {each}" for each in CONFIDENCES)
    dangling, unused = cited(scenario)
    lines = [
        (
            f"{sum(counted[each] for each in CONFIDENCES)} numbers: {by_confidence}"
            f" ({counted['bare']} without interval, source or note)"
        ),
        f"{len(scenario.sources)} sources"
        + (f", of which nothing names {', '.join(unused)}" if unused else ", all of them named"),
        *([f"named and not given: {', '.join(dangling)}"] if dangling else []),
    ]
    if assumptions:
        assumed = [
            number for number in numbers(scenario) if number.quantity.confidence == "assumed"
        ]
        lines += ["", "Assumptions:", *map(_line, assumed)]
    return "\n".join(lines)


def _line(number: Number) -> str:
    """Write a number, its interval and its note on one line."""
    path, each = number
    interval = (
        f" ({plain(each.low)} to {plain(each.high)})"
        if each.low is not None and each.high is not None
        else ""
    )
    per = " a year" if each.per == "year" else ""
    return f"  {path}: {plain(each.value)}{interval}{per}" + (f": {each.note}" if each.note else "")


def _drawn_of_classes(scenario: Scenario) -> Iterator[Drawn]:
    """List what candidates and investing factories draw of the class of their product."""
    for name, programme in scenario.programmes.items():
        for key, candidate in programme.candidates.items():
            left_open = [each for each in _CLASS_KEYS if getattr(candidate, each) is None]
            yield from _of_class(
                scenario, candidate.product, left_open, f"programmes.{name}.candidates.{key}"
            )
    for name, factory in scenario.factories.items():
        if (factory.rules.investment or scenario.rules.investment).rule != "none":
            for product in factory.lines:
                yield from _of_class(
                    scenario,
                    product,
                    (*_CLASS_KEYS, *_RETOOL_KEYS),
                    f"factories.{name}.lines.{product}",
                )


def _of_class(scenario: Scenario, product: str, keys: Sequence[str], path: str) -> Iterator[Drawn]:
    name = scenario.products[product].complexity or ""
    for key in keys if name in scenario.complexity else ():
        quantity: Quantity | None = getattr(scenario.complexity[name], key)
        if quantity is not None:
            yield Drawn(f"{path}.{key}", Number(f"complexity.{name}.{key}", quantity))


def _parts(value: Any, path: str) -> Iterator[tuple[str, Frozen]]:
    """List every part of a scenario that is given, with its path, in the order of the schema."""
    if isinstance(value, Frozen):
        yield path, value
    for key, each in _members(value).items():
        yield from _parts(each, f"{path}.{key}" if path else key)


def _members(value: Any) -> dict[str, Any]:
    """List what a part is made of, by key; what is not given is left out."""
    if isinstance(value, dict):
        return {str(key): each for key, each in value.items()}
    if isinstance(value, list):
        return {str(key): each for key, each in enumerate(value)}
    if not isinstance(value, Frozen) or isinstance(value, Quantity):
        return {}
    return {
        field.alias or name: getattr(value, name)
        for name, field in type(value).model_fields.items()
        if name in value.model_fields_set
    }


def _numbers(value: Any, path: str) -> Iterator[Number]:
    """List the number that a part is, or those among the parameters of a rule."""
    if isinstance(value, Quantity):
        yield Number(path, value)
    elif isinstance(value, RuleChoice):
        yield from _numbers(value.parameters, path)
    elif isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _numbers(each, f"{path}.{key}")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield Number(path, Quantity(value=value))
