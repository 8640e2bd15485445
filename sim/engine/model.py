"""Hold the order of a month: what happens when, on one screen. No arithmetic here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mesa

from sim.engine.agents import CommissionAgent, FactoryAgent, StateAgent
from sim.engine.conservation import Books
from sim.engine.policies import buying, gather
from sim.engine.recorder import Recorder, Tape
from sim.engine.trading import trading
from sim.engine.warnings import Bullwhip
from sim.events.apply import compile_events
from sim.kernels.uncollected import uncollected
from sim.month import (
    allocation,
    billing,
    capacity,
    final_use,
    goods,
    investment,
    learning,
    mothballing,
    ordering,
    overtime,
    production,
    programmes,
    search,
    sourcing,
)
from sim.scenario.quantity import month_number
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.build import build
from sim.world.build_needs import initial_cover
from sim.world.draws import Draws
from sim.world.steady_state import settle


class SupplyModel(mesa.Model):
    """Simulate some members of a scenario side by side, a month a step.

    `agents_by_type` holds states, factories and commissions; `world` their numbers; `recorder` what
    happened.
    """

    @uncollected()
    def __init__(
        self,
        scenario: Scenario,
        members: Sequence[int] = (0,),
        axes: Axes | None = None,
        tape: Tape | None = None,
    ) -> None:
        """Build the world of these members and set it at rest; call `step()` once a month. Records
        onto `tape`, or a new one.
        """
        # Mesa's own generator is never used: draws come from sim.rng, by name
        super().__init__(rng=0)
        self.case = scenario
        self.world = world = build(scenario, members, axes)
        self.events = compile_events(scenario, world.axes, members)
        states = [
            StateAgent(self, name, each, scenario.rules) for name, each in scenario.states.items()
        ]
        factories = [
            FactoryAgent(self, name, each, scenario.rules)
            for name, each in scenario.factories.items()
        ]
        commissions = [
            CommissionAgent(self, name, each, scenario.rules)
            for name, each in scenario.programmes.items()
        ]
        trade = trading(scenario, world, factories)
        shopping = buying(scenario, world, states, factories)
        sourcing.weigh(world, shopping)
        settle(world, initial_cover(scenario, world.axes, Draws.of(scenario, members)), trade)
        sourcing.note(world, shopping)
        self.policies = gather(
            scenario,
            world,
            states,
            factories,
            commissions,
            trade,
            shopping,
            self.events.announced(world),
        )
        overtime.begin(world, self.policies.working)
        billing.begin(world, self.policies.pricing)
        first = month_number(scenario.start)
        self.books = Books(world, first)
        self.bullwhip = Bullwhip(self.policies.watched)
        tape = tape or Tape.blank(scenario, world.axes, world.width)
        self.recorder = Recorder(
            tape,
            world,
            first,
            self.events.restricted_links(len(world.axes.link_line)),
        )

    def step(self) -> None:
        """Let one month pass."""
        world, policies = self.world, self.policies
        if policies.decide_first:
            self._decide_first()
        else:
            self.events.apply(world)
            goods.arrive(world)
            capacity.update(world)
            overtime.extend(world, policies.working)
            final_use.use(world, policies.keepers)
            ordering.place_orders(world, policies.ordering)
            sourcing.choose_suppliers(world, policies.sourcing)
        production.offer(world, policies.production)
        allocation.ship(world, policies.trade)
        self.events.observe(world)
        goods.dispatch(world)
        search.look_for_suppliers(world, policies.search)
        billing.bill(world, policies.pricing)
        learning.learn(world, policies.learners)
        if not policies.decide_first:
            overtime.adjust(world, policies.working)
        ordering.perceive(world)
        programmes.spend(world, policies.budgeting)
        mothballing.maintain(world)
        investment.invest(world, policies.investing)
        self.recorder.record(world)
        self.bullwhip.record(world)
        self.books.close(world)
        world.month += 1

    def _decide_first(self) -> None:
        """Begin a month whose events come after its decisions (`decisions: before_events`)."""
        world, policies = self.world, self.policies
        goods.arrive(world)
        final_use.use(world, policies.keepers)
        ordering.place_orders(world, policies.ordering)
        sourcing.choose_suppliers(world, policies.sourcing)
        overtime.adjust(world, policies.working)
        self.events.apply(world)
        ordering.note_backlog(world)
        capacity.update(world)
        overtime.extend(world, policies.working)

    def release(self) -> None:
        """Let the model be freed: Mesa before 3.4.2 keeps every model that ever had agents in a
        table of its own.
        """
        kept: Any = getattr(mesa.Agent, "_ids", None)
        if kept is not None:
            kept.pop(self, None)
        # agents and their model refer to each other: without this, arrays stay until the garbage
        # collector comes by
        self.__dict__.clear()
