"""Part text into columns: quickly where it is plain, without quotes, blanks around cells and odd
rows, as programs write large tables.
"""

from __future__ import annotations

import csv
from array import array
from collections.abc import Sequence
from operator import methodcaller

from sim.files.delimited import MOST_CELLS
from sim.scenario.loading.bounds import Bounds

ROWS = 2**14
"""Rows that are parted into columns at a time."""


class Column:
    """Gather the cells of a column; what many rows have in common is held once."""

    def __init__(self) -> None:
        self.cells: list[str] = []
        self._known: dict[str, str] | None = {}

    def extend(self, cells: Sequence[str]) -> None:
        """Add cells."""
        if self._known is None:
            self.cells += cells
            return
        self.cells.extend(map(self._known.setdefault, cells, cells))
        if 2 * len(self._known) > len(self.cells) >= ROWS:
            # numbers, or names of their own
            self._known = None


class Plain:
    """Hold the lines of a text in which every delimiter parts cells, and every line is a row."""

    def __init__(self, lines: Sequence[str], delimiter: str) -> None:
        self._lines, self._delimiter = lines, delimiter
        self.header = lines[0].split(delimiter)

    def too_many(self, bounds: Bounds) -> int | None:
        """Count the cells; return the line of the first row for which there is no room."""
        for first in range(0, len(self._lines), ROWS):
            rows = len(self._lines[first : first + ROWS])
            over = bounds.add_rows([len(self.header)] * rows)
            if over is not None:
                return first + over + 1
        return None

    def columns(self) -> tuple[list[list[str]], array[int]]:
        """Return the cells below the header, column by column, and the line of each row."""
        width, columns = len(self.header), [Column() for _ in self.header]
        for first in range(1, len(self._lines), ROWS):
            cells = self._delimiter.join(self._lines[first : first + ROWS]).split(self._delimiter)
            for at, column in enumerate(columns):
                column.extend(cells[at::width])
        return [each.cells for each in columns], array("q", range(2, len(self._lines) + 1))


def plain(text: str, delimiter: str) -> Plain | None:
    """Return a text as plain, None where it is not."""
    if not text.isascii() or '"' in text:
        return None
    text = text.replace("\r\n", "\n").removesuffix("\n")
    lines = text.split("\n")
    cuts = lines[0].count(delimiter)
    blank, padded = f"\n{delimiter * cuts}\n", f"\n{text}\n"
    # one character is found faster than two
    around = (f" {delimiter}", f"{delimiter} ", " \n", "\n ") if " " in text else ()
    odd = ("\r", *({"\t"} - {delimiter}), *around, blank)
    if any(each in padded for each in odd) or not 0 < cuts < MOST_CELLS:
        return None
    if set(map(methodcaller("count", delimiter), lines)) != {cuts}:
        return None
    return Plain(lines, delimiter) if max(map(len, lines)) < csv.field_size_limit() else None
