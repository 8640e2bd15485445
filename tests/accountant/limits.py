"""Check limits: a pair of states has one limit for a product, however many lines and needs there are."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, inf

from tests.accountant.books import Books, Break, over
from tests.accountant.world import RESTRICTIONS, Pair, Plain, number, place

MATERIAL = 0.01
"""A cut of a part is a part of the flow at rest where that is this share of all that comes; of
less, what it leaves cannot be told from tables."""


class Allowed:
    """Reckon what may pass between two states in a month."""

    def __init__(self, books: Books, start: Books, pair: Pair) -> None:
        self.world, self.pair = books.world, pair
        rest = [each for each in start.flows if not each.via and _pair(each) == pair]
        self.rest = sum(each.units for each in rest)
        every = sum(each.units for each in start.flows if _pair(each)[1:] == pair[1:])
        self.is_material = self.rest > MATERIAL * every
        cap = self.world.terms(pair).get("cap")
        self.base = inf if cap is None else number(cap)
        own = [each for each in self.world.events if self.world.events[each]["kind"] != "reexport"]
        trading = [each for each in own if "exporter" in self.world.events[each]]
        foreign = pair[0] != pair[1]
        self.events = [
            name
            for name in trading
            if foreign and self.world.acts_on(self.world.events[name], pair)
        ]

    def of_kinds(self, *kinds: str) -> list[tuple[str, Plain]]:
        """List the events of some kinds that act on the pair."""
        events = self.world.events
        return [(name, events[name]) for name in self.events if events[name]["kind"] in kinds]

    def restricted(self, month: int) -> float:
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
        if event["kind"] == "cut_off" and not share:
            return inf
        if not self.is_material and share < 1:
            return inf
        return self.rest * (1.0 - share)

    def _cutting(self, name: str, event: Plain, month: int) -> float:
        """Return how far a sanction has gone in cutting contracts."""
        begin, _ = self.world.span(name)
        contracts = event.get("contracts_until")
        since = max(place(contracts, self.world.start), begin) if contracts else begin
        phase = max(number(event.get("phase_in")) + 0.5, 1.0)
        return min(max((month - since + 1) / phase, 0.0), 1.0)

    def exempt(self, month: int) -> float:
        """Return what exemptions let through."""
        through = 0.0
        for name, event in self.of_kinds("exemption"):
            own = number(event["cap"]) if "cap" in event else number(event["share"]) * self._rest
            through = max(through, own * self.world.strength(name, month))
        return through

    def leaking(self, month: int) -> float:
        """Return what leakage lets through."""
        through = 0.0
        for name, event in self.of_kinds("leakage"):
            if self.world.strength(name, month):
                share = _leaks(event, month, *self.world.span(name))
                through = max(through, share * self._rest if share else 0.0)
        return through

    @property
    def _rest(self) -> float:
        return self.rest if self.is_material else inf

    def lawful(self, month: int) -> float:
        """Return what may come lawfully, units a month."""
        return min(max(self.restricted(month), self.exempt(month)), self.base)

    def most(self, month: int) -> float:
        """Return what may come at all, leaks too."""
        return min(max(self.lawful(month), self.leaking(month)), self.base)


def _leaks(event: Plain, month: int, begin: float, end: float) -> float:
    first = number(event["share"])
    last = number(event.get("end_share"), first)
    if "settles_months" in event:
        settles = number(event["settles_months"])
        return last + (first - last) * (exp(-max(month - begin, 0) / settles) if settles else 0.0)
    passed = (month - begin) / max(end - begin, 1) if end < inf else 0.0
    return last + (first - last) * (1.0 - min(max(passed, 0.0), 1.0))


def _pair(flow: object) -> Pair:
    return flow.exporter, flow.importer, flow.product  # type: ignore[attr-defined]


def check(books: Books, start: Books) -> Iterator[Break]:
    """Check each pair year by year, and each need's imports month by month."""
    found: dict[Pair, Allowed] = {}
    for flow in books.flows:
        allowed = found.setdefault(_pair(flow), Allowed(books, start, _pair(flow)))
        months = books.months_of(flow.year)
        if flow.via:
            most = sum(_passes(books, flow.via, _pair(flow), month) for month in months)
        else:
            most = sum(allowed.most(month) for month in months)
        slack = _lot(books, flow.product)
        if over(flow.units, most + slack, most):
            way = f"{flow.exporter} {flow.via} {flow.importer} {flow.product}"
            yield Break("limit of a pair", way, flow.year, flow.units, most)
    for need, imports in books.series["imports"].items():
        pairs = [each for each in found if each[1:] == need and each[0] != need[0]]
        ways = {flow.via for flow in books.flows if _pair(flow) in pairs}
        if ways - {""} or books.world.rules("search") or books.world.has_lots(need[1]):
            continue
        for month, label in enumerate(books.months):
            most = sum(found[each].most(month) for each in pairs)
            if over(imports[month], most, most):
                yield Break("limit of imports", str(need), label, imports[month], most)


def _passes(books: Books, via: str, pair: Pair, month: int) -> float:
    """Return what re-exports by way of a state let pass; capacity that grows has no end."""
    most = 0.0
    for name, event in books.world.trading("reexport"):
        if event["via"] == via and books.world.acts_on(event, pair):
            strength = books.world.strength(name, month)
            most += strength * (inf if number(event.get("growth")) and strength else number(event["capacity"]))
    return most


def _lot(books: Books, product: str) -> float:
    """Return what may leave late because it waited for a lot, over all links of a pair."""
    if not books.world.has_lots(product):
        return 0.0
    makers = sum(line.product == product for line in books.lines)
    return number(books.world.plain["products"][product]["lot"]) * makers * (1 + len(books.lines))
