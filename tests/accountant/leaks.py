"""Check what leaked: what comes from suppliers while restrictions hold, beyond what is lawful."""

from __future__ import annotations

from collections.abc import Iterator

from tests.accountant.books import Books, Break, Need, over
from tests.accountant.limits import Allowed, ways
from tests.accountant.world import RESTRICTIONS


def check(books: Books) -> Iterator[Break]:
    """Check each need."""
    if books.world.rules("search"):
        return
    known = ways(books)
    for need in books.series["leaked"]:
        if books.world.has_lots(need[1]):
            continue
        own = [way for pair, way in known.items() if pair[1:] == need and pair[0] != need[0]]
        if not all(way.is_known for way in own):
            continue
        yield from _monthly(books, need, own)
        if not books.world.is_input(*need):
            yield from _yearly(books, need, own)
            yield from _legacy(books, need, own)


def _monthly(books: Books, need: Need, own: list[Allowed]) -> Iterator[Break]:
    """No more leaks than leakage lets through beside what is lawful, but for re-exports."""
    passing = [
        name
        for name, event in books.world.of_kinds("reexport")
        if any(books.world.acts_on(event, way.pair) for way in own)
    ]
    for month, label in enumerate(books.months):
        if any(books.world.strength(name, month) for name in passing):
            continue
        beside = [(way.most[month], way.lawful[month]) for way in own]
        most = sum(each - lawful for each, lawful in beside if each > lawful)
        leaked = books.series["leaked"][need][month]
        if over(leaked, most, books.series["received"][need][month]):
            yield Break("leaked beyond leakage", str(need), label, leaked, most)


def _yearly(books: Books, need: Need, own: list[Allowed]) -> Iterator[Break]:
    """What came beyond what is lawful in a year has leaked, and so has what was re-exported."""
    lawful = {way.pair[0]: way.lawful for way in own}
    for year in books.years:
        months, least = books.months_of(year), 0.0
        for flow in books.to_need.get((year, need), []):
            if flow.via:
                least += flow.units
            elif flow.exporter in lawful:
                right = sum(lawful[flow.exporter][month] for month in months)
                least += max(flow.units - right, 0.0)
        leaked = sum(books.series["leaked"][need][month] for month in months)
        received = sum(books.series["received"][need][month] for month in months)
        if over(least, leaked, received):
            yield Break("leaked and not said", str(need), year, leaked, least)


def _legacy(books: Books, need: Need, own: list[Allowed]) -> Iterator[Break]:
    """Old suppliers are those whom a restriction hits within the run, and re-exports of theirs."""
    perhaps = {way.pair[0] for way in own if _has_begun(books, way)}
    surely = {way.pair[0] for way in own if way.is_material and min(way.lawful) < 0.999 * way.rest}
    surely &= perhaps
    for year in books.years:
        flows = books.to_need.get((year, need), [])
        again = sum(each.units for each in flows if each.via)
        direct = [each for each in flows if not each.via]
        least = again + sum(each.units for each in direct if each.exporter in surely)
        most = again + sum(each.units for each in direct if each.exporter in perhaps)
        legacy = sum(books.series["legacy"][need][month] for month in books.months_of(year))
        if over(legacy, most, most + legacy) or over(least, legacy, most + legacy):
            nearer = most if legacy > most else least
            yield Break("legacy", str(need), year, legacy, nearer)


def _has_begun(books: Books, way: Allowed) -> bool:
    names = [name for name, _ in way.of_kinds(*RESTRICTIONS)]
    months = range(len(books.months))
    return any(books.world.strength(name, month) for name in names for month in months)
