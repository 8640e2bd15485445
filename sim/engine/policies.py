"""Gather the agents' decisions: agents that follow the same rule decide in one call over all of
their rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from sim.engine.agents import CommissionAgent, FactoryAgent, StateAgent, SupplyAgent
from sim.engine.warnings import may_swing
from sim.errors import InputError
from sim.kernels.allocation import Allocation, Market, Ration, allocate, proportional
from sim.kernels.sums import Bools, Floats, GroupSum, Ints
from sim.month.billing import Pricing
from sim.month.final_use import StockPolicy
from sim.month.investment import Investing
from sim.month.learning import Learner
from sim.month.ordering import Ordering
from sim.month.overtime import Working
from sim.month.production import Production
from sim.month.programmes import Commission
from sim.month.search import SearchGroup, seekers
from sim.month.sourcing import SourcingGroup, buyers
from sim.rules import find
from sim.rules.allocation import Claims, Whole
from sim.rules.guard import guarded
from sim.rules.production import InputStock
from sim.scenario.checks.structure import OPTIMAL, optimal_findings
from sim.scenario.rule_choices import RuleChoice
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.linking import IDLE
from sim.world.world import Rows, Trade, World


@dataclass(frozen=True, eq=False)
class Policies:
    """Hold who decides what by which rule, ready for the steps of a month."""

    ordering: Ordering
    sourcing: Sequence[SourcingGroup]
    search: Sequence[SearchGroup]
    production: Production
    budgeting: Sequence[Commission]
    investing: Investing
    trade: Trade
    watched: Ints
    """Needs whose orders might swing"""
    keepers: Sequence[StockPolicy]
    working: Working
    learners: Sequence[Learner]
    pricing: Pricing


def gather(
    scenario: Scenario,
    world: World,
    states: Sequence[StateAgent],
    factories: Sequence[FactoryAgent],
    commissions: Sequence[CommissionAgent],
    trade: Trade,
    shopping: Sequence[SourcingGroup],
    announced: Ints,
) -> Policies:
    """Group the agents by the rules that they follow; `announced` [needs, members] is when
    restrictions first hit the needs.
    """
    axes = world.axes
    needs, lines = len(axes.needs), len(axes.lines)
    owners: list[tuple[SupplyAgent, slice]] = [
        *((each, each.needs) for each in states),
        *((each, each.inputs) for each in factories),
    ]
    makers = [(each, each.lines) for each in factories]
    ordering = _groups("ordering", owners, needs)
    return Policies(
        ordering=[(rule, _rows(mask)) for _, rule, mask in ordering],
        watched=np.flatnonzero(
            np.array([mask for choice, _, mask in ordering if may_swing(choice)])
            .reshape(-1, needs)
            .any(axis=0)
        ),
        sourcing=shopping,
        search=[
            seekers(scenario, world, rule, mask)
            for choice, rule, mask in _groups("search", owners, needs)
            if choice.rule != IDLE
        ],
        production=[
            _production(scenario, world, rule, mask)
            for _, rule, mask in _groups("production", makers, lines)
            if mask[axes.input_line].any()
        ],
        investing=[
            (rule, _rows(mask & axes.work_chosen))
            for choice, rule, mask in _groups(
                "investment", [(each, each.works) for each in factories], len(axes.works)
            )
            if choice.rule != "none"
        ],
        budgeting=[
            _budgeting(axes, agent, scenario.months)
            for agent in commissions
            if agent.projects.stop > agent.projects.start
        ],
        trade=trade,
        keepers=[
            StockPolicy.build(rule, mask, world, announced)
            for choice, rule, mask in _groups(
                "stockpile", [(each, each.needs) for each in states], axes.final
            )
            if choice.rule != "draw_down"
        ],
        working=[
            (rule, np.flatnonzero(mask))
            for choice, rule, mask in _groups("overtime", makers, lines)
            if choice.rule != IDLE
        ],
        learners=[
            each
            for choice, rule, mask in _groups("learning", makers, lines)
            if (each := Learner.build(rule, choice, mask, world)).lines.size
        ],
        pricing=[
            (rule, np.flatnonzero(mask))
            for choice, rule, mask in _groups("pricing", makers, lines)
            if choice.rule != "at_cost"
        ],
    )


def buying(
    scenario: Scenario,
    world: World,
    states: Sequence[StateAgent],
    factories: Sequence[FactoryAgent],
) -> list[SourcingGroup]:
    """Group those who weigh their suppliers by a rule; weights that never change (`fixed`) need not
    be set.
    """
    owners: list[tuple[SupplyAgent, slice]] = [
        *((each, each.needs) for each in states),
        *((each, each.inputs) for each in factories),
    ]
    found = _groups("sourcing", owners, len(world.axes.needs))
    return [
        buyers(scenario, world, rule, mask)
        for choice, rule, mask in found
        if choice.rule != "fixed"
    ]


def _groups(
    family: str, owners: Iterable[tuple[SupplyAgent, slice]], rows: int
) -> list[tuple[RuleChoice, Callable[..., Any], Bools]]:
    """Return each rule that is followed, with its parameters filled in and the rows of all who
    follow it.
    """
    found: dict[str, tuple[RuleChoice, Bools, list[str]]] = {}
    for agent, own in owners:
        choice = agent.rules[family]
        key = json.dumps([choice.rule, choice.parameters], sort_keys=True)
        _, mask, followers = found.setdefault(key, (choice, np.zeros(rows, dtype=np.bool_), []))
        mask[own] = True
        followers.append(agent.name)
    return [
        (choice, guarded(find(family, choice.rule), choice.parameters, followers), mask)
        for choice, mask, followers in found.values()
        if mask.any()
    ]


def _rows(mask: Bools) -> Rows:
    return slice(None) if mask.all() else np.flatnonzero(mask)


def _production(
    scenario: Scenario, world: World, rule: Callable[..., Floats], mask: Bools
) -> tuple[Any, InputStock, Rows, Rows]:
    axes = world.axes
    inputs = mask[axes.input_line]
    lines = np.flatnonzero(mask)
    place = np.cumsum(mask) - 1
    needs = np.arange(axes.final, len(axes.needs))[inputs]
    kinds = [
        scenario.products[axes.lines[axes.need_line[need]][1]]
        .inputs[axes.needs[need][1]]
        .criticality
        for need in needs
    ]
    line = place[axes.input_line[inputs]].astype(np.int64)
    pantry = InputStock(
        stock=world.needs.stock[needs],
        amount=world.needs.amount[inputs],
        line=line,
        by_line=GroupSum(line, lines.size),
        critical=np.array([kind == "critical" for kind in kinds]),
        important=np.array([kind == "important" for kind in kinds]),
        usual=(world.lines.output / world.lines.yield_)[lines],
        cover=world.needs.cover[needs],
    )
    return rule, pantry, _rows(inputs), _rows(mask)


def _budgeting(axes: Axes, agent: CommissionAgent, months: int) -> Commission:
    choice = agent.rules["programme"]
    return Commission.build(
        axes,
        guarded(find("programme", choice.rule), choice.parameters, [agent.name]),
        agent.row,
        months,
    )


def trading(scenario: Scenario, world: World, factories: Sequence[FactoryAgent]) -> Trade:
    """Return how goods meet orders, at the start of the world and every month; raises InputError
    where `optimal` cannot serve.
    """
    rounds = scenario.rules.rounds
    for _, fault in optimal_findings(scenario):
        raise InputError(fault)
    if scenario.rules.allocation.rule == OPTIMAL:
        return partial(_least_cost, find("allocation", OPTIMAL).function)
    ration = _ration(
        world,
        scenario,
        _groups("allocation", [(each, each.lines) for each in factories], len(world.axes.lines)),
    )

    def trade(world: World, supply: Floats, demand: Floats) -> Allocation:
        links = world.links
        return allocate(
            world.axes.market,
            supply,
            demand,
            links.weight,
            links.cap,
            limits=world.limits,
            ration=ration,
            rounds=rounds,
            usable=links.open,
        )

    return trade


def _least_cost(
    rule: Callable[[Whole], Allocation], world: World, supply: Floats, demand: Floats
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
        )
    )


def _ration(
    world: World,
    scenario: Scenario,
    decisions: Sequence[tuple[RuleChoice, Callable[..., Floats], Bools]],
) -> Ration:
    """Return one function for all suppliers, also when they follow different rules."""
    if [choice.rule for choice, _, _ in decisions] == ["proportional"]:
        return proportional
    parts = [(rule, _rows(mask[world.axes.link_line])) for _, rule, mask in decisions]
    seats = [(rule, rows, _claims(world, scenario, rows)) for rule, rows in parts]

    def ration(orders: Floats, supply: Floats, claims: Floats, _: Market) -> Floats:
        granted = np.empty_like(orders)
        for rule, rows, seat in seats:
            asked = replace(
                seat,
                orders=orders[rows],
                supply=supply,
                total=claims,
                usual=world.links.base_flow[rows],
            )
            granted[rows] = rule(asked)
        return granted

    return ration


def _claims(world: World, scenario: Scenario, rows: Rows) -> Claims:
    """Return who asks whom over these links, with nothing asked yet."""
    axes = world.axes
    states, blocs = (
        np.array(axes.states),
        np.array([scenario.states[state].bloc or state for state in axes.states]),
    )
    exporter, importer = axes.exporter[rows], axes.importer[rows]
    nothing = world.links.flow[rows]
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
        usual=nothing,
    )
