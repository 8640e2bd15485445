"""Gather the agents' decisions: agents that follow the same rule decide in one call over all of their rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.agents import CommissionAgent, FactoryAgent, StateAgent, SupplyAgent
from sim.kernels.allocation import Market, Ration, proportional
from sim.kernels.sums import Bools, Floats, GroupSum, Ints
from sim.rules import find
from sim.rules.allocation import Claims
from sim.rules.guard import guarded
from sim.rules.production import Pantry
from sim.scenario.schema import RuleChoice, Scenario
from sim.steps import Budgeting, Ordering, Production, Rows, Sourcing
from sim.world import World

@dataclass(frozen=True, eq=False)
class Policies:
    """Hold who decides what by which rule, ready for the steps of a month."""

    ordering: Ordering
    sourcing: Sourcing
    production: Production
    budgeting: Budgeting
    ration: Ration
    rounds: int | None
    learners: Ints


def gather(
    scenario: Scenario,
    world: World,
    states: Sequence[StateAgent],
    factories: Sequence[FactoryAgent],
    commissions: Sequence[CommissionAgent],
) -> Policies:
    """Group the agents by the rules that they follow."""
    axes = world.axes
    needs, lines = len(axes.needs), len(axes.lines)
    buyers: list[tuple[SupplyAgent, slice]] = [*((each, each.needs) for each in states), *((each, each.inputs) for each in factories)]
    makers = [(each, each.lines) for each in factories]
    sourcing = [
        (rule, _rows(mask[axes.link_need]))
        for choice, rule, mask in _groups("sourcing", buyers, needs)
        # weights that never change need not be set every month
        if choice.rule != "fixed"
    ]
    return Policies(
        ordering=[(rule, _rows(mask)) for _, rule, mask in _groups("ordering", buyers, needs)],
        sourcing=sourcing,
        production=[
            _production(scenario, world, rule, mask) for _, rule, mask in _groups("production", makers, lines) if mask[axes.input_line].any()
        ],
        budgeting=[_budgeting(agent) for agent in commissions if agent.projects.stop > agent.projects.start],
        ration=_ration(world, scenario, _groups("allocation", makers, lines)),
        rounds=scenario.rules.rounds,
        learners=np.flatnonzero((world.lines.learning_rate > 0).any(axis=1) & (world.lines.first_unit_cost > 0).any(axis=1)),
    )


def _groups(
    family: str, owners: Iterable[tuple[SupplyAgent, slice]], rows: int
) -> list[tuple[RuleChoice, Callable[..., Floats], Bools]]:
    """Return each rule that is followed, with its parameters filled in and the rows of all who follow it."""
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


def _production(scenario: Scenario, world: World, rule: Callable[..., Floats], mask: Bools) -> tuple[Any, Pantry, Rows, Rows]:
    axes = world.axes
    inputs = mask[axes.input_line]
    lines = np.flatnonzero(mask)
    place = np.cumsum(mask) - 1
    needs = np.arange(axes.final, len(axes.needs))[inputs]
    kinds = [scenario.products[axes.lines[axes.need_line[need]][1]].inputs[axes.needs[need][1]].criticality for need in needs]
    line = place[axes.input_line[inputs]].astype(np.int64)
    pantry = Pantry(
        stock=world.needs.stock[needs],
        amount=world.needs.amount[inputs],
        line=line,
        by_line=GroupSum(line, lines.size),
        critical=np.array([kind == "critical" for kind in kinds]),
        important=np.array([kind == "important" for kind in kinds]),
        usual=(world.lines.output / world.lines.yield_)[lines],
    )
    return rule, pantry, _rows(inputs), _rows(mask)


def _budgeting(agent: CommissionAgent) -> tuple[Callable[..., Floats], GroupSum, int, Ints]:
    choice = agent.rules["programme"]
    rows = np.arange(agent.projects.start, agent.projects.stop)
    together = GroupSum(np.zeros(rows.size, dtype=np.int64), 1)
    return guarded(find("programme", choice.rule), choice.parameters, [agent.name]), together, agent.row, rows


def _ration(world: World, scenario: Scenario, decisions: Sequence[tuple[RuleChoice, Callable[..., Floats], Bools]]) -> Ration:
    """Return one function for all suppliers, also when they follow different rules."""
    market = world.axes.market
    if [choice.rule for choice, _, _ in decisions] == ["proportional"]:
        return proportional
    parts = [(rule, np.flatnonzero(mask[market.line])) for _, rule, mask in decisions]
    seats = [(rule, links, _claims(world, scenario, links)) for rule, links in parts]

    def ration(orders: Floats, supply: Floats, claims: Floats, _: Market) -> Floats:
        granted = np.empty_like(orders)
        for rule, links, seat in seats:
            granted[links] = rule(replace(seat, orders=orders[links], supply=supply, total=claims))
        return granted

    return ration


def _claims(world: World, scenario: Scenario, links: Ints) -> Claims:
    """Return who asks whom over these links, with nothing asked yet."""
    axes = world.axes
    blocs = np.array([scenario.states[state].bloc or state for state in axes.states])
    exporter, importer = axes.exporter[links], axes.importer[links]
    nothing = np.zeros((links.size, world.width))
    return Claims(
        orders=nothing,
        supply=nothing,
        total=nothing,
        market=Market.build(axes.link_line[links], axes.link_need[links], len(axes.lines), len(axes.needs)),
        home=exporter == importer,
        ally=blocs[exporter] == blocs[importer],
        importer=tuple(axes.states[state] for state in importer),
        usual=world.links.base_flow[links],
    )
