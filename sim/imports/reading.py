"""Read a publisher's delimited file: its columns by any of their labels, every fault with its
place.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.errors import Fault, Place, ScenarioError
from sim.files.delimited import Record, records
from sim.files.disk import opened
from sim.files.text import CONTROLS, binary
from sim.scenario.tables import numbers

_MOST = 2**30
"""Bytes of a file."""
_LARGEST = 1e30
"""Beyond this is no number of a publisher's, and sums may overflow."""
_HEAD = 20
"""Lines within which the columns' labels stand."""
_NONE: Mapping[str, Sequence[str]] = {}
MOST_FAULTS = 100
"""Faults of one file that are told one by one."""


@dataclass
class File:
    """Hold the records of a file, and the faults found in it."""

    path: str
    records: list[Record]
    faults: list[Fault] = field(default_factory=list)

    def tell(self, record: Record, at: int, message: str, name: str = "") -> None:
        """Note a fault of a cell."""
        column = record.starts[at] if at < len(record.starts) else 1
        self.faults.append(Fault(Place(self.path, record.line, column), name, message))

    def number(self, record: Record, at: int, name: str = "") -> float:
        """Read a cell as a number; where it is none, note that and return 0."""
        try:
            read = numbers.number(record.cells[at].strip(), is_fixed=True)
            if abs(read) <= _LARGEST:
                return read
            self.tell(record, at, f"{record.cells[at].strip()} is too large", name)
            return 0.0
        except (ValueError, IndexError) as error:
            blank = at >= len(record.cells) or not record.cells[at].strip()
            told = "a number is missing" if blank else str(error)
            self.tell(record, at, told, name)
            return 0.0

    def check(self) -> None:
        """Raise ScenarioError where there are faults."""
        left = len(self.faults) - MOST_FAULTS
        if left > 0:
            more = Fault(self.faults[MOST_FAULTS].place, "", f"and {left:,} more faults")
            self.faults[MOST_FAULTS:] = [more]
        if self.faults:
            raise ScenarioError(self.faults)


def read(
    path: str | os.PathLike[str], delimiter: str = "", labels: Mapping[str, Sequence[str]] = _NONE
) -> File:
    """Read a file: UTF-8, or else the letters of Western Windows; where no delimiter is given,
    tabs, semicolons or commas between cells, by which of them part most of the columns' labels or,
    of these as many, by what its first lines have most of.

    Raises ScenarioError where it cannot be read or is no table.
    """
    name = os.fspath(path)
    try:
        with opened(name) as stream:
            raw = stream.read(_MOST + 1)
    except OSError as error:
        raise _failed(name, f"cannot be read: {error.strerror or error}") from error
    if len(raw) > _MOST:
        raise _failed(name, f"is larger than {_MOST:,} bytes")
    what = binary(raw)
    text = _text(raw)
    if what or "\0" in text:
        raise _failed(name, f"is {what or 'no text'}; save it as CSV, in UTF-8")
    # tables with such signs are refused when the scenario is read
    text = CONTROLS.sub("\ufffd", text)
    delimiter = delimiter or _delimiter(text.splitlines()[:_HEAD], labels)
    try:
        return File(name, list(records(text, delimiter)))
    except csv.Error as error:
        raise _failed(name, str(error.args[0]), error.args[-1]) from error


def _delimiter(head: Sequence[str], labels: Mapping[str, Sequence[str]]) -> str:
    """Find what parts the cells of a file that begins with these lines; of a title, that may end
    with a semicolon itself, nothing is known.
    """
    known = {label.casefold() for each in labels.values() for label in each}

    def parted(sign: str) -> tuple[int, int]:
        cells = ({cell.strip(' "').casefold() for cell in line.split(sign)} for line in head)
        found = max((len(known & each) for each in cells), default=0)
        return found, sum(line.count(sign) for line in head)

    return max("\t;,", key=parted)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _failed(name: str, message: str, line: object = 0) -> ScenarioError:
    place = Place(name, line, 1) if isinstance(line, int) and line else Place(name)
    return ScenarioError([Fault(place, "", message)])


@dataclass(frozen=True)
class Row:
    """Hold one row of a table with named columns."""

    file: File
    record: Record
    at: Mapping[str, int]

    def text(self, name: str) -> str:
        """Return a cell; empty where the file has no such column, or the row is shorter."""
        at = self.at.get(name, len(self.record.cells))
        return self.record.cells[at].strip() if at < len(self.record.cells) else ""

    def number(self, name: str) -> float:
        """Read a number; a fault is noted in the file."""
        return self.file.number(self.record, self.at[name], name)

    def tell(self, name: str, message: str) -> None:
        """Note a fault of a cell."""
        self.file.tell(self.record, self.at.get(name, 0), message, name)

    def named(self, name: str, give: Callable[[str, str], str], title: str = "") -> str:
        """Return what `give` makes of a cell and of the one that holds its title; a ValueError is
        noted as a fault.
        """
        try:
            if not self.text(name):
                raise ValueError("a name is missing")
            return give(self.text(name), self.text(title))
        except ValueError as error:
            self.tell(name, str(error))
            return ""


def rows(
    file: File, labels: Mapping[str, Sequence[str]], optional: Sequence[str] = (), titles: int = 0
) -> Iterator[Row]:
    """List the rows below the line that has the columns' labels, which stands within the first
    records: after at most `titles` others.

    Raises ScenarioError where columns are missing.
    """
    heads = file.records[: titles + 1]
    if not heads:
        raise _failed(file.path, "is empty")
    found = [_places(each, labels) for each in heads]
    best = max(range(len(heads)), key=lambda at: len(found[at]))
    at = found[best]
    for name in labels.keys() - at.keys() - set(optional):
        known = " or ".join(f"'{each}'" for each in labels[name])
        file.tell(heads[best], 0, f"there is no column {known}")
    file.check()
    for record in file.records[best + 1 :]:
        if any(each.strip() for each in record.cells):
            yield Row(file, record, at)


def _places(record: Record, labels: Mapping[str, Sequence[str]]) -> dict[str, int]:
    plain = [each.strip().casefold() for each in record.cells]
    return {
        name: plain.index(each.casefold())
        for name, known in labels.items()
        for each in reversed(known)
        if each.casefold() in plain
    }


def base(path: str | os.PathLike[str]) -> str:
    """Return a file's name without its folder."""
    return Path(path).name
