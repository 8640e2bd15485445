"""Read what a model is judged by: outcomes, and documented cases of how long things took."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sim.assess.observation import COLUMNS, Complaint, Observation, complaints
from sim.errors import Fault, InputError, Place, ScenarioError
from sim.files.delimited import Record, records
from sim.files.disk import opened
from sim.files.text import decoded
from sim.scenario.quantity import CONFIDENCES
from sim.scenario.schema import Scenario

CASE_KEYS = ("category", "stage", "low", "central", "high", "unit", "source")
Row = dict[str, str]
Places = dict[str, Place]
File = str | os.PathLike[str]


class Case(NamedTuple):
    """Hold a documented case: how long a stage took, or by which ratio costs grew."""

    category: str
    stage: str
    low: float
    central: float
    high: float


def read_outcomes(path: File) -> list[Observation]:
    """Read a file of outcomes. Raises ScenarioError with the place of each fault, InputError for
    what is no table.
    """
    found: list[Observation] = []
    faults: list[Fault] = []
    for row, places in _table_rows(path, COLUMNS, faults):
        outcome = Observation(**{key: row[key] for key in COLUMNS}, places=places)
        for column, message in (*complaints(outcome), *_of_confidence(row)):
            faults.append(Fault(places[column], outcome.name, message))
        found.append(outcome)
    if faults:
        raise ScenarioError(faults)
    return found


def _of_confidence(row: Row) -> Iterator[Complaint]:
    """List what is wrong with how well a row is supported, where it says so."""
    word = row.get("confidence", "")
    if word and word not in CONFIDENCES:
        yield "confidence", f"confidence {word!r} is none of {', '.join(CONFIDENCES)}"


def check_names(outcomes: Sequence[Observation], scenario: Scenario) -> None:
    """Check that a scenario has what its outcomes name. Raises ScenarioError with every fault."""
    faults = [
        Fault(each.places.get(column, Place(scenario.name)), each.name, message)
        for each in outcomes
        if each.is_read
        for column, message in _unknown(each, scenario)
    ]
    if faults:
        raise ScenarioError(faults)


def _unknown(outcome: Observation, scenario: Scenario) -> Iterator[tuple[str, str]]:
    """List the names that a scenario does not have, by column."""
    states, products = set(scenario.states), set(scenario.products)
    asked = [
        ("state", [outcome.state], states, "state"),
        ("reading", outcome.seller.split(), states, "state"),
        ("products", outcome.products.split(), products, "product"),
        ("of", outcome.of.split(), products, "product"),
        (
            "replaces",
            outcome.replaces.split(),
            products | set(scenario.programmes),
            "product or programme",
        ),
    ]
    if outcome.reading != "allies" and not outcome.products:
        yield "products", f"reading {outcome.reading!r} needs the products that it is of"
    for column, names, known, what in asked:
        for name in names:
            if name not in known:
                yield column, f"the scenario has no {what} {name or 'here'}"


def read_cases(path: File) -> list[Case]:
    """Read a file of documented cases.

    Raises ScenarioError where numbers are missing or out of order.
    """
    found: list[Case] = []
    faults: list[Fault] = []
    for row, places in _table_rows(path, CASE_KEYS, faults):
        try:
            low, central, high = (float(row[key]) for key in ("low", "central", "high"))
        except ValueError:
            message = "low, central and high must be numbers"
            faults.append(Fault(places["low"], row["category"], message))
            continue
        if not 0 <= low <= central <= high < math.inf:
            message = "central is not between low and high, or below 0"
            faults.append(Fault(places["central"], row["category"], message))
        found.append(Case(row["category"], row["stage"], low, central, high))
    if faults:
        raise ScenarioError(faults)
    return found


def _table_rows(path: File, keys: Sequence[str], faults: list[Fault]) -> list[tuple[Row, Places]]:
    """Read the rows of a table, each with where its cells stand; rows of other length are noted as
    faults. Raises InputError where columns are missing or nothing can be read.
    """
    name, table = os.fspath(path), _table(path)
    columns = table[0].cells if table else []
    missing = [key for key in keys if key not in columns]
    if missing:
        _check_commas(name, columns)
        raise InputError(
            f"{name}: has no column {', '.join(missing)}; the columns are {', '.join(keys)}"
        )
    found = []
    for line, cells, starts in table[1:]:
        if len(cells) != len(columns):
            message = f"has {len(cells)} cells, the header {len(columns)}"
            faults.append(Fault(Place(name, line, 1), "", message))
            continue
        places = [Place(name, line, start) for start in starts]
        row = (cell.strip() for cell in cells)
        found.append(
            (dict(zip(columns, row, strict=True)), dict(zip(columns, places, strict=True)))
        )
    return found


def _check_commas(name: str, columns: Sequence[str]) -> None:
    """Raise InputError where a header of one cell holds what parts cells elsewhere."""
    if len(columns) == 1 and {";", "\t"} & set(columns[0]):
        raise InputError(f"{name}: one column alone; save it with commas between cells")


def _table(path: File) -> list[Record]:
    """Read the records of a file. Raises InputError."""
    try:
        with opened(path) as stream:
            return list(records(decoded(stream.read())))
    except csv.Error as error:
        raise InputError(f"{os.fspath(path)}:{error.args[1]}: {error.args[0]}") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{os.fspath(path)}: {reason}") from error
