"""Gather the agents' decisions: agents that follow the same rule decide in one call over all of
their rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.agents import CommissionAgent
from sim.engine.followers import Followers, Owners, grouped, rows_of
from sim.engine.warnings import may_swing
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.blocks import blocks
from sim.kernels.sums import GroupSum
from sim.month.billing import Pricing
from sim.month.commissions import Commission, Commissions
from sim.month.final_use import StockPolicy
from sim.month.investment import Investing
from sim.month.learning import Learner
from sim.month.ordering import Ordering
from sim.month.overtime import Working
from sim.month.production import Production
from sim.month.search import SearchGroup, seekers
from sim.month.sourcing import SourcingGroup, buyers
from sim.rules import find
from sim.rules.guard import guarded
from sim.rules.production import InputStock
from sim.scenario.bills import criticalities
from sim.scenario.schema import Scenario
from sim.scenario.trade_kinds import Preference
from sim.world.axes import Axes
from sim.world.linking import IDLE
from sim.world.world import Rows, Trade, World


@dataclass(frozen=True, eq=False)
class Policies:
    """Hold which agents decide what by which rule, as the steps of a month need it."""

    ordering: Ordering
    sourcing: Sequence[SourcingGroup]
    search: Sequence[SearchGroup]
    production: Production
    budgeting: Commissions | None
    investing: Investing
    trade: Trade
    watched: Rows
    """Needs whose orders might swing"""
    keepers: Sequence[StockPolicy]
    working: Working
    learners: Sequence[Learner]
    pricing: Pricing
    decide_first: bool
    """Whether orders, sourcing and overtime are decided before the month's events"""
    perception_months: float
    """Months over which lines smooth the demand that they perceive"""


def gather(
    scenario: Scenario,
    world: World,
    owners: Owners,
    commissions: Sequence[CommissionAgent],
    trade: Trade,
    shopping: Sequence[SourcingGroup],
    announced: Ints,
) -> Policies:
    """Group the agents by the rules that they follow; `announced` [needs, members] is when
    restrictions first hit the needs.
    """
    axes, makers = world.axes, owners.lines
    ordering = grouped("ordering", owners.needs)
    searching = grouped("search", owners.needs, idle=IDLE)
    return Policies(
        ordering=[(each.rule, rows) for each in ordering for rows in _in_parts(world, each)],
        watched=_watched(ordering, len(axes.needs)),
        sourcing=shopping,
        search=[seekers(scenario, world, each.rule, each.mask) for each in searching],
        production=_production(scenario, world, grouped("production", makers)),
        investing=_investing(axes, grouped("investment", owners.works, idle="none")),
        budgeting=_budgeting(world, commissions, scenario.months),
        trade=trade,
        keepers=keeping(world, owners, announced),
        working=_lines(grouped("overtime", makers, idle=IDLE)),
        learners=_learners(world, grouped("learning", makers)),
        pricing=asking(owners),
        decide_first=scenario.rules.decisions == "before_events",
        perception_months=scenario.rules.perception_months,
    )


def asking(owners: Owners) -> Pricing:
    """Group the factories by the rules by which they set prices; those at cost need none."""
    return _lines(grouped("pricing", owners.lines, idle="at_cost"))


def buying(scenario: Scenario, world: World, owners: Owners) -> list[SourcingGroup]:
    """Group the buyers whose weights change, by a sourcing rule or as they prefer other suppliers;
    those that never change (`fixed`) need not be set.
    """
    prefers = any(isinstance(each, Preference) for each in scenario.events.values())
    found = grouped("sourcing", owners.needs, idle=None if prefers else "fixed")
    return [buyers(scenario, world, each.rule, each.mask) for each in found]


def _in_parts(world: World, decision: Followers) -> list[Rows]:
    """Return the rows of those who follow an ordering rule; in blocks if they are many and the rule
    is one of `sim`'s own, which look at each need by itself.
    """
    rows, is_own = decision.rows, find("ordering", decision.choice.rule).is_own
    if not is_own or not isinstance(rows, slice):
        return [rows]
    return [*blocks(rows.stop - rows.start, world.width, rows.start)]


def _watched(ordering: Sequence[Followers], needs: int) -> Rows:
    swinging = np.zeros(needs, dtype=np.bool_)
    for each in ordering:
        if may_swing(each.choice):
            swinging |= each.mask
    return rows_of(swinging)


def _lines(groups: Sequence[Followers]) -> list[tuple[Callable[..., Any], Rows]]:
    return [(each.rule, each.rows) for each in groups]


def _investing(axes: Axes, groups: Sequence[Followers]) -> Investing:
    return [(each.rule, rows_of(each.mask & axes.work_chosen)) for each in groups]


def _learners(world: World, groups: Sequence[Followers]) -> list[Learner]:
    found = [Learner.build(each.rule, each.choice, each.mask, world) for each in groups]
    return [each for each in found if each.lines.size]


def keeping(world: World, owners: Owners, announced: Ints) -> list[StockPolicy]:
    """Group the states that keep their stocks by a rule; to use what is there (`draw_down`) needs
    none. `announced` is as for `gather`.
    """
    found = grouped("stockpile", owners.final, idle="draw_down")
    return [StockPolicy.build(each.rule, each.mask, world, announced) for each in found]


def _production(scenario: Scenario, world: World, groups: Sequence[Followers]) -> Production:
    kinds = criticalities(scenario)
    fed = np.zeros(len(world.axes.lines), dtype=np.bool_)
    fed[world.axes.input_line] = True
    found = []
    for each in groups:
        if (each.mask & fed).any():
            # rules of our own do not limit lines without inputs
            is_own = find("production", each.choice.rule).is_own
            found.append(_recipe(world, kinds, each.rule, each.mask & fed if is_own else each.mask))
    return found


def _recipe(
    world: World, kinds: NDArray[np.str_], rule: Callable[..., Floats], mask: Bools
) -> tuple[Any, InputStock, Rows, Rows]:
    axes = world.axes
    inputs = mask[axes.input_line]
    lines = np.flatnonzero(mask)
    place = np.cumsum(mask) - 1
    needs = np.arange(axes.final, len(axes.needs))[inputs]
    line = place[axes.input_line[inputs]].astype(np.int64)
    pantry = InputStock(
        stock=world.needs.stock[needs],
        amount=world.needs.amount[inputs],
        line=line,
        by_line=GroupSum(line, lines.size),
        critical=kinds[inputs] == "critical",
        important=kinds[inputs] == "important",
        usual=(world.lines.output / world.lines.yield_)[lines],
        cover=world.needs.cover[needs],
    )
    return rule, pantry, rows_of(inputs), rows_of(mask)


def _budgeting(
    world: World, commissions: Sequence[CommissionAgent], months: int
) -> Commissions | None:
    found = []
    for agent in commissions:
        choice = agent.rules["programme"]
        rule = guarded(find("programme", choice.rule), choice.parameters, [agent.name])
        if agent.projects.stop > agent.projects.start:
            found.append(Commission.build(world, rule, agent.row, agent.projects))
    return Commissions.build(world, found, months)
