"""Find the exact least-cost flow by linear programming (HiGHS): the reference that shows what a
rule gives away.

Flows on a network have whole-number optima where supply, demand and caps are whole numbers; they
are returned whole. Equations 2.3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from sim.kernels.allocation import Allocation
from sim.kernels.arrays import Floats, Ints
from sim.kernels.market import Market

OPTIONS = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
"""The tightest that HiGHS offers, and far above rounding; amounts are scaled to about 1."""


@dataclass(frozen=True, eq=False)
class Optimum:
    """Hold a least-cost flow."""

    flow: Floats
    """[links], units"""
    cost: float
    """Money for the flow, and for unmet demand where that has a price"""
    supply_price: Floats
    """[suppliers]: money that one more unit of supply would save; deliveries stay as they are where
    unmet demand has no price"""
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
    """Carry supply [suppliers] to demand [buyers] over links at least cost; `line` and `need`
    [links] are a link's ends.

    `cost` [links] is money per unit, `cap` [links] the most a link may carry (inf: no limit),
    `tier` [buyers] who is served first. As much as possible is delivered, tier by tier, and that at
    least cost. With `unmet_cost`, money per unit of unmet demand, only what is cheaper than leaving
    it undone is delivered, and tiers do not count.
    """
    if not line.size:
        return Optimum(
            np.zeros(0),
            (unmet_cost or 0.0) * float(demand.sum()),
            np.zeros(supply.size),
            np.zeros(0),
        )
    problem = _Transport.build(
        line, need, supply, demand, np.full(line.size, np.inf) if cap is None else cap
    )
    if unmet_cost is not None:
        return problem.cheapest(cost, unmet_cost, np.zeros((0, line.size)), np.zeros(0))
    return problem.cheapest(
        cost, 0.0, *problem.fills(np.zeros(line.size) if tier is None else tier[need])
    )


def least_cost(
    market: Market, supply: Floats, demand: Floats, cap: Floats, cost: Floats, tier: Ints
) -> Allocation:
    """Allocate as `transport` does, one member after the other.

    `supply` [lines, members], `demand` [needs, members] and `cap` [links, members] (0 on closed
    links) in units per month, `cost` [links, members] in money per unit, `tier` [needs].
    """
    flow = np.zeros(cap.shape)
    for member in range(cap.shape[1]):
        own = np.flatnonzero(cap[:, member] > 0)
        best = transport(
            market.line[own],
            market.need[own],
            supply[:, member],
            demand[:, member],
            cost[own, member],
            cap=cap[own, member],
            tier=tier,
        )
        flow[own, member] = best.flow
    return Allocation(flow, market.by_line(flow), market.by_need(flow), 1)


def myopia(
    market: Market,
    supply: Floats,
    demand: Floats,
    flow: Floats,
    cap: Floats,
    cost: Floats,
    unmet_cost: float,
) -> tuple[Floats, Floats]:
    """Compare a flow [links, members] with the least-cost one, unmet demand costing `unmet_cost`
    money per unit.

    Return, [members] each, the flow as a share of the best flow, and by how much its cost is above
    the least, as a share (0: as good as the best; inf: the best costs nothing). The other arrays
    are as for `least_cost`.
    """
    shares, excess = np.ones(flow.shape[1]), np.zeros(flow.shape[1])
    for member in range(flow.shape[1]):
        goods, wants, own, each, most = (
            np.ascontiguousarray(array[:, member]) for array in (supply, demand, flow, cost, cap)
        )
        best = transport(
            market.line, market.need, goods, wants, each, cap=most, unmet_cost=unmet_cost
        )
        paid = float((each * own).sum() + unmet_cost * np.maximum(wants.sum() - own.sum(), 0.0))
        if best.flow.any():
            shares[member] = own.sum() / best.flow.sum()
        if paid > best.cost:
            excess[member] = paid / best.cost - 1.0 if best.cost > 0 else np.inf
    return shares, excess


def min_cost_flow(
    source: Ints, target: Ints, cap: Floats, cost: Floats, supply: Floats
) -> tuple[Floats, float]:
    """Return the least-cost flow [arcs] through a network, and its cost.

    Arcs run from node `source` to node `target`; `supply` [nodes] is what a node sends out (below
    0: takes in). Raises ValueError where the arcs cannot carry it.
    """
    scale = _scale(supply)
    balance = _incidence(source, supply.size) - _incidence(target, supply.size)
    flow = _whole(
        _solved(cost, cap / scale, A_eq=balance, b_eq=supply / scale).x * scale, supply, cap
    )
    return flow, float((cost * flow).sum())


@dataclass(frozen=True, eq=False)
class _Transport:
    """Hold who may carry how much to whom, amounts divided by `scale`; ends are suppliers first,
    then buyers.
    """

    source: Ints
    target: Ints
    amounts: Floats
    """[suppliers + buyers]: supply, then demand"""
    cap: Floats
    suppliers: int
    scale: float

    @classmethod
    def build(
        cls, line: Ints, need: Ints, supply: Floats, demand: Floats, cap: Floats
    ) -> _Transport:
        scale = _scale(demand)
        return cls(
            line,
            need + supply.size,
            np.concatenate((supply, demand)) / scale,
            cap / scale,
            supply.size,
            scale,
        )

    def fills(self, tier: Floats | Ints) -> tuple[Floats, Floats]:
        """Return the links of each tier as 1 in [tiers, links], and the most that each can receive
        after those before it.

        That is what tiers 0 to k can receive together, less what 0 to k-1 can: the amounts that
        buyers can receive through a network form a polymatroid, where the greedy choice is exact.
        `tier` [links] is the buyer's.
        """
        levels = np.unique(tier)
        none = np.zeros((0, self.cap.size)), np.zeros(0)
        # the others' links cost nothing here, so what the solver leaves on them does not count
        together = [
            self._feasible(self._solve(-up_to.astype(np.float64), *none).x)[up_to].sum()
            for up_to in tier <= levels[:, None]
        ]
        return (tier == levels[:, None]).astype(np.float64), np.maximum(
            np.diff(together, prepend=0.0), 0.0
        )

    def cheapest(self, cost: Floats, price: float, tiers: Floats, fills: Floats) -> Optimum:
        """Return the least-cost flow that gives each tier its fill, unmet demand costing
        `price`.
        """
        result = self._solve(cost - price, tiers, fills)
        flow = self._feasible(result.x) * self.scale
        unmet = self.amounts[self.suppliers :].sum() * self.scale - flow.sum()
        return Optimum(
            flow=flow,
            cost=float((cost * flow).sum() + price * unmet),
            supply_price=-result.ineqlin.marginals[: self.suppliers],
            cap_price=-result.upper.marginals,
        )

    def _solve(self, objective: Floats, tiers: Floats, fills: Floats) -> Any:
        ends = _incidence(self.source, self.amounts.size) + _incidence(
            self.target, self.amounts.size
        )
        rows = sparse.vstack((ends, sparse.csr_array(-tiers)), format="csr")
        return _solved(objective, self.cap, A_ub=rows, b_ub=np.concatenate((self.amounts, -fills)))

    def _feasible(self, flow: Floats) -> Floats:
        """Take the solver's tolerance out of a flow: nobody sends or receives more than there is,
        and whole stays whole.
        """
        flow = (
            _whole(flow * self.scale, self.amounts * self.scale, self.cap * self.scale) / self.scale
        )
        flow = np.clip(flow, 0.0, self.cap)
        size = self.amounts.size
        used = np.bincount(self.source, flow, size) + np.bincount(self.target, flow, size)
        share = np.divide(self.amounts, used, out=np.ones(size), where=used > self.amounts)
        result: Floats = flow * np.minimum(share[self.source], share[self.target])
        return result


def _incidence(end: Ints, nodes: int) -> sparse.csr_array:
    """Mark each arc's end with 1, [nodes, arcs]."""
    return sparse.csr_array(
        (np.ones(end.size), (end, np.arange(end.size))), shape=(nodes, end.size)
    )


def _scale(amounts: Floats) -> float:
    """Return a power of 2 near the largest amount: whole numbers stay exact."""
    largest = float(np.abs(amounts).max(initial=0.0))
    return 2.0 ** math.floor(math.log2(largest)) if largest > 0 else 1.0


def _solved(objective: Floats, cap: Floats, **rows: Any) -> Any:
    bounds = np.column_stack((np.zeros_like(cap), cap))
    # imported here because it takes long, and few scenarios ask for an optimum
    from scipy.optimize import linprog

    # the types of scipy know dense rows only
    solve: Any = linprog
    result = solve(objective, bounds=bounds, method="highs-ds", options=OPTIONS, **rows)
    if result.x is None:
        raise ValueError(f"no flow keeps within these limits: {result.message}")
    return result


def _whole(flow: Floats, *limits: Floats) -> Floats:
    """Round the flow to whole numbers where all limits are whole, as every corner of the programme
    then is.
    """
    finite = np.concatenate(limits)
    finite = finite[np.isfinite(finite)]
    return np.rint(flow) if np.array_equal(finite, np.rint(finite)) else flow
