"""Read the header of a table, as the scenario maps it, and tell what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sim.errors import Fault, Place
from sim.scenario.event_times import Dated
from sim.scenario.loading.schema_walk import KINDS, below, is_named, keys_of, model_at
from sim.scenario.loading.source_tree import Path, Written, dotted
from sim.scenario.quantity import Frozen, Quantity
from sim.scenario.suggestions import listed, meant
from sim.scenario.tables.grid import Grid
from sim.scenario.tables.levels import KEY_COLUMNS, NAMED_BY, Level
from sim.scenario.tables.table import Table

PARTS = ("low", "high", "source", "confidence", "dist", "per", "note")
"""Keys of a quantity that may have columns of their own."""
_MOST_TOLD = 40
"""Columns that a message lists."""


class Header:
    """Hold a table's header, and collect faults of it and of what the scenario says of it."""

    def __init__(self, grid: Grid, node: Written, path: Path) -> None:
        self.grid, self.node, self.path = grid, node, path
        self.faults: list[Fault] = []

    def keys(self, spec: Table) -> Iterator[tuple[str, int]]:
        """List the keys that have a column, by what `columns` says or by their own name."""
        columns = self.grid.header.cells
        renamed = set(spec.columns.values())
        known = {key for key, column in spec.columns.items() if column in columns}
        for key, column in spec.columns.items():
            if column in columns:
                yield key, columns.index(column)
            else:
                self._of_spec(("columns", key), self._not_there(column))
        left_out = {"", *spec.ignore}
        for at, column in enumerate(columns):
            if column in left_out:
                continue
            if column in columns[:at] or column in known - renamed:
                self._of_column(at, f"column '{column}' is given twice")
            elif column not in renamed:
                yield column, at
        self._tell_idle(spec, {*columns, *known})

    def _not_there(self, column: str) -> str:
        return f"no column '{column}' in {self.grid.file}"

    def _tell_idle(self, spec: Table, known: set[str]) -> None:
        """Note what is said of columns in vain."""
        columns = self.grid.header.cells
        for at, column in enumerate(() if spec.ignore == "*" else spec.ignore):
            if column not in columns:
                self._of_spec(("ignore", at), self._not_there(column))
        for key in spec.constants:
            if key in known:
                self._of_spec(("constants", key), "the table has a column of this name")

    def place_of(self, keys: Sequence[str | int]) -> Place:
        """Say where something stands in the spec."""
        node = self.node
        for key in keys:
            node = node.members.get(key, node)
        return node.place

    def _of_column(self, column: int | None, message: str) -> None:
        """Note a fault of a column of the file, or of the whole header."""
        place = self.grid.place(self.grid.header, column or 0)
        self.faults.append(Fault(place, dotted(self.path), message))

    def _of_spec(self, keys: Sequence[str | int], message: str) -> None:
        self.faults.append(Fault(self.place_of(keys), dotted((*self.path, *keys)), message))

    def tell_unknown(self, levels: Sequence[Level]) -> None:
        """Note that nothing of the header is known: it may be any file of the system, so nothing of
        it is shown.
        """
        known = list(known_keys(levels))[:_MOST_TOLD]
        self._of_column(None, f"none of its columns is known; known are {listed(known, 'and')}")

    def tell_strange(
        self, strange: Mapping[str, int | None], spec: Table, levels: Sequence[Level]
    ) -> None:
        """Note keys that nothing is known of; a column of the file may be ignored."""
        known = list(known_keys(levels))
        for key, column in strange.items():
            if column is None or key in spec.columns:
                where = "constants" if column is None else "columns"
                hint = _within(key, levels) or meant(key, known)
                self._of_spec((where, key), f"unknown key{hint}")
            elif spec.ignore != "*":
                hint = _within(key, levels) or _hint(key, known)
                self._of_column(column, f"unknown column '{key}'{hint}")

    def tell_nameless(self, levels: Sequence[Level], own: int, names: Iterable[int]) -> None:
        """Note levels that have no column of names: the block's own, and those around others."""
        there = set(names)
        for at in range(own):
            if at not in there:
                key = levels[at].key
                others = " and ".join(f"'{each}'" for each in NAMED_BY.get(key, ()))
                made_from = f", nor {others} to make it from" if others else ""
                self._of_column(None, f"no column '{key}'{made_from}; say which it is by columns")
        for at in there:
            parent = levels[at].parent
            if parent is not None and parent >= own and parent not in there:
                self.tell_alone(None, levels[at].key, levels[parent])

    def tell_alone(self, column: int | None, name: str, level: Level) -> None:
        """Note a column of a level that has no names."""
        self._of_column(column, f"column '{name}' needs a column '{level.key}' beside it")

    def tell_scale(self, spec: Table, known: set[str]) -> None:
        """Note what is to be scaled and is not there."""
        for key in spec.scale:
            if key not in known:
                self._of_spec(("scale", key), f"no such number in the table{meant(key, known)}")

    def tell_per(self, spec: Table, *, is_rate: bool) -> None:
        """Note that numbers are said to be by the year where none of the table is a rate."""
        if spec.per == "year" and not is_rate:
            self._of_spec(("per",), "no number of the table is a rate; per: year does nothing")


def _within(key: str, levels: Sequence[Level]) -> str:
    """Write where what is within a key stands, which no cell can hold; empty of all else."""
    models = [each for level in levels for each in _models(level) if key in keys_of(each)]
    if not models:
        return ""
    shape = below(models[0], key, None)
    if is_named(shape) and key in KEY_COLUMNS:
        return f"; its names stand in a column '{KEY_COLUMNS[key][-1]}'"
    inner = model_at(shape, None)
    keys = [f"{key}.{each}" for each in (keys_of(inner) if inner else ("NAME",))]
    return f"; write a key within it: {listed(keys)}"


def _models(level: Level) -> Iterable[type[Frozen]]:
    """List the models of a level's members: of events, those of all kinds."""
    if level.model is None or level.model is Quantity:
        return ()
    return KINDS.values() if level.model is Dated else (level.model,)


def _hint(key: str, known: Iterable[str]) -> str:
    """Write what may be done about a column that nothing is known of."""
    if key in PARTS:
        return f"; write the number that it speaks of before it, as in capacity_{key}"
    hint = meant(key, known)
    return hint if hint.startswith("; did") else "; map it by columns, or ignore it"


def known_keys(levels: Sequence[Level]) -> dict[str, None]:
    """List the columns that a table may have, without those within a key or a quantity."""
    names: dict[str, None] = {}
    for level in levels:
        names[level.key] = None
        names |= {level.value: None} if level.value else {}
        names |= dict.fromkeys(key for model in _models(level) for key in keys_of(model))
    return names
