"""Check what leaked: what comes from suppliers while restrictions hold, beyond what is lawful."""

from __future__ import annotations

from collections.abc import Iterator

from tests.accountant.books import Books, Break, Need, off, over
from tests.accountant.limits import Allowed
from tests.accountant.world import RESTRICTIONS


def check(books: Books, start: Books) -> Iterator[Break]:
    """Check each need."""
    if books.world.rules("search"):
        return
    exporters = sorted({flow.exporter for flow in books.flows})
    for need in books.series["leaked"]:
        if books.world.has_lots(need[1]):
            continue
        ways = [Allowed(books, start, (each, *need)) for each in exporters if each != need[0]]
        yield from _monthly(books, need, ways)
        if not books.world.is_input(*need):
            yield from _yearly(books, need, ways)
            yield from _legacy(books, need, ways)


def _monthly(books: Books, need: Need, ways: list[Allowed]) -> Iterator[Break]:
    """No more leaks than leakage lets through beside what is lawful, but for re-exports."""
    passing = [
        name
        for name, event in books.world.trading("reexport")
        if any(books.world.acts_on(event, way.pair) for way in ways)
    ]
    for month, label in enumerate(books.months):
        if any(books.world.strength(name, month) for name in passing):
            continue
        most = sum(max(way.most(month) - way.lawful(month), 0.0) for way in ways if way.most(month) > way.lawful(month))
        leaked = books.series["leaked"][need][month]
        if over(leaked, most, books.series["received"][need][month]):
            yield Break("leaked beyond leakage", str(need), label, leaked, most)


def _yearly(books: Books, need: Need, ways: list[Allowed]) -> Iterator[Break]:
    """What came beyond what is lawful in a year has leaked, and so has what was re-exported."""
    for year in books.years:
        months, least = books.months_of(year), 0.0
        for flow in books.flows:
            if flow.year != year or (flow.importer, flow.product) != need:
                continue
            if flow.via:
                least += flow.units
            for way in ways:
                if not flow.via and way.pair[0] == flow.exporter:
                    least += max(flow.units - sum(way.lawful(month) for month in months), 0.0)
        leaked = sum(books.series["leaked"][need][month] for month in months)
        received = sum(books.series["received"][need][month] for month in months)
        if over(least, leaked, received):
            yield Break("leaked and not said", str(need), year, leaked, least)


def _legacy(books: Books, need: Need, ways: list[Allowed]) -> Iterator[Break]:
    """Old suppliers are those whom a restriction hits within the run, and re-exports of theirs."""
    surely, perhaps = set(), set()
    for way in ways:
        names = [name for name, _ in way.of_kinds(*RESTRICTIONS)]
        held = [month for month in range(len(books.months)) if way.restricted(month) < float("inf")]
        begun = any(books.world.strength(name, m) for name in names for m in range(len(books.months)))
        if begun:
            perhaps.add(way.pair[0])
        if any(way.lawful(month) < 0.999 * way.rest for month in held) and way.is_material:
            surely.add(way.pair[0])
    for year in books.years:
        flows = [each for each in books.flows if each.year == year and each[3:5] == need]
        again = sum(each.units for each in flows if each.via)
        least = again + sum(each.units for each in flows if not each.via and each.exporter in surely)
        most = again + sum(each.units for each in flows if not each.via and each.exporter in perhaps)
        legacy = sum(books.series["legacy"][need][month] for month in books.months_of(year))
        if over(legacy, most, most + legacy) or over(least, legacy, most + legacy):
            yield Break("legacy", str(need), year, legacy, most if legacy > most else least)
        if not perhaps and not again and off(legacy, 0.0, 1.0):
            yield Break("legacy without old suppliers", str(need), year, legacy, 0.0)
