"""The reference's month: Mesa runs it, agents do it, one after the other."""

from __future__ import annotations

import mesa

from sim.scenario.schema import Scenario
from tests.reference import refused
from tests.reference.agents import CommissionAgent, FactoryAgent, StateAgent, spend
from tests.reference.books import Books
from tests.reference.crafts import gain_experience
from tests.reference.events import Calendar, open_links
from tests.reference.known import refuse_unknown
from tests.reference.market import allocate, ask
from tests.reference.money import open_till
from tests.reference.records import Recorded
from tests.reference.rules import chosen
from tests.reference.start import Builder, serves, settle


class ReferenceModel(mesa.Model):
    """One member of a scenario; `recorded` holds what happened."""

    def __init__(self, scenario: Scenario, member: int) -> None:
        super().__init__(rng=0)
        refuse_unknown(scenario)
        made = Builder(scenario, member)
        self.decides_first = scenario.rules.decisions == "before_events"
        self.month, self.months, self.first, self.rounds = (
            0,
            scenario.months,
            made.first,
            scenario.rules.rounds,
        )
        self.lines, self.finals, self.needs = (
            list(made.lines.values()),
            list(made.finals.values()),
            made.needs,
        )
        self.tiers = [
            [need for need in self.needs if need.tier == tier]
            for tier in sorted({need.tier for need in self.needs})
        ]
        self.lines_of = {
            product: [line for line in self.lines if line.product == product]
            for product in scenario.products
        }
        for (name, _), line in made.lines.items():
            rule = scenario.factories[name].rules.pricing or scenario.rules.pricing
            line.price = chosen("pricing", rule)(line)
        for line in self.lines:
            line.usable = line.first_capacity = line.capacity
        open_links(self.lines, 0)
        for need in self.needs:
            made.sourcing_of(need)(need.links)
        settle(self.lines, self.finals, self.needs, self.tiers, self.rounds)
        defaults = scenario.rules
        self.states = [
            StateAgent(
                self,
                name,
                [need for need in self.finals if need.state == name],
                state.rules.ordering or defaults.ordering,
                state.rules.sourcing or defaults.sourcing,
                state.rules.stockpile or defaults.stockpile,
            )
            for name, state in scenario.states.items()
        ]
        families = ("sourcing", "ordering", "production", "pricing", "overtime", "learning")
        self.factories = [
            FactoryAgent(
                self,
                name,
                [made.lines[name, product] for product in factory.lines],
                {
                    family: getattr(factory.rules, family) or getattr(defaults, family)
                    for family in families
                },
                defaults.perception_months,
            )
            for name, factory in scenario.factories.items()
        ]
        self.commissions = [
            CommissionAgent(
                self,
                name,
                programme,
                made.draw(programme.chair_weight, f"programmes.{name}.chair_weight"),
                made.projects[name],
                [need for need in self.needs if serves(programme, need.state)],
                scenario,
            )
            for name, programme in scenario.programmes.items()
        ]
        by_name = {commission.name: commission for commission in self.commissions}
        self.calendar = Calendar(
            made.happenings(by_name), self.lines, made.limits, made.budgets(by_name)
        )
        self.books = Books(self.first, scenario.products, self.needs, self.lines, self.commissions)
        self.till = open_till(
            list(scenario.states),
            self.needs,
            self.lines,
            self.commissions,
        )
        self.recorded = Recorded(self.till.ledger, self.books.worst)

    def step(self) -> None:
        """Let one month pass."""
        month = self.month
        self._prepare(month)
        for factory in self.factories:
            factory.offer()
        allocate(self.lines, self.tiers, self.rounds)
        for factory in self.factories:
            factory.make()
        for need in self.needs:
            need.take_delivery(month)
        self.calendar.find_leaks()
        refused.lighten(self.lines, self.needs)
        for factory in self.factories:
            factory.miss()
        self.calendar.observe(month)
        self._learn_and_invest(month)
        for line in self.lines:
            line.wear_out()
        self._record(month)
        gain_experience(self.lines)
        for factory in self.factories:
            factory.learn(month)
        self.month += 1

    def _prepare(self, month: int) -> None:
        """Let events act and all decide what to order, in the order that the scenario says."""
        if self.decides_first:
            self._decide(month)
            for factory in self.factories:
                factory.decide_on_overtime()
        self.calendar.apply(month)
        for factory in self.factories:
            factory.ready(month)
        if not self.decides_first:
            self._decide(month)
        self._leave_out()

    def _leave_out(self) -> None:
        """Leave out the links over which nobody wants anything."""
        for owner in (*self.needs, *self.lines):
            owner.open_links = [link for link in owner.open_links if link.weight > 0]

    def _decide(self, month: int) -> None:
        """Let goods arrive, states use them, and all order and ask their suppliers."""
        for need in self.needs:
            need.unload(month)
        for state in self.states:
            state.use(month)
            state.order()
        for factory in self.factories:
            factory.order()
        if self.decides_first:
            # as events left them last month, whomever buyers preferred then
            open_links(self.lines, max(month - 1, 0))
        self._leave_out()
        ask(self.needs, self.lines)

    def _learn_and_invest(self, month: int) -> None:
        for factory in self.factories:
            factory.look_back()
            if not self.decides_first:
                factory.decide_on_overtime()
        self.calendar.watch(month)
        for commission in self.commissions:
            commission.begin(month)
        spending = [commission for commission in self.commissions if commission.can_spend]
        spend(spending, self.lines_of, month)

    def _record(self, month: int) -> None:
        year, month_of_year = divmod(self.first + month, 12)
        self.recorded.note(year, self.finals, self.lines)
        self.till.record(month)
        if month_of_year == 11 or month == self.months - 1:
            self.till.close(year, month)
        self.books.close(month)


def simulate(scenario: Scenario, member: int) -> Recorded:
    """Simulate one member and return what was recorded."""
    model = ReferenceModel(scenario, member)
    for _ in range(scenario.months):
        model.step()
    model.books.audit()
    model.recorded.find_legacy()
    # Mesa before 3.4.2 keeps every model that ever had agents
    getattr(mesa.Agent, "_ids", {}).pop(model, None)
    return model.recorded
