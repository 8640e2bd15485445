"""Dated events in plain Python: each object knows when it holds and what it does to links, needs
and lines."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from math import exp, inf
from typing import Any

from sim.scenario import event_kinds as kinds
from sim.scenario import plant_kinds, trade_kinds
from tests.reference import refused
from tests.reference.limits import Limit, Limits, holding
from tests.reference.projects import Project
from tests.reference.things import NEVER, FinalNeed, Line, Need, total
from tests.reference.turns import Turns, watch

RESTRICTIONS = (trade_kinds.CutOff, trade_kinds.Sanction, trade_kinds.Quota)
EXCEPTIONS = (trade_kinds.Leakage, trade_kinds.Exemption)
NEARLY = 1.0 - 1e-9
"""A limit above this share of what would flow takes nothing away."""
DUST = 1e-9
"""A want or a supply below this share of what it is a part of counts as none."""


@dataclass(slots=True, eq=False)
class Happening:
    """An event of the scenario with its drawn numbers; months count from the start of the run."""

    event: Any
    begin: int
    end: int
    phase: int
    delay: int
    size: float
    end_share: float
    settles: float | None
    contracts_end: float
    targets: list[Any]
    months: int = 0
    """Of a retool: for which its capacity makes nothing"""
    loss: float = 0.0
    ratio: float = 1.0
    threshold: float = 0.0
    """Of one that waits: the level that is watched"""
    patience: float = 1.0
    watched: FinalNeed | None = None
    streak: int = 0
    sizes: dict[Any, float] = field(default_factory=dict)
    """Targets for which another size holds"""
    parent: Happening | None = None
    project: Project | None = None
    undone_by: list[Happening] = field(default_factory=list)

    def find_begin(self, month: int, closing: Container[Line]) -> None:
        """Fix the month in which it begins, as soon as what it follows has happened; what would
        begin after its end never does. What lines that are `closing` build is lost with them."""
        if self.parent:
            self.parent.find_begin(month, closing)
            self._fix(self.parent.begin)
        if self.project:
            is_lost = self.project.line in closing
            self._fix(self.project.completed if is_lost else self.project.completion(month))

    def _fix(self, followed: int) -> None:
        due = followed + self.delay
        if followed < NEVER and due < self.end:
            self.begin = min(self.begin, due)

    def strength(self, month: int) -> float:
        """Say how far it holds by the calendar, 0 to 1."""
        if not self.begin <= month < self.end:
            return 0.0
        return min((month - self.begin + 1) / self.phase, 1.0)

    def kept(self, month: int) -> float:
        """Say what liftings and repairs leave of it, 1 to 0: they act on what has begun."""
        kept = 1.0
        for other in self.undone_by:
            if other.begin >= self.begin:
                kept *= 1.0 - other.size * other.strength(month)
        return kept

    def level(self, month: int) -> float:
        """Say how far it holds when liftings and repairs have taken their part, 0 to 1."""
        return self.strength(month) * self.kept(month)


@dataclass(slots=True, eq=False)
class Restriction:
    """A cut-off, a sanction or a quota: what it leaves of what it limits."""

    happening: Happening
    limits: list[Limit]
    """One for each pair of states"""
    whole: Limit | None = None
    """All of them, where it restricts them together: then it limits each pair by that, too"""
    before: dict[Limit, float] = field(default_factory=dict)
    """Flow at the start or, if more, just before it began"""

    def remember(self, month: int) -> None:
        """Note the flow of the month before it begins."""
        if self.happening.begin == month:
            for limit in self._all_limits():
                flowed = total(link.flow for link in limit.links)
                self.before[limit] = max(limit.base, flowed)
                for link in limit.links:
                    link.has_flowed |= link.flow > DUST * link.need.demand

    def act(self, month: int) -> None:
        """Set what it leaves; the tightest restriction holds."""
        level = self.happening.level(month)
        for limit in self._all_limits() if level > 0 else ():
            known = self.whole or limit
            before = self.before.get(known, known.base)
            flowed = self.before.get(limit, limit.base)
            if isinstance(self.happening.event, trade_kinds.CutOff):
                left = (1.0 - self.happening.size * level) * flowed
                limit.share = min(limit.share, 1.0 - self.happening.size * level)
            elif isinstance(self.happening.event, trade_kinds.Sanction):
                left = before * (1.0 - self._cut(month))
                limit.fixed = min(limit.fixed, left)
            else:
                left = self.happening.size
                left += max(before - self.happening.size, 0.0) * (1.0 - level)
                limit.fixed = min(limit.fixed, left)
            if left < flowed * NEARLY:
                limit.reference = max(limit.reference, flowed)

    def _all_limits(self) -> list[Limit]:
        return [*self.limits, self.whole] if self.whole else self.limits

    def _cut(self, month: int) -> float:
        """Return the share of running contracts that a sanction has cut."""
        own = self.happening
        since = month - max(own.contracts_end, own.begin) + 1
        return own.size * min(max(since / own.phase, 0.0), 1.0) * own.kept(month)


@dataclass(slots=True, eq=False)
class Allowance:
    """Leakage or an exemption: what passes all the same."""

    happening: Happening
    limits: list[Limit]
    """One for each pair of states"""
    whole: Limit | None = None
    """All of them, where they are exempt together"""

    def act(self, month: int) -> None:
        """Let through what it allows each pair of states."""
        own = self.happening
        if own.level(month) <= 0:
            return
        for limit in self.limits:
            if isinstance(own.event, trade_kinds.Leakage):
                limit.amount = max(limit.amount, limit.base * self._leaking(month))
            elif own.event.cap is None:
                limit.part = max(limit.part, own.size * own.level(month))
            else:
                limit.amount = max(limit.amount, self.exempt(month))
                limit.lawful = max(limit.lawful, self.exempt(month))

    def exempt(self, month: int) -> float:
        """Return how many units are exempt."""
        return self.happening.size * self.happening.level(month)

    def _leaking(self, month: int) -> float:
        """Return the share of the flow at the start that leaks."""
        own = self.happening
        months = month - own.begin
        if own.settles is None:
            gone = min(months / max(own.end - own.begin, 1), 1.0)
        else:
            gone = 1.0 - (exp(-months / own.settles) if own.settles > 0 else 0.0)
        return own.size + (own.end_share - own.size) * gone


class Calendar:
    """All events of one member, and the budgets."""

    def __init__(
        self,
        happenings: list[Happening],
        lines: list[Line],
        limits: Limits,
        budgets: dict[int, list[tuple[Any, float]]],
    ) -> None:
        """Sort the events by what they do; `budgets` holds month -> (commission, money)."""

        def of(*wanted: type) -> list[Happening]:
            return [each for each in happenings if isinstance(each.event, wanted)]

        self.happenings, self.lines, self.limits, self.budgets = happenings, lines, limits, budgets
        self.commissions = {commission for due in budgets.values() for commission, _ in due}
        self.restrictions = [self._restriction(each) for each in of(*RESTRICTIONS)]
        self.exceptions = [self._exception(each) for each in of(*EXCEPTIONS)]
        self.scaling, self.closures = (
            of(kinds.Demand, plant_kinds.Outage),
            of(plant_kinds.Closure),
        )
        # who stops in the month in which he starts, stops
        self.funding = of(kinds.ProgrammeStart, kinds.Funding, kinds.ProgrammeStop)
        self.funding.sort(key=lambda each: isinstance(each.event, kinds.ProgrammeStop))
        self.commissions |= {commission for each in self.funding for commission in each.targets}
        self.turns = Turns(happenings, lines)
        for limit in limits:
            limit.rest()

    def _restriction(self, happening: Happening) -> Restriction:
        return Restriction(happening, *self._limits_of(happening))

    def _exception(self, happening: Happening) -> Allowance:
        return Allowance(happening, *self._limits_of(happening))

    def _limits_of(self, happening: Happening) -> tuple[list[Limit], Limit | None]:
        """Return the limit of each pair of states, and that of all together if there is one."""
        links = happening.targets
        is_one = bool(links) and getattr(happening.event, "pairs", "each") == "together"
        pairs = self.limits.by_route(links)
        if not is_one:
            return pairs, None
        # what is none for a pair that nothing restricts is no limit that holds for all
        family = type(happening.event).__name__ if len(pairs) > 1 else ""
        return pairs, self.limits.together(links, family)

    def apply(self, month: int) -> None:
        """Change the world to what holds in this month."""
        closing = {line for each in self.closures if each.begin == month for line in each.targets}
        for each in self.happenings:
            each.find_begin(month, closing)
        self._close(month)
        self.turns.apply(month)
        self._fund(month)
        self._limit(month)
        self._scale(month)

    def _close(self, month: int) -> None:
        for line in self.lines:
            line.forget_losses()
        for each in self.closures:
            if each.begin == month:
                for line in each.targets:
                    line.close()

    def _fund(self, month: int) -> None:
        for commission in self.commissions:
            commission.appropriated = 0.0
        for commission, money in self.budgets.get(month, ()):
            commission.appropriated += money
        for each in self.funding:
            for commission in each.targets:
                if not isinstance(each.event, kinds.Funding):
                    if each.begin == month:
                        commission.is_active = isinstance(each.event, kinds.ProgrammeStart)
                elif 0 <= month - each.begin < each.event.months:
                    commission.appropriated += each.size / each.event.months
        for commission in self.commissions:
            commission.treasury += commission.appropriated

    def _limit(self, month: int) -> None:
        """Set limits anew: the tightest restriction first, then what is let through."""
        for restriction in self.restrictions:
            restriction.remember(month)
        for limit in self.limits:
            limit.lift()
        for restriction in self.restrictions:
            restriction.act(month)
        for exception in self.exceptions:
            if not exception.whole:
                exception.act(month)
        left = {each: each.left(each.reference, each.lawful) for each in self.limits}
        least = {each: each.left(0.0, each.lawful) for each in self.limits}
        wholes = {each.whole for each in (*self.restrictions, *self.exceptions)}
        exempt = self._exempt(month)
        # who is left as much as is exempt for several takes nothing of that
        apart = {
            limit: {each for each in self._parts(limit) if least[each] >= exempt.get(limit, inf)}
            for limit in self.limits
            if len(limit.routes) > 1
        }
        self._pass_up(apart, wholes, least, exempt)
        self._exempt_together(month, left, apart, exempt)
        for limit in self.limits:
            reference = limit.reference
            if limit in wholes and len(limit.routes) > 1:
                limit.free = {route for each in apart[limit] for route in each.routes}
                if limit.free:
                    rest = [each for each in self._parts(limit) if each not in apart[limit]]
                    reference = total(each.reference for each in rest)
            limit.is_barred = limit.left(reference, limit.lawful) < reference * NEARLY
        open_links(self.lines, month)

    def _parts(self, whole: Limit) -> list[Limit]:
        """List the limits of each two states and product within one over several."""
        alone = {next(iter(each.routes)): each for each in self.limits if len(each.routes) == 1}
        return [
            alone[route] for route in {link.route: None for link in whole.links} if route in alone
        ]

    def _exempt(self, month: int) -> dict[Limit, float]:
        """Return what several pairs are exempt from together; of several exemptions the greatest
        holds."""
        exempt: dict[Limit, float] = {}
        for each in self.exceptions:
            if each.whole:
                exempt[each.whole] = max(exempt.get(each.whole, 0.0), each.exempt(month))
        return exempt

    def _pass_up(
        self,
        apart: dict[Limit, set[Limit]],
        wholes: set[Limit | None],
        least: dict[Limit, float],
        exempt: dict[Limit, float],
    ) -> None:
        """Let what passes between two states pass a limit over several pairs of them, too; those
        that are `apart` do not count there."""
        for limit in self.limits:
            if len(limit.routes) > 1:
                parts = [each for each in self._parts(limit) if each not in apart[limit]]
                shares = total(each.part * each.base for each in parts)
                if limit in wholes:
                    limit.own = {
                        route: least[each]
                        if limit in exempt
                        else each.lawful + each.part * each.base
                        for each in parts
                        for route in each.routes
                    }
                limit.amount += total(each.amount for each in parts) + shares
                limit.lawful += total(each.lawful for each in parts) + shares

    def _exempt_together(
        self,
        month: int,
        left: dict[Limit, float],
        apart: dict[Limit, set[Limit]],
        exempt: dict[Limit, float],
    ) -> None:
        """Let each pair pass what is exempt together, and those that restrictions leave less no
        more than that beside what they leave them anyway."""
        pairs = {each.whole: each.limits for each in self.exceptions if each.whole}
        for each in self.exceptions:
            if each.whole:
                each.act(month)
        for whole, own in pairs.items():
            for limit in self.limits:
                if len(limit.routes) > 1 and limit not in pairs and {*self._parts(limit)} & {*own}:
                    limit.amount += exempt[whole]
                    limit.lawful += exempt[whole]
            if len(own) > 1 and exempt[whole] > 0:
                rest = [each for each in own if each not in apart[whole]]
                most = exempt[whole] + total(left[each] for each in rest)
                # of more than flowed before, what the least of the cuts leaves
                share = max((each.share for each in rest if each.share < 1), default=0.0)
                if share > 0:
                    whole.share, whole.fixed = share, inf
                    whole.amount = max(whole.amount, most)
                    whole.lawful = max(whole.lawful, most)
                else:
                    whole.fixed = min(whole.fixed, most)

    def find_leaks(self) -> None:
        """Note what leaked."""
        for line in self.lines:
            for link in line.links:
                link.leaking = 0.0
        for limit in self.limits:
            leaked = limit.leaked_share()
            for link in limit.held:
                link.leaking = max(link.leaking, leaked)

    def observe(self, month: int) -> None:
        """Note what restrictions did to this month's deliveries: whom they hit."""
        odds: dict[Need, float] = {}
        whole: set[Need] = set()
        for limit in self.limits:
            odds |= {need: max(odds.get(need, 0.0), limit.odds) for need in limit.needs}
            whole |= {*limit.needs} if limit.cuts_all else set()
            if limit.is_barred or _bars_buyers(limit, month):
                limit.has_acted = True
                for link in limit.held:
                    link.has_acted = True
                    least = DUST * link.need.demand
                    is_seen = max(link.flow, link.need.backlog) > least
                    if link.base_flow > 0 or link.has_flowed or is_seen:
                        link.need.hit = min(link.need.hit, month)
        needs = {link.need: None for line in self.lines for link in line.links}
        refused.note([*needs], odds, whole)

    def watch(self, month: int) -> None:
        """See whether what events wait for has come about."""
        for each in self.happenings:
            if each.watched:
                watch(each, each.watched, month)

    def _scale(self, month: int) -> None:
        """Set the factors of needs and the shares of capacity that are not out."""
        for each in self.scaling:
            for target in each.targets:
                _set_factor(target, 1.0)
                if isinstance(target, FinalNeed):
                    target.added = 0.0
        for each in self.scaling:
            if getattr(each.event, "units", None) is not None:
                for target in each.targets:
                    target.added += each.size * each.level(month)
                continue
            for target in each.targets:
                size = each.sizes.get(target, each.size)
                full = size if isinstance(each.event, kinds.Demand) else 1.0 - size
                before = target.factor if isinstance(target, FinalNeed) else target.available
                _set_factor(target, before * (1.0 + (full - 1.0) * each.level(month)))


def _bars_buyers(limit: Limit, month: int) -> bool:
    """Tell whether buyers stay short of what a supplier still has and may not deliver."""
    missing = limit.missing()
    would = min(limit.carried() + missing, limit.most)
    demand = total(need.demand for need in limit.needs)
    # rounding leaves dust of what was ordered and came
    if not (missing > DUST * demand and limit.left(would, limit.lawful) < would * NEARLY):
        return False
    lines = [link.line for link in limit.held if link.weight > 0]
    return any(
        line.qualified_from <= month and line.offer - line.shipped > DUST * line.offer
        for line in lines
    )


def _set_factor(target: FinalNeed | Line, factor: float) -> None:
    if isinstance(target, FinalNeed):
        target.factor = factor
    else:
        target.available = factor


def open_links(lines: Sequence[Line], month: int) -> None:
    """Note which links are open, at both of their ends: the rest of the month skips the others."""
    for line in lines:
        for link in line.links:
            link.need.open_links = []
    for line in lines:
        is_qualified = line.qualified_from <= month
        for link in line.links:
            link.cap = min([link.base_cap, *(limit.own_cap() for limit in holding(link))])
        line.open_links = [
            link for link in line.links if is_qualified and link.cap > 0 and link.base_weight > 0
        ]
        for link in line.open_links:
            link.dust = 1e-12 * link.cap if link.cap < inf else 0.0
            link.need.open_links.append(link)
