"""Keep the exchangeable rules by family and name, and check choices of them.

A rule is one function. Its name is the name in YAML, its keyword-only arguments are its parameters
(their types say what is allowed), its docstring is its documentation, its family's module says what
it is called with.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from sim.errors import InputError
from sim.files.text import documentation

FAMILIES = (
    "allocation",
    "sourcing",
    "search",
    "ordering",
    "stockpile",
    "production",
    "overtime",
    "investment",
    "learning",
    "pricing",
    "programme",
)

DROPS_DOCSTRINGS = 2
"""The level of optimisation (python -OO) from which on Python drops docstrings"""

Names = Mapping[str, Collection[str] | None]
"""Noun (state, product, state or bloc ...) -> the names that a scenario gives; None: it cannot be
told."""
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Rule:
    """Hold a registered rule."""

    family: str
    name: str
    function: Callable[..., Any]
    parameters: Mapping[str, inspect.Parameter]
    source: str
    """Where its equation is from"""

    @property
    def is_own(self) -> bool:
        """Return whether it is one of `sim`'s own."""
        return self.function.__module__.startswith("sim.")

    @property
    def documentation(self) -> str:
        """Return what the rule does, in the words of its docstring."""
        return documentation(self.function)

    def faults(self, parameters: Mapping[str, Any], names: Names | None = None) -> dict[str, str]:
        """Say what is wrong with these parameters: parameter -> message, with `rule` for what is
        missing.

        `names`, where known, lists the scenario's names that parameters may refer to.
        """
        hints = get_type_hints(self.function, include_extras=True)
        takes = f"{self.name} takes {', '.join(self.parameters) or 'no parameters'}"
        found = {
            key: f"no parameter of the rule; {takes}"
            for key in parameters
            if key not in self.parameters
        }
        for key, each in self.parameters.items():
            if key in parameters:
                try:
                    TypeAdapter(hints[key]).validate_python(
                        parameters[key], strict=True, context=names
                    )
                except ValidationError as error:
                    message = error.errors()[0]["msg"]
                    found[key] = f"{message[0].lower()}{message[1:]} (got {parameters[key]!r})"
            elif each.default is inspect.Parameter.empty:
                found["rule"] = f"{self.name} needs the parameter {key}"
        return found

    def description(self) -> str:
        """Return name, documentation, parameters and source as lines to read."""
        hints = get_type_hints(self.function, include_extras=True)
        first, *rest = self.documentation.splitlines() or ["(its docstring is not at hand)"]
        lines = [f"  {self.name}", f"      {first}", *(f"      {line}".rstrip() for line in rest)]
        for key, each in self.parameters.items():
            default = (
                "required" if each.default is inspect.Parameter.empty else f"default {each.default}"
            )
            lines.append(f"      {key}: {_shown(hints[key])}, {default}")
        return "\n".join([*lines, *([f"      from: {self.source}"] if self.source else [])])

    def bound(self, parameters: Mapping[str, Any]) -> Callable[..., Any]:
        """Return the rule's function with its parameters filled in."""
        return partial(self.function, **parameters) if parameters else self.function


BOUNDS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
"""A bound's name in annotations -> the same in words"""


def _shown(hint: Any) -> str:
    """Write a parameter's type and bounds for people: `float, at least 1, at most 120`."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _bounded(*parts)
    if origin in (Union, UnionType, Literal):
        return " or ".join(str(each) if origin is Literal else _shown(each) for each in parts)
    if origin is list:
        return f"list of {_shown(parts[0])}"
    if origin is dict:
        return f"mapping of {_shown(parts[0])} to {_shown(parts[1])}"
    if hint is NoneType:
        return "none"
    return hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "")


def _bounded(kind: Any, *extras: Any) -> str:
    limits = [limit for extra in extras for limit in getattr(extra, "metadata", [extra])]
    words = [
        f"{word} {getattr(limit, key):g}"
        for limit in limits
        for key, word in BOUNDS.items()
        if hasattr(limit, key)
    ]
    named = [extra.shown for extra in extras if hasattr(extra, "shown")]
    return ", ".join([*(named or [_shown(kind)]), *words])


_RULES: dict[tuple[str, str], Rule] = {}


def rule(family: str, *, source: str = "") -> Callable[[Function], Function]:
    """Register a function as a rule of a family under its own name.

    Raises InputError for an unknown family, a name already taken, or a missing docstring.
    """
    if family not in FAMILIES:
        raise InputError(f"{family!r} is no rule family; there are {', '.join(FAMILIES)}")

    def register(function: Function) -> Function:
        name = function.__name__
        if (family, name) in _RULES:
            raise InputError(f"{family} already has a rule named {name}")
        if not inspect.getdoc(function) and sys.flags.optimize < DROPS_DOCSTRINGS:
            raise InputError(f"{family} rule {name} has no docstring: say what it does")
        keyword_only = {
            key: each
            for key, each in inspect.signature(function).parameters.items()
            if each.kind is inspect.Parameter.KEYWORD_ONLY
        }
        _RULES[family, name] = Rule(family, name, function, keyword_only, source)
        return function

    return register


def rules(family: str | None = None) -> list[Rule]:
    """List the registered rules, of one family or of all, in the order of families and names."""
    return sorted(
        (each for each in _RULES.values() if family in (None, each.family)),
        key=lambda each: (FAMILIES.index(each.family), each.name),
    )


def find(family: str, name: str) -> Rule:
    """Return a rule; raises InputError with the nearest name where there is none."""
    if (family, name) not in _RULES:
        raise InputError(_unknown(family, name))
    return _RULES[family, name]


def check(
    family: str, name: str, parameters: Mapping[str, Any], names: Names | None = None
) -> dict[str, str]:
    """Say what is wrong with a choice of rule: key -> message, with the key `rule` for its name;
    empty when all is well.
    """
    return (
        _RULES[family, name].faults(parameters, names)
        if (family, name) in _RULES
        else {"rule": _unknown(family, name)}
    )


def _unknown(family: str, name: str) -> str:
    known = [each.name for each in rules(family)]
    other = next((each.family for each in rules() if each.name == name), None)
    if other:
        return f"'{name}' is a rule of {other}, not of {family}; there are {', '.join(known)}"
    near = get_close_matches(name, known, n=1)
    return f"there is no {family} rule '{name}'; " + (
        f"did you mean '{near[0]}'?" if near else f"there are {', '.join(known)}"
    )
