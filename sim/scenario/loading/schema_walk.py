"""Ask the schema what may stand where: which keys, which shorthands, which values are replaced
whole.

A shape is an annotation of the schema (`State`, `dict[Name, Line]`, `Rate | None` ...); None where
it knows nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from sim.scenario.event_kinds import Demand, Event
from sim.scenario.event_times import After, Dated, When
from sim.scenario.loading.source_tree import Key, Path, Written
from sim.scenario.need import FORMS, Need, StockTarget
from sim.scenario.quantity import Frozen, Quantity, is_quantity
from sim.scenario.rule_choices import RuleChoice
from sim.scenario.schema import Input, Line, Scenario
from sim.scenario.trade_kinds import Exemption, Tariff

Shape = Any

SHORTHANDS: dict[type[Frozen], str] = {
    Input: "amount",
    Line: "capacity",
    Need: "units",
    Quantity: "value",
    RuleChoice: "rule",
}
"""The key that a bare value stands for."""

ALTERNATIVES: dict[type[Frozen], tuple[str, ...]] = {
    Need: FORMS,
    StockTarget: ("share", "months"),
    Dated: ("date", "after", "when"),
    When: ("below", "above"),
    After: ("event", "completion"),
    Exemption: ("cap", "share"),
    Tariff: ("rate", "amount"),
    Demand: ("factor", "units"),
}
"""Keys of which one alone may be given, so that one given above drops the others given below."""

KINDS: dict[str, type[Dated]] = {
    get_args(kind.model_fields["kind"].annotation)[0]: kind for kind in get_args(get_args(Event)[0])
}
"""The model of each kind of event."""


def model_at(shape: Shape, written: Written | None) -> type[Frozen] | None:
    """Give the model that a shape allows here; an event's depends on the kind that was written."""
    model = _model(shape)
    return _event_model(written) if model is Dated else model


@cache
def _model(shape: Shape) -> type[Frozen] | None:
    """Give the model that a shape allows; `Dated` stands for all kinds of events."""
    for each in options(shape):
        if isinstance(each, type) and issubclass(each, Frozen):
            return Dated if issubclass(each, Dated) else each
    return None


def below(shape: Shape, key: Key, written: Written | None) -> Shape:
    """Give the shape of a member of this shape."""
    model = model_at(shape, written)
    return _shapes(model).get(key) if model else _member(shape)


def inner_shapes(shape: Shape, model: type[Frozen] | None) -> tuple[Mapping[Key, Shape], Shape]:
    """Give the shapes of the members of a value of this shape and model: by key, and of others."""
    return (_shapes(model), None) if model else ({}, _member(shape))


@cache
def _shapes(model: type[Frozen]) -> Mapping[Key, Shape]:
    """Give the shape of each key of a model, by its name in Python and in YAML."""
    fields = model.model_fields.items()
    shapes: dict[Key, Shape] = {name: field.annotation for name, field in fields}
    shapes |= {field.alias: field.annotation for _, field in fields if field.alias}
    return shapes


@cache
def _member(shape: Shape) -> Shape:
    """Give the shape of a member that goes by a name of the user's choice, or by its place."""
    for each in options(shape):
        if _origin(each) in (dict, list):
            return get_args(each)[-1]
    return None


@cache
def is_named(shape: Shape) -> bool:
    """Tell whether members go by names (or months, or years) of the user's choice."""
    return any(_origin(each) is dict for each in options(shape))


@cache
def is_by_number(shape: Shape) -> bool:
    """Tell whether members go by whole numbers: years."""
    return any(_origin(each) is dict and get_args(each)[0] is int for each in options(shape))


def keys_of(model: type[Frozen]) -> list[str]:
    """List the keys that a mapping of this model may have, as users write them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def alternatives(model: type[Frozen] | None, key: Key) -> frozenset[str]:
    """List the keys that cannot stand beside this one."""
    groups = (
        group
        for each, group in ALTERNATIVES.items()
        if model and issubclass(model, each) and key in group
    )
    return frozenset(other for group in groups for other in group if other != key)


def expanded(written: Written, model: type[Frozen] | None) -> Written:
    """Write out the shorthand of an input, line or need: `25` is `{units: 25}`, and so is a
    quantity in its place.
    """
    if model not in (Input, Line, Need):
        return written
    is_number = isinstance(written.value, (int, float)) and not isinstance(written.value, bool)
    is_short = is_number or (written.mapping is not None and is_quantity(written.members))
    return in_full(written, SHORTHANDS[model]) if is_short else written


def in_full(written: Written, key: str) -> Written:
    """Write a value as the one member of a mapping."""
    return Written({key: written}, written.place, {key: written.place}, implied=True)


def walk(
    tree: Written, shape: Shape = Scenario, path: Path = (), toward: type[Frozen] | None = None
) -> Iterator[tuple[Path, Written, type[Frozen] | None]]:
    """List every value with its path and, where the schema has one, its model; quantities and rule
    choices are not entered, nor, with `toward`, what cannot hold a value of that model.
    """
    ahead = [(path, tree, shape)]
    while ahead:
        path, node, shape = ahead.pop()
        model = model_at(shape, node)
        yield path, node, model
        members = () if model in (Quantity, RuleChoice) else node.members.items()
        if members:
            shapes, other = inner_shapes(shape, model)
            found = [((*path, key), each, shapes.get(key, other)) for key, each in members]
            ahead += (each for each in reversed(found) if not toward or _holds(each[2], toward))


@cache
def _holds(shape: Shape, model: type[Frozen]) -> bool:
    """Tell whether a value of this shape may be of a model, or have one somewhere within."""
    return any(
        each is model or any(_holds(inner, model) for inner in _inner(each))
        for each in options(shape)
    )


def _inner(shape: Shape) -> Iterator[Shape]:
    """List the shapes of what a value of this shape has within."""
    if isinstance(shape, type) and issubclass(shape, Frozen):
        yield from _shapes(shape).values()
    elif _origin(shape) in (dict, list):
        yield get_args(shape)[-1]


def _event_model(written: Written | None) -> type[Dated]:
    kind = written.members.get("kind") if written else None
    return KINDS.get(kind.value, Dated) if kind and isinstance(kind.value, str) else Dated


def takes_list(shape: Shape) -> bool:
    """Tell whether a list may stand here."""
    return any(_origin(each) is list for each in options(shape))


@cache
def options(shape: Shape) -> tuple[Shape, ...]:
    """List what a shape allows, looking through Annotated and unions."""
    if _origin(shape) is Annotated:
        return options(get_args(shape)[0])
    if _origin(shape) in (Union, UnionType):
        return tuple(option for each in get_args(shape) for option in options(each))
    return (shape,)


def _origin(shape: Shape) -> object:
    return get_origin(shape)
