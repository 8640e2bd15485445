"""Read a table file as text: its columns, its rows, and where each cell stands."""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from itertools import compress, count, islice
from typing import overload

import numpy as np

from sim.errors import Fault, Place, ScenarioError
from sim.files.delimited import Record, cell_starts, lines_of, rows
from sim.files.text import CONTROLS, WIDE, binary
from sim.scenario.loading.bounds import TOO_MANY_CELLS, Bounds
from sim.scenario.tables.columns_of_text import ROWS, Column, Gathered, Plain, plain
from sim.scenario.tables.parquet import parquet_rows
from sim.scenario.tables.table import Table

_SEPARATORS = {",": "','", ";": "';'", "\t": "a tab ('\\t')", "|": "'|'"}
_MOST_RAGGED = 20
"""Rows of a wrong number of cells that are told one by one."""

Row = tuple[int, list[str]]
"""The line in which it begins, and its cells"""


@dataclass(frozen=True, eq=False)
class Grid:
    """Hold the cells of a table as text, without blanks around them, column by column."""

    file: str
    header: Record
    columns: Sequence[Column]
    lines: Sequence[int]
    """The line in which each row begins"""
    sha256: str
    """Of the file's content"""
    text: str = field(default="", repr=False)
    """The file's, where that is text: its numbers are written as the table's spec says. Otherwise
    they have a point and nothing else."""
    delimiter: str = ","

    @property
    def is_text(self) -> bool:
        """Tell whether the file is text."""
        return bool(self.text)

    @property
    def rows(self) -> Sequence[Record]:
        """Give the rows, each made when it is asked for."""
        return _Rows(self)

    def part(self, rows: Sequence[int]) -> Grid:
        """Return the same table with some of its rows alone."""
        columns = [column.part(rows) for column in self.columns]
        lines = [self.lines[row] for row in rows]
        return Grid(self.file, self.header, columns, lines, self.sha256, self.text, self.delimiter)

    def place(self, row: Record, column: int) -> Place:
        """Say where a cell stands."""
        starts = row.starts or self.starts(row)
        return Place(self.file, row.line, starts[column] if column < len(starts) else 1)

    def starts(self, row: Record) -> list[int]:
        """Find the column at which each cell of a row begins; a quoted cell may run over lines."""
        if not self.text:
            return list(range(1, len(self.columns) + 1))
        before = row.line - 1
        if not self._is_quoted:
            return cell_starts(self._text_lines[before], self.delimiter)
        rest = map(self._text_lines.__getitem__, count(before))
        reader = csv.reader(rest, delimiter=self.delimiter, strict=True)
        next(reader)
        whole = self._text_lines[before : before + reader.line_num]
        return cell_starts("".join(whole), self.delimiter)

    @cached_property
    def _is_quoted(self) -> bool:
        return '"' in self.text

    @cached_property
    def _text_lines(self) -> list[str]:
        return lines_of(self.text)


@dataclass(frozen=True)
class _Rows(Sequence[Record]):
    """Make the rows of a table one by one."""

    grid: Grid

    def __len__(self) -> int:
        return len(self.grid.lines)

    @overload
    def __getitem__(self, at: int) -> Record: ...
    @overload
    def __getitem__(self, at: slice) -> list[Record]: ...
    def __getitem__(self, at: int | slice) -> Record | list[Record]:
        if isinstance(at, slice):
            return [self[row] for row in range(len(self))[at]]
        row = Record(self.grid.lines[at], [each[at] for each in self.grid.columns], [])
        return row._replace(starts=self.grid.starts(row))


def read_grid(file: str, spec: Table | None, bounds: Bounds) -> Grid:
    """Read a table file; without a spec, nothing can be said of how it is written.

    Raises OSError, and ScenarioError with all faults of its form.
    """
    is_fixed, spec = spec is None, spec or Table(table=file)
    data = bounds.read(file)
    if file.endswith(".parquet"):
        return _checked(file, parquet_rows(data, file), bounds, sha256(data).hexdigest())
    text = _text(data, file, spec, is_fixed)
    digest, quick = sha256(data).hexdigest(), plain(text, spec.delimiter)
    if quick is not None:
        return _quickly(file, quick, bounds, digest, text, spec.delimiter)
    found = ((line, cells) for line, _, cells in rows(lines_of(text), spec.delimiter))
    try:
        grid = _checked(file, found, bounds, digest, text, spec.delimiter, is_fixed)
    except csv.Error as error:
        message, line = error.args
        raise ScenarioError([Fault(Place(file, line, 1), "", f"no table: {message}")]) from None
    return grid


def _quickly(
    file: str, found: Plain, bounds: Bounds, digest: str, text: str, delimiter: str
) -> Grid:
    """Take a plain text as it is. Raises ScenarioError where it is too much."""
    over = found.too_many(bounds)
    if over is not None:
        raise ScenarioError([Fault(Place(file, over, 1), "", TOO_MANY_CELLS)])
    header, lines = Record(1, found.header, []), range(2, len(found.columns[0]) + 2)
    return Grid(file, header, found.columns, lines, digest, text, delimiter)


def _text(data: bytes, file: str, spec: Table, is_fixed: bool) -> str:
    """Decode a file and refuse what is no text. Raises ScenarioError."""
    what = binary(data) if spec.encoding != "utf-16" else ""
    if what:
        raise ScenarioError([Fault(Place(file), "", f"is {what}; save the sheet as CSV")])
    try:
        text = data.decode("utf-8-sig" if spec.encoding == "utf-8" else spec.encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        guess = "utf-16" if data.startswith(WIDE) else "latin-1, cp1252 or what it is"
        way = "save it as UTF-8" if is_fixed else f"say encoding: {guess}"
        hint = f"; {way}" if spec.encoding == "utf-8" else ""
        message = f"not {spec.encoding} text (byte {error.start + 1}){hint}"
        raise ScenarioError([Fault(Place(file, line, 1), "", message)]) from None
    found = None if _is_printable(data) else CONTROLS.search(text)
    if found:
        before = re.split("\r\n|\r|\n", text[: found.start()])
        place = Place(file, len(before), len(before[-1]) + 1)
        message = f"not plain text: character U+{ord(found.group()):04X}"
        raise ScenarioError([Fault(place, "", message)])
    return text


def _is_printable(data: bytes) -> bool:
    """Tell, of most texts, at once that they have letters, digits, signs and line feeds alone."""
    letters = np.frombuffer(data, dtype=np.uint8)
    # of as many as there are lines, twice as fast as the count of bytes
    others = np.count_nonzero(letters < ord(" ")) - np.count_nonzero(letters == ord("\n"))
    return data.isascii() and not others and b"\x7f" not in data


def _checked(
    file: str,
    found: Iterable[Row],
    bounds: Bounds,
    digest: str,
    text: str = "",
    delimiter: str = ",",
    is_fixed: bool = False,
) -> Grid:
    """Take the first row as the header and check that all others have as many cells.

    Raises ScenarioError.
    """
    line, names = next(iter(found := iter(found)), (0, []))
    if not line:
        raise ScenarioError([Fault(Place(file), "", "the table is empty")])
    names = [name.strip() for name in names]
    if text:
        _check_delimiter(Place(file, line, 1), names, delimiter, is_fixed)
    _count(file, [(line, names)], bounds)
    columns = [Gathered() for _ in names]
    lines, faults = array("q"), list[Fault]()
    while some := list(islice(found, ROWS)):
        if _count(file, some, bounds) != {len(names)}:
            some = [(line, _cut(cells, len(names))) for line, cells in some]
            faults += _ragged(file, some, len(names))
        if not faults:
            _add(columns, lines, some)
    if faults:
        raise ScenarioError(faults[:_MOST_RAGGED])
    return Grid(file, Record(line, names, []), columns, lines, digest, text, delimiter)


def _count(file: str, found: Sequence[Row], bounds: Bounds) -> set[int]:
    """Count the cells of rows; return how many cells rows have. Raises ScenarioError where they are
    too many.
    """
    sizes = [len(cells) for _, cells in found]
    over = bounds.add_rows(sizes)
    if over is not None:
        raise ScenarioError([Fault(Place(file, found[over][0], 1), "", TOO_MANY_CELLS)])
    return set(sizes)


def _cut(cells: list[str], width: int) -> list[str]:
    """Cut off the blanks beyond the header: some offices end each row with a comma."""
    return cells if any(map(str.strip, cells[width:])) else cells[:width]


def _ragged(file: str, found: Sequence[Row], width: int) -> Iterator[Fault]:
    """Note the rows that have more or fewer cells than the header, and are not blank."""
    for line, cells in found:
        if len(cells) != width and any(map(str.strip, cells)):
            yield Fault(Place(file, line, 1), "", f"{len(cells)} cells; the header has {width}")


def _add(columns: Sequence[Gathered], lines: array[int], found: Sequence[Row]) -> None:
    """Add rows to columns, without the blanks around cells, and leave out rows of nothing else."""
    own = [(line, cells) for line, cells in found if len(cells) == len(columns)]
    if own:
        cells = [[*map(str.strip, column)] for column in zip(*(row for _, row in own), strict=True)]
        filled = list(map(any, zip(*cells, strict=True)))
        lines.extend(compress((line for line, _ in own), filled))
        for column, part in zip(columns, cells, strict=True):
            column.extend(list(compress(part, filled)))


def _check_delimiter(place: Place, names: Sequence[str], delimiter: str, is_fixed: bool) -> None:
    """Refuse a header of one cell in which another delimiter stands. Raises ScenarioError."""
    only = names[0] if len(names) == 1 else ""
    other = next((each for each in _SEPARATORS if each != delimiter and each in only), None)
    if other:
        way = f"say delimiter: {_SEPARATORS[other]} if that is between cells"
        way = "save it with commas between cells" if is_fixed else way
        raise ScenarioError([Fault(place, "", f"one column alone; {way}")])
