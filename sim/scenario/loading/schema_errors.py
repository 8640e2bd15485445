"""Turn the schema's errors into faults: the user's own path, the place in the file, and words of
our own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from sim.errors import Fault
from sim.scenario.loading.paths import fault_at
from sim.scenario.loading.schema_walk import KINDS, Shape, below, keys_of, model_at, takes_list
from sim.scenario.loading.source_tree import Path, Written
from sim.scenario.need import Need
from sim.scenario.quantity import Frozen, Quantity
from sim.scenario.rule_choices import RuleChoice
from sim.scenario.schema import Input, Line, Scenario
from sim.scenario.suggestions import comma_hint, found, meant, nearest, share_hint

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
}
_EXPECTED_KEYS = {"string_type": "a name or a month (YYYY-MM)", "int_type": "a year"}
_EXPECTED_MODELS: dict[type[Frozen], str] = {
    Quantity: "a number or a quantity",
    Input: "a number, a quantity or a mapping",
    Line: "a number, a quantity or a mapping",
    Need: "a number, a quantity or a mapping",
    RuleChoice: "a rule's name or a mapping",
}
_PATTERNS = {
    "^[A-Z][A-Z0-9_]{1,19}$": "a state's name (2 to 20 capital letters, digits or _, as in RUS)",
    "^[A-Za-z][A-Za-z0-9_]*$": "a name (a letter, then letters, digits and _)",
}


@dataclass(frozen=True)
class _Spot:
    """Hold where an error stands: the user's path, what is written there, and what of the schema's
    path leads no further.
    """

    path: Path
    node: Written
    shape: Shape
    rest: tuple[str | int, ...]
    root: type[Frozen]


def schema_faults(
    error: ValidationError, tree: Written, root: type[Frozen] = Scenario
) -> list[Fault]:
    """List the faults that the schema found, each placed in the tree that was validated by the
    model `root`.
    """
    faults = (_fault(detail, tree, root) for detail in error.errors(include_url=False))
    return [fault for fault in faults if fault is not None]


def _fault(detail: Mapping[str, Any], tree: Written, root: type[Frozen]) -> Fault | None:
    """Translate one error; None for an error of a branch that was not meant, where the schema
    allows text or a list.
    """
    spot = _spot(detail["loc"], tree, root)
    if spot.rest and takes_list(spot.shape):
        return _branch_fault(detail, spot, tree)
    if detail["loc"][-1] == "[key]":
        return fault_at(tree, spot.path, _message(detail, spot, _EXPECTED_KEYS), at_key=True)
    special = _SPECIAL.get(detail["type"])
    if special:
        return special(detail, spot, tree)
    if spot.rest == ("rule",) and spot.node.mapping is not None:
        return _missing(detail, spot, tree)
    return fault_at(tree, spot.path, _message(detail, spot))


def _spot(loc: tuple[str | int, ...], tree: Written, root: type[Frozen]) -> _Spot:
    """Follow the schema's path through what was written, leaving out names of branches and of
    shorthands.
    """
    node, shape, path = tree, root, []
    rest: list[str | int] = []
    for step in (*loc[:2], *loc[3:]) if loc[0] == "events" else loc:
        if step in node.members:
            shape = below(shape, step, node)
            node = node.members[step]
            path.append(step)
        else:
            rest.append(step)
    return _Spot(tuple(path), node, shape, tuple(rest), root)


def _branch_fault(detail: Mapping[str, Any], spot: _Spot, tree: Written) -> Fault | None:
    if isinstance(spot.node.value, list) or str(spot.rest[0]).startswith("list"):
        return None
    allowed = (
        "all or a list of states"
        if detail["type"] == "literal_error"
        else "a name or a list of names"
    )
    return fault_at(tree, spot.path, f"expected {allowed}, found {found(spot.node.value)}")


def _missing(detail: Mapping[str, Any], spot: _Spot, tree: Written) -> Fault:
    return fault_at(tree, spot.path, f"missing key '{detail['loc'][-1]}'")


def _without_kind(detail: Mapping[str, Any], spot: _Spot, tree: Written) -> Fault:
    return fault_at(tree, spot.path, "missing key 'kind'")


def _unknown_key(detail: Mapping[str, Any], spot: _Spot, tree: Written) -> Fault:
    model = _model_around(spot.path, tree, spot.root)
    allowed = [*keys_of(model), *(["extends"] if model is Scenario else [])]
    key, node = spot.path[-1], tree
    for step in spot.path[:-1]:
        node = node.members[step]
    around = {name: each.value for name, each in node.members.items()}
    hint = comma_hint(key, around.get(key, ""), around)
    return fault_at(
        tree, spot.path, hint or f"unknown key{meant(key, allowed, 'allowed')}", at_key=True
    )


def _unknown_kind(detail: Mapping[str, Any], spot: _Spot, tree: Written) -> Fault:
    kind = spot.node.members["kind"].value
    message = (
        f"unknown kind '{kind}'{meant(kind, KINDS)}"
        if isinstance(kind, str)
        else f"expected a kind of event, found {found(kind)}"
    )
    return fault_at(tree, (*spot.path, "kind"), message)


def _out_of_bounds(detail: Mapping[str, Any], spot: _Spot, tree: Written) -> Fault:
    """Place a number out of bounds at the value, low or high of its quantity."""
    text, colon, _ = detail["ctx"]["text"].partition(": ")
    key = text if colon else "value"
    return fault_at(tree, (*spot.path, key), detail["msg"].removeprefix(f"{key}: "))


_SPECIAL: dict[str, Callable[[Mapping[str, Any], _Spot, Written], Fault]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "invalid_key": _unknown_key,
    "union_tag_invalid": _unknown_kind,
    "union_tag_not_found": _without_kind,
    "below": _out_of_bounds,
    "above": _out_of_bounds,
}


def _message(
    detail: Mapping[str, Any],
    spot: _Spot,
    expected: Mapping[str, str] = MappingProxyType(_EXPECTED),
) -> str:
    kind, value = detail["type"], detail["input"]
    if kind in ("model_type", "model_attributes_type"):
        model = model_at(spot.shape, None)
        return _unlike(_EXPECTED_MODELS.get(model, "a mapping") if model else "a mapping", value)
    if kind in expected:
        return _unlike(expected[kind], value)
    write = _WORDING.get(kind)
    return write(value, detail.get("ctx", {})) if write else str(detail["msg"])


def _unlike(expected: str, value: object) -> str:
    """Write what was expected, what was found and, of a percentage, how it is written."""
    hint = share_hint(value) if "number" in expected else ""
    return f"expected {expected}, found {found(value)}{hint}"


def _literal(value: object, context: Mapping[str, Any]) -> str:
    expected = str(context["expected"])
    return f"expected {expected.replace(chr(39), '')}, found {found(value)}{_near(value, expected)}"


def _near(value: object, expected: str) -> str:
    near = nearest(value, re.findall("'([^']+)'", expected))
    return f"; did you mean '{near}'?" if near else ""


_WORDING: dict[str, Callable[[object, Mapping[str, Any]], str]] = {
    "finite_number": lambda value, _: f"{value} is not a finite number",
    "string_pattern_mismatch": lambda value, context: (
        f"'{value}' is not {_PATTERNS[context['pattern']]}"
    ),
    "literal_error": _literal,
    "greater_than_equal": lambda value, context: f"{value} is below {context['ge']}",
    "less_than_equal": lambda value, context: f"{value} is above {context['le']}",
}


def _model_around(path: Path, tree: Written, root: type[Frozen]) -> type[Frozen]:
    node, shape = tree, root
    for step in path[:-1]:
        shape, node = below(shape, step, node), node.members[step]
    return model_at(shape, node) or root
