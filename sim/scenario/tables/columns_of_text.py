"""Hold the columns of a table as text: cut out of a plain text, as programs write large tables, or
gathered row by row.
"""

from __future__ import annotations

import csv
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import count
from typing import NamedTuple, overload

import numpy as np
from pydantic_core import from_json

from sim.files.delimited import MOST_CELLS
from sim.kernels.arrays import Ints
from sim.scenario.column_table import Words
from sim.scenario.loading.bounds import Bounds
from sim.scenario.loading.source_tree import LONGEST_NUMBER

ROWS = 2**14
"""Rows that are gathered at a time."""
_DIGITS = b"-+.0123456789eE\n"
_LETTERS = 8
"""Letters of a cell that one number holds."""
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(_LETTERS + 1)], dtype=np.uint64)
_ODD = 0x9E3779B97F4A7C15


class Column(Sequence[str]):
    """Hold the cells of a column, which are text."""

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[str]: ...
    @abstractmethod
    def __getitem__(self, row: int | slice) -> str | Sequence[str]:
        """Give a cell."""

    @property
    @abstractmethod
    def filled(self) -> int:
        """Count the cells that are not blank."""

    @property
    @abstractmethod
    def coded(self) -> Words:
        """Give each different text once, as they first appear, and which of them each cell is."""

    @abstractmethod
    def _lines(self) -> bytes | None:
        """Give all cells, each on a line; None where they are more than plain letters."""

    @abstractmethod
    def _longest(self) -> int:
        """Count the letters of the longest cell."""

    def part(self, rows: Iterable[int]) -> Gathered:
        """Return some of the cells alone."""
        return Gathered([self[row] for row in rows])

    def numbers(self) -> np.ndarray | None:
        """Read a column that holds nothing but numbers of the plainest kind; None where it does
        not.
        """
        lines = self._lines()
        if lines is None or lines.translate(None, _DIGITS) or self._longest() >= LONGEST_NUMBER:
            return None
        try:
            # as JSON they are read four times as fast
            found = from_json(b"[%b]" % lines.replace(b"\n", b","))
        except ValueError:
            try:
                found = list(map(float, lines.split(b"\n")))
            except ValueError:
                return None
        # a quoted cell may have run over lines
        return np.array(found, dtype=np.float64) if len(found) == len(self) else None


class Gathered(Column):
    """Gather the cells of a column; what many rows have in common is held once."""

    def __init__(self, cells: Sequence[str] = ()) -> None:
        self.cells: list[str] = list(cells)
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

    def __len__(self) -> int:
        return len(self.cells)

    def __getitem__(self, row: int | slice) -> str | Sequence[str]:  # type: ignore[override]
        return self.cells[row]

    @property
    def filled(self) -> int:
        """Count the cells that are not blank."""
        return len(self.cells) - self.cells.count("")

    @cached_property
    def coded(self) -> Words:
        """Give the different texts."""
        return coded(self.cells)

    def _lines(self) -> bytes | None:
        whole = "\n".join(self.cells)
        return whole.encode() if whole.isascii() and self.cells else None

    def _longest(self) -> int:
        return max(map(len, self.cells), default=0)


class Cut(Column):
    """Cut the cells of a column out of a text, with eight more letters at its end, when they are
    asked for.
    """

    def __init__(self, text: bytes, first: np.ndarray, end: np.ndarray) -> None:
        self._text, self._first, self._end = text, first, end

    def __len__(self) -> int:
        return self._first.size

    def __getitem__(self, row: int | slice) -> str | Sequence[str]:  # type: ignore[override]
        if isinstance(row, slice):
            return list(self)[row]
        return self._text[self._first[row] : self._end[row]].decode()

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines().decode().split("\n") if len(self) else ())

    @property
    def filled(self) -> int:
        """Count the cells that are not blank."""
        return int(np.count_nonzero(self._end > self._first))

    @cached_property
    def coded(self) -> Words:
        """Give the different texts."""
        keys = self._keys()
        first = _first_alike(keys)
        is_first = first == np.arange(len(self))
        codes = (np.cumsum(is_first) - 1)[first].astype(np.int32)
        return Words(codes, _texts([key[is_first] for key in keys]))

    def _keys(self) -> Sequence[np.ndarray]:
        """Write cells as numbers, eight letters in each: no two cells have the same numbers."""
        size = self._end - self._first
        most = self._longest()
        least = int(size.min(initial=most))
        last = len(self._text) - _LETTERS
        eight = np.ndarray(last + 1, dtype="<u8", buffer=self._text, strides=(1,))
        keys = []
        for at in range(0, max(most, 1), _LETTERS):
            key = eight[np.minimum(self._first, last - at, dtype=np.intp) + at]
            if least < at + _LETTERS:
                # one mask for all cells where they are of one size
                left = size if least < most else size[:1]
                key &= _MASKS.take(left - at, mode="clip")
            keys.append(key)
        return keys

    def _lines(self) -> bytes:
        size = self._end - self._first + 1
        after = np.cumsum(size, dtype=size.dtype)
        letters = np.repeat(self._first - after + size, size)
        letters += np.arange(letters.size, dtype=letters.dtype)
        cut = np.frombuffer(self._text, dtype=np.uint8).take(letters)
        cut[after - 1] = ord("\n")
        return bytes(cut[:-1])

    def _longest(self) -> int:
        return int((self._end - self._first).max(initial=0))


def _texts(keys: Sequence[np.ndarray]) -> Sequence[str]:
    """Write numbers of eight letters each as texts again."""
    together = np.stack(keys, axis=1).view(f"S{_LETTERS * len(keys)}").ravel().tolist()
    return b"\n".join(together).decode().split("\n") if together else []


def _first_alike(keys: Sequence[np.ndarray]) -> Ints:
    """Find, for each row, the first row of the same keys.

    Rows are put into slots by a hash, the first of each slot is compared with the others there, and
    those that differ are put into slots anew, by another hash.
    """
    rows, odd = keys[0].size, _ODD
    found, left, own = np.arange(rows), np.arange(rows), keys
    bits = rows.bit_length() + 2
    slots = np.zeros(1 << bits, dtype=np.int64)
    while left.size:
        slot = (_hashed(own, odd) >> np.uint64(64 - bits)).view(np.int64)
        slots[slot[::-1]] = left[::-1]
        first = slots.take(slot)
        differs = np.logical_or.reduce(
            [key.take(first) != each for key, each in zip(keys, own, strict=True)]
        )
        found[left] = first
        left, own = left[differs], [each[differs] for each in own]
        odd = odd * 3 % 2**64
    return found


def _hashed(keys: Sequence[np.ndarray], odd: int) -> np.ndarray:
    found = np.zeros(keys[0].size, dtype=np.uint64)
    for key in keys:
        found = (found ^ (found >> np.uint64(29)) ^ key) * np.uint64(odd)
    found ^= found >> np.uint64(32)
    return found * np.uint64(odd)


class Plain(NamedTuple):
    """Hold a text in which every delimiter parts cells, and every line is a row."""

    header: list[str]
    columns: Sequence[Cut]

    def too_many(self, bounds: Bounds) -> int | None:
        """Count the cells; return the line of the first row for which there is no room."""
        over = bounds.add_rows([len(self.header)] * (len(self.columns[0]) + 1))
        return None if over is None else over + 1


def plain(text: str, delimiter: str) -> Plain | None:
    """Part a text into columns where it is plain: without quotes, blanks around cells and odd rows;
    None where it is not.
    """
    text = text.replace("\r\n", "\n") if "\r" in text else text
    text = text if text.endswith("\n") else f"{text}\n"
    cuts = _cuts(text, delimiter)
    if not cuts:
        return None
    # so that eight letters may be read from any place
    data = text.encode() + bytes(_LETTERS)
    letters = np.frombuffer(data, dtype=np.uint8)
    is_cut = (letters == ord(delimiter)) | (letters == ord("\n"))
    # 32 bits are enough for what may be read of files
    end = np.flatnonzero(is_cut).astype(np.int32)
    if end.size % (cuts + 1) or _has_blanks(letters, is_cut):
        return None
    ends = end.reshape(-1, cuts + 1)
    starts = np.append(np.int32(0), end[:-1] + np.int32(1)).reshape(ends.shape)
    if not _are_rows(letters[ends] == ord("\n"), ends[:, -1] - starts[:, 0]):
        return None
    columns = [Cut(data, starts[1:, at], ends[1:, at]) for at in range(cuts + 1)]
    return Plain(text[: ends[0, -1]].split(delimiter), columns)


def _cuts(text: str, delimiter: str) -> int:
    """Count the delimiters of the first row; 0 of a text that needs a closer look."""
    odd = ('"', "\r", *({"\t"} - {delimiter}))
    cuts = text[: text.index("\n")].count(delimiter)
    is_odd = not text.isascii() or any(sign in text for sign in odd) or cuts >= MOST_CELLS
    return 0 if is_odd else cuts


def _are_rows(is_line: np.ndarray, length: np.ndarray) -> bool:
    """Tell whether lines end where rows do, [rows, cells], and none is blank, or too long."""
    # a row of blank cells is as short as its delimiters
    is_right = is_line.shape[1] <= length.min() and length.max() < csv.field_size_limit()
    return bool(is_right and is_line[:, -1].all() and not is_line[:, :-1].any())


def _has_blanks(letters: np.ndarray, is_cut: np.ndarray) -> bool:
    """Tell whether there are blanks around cells."""
    blanks = np.flatnonzero(letters == ord(" "))
    around = is_cut[blanks - 1].any() or is_cut[blanks + 1].any()
    return bool(blanks.size) and bool(blanks[0] == 0 or around)


def coded(cells: Sequence[str]) -> Words:
    """Give each different text once, as they first appear, and which of them each cell is."""
    place: dict[str, int] = defaultdict(count().__next__)
    codes = np.fromiter(map(place.__getitem__, cells), dtype=np.int32, count=len(cells))
    return Words(codes, list(place))
