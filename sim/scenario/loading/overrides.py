"""Change single values of a scenario from the command line: `--set events.ban.share=0.9`.

The path is that of the error messages, the value is YAML, `null` removes. What goes by a name must
be there before something in it can be set; a whole entity, or a month of a budget, may be new. A
number set for an input, line or need leaves what else is said of it; a number set in a quantity
takes away the source that the other number had.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from sim.errors import Fault, Place, ScenarioError
from sim.scenario.loading.extends import settled
from sim.scenario.loading.schema_walk import (
    SHORTHANDS,
    Shape,
    alternatives,
    below,
    expanded,
    is_by_number,
    is_named,
    keys_of,
    model_at,
)
from sim.scenario.loading.source_tree import Key, Path, Written, dotted
from sim.scenario.loading.yaml_marks import read_value
from sim.scenario.need import Need
from sim.scenario.quantity import DRAWN_BY, Frozen, Quantity
from sim.scenario.rule_choices import RuleChoice
from sim.scenario.schema import Input, Line, Scenario
from sim.scenario.suggestions import found, meant, on_one_line

_SOURCED = ("value", *DRAWN_BY)
"""What of a quantity a source tells."""
_OPTION = "--set "


class Keyword(str):
    """Hold a `path=value` that nobody wrote as `--set`: a keyword, or an option of its own."""

    __slots__ = ()


def with_set(tree: Written, text: str) -> Written:
    """Set one value, given as `path=value`. Raises ScenarioError, placed at the option itself."""
    place = Place("" if isinstance(text, Keyword) else f"{_OPTION}{on_one_line(text)}")
    path, equals, value = text.partition("=")
    if not equals or not path.strip():
        raise ScenarioError([Fault(place, "", "write it as path=value: months=24")])
    if not value.strip():
        raise ScenarioError([Fault(place, path.strip(), "give a value; null removes the key")])
    try:
        written = read_value(value, place.file)
    except ScenarioError as error:
        raise ScenarioError(
            replace(fault, path=".".join(filter(None, (path, fault.path))))
            for fault in error.faults
        ) from error
    return _put(tree, Scenario, path.strip().split("."), written, ())


def _put(node: Written, shape: Shape, steps: list[str], value: Written, done: Path) -> Written:
    """Set the value some steps below a node."""
    model = model_at(shape, node)
    steps = _in_full(node, model, steps)
    node = _opened(node, shape)
    key = _key(node, shape, steps[0])
    path = (*done, key)
    _check_allowed(node, shape, key, value, path)
    dropped = alternatives(model, key)
    kept = {each: other for each, other in node.members.items() if each not in dropped}
    inner = below(shape, key, node)
    further = steps[1:] or _left_out(kept.get(key), inner, value)
    if further:
        start = kept.get(key) or _started(node, shape, key, value, path)
        changed = _put(start, inner, further, value, path)
        is_short = not steps[1:] and len(changed.members) == 1
        kept[key] = replace(changed, implied=True) if is_short else changed
    else:
        _put_here(kept, node, shape, value, path)
        if done or value.value is None:
            # what no longer fits together here is the option's doing
            node = replace(node, place=value.place)
    return node.changed(kept, {**node.keys, key: value.place})


def _in_full(node: Written, model: type[Frozen] | None, steps: list[str]) -> list[str]:
    """Write out a step that a shorthand leaves out: of the quantity that a bare number stands
    for, whatever else is said of it by now.
    """
    if not model or steps[0] not in keys_of(Quantity) or steps[0] in keys_of(model):
        return steps
    name = SHORTHANDS.get(model, "")
    is_left_out = model in (Input, Line, Need) and name in node.members
    return [name, *steps] if is_left_out else steps


def _left_out(under: Written | None, shape: Shape, value: Written) -> list[str]:
    """Name the key that a number stands for of an input, line or need that is there: what else is
    said of it stays, as in a file that extends another.
    """
    model = model_at(shape, under)
    is_short = under is not None and expanded(value, model) is not value
    return [SHORTHANDS[model]] if model and is_short else []


def _put_here(
    kept: dict[Key, Written], node: Written, shape: Shape, value: Written, path: Path
) -> None:
    """Set or take away one of the members kept of a node, the last key of the path."""
    key = path[-1]
    if value.value is None and key in kept:
        del kept[key]
    elif value.value is None and is_named(shape):
        _refuse(value, path, f"nothing to remove{meant(key, node.members)}")
    else:
        before = kept.get(key)
        in_time = _with_time_base(value, before)
        if key in _SOURCED and model_at(shape, node) is Quantity:
            _drop_source(kept, before, value)
        kept[key], removals = settled(in_time, below(shape, key, node))
        if removals:
            _refuse(value, (*path, *removals[0][0]), removals[0][1])


def _drop_source(kept: dict[Key, Written], before: Written | None, value: Written) -> None:
    """Take away where a number comes from that another replaces, unless an option gave it."""
    if before is not None and before.value == value.value:
        return
    for key in ("source", "confidence", "note"):
        if key in kept and not _is_from_option(kept[key].place):
            del kept[key]


def _is_from_option(place: Place) -> bool:
    return not place.file or place.file.startswith(_OPTION)


def _with_time_base(value: Written, under: Written | None) -> Written:
    """Let a bare number that replaces a quantity be per month or year as that was."""
    if under is None or under.mapping is None or not isinstance(value.value, (int, float)):
        return value
    per = under.members.get("per")
    if per is None or isinstance(value.value, bool):
        return value
    return Written({"value": value, "per": per}, value.place, {"value": value.place})


def _opened(node: Written, shape: Shape) -> Written:
    """Write out a bare number or rule name, so that something may stand beside it."""
    model = model_at(shape, node)
    if model in SHORTHANDS and isinstance(node.value, (str, int, float)):
        return Written({SHORTHANDS[model]: node}, node.place, {SHORTHANDS[model]: node.place})
    return node.in_full


def _key(node: Written, shape: Shape, step: str) -> Key:
    if step.isdecimal() and (isinstance(node.value, list) or is_by_number(shape)):
        return int(step)
    return step


def _check_allowed(node: Written, shape: Shape, key: Key, value: Written, path: Path) -> None:
    model = model_at(shape, node)
    if isinstance(node.value, list):
        if key not in node.members:
            _refuse(value, path, f"no such item; the list has {len(node.members)}, counted from 0")
    elif node.mapping is None:
        _refuse(value, path[:-1], f"nothing can be set in {found(node.value)}")
    elif model and model is not RuleChoice and key not in keys_of(model):
        _refuse(value, path, f"unknown key{meant(key, keys_of(model), 'allowed')}")


def _started(node: Written, shape: Shape, key: Key, value: Written, path: Path) -> Written:
    """Begin a mapping that was not there, unless it goes by a name: then the name is mistaken."""
    if is_named(shape) and model_at(below(shape, key, node), None):
        _refuse(value, path, f"nothing of this name{meant(key, node.members)}")
    return Written({}, value.place)


def _refuse(value: Written, path: Path, message: str) -> NoReturn:
    raise ScenarioError([Fault(value.place, dotted(path), message)])
