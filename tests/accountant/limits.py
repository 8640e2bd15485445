"""Check limits: a pair of states has one for a product, whatever lines and needs there are."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, inf

from tests.accountant.books import Books, Break, over
from tests.accountant.world import RESTRICTIONS, Pair, Plain, number, place

MATERIAL = 0.01
"""A cut of a part is a part of the flow at rest where that is this share of all that comes; of
less, what it leaves cannot be told from tables."""


class Allowed:
    """Reckon what may pass between two states, month by month, units a month."""

    def __init__(self, books: Books, pair: Pair) -> None:
        self.world, self.pair = books.world, pair
        into = [each for each in books.rest if (each.importer, each.product) == pair[1:]]
        self.rest = sum(each.units for each in into if not each.via and each.exporter == pair[0])
        self.is_known = True
        """Whether what restrictions leave can be told from tables"""
        self.is_material = self.rest > MATERIAL * sum(each.units for each in into)
        cap = self.world.terms(pair).get("cap")
        self.base = inf if cap is None else number(cap)
        self.events = [
            name
            for name, event in self.world.of_kinds(*RESTRICTIONS, "exemption", "leakage")
            if pair[0] != pair[1] and self.world.acts_on(event, pair)
        ]
        months = range(len(books.months))
        free = [inf] * len(months) if not self.events else []
        self.restricted = free or [self._restricted(month) for month in months]
        exempt = free or [self._exempt(month) for month in months]
        self.lawful = [
            min(max(both), self.base) for both in zip(self.restricted, exempt, strict=True)
        ]
        leaking = free or [self._leaking(month) for month in months]
        self.most = [min(max(both), self.base) for both in zip(self.lawful, leaking, strict=True)]

    def of_kinds(self, *kinds: str) -> list[tuple[str, Plain]]:
        """List the events of some kinds that act on the pair."""
        events = self.world.events
        return [(name, events[name]) for name in self.events if events[name]["kind"] in kinds]

    def _restricted(self, month: int) -> float:
        """Return what restrictions leave, units a month; the tightest counts."""
        left = (self._left(name, event, month) for name, event in self.of_kinds(*RESTRICTIONS))
        return min(left, default=inf)

    def _left(self, name: str, event: Plain, month: int) -> float:
        strength = self.world.strength(name, month, most=False)
        kept = self.world.kept(name, month, "lifts")
        if not strength * kept:
            return inf
        if event["kind"] == "quota":
            floor = number(event["cap"])
            return floor + max(self.rest - floor, 0.0) * (1.0 - strength * kept)
        share = number(event.get("share"), 1.0) * kept
        share *= strength if event["kind"] == "cut_off" else self._cutting(name, event, month)
        if share < 1:
            # a share of what would flow without it, or of what flowed just before: no table tells
            self.is_known = False
            return inf
        return self.rest * (1.0 - share)

    def _cutting(self, name: str, event: Plain, month: int) -> float:
        """Return how far a sanction has gone in cutting contracts."""
        begin, _ = self.world.spans[name]
        contracts = event.get("contracts_until")
        since = max(place(contracts, self.world.start), begin) if contracts else begin
        phase = max(number(event.get("phase_in")) + 0.5, 1.0)
        return min(max((month - since + 1) / phase, 0.0), 1.0)

    def _exempt(self, month: int) -> float:
        """Return what exemptions let through."""
        through = 0.0
        for name, event in self.of_kinds("exemption"):
            strength = self.world.strength(name, month)
            share = number(event.get("share"), 0.0)
            own = number(event["cap"]) if "cap" in event else inf if share else 0.0
            through = max(through, own * strength if strength else 0.0)
        return through

    def _leaking(self, month: int) -> float:
        """Return what leakage lets through."""
        through = 0.0
        for name, event in self.of_kinds("leakage"):
            if self.world.strength(name, month):
                share = _leaks(event, month, *self.world.spans[name])
                through = max(through, share * self._rest if share else 0.0)
        return through

    @property
    def _rest(self) -> float:
        return self.rest if self.is_material else inf


def _leaks(event: Plain, month: int, begin: float, end: float) -> float:
    first = number(event["share"])
    last = number(event.get("end_share"), first)
    if "settles_months" in event:
        settles = number(event["settles_months"])
        return last + (first - last) * (exp(-max(month - begin, 0) / settles) if settles else 0.0)
    passed = (month - begin) / max(end - begin, 1) if end < inf else 0.0
    return last + (first - last) * (1.0 - min(max(passed, 0.0), 1.0))


def ways(books: Books) -> dict[Pair, Allowed]:
    """Reckon what may pass for every pair between which goods may flow; once for each result."""
    if not books.ways:
        for flow in books.flows:
            pair = flow.exporter, flow.importer, flow.product
            if pair not in books.ways:
                books.ways[pair] = Allowed(books, pair)
    return books.ways


def check(books: Books) -> Iterator[Break]:
    """Check each pair year by year, and each need's imports month by month."""
    found = ways(books)
    for flow in books.flows:
        pair = flow.exporter, flow.importer, flow.product
        months = books.months_of(flow.year)
        if flow.via:
            most = sum(_passes(books, flow.via, pair, month) for month in months)
        else:
            most = sum(found[pair].most[month] for month in months)
        if over(flow.units, most + _lot(books, flow.product), most):
            way = f"{flow.exporter} {flow.via} {flow.importer} {flow.product}"
            yield Break("limit of a pair", way, flow.year, flow.units, most)
    passing = {(flow.importer, flow.product) for flow in books.flows if flow.via}
    for need, imports in books.series["imports"].items():
        if need in passing or books.world.rules("search") or books.world.has_lots(need[1]):
            continue
        own = [each for pair, each in found.items() if pair[1:] == need and pair[0] != need[0]]
        for month, label in enumerate(books.months):
            most = sum(each.most[month] for each in own)
            if over(imports[month], most, most):
                yield Break("limit of imports", str(need), label, imports[month], most)


def _passes(books: Books, via: str, pair: Pair, month: int) -> float:
    """Return what re-exports by way of a state let pass; capacity that grows has no end."""
    most = 0.0
    for name, event in books.world.of_kinds("reexport"):
        if event["via"] == via and books.world.acts_on(event, pair):
            strength = books.world.strength(name, month)
            most += strength * (
                inf if number(event.get("growth")) and strength else number(event["capacity"])
            )
    return most


def _lot(books: Books, product: str) -> float:
    """Return what may leave late because it waited for a lot, over all links of a pair."""
    if not books.world.has_lots(product):
        return 0.0
    makers = sum(line.product == product for line in books.lines)
    return number(books.world.plain["products"][product]["lot"]) * makers * (1 + len(books.lines))
