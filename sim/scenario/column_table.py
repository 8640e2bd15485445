"""Hold many entities of one kind as columns: a mapping that makes an entity when one is asked for.

A table of a million trade rules is read, checked, drawn and linked without an object for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from pydantic_core import PydanticUndefined, core_schema

from sim.scenario.distributions import Floats, quantiles
from sim.scenario.quantity import Frozen, Quantity, scale_of

LARGE = 100_000
"""Needs, lines, routes or trade rules up to which results list them one by one."""

F = TypeVar("F", bound=Frozen)


class Words(NamedTuple):
    """Hold a key that is one word in every row."""

    codes: np.ndarray
    """[rows]: which of the words"""
    words: Sequence[Any]


@dataclass(frozen=True, eq=False)
class Numbers:
    """Hold a key that is a quantity in every row that gives it, arrays [rows]; NaN: not given.

    Where no row gives an interval, `low` and `high` are one array.
    """

    value: Floats
    low: Floats
    high: Floats
    said: Mapping[str, str] = field(default_factory=dict)
    """What is said of all of them: per, source, confidence"""

    @cached_property
    def is_drawn(self) -> np.ndarray:
        """Tell where members differ, [rows]."""
        marks: np.ndarray = self.low < self.high
        return marks

    @property
    def is_exact(self) -> bool:
        """Tell whether no row gives an interval."""
        return self.low is self.high

    def part(self, rows: np.ndarray | slice) -> Numbers:
        """Return some rows alone."""
        low = self.low[rows]
        high = low if self.is_exact else self.high[rows]
        return Numbers(self.value[rows], low, high, self.said)

    @property
    def scale(self) -> float:
        """Return what the numbers are multiplied by to be per month."""
        return scale_of(self.said.get("per", "month"))

    def given(self, row: int) -> float | dict[str, Any] | None:
        """Give the number of a row as a file would; None where it has none."""
        if np.isnan(self.value[row]):
            return None
        parts: dict[str, Any] = {"value": float(self.value[row])}
        if not np.isnan(self.low[row]):
            parts |= {"low": float(self.low[row]), "high": float(self.high[row])}
        parts |= self.said
        return parts if len(parts) > 1 else parts["value"]


@dataclass(frozen=True, eq=False)
class ColumnTable(Mapping[str, F], Generic[F]):
    """Hold entities by name, as columns; what is not a column is the same for all."""

    model: type[F]
    names: Sequence[str]
    words: Mapping[str, Words]
    numbers: Mapping[str, Numbers]
    constants: Mapping[str, Any]

    def __len__(self) -> int:
        """Count them."""
        return len(self.names)

    def __iter__(self) -> Iterator[str]:
        """List their names."""
        return iter(self.names)

    def __getitem__(self, name: str) -> F:
        """Make the entity of a name. Raises KeyError."""
        return self.at(self._rows[name])

    def __contains__(self, name: object) -> bool:
        """Tell whether there is one of this name."""
        return name in self._rows

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        return {name: row for row, name in enumerate(self.names)}

    def at(self, row: int) -> F:
        """Make the entity of a row."""
        return self.model.model_validate(self.given(row))

    def given(self, row: int) -> dict[str, Any]:
        """Give what a file would say of the entity of a row."""
        words = {key: each.words[each.codes[row]] for key, each in self.words.items()}
        numbers = {key: each.given(row) for key, each in self.numbers.items()}
        kept = {key: each for key, each in numbers.items() if each is not None}
        return {**words, **kept, **self.constants}

    def part(self, rows: np.ndarray | slice) -> ColumnTable[F]:
        """Return some rows alone."""
        names = (
            self.names[rows]
            if isinstance(rows, slice)
            else [self.names[row] for row in rows.tolist()]
        )
        return ColumnTable(
            self.model,
            names,
            {key: Words(each.codes[rows], each.words) for key, each in self.words.items()},
            {key: each.part(rows) for key, each in self.numbers.items()},
            self.constants,
        )

    def default(self, key: str) -> Any:
        """Give what a key that is no column is in every row."""
        otherwise = _default_of(self.model, key)
        is_said = key in self.constants or otherwise is PydanticUndefined
        return getattr(self.at(0), key) if is_said else otherwise

    def column(self, key: str) -> Numbers:
        """Give a quantity of every row, with the schema's default where a row gives none."""
        otherwise = _default_of(self.model, key)
        if key not in self.numbers:
            fixed = self.default(key)
            value = np.nan if fixed is None else fixed.value * fixed.scale
            blank = np.full(len(self), np.nan)
            return Numbers(np.full(len(self), value), blank, blank)
        own = self.numbers[key]
        if not isinstance(otherwise, Quantity):
            return own
        # a default is per month, whatever the file is
        value = np.where(np.isnan(own.value), otherwise.value / own.scale, own.value)
        return Numbers(value, own.low, own.high, own.said)


@cache
def _default_of(model: type[Frozen], key: str) -> Any:
    """Give the schema's default, PydanticUndefined where it asks for the key; to look it up in a
    model takes long.
    """
    return model.model_fields[key].default


def joined(several: Sequence[Numbers]) -> Numbers:
    """Put columns of which the same is said one below the other."""
    if len(several) == 1:
        return several[0]
    value, low = (
        np.concatenate([getattr(each, part) for each in several]) for part in ("value", "low")
    )
    if all(each.is_exact for each in several):
        return Numbers(value, low, low, several[0].said)
    return Numbers(value, low, np.concatenate([each.high for each in several]), several[0].said)


def in_columns_or(value: Any, otherwise: Callable[[Any], Any]) -> Any:
    """Take columns as they are; they were checked when they were read."""
    return value if isinstance(value, ColumnTable) else otherwise(value)


def out_of_columns(value: Any, otherwise: Callable[[Any], Any]) -> Any:
    """Write columns out, entity by entity."""
    return otherwise(dict(value) if isinstance(value, ColumnTable) else value)


class InColumns:
    """Mark a mapping by name that may be columns."""

    @staticmethod
    def __get_pydantic_core_schema__(source: Any, handler: Any) -> Any:
        """Check and write what is no columns as ever."""
        plain = handler(source)
        return core_schema.no_info_wrap_validator_function(
            in_columns_or,
            plain,
            serialization=core_schema.wrap_serializer_function_ser_schema(
                out_of_columns, schema=plain
            ),
        )


def columns_of(model: Frozen) -> dict[str, ColumnTable[Any]]:
    """List the blocks of a scenario that are columns."""
    found = {name: getattr(model, name) for name in type(model).model_fields}
    return {name: each for name, each in found.items() if isinstance(each, ColumnTable)}


def without_columns(model: F) -> F:
    """Return a scenario with nothing in the blocks that are columns."""
    return model.model_copy(update={name: {} for name in columns_of(model)})


def draw_column(
    numbers: Numbers,
    members: Sequence[int],
    uniforms: Callable[[Sequence[int]], Floats],
    central: np.ndarray,
) -> Floats:
    """Draw the numbers of a column for each member, [rows, members]: the same as each alone.

    `uniforms` gives numbers in [0, 1) for some rows, [rows, members]; `central` are the columns of
    member 0.
    """
    scale, value = numbers.scale, numbers.value[:, None]
    result = np.repeat(value * scale, len(members), axis=1)
    rows = np.flatnonzero(numbers.is_drawn)
    if rows.size and any(members):
        low, high = numbers.low[rows, None], numbers.high[rows, None]
        found = quantiles(numbers.said.get("dist"), uniforms(rows.tolist()), low, high, value[rows])
        found[:, central] = value[rows]
        result[rows] = found * scale
    return result
