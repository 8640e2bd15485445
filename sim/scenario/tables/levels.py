"""Say how the rows of a table hang together: which column names what, and what stands below it.

A table of factories names a factory and, in the same row, a product that it makes: that is a level
of its own, with the keys of a line. So is every mapping by name within an entity.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import AfterValidator
from pydantic.fields import FieldInfo

from sim.scenario.event_times import Dated
from sim.scenario.loading.schema_walk import (
    KINDS,
    SHORTHANDS,
    Shape,
    below,
    is_named,
    keys_of,
    model_at,
    options,
)
from sim.scenario.quantity import Frozen, Quantity, Within
from sim.scenario.rule_choices import RuleChoice

KEY_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "states": ("state",),
    "affinity": ("toward",),
    "products": ("product",),
    "inputs": ("input",),
    "complexity": ("class",),
    "factories": ("factory",),
    "lines": ("product",),
    "needs": ("state", "product"),
    "by_year": ("year",),
    "targets": ("month",),
    "trade": ("rule",),
    "events": ("event",),
    "programmes": ("programme",),
    "candidates": ("candidate",),
    "budget": ("month",),
    "sources": ("source",),
}
"""Key whose members go by name -> the columns that hold the names; of needs, state and product."""
VALUE_COLUMNS: Mapping[str, str] = {"affinity": "affinity", "by_year": "units", "budget": "money"}
"""Key whose members are numbers -> the column that holds them."""
NAMED_BY: Mapping[str, tuple[str, ...]] = {
    "rule": ("exporter", "importer", "product"),
    "candidate": ("factory", "product"),
    "factory": ("state", "product"),
}
"""Column of names -> columns that it is made from where it is not there."""
ALSO_BY: Mapping[str, str] = {"rule": "user"}
"""Column of names -> column that they are also made from where it is there; a blank of it is all.
"""
OF_STATES = frozenset(
    ("state", "bloc", "exporter", "importer", "via", "chair", "beneficiaries", "toward")
)
"""Columns that name states, or blocs of them."""
OF_NAMES = OF_STATES.union(
    ("product", "from_product", "to_product", "input", "user", "factory", "programme"),
    ("complexity", "event", "lifts", "repairs", "source"),
)
"""Columns that name something; their codes get names."""


@dataclass(frozen=True)
class Level:
    """Hold one mapping by name: its members, and where it hangs."""

    key: str
    """The column that names its members"""
    shape: Shape
    """The mapping's own shape"""
    parent: int | None
    """The level to whose members it belongs"""
    field: str | None
    """The key that it has there; None where the parent's members are this mapping itself"""
    value: str | None = None
    """The column of its members, where these are numbers"""

    @property
    def model(self) -> type[Frozen] | None:
        """Give the model of its members; `Dated` stands for all kinds of events."""
        return model_at(below(self.shape, "", None), None)


def levels_of(field: str, shape: Shape, keys: tuple[str, ...]) -> list[Level]:
    """List the levels of a block, the outermost first; `keys` are the columns of its own names."""
    found: list[Level] = []
    _add(found, field, shape, keys, None)
    return found


def _add(
    found: list[Level], field: str, shape: Shape, keys: tuple[str, ...], parent: int | None
) -> None:
    name = field if parent is not None else None
    for place, key in enumerate(keys):
        is_last = place == len(keys) - 1
        value = VALUE_COLUMNS.get(field) if is_last else None
        found.append(Level(key, shape, parent, name, value))
        parent, name, shape = len(found) - 1, None, below(shape, "", None)
    model = found[-1].model
    for inner in named_fields(model) if model and model is not Quantity else ():
        _add(found, inner, below(model, inner, None), KEY_COLUMNS[inner], parent)


@cache
def named_fields(model: type[Frozen]) -> tuple[str, ...]:
    """List the keys of a model whose members go by name and may come from a table."""
    return tuple(
        key for key in keys_of(model) if key in KEY_COLUMNS and is_named(below(model, key, None))
    )


@dataclass(frozen=True)
class Leaf:
    """Say what a cell may hold."""

    kind: str
    """quantity, number, integer, flag, list, numbers or text"""
    is_rate: bool = False
    """Whether a quantity is a rate, with a time base"""
    or_one: bool = False
    """Whether one text may stand in place of a list"""
    or_month: bool = False
    """Whether a month may stand in place of a quantity"""
    words: tuple[str, ...] = ()
    """What may stand in place of a list of names, as `all`"""

    def is_number(self, part: str) -> bool:
        """Tell whether a cell is a number, or several; of a quantity it may be any part."""
        of_quantity = self.kind == "quantity" and part in ("value", "low", "high")
        return of_quantity or self.kind in ("number", "integer", "numbers")


@cache
def leaf_at(model: type[Frozen], path: tuple[str, ...]) -> Leaf | None:
    """Say what stands at a path of keys below a model; None where nothing can."""
    fields = _field(model, path[0])
    for info, shape in fields:
        if len(path) == 1:
            return _leaf(shape, info.metadata)
        inner = model_at(shape, None)
        if is_named(shape):
            member = below(shape, path[1], None)
            return _leaf(member, ()) if len(path) == 2 else None
        if inner and inner not in (Quantity, RuleChoice):
            return leaf_at(inner, path[1:])
    return None


def _field(model: type[Frozen], key: str) -> Iterator[tuple[FieldInfo, Shape]]:
    """Find a key of a model, or of the first kind of event that has it."""
    for each in KINDS.values() if model is Dated else (model,):
        for name, field in each.model_fields.items():
            if key == (field.alias or name):
                yield field, field.annotation


def _leaf(shape: Shape, metadata: Any) -> Leaf | None:
    several = options(shape)
    if Quantity in several:
        return Leaf("quantity", is_rate=_is_rate(shape, metadata), or_month=str in several)
    items = next((get_args(each)[0] for each in several if _origin(each) is list), None)
    if items is not None:
        return _list(options(items), or_one=str in several, words=_words(several))
    word = next(filter(None, map(_WORDS.get, several)), "text")
    is_text = str in several or RuleChoice in several
    return Leaf("text" if is_text else word) if is_text or not _holds_more(several) else None


def _words(several: Sequence[Shape]) -> tuple[str, ...]:
    """List the words that are allowed by themselves."""
    literals = [each for each in several if _origin(each) is Literal]
    return tuple(word for each in literals for word in get_args(each))


def _list(items: Sequence[Shape], *, or_one: bool, words: tuple[str, ...]) -> Leaf | None:
    """Say what a cell may hold where a list stands."""
    if Quantity in items:
        return Leaf("numbers")
    return Leaf("list", or_one=or_one, words=words) if str in items else None


_WORDS: Mapping[Any, str] = {bool: "flag", int: "integer", float: "number"}


def _holds_more(several: Sequence[Shape]) -> bool:
    """Tell whether keys may stand where these shapes are allowed."""
    return any(
        _origin(each) is dict or (isinstance(each, type) and issubclass(each, Frozen))
        for each in several
    )


def _origin(shape: Shape) -> object:
    return get_origin(shape)


def _is_rate(shape: Shape, metadata: Any) -> bool:
    """Tell whether what stands here carries the mark of a rate, in whatever it is wrapped."""
    checks = [each.func for each in metadata if isinstance(each, AfterValidator)]
    checks += [each.func for each in getattr(shape, "__metadata__", ()) if hasattr(each, "func")]
    return any(isinstance(each, Within) and each.rate for each in checks) or any(
        _is_rate(each, ()) for each in get_args(shape) if each is not shape
    )


def main_key(model: type[Frozen] | None) -> str | None:
    """Give the key of the number without which a row says nothing: a line's capacity."""
    return SHORTHANDS.get(model) if model not in (None, Quantity, RuleChoice) else None
