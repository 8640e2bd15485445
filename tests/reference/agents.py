"""Mesa agents that own their numbers and decide one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mesa

from sim.scenario.programme import Programme
from sim.scenario.rule_choices import RuleChoice
from sim.scenario.schema import Scenario
from tests.reference import refused
from tests.reference.buying import perception
from tests.reference.projects import Project
from tests.reference.rules import chosen
from tests.reference.spending import Claim
from tests.reference.things import FinalNeed, Line, Need, total


class StateAgent(mesa.Agent):
    """A country: uses goods from stock and orders more."""

    def __init__(
        self,
        model: mesa.Model,
        name: str,
        needs: Sequence[FinalNeed],
        ordering: RuleChoice,
        sourcing: RuleChoice,
        stockpile: RuleChoice,
    ) -> None:
        super().__init__(model)
        self.name, self.needs = name, needs
        self.ordering, self.sourcing = chosen("ordering", ordering), chosen("sourcing", sourcing)
        self.perception = perception(ordering.rule, ordering.parameters)
        self.floor_months: float | None = stockpile.parameters.get("floor_months")

    def use(self, month: int) -> None:
        """Use goods up to the need and what waits from earlier months; a part of what is unmet
        waits on."""
        for need in self.needs:
            need.final = need.by_month[min(month, len(need.by_month) - 1)] * need.factor
            need.final += need.added
            wanted = need.final + need.deferred
            stock = need.stock
            if self.floor_months is not None and need.tier > 0:
                stock = max(stock - self.floor_months * need.final, 0.0)
            need.used = min(stock, wanted)
            refused.use(need, need.stock, wanted)
            need.stock -= need.used
            need.deferred = (wanted - need.used) * (1.0 - need.cancellation)

    def order(self) -> None:
        """Order for every need."""
        for need in self.needs:
            need.expected = need.final
            need.cancel()
            refused.order(need, need.stock, need.deferred, self.ordering)
            need.perceived = need.perceive(self.perception)
            need.months_ordered += 1
            self.sourcing(need.links)


class FactoryAgent(mesa.Agent):
    """A plant: buys inputs, makes goods on its lines, learns."""

    def __init__(
        self,
        model: mesa.Model,
        name: str,
        lines: Sequence[Line],
        rules: dict[str, RuleChoice],
        perception_months: float,
    ) -> None:
        super().__init__(model)
        self.name, self.lines, self.perception_months = name, lines, perception_months
        self.inputs = [need for line in lines for need in line.inputs]
        if self.inputs and rules["ordering"].rule == "anchored":
            raise ValueError("the reference does not know what lines owe, as anchored asks")
        self.ordering, self.sourcing = (
            chosen("ordering", rules["ordering"]),
            chosen("sourcing", rules["sourcing"]),
        )
        self.production = chosen("production", rules["production"])
        self.perception = perception(rules["ordering"].rule, rules["ordering"].parameters)
        self.pricing, self.overtime, self.learning = (
            chosen(family, rules[family]) for family in ("pricing", "overtime", "learning")
        )
        self.price()

    def price(self) -> None:
        """Say what the goods cost."""
        for line in self.lines:
            line.price = self.pricing(line)

    def ready(self, month: int) -> None:
        """Work out this month's capacity."""
        for line in self.lines:
            line.usable = line.ready(month) * line.available * line.overtime

    def order(self) -> None:
        """Order inputs for what the lines expect to start."""
        for line in self.lines:
            starts = min(line.usable, line.perceived / line.yield_)
            for need in line.inputs:
                need.expected = need.amount * starts
                need.cancel()
                refused.catch_up(need, line)
                refused.order(need, need.stock - need.expected, 0.0, self.ordering)
                need.perceived = need.perceive(self.perception)
                need.months_ordered += 1
                self.sourcing(need.links)

    def offer(self) -> None:
        """Offer what capacity and inputs allow to be made."""
        for line in self.lines:
            line.starts = self._starts(line, line.inputs)
            line.offer = line.yield_ * line.starts
            stocks = [need.stock for need in line.inputs]
            for need in line.inputs:
                need.stock += need.lacked
            line.would_offer = line.yield_ * self._starts(line, line.inputs)
            for need, stock in zip(line.inputs, stocks, strict=True):
                need.stock = stock

    def _starts(self, line: Line, inputs: Sequence[Need]) -> float:
        starts = line.usable
        if inputs:
            starts = min(starts, self.production(inputs, line.usual))
            # dust that rounding left of inputs would draw orders
            wanted = max(line.asked, line.perceived) / line.yield_
            starts = starts if starts >= 1e-12 * min(line.usable, wanted) else 0.0
        return starts

    def miss(self) -> None:
        """Find what lines would have made had cuts refused nothing."""
        for line in self.lines:
            if line.inputs:
                refused.make(line, self.perception_months)

    def make(self) -> None:
        """Make what was shipped, use inputs for it, and send the bill."""
        for line in self.lines:
            line.shipped = min(line.shipped, line.offer)
            line.output = line.shipped
            for need in line.inputs:
                need.used = min(need.amount * (line.output / line.yield_), need.stock)
                need.stock -= need.used
            line.price = self.pricing(line)
            line.bill()

    def decide_on_overtime(self) -> None:
        """Say how far lines run beyond capacity when they work next."""
        for line in self.lines:
            line.overtime = self.overtime(line)

    def look_back(self) -> None:
        """Smooth the demand perceived."""
        for line in self.lines:
            seen = max(line.asked, line.shipped)
            line.perceived += (seen - line.perceived) / self.perception_months

    def learn(self, month: int) -> None:
        """Let cost and yield follow experience."""
        for line in self.lines:
            self.learning(line, month)


class CommissionAgent(mesa.Agent):
    """A programme's commission: spends its money on capacity for its beneficiaries."""

    def __init__(
        self,
        model: mesa.Model,
        name: str,
        programme: Programme,
        chair_weight: float,
        projects: dict[str, Project],
        needs: Sequence[Need],
        scenario: Scenario,
    ) -> None:
        super().__init__(model)
        self.name, self.chair, self.projects = name, programme.chair, projects
        self.chair_weight, self.months = chair_weight, scenario.months
        self.is_active = self.is_from_start = programme.active
        self.rule: Any = chosen("programme", programme.rule or scenario.rules.programme)
        products = {project.line.product for project in projects.values()}
        self.needs = {
            product: [need for need in needs if need.product == product] for product in products
        }
        self.treasury = self.appropriated = self.invested = 0.0

    @property
    def can_spend(self) -> bool:
        """Tell whether it may spend and has something to spend."""
        return self.is_active and self.treasury > 0

    def begin(self, month: int) -> None:
        """Begin a month in which nothing is spent yet."""
        self.invested = 0.0
        # who is active from the start decides with the first money
        is_decided = self.is_active and (self.treasury > 0 or not self.is_from_start)
        for project in self.projects.values():
            if project.clock:
                needs = self.needs[project.line.product]
                project.delay = project.clock.left(month, is_decided, needs)
            project.started = 0.0
            project.has_money = self.can_spend

    def counted(self, needs: Sequence[Need]) -> dict[Need, float]:
        """Say how much each need counts: the chair's own whole, others' a part."""
        return {
            need: 1.0 if need.state == self.chair else 1.0 / self.chair_weight for need in needs
        }

    def decide(self, lines: dict[str, list[Line]], month: int) -> dict[str, float]:
        """Share the money at hand out among the candidates, and note what each starts with it;
        return what the beneficiaries lack of each product."""
        lacking = {
            product: missing(self.counted(needs), lines[product], month)
            for product, needs in self.needs.items()
        }
        fit = [self._is_fit(project, month) for project in self.projects.values()]
        wanted = []
        for project, can in zip(self.projects.values(), fit, strict=True):
            line = project.line
            sites = sum(
                each.line.product == line.product and one
                for each, one in zip(self.projects.values(), fit, strict=True)
            )
            gap = lacking[line.product] / sites / line.yield_ if can else 0.0
            needed = total(need.expected for need in self.needs[line.product])
            wanted.append(
                Claim(
                    project=project,
                    gap=gap * project.capital_cost,
                    room=project.room * project.capital_cost,
                    months_left=self.months - month - max(project.delay, 1),
                    need=needed,
                )
            )
        granted = self.rule(wanted, self.treasury)
        for claim, money in zip(wanted, granted, strict=True):
            project, cost = claim.project, claim.project.capital_cost
            # what rounding leaves of what one is not granted begins nothing
            is_begun = cost > 0 and money > 1e-12 * claim.money
            project.started = money / cost if is_begun else 0.0
        return lacking

    def _is_fit(self, project: Project, month: int) -> bool:
        """Tell whether new capacity there could serve: more can be added, it reaches a beneficiary,
        is in order, accepted when it is there, and what there is does not lack inputs nor stand
        idle because a limit bars it."""
        line = project.line
        needs = self.needs[line.product]
        return (
            project.room > 0
            and line.reaches(needs)
            and not line.is_barred(needs, month)
            and line.available > 0
            and line.qualified_from <= month + max(project.delay, 1)
            and not line.lacks_inputs
            and not line.is_starved
        )

    def pay(self, month: int) -> None:
        """Begin what was decided."""
        projects = self.projects.values()
        cost = total(project.started * project.capital_cost for project in projects)
        # who spends all but for rounding has nothing left
        spent_all = cost > self.treasury * (1.0 - 1e-12)
        self.invested = self.treasury if spent_all else cost
        self.treasury -= self.invested
        for project in projects:
            project.start(project.started, month)


def missing(needs: Mapping[Need, float], lines: Sequence[Line], month: int) -> float:
    """Count what needs of a product want beyond what reaches them lawfully, less what the lines
    that programmes build could make for them."""
    short = total(
        counts * beyond(need.wants(month), need.received_lawfully())
        for need, counts in needs.items()
    )
    coming = total(line.idle_and_coming(needs, month) for line in lines if line.reaches(needs))
    return beyond(short, coming)


def beyond(wanted: float, had: float) -> float:
    """Return what is wanted beyond what is had, rounding aside."""
    missing = wanted - max(had, 0.0)
    return missing if missing > 1e-12 * wanted else 0.0


def spend(commissions: Sequence[CommissionAgent], lines: dict[str, list[Line]], month: int) -> None:
    """Let commissions spend side by side; together they close a gap once."""
    lacked: dict[str, float] = {}
    needs: dict[str, dict[Need, float]] = {}
    for commission in commissions:
        for product, gap in commission.decide(lines, month).items():
            lacked[product] = max(lacked.get(product, 0.0), gap)
            counted = needs.setdefault(product, {})
            for need, counts in commission.counted(commission.needs[product]).items():
                counted[need] = max(counted.get(need, 0.0), counts)
    for product, all_needs in needs.items():
        lacked[product] = max(lacked[product], missing(all_needs, lines[product], month))
    started = [each for commission in commissions for each in commission.projects.values()]
    for product, gap in lacked.items():
        own = [project for project in started if project.line.product == product]
        added = total(project.started * project.line.yield_ for project in own)
        if added > gap:
            for project in own:
                project.started *= gap / added
    for commission in commissions:
        commission.pay(month)
