"""Keep the rows of a table as columns where they say plain things: trade rules by a name of each
party, what lines take of each input.

Rows in which anything looks odd are read one by one as ever; they alone decide, and tell what is
wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from pydantic import ValidationError

from sim.errors import Fault
from sim.kernels.arrays import Ints
from sim.scenario.column_table import ColumnTable
from sim.scenario.loading.source_tree import Bulk, Path, Written, bare
from sim.scenario.quantity import Frozen
from sim.scenario.tables.columns import Layout
from sim.scenario.tables.grid import Grid
from sim.scenario.tables.plain_columns import PlainColumns
from sim.scenario.tables.rows import MOST_FAULTS, Rows, begun
from sim.scenario.tables.values import Values


@dataclass(frozen=True, eq=False)
class Block(Bulk):
    """Hold a block from a table as columns, and its rows for who asks for them."""

    table: ColumnTable[Any]
    grid: Grid
    layout: Layout
    values: Values
    path: Path
    rows: Sequence[int]
    """Its rows of the grid"""
    odd: Sequence[int] = ()
    """Rows of it that the schema refuses"""
    within: Path = ()
    """The names below which its members stand in the table"""

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
        grid = self.grid.part([self.rows[row] for row in rows])
        found = Rows(grid, self.layout, self.values, self.path).read()
        for step in self.within if rows else ():
            found = found.members[step]
        return found

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
    is_bulk: bool = False
    """Whether it is kept as columns"""


def read_block(grid: Grid, layout: Layout, values: Values, path: Path) -> Found:
    """Read the rows of a table, as columns where that is possible."""
    columns = PlainColumns(grid, layout, values)
    if columns.is_plain and grid.lines:
        table, odd = columns.read()
        kept = _nested if columns.level else _flat
        found = kept(columns, table, np.flatnonzero(odd).tolist(), path)
        if found:
            return found
    rows = Rows(grid, layout, values, path)
    return Found(rows.read(), rows.faults, rows.titles)


def _flat(
    columns: PlainColumns, table: ColumnTable[Any], odd: Sequence[int], path: Path
) -> Found | None:
    """Keep a table as columns; None where odd rows are right, though not as columns."""
    grid, layout, values = columns.grid, columns.layout, columns.values
    few = Rows(grid.part(odd), layout, values, path)
    found = few.read()
    if odd and not few.faults and _is_right(found, table.model):
        return None
    # the others are right by themselves: what is wrong is told of these
    block = Block(table, grid, layout, values, path, range(len(table)), odd)
    return Found(Written(block, values.at.place), few.faults, is_bulk=True)


def _is_right(found: Written, model: type[Frozen]) -> bool:
    """Tell whether the schema takes each member."""
    try:
        for each in bare(found).values():
            model.model_validate(each)
    except ValidationError:
        return False
    return True


def _nested(
    columns: PlainColumns, table: ColumnTable[Any], odd: Sequence[int], path: Path
) -> Found | None:
    """Part a table of bills of materials into those of the lines: factory, line, inputs; None where
    some rows are odd.
    """
    if odd:
        return None
    grid, layout, values = columns.grid, columns.layout, columns.values
    (plant, plants), (good, goods) = columns.above
    reader, tree = Rows(grid, layout, values, path), Written({}, values.at.place, {})
    titles: list[tuple[Path, Written]] = []
    names = [layout.names[at] for at in range(columns.level + 1)]
    for rows in _groups(plant, good):
        factory, product = plants[plant[rows[0]]], goods[good[rows[0]]]
        record = grid.rows[rows[0]]
        own, line, each = (reader.place(cells[0], record) for cells in names)
        if factory not in tree.value:
            code = reader.text(names[0][0], record) if len(names[0]) == 1 else factory
            titles.append(((*path, factory), Written(code, own)))
        node = begun(begun(begun(tree, factory, own), "lines", line), product, line)
        inner = (factory, "lines", product, "inputs")
        block = Block(table.part(rows), grid, layout, values, path, rows.tolist(), (), inner)
        begun(node, "inputs", each)
        node.value["inputs"] = Written(block, each)
    return Found(tree, (), titles, is_bulk=True)


def _groups(first: Ints, second: Ints) -> Iterator[Ints]:
    """Part rows by two codes: those of one first code together, groups as they first appear."""
    key = first * (int(second.max(initial=0)) + 1) + second
    order = np.argsort(key, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(key[order])) + 1)
    return iter(sorted(groups, key=lambda rows: (first[rows[0]], rows[0])))
