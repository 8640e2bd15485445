"""Run points with different numbers side by side, by quantities that differ from column to column.

The columns of a chunk are (point, member) pairs. A study's points that agree in structure share one
scenario, in which the quantities that vary hold a number for each column; everything else is drawn
by member as usual. So all points go through the same kernels, and each has the same bits as when it
is run alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.errors import InputError
from sim.kernels.arrays import Floats
from sim.scenario.quantity import Frozen, Quantity
from sim.scenario.schema import Scenario


class BatchedQuantity(Quantity):
    """Hold a number for each column of a chunk, in place of one to draw."""

    columns: tuple[float, ...]

    @property
    def may_differ(self) -> bool:
        """Tell that columns differ."""
        return True

    def beside(self, name: str, width: int) -> Floats:
        """Return the columns' own numbers, shape [members]; raises ValueError where they are not as
        many as the members.
        """
        if width != len(self.columns):
            raise ValueError(f"{name}: {len(self.columns)} numbers for {width} columns")
        return np.array(self.columns)


def side_by_side(scenario: Scenario, numbers: Mapping[str, Sequence[float]]) -> Scenario:
    """Give each quantity named by its path a number for each column.

    Raises InputError where a path leads to no quantity.
    """
    for path, columns in numbers.items():
        replaced = at(scenario, path)
        if not isinstance(replaced, Quantity):
            raise InputError(f"{path}: is not a quantity")
        # numbers keep the time base of what they replace, as with --set
        rates = tuple(each * replaced.scale for each in columns)
        beside = BatchedQuantity(value=rates[0], columns=rates)
        scenario = _put(scenario, path.split("."), beside)
    return scenario


def at(node: Any, path: str) -> Any:
    """Give what stands at a path of a scenario; None where the path leads nowhere."""
    for step in path.split("."):
        if not _has(node, step):
            return None
        node = _member(node, step)
    return node


def _put(node: Any, steps: Sequence[str], value: Any) -> Any:
    """Copy a part of a scenario with another value some steps below."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    member = _put(_member(node, step), rest, value)
    if isinstance(node, Frozen):
        return node.model_copy(update={_attribute(node, step): member})
    if isinstance(node, list):
        return [member if place == int(step) else each for place, each in enumerate(node)]
    return {**node, _key(node, step): member}


def _has(node: Any, step: str) -> bool:
    if isinstance(node, Frozen):
        return _attribute(node, step) != ""
    if isinstance(node, list):
        return step.isdecimal() and int(step) < len(node)
    return isinstance(node, Mapping) and _key(node, step) in node


def _member(node: Any, step: str) -> Any:
    if isinstance(node, Frozen):
        return getattr(node, _attribute(node, step))
    return node[int(step)] if isinstance(node, list) else node[_key(node, step)]


def _attribute(model: Frozen, key: str) -> str:
    """Name the attribute that users write as this key; empty where there is none."""
    fields = type(model).model_fields
    return next((name for name, field in fields.items() if key == (field.alias or name)), "")


def _key(mapping: Mapping[Any, Any], step: str) -> str | int:
    return int(step) if step.isdecimal() and step not in mapping else step
