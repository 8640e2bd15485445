"""Find out what each column of a table is: a name, a number at some level, or nothing known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.errors import Fault, Place
from sim.scenario.column_table import Words
from sim.scenario.loading.source_tree import Key, Path, Written
from sim.scenario.quantity import Quantity
from sim.scenario.tables.grid import Grid
from sim.scenario.tables.header import PARTS, Header
from sim.scenario.tables.levels import ALSO_BY, NAMED_BY, Leaf, Level, leaf_at
from sim.scenario.tables.table import Table


@dataclass(frozen=True)
class Cells:
    """Say where the cells of a key stand: in a column of the file, or in the spec, for all rows."""

    name: str
    """The key"""
    column: int | None
    constant: str = ""
    place: Place | None = None
    """Where a constant stands"""
    blank: str = ""
    """What a blank stands for"""


@dataclass(frozen=True)
class Target:
    """Say to which key of which level the cells of a column go."""

    cells: Cells
    level: int
    path: Path
    """Keys below the entity; none where the cell is the member itself"""
    leaf: Leaf
    part: str = "value"
    """Which key of a quantity"""

    @property
    def stem(self) -> str:
        """Name the number that the cells speak of: `capacity` of `capacity_low`."""
        return self.cells.name.removesuffix(f"_{self.part}")


@dataclass(frozen=True)
class Layout:
    """Hold what the columns of a table are."""

    levels: Sequence[Level]
    names: Mapping[int, Sequence[Cells]]
    """Level -> the columns that make the names of its members; levels without are not there"""
    targets: Sequence[Target]


def texts_of(grid: Grid, cells: Cells, blanks: Collection[str]) -> Words:
    """Give the different texts of cells, of blanks what they stand for, and which of them each row
    has; of a constant, that alone.
    """
    if cells.column is None:
        return Words(np.zeros(len(grid.lines), dtype=np.int32), [cells.constant])
    codes, texts = grid.columns[cells.column].coded
    if cells.blank:
        texts = [cells.blank if each in blanks else each for each in texts]
    return Words(codes, texts)


def layout_of(
    grid: Grid, spec: Table, levels: Sequence[Level], own: int, node: Written, path: Path
) -> tuple[Layout, list[Fault]]:
    """Find out what the columns are; also list what is wrong with them.

    The first `own` levels are the block's; `node` is the spec as written, at `path`.
    """
    header = Header(grid, node, path)
    cells = {each.name: each for each in _cells(spec, header)}
    names = _names(levels, cells)
    for at in names:
        # what a name is made from is a key of its own as well
        cells.pop(levels[at].key, None)
    found = {key: _target(each, levels, names) for key, each in cells.items()}
    targets = list(filter(None, found.values()))
    if not names and not targets:
        header.tell_unknown(levels)
        return Layout(levels, names, targets), header.faults
    strange = {key: cells[key].column for key, target in found.items() if target is None}
    header.tell_strange(strange, spec, levels)
    header.tell_nameless(levels, own, names)
    _tell_alone(targets, levels, {*range(own), *names}, header)
    header.tell_per(spec, is_rate=_may_be_by_year(targets, levels))
    header.tell_scale(spec, {each.stem for each in targets if each.leaf.is_number(each.part)})
    return Layout(levels, names, targets), header.faults


def _may_be_by_year(targets: Sequence[Target], levels: Sequence[Level]) -> bool:
    """Tell whether any number may be by the year, as rates may, or is so anyway."""
    return any(each.leaf.is_rate or levels[each.level].field == "by_year" for each in targets)


def _tell_alone(
    targets: Sequence[Target], levels: Sequence[Level], there: set[int], header: Header
) -> None:
    """Note columns of a level that has no column of names."""
    for each in targets:
        if each.level not in there:
            header.tell_alone(each.cells.column, each.cells.name, levels[each.level])


def _cells(spec: Table, header: Header) -> Iterator[Cells]:
    """List the keys that have cells: from `columns`, from the header itself, from `constants`."""
    for key, column in header.keys(spec):
        yield Cells(key, column)
    for key, constant in spec.constants.items():
        text = repr(constant) if isinstance(constant, float) else str(constant)
        yield Cells(key, None, text, header.place_of(("constants", key)))


def _names(levels: Sequence[Level], cells: Mapping[str, Cells]) -> dict[int, list[Cells]]:
    """Find the columns that name the members of each level."""
    names: dict[int, list[Cells]] = {}
    for at, level in enumerate(levels):
        made_from = NAMED_BY.get(level.key, ())
        if level.key in cells:
            names[at] = [cells[level.key]]
        elif made_from and all(key in cells for key in made_from):
            names[at] = [cells[key] for key in made_from]
            also = cells.get(ALSO_BY.get(level.key, ""))
            if also and also.column is not None:
                names[at].append(replace(also, blank="*"))
    return names


def _target(cells: Cells, levels: Sequence[Level], names: Mapping[int, object]) -> Target | None:
    """Find the key that a column holds: of a level that is there, else of one that could be."""
    stem, _, part = cells.name.rpartition("_")
    spellings = [(cells.name, "value"), *([(stem, part)] if part in PARTS else [])]
    order = sorted(range(len(levels)), key=lambda at: (at not in names, not levels[at].value))
    for at in order:
        for name, key in spellings:
            found = _found(name, levels[at], is_there=at in names)
            if found and (key == "value" or found[1].kind == "quantity"):
                return Target(cells, at, *found, key)
    return None


def _found(name: str, level: Level, *, is_there: bool) -> tuple[Path, Leaf] | None:
    """Find what a column of this name holds at a level: the keys below its members, and what stands
    there.
    """
    if level.value == name and is_there:
        return (), Leaf("quantity")
    steps = tuple(name.removeprefix(f"{level.field}.").split("."))
    if level.model in (None, Quantity):
        return None
    leaf = leaf_at(level.model, steps)
    return (tuple(map(_key, steps)), leaf) if leaf else None


def _key(step: str) -> Key:
    """Take a year as the number that it is."""
    return int(step) if step.isdecimal() else step
