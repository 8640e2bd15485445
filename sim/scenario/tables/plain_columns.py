"""Read the columns of a table as arrays, checked by the same bounds as the schema's, and mark the
rows that look odd.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, get_args

import numpy as np
from pydantic import AfterValidator, ValidationError

from sim.scenario.column_table import ColumnTable, Numbers, Words
from sim.scenario.loading.source_tree import Path, Written, bare
from sim.scenario.quantity import SMALLEST, Frozen, Within
from sim.scenario.schema import Input, Trade
from sim.scenario.tables.columns import Cells, Layout, Target, texts_of
from sim.scenario.tables.columns_of_text import Gathered, coded
from sim.scenario.tables.grid import Grid
from sim.scenario.tables.names import are_names, is_name
from sim.scenario.tables.references import SOURCE, where
from sim.scenario.tables.values import BETWEEN, Values


class Kind(NamedTuple):
    """Say what rows may be columns."""

    level: int
    """How many names stand above its own: of an input, its factory's and its line's"""
    words: tuple[str, ...]
    """Keys that may be columns of words, as quantities may be columns; those that the schema asks
    for must be."""


KINDS: Mapping[type[Frozen] | None, Kind] = {
    Trade: Kind(0, ("exporter", "importer", "product", "user")),
    Input: Kind(2, ()),
}
"""Model of what a row is about -> how it may be columns."""
_PARTS = ("value", "low", "high")

Marks = np.ndarray
"""[rows]: whether a row looks odd"""


class PlainColumns:
    """Read what a table says of the members of its innermost level."""

    def __init__(self, grid: Grid, layout: Layout, values: Values, path: Path) -> None:
        self.grid, self.layout, self.values = grid, layout, values
        self.level = max(layout.names, default=0)
        self.model = layout.levels[self.level].model
        kind = KINDS.get(self.model)
        self.path = path
        self.said: dict[str, Words] = {}
        """What rows name, as `strange_rows` asks"""
        self.odd: Marks = np.zeros(len(grid.lines), dtype=np.bool_)
        self._blanks = frozenset(("", *values.spec.missing))
        self._special = self._blanks | values.codes.given.keys()
        self._words = kind.words if kind else ()
        self._is_known = kind is not None and list(layout.names) == list(range(kind.level + 1))

    @property
    def is_plain(self) -> bool:
        """Tell whether all that the table says can be columns."""
        targets = self.layout.targets
        keys = [each.path[0] for each in targets if each.part == "value" and each.path]
        fields = self.model.model_fields if self.model else {}
        return (
            self._is_known
            and {*filter(self._is_asked_for, fields)} <= {*keys}
            and all(map(self._may_be_column, targets))
        )

    def _may_be_column(self, target: Target) -> bool:
        if target.level != self.level or len(target.path) != 1:
            return False
        is_word = target.path[0] in self._words
        if target.cells.column is None:
            # a constant may have an interval of each row's own
            parts = [each.part for each in self.layout.targets if each.path == target.path]
            return parts == ["value"] and not (is_word and BETWEEN in target.cells.constant)
        return is_word or (target.leaf.kind == "quantity" and target.part in _PARTS)

    def _is_asked_for(self, key: str) -> bool:
        """Tell whether a key must be in every row."""
        assert self.model
        return self.model.model_fields[key].is_required()

    def read(self) -> tuple[ColumnTable[Any], Marks]:
        """Read all columns; also mark the rows that look odd."""
        assert self.model
        words = {str(each.path[0]): self._of_words(each) for each in self._targets(is_word=True)}
        others = self._targets(is_word=False)
        numbers = dict(self._numbers([each for each in others if each.cells.column is not None]))
        self._note_source(numbers.values())
        constants = {
            str(each.path[0]): bare(self._constant(each))
            for each in others
            if each.cells.column is None
        }
        table = ColumnTable(self.model, self._all_names(), words, numbers, constants)
        if not self.odd.any() and not _is_right(table):
            # what is wrong with all of them is told of the first
            self.odd[0] = True
        return table, self.odd

    def _note_source(self, numbers: Iterable[Numbers]) -> None:
        """Remember the source, which is said once of all rows: in the first."""
        said = {each.said.get(SOURCE) for each in numbers} - {None}
        if said:
            codes = np.ones(len(self.grid.lines), dtype=np.int32)
            codes[:1] = 0
            self.said[f"{self._place(self.level)}.{SOURCE}"] = Words(codes, [*said, None])

    def _targets(self, *, is_word: bool) -> Sequence[Target]:
        """List the keys that are words, or the others."""
        return [each for each in self.layout.targets if (each.path[0] in self._words) == is_word]

    def _all_names(self) -> Sequence[str]:
        """Name the rows' members, and what holds them."""
        several = [self._names(self.layout.names[at]) for at in range(self.level + 1)]
        *self.above, own = several
        """The names of what holds each row's member, the outermost first"""
        for at, names in enumerate(several):
            self.said[f"{self._place(at)}.~"] = names
        self._mark_twins(several)
        return written_out(own)

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
        assert self.model
        key = str(target.path[0])
        codes, texts = texts_of(self.grid, target.cells, self._blanks)
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
        self.said[f"{self._place(self.level)}.*.{key}"] = Words(codes, words)
        return Words(codes, words)

    def _place(self, at: int) -> str:
        """Say where the members of a level stand, as references do."""
        return where(self.layout, at, self.path)

    def _names(self, cells: Sequence[Cells]) -> Words:
        """Name the rows: by their own column, or by the columns that make the name."""
        parts = [self._named(each, is_whole=len(cells) == 1) for each in cells]
        if len(parts) > 1:
            return coded(list(map("_".join, zip(*map(written_out, parts), strict=True))))
        return parts[0]

    def _named(self, cells: Cells, *, is_whole: bool) -> Words:
        """Make names, or parts of names, of cells; empty ones look odd."""
        codes, texts = texts_of(self.grid, cells, self._blanks)
        if are_names(texts) and self._special.isdisjoint(texts):
            return Words(codes, texts)
        named = [
            text
            if is_name(text) and text not in self._special
            else self._name(text, is_whole=is_whole)
            for text in texts
        ]
        self.odd |= np.array([not name for name in named], dtype=np.bool_)[codes]
        # several texts may become one name
        fewer = coded(named)
        return Words(fewer.codes[codes], fewer.words)

    def _name(self, text: str, *, is_whole: bool) -> str:
        """Give the name, or the part of one, that a text becomes; empty where it looks odd."""
        if text in self._blanks or BETWEEN in text:
            return ""
        try:
            name = self.values.codes.name(text) if is_whole else self.values.part(text)
        except ValueError:
            return ""
        return name if is_name(name) else ""

    def _mark_twins(self, several: Sequence[Words]) -> None:
        """Mark the rows whose names on all levels another row has too."""
        key = np.zeros(len(self.grid.lines), dtype=np.int64)
        for codes, words in several:
            if len(words) == key.size:
                return
            key = key * len(words) + codes
        order = np.argsort(key, kind="stable")
        twins = np.diff(key[order]) == 0
        self.odd[order[1:][twins]] = self.odd[order[:-1][twins]] = True

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
        quick = read_numbers(self.grid, target, self.values)
        if quick is not None:
            return quick
        codes, texts = self.grid.columns[target.cells.column].coded
        found = [self._float(text, target) for text in texts]
        self.odd |= np.array([each is None for each in found], dtype=np.bool_)[codes]
        numbers: np.ndarray = np.array(found, dtype=np.float64)[codes]
        return numbers

    def _float(self, text: str, target: Target) -> float | None:
        """Read a number; NaN where it is blank, None where it is none."""
        if text in self._blanks:
            return np.nan
        try:
            place = self.values.at.place
            return float(self.values.read(text, target.leaf, target, place).value)
        except ValueError:
            return None

    def _mark_wrong(self, key: str, value: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        """Mark the rows whose number the schema might refuse."""
        assert self.model
        bounds, given = _within(self.model, key), [value]
        if self._is_asked_for(key):
            self.odd |= np.isnan(value)
        # one array where no row gives an interval
        if low is not high:
            self.odd |= np.isnan(low) != np.isnan(high)
            self.odd |= np.isnan(value) & ~np.isnan(low)
            self.odd |= (low > value) | (value > high)
            given += [low, high]
        for each in given:
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


def read_numbers(grid: Grid, target: Target, values: Values) -> np.ndarray | None:
    """Read a column that holds nothing but numbers of the plainest kind; None where it does not, or
    where the table writes decimals otherwise, or a number for a blank.
    """
    spec, column = values.spec, target.cells.column
    is_plain = not grid.is_text or (spec.decimal == "." and not spec.thousands)
    is_plain &= all(Gathered([each]).numbers() is None for each in spec.missing)
    found = grid.columns[column].numbers() if is_plain and column is not None else None
    scale = spec.scale.get(target.stem)
    return found if found is None or scale is None else found * scale


def written_out(words: Words) -> Sequence[str]:
    """Give the word of each row."""
    if len(words.words) == words.codes.size:
        return words.words
    return [words.words[code] for code in words.codes.tolist()]


def _is_right(table: ColumnTable[Any]) -> bool:
    """Tell whether the schema takes the first member: what is the same in all is right."""
    try:
        table.at(0)
    except ValidationError:
        return False
    return True


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
