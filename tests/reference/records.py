"""What the reference records of one member, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.reference.money import Ledger
from tests.reference.things import FinalNeed, Line, Link, total


@dataclass(slots=True)
class Recorded:
    """What happened, and how well the books closed."""

    money: Ledger
    """(year, item, state or `all`) -> money"""
    residuals: dict[str, float]
    """Book -> worst residual so far, in multiples of eps times gross volume"""
    series: dict[str, list[list[float]]] = field(default_factory=dict)
    """Metric -> [months][final needs]"""
    usable: list[list[float]] = field(default_factory=list)
    """[months][lines]"""
    capacity: list[list[float]] = field(default_factory=list)
    """[months][lines]"""
    output: list[list[float]] = field(default_factory=list)
    """[months][lines]"""
    flows: dict[tuple[int, str, str, str], float] = field(default_factory=dict)
    """(year, exporter, importer, product) -> units shipped"""
    carried: list[list[dict[Link, float]]] = field(default_factory=list)
    """[months][final needs] -> what came over each link"""

    def note(self, year: int, needs: Sequence[FinalNeed], lines: Sequence[Line]) -> None:
        """Note the month that has just passed."""
        rows = [_measure(need) for need in needs]
        for metric in rows[0] if rows else ():
            self.series.setdefault(metric, []).append([row[metric] for row in rows])
        self.carried.append([{link: link.flow for link in need.open_links} for need in needs])
        self.usable.append([line.usable for line in lines])
        self.capacity.append([line.capacity for line in lines])
        self.output.append([line.output for line in lines])
        for line in lines:
            for link in line.open_links:
                if link.flow:
                    key = (year, link.exporter, link.importer, link.product)
                    self.flows[key] = self.flows.get(key, 0.0) + link.flow

    def find_legacy(self) -> None:
        """Count, at the end, what came over links on which a restriction has ever acted."""
        self.series["legacy"] = [
            [total(flow for link, flow in came.items() if link.has_acted) for came in month]
            for month in self.carried
        ]


def _measure(need: FinalNeed) -> dict[str, float]:
    met = min(need.used, need.final)
    foreign = [link for link in need.open_links if link.exporter != link.importer]
    return {
        "need": need.final,
        "received": need.received,
        "used": need.used,
        "unmet": need.final - met,
        "backlog": need.backlog,
        "stock": need.stock,
        "in_transit": need.in_transit,
        "fill_rate": met / need.final if need.final > 0 else 1.0,
        "spending": need.spending,
        "imports": total(link.flow for link in foreign),
        "leaked": total(link.flow * link.leaking for link in foreign),
        "deferred": need.deferred,
    }
