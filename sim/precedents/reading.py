"""Read a folder of precedents, with every fault and its place."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.errors import Fault, Place, ScenarioError
from sim.files.delimited import Record, records
from sim.files.disk import opened
from sim.files.text import decoded
from sim.precedents import columns

Row = dict[str, str]


class PrecedentsError(ScenarioError):
    """Report all faults of a folder of precedents together."""


@dataclass(frozen=True)
class Table:
    """A file's rows, and where each row and cell stands."""

    path: Path
    header: list[str]
    rows: list[Row]
    places: list[tuple[int, list[int]]]
    """The line of each row, and the column at which each of its cells begins; both from 1."""
    odd: list[tuple[int, list[str]]] = field(default_factory=list)
    """The line and the cells of what is longer or shorter than the header, and so no row."""

    @property
    def odd_names(self) -> set[str]:
        """Return what odd rows are called, so that nothing else is blamed for them."""
        return {cell for _, cells in self.odd for cell in cells}

    def place(self, row: int, name: str) -> Place:
        """Return where a cell stands."""
        line, starts = self.places[row]
        at = self.header.index(name) if name in self.header else 0
        return Place(str(self.path), line, starts[at] if at < len(starts) else 1)


@dataclass
class Faults:
    """Faults found so far."""

    found: list[Fault] = field(default_factory=list)

    def add(self, table: Table, row: int, name: str, message: str) -> None:
        """Note a fault of a cell."""
        self.found.append(Fault(table.place(row, name), name, message))

    def raise_any(self) -> None:
        """Raise PrecedentsError where there are faults."""
        if self.found:
            raise PrecedentsError(self.found)


def read_table(path: Path, known: Sequence[str], more: Sequence[str], faults: Faults) -> Table:
    """Read one file whose first row names its columns; note unknown and missing columns, or why it
    cannot be read.
    """
    table = Table(path, [], [], [])
    try:
        found = _records(path)
    except csv.Error as error:
        faults.found.append(Fault(Place(str(path), error.args[1], 1), "", f"{error.args[0]}"))
        return table
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        faults.found.append(Fault(Place(str(path)), "", message))
        return table
    except ValueError as error:
        faults.found.append(Fault(Place(str(path)), "", str(error)))
        return table
    for line, cells, starts in found:
        if not table.header:
            table.header.extend(cells)
        elif len(cells) != len(table.header):
            table.odd.append((line, cells))
        elif any(cells):
            trimmed = (cell.strip() for cell in cells)
            table.rows.append(dict(zip(table.header, trimmed, strict=True)))
            table.places.append((line, starts))
    _check_header(table, known, more, faults)
    return table


def _records(path: Path) -> list[Record]:
    """List the records of a file. Raises OSError, ValueError, csv.Error as `records`."""
    with opened(path) as stream:
        return list(records(decoded(stream.read())))


def _check_header(table: Table, known: Sequence[str], more: Sequence[str], faults: Faults) -> None:
    """Note columns that are missing, unknown or there twice."""
    place = Place(str(table.path), 1, 1)
    missing = [name for name in known if name not in table.header]
    unknown = [name for name in table.header if name not in (*known, *more)]
    twice = sorted({name for name in table.header if table.header.count(name) > 1})
    for names, what in ((missing, "is missing"), (twice, "is there twice")):
        faults.found += [Fault(place, name, f"the column {what}") for name in names]
    allowed = ", ".join((*known, *more))
    faults.found += [Fault(place, n, f"no such column; columns are {allowed}") for n in unknown]


def check_cells(table: Table, kind: str, faults: Faults) -> None:
    """Note rows of another length, empty cells that are needed, words that are not allowed, and
    dates that are none.
    """
    for line, cells in table.odd:
        message = f"has {len(cells)} cells, the header {len(table.header)}"
        faults.found.append(Fault(Place(str(table.path), line, 1), "", message))
    for at, row in enumerate(table.rows):
        for name, text in row.items():
            message = _cell_fault(kind, name, text)
            if message:
                faults.add(table, at, name, message)


def _cell_fault(kind: str, name: str, text: str) -> str:
    """Return what is wrong with a cell, or nothing."""
    if not text:
        return "is empty" if name in columns.NEEDED[kind] else ""
    allowed = columns.WORDS.get(name, (text,))
    if text not in allowed:
        return f"{text!r} is none of {', '.join(filter(None, allowed))}"
    parse, what = _form(kind, name)
    return f"{text!r} is no {what}" if _fails(parse, text) else ""


def _form(kind: str, name: str) -> tuple[Callable[[str], float], str]:
    """Return what parses the cells of a column, and what they are; `len` takes any text."""
    if name in columns.DATES:
        return columns.month_number, "date; write YYYY-MM"
    ramp: dict[str, tuple[Callable[[str], float], str]] = {
        "year": (columns.point_in_time, "date; write YYYY, YYYY-MM, YYYY-MM-DD or YYYY-Q1"),
        "value": (float, "number"),
    }
    return ramp.get(name, (len, "")) if kind == "ramps" else (len, "")


def _fails(parse: Callable[[str], float], text: str) -> bool:
    """Return whether a text cannot be parsed."""
    try:
        parse(text)
    except ValueError:
        return True
    return False
