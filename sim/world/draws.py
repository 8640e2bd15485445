"""Draw the numbers of a scenario for the members of a chunk, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim import rng
from sim.kernels.arrays import Floats
from sim.scenario.column_table import ColumnTable, draw_column
from sim.scenario.quantity import Frozen, Quantity, draw_all
from sim.scenario.schema import Scenario


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
        if not pairs:
            return np.zeros((0, self.width))
        quantities, paths = zip(*pairs, strict=True)
        return draw_all(quantities, self.seed, paths, self.members)

    def column(self, table: Mapping[str, Frozen], key: str, block: str) -> Floats:
        """Draw a quantity of every entity of a block, [entities, members]."""
        if not isinstance(table, ColumnTable):
            found = ((getattr(each, key), f"{block}.{name}.{key}") for name, each in table.items())
            return self.rows(found)

        def uniforms(rows: Sequence[int]) -> Floats:
            paths = [f"{block}.{table.names[row]}.{key}" for row in rows]
            return rng.rows(self.seed, paths, self.members)

        return draw_column(table.column(key), self.members, uniforms, rng.central(self.members))

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
