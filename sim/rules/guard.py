"""Stand between the world and rules from outside: what they may not do is caught, named, and laid
at their door.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from sim.errors import RuleError
from sim.rules.registry import Rule
from sim.rules.search import Prospects, Search

SHAPED_LIKE = {
    "allocation": "orders",
    "sourcing": "weight",
    "ordering": "expected",
    "stockpile": "stock",
    "production": "usual",
    "overtime": "overtime",
    "investment": "capacity",
    "learning": "experience",
    "pricing": "unit_cost",
    "programme": "wanted",
}
"""Family -> the array of what its rules are given whose shape their answer must have."""
SEVERAL = {"stockpile": 2, "learning": 3}
"""Families whose rules answer with so many arrays."""
MAY_BE_INFINITE = ("production",)


def guarded(
    rule: Rule, parameters: dict[str, Any], followers: Sequence[str]
) -> Callable[[Any], Any]:
    """Return the rule's function with its parameters filled in; one from outside `sim` is watched
    at every call.

    A watched rule sees arrays that it cannot change. RuleError names the rule and its followers
    when its answer has a wrong shape or type, holds NaN or negative numbers, or when it tried to
    write; its own exceptions pass, with a note.
    """
    function = rule.bound(parameters)
    if rule.function.__module__.startswith("sim."):
        return function
    who = f"{rule.family} rule {rule.name}, followed by {', '.join(followers)}"

    def watched(given: Any) -> Any:
        try:
            answer = function(_read_only(given))
        except ValueError as error:
            if "read-only" in str(error):
                raise RuleError(
                    f"{who}: wrote into what it was given; make a copy first"
                ) from error
            error.add_note(f"in the {who}")
            raise
        except Exception as error:
            error.add_note(f"in the {who}")
            raise
        _check(rule.family, who, answer, given)
        return answer

    return watched


def _read_only(given: Any) -> Any:
    """Return the same record with arrays that refuse to be written; the world's own stay as they
    are.
    """
    locked = {}
    for each in fields(given):
        value = getattr(given, each.name)
        if isinstance(value, np.ndarray):
            locked[each.name] = value.view()
            locked[each.name].flags.writeable = False
    return replace(given, **locked)


def _check(family: str, who: str, answer: Any, given: Any) -> None:
    if family == "search":
        _check_search(who, answer, given)
    if family not in SHAPED_LIKE:
        return
    shape = getattr(given, SHAPED_LIKE[family]).shape
    if family in SEVERAL:
        _check_several(who, answer, SEVERAL[family], shape)
        return
    _check_array(who, answer, shape)
    if family not in MAY_BE_INFINITE and np.isinf(answer).any():
        raise RuleError(f"{who}: returned an infinite number")
    if family == "allocation" and (answer > given.orders * (1 + 1e-9)).any():
        raise RuleError(f"{who}: granted more than was ordered")
    if family == "programme" and (given.together(answer) > given.budget * (1 + 1e-9)).any():
        raise RuleError(f"{who}: spent more than the budget")


def _check_several(who: str, answer: Any, count: int, shape: tuple[int, ...]) -> None:
    if not isinstance(answer, tuple) or len(answer) != count:
        raise RuleError(f"{who}: returned {type(answer).__name__}, not a tuple of {count} arrays")
    for each in answer:
        _check_array(who, each, shape)
        if np.isinf(each).any():
            raise RuleError(f"{who}: returned an infinite number")


def _check_search(who: str, answer: Any, given: Prospects) -> None:
    if not isinstance(answer, Search):
        raise RuleError(f"{who}: returned {type(answer).__name__}, not a Search")
    for each, shape in (
        (answer.waited, given.fill.shape),
        (answer.chance, given.fill.shape),
        (answer.pull, given.capacity.shape),
    ):
        _check_array(who, each, shape)


def _check_array(who: str, answer: Any, shape: tuple[int, ...]) -> None:
    if not isinstance(answer, np.ndarray) or answer.dtype.kind != "f":
        kind = (
            f"an array of {answer.dtype}"
            if isinstance(answer, np.ndarray)
            else type(answer).__name__
        )
        raise RuleError(f"{who}: returned {kind}, not an array of floats")
    if answer.shape != shape:
        raise RuleError(f"{who}: returned the shape {answer.shape}, not {shape}")
    if np.isnan(answer).any():
        raise RuleError(f"{who}: returned NaN")
    if (answer < 0).any():
        raise RuleError(f"{who}: returned {answer.min():g}, below 0")
