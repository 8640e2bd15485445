"""Allocate a whole market at least cost, member by member, and compare a rule's flow with that: the
reference that shows what a rule gives away. Equations 2.3.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.kernels.allocation import Allocation
from sim.kernels.arrays import Floats, Ints
from sim.kernels.limits import Limits
from sim.kernels.market import Market
from sim.kernels.optimal import NOBODY, Optimum, Together, transport
from sim.kernels.sums import raised
from sim.kernels.terms import ANY


def least_cost(
    market: Market,
    supply: Floats,
    demand: Floats,
    cap: Floats,
    cost: Floats,
    tier: Ints,
    limits: Limits | None = None,
    lot: Floats | None = None,
) -> Allocation:
    """Allocate as `transport` does, one member after the other.

    `supply` [lines, members], `demand` [needs, members] and `cap` [links, members] (0 on closed
    links) in units per month, `cost` [links, members] in money per unit, `tier` [needs]. `limits`
    hold for several links together; where one is a share of what would flow without it, that is
    the least-cost flow without such limits, as far as they have not refused it before. `lot`
    [links] picks among flows that cost the same.
    """

    def flows(wanted: Floats, most: Floats | None) -> Floats:
        flow = np.zeros(cap.shape)
        for member in range(cap.shape[1]):
            own = np.flatnonzero(cap[:, member] > 0)
            best = transport(
                market.line[own],
                market.need[own],
                supply[:, member],
                wanted[:, member],
                cost[own, member],
                cap=cap[own, member],
                tier=tier,
                together=_together(limits, most, own, member),
                lot=None if lot is None else lot[own],
            )
            flow[own, member] = best.flow
        return flow

    flow = flows(demand, _most(limits, demand, flows))
    return Allocation(flow, market.by_line(flow), market.by_need(flow), 1)


def _most(
    limits: Limits | None, demand: Floats, flows: Callable[[Floats, Floats], Floats]
) -> Floats | None:
    """Return what each group may carry, [groups, members]; `flows` gives the best flow for what is
    wanted, where groups may carry so much.
    """
    if limits is None:
        return None
    if not limits.is_share:
        return limits.at(np.full_like(limits.base, ANY))
    without = flows(raised(demand - limits.refused_by_need), limits.most)
    return limits.at(limits.carried(without))


def _together(limits: Limits | None, most: Floats | None, own: Ints, member: int) -> Together:
    """Return what a member's links may carry together, of its `own` links alone, as numbered
    there.
    """
    if limits is None or most is None:
        return NOBODY
    groups = limits.groups
    inside = np.isin(groups.link, own)
    if limits.counted is not None:
        inside &= limits.counted[:, member]
    return Together(
        np.searchsorted(own, groups.link[inside]), groups.group[inside], most[:, member]
    )


def myopia(
    market: Market,
    supply: Floats,
    demand: Floats,
    flow: Floats,
    cap: Floats,
    cost: Floats,
    unmet_cost: float,
    limits: Limits | None = None,
) -> tuple[Floats, Floats]:
    """Compare a flow [links, members] with the least-cost one, unmet demand costing `unmet_cost`
    money per unit.

    Return, [members] each, the flow as a share of the best flow, and by how much its cost is above
    the least, as a share (0: as good as the best; inf: the best costs nothing). The other arrays
    are as for `least_cost`.
    """

    def best(wanted: Floats, most: Floats | None, member: int) -> Optimum:
        return transport(
            market.line,
            market.need,
            supply[:, member],
            wanted[:, member],
            cost[:, member],
            cap=cap[:, member],
            unmet_cost=unmet_cost,
            together=_together(limits, most, np.arange(market.links), member),
        )

    def flows(wanted: Floats, most: Floats) -> Floats:
        each = [best(wanted, most, member).flow for member in range(flow.shape[1])]
        return np.stack(each, axis=1)

    most = _most(limits, demand, flows)
    shares, excess = np.ones(flow.shape[1]), np.zeros(flow.shape[1])
    for member in range(flow.shape[1]):
        own, wants = flow[:, member], demand[:, member]
        least = best(demand, most, member)
        paid = float((cost[:, member] * own).sum())
        paid += float(unmet_cost * np.maximum(wants.sum() - own.sum(), 0.0))
        if least.flow.any():
            shares[member] = own.sum() / least.flow.sum()
        if paid > least.cost:
            excess[member] = paid / least.cost - 1.0 if least.cost > 0 else np.inf
    return shares, excess
