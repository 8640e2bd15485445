"""Mesa agents that own their numbers and decide one by one."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2
from typing import Any

import mesa

from sim.scenario.rule_choices import RuleChoice
from tests.reference.rules import chosen
from tests.reference.things import FinalNeed, Line, Need, Project, total

PERCEPTION_MONTHS = 3.0


class StateAgent(mesa.Agent):
    """A country: uses goods from stock and orders more."""

    def __init__(
        self,
        model: mesa.Model,
        name: str,
        needs: Sequence[FinalNeed],
        ordering: RuleChoice,
        sourcing: RuleChoice,
    ) -> None:
        super().__init__(model)
        self.name, self.needs = name, needs
        self.ordering, self.sourcing = chosen("ordering", ordering), chosen("sourcing", sourcing)

    def use(self, month: int) -> None:
        """Use goods up to the need and what waits from earlier months; a part of what is unmet
        waits on."""
        for need in self.needs:
            need.final = need.by_month[min(month, len(need.by_month) - 1)] * need.factor
            wanted = need.final + need.deferred
            need.used = min(need.stock, wanted)
            need.stock -= need.used
            need.deferred = (wanted - need.used) * (1.0 - need.cancellation)

    def order(self) -> None:
        """Order for every need."""
        for need in self.needs:
            need.expected = need.final
            _order(need, need.stock, need.deferred, self.ordering)
            self.sourcing(need.links)


class FactoryAgent(mesa.Agent):
    """A plant: buys inputs, makes goods on its lines, learns."""

    def __init__(
        self, model: mesa.Model, name: str, lines: Sequence[Line], rules: dict[str, RuleChoice]
    ) -> None:
        super().__init__(model)
        self.name, self.lines = name, lines
        self.inputs = [need for line in lines for need in line.inputs]
        self.ordering, self.sourcing = (
            chosen("ordering", rules["ordering"]),
            chosen("sourcing", rules["sourcing"]),
        )
        self.production = chosen("production", rules["production"])
        for line in lines:
            line.ration = chosen("allocation", rules["allocation"])

    def ready(self, month: int) -> None:
        """Work out this month's capacity."""
        for line in self.lines:
            line.usable = line.ready(month) * line.available

    def order(self) -> None:
        """Order inputs for what the lines expect to start."""
        for line in self.lines:
            starts = min(line.usable, line.perceived / line.yield_)
            for need in line.inputs:
                need.expected = need.amount * starts
                _order(need, need.stock - need.expected, 0.0, self.ordering)
                self.sourcing(need.links)

    def offer(self) -> None:
        """Offer what is finished and what capacity and inputs allow to be made."""
        for line in self.lines:
            starts = line.usable
            if line.inputs:
                starts = min(starts, self.production(line.inputs, line.usual))
            line.offer = line.finished + line.yield_ * starts

    def make(self) -> None:
        """Make what was shipped beyond finished goods, use inputs for it, and send the bill."""
        for line in self.lines:
            line.shipped = min(line.shipped, line.offer)
            line.output = max(line.shipped - line.finished, 0.0)
            line.finished = line.finished + line.output - line.shipped
            for need in line.inputs:
                need.used = min(need.amount * (line.output / line.yield_), need.stock)
                need.stock -= need.used
            line.bill()

    def learn(self) -> None:
        """Let cost fall with experience, and smooth the demand perceived."""
        for line in self.lines:
            line.experience += line.output
            if line.learning_rate > 0 and line.first_unit_cost > 0:
                slope = log2(1.0 - min(line.learning_rate, 0.99))
                line.unit_cost = (
                    line.first_unit_cost * (line.experience / line.first_experience) ** slope
                )
            line.perceived += (max(line.asked, line.shipped) - line.perceived) / PERCEPTION_MONTHS


class CommissionAgent(mesa.Agent):
    """A programme's commission: spends its money on capacity for its beneficiaries."""

    def __init__(
        self,
        model: mesa.Model,
        name: str,
        chair: str,
        projects: dict[str, Project],
        needs: Sequence[Need],
        is_active: bool,
        rule: RuleChoice,
    ) -> None:
        super().__init__(model)
        self.name, self.chair, self.projects, self.is_active = name, chair, projects, is_active
        self.rule: Any = chosen("programme", rule)
        products = [project.line.product for project in projects.values()]
        self.sites = {product: products.count(product) for product in products}
        self.needs = {
            product: [need for need in needs if need.product == product] for product in self.sites
        }
        self.treasury = self.appropriated = self.invested = 0.0
        self.wanted: list[float] = []

    @property
    def can_spend(self) -> bool:
        """Tell whether it may spend and has something to spend."""
        return self.is_active and self.treasury > 0

    def begin(self) -> None:
        """Begin a month in which nothing is spent yet."""
        self.invested = 0.0
        for project in self.projects.values():
            project.started = 0.0

    def look(self, lines: dict[str, list[Line]]) -> None:
        """Work out what would close the gaps of the beneficiaries, in money, before anybody
        spends.
        """
        gaps = {product: self._gap(product, lines[product]) for product in self.sites}
        self.wanted = []
        for project in self.projects.values():
            room = max(min(project.max_capacity - project.added, project.absorption), 0.0)
            gap = (
                gaps[project.line.product] / self.sites[project.line.product] / project.line.yield_
            )
            self.wanted.append(min(gap, room) * project.capital_cost)

    def _gap(self, product: str, lines: Sequence[Line]) -> float:
        short = total(
            max(need.expected - need.received_free(), 0.0) for need in self.needs[product]
        )
        return max(short - total(line.idle_and_coming() for line in lines), 0.0)

    def spend(self, month: int) -> None:
        """Share the money at hand out among the candidates."""
        granted = self.rule(self.wanted, self.treasury)
        self.invested = min(total(granted), self.treasury)
        self.treasury -= self.invested
        for project, money in zip(self.projects.values(), granted, strict=True):
            if project.capital_cost > 0:
                project.start(money / project.capital_cost, month)


def _order(need: Need, stock: float, deferred: float, ordering: Any) -> None:
    """Cancel a part of the backlog and order anew."""
    need.cancelled = need.cancellation * need.backlog
    backlog = need.backlog - need.cancelled
    need.ordered = ordering(need, stock, deferred, need.in_transit + backlog)
    need.demand = backlog + need.ordered
