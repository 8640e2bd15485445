"""Find the exact least-cost flow by linear programming (HiGHS): the reference that shows what a rule gives away.

Flows on a network have integer optima where supply, demand and caps are whole numbers; they are then returned whole.
Model specification 1.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from sim.kernels.allocation import Allocation, Market
from sim.kernels.sums import Floats, Ints

TOLERANCE = 1e-7
"""Feasibility that HiGHS promises, as a share of the largest amount."""


@dataclass(frozen=True, eq=False)
class Optimum:
    """Hold a least-cost flow."""

    flow: Floats
    """[links], units"""
    cost: float
    """Money for the flow, and for unmet demand where that has a price"""
    supply_price: Floats
    """[suppliers]: money that one more unit of supply would save, at the same deliveries where unmet demand has no price"""
    cap_price: Floats
    """[links]: money that one more unit of the cap would save, likewise"""


def transport(
    line: Ints,
    need: Ints,
    supply: Floats,
    demand: Floats,
    cost: Floats,
    *,
    cap: Floats | None = None,
    tier: Ints | None = None,
    unmet_cost: float | None = None,
) -> Optimum:
    """Carry supply [suppliers] to demand [buyers] over links at least cost; links are given by their ends.

    `cost` [links] is money per unit, `cap` [links] the most a link may carry (inf: no limit), `tier` [buyers] who is
    served first. As much as possible is delivered, tier by tier, and that at least cost; with `unmet_cost`, money per
    unit of unmet demand, only what is cheaper than leaving it undone is delivered, and tiers do not count.
    """
    cap = np.full(line.size, np.inf) if cap is None else cap
    problem = _Problem.build(line, need, supply, demand, cap)
    if unmet_cost is not None:
        return problem.cheapest(cost, price=unmet_cost)
    levels = np.zeros(demand.size, dtype=np.int64) if tier is None else tier
    return problem.cheapest(cost, filled=problem.fills(levels[need]))


def least_cost(market: Market, supply: Floats, demand: Floats, cap: Floats, cost: Floats, tier: Ints) -> Allocation:
    """Allocate as `transport` does, members one after the other.

    `supply` [lines, members], `demand` [needs, members], `cap` [links, members] (0 on closed links) in units per month,
    `cost` [links, members] money per unit, `tier` [needs].
    """
    flow = np.zeros(cap.shape)
    for member in range(cap.shape[1]):
        own = np.flatnonzero(cap[:, member] > 0)
        found = transport(
            market.line[own], market.need[own], supply[:, member], demand[:, member], cost[own, member], cap=cap[own, member], tier=tier
        )
        flow[own, member] = found.flow
    return Allocation(flow, market.by_line(flow), market.by_need(flow), 1)


def min_cost_flow(source: Ints, target: Ints, cap: Floats, cost: Floats, supply: Floats) -> tuple[Floats, float]:
    """Return the least-cost flow [arcs] through a network, and its cost.

    Arcs run from node `source` to node `target`; `supply` [nodes] is what a node sends out (below 0: takes in) and adds up to 0.
    Raises ValueError where the arcs cannot carry it.
    """
    arcs = np.arange(source.size)
    signs = np.repeat((1.0, -1.0), arcs.size)
    balance = sparse.csr_array((signs, (np.concatenate((source, target)), np.tile(arcs, 2))), shape=(supply.size, arcs.size))
    result = linprog(cost, A_eq=balance, b_eq=supply, bounds=np.column_stack((np.zeros(arcs.size), cap)), method="highs")
    if result.x is None:
        raise ValueError("the arcs cannot carry the supply")
    flow = _whole_where_due(result.x, supply, cap)
    return flow, float((cost * flow).sum())


@dataclass(frozen=True, eq=False)
class _Problem:
    """Hold who may carry how much to whom: rows of the programme are suppliers, then buyers."""

    ends: sparse.csr_array
    """[suppliers + buyers, links]"""
    supply: Floats
    demand: Floats
    cap: Floats
    scale: float
    """A power of 2 near the largest amount, by which amounts are divided: tolerances are absolute"""

    @classmethod
    def build(cls, line: Ints, need: Ints, supply: Floats, demand: Floats, cap: Floats) -> _Problem:
        links = np.arange(line.size)
        rows = np.concatenate((line, need + supply.size))
        ends = sparse.csr_array((np.ones(rows.size), (rows, np.tile(links, 2))), shape=(supply.size + demand.size, links.size))
        largest = float(demand.max(initial=0.0))
        return cls(ends, supply, demand, cap, 2.0 ** np.floor(np.log2(largest)) if largest > 0 else 1.0)

    def fills(self, level: Ints) -> list[tuple[Floats, float]]:
        """Return for each tier its links, as 1 in [links], and the most that they can carry once lower tiers are served.

        What tiers 0 to k can receive together, less what 0 to k-1 can, is what tier k can receive at most: the
        quantities that buyers can receive through a network form a polymatroid, where the greedy choice is exact.
        """
        found, before = [], 0.0
        for each in np.unique(level):
            together = float(self._solve(-(level <= each).astype(np.float64)).x.sum())
            found.append(((level == each).astype(np.float64), max(together - before, 0.0)))
            before = together
        return found

    def cheapest(self, cost: Floats, *, filled: list[tuple[Floats, float]] | None = None, price: float = 0.0) -> Optimum:
        """Return the least-cost flow that fills each tier, or, for want of tiers, that is cheaper than `price`."""
        result = self._solve(cost - price, filled or ())
        flow = self._repaired(result.x * self.scale)
        unmet = max(float(self.demand.sum() - flow.sum()), 0.0)
        return Optimum(
            flow=flow,
            cost=float((cost * flow).sum()) + price * unmet,
            supply_price=-result.ineqlin.marginals[: self.supply.size],
            cap_price=-result.upper.marginals,
        )

    def _solve(self, objective: Floats, filled: Sequence[tuple[Floats, float]] = ()) -> OptimizeResult:
        return None
