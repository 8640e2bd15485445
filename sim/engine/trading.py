"""Choose how goods are allocated: by the suppliers' allocation rules, or at least cost for the
whole market.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from sim import rng
from sim.engine.followers import Followers, Owners, grouped, rows_of
from sim.errors import InputError
from sim.kernels.allocation import Allocation, allocate
from sim.kernels.arrays import Floats
from sim.kernels.market import Market
from sim.kernels.rationing import Ration, proportional
from sim.kernels.sums import GroupSum, divide, raised
from sim.rules import find
from sim.rules.allocation import Claims, Whole
from sim.scenario.checks.structure import OPTIMAL, optimal_findings
from sim.scenario.schema import Scenario
from sim.world.world import Rows, Trade, World


def trading(scenario: Scenario, world: World, owners: Owners) -> Trade:
    """Return the function that allocates goods, at rest and every month. Raises InputError where
    `optimal` cannot be used.
    """
    rounds = scenario.rules.rounds
    for _, fault in optimal_findings(scenario):
        raise InputError(fault)
    if scenario.rules.allocation.rule == OPTIMAL:
        return partial(_least_cost, find("allocation", OPTIMAL).function, _lots(scenario, world))
    ration = _ration(world, scenario, grouped("allocation", owners.lines))

    def trade(world: World, supply: Floats, demand: Floats) -> Allocation:
        asking, lines, beyond = world.asking, world.lines, None
        if world.limits is not None and world.limits.cut_links.size:
            beyond = raised(lines.usable * lines.yield_ - supply)
        return allocate(
            world.axes.market,
            supply,
            demand,
            asking.over_open(world.links).weight,
            asking.caps(world.links),
            limits=world.limits,
            ration=ration,
            rounds=rounds,
            opening=asking.opening(world, supply, demand),
            beyond=beyond,
        )

    return trade


LOT = 1e-4
"""The weight of a random lot beside that of a border: next to nothing, but far above rounding."""


def _lots(scenario: Scenario, world: World) -> Floats:
    """Return the numbers, [links], that decide among flows of equal cost, the least first: 0 for
    domestic links and 1 for others, plus a small random lot that each link draws under the names of
    its line, its need and its transit state, the same in all members.
    """
    axes = world.axes
    names = []
    for line, need, via in zip(axes.link_line, axes.link_need, axes.link_via, strict=True):
        buyer = axes.need_line[need]
        user = ("needs", *axes.needs[need]) if buyer < 0 else ("factories", *axes.lines[buyer])
        way = axes.states[via] if via >= 0 else ""
        names.append(".".join((OPTIMAL, *axes.lines[line], *user, way)))
    lots: Floats = rng.rows(scenario.seed, names, (0,))[:, 0]
    abroad: Floats = (axes.exporter != axes.importer).astype(np.float64)
    return abroad + LOT * lots


def _least_cost(
    rule: Callable[[Whole], Allocation],
    lot: Floats,
    world: World,
    supply: Floats,
    demand: Floats,
) -> Allocation:
    axes = world.axes
    return rule(
        Whole(
            axes.market,
            supply,
            demand,
            world.usable_caps(),
            world.delivered_costs(),
            axes.need_tier,
            world.limits,
            lot,
        )
    )


def _ration(
    world: World,
    scenario: Scenario,
    decisions: Sequence[Followers],
) -> Ration:
    """Return one ration function for all suppliers, even if they follow different rules."""
    if [(each.choice.rule, each.choice.parameters) for each in decisions] == [("proportional", {})]:
        return proportional
    desks = [
        _Desk.build(world, scenario, each.rule, rows_of(each.mask[world.axes.link_line]))
        for each in decisions
    ]

    def ration(orders: Floats, supply: Floats, claims: Floats, _: Market) -> Floats:
        granted, usual = np.empty_like(orders), world.links.base_flow
        for desk in desks:
            rows = desk.rows
            granted[rows] = desk.grant(orders[rows], supply, claims, usual[rows])
        return granted

    return ration


@dataclass(frozen=True, eq=False)
class _Desk:
    """Hear who asks some suppliers, which follow one rule."""

    rule: Callable[[Claims], Floats]
    rows: Rows
    """The links of these suppliers"""
    claims: Claims
    """Who asks whom, with nothing asked yet"""
    together: GroupSum | None
    """Sums these links to claims: a buyer that asks a line over several ways, through third states
    too, is one. None: each link is a claim"""

    @classmethod
    def build(
        cls, world: World, scenario: Scenario, rule: Callable[[Claims], Floats], rows: Rows
    ) -> _Desk:
        """Find the buyers of these links."""
        axes = world.axes
        links = np.arange(len(axes.link_line))[rows]
        pairs = axes.link_line[links] * len(axes.needs) + axes.link_need[links]
        _, first, claim = np.unique(pairs, return_index=True, return_inverse=True)
        if first.size == links.size:
            return cls(rule, rows, _claims(world, scenario, rows), None)
        claims = _claims(world, scenario, links[first])
        return cls(rule, rows, claims, GroupSum(claim, first.size))

    def grant(self, orders: Floats, supply: Floats, total: Floats, usual: Floats) -> Floats:
        """Return what is granted of the orders, [links, members]; a buyer's several ways have the
        same share of theirs.
        """
        if self.together is not None:
            links, orders, usual = orders, self.together(orders), self.together(usual)
        granted = self.rule(
            replace(self.claims, orders=orders, supply=supply, total=total, usual=usual)
        )
        if self.together is None:
            return granted
        return links * divide(granted, orders).take(self.together.group_of_row, axis=0)


def _claims(world: World, scenario: Scenario, rows: Rows) -> Claims:
    """Return the claims over these links, with nothing asked yet."""
    axes = world.axes
    states, blocs = (
        np.array(axes.states),
        np.array([scenario.states[state].bloc or state for state in axes.states]),
    )
    exporter, importer = axes.exporter[rows], axes.importer[rows]
    nothing, buyer = world.links.flow[rows], axes.need_line[axes.link_need[rows]]
    # the last row is a state's final use: -1
    plants, goods = (np.array([*(line[part] for line in axes.lines), ""]) for part in (0, 1))
    return Claims(
        orders=nothing,
        supply=nothing,
        total=nothing,
        market=Market.build(
            axes.link_line[rows], axes.link_need[rows], len(axes.lines), len(axes.needs)
        ),
        home=exporter == importer,
        ally=blocs[exporter] == blocs[importer],
        importer=states[importer],
        bloc=blocs[importer],
        plant=plants[buyer],
        made=goods[buyer],
        usual=nothing,
    )
