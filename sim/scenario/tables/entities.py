"""Read the rows of a table as entities column by column, each different text once: states,
products, factories with their lines, needs.

Where anything looks odd, all rows are read one by one; that alone tells what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress, count
from typing import Any

import numpy as np

from sim.scenario.column_table import Words
from sim.scenario.event_times import Dated
from sim.scenario.loading.source_tree import Entities, Key, Known, Path, Titles, Written, bare
from sim.scenario.tables.columns import Layout, Target, texts_of
from sim.scenario.tables.grid import Grid
from sim.scenario.tables.plain_columns import read_numbers, written_out
from sim.scenario.tables.references import SOURCE, strange_rows, where
from sim.scenario.tables.rows import Rows, is_main, needs_title, says_something
from sim.scenario.tables.values import Values

_KINDS = frozenset(("quantity", "number", "integer", "flag", "text"))
"""What a cell may hold."""
_CHECKED_IN_ROWS = frozenset(("rule", "rules", "bloc"))
"""Keys about which more is asked than whether a name is known."""

Members = dict[Key, Any]


@dataclass(frozen=True, eq=False)
class RowEntities(Entities):
    """Hold the entities that the rows of a table tell of, and the rows for who asks for them."""

    rows: Rows
    tree: Members
    keys: frozenset[tuple[str, Key]]
    said: Mapping[str, Words]
    """Where names stand -> which each row has"""
    titles: list[Titles] = field(default_factory=list)

    @property
    def plain(self) -> Members:
        """Give the entities."""
        return self.tree

    @property
    def names(self) -> Members:
        """List their names."""
        return self.tree

    @property
    def given(self) -> frozenset[tuple[str, Key]]:
        """List the keys that they have."""
        return self.keys

    @cached_property
    def written(self) -> Written:
        """Read the rows one by one."""
        found = self.rows.of(range(len(self.rows.grid.lines))).read()
        for each in self.titles:
            each.give(found)
        return found

    def strange(self, known: Known) -> tuple[Written, int]:
        """Read the rows that name something unknown."""
        rows = strange_rows(self.said, known, len(self.rows.grid.lines))
        return self.rows.of(rows).read(), 0


def entities(rows: Rows) -> tuple[RowEntities, Titles] | None:
    """Read all rows, and what may be titles; None where they must be read one by one."""
    layout, path = rows.layout, rows.path
    if len(path) > 1 or not all(map(_may_be_read, layout.targets)):
        return None
    if any(layout.levels[at].model is Dated for at in layout.names):
        return None
    made = rows.values.codes.made
    before = dict(made)
    try:
        columns = _Columns(rows.grid, layout, rows.values, path)
        found = RowEntities(rows, columns.tree(), frozenset(columns.given()), columns.said)
    except ValueError:
        # who was first to get a name is told of rows
        made.clear()
        made.update(before)
        return None
    return found, columns.titles(rows)


def _may_be_read(target: Target) -> bool:
    """Tell whether a column holds single values that rows alone need not be asked about."""
    return (
        len(target.path) < 2
        and target.leaf.kind in _KINDS
        and not _CHECKED_IN_ROWS.intersection(target.path)
    )


class _Columns:
    """Read the columns of a table. All raise ValueError where something is odd."""

    def __init__(self, grid: Grid, layout: Layout, values: Values, path: Path) -> None:
        self.grid, self.layout, self.values, self.path = grid, layout, values, path
        self.said: dict[str, Words] = {}
        self._blanks = frozenset(("", *values.spec.missing))
        self._names = {at: self._names_at(at) for at in layout.names}

    def tree(self) -> Members:
        """Put together what the rows say."""
        identity = list(zip(*self._names.values(), strict=True))
        if len(set(identity)) < len(identity):
            raise ValueError
        tree: Members = {}
        below: dict[int, Sequence[Members]] = {}
        for at, names in self._names.items():
            level = self.layout.levels[at]
            holders = [tree] * len(names) if level.parent is None else below[level.parent]
            if level.field is not None:
                holders = [each.setdefault(level.field, {}) for each in holders]
            is_number = level.value is not None
            below[at] = (
                holders
                if is_number
                else [each.setdefault(name, {}) for each, name in zip(holders, names, strict=True)]
            )
            for path, values in self._values_at(at):
                keys = names if is_number else [path[0]] * len(names)
                _fill(below[at], keys, values)
        return tree

    def given(self) -> Iterator[tuple[str, Key]]:
        """List the keys that entities have, as `Entities.given` does."""
        for each in self.layout.targets:
            place = where(self.layout, each.level, self.path)
            holder, _, key = place.rpartition(".")
            # numbers by year are one key of a need: units of its own drop it
            yield (f"{place}.*", each.path[0]) if each.path else (holder, key)

    def titles(self, rows: Rows) -> Titles:
        """Give the codes of entities that need titles."""
        level, cells = self.layout.levels[0], self.layout.names[0]
        names = self._names[0] if needs_title(level.model) else []
        first = {name: row for row, name in reversed(list(enumerate(names)))}
        texts: dict[Key, str] = {name: str(name) for name in dict.fromkeys(names)}
        if len(cells) == 1:
            codes, words = texts_of(self.grid, cells[0], self._blanks)
            texts = {name: words[codes[first[name]]] for name in texts}
        return Titles(
            self.path, texts, lambda name: rows.place(cells[0], self.grid.rows[first[name]])
        )

    def _names_at(self, at: int) -> list[Key]:
        """Name the member that each row is about."""
        cells, key = self.layout.names[at], self.layout.levels[at].key
        several = [texts_of(self.grid, each, self._blanks) for each in cells]
        if any(not self._blanks.isdisjoint(texts) for _, texts in several):
            raise ValueError
        if len(several) > 1:
            parts = [Words(codes, [*map(self.values.part, texts)]) for codes, texts in several]
            return ["_".join(each) for each in zip(*map(written_out, parts), strict=True)]
        codes, texts = several[0]
        names = Words(codes, [self.values.member(text, key) for text in texts])
        self.said[f"{where(self.layout, at, self.path)}.~"] = names
        return list(written_out(names))

    def _values_at(self, at: int) -> Iterator[tuple[Path, Sequence[Any]]]:
        """List the keys of a level with what they are in each row; None: not given."""
        quantities: dict[Path, dict[str, Target]] = {}
        for target in self.layout.targets:
            if target.level == at and target.leaf.kind == "quantity":
                quantities.setdefault(target.path, {})[target.part] = target
            elif target.level == at:
                yield target.path, self._column(target)
        for path, parts in quantities.items():
            found = self._quantities(path, parts)
            self._note_source(found)
            yield path, found

    def _quantities(self, path: Path, parts: Mapping[str, Target]) -> Sequence[Any]:
        """Put the parts of quantities together; bare numbers where that is all."""
        columns = {part: self._column(target) for part, target in parts.items()}
        is_rate = next(iter(parts.values())).leaf.is_rate
        if columns.keys() == {"value"}:
            return _with(self.values.said(columns, is_rate=is_rate), columns["value"])
        found: list[Any] = []
        said: dict[frozenset[str], Mapping[str, str]] = {}
        for row in zip(*columns.values(), strict=True):
            cells = zip(columns, row, strict=True)
            own = {part: value for part, value in cells if value is not None}
            key = frozenset(own)
            if key not in said:
                said[key] = self.values.said(key, is_rate=is_rate)
            own |= said[key]
            is_given = says_something(key, parts.values(), path)
            found.append(own["value"] if own.keys() == {"value"} else own if is_given else None)
        return found

    def _column(self, target: Target) -> Sequence[Any]:
        """Read the cells of a column; None of a blank."""
        size, cells = len(self.grid.lines), target.cells
        is_quantity = target.leaf.kind == "quantity" and target.leaf.is_number(target.part)
        if cells.column is not None and is_quantity:
            numbers = read_numbers(self.grid, target, self.values)
            if numbers is not None:
                return list(numbers.tolist())
        codes, texts = texts_of(self.grid, cells, self._blanks)
        values = [self._value(text, target) for text in texts]
        if None in values and is_main(target, self.layout):
            raise ValueError
        self._note(target, Words(codes, values))
        return values * size if len(values) == 1 else written_out(Words(codes, values))

    def _value(self, text: str, target: Target) -> Any:
        if text in self._blanks:
            return None
        return bare(self.values.read(text, target.leaf, target, self.values.at.place))

    def _note_source(self, quantities: Sequence[Any]) -> None:
        """Remember the source of the whole table once, in the first row that says it."""
        source = self.values.spec.source
        given = (isinstance(each, dict) and each.get(SOURCE) == source for each in quantities)
        row = next(compress(count(), given), None) if source else None
        if row is not None:
            codes = np.ones(len(quantities), dtype=np.int32)
            codes[row] = 0
            self.said.setdefault(f"table.{SOURCE}", Words(codes, [source, None]))

    def _note(self, target: Target, words: Words) -> None:
        """Remember which names rows give."""
        if target.part == SOURCE:
            self.said[f"{target.path}.{SOURCE}"] = words
        elif target.leaf.kind == "text" and target.path:
            place = where(self.layout, target.level, self.path)
            self.said[f"{place}.*.{target.path[0]}"] = words


def _with(said: Mapping[str, str], numbers: Sequence[float | None]) -> Sequence[Any]:
    """Say the same of all numbers; where nothing is said they stay bare."""
    if not said:
        return numbers
    return [each if each is None else {"value": each, **said} for each in numbers]


def _fill(holders: Sequence[Members], keys: Sequence[Key], values: Sequence[Any]) -> None:
    """Set a key of mappings, which rows that speak of the same must set to the same."""
    for holder, key, value in zip(holders, keys, values, strict=True):
        if value is not None and holder.setdefault(key, value) != value:
            raise ValueError
