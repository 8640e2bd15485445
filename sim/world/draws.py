"""Draw the numbers of a scenario for the members of a chunk, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from sim import rng
from sim.kernels.arrays import Floats
from sim.scenario.column_table import ColumnTable, Numbers, draw_column, joined
from sim.scenario.drawing import draw_all
from sim.scenario.quantity import Frozen, Quantity
from sim.scenario.schema import Scenario


class _Part(NamedTuple):
    """Hold one block of several, and its rows among those of all."""

    table: Mapping[str, Frozen]
    path: str
    rows: slice
    numbers: Numbers | None
    """What is drawn of columns; None for objects"""


@dataclass(frozen=True)
class Draws:
    """Draw quantities by their paths in the scenario; arrays end in [members], rates per month.

    Call it for one number, `rows` for many: what many rows share is drawn once and looked up.
    """

    seed: int
    members: Sequence[int]

    @classmethod
    def of(cls, scenario: Scenario, members: Sequence[int]) -> Draws:
        """Draw from this scenario, for these members."""
        return cls(scenario.seed, members)

    @property
    def width(self) -> int:
        """Count the members."""
        return len(self.members)

    def __call__(self, quantity: Quantity, path: str) -> Floats:
        """Draw one number, [members]."""
        return quantity.draw(self.seed, path, self.members)

    def rows(self, found: Iterable[tuple[Quantity, str]]) -> Floats:
        """Draw a number for each (quantity, path), [rows, members]."""
        pairs = list(found)
        return self.each([quantity for quantity, _ in pairs], [path for _, path in pairs])

    def each(self, quantities: Sequence[Quantity], paths: Sequence[str]) -> Floats:
        """Draw a number for each quantity and its path, [rows, members]."""
        if not quantities:
            return np.zeros((0, self.width))
        return draw_all(quantities, self.seed, paths, self.members)

    def column(self, table: Mapping[str, Frozen], key: str, block: str) -> Floats:
        """Draw a quantity of every entity of a block, [entities, members]."""
        return self.columns([(table, block)], key)

    def columns(self, tables: Sequence[tuple[Mapping[str, Frozen], str]], key: str) -> Floats:
        """Draw a quantity of every entity of several (block, path), one below the other,
        [entities, members]. Those kept as columns of which the same is said are drawn together.
        """
        kinds: dict[Any, list[_Part]] = {}
        start = 0
        for table, block in tables:
            own, numbers = slice(start, start + len(table)), None
            if isinstance(table, ColumnTable):
                numbers = table.column(key)
            said = None if numbers is None else tuple(numbers.said.items())
            kinds.setdefault(said, []).append(_Part(table, block, own, numbers))
            start = own.stop
        result = np.zeros((start, self.width))
        for said, parts in kinds.items():
            drawn = self._objects(parts, key) if said is None else self._numbers(parts, key)
            if len(kinds) == 1:
                return drawn
            ends = accumulate(part.rows.stop - part.rows.start for part in parts)
            for part, end in zip(parts, ends, strict=True):
                own = part.rows
                result[own] = drawn[end - (own.stop - own.start) : end]
        return result

    def _objects(self, parts: Sequence[_Part], key: str) -> Floats:
        return self.rows(
            (getattr(each, key), f"{part.path}.{name}.{key}")
            for part in parts
            for name, each in part.table.items()
        )

    def _numbers(self, parts: Sequence[_Part], key: str) -> Floats:
        def uniforms(rows: Sequence[int]) -> Floats:
            names = [f"{part.path}.{name}.{key}" for part in parts for name in part.table]
            return rng.rows(self.seed, [names[row] for row in rows], self.members)

        numbers = joined([part.numbers for part in parts if part.numbers is not None])
        return draw_column(numbers, self.members, uniforms, rng.central(self.members))

    def rows_or(self, found: Iterable[tuple[Quantity | None, str]], otherwise: float) -> Floats:
        """Draw a number for each (quantity, path), [rows, members]; `otherwise` stands for what is
        not given.
        """
        pairs = list(found)
        result = np.full((len(pairs), self.width), otherwise)
        given = [row for row, (quantity, _) in enumerate(pairs) if quantity is not None]
        result[given] = self.rows(
            (quantity, path) for quantity, path in pairs if quantity is not None
        )
        return result
