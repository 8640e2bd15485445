"""Read the records of delimited text, and say where each cell begins."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
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
    lines = list(io.StringIO(text, newline=""))
    for number, each in enumerate(lines, start=1):
        if each.count(delimiter) >= MOST_CELLS:
            raise csv.Error(f"more than {MOST_CELLS:,} cells", number)
    reader, line = csv.reader(lines, delimiter=delimiter, strict=True), 1
    try:
        for cells in reader:
            raw = lines[line - 1] if reader.line_num == line else lines[line - 1 : reader.line_num]
            if cells:
                yield Record(line, cells, cell_starts("".join(raw), delimiter))
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
    starts, quoted = [1], False
    for at, letter in enumerate(raw):
        if letter == '"':
            quoted = not quoted
        elif letter == delimiter and not quoted:
            starts.append(at + 2)
    return starts
