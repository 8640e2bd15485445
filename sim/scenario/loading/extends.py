"""Lay one file over another, as `extends` asks.

Entities merge by name and mappings by key; scalars and lists replace. A quantity, a rule choice and
a need's `by_year` replace whole, since half of one and half of another would say what nobody wrote.
`null` takes away what was inherited. An event of another kind replaces the event; a key drops the
inherited ones that cannot stand beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sim.errors import Fault, Place
from sim.scenario.loading.paths import fault_at
from sim.scenario.loading.schema_walk import (
    ALTERNATIVES,
    Shape,
    alternatives,
    expanded,
    inner_shapes,
    is_by_number,
    is_named,
    model_at,
)
from sim.scenario.loading.source_tree import (
    Bulk,
    Entities,
    Key,
    Known,
    Path,
    Titles,
    Written,
    dotted,
)
from sim.scenario.quantity import Frozen, Quantity
from sim.scenario.rule_choices import RuleChoice
from sim.scenario.schema import Scenario
from sim.scenario.suggestions import MOST_MEANT, comma_hint, meant

_YEAR = re.compile("[0-9]{1,9}")


def merged(layers: Sequence[Written]) -> tuple[Written, list[Fault]]:
    """Lay the layers over one another, the first at the bottom; also list what they take away in
    vain.
    """
    tree = Written({}, Place(""))
    faults: list[Fault] = []
    for layer in layers:
        removals: list[tuple[Path, str]] = []
        tree = _over(tree, layer, Scenario, (), removals)
        faults += [fault_at(layer, path, message) for path, message in removals]
    return tree, faults


def laid_over(
    parts: Sequence[Written], shape: Shape, path: Path, place: Place, faults: list[Fault]
) -> Written:
    """Lay the parts of a block over one another, the first at the bottom; adds faults for what they
    take away in vain.
    """
    tree = Written({}, place)
    for part in parts:
        removals: list[tuple[Path, str]] = []
        tree = _over(tree, part, shape, (), removals)
        for keys, message in removals:
            told = fault_at(part, keys, message)
            faults.append(Fault(told.place, dotted((*path, *keys)), told.message))
    return tree


def settled(written: Written, shape: Shape) -> tuple[Written, list[tuple[Path, str]]]:
    """Write out the shorthands of a value laid over nothing; also list what it takes away in vain,
    as (path, message).
    """
    removals: list[tuple[Path, str]] = []
    return _over(None, written, shape, (), removals), removals


def _over(
    under: Written | None,
    above: Written,
    shape: Shape,
    path: Path,
    removals: list[tuple[Path, str]],
) -> Written:
    """Lay one value over another; what is kept as columns stays so over nothing."""
    if isinstance(above.value, Bulk):
        if under is None or not under.value:
            return above
        if stand_beside(under.value, above.value):
            return Written(Laid(under, above, shape), above.place)
    if isinstance(above.value, str):
        # a text is no shorthand, and has nothing within
        return above
    base = None if under is None else under.in_full
    return _member_by_member(base, above.in_full, shape, path, removals)


@dataclass(frozen=True, eq=False)
class Laid(Entities):
    """Stand for entities of a table laid over those of another that gives other keys of them."""

    under: Written
    above: Written
    shape: Shape
    titles: list[Titles] = field(default_factory=list)

    @property
    def _both(self) -> Sequence[Entities]:
        return [self.under.value, self.above.value]

    @cached_property
    def plain(self) -> dict[Key, Any]:
        """Give the keys of both."""
        return _joined(*(each.plain for each in self._both))

    @cached_property
    def written(self) -> Written:
        """Lay one over the other, member by member."""
        under, above = self.under.in_full, self.above.in_full
        found = _member_by_member(under, above, self.shape, (), [])
        for each in self.titles:
            each.give(found)
        return found

    @property
    def names(self) -> Iterable[Key]:
        """List the names of both."""
        return dict.fromkeys(name for each in self._both for name in each.names)

    @property
    def given(self) -> frozenset[tuple[str, Key]]:
        """List the keys of both."""
        return frozenset().union(*(each.given for each in self._both))

    def strange(self, known: Known) -> tuple[Written, int]:
        """Lay the strange rows of one over those of the other."""
        (under, some), (above, more) = (each.strange(known) for each in self._both)
        return _member_by_member(under, above, self.shape, (), []), some + more


def stand_beside(under: object, above: object) -> bool:
    """Tell whether entities of tables have no key in common, nor keys that drop one another."""
    if not isinstance(under, Entities) or not isinstance(above, Entities):
        return False
    pairs = ((one, other) for where, one in under.given for at, other in above.given if where == at)
    return not any(
        one == other or any({one, other} <= {*group} for group in ALTERNATIVES.values())
        for one, other in pairs
    )


def _joined(under: dict[Key, Any], above: dict[Key, Any]) -> dict[Key, Any]:
    """Put mappings together that have no more in common than mappings."""
    found = dict(under)
    for key, value in above.items():
        found[key] = _joined(found[key], value) if key in found else value
    return found


def _member_by_member(
    under: Written | None,
    above: Written,
    shape: Shape,
    path: Path,
    removals: list[tuple[Path, str]],
) -> Written:
    known = _telling(under, above)
    model = model_at(shape, known)
    above = expanded(_with_years(above, shape), model)
    if above.mapping is None or model in (Quantity, RuleChoice):
        return above
    base = _inherited(under, above, shape)
    members = _kept(base, above, model)
    is_alone, (shapes, other) = not members, inner_shapes(shape, model)
    for key, member in above.members.items():
        if member.value is None and key in members:
            del members[key]
        elif member.value is None and is_named(shape):
            known_names = members if len(removals) < MOST_MEANT else ()
            removals.append(((*path, key), _in_vain(key, above, known_names)))
        else:
            inner = shapes.get(key, other)
            members[key] = _over(members.get(key), member, inner, (*path, key), removals)
    return Written(members, above.place, {**base.keys, **above.keys}, above.implied and is_alone)


def _with_years(written: Written, shape: Shape) -> Written:
    """Take years that are texts, as JSON has them, for years where years are meant."""
    if not is_by_number(shape) or not any(map(_is_year, written.members)):
        return written
    years: dict[Key, Key] = {
        key: int(key) if _is_year(key) and int(key) not in written.members else key
        for key in written.members
    }
    members = {years[key]: each for key, each in written.members.items()}
    return written.changed(members, {years[key]: each for key, each in written.keys.items()})


def _is_year(key: Key) -> bool:
    return isinstance(key, str) and bool(_YEAR.fullmatch(key))


def _telling(under: Written | None, above: Written) -> Written:
    """Give the layer that tells of what kind an event is."""
    return above if under is None or "kind" in above.members else under


def _kept(base: Written, above: Written, model: type[Frozen] | None) -> dict[Key, Written]:
    """Give the members that are inherited, without those that what is given above drops."""
    if model is None or not base.members:
        return dict(base.members)
    dropped = {
        other
        for key, member in above.members.items()
        if member.value is not None
        for other in alternatives(model, key)
    }
    return {key: member for key, member in base.members.items() if key not in dropped}


def _inherited(under: Written | None, above: Written, shape: Shape) -> Written:
    if under is None or under.mapping is None or is_by_number(shape) or _changes_kind(under, above):
        return Written({}, above.place)
    return under


def _changes_kind(under: Written, above: Written) -> bool:
    kinds = [each.members["kind"].value for each in (under, above) if "kind" in each.members]
    return len(kinds) == 2 and kinds[0] != kinds[1]


def _in_vain(key: Key, above: Written, known: Iterable[Key]) -> str:
    """Write that there is nothing of this name to remove, and what may have been meant."""
    around = {name: each.value for name, each in above.members.items()}
    near = (
        meant(key, known) or "; an empty value removes a key: write a value, or leave out the key"
    )
    return comma_hint(key, None, around) or f"nothing to remove{near}"
