"""Keep the rows of a table as columns where they say plain things: a name of each party, numbers.

Columns are checked as arrays, by the same bounds as the schema's. Rows in which anything looks odd
are read one by one as ever; they alone decide, and tell what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, get_args

import numpy as np
from pydantic import AfterValidator, ValidationError

from sim.errors import Fault
from sim.scenario.column_table import ColumnTable, Numbers, Words
from sim.scenario.loading.source_tree import LONGEST_NUMBER, Bulk, Path, Written, bare
from sim.scenario.quantity import SMALLEST, Frozen, Within
from sim.scenario.schema import Trade
from sim.scenario.tables.columns import Cells, Layout, Target
from sim.scenario.tables.grid import Grid
from sim.scenario.tables.rows import MOST_FAULTS, Rows
from sim.scenario.tables.values import BETWEEN, Values

_WORDS: Mapping[type[Frozen], tuple[str, ...]] = {
    Trade: ("exporter", "importer", "product", "user")
}
"""Model -> the keys of its rows that may be columns of words, as its quantities may be columns;
those that the schema asks for must be."""
_PARTS = ("value", "low", "high")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?").fullmatch
"""What is a number however the table writes decimals, if that is with a point."""

Marks = np.ndarray
"""[rows]: whether a row looks odd"""


@dataclass(frozen=True, eq=False)
class Block(Bulk):
    """Hold a block from a table as columns, and its rows for who asks for them."""

    table: ColumnTable[Any]
    grid: Grid
    layout: Layout
    values: Values
    path: Path
    odd: Sequence[int] = ()
    """Rows that the schema refuses"""

    @property
    def plain(self) -> Any:
        """Give the columns; where some rows are wrong these, so that the schema speaks of them."""
        return bare(self.part(self.odd[:MOST_FAULTS])) if self.odd else self.table

    @cached_property
    def written(self) -> Written:
        """Write all rows out."""
        return self.part(range(len(self.table)))

    def part(self, rows: Sequence[int]) -> Written:
        """Write some rows out."""
        return Rows(self.grid.part(rows), self.layout, self.values, self.path).read()

    def strangers(self, key: str, words: set[str]) -> np.ndarray:
        """List the rows in which a key is none of these words."""
        if key not in self.table.words:
            return np.zeros(0, dtype=np.int64)
        codes, known = self.table.words[key]
        strange = np.array([word not in words for word in known], dtype=np.bool_)
        return np.flatnonzero(strange[codes])


class Found(NamedTuple):
    """Hold what was read of a table, what is wrong with it, and what may serve as titles."""

    read: Written
    faults: Sequence[Fault] = ()
    titles: Sequence[tuple[Path, Written]] = ()


def read_block(grid: Grid, layout: Layout, values: Values, path: Path) -> Found:
    """Read the rows of a table, as columns where that is possible."""
    columns = _Columns(grid, layout, values)
    if columns.is_plain and grid.lines:
        table, odd = columns.read()
        if not odd.any():
            return Found(Written(Block(table, grid, layout, values, path), values.at.place))
        few = Rows(grid.part(np.flatnonzero(odd).tolist()), layout, values, path)
        found = few.read()
        if few.faults or not _is_right(found, table.model):
            # the others are right by themselves: what is wrong is told of these
            block = Block(table, grid, layout, values, path, np.flatnonzero(odd).tolist())
            return Found(Written(block, values.at.place), few.faults)
    rows = Rows(grid, layout, values, path)
    return Found(rows.read(), rows.faults, rows.titles)


def _is_right(found: Written, model: type[Frozen]) -> bool:
    """Tell whether the schema takes each member."""
    try:
        for each in bare(found).values():
            model.model_validate(each)
    except ValidationError:
        return False
    return True


class _Columns:
    """Read a table's columns as arrays, and mark the rows that look odd."""

    def __init__(self, grid: Grid, layout: Layout, values: Values) -> None:
        self.grid, self.layout, self.values = grid, layout, values
        self.model = layout.levels[0].model
        self.odd: Marks = np.zeros(len(grid.lines), dtype=np.bool_)
        self._blanks = frozenset(("", *values.spec.missing))
        self._words = _WORDS.get(self.model, ()) if self.model else ()

    @property
    def is_plain(self) -> bool:
        """Tell whether all that the table says can be columns."""
        keys = [each.path[0] for each in self.layout.targets if each.part == "value" and each.path]
        return (
            bool(self._words)
            and list(self.layout.names) == [0]
            and {*filter(self._is_asked_for, self._words)} <= {*keys}
            and all(map(self._may_be_column, self.layout.targets))
        )

    def _may_be_column(self, target: Target) -> bool:
        if target.level or len(target.path) != 1:
            return False
        if target.cells.column is None:
            return target.part == "value" and not self._is_asked_for(str(target.path[0]))
        is_number = target.leaf.kind == "quantity" and target.part in _PARTS
        return is_number or target.path[0] in self._words

    def _is_asked_for(self, key: str) -> bool:
        """Tell whether a word must be in every row."""
        assert self.model
        return key in self._words and self.model.model_fields[key].is_required()

    def read(self) -> tuple[ColumnTable[Any], Marks]:
        """Read all columns; also mark the rows that look odd."""
        targets = [each for each in self.layout.targets if each.cells.column is not None]
        own = [each for each in targets if each.path[0] in self._words]
        words = {str(each.path[0]): self._of_words(each) for each in own}
        numbers = dict(self._numbers(targets))
        constants = {
            str(each.path[0]): bare(self._constant(each))
            for each in self.layout.targets
            if each.cells.column is None
        }
        assert self.model
        names = self._names(self.layout.names[0])
        self._mark_twins(names)
        return ColumnTable(self.model, names, words, numbers, constants), self.odd

    def _constant(self, target: Target) -> Written:
        """Read what is the same in all rows; where it is wrong, all rows are odd."""
        place = self.values.at.place
        try:
            read = self.values.read(target.cells.constant, target.leaf, target, place)
        except ValueError:
            self.odd[:] = True
            return Written(None, place)
        is_number = target.leaf.kind == "quantity"
        if not is_number:
            return read
        return self.values.quantity({"value": read}, is_rate=target.leaf.is_rate)

    def _of_words(self, target: Target) -> Words:
        """Read a column of names."""
        assert target.cells.column is not None and self.model
        codes, texts = _coded(self.grid.columns[target.cells.column])
        key = str(target.path[0])
        otherwise = "" if self._is_asked_for(key) else self.model.model_fields[key].default
        words, odd = [], []
        for text in texts:
            word = otherwise if text in self._blanks else ""
            try:
                if text not in self._blanks and BETWEEN not in text:
                    found = self.values.read(text, target.leaf, target, self.values.at.place)
                    word = str(found.value if isinstance(found.value, str) else "")
            except ValueError:
                pass
            words.append(word)
            odd.append(not word)
        self.odd |= np.array(odd, dtype=np.bool_)[codes]
        return Words(codes, words)

    def _names(self, cells: Sequence[Cells]) -> Sequence[str]:
        """Name the rows: by their own column, or by the columns that make the name."""
        parts = []
        for each in cells:
            codes, texts = self._texts(each)
            named = [self._name(text, is_whole=len(cells) == 1) for text in texts]
            self.odd |= np.array([not name for name in named], dtype=np.bool_)[codes]
            parts.append([named[code] for code in codes.tolist()])
        return parts[0] if len(parts) == 1 else list(map("_".join, zip(*parts, strict=True)))

    def _texts(self, cells: Cells) -> tuple[np.ndarray, Sequence[str]]:
        if cells.column is None:
            return np.zeros(len(self.grid.lines), dtype=np.int32), [cells.constant]
        return _coded(self.grid.columns[cells.column])

    def _name(self, text: str, *, is_whole: bool) -> str:
        """Give the name, or the part of one, that a text becomes; empty where it looks odd."""
        if text in self._blanks or BETWEEN in text:
            return ""
        try:
            name = "all" if text == "*" and not is_whole else self.values.codes.name(text)
        except ValueError:
            return ""
        return name if re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name) else ""

    def _mark_twins(self, names: Sequence[str]) -> None:
        """Mark the rows whose name another row has too."""
        if len(set(names)) < len(names):
            first: dict[str, int] = {}
            for row, name in enumerate(names):
                if first.setdefault(name, row) != row:
                    self.odd[[first[name], row]] = True

    def _numbers(self, targets: Sequence[Target]) -> Iterator[tuple[str, Numbers]]:
        """Read the quantities, as their parts stand in columns."""
        by_key: dict[str, dict[str, Target]] = {}
        for each in targets:
            if each.leaf.kind == "quantity":
                by_key.setdefault(str(each.path[0]), {})[each.part] = each
        blank = np.full(len(self.grid.lines), np.nan)
        for key, parts in by_key.items():
            found = {part: self._floats(each) for part, each in parts.items()}
            value, low, high = (found.get(part, blank) for part in _PARTS)
            self._mark_wrong(key, value, low, high)
            yield key, Numbers(value, low, high, self._said(next(iter(parts.values()))))

    def _floats(self, target: Target) -> np.ndarray:
        """Read a column of numbers; NaN where a cell is blank or, a row that looks odd, none."""
        assert target.cells.column is not None
        spec, column = self.values.spec, self.grid.columns[target.cells.column]
        with_point = not self.grid.is_text or (spec.decimal == "." and not spec.thousands)
        stem = target.cells.name.removesuffix(f"_{target.part}")
        scale = spec.scale.get(stem)
        numbers = np.empty(len(column))
        for row, text in enumerate(column):
            if with_point and _NUMBER(text) and len(text) < LONGEST_NUMBER:
                numbers[row] = float(text) if scale is None else float(text) * scale
            elif text in self._blanks:
                numbers[row] = np.nan
            else:
                numbers[row] = self._slowly(text, target, row)
        return numbers

    def _slowly(self, text: str, target: Target, row: int) -> float:
        try:
            place = self.values.at.place
            return float(self.values.read(text, target.leaf, target, place).value)
        except ValueError:
            self.odd[row] = True
            return np.nan

    def _mark_wrong(self, key: str, value: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        """Mark the rows whose number the schema might refuse."""
        assert self.model
        bounds = _within(self.model, key)
        self.odd |= np.isnan(low) != np.isnan(high)
        self.odd |= np.isnan(value) & ~np.isnan(low)
        self.odd |= (low > value) | (value > high)
        for each in (value, low, high):
            size = np.abs(each)
            self.odd |= (size > 0) & (size < SMALLEST) | np.isinf(each)
            self.odd |= (each < bounds.low) | (each > bounds.high)

    def _said(self, target: Target) -> Mapping[str, str]:
        """Give what the table says of each of its numbers of this kind."""
        whole = self.values.quantity(
            {"value": Written(1.0, self.values.at.place)}, is_rate=target.leaf.is_rate
        )
        said = bare(whole)
        return {key: each for key, each in said.items() if key != "value"} if whole.mapping else {}


def _coded(column: Sequence[str]) -> tuple[np.ndarray, Sequence[str]]:
    """Return for each text of a column which of its different texts it is, and these."""
    texts = list(dict.fromkeys(column))
    place = {text: code for code, text in enumerate(texts)}
    codes = np.fromiter(map(place.__getitem__, column), dtype=np.int32, count=len(column))
    return codes, texts


def _within(model: type[Frozen], key: str) -> Within:
    """Return the bounds that the schema sets to a quantity."""
    info = model.model_fields[key]
    return next(_bounds((info.annotation, *info.metadata)))


def _bounds(found: Any) -> Iterator[Within]:
    """List the bounds among annotations and within them."""
    for each in found:
        if isinstance(each, AfterValidator) and isinstance(each.func, Within):
            yield each.func
        else:
            yield from _bounds((*get_args(each), *getattr(each, "__metadata__", ())))
