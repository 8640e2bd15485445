"""Read what a model is judged by: outcomes, and documented cases of how long things took."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import NamedTuple

from sim.assess.need_readings import READINGS as OF_BUYERS
from sim.errors import Fault, InputError, Place, ScenarioError
from sim.files.disk import opened
from sim.scenario.quantity import month_number

KINDS = ("observed", "milestone", "claim", "plan")
"""Observations, dates of what was seen, what officials or experts say, what was planned: never
mixed."""
CASE_KEYS = ("category", "stage", "low", "central", "high", "unit", "source")
OPEN = "after "
"""Before the month by which a date is known not to have come: `after 2025-12`."""
READINGS = ("year", "level", "unit", "ready", "full", "allies", *OF_BUYERS)
"""How an outcome is read off a run: see `past.Past`, and `need_readings` for those of buyers."""


@dataclass(frozen=True)
class Observation:
    """Hold a row of outcomes, what was observed, said or planned: when, what, and which series of
    the model stands for it; texts as in the file.
    """

    category: str
    metric: str
    date: str
    value: str
    low: str
    high: str
    unit: str
    kind: str
    stated: str
    state: str
    products: str
    reading: str
    of: str
    replaces: str

    @property
    def is_date(self) -> bool:
        """Tell whether the outcome is a month."""
        return self.unit == "date"

    @property
    def is_open(self) -> bool:
        """Tell whether all that is known is that it had not happened by the end of a month."""
        return self.is_date and self.value.startswith(OPEN)

    @property
    def measure(self) -> str:
        """Return what it is measured in: `date`, `share` (percent) or `units`."""
        return "date" if self.is_date else "share" if self.unit.startswith("%") else "units"

    @property
    def band(self) -> tuple[float, float, float]:
        """Return low, value and high; months are counted from year 0, and what had not happened
        counts as the month after.
        """
        return (
            self._number(self.low or self.value),
            self._number(self.value),
            self._number(self.high or self.value),
        )

    def _number(self, text: str) -> float:
        if not self.is_date:
            return float(text)
        return float(month_number(text.removeprefix(OPEN))) + text.startswith(OPEN)


class Case(NamedTuple):
    """Hold a documented case: how long a stage took, or by which ratio costs grew."""

    category: str
    stage: str
    low: float
    central: float
    high: float


def read_outcomes(path: str | os.PathLike[str]) -> list[Observation]:
    """Read a file of outcomes. Raises ScenarioError with the line of each row that is faulty."""
    keys = [field.name for field in fields(Observation)]
    found: list[Observation] = []
    faults = []
    for line, row in _table_rows(path, keys):
        outcome = Observation(**{key: row[key] for key in keys})
        fault = _fault(outcome)
        if fault:
            faults.append(
                Fault(Place(os.fspath(path), line), f"{outcome.category}.{outcome.metric}", fault)
            )
        found.append(outcome)
    if faults:
        raise ScenarioError(faults)
    return found


def read_cases(path: str | os.PathLike[str]) -> list[Case]:
    """Read a file of documented cases.

    Raises ScenarioError where numbers are missing or out of order.
    """
    found = []
    for line, row in _table_rows(path, CASE_KEYS):
        try:
            case = Case(
                row["category"],
                row["stage"],
                float(row["low"]),
                float(row["central"]),
                float(row["high"]),
            )
        except ValueError:
            raise ScenarioError(
                [
                    Fault(
                        Place(os.fspath(path), line),
                        row["category"],
                        "low, central and high must be numbers",
                    )
                ]
            ) from None
        if not 0 <= case.low <= case.central <= case.high < math.inf:
            raise ScenarioError(
                [
                    Fault(
                        Place(os.fspath(path), line),
                        case.category,
                        "central is not between low and high, or below 0",
                    )
                ]
            )
        found.append(case)
    return found


def _table_rows(
    path: str | os.PathLike[str], keys: Iterable[str]
) -> list[tuple[int, dict[str, str]]]:
    try:
        with opened(path) as stream, io.TextIOWrapper(stream, "utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = set(keys) - set(reader.fieldnames or ())
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, ValueError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{os.fspath(path)}: {reason}") from error
    if missing or any(None in row or None in row.values() for _, row in rows):
        raise InputError(
            f"{os.fspath(path)}: not a table with columns {', '.join(sorted(missing or keys))}"
        )
    return rows


def _fault(outcome: Observation) -> str:
    """Say what is wrong with a row, or nothing."""
    if outcome.kind not in KINDS:
        return f"kind {outcome.kind!r} is none of {', '.join(KINDS)}"
    if outcome.reading and outcome.reading.split()[0] not in READINGS:
        return f"reading {outcome.reading!r} is none of {', '.join(READINGS)}"
    if outcome.reading in ("level", "full") and not outcome.of:
        return f"reading {outcome.reading!r} needs the products whose need it is measured by, `of`"
    if not outcome.unit:
        return "has no unit"
    if outcome.value or outcome.unit != "text":
        return _band_fault(outcome) if outcome.value else "has no value"
    return ""


def _band_fault(outcome: Observation) -> str:
    """Say what is wrong with the numbers of a row, or nothing."""
    try:
        low, value, high = outcome.band
        month_number(f"{outcome.date}-01"[:7])
    except ValueError:
        return (
            "value, low and high must be numbers, or months YYYY-MM for a date"
            " (`after YYYY-MM` where it had not happened by then)"
        )
    if outcome.is_open and (outcome.low or outcome.high):
        return "a date that has not come has no low and high"
    if not math.isfinite(low + value + high):
        return "value, low and high must be finite"
    return "" if low <= value <= high else "the value is not between low and high"
