"""Stand between the world and rules from outside: whatever they must not do is caught, and the
error names the rule.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import RuleError
from sim.rules import time_limit
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
"""Family -> the name of the array, in what its rules are given, whose shape their answer must
have"""
SEVERAL = {"stockpile": 2, "learning": 3}
"""Families whose rules answer with several arrays, and with how many"""
MAY_BE_INFINITE = ("production",)


def guarded(
    rule: Rule, parameters: dict[str, Any], followers: Sequence[str]
) -> Callable[[Any], Any]:
    """Return the rule's function with its parameters filled in; one from outside `sim` is watched
    at every call.

    A watched rule is given copies that it cannot change, and is asked twice: an answer that
    differs depends on something else than what it was given. RuleError names the rule and its
    followers when it raises anything, takes longer than `time_limit.SECONDS`, tries to write, or
    when its answer differs the second time, has a wrong shape or type, holds NaN or negative
    numbers.
    """
    function = rule.bound(parameters)
    if rule.is_own:
        return function
    who = f"{rule.family} rule {rule.name}, followed by {', '.join(followers)}"

    def watched(given: Any) -> Any:
        answer = _answer(who, function, given)
        _check(rule.family, who, answer, given)
        if not _same(answer, _answer(who, function, given)):
            raise RuleError(
                f"{who}: answered differently when asked the same again; an answer may depend on"
                " nothing but what the rule is given: no state of its own, no random numbers"
            )
        return answer

    return watched


def _answer(who: str, function: Callable[[Any], Any], given: Any) -> Any:
    """Ask a rule; the answer is a copy, so that it is nobody else's."""
    try:
        with time_limit.time_limit(time_limit.SECONDS):
            return _copied(function(_copied(given, is_locked=True)), is_locked=False)
    except time_limit.TooLongError:
        raise RuleError(
            f"{who}: took more than {time_limit.SECONDS:g} seconds for one answer"
        ) from None
    except (Exception, SystemExit) as error:
        if isinstance(error, ValueError) and "read-only" in str(error):
            raise RuleError(f"{who}: wrote into what it was given; make a copy first") from error
        told = " ".join(str(error).split())
        raise RuleError(f"{who}: {type(error).__name__}: {told}{_place(error)}") from error


def _place(error: BaseException) -> str:
    """Say where a rule raised: the last line of its own that ran."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [each for each in frames if each.filename != __file__]
    return f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""


def _copied(value: Any, *, is_locked: bool) -> Any:
    """Copy what a rule is given or gives, with all arrays in it, at any depth; locked ones refuse
    to be written. An array's subclass, and what holds no arrays, stays as it is.
    """
    if type(value) is np.ndarray:
        copy = value.copy()
        copy.flags.writeable = not is_locked
        return copy
    if isinstance(value, tuple):
        parts = [_copied(each, is_locked=is_locked) for each in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    # made without its constructor, which may derive fields from one another
    twin: Any = object.__new__(type(value))
    for name, each in vars(value).items():
        object.__setattr__(twin, name, _copied(each, is_locked=is_locked))
    return twin


def _same(one: Any, other: Any) -> bool:
    """Tell whether two answers are the same, bit for bit."""
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and np.array_equal(one, other)
    if isinstance(one, tuple):
        return isinstance(other, tuple) and all(map(_same, one, other))
    if is_dataclass(one):
        return type(one) is type(other) and all(
            map(_same, vars(one).values(), vars(other).values())
        )
    return bool(one == other)


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
    if type(answer) is not np.ndarray or answer.dtype != np.float64:
        is_array = type(answer) is np.ndarray
        kind = f"an array of {answer.dtype}" if is_array else type(answer).__name__
        raise RuleError(f"{who}: returned {kind}, not an array of floats")
    if answer.shape != shape:
        raise RuleError(f"{who}: returned the shape {answer.shape}, not {shape}")
    if np.isnan(answer).any():
        raise RuleError(f"{who}: returned NaN")
    if (answer < 0).any():
        raise RuleError(f"{who}: returned {answer.min():g}, below 0")
