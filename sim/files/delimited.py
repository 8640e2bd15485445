"""Read the records of delimited text, and say where each cell begins."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

MOST_CELLS = 10_000
"""Cells of one record; a line of a billion commas is no table."""


class Record(NamedTuple):
    """Hold the cells of one record."""

    line: int
    """Where it begins, from 1"""
    cells: list[str]
    starts: list[int]
    """The column, from 1, at which each cell begins in the text"""


def records(text: str, delimiter: str = ",") -> Iterator[Record]:
    """List the records of a text that are not empty lines; a quoted cell may run over lines.

    Raises csv.Error, with the line as its second argument, for text that is no table.
    """
    lines = lines_of(text)
    for line, last, cells in rows(lines, delimiter):
        yield Record(line, cells, cell_starts("".join(lines[line - 1 : last]), delimiter))


def lines_of(text: str) -> list[str]:
    """Part a text into lines, each with its end."""
    return list(io.StringIO(text, newline=""))


def rows(lines: Sequence[str], delimiter: str = ",") -> Iterator[tuple[int, int, list[str]]]:
    """List the first line, the last line and the cells of each record that is no empty line.

    Raises csv.Error as `records`.
    """
    for number, each in enumerate(lines, start=1):
        if each.count(delimiter) >= MOST_CELLS:
            raise csv.Error(f"more than {MOST_CELLS:,} cells", number)
    reader, line = csv.reader(lines, delimiter=delimiter, strict=True), 1
    try:
        for cells in reader:
            if cells:
                yield line, reader.line_num, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise csv.Error(str(error), line) from error


def cell_starts(raw: str, delimiter: str = ",") -> list[int]:
    """Return the column, from 1, at which each cell of a record begins; delimiters within quotes
    are text.
    """
    if '"' not in raw:
        widths = (len(cell) + 1 for cell in raw.split(delimiter)[:-1])
        return list(accumulate(widths, initial=1))
    starts, quoted, closed = [1], False, -2
    for at, letter in enumerate(raw):
        if letter == '"' and quoted:
            quoted, closed = False, at
        elif letter == '"':
            # elsewhere within a cell it is a letter, as in 5" pipes
            quoted = at + 1 == starts[-1] or at == closed + 1
        elif letter == delimiter and not quoted:
            starts.append(at + 2)
    return starts
