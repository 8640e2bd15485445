"""Tell a programme's commission what it may spend money on, and spend it as its rule says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.axes import Axes
from sim.kernels.sums import Floats, GroupSum, Ints, divide
from sim.rules.programme import Bids
from sim.world import World


@dataclass(frozen=True, eq=False)
class Commission:
    """Hold a programme's rule and its candidates."""

    rule: Callable[[Bids], Floats]
    row: int
    """The programme"""
    rows: Ints
    """Its projects"""
    state: NDArray[np.str_]
    """State of each candidate's factory"""
    together: GroupSum
    """Sums its candidates to [1, members]"""
    months: int
    """Length of the run"""

    @classmethod
    def build(cls, axes: Axes, rule: Callable[[Bids], Floats], row: int, months: int) -> Commission:
        """Seat the commission of a programme, a row of `axes`."""
        rows = np.flatnonzero(axes.project_programme == row)
        state = np.array(axes.states)[axes.line_state[axes.project_line[rows]]]
        return cls(rule, row, rows, state, GroupSum(np.zeros(rows.size, dtype=np.int64), 1), months)

    def share_out(self, world: World, gap: Floats, wanted: Floats, budget: Floats) -> Floats:
        """Return money [candidates, members] for gaps and what can be taken up of them, money [projects, members]."""
        return self.rule(Bids(wanted[self.rows], budget, self.together, gap[self.rows], self.state, partial(self._returns, world)))

    def _returns(self, world: World) -> Floats:
        """Count the need covered for the money, [candidates, members]; see `Bids.count_returns`."""
        axes, projects = world.axes, world.projects
        line = axes.project_line[self.rows]
        served = world.programmes.beneficiary[self.row][:, None]
        need = axes.needs_by_product(world.needs.expected * served)[axes.line_product[line]]
        left = np.maximum(self.months - world.month - projects.delay[self.rows], 0)
        return divide(world.lines.yield_[line] * left, need * projects.capital_cost[self.rows])
