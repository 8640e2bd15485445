"""Turn the rows of a table into what a file of YAML would have said, each value with its place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sim.errors import Fault, Place
from sim.files.delimited import Record
from sim.scenario.event_times import Dated
from sim.scenario.loading.schema_walk import KINDS
from sim.scenario.loading.source_tree import Key, Path, Titles, Written, bare, dotted
from sim.scenario.quantity import Frozen
from sim.scenario.tables.columns import Cells, Layout, Target
from sim.scenario.tables.grid import Grid
from sim.scenario.tables.levels import Leaf, leaf_at, main_key
from sim.scenario.tables.values import Values

MOST_FAULTS = 100
"""Faults of the rows of one table that are told one by one."""


class Spot(NamedTuple):
    """Hold where the keys of a member go."""

    node: Written
    """A mapping: the member's own or, of a member that is a number, the one that holds it"""
    path: Path
    prefix: Path
    """Keys between the mapping and the member: its name where it is a number"""


@dataclass
class Rows:
    """Read the rows of one table, one after the other."""

    grid: Grid
    layout: Layout
    values: Values
    path: Path
    """Where the block stands"""
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Prepare what is the same for all rows."""
        spec = self.values.spec
        self._tree = Written({}, self.values.at.place, {})
        self._seen: dict[tuple[Key, ...], int] = {}
        self._blanks = frozenset(("", *spec.missing))
        self._columns: dict[int, list[Target]] = {at: [] for at in self.layout.names}
        for target in self.layout.targets:
            self._columns[target.level].append(target)
        self._mains = [each for each in self.layout.targets if is_main(each, self.layout)]
        self._texts: dict[Key, str] = {}
        self._places: dict[Key, Place] = {}

    def of(self, rows: Sequence[int]) -> Rows:
        """Return what reads some rows alone."""
        return Rows(self.grid.part(rows), self.layout, self.values, self.path)

    @property
    def titles(self) -> Titles:
        """Give what may serve as a title where none is given: the code of each name."""
        return Titles(self.path, self._texts, self._places.__getitem__)

    def read(self) -> Written:
        """Read all rows into one mapping; what is wrong is added to `faults`."""
        for row in self.grid.rows:
            if self.values.spec.blank != "skip" or not self._lacks(row):
                self._row(row)
        left = len(self.faults) - MOST_FAULTS
        if left > 0:
            more = f"and {left:,} more faults in this table"
            self.faults[MOST_FAULTS:] = [
                Fault(self.faults[MOST_FAULTS].place, dotted(self.path), more)
            ]
        return self._tree

    def _lacks(self, row: Record) -> bool:
        """Tell whether a main number of a row is blank."""
        return any(
            not self.text(each.cells, row)
            and all(self.text(name, row) for name in self.layout.names[each.level])
            for each in self._mains
        )

    def text(self, cells: Cells, row: Record) -> str:
        """Give the text of a cell; of a blank, what it stands for."""
        text = cells.constant if cells.column is None else row.cells[cells.column]
        return cells.blank if text in self._blanks else text

    def place(self, cells: Cells, row: Record) -> Place:
        """Say where a cell stands, or the constant in its place."""
        if cells.column is None:
            return cells.place or self.values.at.place
        return self.grid.place(row, cells.column)

    def _tell(self, cells: Cells, row: Record, path: Path, message: str) -> None:
        self.faults.append(Fault(self.place(cells, row), dotted(path), message))

    def _row(self, row: Record) -> None:
        spots: dict[int, Spot] = {}
        identity: list[Key] = []
        for at in self.layout.names:
            key = self._name(at, row)
            identity.append("" if key is None else key)
            if key is None:
                self._tell_nameless(at, row)
            else:
                spot = self._spot(at, spots, key, row)
                spots |= {at: spot} if spot else {}
        if "" not in identity[:1] and not self._is_first(tuple(identity), row):
            return
        for at, spot in spots.items():
            self._fill(at, spot, row)

    def _is_first(self, identity: tuple[Key, ...], row: Record) -> bool:
        """Tell whether no row before is of the same names; note a fault where one is."""
        first = self._seen.setdefault(identity, row.line)
        if first == row.line:
            return True
        columns = [each for cells in self.layout.names.values() for each in cells]
        what = " and ".join(dict.fromkeys(each.name for each in columns))
        self._tell(columns[0], row, self.path, f"the same {what} as in line {first}")
        return False

    def _name(self, at: int, row: Record) -> Key | None:
        """Give the name of a row's member of a level; None where it has none."""
        cells = self.layout.names[at]
        texts = [self.text(each, row) for each in cells]
        key = self.layout.levels[at].key
        if not all(texts):
            return None
        if len(cells) > 1:
            return "_".join(map(self.values.part, texts))
        try:
            return self.values.member(texts[0], key)
        except ValueError as error:
            self._tell(cells[0], row, self.path, str(error))
            return texts[0]

    def _tell_nameless(self, at: int, row: Record) -> None:
        """Note a row without a name at a level that needs one, or of which it says something."""
        level = self.layout.levels[at]
        name = next(each for each in self.layout.names[at] if not self.text(each, row))
        given = next((c.cells for c in self._columns[at] if self.text(c.cells, row)), None)
        if level.field is None:
            self._tell(name, row, self.path, f"a blank; every row needs a {name.name}")
        elif given and given.column is not None:
            self._tell(given, row, self.path, f"'{given.name}' is given, but no {name.name}")

    def _spot(self, at: int, spots: dict[int, Spot], key: Key, row: Record) -> Spot | None:
        """Find where a member of a level is, or begin it; None where what it is in has no name."""
        level = self.layout.levels[at]
        above = Spot(self._tree, self.path, ())
        if level.parent is not None:
            if level.parent not in spots:
                return None
            above = spots[level.parent]
        holder, path = above.node, above.path
        cells = self.layout.names[at][0]
        place = self.place(cells, row)
        if level.field is not None:
            holder, path = begun(holder, level.field, place), (*path, level.field)
        if level.value:
            return Spot(holder, path, (key,))
        if key not in holder.value and level.parent is None and needs_title(level.model):
            is_code = len(self.layout.names[at]) == 1
            self._texts[key] = self.text(cells, row) if is_code else str(key)
            self._places[key] = place
        return Spot(begun(holder, key, place), (*path, key), ())

    def _fill(self, at: int, spot: Spot, row: Record) -> None:
        """Put what a row says of a member into it."""
        model = self.layout.levels[at].model
        kind = self._kind(at, row) if model is Dated else model
        numbers: dict[Path, dict[str, Written]] = {}
        rates: dict[Path, bool] = {}
        for target in self._columns[at]:
            leaf = _leaf(kind, target) if model is Dated else target.leaf
            value = self._value(target, leaf, spot, row)
            if value is not None and _is_whole(value, leaf, target):
                self._put(spot, target.path, value)
            elif value is not None:
                numbers.setdefault(target.path, {})[target.part] = value
                rates[target.path] = leaf.is_rate
        for path, parts in numbers.items():
            if says_something(parts, self._columns[at], path):
                self._put(spot, path, self.values.quantity(parts, is_rate=rates[path]))

    def _kind(self, at: int, row: Record) -> type[Frozen]:
        """Give the model of an event's kind; what all have in common where that is unknown."""
        texts = (self.text(each.cells, row) for each in self._columns[at] if each.path == ("kind",))
        return KINDS.get(next(texts, ""), Dated)

    def _value(self, target: Target, leaf: Leaf, spot: Spot, row: Record) -> Written | None:
        """Read a cell; None where it says nothing, or nothing that can be read."""
        text = self.text(target.cells, row)
        path = (*spot.path, *spot.prefix, *target.path)
        if not text and target in self._mains:
            if self.values.spec.blank == "zero":
                return Written(0, self.place(target.cells, row))
            message = "a blank is no zero; write 0, or say blank: zero or blank: skip"
            self._tell(target.cells, row, path, message)
        if not text:
            return None
        try:
            return self.values.read(text, leaf, target, self.place(target.cells, row))
        except ValueError as error:
            self._tell(target.cells, row, path, str(error))
            return None

    def _put(self, spot: Spot, path: Path, value: Written) -> None:
        """Put a value at a path below a member, unless a row before has put another one there."""
        *above, last = (*spot.prefix, *path)
        node = spot.node
        for key in above:
            node = begun(node, key, value.place)
        before = node.members.get(last)
        if before is None:
            node.value[last] = value
            node.keys[last] = value.place  # type: ignore[index]
        elif bare(before) != bare(value):
            message = f"differs from line {before.place.line}, which speaks of the same"
            place = value.place
            self.faults.append(Fault(place, dotted((*spot.path, *spot.prefix, *path)), message))


def begun(node: Written, key: Key, place: Place) -> Written:
    """Give the mapping at a key of a mapping that is being built, new where there is none."""
    if key not in node.value:
        node.value[key] = Written({}, place, {})
        node.keys[key] = place  # type: ignore[index]
    found: Written = node.value[key]
    return found


def _leaf(kind: type[Frozen] | None, target: Target) -> Leaf:
    """Say what a cell of an event may hold; where its kind has no such key, the schema tells."""
    return (kind and leaf_at(kind, tuple(map(str, target.path)))) or Leaf("text")


def _is_whole(value: Written, leaf: Leaf, target: Target) -> bool:
    """Tell whether a cell is more than a part of a quantity: a month in its place is."""
    is_month = target.part == "value" and isinstance(value.value, str)
    return leaf.kind != "quantity" or is_month


def says_something(parts: Collection[str], targets: Iterable[Target], path: Path) -> bool:
    """Tell whether parts of a quantity at a path are more than what constants say of a number that
    a row does not give.
    """
    own = {each.part for each in targets if each.path == path and each.cells.column is not None}
    return "value" in parts or not own.isdisjoint(parts)


def is_main(target: Target, layout: Layout) -> bool:
    """Tell whether a column is the main number of a row: a line's capacity."""
    main = main_key(layout.levels[target.level].model)
    return target.part == "value" and target.path in ((), (main,))


def needs_title(model: type[Frozen] | None) -> bool:
    """Tell whether an entity must have a title."""
    fields = model.model_fields if model else {}
    return "title" in fields and fields["title"].is_required()
