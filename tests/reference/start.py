"""Build one member's world from a scenario, number by number, and set it at rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from sim.scenario import plant_kinds, schema
from sim.scenario.programme import Candidate, Programme
from sim.scenario.quantity import Quantity, month_number
from sim.scenario.schema import Scenario
from tests.reference.events import Happening, open_links
from tests.reference.limits import Limits
from tests.reference.market import allocate, ask
from tests.reference.projects import Project, Times
from tests.reference.rules import chosen
from tests.reference.targets import sizes_of, targets_of
from tests.reference.things import (
    NEVER,
    FinalNeed,
    Input,
    Line,
    Link,
    Need,
    whole,
)
from tests.reference.trade_rules import permitting_rule


class Builder:
    """Make lines, needs, links, projects and events of one member of a scenario."""

    def __init__(self, scenario: Scenario, member: int) -> None:
        self.scenario, self.member = scenario, member
        self.first = month_number(scenario.start)
        self.drawn: dict[str, float] = {}
        self.lines = {
            (name, product): self._line(name, product)
            for name, each in scenario.factories.items()
            for product in each.lines
        }
        self.finals = {
            (state, good): self._final(state, good)
            for state in scenario.states
            for good in scenario.needs.get(state, {})
        }
        for event in scenario.events.values():
            if isinstance(event, plant_kinds.Licence):
                line = self.lines[event.factory, event.product]
                begin = self.since(event.date, NEVER)
                line.licensed_from = max(line.licensed_from, begin)
        self.limits = Limits()
        for line in self.lines.values():
            line.sisters = [each for each in self.lines.values() if each.product == line.product]
        self.links = self._links()
        self.projects = {
            name: {
                key: self._project(name, key, each) for key, each in programme.candidates.items()
            }
            for name, programme in scenario.programmes.items()
        }

    @property
    def needs(self) -> list[Need]:
        """List final needs, then inputs line by line."""
        return [
            *self.finals.values(),
            *(need for line in self.lines.values() for need in line.inputs),
        ]

    def draw(self, quantity: Quantity, path: str) -> float:
        """Draw a quantity for this member, each path once."""
        if path not in self.drawn:
            self.drawn[path] = float(quantity.draw(self.scenario.seed, path, [self.member])[0])
        return self.drawn[path]

    def months(self, quantity: Quantity, path: str) -> int:
        """Draw a time in whole months."""
        return whole(self.draw(quantity, path))

    def since(self, month: str | None, otherwise: int) -> int:
        """Count the months from the start to a month, if there is one."""
        return month_number(month) - self.first if month else otherwise

    def _line(self, name: str, product: str) -> Line:
        factory, path = self.scenario.factories[name], f"factories.{name}"
        line, good = factory.lines[product], self.scenario.products[product]
        own, rules = f"{path}.lines.{product}", self.scenario.rules
        nominal, share = (
            self.draw(line.capacity, f"{own}.capacity"),
            self.draw(factory.usable_share, f"{path}.usable_share"),
        )
        return Line(
            product=product,
            state=factory.state,
            capacity=nominal * share * self.draw(line.utilisation, f"{own}.utilisation"),
            yield_=self.draw(line.yield_, f"{own}.yield"),
            unit_cost=self.draw(line.unit_cost, f"{own}.unit_cost"),
            idle_share=self.draw(factory.idle_cost, f"{path}.idle_cost"),
            learning_rate=self.draw(good.learning_rate, f"products.{product}.learning_rate"),
            own_qualified_from=month_number(line.qualified) - self.first
            if line.qualified
            else -NEVER,
            wear=1.0 - (1.0 - self.draw(line.decay, f"{own}.decay")) ** (1 / 12),
            inputs=self._inputs(name, product),
            ration=chosen("allocation", factory.rules.allocation or rules.allocation),
            production=chosen("production", factory.rules.production or rules.production),
            bloc=self.scenario.states[factory.state].bloc or "",
        )

    def _inputs(self, factory: str, product: str) -> list[Input]:
        """Make the inputs of a line: by its own bill of materials, or by its product's."""
        plant, good = self.scenario.factories[factory], self.scenario.products[product]
        own = plant.lines[product].inputs
        path = f"products.{product}" if own is None else f"factories.{factory}.lines.{product}"
        bill = good.inputs if own is None else own
        return [
            self._input((plant.state, factory, product), name, each, f"{path}.inputs.{name}")
            for name, each in bill.items()
        ]

    def _input(
        self, buyer: tuple[str, str, str], name: str, each: schema.Input, path: str
    ) -> Input:
        (state, factory, product), bought = buyer, self.scenario.products[name]
        good = self.scenario.products[product]
        return Input(
            state=state,
            product=name,
            factory=factory,
            makes=product,
            bloc=self.scenario.states[state].bloc or "",
            tier=0,
            cancellation=self.draw(bought.cancellation, f"products.{name}.cancellation"),
            cover=self.draw(good.input_cover, f"products.{product}.input_cover"),
            amount=self.draw(each.amount, f"{path}.amount"),
            full_amount=self.draw(each.amount, f"{path}.amount"),
            criticality=each.criticality,
        )

    def _final(self, state: str, product: str) -> FinalNeed:
        scenario, path = self.scenario, f"needs.{state}.{product}"
        need, good = scenario.needs[state][product], scenario.products[product]
        cover = (
            self.draw(need.stock_cover, f"{path}.stock_cover")
            if need.stock_cover is not None
            else self.draw(scenario.states[state].stock_cover, f"states.{state}.stock_cover")
        )
        stockpile = scenario.states[state].rules.stockpile or scenario.rules.stockpile
        if stockpile.rule not in ("draw_down", "reserve"):
            raise KeyError(stockpile.rule)
        if need.tier > 0:
            cover = max(cover, stockpile.parameters.get("floor_months", 0.0))
        initial = need.initial_stock_cover
        return FinalNeed(
            state=state,
            product=product,
            bloc=scenario.states[state].bloc or "",
            tier=need.tier,
            cancellation=self.draw(good.cancellation, f"products.{product}.cancellation"),
            cover=cover,
            by_month=self._by_month(state, product),
            initial_cover=cover
            if initial is None
            else self.draw(initial, f"{path}.initial_stock_cover"),
        )

    def _by_month(self, state: str, product: str) -> list[float]:
        need, path = self.scenario.needs[state][product], f"needs.{state}.{product}"
        if need.units is not None:
            return [self.draw(need.units, f"{path}.units")]
        if need.series is not None:
            return [
                self.draw(each, f"{path}.series.{month}") for month, each in enumerate(need.series)
            ]
        totals = {
            year: self.draw(each, f"{path}.by_year.{year}")
            for year, each in (need.by_year or {}).items()
        }
        by_month = []
        for month in range(self.first, self.first + self.scenario.months):
            year = month // 12
            units = totals[max((each for each in totals if each <= year), default=min(totals))]
            due = units / 12
            if month % 12 == 11:
                # December makes up for the rounding of the other eleven
                eleven = 0.0
                for _ in range(11):
                    eleven += units / 12
                due = units - eleven
            by_month.append(due)
        return by_month

    def _links(self) -> list[Link]:
        buyers: dict[str, list[Need]] = {}
        for need in self.needs:
            buyers.setdefault(need.product, []).append(need)
        rules: dict[tuple[str, ...], str | None] = {}
        links = []
        capped: dict[str, list[Link]] = {}
        for line in self.lines.values():
            for need in buyers.get(line.product, ()):
                route = (line.state, need.state, line.product, need.factory, need.makes)
                if route not in rules:
                    rules[route] = permitting_rule(self.scenario, *route)
                name = rules[route]
                link = self._link(line, need, name)
                if link:
                    if name and self.scenario.trade[name].cap:
                        capped.setdefault(name, []).append(link)
                    line.links.append(link)
                    need.links.append(link)
                    links.append(link)
        self._share_out(links)
        for name, own in capped.items():
            self._limit(name, own)
        return links

    def _limit(self, name: str, links: list[Link]) -> None:
        """Let the cap of a trade rule hold for each two states and product, or for all together."""
        rule = self.scenario.trade[name]
        assert rule.cap
        together = rule.pairs == "together"
        for limit in [self.limits.together(links)] if together else self.limits.by_route(links):
            limit.most = self.draw(rule.cap, f"trade.{name}.cap")
            for link in limit.links:
                link.cap = min(link.cap, limit.own_cap())

    def _link(self, line: Line, need: Need, name: str | None) -> Link | None:
        affinity = self._affinity(need.state, line.state)
        if name is None:
            is_home = line.state == need.state
            own = Link(line, need, 1.0, math.inf, 0.0, 1, affinity=affinity)
            return own if is_home else None
        rule, path = self.scenario.trade[name], f"trade.{name}"
        if rule.weight.value == 0 and not rule.weight.is_drawn:
            return None
        return Link(
            line=line,
            need=need,
            affinity=affinity,
            weight=self.draw(rule.weight, f"{path}.weight"),
            cap=math.inf,
            unit_cost=self.draw(rule.unit_cost, f"{path}.unit_cost"),
            lead=self.months(rule.lead_months, f"{path}.lead_months"),
        )

    def _affinity(self, buyer: str, seller: str) -> float:
        """Say how close a state feels to another: by its name, or by its bloc, which says nothing
        of itself.
        """
        states = self.scenario.states
        own, bloc = states[buyer], states[seller].bloc
        for name in (seller,) if buyer == seller else (seller, bloc):
            if name in own.affinity:
                return self.draw(own.affinity[name], f"states.{buyer}.affinity.{name}")
        is_allied = buyer == seller or (bloc is not None and bloc == own.bloc)
        return 1.0 if is_allied else 0.5

    def sourcing_of(self, need: Need) -> Callable[..., None]:
        """Return the rule by which a buyer weighs its suppliers."""
        scenario = self.scenario
        own: Any = scenario.states[need.state]
        if need.factory:
            own = scenario.factories[need.factory]
        return chosen("sourcing", own.rules.sourcing or scenario.rules.sourcing)

    def _share_out(self, links: Sequence[Link]) -> None:
        """Share the preference for an exporter out among its lines, and keep exclusive lines for
        the beneficiaries."""
        siblings: dict[tuple[str, int], int] = {}
        for link in links:
            key = (link.exporter, id(link.need))
            siblings[key] = siblings.get(key, 0) + 1
        for link in links:
            link.weight *= 1.0 / siblings[link.exporter, id(link.need)]
        for programme in self.scenario.programmes.values():
            for candidate in programme.candidates.values() if programme.exclusive else ():
                if (
                    self.scenario.factories[candidate.factory]
                    .lines[candidate.product]
                    .capacity.value
                    == 0
                ):
                    for link in self.lines[candidate.factory, candidate.product].links:
                        link.cap = link.cap if serves(programme, link.importer) else 0.0
        for link in links:
            link.given_weight = link.base_weight = link.weight
            link.base_cap = math.inf if link.cap > 0 else 0.0

    def _project(self, programme: str, key: str, candidate: Candidate) -> Project:
        path = f"programmes.{programme}.candidates.{key}"
        whole_effort = self.scenario.programmes[programme]
        is_announced = (
            whole_effort.lead_times == "announced" and candidate.announced_months is not None
        )
        most = (
            self.draw(candidate.max_capacity, f"{path}.max_capacity")
            if candidate.max_capacity
            else math.inf
        )
        times = Times(self.scenario, self.member, programme, key, candidate, most)
        lead = times.lead
        if is_announced and candidate.announced_months is not None:
            lead = self.draw(candidate.announced_months, f"{path}.announced_months")
        line = self.lines[candidate.factory, candidate.product]
        project = Project(
            line=line,
            delay=whole(lead),
            shape=times.terms.shape,
            ramp_length=times.length,
            clock=times.clock(lead),
            capital_cost=self._term(path, candidate, "capital_cost")
            * self.draw(whole_effort.cost_overrun, f"programmes.{programme}.cost_overrun"),
            cancelled_share=self.draw(
                whole_effort.cancelled_share, f"programmes.{programme}.cancelled_share"
            ),
            max_capacity=most,
            absorption=self.draw(candidate.absorption, f"{path}.absorption")
            if candidate.absorption
            else math.inf,
        )
        line.projects.append(project)
        return project

    def _term(self, path: str, candidate: Candidate, key: str) -> float:
        own: Quantity | None = getattr(candidate, key)
        kind = self.scenario.products[candidate.product].complexity
        return self.draw(
            own if own is not None else getattr(self.scenario.complexity[kind or ""], key),
            f"{path}.{key}",
        )

    def happenings(self, commissions: dict[str, Any]) -> list[Happening]:
        """Make the events; call once all else is there."""
        found: dict[str, Happening] = {}
        for name, event in self.scenario.events.items():
            found[name] = self._happening(name, event, commissions)
        for name, event in self.scenario.events.items():
            if event.after and event.after.event:
                found[name].parent = found[event.after.event]
            elif event.after and event.after.completion:
                programme, candidate = event.after.completion.split(".")
                found[name].project = self.projects[programme][candidate]
            for each in getattr(event, "undoes", ()):
                found[each].undone_by.append(found[name])
        return list(found.values())

    def budgets(self, commissions: dict[str, Any]) -> dict[int, list[tuple[Any, float]]]:
        """Return the programmes' budgets: month -> (commission, money)."""
        found: dict[int, list[tuple[Any, float]]] = {}
        for name, programme in self.scenario.programmes.items():
            for month, money in programme.budget.items():
                due = (commissions[name], self.draw(money, f"programmes.{name}.budget.{month}"))
                found.setdefault(month_number(month) - self.first, []).append(due)
        return found

    def _happening(self, name: str, event: Any, commissions: dict[str, Any]) -> Happening:
        path = f"events.{name}"
        sizes = [
            key
            for key in ("royalty", "share", "cap", "factor", "units", "amount", "rate")
            if getattr(event, key, None) is not None
        ]
        size = self.draw(getattr(event, sizes[0]), f"{path}.{sizes[0]}") if sizes else 1.0
        end_share, settles, contracts = (
            getattr(event, key, None) for key in ("end_share", "settles_months", "contracts_until")
        )
        waiting: dict[str, Any] = {}
        if event.when:
            level = "below" if event.when.below is not None else "above"
            waiting = {
                "threshold": self.draw(getattr(event.when, level), f"{path}.when.{level}"),
                "patience": self.draw(event.when.for_, f"{path}.when.for"),
                "watched": self.finals[event.when.state, event.when.product],
            }
        if isinstance(event, plant_kinds.Retool):
            waiting |= {
                "months": self.months(event.months, f"{path}.months"),
                "loss": self.draw(event.loss, f"{path}.loss"),
                "ratio": self.draw(event.units_of_new_per_old, f"{path}.units_of_new_per_old"),
            }
        return Happening(
            event=event,
            **waiting,
            begin=self.since(event.date, NEVER),
            end=self.since(event.until, NEVER),
            phase=max(self.months(event.phase_in, f"{path}.phase_in"), 1),
            delay=self.months(event.after.months, f"{path}.after.months") if event.after else 0,
            size=size,
            end_share=self.draw(end_share, f"{path}.end_share") if end_share else size,
            settles=self.draw(settles, f"{path}.settles_months") if settles else None,
            contracts_end=month_number(contracts) - self.first if contracts else -math.inf,
            targets=targets_of(self, event, commissions),
            sizes=sizes_of(self, path, event) if isinstance(event, plant_kinds.Outage) else {},
        )


def serves(programme: Programme, state: str) -> bool:
    """Tell whether a state is a beneficiary."""
    return programme.beneficiaries == "all" or state in programme.beneficiaries


def settle(
    lines: Sequence[Line],
    finals: Sequence[FinalNeed],
    needs: Sequence[Need],
    tiers: Sequence[Sequence[Need]],
    rounds: int | None,
) -> None:
    """Find the flows that meet the first month's needs, and stock the world so that they go on."""
    open_links(lines, 0)
    for line in lines:
        line.offer = line.capacity * line.yield_
        line.usable = line.capacity
    for need in finals:
        need.demand = need.by_month[0]
    for _ in range(1000):
        allocate(lines, tiers, rounds)
        if not _pass_down(lines):
            break
    ask(needs, lines)
    for line in lines:
        line.output = line.shipped
        line.usual = line.output / line.yield_
        line.perceived = max(line.asked, line.shipped)
        line.first_lot = line.capacity * line.yield_ / 30
        line.first_unit_cost, line.first_yield = line.unit_cost, line.yield_
        line.first_experience = line.experience = 120 * line.shipped
        for link in line.open_links:
            # a crumb that preferred suppliers leave to others is no trade
            link.base_flow = link.flow if link.flow > 1e-9 * link.need.demand else 0.0
        for each in line.inputs:
            each.line = line
            each.perceived = each.amount * min(line.capacity, line.perceived / line.yield_)
            each.stock = each.cover * each.demand
    for need in finals:
        need.stock = need.initial_cover * need.by_month[0]
        need.perceived = need.by_month[0]
    for buyer in needs:
        buyer.fill_transit()


def _pass_down(lines: Sequence[Line]) -> bool:
    """Let lines want the inputs of what they ship; tell whether that changed anything."""
    has_moved = False
    for line in lines:
        for need in line.inputs:
            wanted = need.amount * (line.shipped / line.yield_)
            if abs(wanted - need.demand) > 1e-14 * wanted:
                need.demand, has_moved = wanted, True
    return has_moved
