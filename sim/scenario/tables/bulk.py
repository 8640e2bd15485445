"""Keep the rows of a table as columns where they say plain things: trade rules by a name of each
party, what lines take of each input.

Rows in which anything looks odd are read one by one as ever; they alone decide, and tell what is
wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from pydantic import ValidationError

from sim.errors import Fault
from sim.kernels.arrays import Ints
from sim.kernels.matching import numbered
from sim.scenario.column_table import ColumnTable, Words
from sim.scenario.loading.source_tree import Bulk, Entities, Key, Known, Path, Titles, Written, bare
from sim.scenario.quantity import Frozen
from sim.scenario.tables.entities import entities
from sim.scenario.tables.plain_columns import PlainColumns
from sim.scenario.tables.references import strange_rows, where
from sim.scenario.tables.rows import MOST_FAULTS, Rows, begun


@dataclass(frozen=True, eq=False)
class Block(Bulk):
    """Hold a block from a table as columns, and its rows for who asks for them."""

    table: ColumnTable[Any]
    all_rows: Rows
    rows: Sequence[int]
    """Its rows of these"""
    said: Mapping[str, Words]
    """Where names stand -> which each row has"""
    odd: Sequence[int] = ()
    """Rows of it that the schema refuses"""
    within: Path = ()
    """The names below which its members stand in the table"""

    @property
    def plain(self) -> Any:
        """Give the columns; where some rows are wrong these, so that the schema speaks of them."""
        return bare(self.part(self.odd[:MOST_FAULTS])) if self.odd else self.table

    @property
    def names(self) -> Sequence[str]:
        """List the names of its members."""
        return self.table.names

    @cached_property
    def written(self) -> Written:
        """Write all rows out."""
        return self.part(range(len(self.table)))

    def part(self, rows: Sequence[int]) -> Written:
        """Write some rows out."""
        found = self.all_rows.of([self.rows[row] for row in rows]).read()
        for step in self.within if rows else ():
            found = found.members[step]
        return found

    def strange(self, known: Known) -> tuple[Written, int]:
        """Write out the rows that are wrong or name something unknown, of very many the first."""
        rows = strange_rows(self.said, known, len(self.rows), self.odd)
        return self.part(rows[:MOST_FAULTS]), max(0, len(rows) - MOST_FAULTS)


@dataclass(frozen=True, eq=False)
class Bills(Entities):
    """Hold the bills of materials of lines, which are rows of one table: factory, line, inputs."""

    table: ColumnTable[Any]
    """The rows of each bill together"""
    all_rows: Rows
    rows: Ints
    """Its rows of these"""
    bills: Sequence[tuple[tuple[str, str], slice]]
    """(factory, product), and its rows of the table"""
    columns: PlainColumns
    titles: list[Titles] = field(default_factory=list)

    @cached_property
    def plain(self) -> dict[Key, Any]:
        """Give the factories, each with its lines, each with its bill as columns."""
        tree: dict[Key, Any] = {}
        for (factory, product), rows in self.bills:
            lines = tree.setdefault(factory, {"lines": {}})["lines"]
            lines[product] = {"inputs": self.table.part(rows)}
        return tree

    @property
    def names(self) -> dict[str, None]:
        """List the factories."""
        return {factory: None for (factory, _), _ in self.bills}

    @property
    def given(self) -> frozenset[tuple[str, Key]]:
        """List the one key of lines."""
        return frozenset([("factories.*.lines.*", "inputs")])

    @cached_property
    def written(self) -> Written:
        """Write the factories and their lines out, with bills as blocks of columns."""
        rows, tree = self.all_rows, Written({}, self.all_rows.values.at.place, {})
        names = [rows.layout.names[at][0] for at in range(self.columns.level + 1)]
        for (factory, product), own in self.bills:
            record = rows.grid.rows[self.rows[own.start]]
            plant, line, each = (rows.place(cells, record) for cells in names)
            node = begun(begun(begun(tree, factory, plant), "lines", line), product, line)
            begun(node, "inputs", each)
            node.value["inputs"] = Written(self._block((factory, product), own), each)
        for titles in self.titles:
            titles.give(tree)
        return tree

    def _block(self, line: tuple[str, str], own: slice) -> Block:
        chosen = self.rows[own]
        said = {key: Words(codes[chosen], words) for key, (codes, words) in self._said.items()}
        within = (line[0], "lines", line[1], "inputs")
        return Block(self.table.part(own), self.all_rows, chosen.tolist(), said, (), within)

    @property
    def _said(self) -> Mapping[str, Words]:
        """Say what bills name; what holds them is told of where it stands."""
        place = where(self.all_rows.layout, self.columns.level, self.all_rows.path)
        return {key: each for key, each in self.columns.said.items() if key.startswith(place)}

    def strange(self, known: Known) -> tuple[Written, int]:
        """Write out the rows that name something unknown, of very many the first."""
        rows = strange_rows(self.columns.said, known, self.rows.size)
        return self.all_rows.of(rows[:MOST_FAULTS]).read(), max(0, len(rows) - MOST_FAULTS)


class Found(NamedTuple):
    """Hold what was read of a table, what is wrong with it, and what may serve as titles."""

    read: Written
    faults: Sequence[Fault] = ()
    titles: Titles | None = None
    is_bulk: bool = False
    """Whether it is kept as columns"""


def read_block(rows: Rows) -> Found:
    """Read the rows of a table, as columns where that is possible."""
    columns = PlainColumns(rows.grid, rows.layout, rows.values, rows.path)
    if columns.is_plain and rows.grid.lines:
        table, odd = columns.read()
        kept = _nested if columns.level else _flat
        found = kept(columns, table, np.flatnonzero(odd).tolist(), rows)
        if found:
            return found
    elif rows.grid.lines and (several := entities(rows)):
        return Found(Written(several[0], rows.values.at.place), (), several[1])
    return Found(rows.read(), rows.faults, rows.titles)


def _flat(
    columns: PlainColumns, table: ColumnTable[Any], odd: Sequence[int], rows: Rows
) -> Found | None:
    """Keep a table as columns; None where odd rows are right, though not as columns."""
    few = rows.of(odd)
    found = few.read()
    if odd and not few.faults and _is_right(found, table.model):
        return None
    # the others are right by themselves: what is wrong is told of these
    block = Block(table, rows, range(len(table)), columns.said, odd)
    return Found(Written(block, rows.values.at.place), few.faults, is_bulk=True)


def _is_right(found: Written, model: type[Frozen]) -> bool:
    """Tell whether the schema takes each member."""
    try:
        for each in bare(found).values():
            model.model_validate(each)
    except ValidationError:
        return False
    return True


def _nested(
    columns: PlainColumns, table: ColumnTable[Any], odd: Sequence[int], rows: Rows
) -> Found | None:
    """Part a table of bills of materials into those of the lines: factory, line, inputs; None where
    some rows are odd.
    """
    if odd:
        return None
    plant, good = columns.above
    order, bounds = _grouped(plant.codes, good.codes)
    first = order[[each.start for each in bounds]]
    lines = [
        (plant.words[one], good.words[other])
        for one, other in zip(plant.codes[first], good.codes[first], strict=True)
    ]
    bills = list(zip(lines, bounds, strict=True))
    found = Bills(table.part(order), rows, order, bills, columns)
    return Found(Written(found, rows.values.at.place), (), _titles(columns, rows), is_bulk=True)


def _grouped(first: Ints, second: Ints) -> tuple[Ints, Sequence[slice]]:
    """Put rows of the same two codes together, those of one first code side by side, in the order
    in which they first appear; return the rows, and where each group is among them.
    """
    key = first.astype(np.int64) * (int(second.max(initial=0)) + 1) + second
    _, at, group = numbered(key)
    rank = np.empty_like(at)
    rank[np.lexsort((at, first[at]))] = np.arange(at.size)
    order = np.argsort(rank[group], kind="stable")
    ends = np.cumsum(np.bincount(rank[group], minlength=at.size)).tolist()
    return order, [slice(*each) for each in pairwise([0, *ends])]


def _titles(columns: PlainColumns, rows: Rows) -> Titles:
    """Give the codes of factories, which may serve as their titles."""
    cells, (codes, words) = rows.layout.names[0], columns.above[0]
    _, first, _ = numbered(codes)
    row = dict(zip(words, first.tolist(), strict=True))
    texts: dict[Key, str] = {
        name: rows.grid.columns[cells[0].column][at]
        if len(cells) == 1 and cells[0].column is not None
        else name
        for name, at in row.items()
    }
    return Titles(rows.path, texts, lambda name: rows.place(cells[0], rows.grid.rows[row[name]]))
