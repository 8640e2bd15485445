"""Take the greatest of the rows that belong to one group."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.kernels.arrays import Ints
from sim.kernels.matching import numbered

Kind = TypeVar("Kind", bound=np.generic)


class GroupMost:
    """Take the greatest row of each group, [rows, members] -> [groups, members]; groups are the
    numbers that occur among `group_of_row`, ascending. Meant for groups of few rows.
    """

    def __init__(self, group_of_row: Ints) -> None:
        order = np.argsort(group_of_row, kind="stable")
        ordered = group_of_row[order]
        self.groups, firsts, of_row = numbered(ordered)
        self._firsts = order[firsts]
        rank = np.arange(order.size) - firsts[of_row]
        self._others = [
            (of_row[rank == each], order[rank == each])
            for each in range(1, int(rank.max(initial=0)) + 1)
        ]

    def __call__(self, values: NDArray[Kind]) -> NDArray[Kind]:
        """Return the greatest values, in the unit of `values` [rows, members]; of marks, which
        groups have one.
        """
        most = values.take(self._firsts, axis=0)
        for groups, rows in self._others:
            most[groups] = np.maximum(most.take(groups, axis=0), values.take(rows, axis=0))
        return most
