"""Find the blocks of a layer that come from tables, and put in their place what the tables say."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from pydantic import ValidationError

from sim.errors import Fault, Place, ScenarioError
from sim.scenario.loading.bounds import TOO_MANY, Bounds
from sim.scenario.loading.extends import laid_over
from sim.scenario.loading.schema_errors import schema_faults
from sim.scenario.loading.schema_walk import Shape, below, model_at
from sim.scenario.loading.source_tree import Entities, Key, Path, Titles, Written, bare, dotted
from sim.scenario.quantity import Frozen
from sim.scenario.schema import Scenario
from sim.scenario.suggestions import found
from sim.scenario.tables.bulk import read_block
from sim.scenario.tables.codes import Codes
from sim.scenario.tables.columns import layout_of
from sim.scenario.tables.grid import Grid, read_grid
from sim.scenario.tables.levels import KEY_COLUMNS, levels_of, named_fields
from sim.scenario.tables.rows import Rows
from sim.scenario.tables.table import Table
from sim.scenario.tables.values import Values


class Block(NamedTuple):
    """Hold what a mapping by name is, of which a table may take the place."""

    field: str
    shape: Shape
    keys: tuple[str, ...]
    """The columns of its names"""

    def inner(self) -> Block:
        """Give the block that each member is, where names stand below names."""
        return Block(self.field, below(self.shape, "", None), self.keys[1:])

    def model(self) -> type[Frozen] | None:
        """Give the model of its members."""
        return model_at(below(self.shape, "", None), None)


def _blocks(model: type[Frozen]) -> list[Block]:
    """List the blocks of an entity."""
    return [Block(key, below(model, key, None), KEY_COLUMNS[key]) for key in named_fields(model)]


@dataclass
class Tables:
    """Read the tables of all layers of a scenario."""

    bounds: Bounds
    reason: Callable[[OSError], str]
    """Says why a file cannot be read"""
    folder: str
    """Where the scenario's own file stands"""
    faults: list[Fault] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    """Each table file, by the way to it from there -> the SHA-256 of its content"""
    told: set[str] = field(default_factory=set)
    """The same files, as faults name them"""
    _titles: list[Titles] = field(default_factory=list)
    _made: dict[str, str] = field(default_factory=dict)

    def of(self, layer: Written, file: str) -> Written:
        """Return a layer, the content of a file, with its tables read; faults are collected."""
        return self._entity(layer, Scenario, (), file)

    def _entity(self, node: Written, model: type[Frozen], path: Path, file: str) -> Written:
        """Read the tables within an entity."""
        members: dict[Key, Written] = {
            block.field: self._block(node.mapping[block.field], block, (*path, block.field), file)
            for block in _blocks(model)
            if node.mapping and block.field in node.mapping
        }
        return _changed(node, members)

    def _block(self, node: Written, block: Block, path: Path, file: str) -> Written:
        """Read the tables of a block, and those within its members."""
        if isinstance(node.value, list):
            if not any(each.mapping for each in node.value):
                return node
            parts = [
                self._part(each, block, (*path, at), file) for at, each in enumerate(node.value)
            ]
            return laid_over(parts, block.shape, path, node.place, self.faults)
        if _is_table(node):
            return self._table(node, block, path, file)
        return self._members(node, block, path, file)

    def _members(self, node: Written, block: Block, path: Path, file: str) -> Written:
        """Read the tables within the members of a block."""
        model = block.model()
        if block.keys[1:]:
            inner = block.inner()

            def read(each: Written, path: Path) -> Written:
                return self._block(each, inner, path, file)
        elif model is not None and named_fields(model):

            def read(each: Written, path: Path) -> Written:
                return self._entity(each, model, path, file)
        else:
            return node
        mapping = node.mapping or {}
        return _changed(node, {key: read(each, (*path, key)) for key, each in mapping.items()})

    def _part(self, node: Written, block: Block, path: Path, file: str) -> Written:
        """Read one item of a list that makes a block."""
        if node.mapping is not None:
            return self._block(node, block, path, file)
        message = f"expected a table or a mapping, found {found(node.value)}"
        self.faults.append(Fault(node.place, dotted(path), message))
        return Written({}, node.place)

    def _table(self, node: Written, block: Block, path: Path, file: str) -> Written:
        """Read one table; of one that cannot be read, nothing."""
        nothing = Written({}, node.place)
        try:
            spec = _spec(node, path)
            grid = self._grid(node, spec, path, file)
        except ScenarioError as error:
            self.faults += error.faults
            return nothing
        levels = levels_of(block.field, block.shape, block.keys)
        layout, faults = layout_of(grid, spec, levels, len(block.keys), node, path)
        self.faults += faults
        if faults:
            return nothing
        values = Values(spec, Codes(spec.names, self._made), node, grid.is_text)
        # items of a list are no part of the path of what they hold
        keys = tuple(each for each in path if isinstance(each, str))
        found = read_block(Rows(grid, layout, values, keys))
        self.faults += found.faults
        self._titles += [found.titles] if found.titles else []
        if not found.is_bulk and not self.bounds.add(_filled(grid)):
            self.faults.append(Fault(Place(grid.file), dotted(path), TOO_MANY))
        return found.read

    def _grid(self, node: Written, spec: Table, path: Path, file: str) -> Grid:
        """Read a table's file. Raises ScenarioError."""
        name = os.path.join(os.path.dirname(file), spec.table)
        try:
            grid = read_grid(name, spec, self.bounds)
        except OSError as error:
            message = f"cannot read {name}: {self.reason(error)}"
            place = node.members["table"].place
            raise ScenarioError([Fault(place, dotted((*path, "table")), message)]) from error
        self.files[os.path.relpath(name, self.folder)] = grid.sha256
        self.told.add(name)
        return grid

    def paths(self) -> set[str]:
        """Return the real paths of the table files."""
        return {os.path.realpath(os.path.join(self.folder, each)) for each in self.files}

    def give_titles(self, tree: Written) -> None:
        """Let the codes of tables be titles in the whole, merged, where there are none."""
        for titles in self._titles:
            node: Written | None = tree
            for step in titles.path:
                node = node.members.get(step) if node else None
            if node and isinstance(node.value, Entities):
                node.value.give_titles(titles)
            elif node:
                titles.give(node)


def _filled(grid: Grid) -> int:
    """Count the cells of a table that are not blank."""
    return sum(column.filled for column in grid.columns)


def _changed(node: Written, members: Mapping[Key, Written]) -> Written:
    """Copy a mapping with other members, where they are others."""
    if all(new is node.members[key] for key, new in members.items()):
        return node
    return node.changed({**node.members, **members})


def _spec(node: Written, path: Path) -> Table:
    """Check what a scenario says of a table. Raises ScenarioError."""
    try:
        return Table.model_validate(bare(node))
    except ValidationError as error:
        raise ScenarioError(
            replace(each, path=".".join(filter(None, (dotted(path), each.path))))
            for each in schema_faults(error, node, Table)
        ) from None


def _is_table(node: Written) -> bool:
    """Tell whether a block is a table: what goes by this name otherwise is a mapping."""
    named = node.members.get("table") if node.mapping is not None else None
    return named is not None and isinstance(named.value, (str, int, float, list))
