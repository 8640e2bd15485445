"""Change the members, seed and months of a scenario, within the schema's bounds."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

from pydantic_core import PydanticSerializationError

from sim.errors import InputError
from sim.scenario.column_table import without_columns
from sim.scenario.schema import Scenario

KEYS = ("members", "seed", "months")


def revised(scenario: Scenario, **given: int | None) -> Scenario:
    """Return the scenario with other members, seed or months; None leaves what is there.

    Raises InputError, with all faults together, where one is no whole number or out of bounds,
    also one of the scenario itself that was changed without being checked; and where its text
    could not be saved after the run.
    """
    changed = {key: value for key, value in given.items() if value is not None}
    wanted = {key: changed.get(key, getattr(scenario, key)) for key in KEYS}
    faults = [text for key, value in wanted.items() if (text := _fault(key, value))]
    try:
        # what is kept as columns came from a file, which was checked
        without_columns(scenario).model_dump_json()
    except PydanticSerializationError:
        faults.append("the scenario: its text holds half of a surrogate pair, which no file can")
    if faults:
        raise InputError("\n".join(faults))
    return scenario.model_copy(update={key: int(value) for key, value in changed.items()})


def _fault(key: str, value: Any) -> str:
    """Say what is wrong with a value, or nothing."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        return f"{key}: {value!r} is not a whole number"
    least, most = bounds(key)
    number = int(value)
    if number < least:
        return f"{key}: {number} is below {least}"
    return f"{key}: {number} is above {most}" if number > most else ""


def bounds(key: str) -> tuple[int, int]:
    """Return the least and the most that the schema allows of a whole number."""
    limits: dict[str, int] = {}
    for each in Scenario.model_fields[key].metadata:
        limits |= {name: getattr(each, name) for name in ("ge", "le") if hasattr(each, name)}
    return limits["ge"], limits["le"]


def checked_members(only: Sequence[Any]) -> tuple[int, ...]:
    """Return numbers of members as they are. Raises InputError where one cannot be any's."""
    most = bounds("members")[1] - 1
    if not len(only):
        raise InputError("only: names no member")
    for each in only:
        is_whole = isinstance(each, Integral) and not isinstance(each, bool)
        if not is_whole or not 0 <= each <= most:
            raise InputError(f"only: {each!r} is not the number of a member, 0 to {most}")
    return tuple(map(int, only))
