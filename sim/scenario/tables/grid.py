"""Read a table file as text: its columns, its rows, and where each cell stands."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from sim.errors import Fault, Place, ScenarioError
from sim.files.delimited import Record, records
from sim.files.text import CONTROLS
from sim.scenario.loading.bounds import TOO_MANY, Bounds
from sim.scenario.tables.parquet import parquet_records
from sim.scenario.tables.table import Table

_SEPARATORS = {",": "','", ";": "';'", "\t": "a tab ('\\t')", "|": "'|'"}
_MOST_RAGGED = 20
"""Rows of a wrong number of cells that are told one by one."""


@dataclass(frozen=True)
class Grid:
    """Hold the cells of a table as text, without blanks around them."""

    file: str
    header: Record
    rows: Sequence[Record]
    sha256: str
    """Of the file's content"""
    is_text: bool = True
    """Whether numbers are written as the table's spec says; else with a point and nothing else."""

    def place(self, row: Record, column: int) -> Place:
        """Say where a cell stands."""
        starts = row.starts
        return Place(self.file, row.line, starts[column] if column < len(starts) else 1)


def read_grid(file: str, spec: Table, bounds: Bounds) -> Grid:
    """Read a table file. Raises OSError, and ScenarioError with all faults of its form."""
    data = bounds.read(file)
    if file.endswith(".parquet"):
        header, rows = _checked(file, parquet_records(data, file), bounds)
        return Grid(file, header, rows, sha256(data).hexdigest(), is_text=False)
    text = _text(data, file, spec)
    try:
        header, rows = _checked(file, records(text, spec.delimiter), bounds)
    except csv.Error as error:
        message, line = error.args
        raise ScenarioError([Fault(Place(file, line, 1), "", f"no table: {message}")]) from None
    grid = Grid(file, header, rows, sha256(data).hexdigest())
    _check_delimiter(grid, spec)
    return grid


def _text(data: bytes, file: str, spec: Table) -> str:
    """Decode a file and refuse what is no text. Raises ScenarioError."""
    try:
        text = data.decode("utf-8-sig" if spec.encoding == "utf-8" else spec.encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        hint = "; say encoding: latin-1, cp1252 or what it is" if spec.encoding == "utf-8" else ""
        message = f"not {spec.encoding} text (byte {error.start + 1}){hint}"
        raise ScenarioError([Fault(Place(file, line, 1), "", message)]) from None
    found = CONTROLS.search(text)
    if found:
        before = re.split("\r\n|\r|\n", text[: found.start()])
        place = Place(file, len(before), len(before[-1]) + 1)
        message = f"not plain text: character U+{ord(found.group()):04X}"
        raise ScenarioError([Fault(place, "", message)])
    return text


def _checked(file: str, found: Iterable[Record], bounds: Bounds) -> tuple[Record, list[Record]]:
    """Take the first record as the header and check that all others have as many cells.

    Raises ScenarioError.
    """
    counted = _counted(file, found, bounds)
    header = next(counted, None)
    if header is None:
        raise ScenarioError([Fault(Place(file), "", "the table is empty")])
    rows = [row for row in counted if any(row.cells)]
    width = len(header.cells)
    ragged = (row for row in rows if len(row.cells) != width)
    faults = [
        Fault(Place(file, row.line, 1), "", f"{len(row.cells)} cells; the header has {width}")
        for row in islice(ragged, _MOST_RAGGED)
    ]
    if faults:
        raise ScenarioError(faults)
    return header, rows


def _counted(file: str, found: Iterable[Record], bounds: Bounds) -> Iterator[Record]:
    """Count the cells of records, and take away the blanks around them. Raises ScenarioError."""
    for record in found:
        cells = [cell.strip() for cell in record.cells]
        if not bounds.add(len(cells) - cells.count("")):
            raise ScenarioError([Fault(Place(file, record.line, 1), "", TOO_MANY)])
        yield Record(record.line, cells, record.starts)


def _check_delimiter(grid: Grid, spec: Table) -> None:
    """Refuse a header of one cell in which another delimiter stands. Raises ScenarioError."""
    only = grid.header.cells[0] if len(grid.header.cells) == 1 else ""
    other = next((each for each in _SEPARATORS if each != spec.delimiter and each in only), None)
    if other:
        message = f"one column alone; say delimiter: {_SEPARATORS[other]} if that is between cells"
        raise ScenarioError([Fault(Place(grid.file, grid.header.line, 1), "", message)])
