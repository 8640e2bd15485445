"""Describe one thing that can be set in the explorer, and write a value of it as `--set` takes
it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sim.errors import InputError
from sim.scenario.quantity import MONTH, month_number

Kind = Literal["number", "month", "switch", "choice", "states", "scale"]
ON, OFF, ALL = "on", "off", "all"
MOST = 200
"""Letters of a value; more is no number, month or list of states."""
PLAIN = re.compile(r"(?!(?i:true|false|null)$)[A-Za-z]\w*")
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")


@dataclass(frozen=True)
class Range:
    """Hold where a slider begins and ends, and its steps; what is typed may lie outside."""

    low: float
    high: float
    step: float


@dataclass(frozen=True)
class Control:
    """Describe something that can be set: what it is called, what it is now, what it may be.

    `value` is as it stands in an address: `0.5`, `2014-06`, `on`, the name of a rule, or states
    with commas between. What is not in the settings stays as the scenario has it, spread and all.
    """

    id: str
    """Its name in an address: the path that `--set` takes, of an event or a budget without a key"""
    kind: Kind
    title: str
    value: str
    """What the scenario says"""
    text: str = ""
    """What it means, from the schema, and how sure it is"""
    range: Range | None = None
    options: Sequence[tuple[str, str]] = ()
    """(value, title) of what can be chosen"""
    sets: Sequence[tuple[str, Any]] = field(default=(), repr=False)
    """What is set beside a number; of a scale each amount, to be multiplied"""
    entity: str = ""
    """What it belongs to, where it stands under that"""

    @property
    def label(self) -> str:
        """Return its title without that of what it stands under."""
        return self.title.removeprefix(f"{self.entity}: ") if self.entity else self.title

    @property
    def is_inner(self) -> bool:
        """Return whether it stands under something."""
        return bool(self.entity)

    @property
    def is_event(self) -> bool:
        """Return whether it switches a whole event on and off."""
        return self.kind == "switch" and self.id.startswith("events.")

    def written(self, value: str) -> list[tuple[str, Any]]:
        """Return what to set, as pairs of path and plain value; None removes.

        Raises InputError where the value is none of this control's.
        """
        if len(value) > MOST:
            raise InputError(f"{self.id}: {value[:40]!r}... is longer than any value of it")
        return _WRITERS[self.kind](self, value)


def as_set(path: str, value: Any) -> str:
    """Write a value as `--set` takes it: words and months plain, all else as JSON, which is
    YAML too.
    """
    is_plain = isinstance(value, str) and (MONTH.fullmatch(value) or PLAIN.fullmatch(value))
    text = value if is_plain else json.dumps(value, ensure_ascii=False)
    return f"{path}={text}"


def plain_number(text: str, of: str) -> float | int:
    """Read a number as people type it. Raises InputError."""
    given = text.strip()
    if not NUMBER.fullmatch(given) or not math.isfinite(float(given)):
        raise InputError(f"{of}: {text!r} is not a number; write it as 0.5")
    number = float(given)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _number(control: Control, value: str) -> list[tuple[str, Any]]:
    return [*control.sets, (control.id, plain_number(value, control.id))]


def _month(control: Control, value: str) -> list[tuple[str, Any]]:
    if not MONTH.fullmatch(value):
        raise InputError(f"{control.id}: {value!r} is not a month; write YYYY-MM, as in 2014-03")
    month_number(value)
    return [(control.id, value)]


def _switch(control: Control, value: str) -> list[tuple[str, Any]]:
    if value not in (ON, OFF):
        raise InputError(f"{control.id}: {value!r} is neither {ON} nor {OFF}")
    if control.is_event:
        return [] if value == ON else [(control.id, None)]
    return [(control.id, value == ON)]


def _choice(control: Control, value: str) -> list[tuple[str, Any]]:
    known = [name for name, _ in control.options]
    if value not in known:
        raise InputError(
            f"{control.id}: {value!r} is not to be chosen; there are {', '.join(known)}"
        )
    return [(control.id, value)]


def _states(control: Control, value: str) -> list[tuple[str, Any]]:
    known = [name for name, _ in control.options]
    if value == ALL:
        return [(control.id, ALL)]
    named = [name for name in value.split(",") if name]
    wrong = [name for name in named if name not in known]
    if wrong or not named:
        said = f"unknown {', '.join(map(repr, wrong))}" if wrong else "names no state"
        raise InputError(f"{control.id}: {said}; there are {', '.join(known)}, or {ALL}")
    return [(control.id, named)]


def _scale(control: Control, value: str) -> list[tuple[str, Any]]:
    factor = plain_number(value, control.id)
    if factor < 0:
        raise InputError(f"{control.id}: {value} is below 0; it multiplies the amounts")
    return [(path, _times(amount, factor)) for path, amount in control.sets]


def _times(amount: dict[str, Any], factor: float) -> dict[str, Any]:
    """Multiply an amount of money, its interval included; what is 0 has none."""
    found = dict(amount)
    if factor == 0:
        return {"value": 0}
    for key in ("value", "low", "high"):
        if found.get(key) is not None:
            found[key] *= factor
    if found.get("values"):
        found["values"] = [each * factor for each in found["values"]]
    return found


_WRITERS = {
    **{"number": _number, "month": _month, "switch": _switch},
    **{"choice": _choice, "states": _states, "scale": _scale},
}
