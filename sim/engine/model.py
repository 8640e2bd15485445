"""Define the model and the order of a month: what happens when, on one screen, in `step`.

There is no arithmetic here: each step of a month is a function of `sim/month/`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sim.engine.agents import CommissionAgent, FactoryAgent, StateAgent, shared
from sim.engine.collecting import REPORTERS
from sim.engine.conservation import Books
from sim.engine.followers import Owners
from sim.engine.load import changed
from sim.engine.policies import asking, buying, gather, keeping
from sim.engine.put_off import without_what_mesa_seldom_uses
from sim.engine.recorder import Recorder
from sim.engine.seasons import Seasons
from sim.engine.tape import Tape
from sim.engine.trading import trading
from sim.engine.warnings import Bullwhip
from sim.errors import InputError
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
    refused,
    search,
    sourcing,
)
from sim.scenario.quantity import month_number
from sim.scenario.revision import checked_members
from sim.scenario.rule_choices import FactoryRules, StateRules
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.build import build
from sim.world.build_needs import initial_cover
from sim.world.draws import Draws
from sim.world.steady_state import settle

with without_what_mesa_seldom_uses():
    import mesa


class SupplyModel(mesa.Model):
    """Simulate some members of a scenario side by side, one month a step, as a Mesa Model.

    Use it to look at single months and agents, and with Mesa's tools; for results use `sim.run`.
    `agents_by_type` holds states, factories and commissions; `world` holds their numbers, arrays
    [rows, members]; `case` is the scenario. After the last month `running` is False, so that
    `run_model()` ends.

    `scenario` is a loaded Scenario, a file, or the name of a shipped scenario. `members` says how
    many members to simulate (1: the central case), or lists which. Any other keyword changes the
    scenario: a key, such as `seed=2`, or a path as for `--set`, such as
    `**{"events.leak.share": 0.3}`; so this works:
    `mesa.batch_run(sim.SupplyModel, {"scenario": "baseline", "events.leak.share": [0.1, 0.3]})`.
    `reporters` are those of Mesa's DataCollector: name -> function of the model, called after each
    month; None: REPORTERS, {}: none. Raises ScenarioError and InputError.
    """

    running: bool
    """Whether a month is left to simulate"""

    @uncollected()
    def __init__(
        self,
        scenario: Scenario | str | os.PathLike[str],
        members: int | Sequence[int] = 1,
        axes: Axes | None = None,
        tape: Tape | None = None,
        reporters: Mapping[str, Callable[[SupplyModel], Any]] | None = None,
        rng: int | None = None,
        **kwargs: Any,
    ) -> None:
        """Build the world of these members and set it at rest; then call `step()` once a month.

        Series are recorded on `tape`, or on a new one. `axes` is the scenario's numbering where it
        is known already. `rng` is another name for the seed, by which Mesa's `batch_run` gives it
        from 3.5 on; None: the scenario's own seed.
        """
        if rng is not None:
            kwargs = {"seed": rng, **kwargs}
        # glibc returns arrays above 128 KiB to the system whenever they are freed, and fetching
        # them again costs as much time as the arithmetic. Freeing one large array, which is never
        # written to, raises that limit for good.
        np.empty(2**22 - 4096)
        # Mesa's own generator is never used: draws come from sim.rng, by name
        super().__init__(rng=0)
        scenario = changed(scenario, kwargs)
        members = checked_members(range(members) if isinstance(members, int) else members)
        self.case = scenario
        self.world = world = build(scenario, members, axes)
        self.events = compile_events(scenario, world.axes, members)
        by_state, by_factory = (shared(kind, scenario.rules) for kind in (StateRules, FactoryRules))
        states = [StateAgent(self, name, each, by_state) for name, each in scenario.states.items()]
        factories = [
            FactoryAgent(self, name, each, by_factory) for name, each in scenario.factories.items()
        ]
        commissions = [
            CommissionAgent(self, name, each, scenario.rules)
            for name, each in scenario.programmes.items()
        ]
        owners = Owners(world.axes, states, factories)
        trade = trading(scenario, world, owners)
        shopping = buying(scenario, world, owners)
        # sourcing rules need prices before goods are allocated, and prices may depend on scarcity,
        # which is known only afterwards: so prices are set here, and again below
        billing.begin(world, asking(owners))
        sourcing.weigh(world, shopping)
        # at rest no restriction is announced: none has hit a need
        held = final_use.held_at_rest(world, keeping(world, owners, world.needs.hit))
        draws = Draws.of(scenario, members)
        settle(world, initial_cover(scenario, world.axes, draws, held), trade)
        sourcing.note(world, shopping)
        self.policies = gather(
            scenario,
            world,
            owners,
            commissions,
            trade,
            shopping,
            self.events.announced(world),
        )
        overtime.begin(world, self.policies.working)
        billing.begin(world, self.policies.pricing)
        first = month_number(scenario.start)
        self.books = Books(world, first)
        self.bullwhip = Bullwhip(self.policies.watched, len(world.axes.needs))
        self.seasons = Seasons(scenario, world)
        tape = tape or Tape.blank(scenario, world.axes, world.width)
        self.recorder = Recorder(
            tape,
            world,
            first,
            self.events.restricted_links(len(world.axes.link_line)),
        )
        chosen = REPORTERS if reporters is None else reporters
        self.datacollector = mesa.DataCollector(model_reporters=dict(chosen))
        self._forget()

    def step(self) -> None:
        """Simulate one month. Raises InputError after the last one."""
        world, policies = self.world, self.policies
        if world.month >= self.case.months:
            raise InputError(f"the run has ended: {self.case.month_labels[-1]} was its last month")
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
        refused.make(world, policies.perception_months)
        self.events.observe(world)
        goods.dispatch(world)
        search.look_for_suppliers(world, policies.search)
        billing.bill(world, policies.pricing)
        if not policies.decide_first:
            overtime.adjust(world, policies.working)
        ordering.perceive(world, policies.perception_months)
        programmes.spend(world, policies.budgeting, policies.production)
        mothballing.maintain(world)
        investment.invest(world, policies.investing)
        self.recorder.record(world)
        self.bullwhip.record(world)
        self.seasons.record(world)
        learning.learn(world, policies.learners)
        self.books.close(world)
        world.month += 1
        self.running = world.month < self.case.months
        self._report()

    def _report(self) -> None:
        if self.datacollector.model_reporters:
            self.datacollector.collect(self)

    def _decide_first(self) -> None:
        """Begin a month in which agents decide before its events (`decisions: before_events`)."""
        world, policies = self.world, self.policies
        goods.arrive(world)
        final_use.use(world, policies.keepers)
        ordering.place_orders(world, policies.ordering)
        sourcing.choose_suppliers(world, policies.sourcing)
        overtime.adjust(world, policies.working)
        self.events.apply(world)
        ordering.note_refusals(world)
        capacity.update(world)
        overtime.extend(world, policies.working)

    def release(self) -> None:
        """Free the model's memory at once; it cannot be used afterwards."""
        self._forget()
        # agents and their model refer to each other: without this, arrays stay in memory until the
        # garbage collector runs
        self.__dict__.clear()

    def _forget(self) -> None:
        """Remove the model from the table in which Mesa before 3.4.2 keeps every model alive."""
        kept: Any = getattr(mesa.Agent, "_ids", None)
        if kept is not None:
            kept.pop(self, None)
