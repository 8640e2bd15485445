"""Find the exact least-cost flow by linear programming (HiGHS): the reference that shows what a
rule gives away.

Flows on a network have whole-number optima where supply, demand and caps are whole numbers; they
are returned whole. Equations 2.3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.kernels.arrays import Floats, Ints

if TYPE_CHECKING:
    from scipy import sparse

OPTIONS = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
"""The tightest tolerances that HiGHS offers, far above rounding; amounts are scaled to about 1."""

WORTH = 1e-9
"""A price below this share of the largest cost is rounding error."""


class Together(NamedTuple):
    """Hold what links may carry together."""

    link: Ints
    """[pairs]"""
    group: Ints
    """[pairs]: the group that the link is in"""
    most: Floats
    """[groups]: units, inf: no limit"""


NOBODY = Together(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))


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


def transport(  # noqa: PLR0913
    line: Ints,
    need: Ints,
    supply: Floats,
    demand: Floats,
    cost: Floats,
    *,
    cap: Floats | None = None,
    tier: Ints | None = None,
    unmet_cost: float | None = None,
    together: Together = NOBODY,
    lot: Floats | None = None,
) -> Optimum:
    """Carry supply [suppliers] to demand [buyers] over links at least cost; `line` and `need`
    [links] are a link's ends.

    `cost` [links] is money per unit, `cap` [links] the most a link may carry (inf: no limit),
    `tier` [buyers] who is served first, `together` what several links may carry. As much as
    possible is delivered, tier by tier, and that at least cost. With `unmet_cost`, money per unit
    of unmet demand, only what is cheaper than leaving it undone is delivered, and tiers do not
    count. Of several flows that cost the same, that is taken for which `lot` [links] times the flow
    comes to least: where no two of these are alike, it depends neither on the order of links nor on
    rounding. Without, the solver's choice stands.
    """
    if not line.size:
        return Optimum(
            np.zeros(0),
            (unmet_cost or 0.0) * float(demand.sum()),
            np.zeros(supply.size),
            np.zeros(0),
        )
    most = np.full(line.size, np.inf) if cap is None else cap
    problem = _Transport.build(line, need, supply, demand, most, together)
    if unmet_cost is not None:
        return problem.cheapest(cost, unmet_cost, np.zeros((0, line.size)), np.zeros(0), lot)
    return problem.cheapest(
        cost, 0.0, *problem.fills(np.zeros(line.size) if tier is None else tier[need]), lot
    )


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

    Markets that no link or limit joins have scales of their own: goods of which little is needed,
    or which cost little, would be rounding error beside others.
    """

    source: Ints
    target: Ints
    amounts: Floats
    """[suppliers + buyers]: supply, then demand"""
    cap: Floats
    suppliers: int
    market: Ints
    """The market of each end"""
    scale: Floats
    """The scale of each end's amounts"""
    together: Together
    """Groups that have a limit"""

    @classmethod
    def build(
        cls,
        line: Ints,
        need: Ints,
        supply: Floats,
        demand: Floats,
        cap: Floats,
        together: Together,
    ) -> _Transport:
        target = need + supply.size
        # a limit that cannot bind is left out
        held = np.flatnonzero(together.most < demand.sum())
        inside = np.isin(together.group, held)
        link, group = together.link[inside], np.searchsorted(held, together.group[inside])
        ends = np.concatenate((supply, demand))
        market = _markets(line, target, link, group, ends.size)
        scale = _scales(demand, market[supply.size :], market)
        own = np.ones(held.size)
        own[group] = scale[target[link]]
        limits = Together(link, group, together.most[held] / own)
        return cls(
            line, target, ends / scale, cap / scale[target], supply.size, market, scale, limits
        )

    def fills(self, tier: Floats | Ints) -> tuple[Floats, Floats]:
        """Return the links of each tier as 1 in [tiers, links], and the most that each can receive
        when those before it have received the most that they can.

        `tier` [links] is the buyer's.
        """
        links = (tier == np.unique(tier)[:, None]).astype(np.float64)
        fills = np.zeros(0)
        for place, own in enumerate(links):
            # links of other tiers cost nothing here, so what the solver puts on them is arbitrary
            found = self._feasible(self._solve(-own, links[:place], fills).x)
            fills = np.append(fills, (own * found).sum())
        return links, fills

    def cheapest(
        self, cost: Floats, price: float, tiers: Floats, fills: Floats, lot: Floats | None
    ) -> Optimum:
        """Return the least-cost flow that gives each tier its fill, unmet demand costing `price`;
        of several the one that the lots of the links pick.
        """
        money = _scales(np.abs(cost - price), self.market[self.target], self.market)
        own = money[self.target]
        result = self._solve((cost - price) / own, tiers, fills)
        found = result.x if lot is None else self._drawn(result, tiers, fills, lot)
        flow = self._feasible(found) * self.scale[self.target]
        unmet = (self.amounts * self.scale)[self.suppliers :].sum() - flow.sum()
        supply_price = -result.ineqlin.marginals[: self.suppliers] * money[: self.suppliers]
        return Optimum(
            flow=flow,
            cost=float((cost * flow).sum() + price * unmet),
            supply_price=supply_price,
            cap_price=-result.upper.marginals * own,
        )

    def _drawn(self, result: Any, tiers: Floats, fills: Floats, lot: Floats) -> Floats:
        """Return, of all flows that are as good as a solver's `result`, the one that the lots pick.

        By its prices: what costs too much stays empty, what is worth more than it costs is full,
        and so is every limit that has a price.
        """
        rows, amounts = self._rows(tiers, fills)
        empty = result.lower.marginals > WORTH
        full = result.upper.marginals < -WORTH
        if not (~empty & ~full).any():
            return np.asarray(result.x)
        binds = result.ineqlin.marginals < -WORTH
        return np.asarray(
            _solved(
                lot,
                np.where(empty, 0.0, self.cap),
                np.where(full, self.cap, 0.0),
                A_ub=rows[~binds],
                b_ub=amounts[~binds],
                A_eq=rows[binds],
                b_eq=amounts[binds],
            ).x
        )

    def _solve(self, objective: Floats, tiers: Floats, fills: Floats) -> Any:
        rows, amounts = self._rows(tiers, fills)
        return _solved(objective, self.cap, A_ub=rows, b_ub=amounts)

    def _rows(self, tiers: Floats, fills: Floats) -> tuple[sparse.csr_array, Floats]:
        """Return all limits but those of single links: [limits, links], and what each leaves."""
        from scipy import sparse

        ends = _incidence(self.source, self.amounts.size) + _incidence(
            self.target, self.amounts.size
        )
        link, group, most = self.together
        groups = sparse.csr_array(
            (np.ones(link.size), (group, link)), shape=(most.size, self.cap.size)
        )
        rows = sparse.vstack((ends, groups, sparse.csr_array(-tiers)), format="csr")
        return rows, np.concatenate((self.amounts, most, -fills))

    def _feasible(self, flow: Floats) -> Floats:
        """Take the solver's tolerance out of a flow: nobody sends or receives more than there is,
        no limit is passed, and whole stays whole.
        """
        link, group, most = self.together
        if not most.size:
            # limits of several links together may have no whole optimum
            own = self.scale[self.target]
            flow = _whole(flow * own, self.amounts * self.scale, self.cap * own) / own
        flow = np.clip(flow, 0.0, self.cap)
        size = self.amounts.size
        used = np.bincount(self.source, flow, size) + np.bincount(self.target, flow, size)
        share = np.divide(self.amounts, used, out=np.ones(size), where=used > self.amounts)
        result: Floats = flow * np.minimum(share[self.source], share[self.target])
        carried = np.bincount(group, result[link], most.size)
        share = np.divide(most, carried, out=np.ones(most.size), where=carried > most)
        least = np.ones(result.size)
        np.minimum.at(least, link, share[group])
        result *= least
        return result


def _incidence(end: Ints, nodes: int) -> sparse.csr_array:
    """Mark each arc's end with 1, [nodes, arcs]."""
    from scipy import sparse

    return sparse.csr_array(
        (np.ones(end.size), (end, np.arange(end.size))), shape=(nodes, end.size)
    )


def _markets(source: Ints, target: Ints, link: Ints, group: Ints, ends: int) -> Ints:
    """Return the number of each end's market, [ends]: links from `source` to `target` join ends,
    and so do limits, by each `link` in a `group`.
    """
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    rows, columns = np.concatenate((source, source[link])), np.concatenate((target, ends + group))
    size = ends + int(group.max(initial=-1)) + 1
    joins = sparse.csr_array((np.ones(rows.size), (rows, columns)), shape=(size, size))
    return connected_components(joins, directed=False)[1][:ends].astype(np.int64)


def _scales(amounts: Floats, market: Ints, ends: Ints) -> Floats:
    """Return for the market of each of `ends` a power of 2 near the largest of the `amounts` in a
    `market`, both of one size.
    """
    largest = np.zeros(int(ends.max(initial=-1)) + 1)
    np.maximum.at(largest, market, amounts)
    return np.array([_scale(largest[[row]]) for row in range(largest.size)])[ends]


def _scale(amounts: Floats) -> float:
    """Return a power of 2 near the largest amount: whole numbers stay exact."""
    largest = float(np.abs(amounts).max(initial=0.0))
    return 2.0 ** math.floor(math.log2(largest)) if largest > 0 else 1.0


def _solved(objective: Floats, cap: Floats, least: Floats | None = None, **rows: Any) -> Any:
    bounds = np.column_stack((np.zeros_like(cap) if least is None else least, cap))
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
