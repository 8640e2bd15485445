"""Make the ledger of evidence: every number of a scenario, its interval and its source."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import starmap
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.assess.large_tables import counted, large_tables, together, without_tables
from sim.scenario.lead_terms import NUMBERS, precedent_class
from sim.scenario.plant_options import class_of
from sim.scenario.quantity import CONFIDENCES, Frozen, Quantity, plain
from sim.scenario.rule_choices import RuleChoice
from sim.scenario.schema import Scenario
from sim.scenario.suggestions import listed

Table = dict[str, NDArray[np.float64] | NDArray[np.int64] | list[str]]
"""Columns of equal length by name."""

_WORDS = (
    "per",
    "dist",
    "confidence",
    "source",
    "publisher",
    "date",
    "address",
    "precedents",
    "note",
)
"""The columns of the ledger that are words, in their order."""
CARRIED = ("build_months", "qualification_months", "ramp_months", "half")
"""Numbers that precedents could carry: lead times and ramps of candidates and classes."""


class Number(NamedTuple):
    """Hold a number that a scenario gives, and its path."""

    path: str
    quantity: Quantity

    @property
    def is_bare(self) -> bool:
        """Tell whether it stands alone: no interval, no source, no note."""
        told = {"low", "high", "values", "source", "note"}
        return not told & self.quantity.model_fields_set


def carried_by(number: Number, scenario: Scenario) -> str:
    """Say which precedents could carry an assumed number, a lead time or a ramp: their class and
    head start as far as the scenario names them, `any` where it names none; empty where none could.

    `lead_time: {precedents: {class: ...}}` and `ramp: {precedents: ...}` say it instead.
    """
    section, *names, key = number.path.split(".")
    is_plant = section in ("complexity", "programmes") and key in CARRIED
    if not is_plant or number.quantity.confidence != "assumed" or number.quantity.value <= 0:
        return ""
    if section == "complexity":
        return precedent_class(None, scenario.complexity[names[0]]) or "any"
    candidate = scenario.programmes[names[0]].candidates[names[2]]
    kind = precedent_class(candidate, class_of(scenario, candidate.product))
    starts = candidate.head_start and key in NUMBERS
    told = (kind, f"head start {candidate.head_start}" if starts else None)
    return ", ".join(filter(None, told)) or "any"


def numbers(scenario: Scenario) -> list[Number]:
    """List every number that the scenario gives with its path as in error messages; defaults of the
    schema are left out.

    Parameters of rules count too, as assumed. Whole numbers that are no quantities (months, seed,
    tiers, shapes) do not.
    """
    return [number for path, part in _parts(scenario, "") for number in _numbers(part, path)]


def ledger(scenario: Scenario, *, all_rows: bool = True) -> Table:
    """Tabulate every number that the scenario gives: its interval, and the source that it comes
    from.

    `value`, `low` and `high` are as given, `per` year where it says so; `dist` is how members draw,
    fixed where they do not; `publisher`, `date` and `address` are the source's; `precedents` says
    which of them could carry an assumed number, see `carried_by`. Without `all_rows`, numbers that
    a large table gives are one row a key, `trade.*.weight`, with their number as its note.
    """
    large = {} if all_rows else large_tables(scenario)
    given = [*numbers(without_tables(scenario, large)), *starmap(Number, together(large))]
    table: Table = {"path": [number.path for number in given]}
    for key in ("value", "low", "high"):
        table[key] = np.array([_cell(each.quantity, key) for each in given], dtype=np.float64)
    words = [_words(each, scenario) for each in given]
    return table | {key: [each[key] for each in words] for key in _WORDS}


def _words(number: Number, scenario: Scenario) -> dict[str, str]:
    """Return what the ledger says of a number in words."""
    quantity = number.quantity
    source = scenario.sources.get(quantity.source or "")
    drawn_by = quantity.dist or "triangular"
    return {
        "per": "year" if quantity.per == "year" else "",
        "dist": drawn_by if quantity.is_drawn else "fixed",
        "confidence": quantity.confidence,
        "source": quantity.source or "",
        **{key: getattr(source, key, None) or "" for key in ("publisher", "date", "address")},
        "precedents": carried_by(number, scenario),
        "note": quantity.note or "",
    }


def _cell(quantity: Quantity, key: str) -> float:
    number = getattr(quantity, key)
    return math.nan if number is None else number


def counts(scenario: Scenario) -> dict[str, int]:
    """Count the numbers by confidence, and as `bare` those of the assumed ones that stand alone."""
    large = large_tables(scenario)
    given = numbers(without_tables(scenario, large))
    found = Counter(number.quantity.confidence for number in given) + counted(large)
    bare = sum(number.is_bare for number in given) + found["bare"]
    return {**{each: found[each] for each in CONFIDENCES}, "bare": bare}


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


def described(scenario: Scenario, *, assumptions: bool = False) -> str:
    """Write in a few lines how well a scenario is supported, and, where asked for, every assumption
    with its interval.
    """
    number_of = counts(scenario)
    carried = _carried(scenario)
    by_confidence = ", ".join(f"{number_of[each]} {each}" for each in CONFIDENCES)
    dangling, unused = cited(scenario)
    count = len(scenario.sources)
    all_named = ", all of them named" * bool(count)
    lines = [
        (
            f"{sum(number_of[each] for each in CONFIDENCES)} numbers: {by_confidence}"
            f" ({number_of['bare']} without interval, source or note)"
        ),
        f"{count} source{'s' * (count != 1)}"
        + (f", of which nothing names {', '.join(unused)}" if unused else all_named),
        *([f"named and not given: {', '.join(dangling)}"] if dangling else []),
        _carried_line(carried),
    ]
    if assumptions:
        assumed = [
            number for number in numbers(scenario) if number.quantity.confidence == "assumed"
        ]
        lines += ["", "Assumptions:", *(_line(each, carried.get(each.path)) for each in assumed)]
    return "\n".join(lines)


def _carried(scenario: Scenario) -> dict[str, str]:
    """Return which precedents could carry an assumed number, by its path."""
    told = {each.path: carried_by(each, scenario) for each in numbers(scenario)}
    return {path: which for path, which in told.items() if which}


def _carried_line(carried: Mapping[str, str]) -> str:
    """Write which assumed numbers precedents could carry, and which precedents."""
    if not carried:
        return "No assumed lead time or ramp is left that precedents could carry."
    told = ", ".join(f"{path} ({which})" for path, which in carried.items())
    return (
        f"Precedents could carry {len(carried)} of the assumed: {told}.\n"
        "`sim precedents --class ... --head-start ...` gives the months, and the lines to write."
    )


def _line(number: Number, carried: str | None) -> str:
    """Write a number, its interval, which precedents could carry it, and its note on one line."""
    path, each = number
    interval = (
        f" ({plain(each.low)} to {plain(each.high)})"
        if each.low is not None and each.high is not None
        else f" ({listed([*map(plain, each.values)])})"
        if each.values
        else ""
    )
    per = " a year" if each.per == "year" else ""
    per += f" [precedents could carry it: {carried}]" if carried else ""
    return f"  {path}: {plain(each.value)}{interval}{per}" + (f": {each.note}" if each.note else "")


def _parts(value: Any, path: str) -> Iterator[tuple[str, Frozen]]:
    """List every part of a scenario that is given, with its path, in the order of the schema."""
    if isinstance(value, Frozen):
        yield path, value
    for key, each in _members(value).items():
        yield from _parts(each, f"{path}.{key}" if path else key)


def _members(value: Any) -> dict[str, Any]:
    """List what a part is made of, by key; what is not given is left out."""
    if isinstance(value, Mapping):
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
