"""Read what a model is judged by, and read runs in the same terms: outcomes, and documented cases
of how long things took.
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from sim.assess.fates import hits, restricted_routes
from sim.assess.need_readings import READINGS as OF_BUYERS
from sim.assess.need_readings import of_buyer
from sim.errors import Fault, InputError, Place, ScenarioError
from sim.kernels.sums import Bools, Floats
from sim.records import Records
from sim.scenario.quantity import month_number
from sim.scenario.schema import Scenario

KINDS = ("observed", "milestone", "claim", "plan")
"""Observations, dates of what was seen, what officials or experts say, what was planned: never
mixed."""
READINGS = ("year", "level", "unit", "ready", "full", "allies", *OF_BUYERS)
"""How an outcome is read off a run: see `Past`, and `need_readings` for those of buyers."""
TENTH, HALF = 12.0, 30.0
"""The naive logistic: months after the cut-off in which a tenth and half of the need is made at
  home, nine tenths after
48. Half is the middle of the two to three years that officials gave; it is not fitted to any
  outcome."""
FULL = 0.9
"""Supply is complete when a year's output is this share of the year's need."""
TAKEN = 0.1
"""An ally has taken over a product when it delivers this share of the old supplies more than at the
start."""
YEAR = 12


@dataclass(frozen=True)
class Outcome:
    """Hold a row of outcomes: when, what, and which series of the model stands for it; texts as in
    the file.
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
    def band(self) -> tuple[float, float, float]:
        """Return low, value and high; months are counted from year 0."""
        return (
            self._number(self.low or self.value),
            self._number(self.value),
            self._number(self.high or self.value),
        )

    def _number(self, text: str) -> float:
        return float(month_number(text)) if self.is_date else float(text)


class Case(NamedTuple):
    """Hold a documented case: how long a stage took, or by which ratio costs grew."""

    category: str
    stage: str
    low: float
    central: float
    high: float


def read_outcomes(path: str | os.PathLike[str]) -> list[Outcome]:
    """Read a file of outcomes. Raises ScenarioError with the line of each row that is faulty."""
    keys = [field.name for field in fields(Outcome)]
    found: list[Outcome] = []
    faults = []
    for line, row in _rows(path, keys):
        outcome = Outcome(**{key: row[key] for key in keys})
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
    for line, row in _rows(path, ("category", "stage", "low", "central", "high", "unit", "source")):
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


def _rows(path: str | os.PathLike[str], keys: Iterable[str]) -> list[tuple[int, dict[str, str]]]:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = set(keys) - set(reader.fieldnames or ())
            rows = [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise InputError(f"{os.fspath(path)}: {error.strerror}") from error
    if missing or any(None in row or None in row.values() for _, row in rows):
        raise InputError(
            f"{os.fspath(path)}: not a table with columns {', '.join(sorted(missing or keys))}"
        )
    return rows


def _fault(outcome: Outcome) -> str:
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


def _band_fault(outcome: Outcome) -> str:
    """Say what is wrong with the numbers of a row, or nothing."""
    try:
        low, value, high = outcome.band
        month_number(f"{outcome.date}-01"[:7])
    except ValueError:
        return "value, low and high must be numbers, or months YYYY-MM for a date"
    if not math.isfinite(low + value + high):
        return "value, low and high must be finite"
    return "" if low <= value <= high else "the value is not between low and high"


def logistic(months: Floats) -> Floats:
    """Return the share made at home so many months after the cut-off, nothing before it.

    Fisher & Pry 1971.
    """
    share = 1.0 / (1.0 + np.exp(-(months - HALF) * math.log(9.0) / (HALF - TENTH)))
    return np.where(months < 0, 0.0, share)


@dataclass(frozen=True)
class Past:
    """Read a run as outcomes are written.

    Of the good units of `products` that lines of `state` make: `year`, those of a calendar year;
    `level`, the rise since the first year, mean of three months, in percent of its need of the
    products `of`; and the months in which first `unit n` had been made, capacity was `ready` for a
    unit a year, supply was `full`: a year's output was nine tenths of a year's need. Where products
    go together into a set, it is the sets that count; putting them together takes no time. `allies`
    counts the products that states of the same bloc took over.
    """

    scenario: Scenario
    records: Records

    def forecast(self, outcome: Outcome) -> Floats:
        """Return what the run says of an outcome, [members].

        Raises InputError where the scenario has no such state or need.
        """
        if outcome.state not in self.scenario.states:
            raise InputError(
                f"{outcome.category}.{outcome.metric}: the scenario has no state {outcome.state}"
            )
        if outcome.reading == "allies":
            return self._taken_over(outcome.state)
        if outcome.reading.split()[0] in OF_BUYERS:
            asked = outcome.state, outcome.products, outcome.reading, outcome.date
            return of_buyer(self.records, *asked)
        made = self._made(outcome)
        needed = self._needed(outcome) if outcome.of else np.zeros_like(made)
        return self._read(outcome, made, needed)

    def naive(self, outcome: Outcome) -> float:
        """Return what the logistic says; it knows the need at the start and the month of the
        cut-off. NaN: nothing.
        """
        hit = hits(self.records)
        since = min(
            (
                hit[outcome.state, product]
                for product in outcome.of.split()
                if (outcome.state, product) in hit
            ),
            default=None,
        )
        told = outcome.reading.split()[0]
        if told == "allies" or told in OF_BUYERS or since is None:
            return math.nan
        needed = np.full((len(self.records.months), 1), self._needed(outcome)[:YEAR, 0].mean())
        share = logistic(np.arange(len(needed), dtype=np.float64) - since)[:, None]
        return float(self._read(outcome, needed * share, needed)[0])

    def _made(self, outcome: Outcome) -> Floats:
        """Return what stands for the outcome, [months, members]: the sum of shares, or as many sets
        as the scarcest product makes.
        """
        source = self.records.capacity if outcome.reading == "ready" else self.records.output
        owned = [
            product if state == outcome.state else "" for _, state, product in self.records.lines
        ]
        wanted = outcome.products.split()
        made = np.stack(
            [
                source[:, [row for row, each in enumerate(owned) if each == product]].sum(axis=1)
                for product in wanted
            ]
        )
        if outcome.unit == "%":
            return np.asarray(made.sum(axis=0))
        sets = np.cumsum(made, axis=1).min(axis=0)
        return np.diff(sets, axis=0, prepend=0.0) if len(wanted) > 1 else made[0]

    def _needed(self, outcome: Outcome) -> Floats:
        wanted = [(outcome.state, product) for product in outcome.of.split()]
        rows = [row for row, need in enumerate(self.records.needs) if need in wanted]
        if len(rows) < max(len(wanted), 1):
            raise InputError(
                f"{outcome.category}.{outcome.metric}: {outcome.state} does not need all of"
                f" {outcome.of or 'nothing'}"
            )
        return np.asarray(self.records.series["need"][:, rows].sum(axis=1))

    def _read(self, outcome: Outcome, made: Floats, needed: Floats) -> Floats:
        """Read an outcome off what is made, both [months, members], units a month."""
        first = month_number(self.records.months[0])
        word, _, amount = outcome.reading.partition(" ")
        if word == "year":
            begin = month_number(f"{outcome.date}-01") - first
            return np.asarray(made[begin : begin + YEAR].sum(axis=0))
        if word == "level":
            at = month_number(outcome.date) - first + 1
            risen = made[at - 3 : at].mean(axis=0) - made[:YEAR].mean(axis=0)
            return np.asarray(100.0 * risen / needed[:YEAR].mean(axis=0))
        done = _reached(word, float(amount or 0.0), made, needed)
        return first + np.where(done.any(axis=0), done.argmax(axis=0), len(made)).astype(np.float64)

    def _taken_over(self, state: str) -> Floats:
        """Count the products of which allies deliver a tenth of the old supplies more in the last
        year than in the first, [members].
        """
        flows, routes, bloc = (
            self.records.flows,
            self.records.routes,
            self.scenario.states[state].bloc,
        )
        old = {route for route in restricted_routes(self.records) if route[1] == state}
        allies = {
            name
            for name, each in self.scenario.states.items()
            if name != state and each.bloc == bloc is not None
        }
        count = np.zeros(flows.shape[-1])
        for product in dict.fromkeys(route[2] for route in routes if route in old):
            rows = [
                row
                for row, (_, importer, good) in enumerate(routes)
                if (importer, good) == (state, product)
            ]
            before = flows[0, [row for row in rows if routes[row] in old]].sum(axis=0)
            allied = flows[
                :, [row for row in rows if routes[row][0] in allies and routes[row] not in old]
            ].sum(axis=1)
            count += (before > 0) & (allied[-1] - allied[0] >= TAKEN * before)
        return count


def _reached(word: str, amount: float, made: Floats, needed: Floats) -> Bools:
    """Tell in which months what a reading waits for is there, [months, members]."""
    if word == "unit":
        return np.cumsum(made, axis=0) >= amount - 1e-9
    if word == "ready":
        return made >= 1.0 / YEAR
    return _year_sums(made) >= FULL * _year_sums(needed)


def _year_sums(units: Floats) -> Floats:
    """Add up the last twelve months, or as many as there are; [months, members]."""
    sums = np.cumsum(units, axis=0)
    sums[YEAR:] -= sums[:-YEAR].copy()
    return sums
