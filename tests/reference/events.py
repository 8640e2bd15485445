"""Dated events in plain Python: each object knows when it holds and what it does to links, needs
and lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from sim.scenario import event_kinds as kinds
from tests.reference.things import NEVER, FinalNeed, Line, Link, Project

RESTRICTIONS = (kinds.CutOff, kinds.Sanction, kinds.Quota)
EXCEPTIONS = (kinds.Leakage, kinds.Exemption)


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
    contracts_end: float
    targets: list[Any]
    parent: Happening | None = None
    project: Project | None = None
    undone_by: list[Happening] = field(default_factory=list)
    last_level: float = 0.0

    def find_begin(self, month: int) -> None:
        """Fix the month in which it begins, as soon as what it follows has happened."""
        if self.project and self.project.completed < NEVER:
            self.begin = min(self.begin, max(self.project.completed + self.delay, month))
        if self.parent:
            self.parent.find_begin(month)
            self.begin = min(self.begin, self.parent.begin + self.delay, NEVER)

    def strength(self, month: int) -> float:
        """Say how far it holds by the calendar, 0 to 1."""
        if not self.begin <= month < self.end:
            return 0.0
        return min((month - self.begin + 1) / self.phase, 1.0)

    def kept(self, month: int) -> float:
        """Say what liftings and repairs leave of it, 1 to 0."""
        kept = 1.0
        for other in self.undone_by:
            kept *= 1.0 - other.size * other.strength(month)
        return kept

    def level(self, month: int) -> float:
        """Say how far it has gone; 0 where it does not hold."""
        strength, kept = self.strength(month), self.kept(month)
        if isinstance(self.event, kinds.Leakage):
            passed = min((month - self.begin) / max(self.end - self.begin, 1), 1.0)
            return self.size + (self.end_share - self.size) * passed if strength > 0 else 0.0
        if isinstance(self.event, kinds.Sanction):
            cutting = min(
                max((month - max(self.contracts_end, self.begin) + 1) / self.phase, 0.0), 1.0
            )
            return 1.0 + self.size * cutting * kept if strength > 0 and kept > 0 else 0.0
        if isinstance(self.event, kinds.CutOff):
            return self.size * strength * kept
        return strength * kept

    def has_changed(self, month: int) -> bool:
        """Tell whether its level differs from that of the month before."""
        before, self.last_level = self.last_level, self.level(month)
        return self.last_level != before

    def restrict(self, link: Link) -> None:
        """Hold a link down to what a restriction allows."""
        level, flow = self.last_level, link.base_flow
        if level <= 0:
            return
        if isinstance(self.event, kinds.Quota):
            quota = self.size * (1.0 / link.route_links)
            link.cap = min(link.cap, quota + max(flow - quota, 0.0) * (1.0 - level))
            link.is_restricted |= quota < flow
        else:
            severity = level - 1.0 if isinstance(self.event, kinds.Sanction) else level
            link.cap = min(link.cap, flow * (1.0 - severity))
            link.is_restricted |= severity > 0

    def let_through(self, link: Link) -> None:
        """Let through a link what leaks or is exempt."""
        level = self.last_level
        if isinstance(self.event, kinds.Leakage):
            allowed = link.base_flow * level
        elif self.event.cap is not None:
            allowed = self.size * (1.0 / link.route_links) * level
        else:
            allowed = link.base_flow * (self.size * level)
        link.cap = max(link.cap, min(allowed, link.base_cap))
        if isinstance(self.event, kinds.Exemption):
            link.is_restricted &= level <= 0


class Calendar:
    """All events of one member, and the budgets."""

    def __init__(
        self,
        happenings: list[Happening],
        lines: list[Line],
        budgets: dict[int, list[tuple[Any, float]]],
    ) -> None:
        """Sort the events by what they do; `budgets` holds month -> (commission, money)."""

        def of(*wanted: type) -> list[Happening]:
            return [each for each in happenings if isinstance(each.event, wanted)]

        self.happenings, self.lines, self.budgets = happenings, lines, budgets
        self.commissions = {commission for due in budgets.values() for commission, _ in due}
        self.restrictions, self.exceptions = of(*RESTRICTIONS), of(*EXCEPTIONS)
        self.scaling, self.closures = of(kinds.Demand, kinds.Outage), of(kinds.Closure)
        self.funding = of(kinds.Funding, kinds.ProgrammeStart, kinds.ProgrammeStop)
        self.commissions |= {commission for each in self.funding for commission in each.targets}

    def apply(self, month: int) -> None:
        """Change the world to what holds in this month."""
        for each in self.happenings:
            each.find_begin(month)
        self._close(month)
        self._fund(month)
        changed = [each.has_changed(month) for each in (*self.restrictions, *self.exceptions)]
        if any(changed) or any(line.qualified_from == month for line in self.lines):
            self._limit(month)
        changed = [each.has_changed(month) for each in self.scaling]
        if any(changed):
            self._scale()

    def _close(self, month: int) -> None:
        for each in self.closures:
            for line in each.targets:
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
        """Set caps anew: the tightest restriction first, then what is let through."""
        for line in self.lines:
            for link in line.links:
                link.cap, link.is_restricted = link.base_cap, False
        for each in self.restrictions:
            for link in each.targets:
                each.restrict(link)
        for each in self.exceptions:
            for link in each.targets:
                each.let_through(link)
        open_links(self.lines, month)

    def _scale(self) -> None:
        """Set the factors of needs and the shares of capacity that are not out."""
        for each in self.scaling:
            for target in each.targets:
                _set_factor(target, 1.0)
        for each in self.scaling:
            full = each.size if isinstance(each.event, kinds.Demand) else 1.0 - each.size
            for target in each.targets:
                before = target.factor if isinstance(target, FinalNeed) else target.available
                _set_factor(target, before * (1.0 + (full - 1.0) * each.last_level))


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
        line.open_links = [
            link for link in line.links if is_qualified and link.cap > 0 and link.weight > 0
        ]
        for link in line.open_links:
            link.dust = 1e-12 * link.cap if link.cap < inf else 0.0
            link.need.open_links.append(link)
