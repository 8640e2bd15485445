"""What events make of buyers' preferences, costs at the door, amounts of inputs and plants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.scenario import event_kinds as kinds
from sim.scenario import event_times, plant_kinds, trade_kinds
from tests.reference.things import NEVER, FinalNeed, Line, Link, total, whole

if TYPE_CHECKING:
    from tests.reference.events import Happening


class Turns:
    """The events that do this, of one member."""

    def __init__(self, happenings: Sequence[Happening], lines: Sequence[Line]) -> None:
        self.lines = lines
        self.links = [link for line in lines for link in line.links]
        self.inputs = [need for line in lines for need in line.inputs]
        self.of: dict[type, list[Happening]] = {}
        for each in happenings:
            self.of.setdefault(type(each.event), []).append(each)
        self._license(0)

    def _holding(self, kind: type, month: int) -> list[tuple[Happening, float]]:
        found = [(each, each.level(month)) for each in self.of.get(kind, [])]
        return [(each, level) for each, level in found if level > 0]

    def apply(self, month: int) -> None:
        """Change what holds in this month."""
        retool([each for each in self.of.get(plant_kinds.Retool, []) if each.begin == month], month)
        self._license(month)
        self._turn_buyers(month)
        for need in self.inputs:
            need.amount = need.full_amount
        for each, level in self._holding(kinds.Thrift, month):
            for need in each.targets:
                need.amount *= 1.0 + (each.size - 1.0) * level

    def _turn_buyers(self, month: int) -> None:
        for link in self.links:
            link.base_weight, link.tariff, link.tariff_rate = link.given_weight, 0.0, 0.0
        for each, level in self._holding(trade_kinds.Preference, month):
            for link in each.targets:
                link.base_weight *= 1.0 + (each.size - 1.0) * level
        for each, level in self._holding(trade_kinds.Tariff, month):
            for link in each.targets:
                if each.event.rate is None:
                    link.tariff += each.size * level
                else:
                    link.tariff_rate += each.size * level

    def _license(self, month: int) -> None:
        """Let lines be accepted only once a licence holds; they owe royalties then."""
        for line in self.lines:
            line.royalty = 0.0
        for each in self.of.get(plant_kinds.Licence, []):
            for line in each.targets:
                # nobody knows of it before
                line.licensed_from = each.begin if each.begin <= month else NEVER
                if each.begin <= month:
                    line.royalty += each.size


def retool(events: Sequence[Happening], month: int) -> None:
    """Turn shares of lines' capacity to other products: it arrives later, with a loss. Each takes
    its share of what there is; of more than all, they take it in proportion."""
    turns = [(*lines, each) for each in events for lines in each.targets if not lines[1].is_closed]
    shares: dict[Line, float] = {}
    for source, _, event in turns:
        shares[source] = shares.get(source, 0.0) + event.size
    had = {source: source.capacity for source in shares}
    for source, target, event in turns:
        moved = had[source] * event.size / max(shares[source], 1.0)
        due, kept = month + event.months, moved * (1.0 - event.loss) * event.ratio
        target.turning[due] = target.turning.get(due, 0.0) + kept
    for source, share in shares.items():
        stays = max(1.0 - share, 0.0)
        source.lost += source.capacity * (1.0 - stays)
        source.capacity *= stays
        for project in source.projects:
            project.ramping = [(since, amount * stays) for since, amount in project.ramping]


def watch(happening: Happening, need: FinalNeed, month: int) -> None:
    """Let an event begin next month once its need has been so for long enough."""
    when: event_times.When = happening.event.when
    value, threshold = measured(need, when.metric), happening.threshold
    dust = 1e-9 * max(abs(threshold), 1e-300)
    is_so = value < threshold - dust if when.below is not None else value > threshold + dust
    happening.streak = happening.streak + 1 if is_so else 0
    is_due = happening.streak >= whole(happening.patience) and month + 1 < happening.end
    if happening.begin == NEVER and is_due:
        happening.begin = month + 1


def measured(need: FinalNeed, metric: str) -> float:
    """Return what is watched of a need; NaN where nothing can be said."""
    met = min(need.used, need.final)
    came = [(link, link.flow) for link in need.open_links]
    received = total(flow for _, flow in came)

    def over(amount: float, base: float, otherwise: float = float("nan")) -> float:
        return amount / base if base > 0 else otherwise

    imports = total(flow for link, flow in came if link.exporter != link.importer)
    values: dict[str, Any] = {
        "fill_rate": over(met, need.final, 1.0),
        "unmet": need.final - met,
        "backlog": need.backlog,
        "backlog_months": over(need.backlog, need.final),
        "stock": need.stock,
        "stock_months": over(need.stock, need.final),
        "import_share": over(imports, received),
        "leaked_share": over(total(flow * link.leaking for link, flow in came), received),
    }
    return float(values[metric])


def door_cost(link: Link) -> float:
    """Return what a unit costs at the buyer's door."""
    return link.line.price * (1.0 + link.tariff_rate) + link.unit_cost + link.tariff
