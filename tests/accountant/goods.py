"""Check goods: what was shipped, is on its way, lies in stock, was used, and who made it."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor

from tests.accountant.books import Books, Break, Need, off, over
from tests.accountant.world import number


def check(books: Books) -> Iterator[Break]:
    """Check every need."""
    for need in books.series["need"]:
        yield from _kept(books, need)
        if books.is_central:
            yield from _met(books, need)
        if books.is_central and not books.world.rules("stockpile"):
            yield from _drawn(books, need)
        yield from _on_the_way(books, need)
        yield from _owed(books, need)
        yield from _shipped_to(books, need)


def _kept(books: Books, need: Need) -> Iterator[Break]:
    """What is shipped is on its way or in stock until it is used."""
    stock, way, came, used = (
        books.series[name][need] for name in ("stock", "in_transit", "received", "used")
    )
    for month in range(1, len(books.months)):
        before, after = stock[month - 1] + way[month - 1], stock[month] + way[month]
        expected, gross = before + came[month] - used[month], before + came[month] + used[month]
        if off(after, expected, gross):
            yield Break("conservation", str(need), books.months[month], after, expected)
    for name in ("stock", "in_transit", "received", "used", "backlog", "unmet", "need"):
        gross = max(books.series[name][need])
        for month, units in enumerate(books.series[name][need]):
            if over(0.0, units, gross):
                yield Break(f"{name} below nothing", str(need), books.months[month], units, 0.0)


def _met(books: Books, need: Need) -> Iterator[Break]:
    """The need is the scenario's; what of it is not met from stock is unmet."""
    own = {name: books.series[name][need] for name in ("need", "used", "unmet", "fill_rate")}
    for month, label in enumerate(books.months):
        wanted, used, unmet, fill = (each[month] for each in own.values())
        meant = [books.world.needed(*need, month)]
        if all(off(wanted, each, each) for each in meant):
            yield Break("need", str(need), label, wanted, meant[0])
        met = min(used, wanted)
        if off(unmet, wanted - met, wanted):
            yield Break("unmet", str(need), label, unmet, wanted - met)
        share = met / wanted if wanted else 1.0
        if off(fill, share, 1):
            yield Break("fill_rate", str(need), label, fill, share)


def _drawn(books: Books, need: Need) -> Iterator[Break]:
    """No more is used than is needed and still waits; while something is left, all of it."""
    wanted, used, stock = (books.series[name][need] for name in ("need", "used", "stock"))
    keeps = 1 - books.world.cancellation(need[1])
    waiting: float | None = None
    for month, label in enumerate(books.months):
        is_left = stock[month] > 1e-8 * (sum(wanted) + 1)
        if waiting is None:
            # before the first month in which something is left, nobody knows what waits
            waiting = 0.0 if is_left else None
            continue
        most, gross = wanted[month] + waiting, sum(wanted[: month + 1])
        if over(used[month], most, gross):
            yield Break("used beyond need", str(need), label, used[month], most)
        if is_left and off(used[month], most, gross):
            yield Break("left in stock", str(need), label, used[month], most)
        waiting = max(most - used[month], 0.0) * keeps


def _on_the_way(books: Books, need: Need) -> Iterator[Break]:
    """What is on its way was shipped within the longest lead time, and all of the shortest is."""
    if books.world.rules("search") or books.world.has_lots(need[1]):
        return
    leads = _leads(books, need)
    shortest, longest = max(min(leads, default=1), 1), max(leads, default=1)
    came, way = books.series["received"][need], books.series["in_transit"][need]
    gross = max(came) + max(way)
    for month in range(longest, len(books.months)):
        least, most = (sum(came[month - span + 1 : month + 1]) for span in (shortest, longest))
        if over(way[month], most, gross) or over(least, way[month], gross):
            yield Break("lead time", str(need), books.months[month], way[month], most)


def _leads(books: Books, need: Need) -> list[int]:
    """List the lead times of a need's suppliers; of part months, both whole ones beside."""
    given = []
    for line in books.lines:
        if line.product == need[1]:
            given.append(books.world.terms((line.state, *need)).get("lead_months", 1))
    for _, event in books.world.of_kinds("reexport"):
        given.append(event.get("lead_months", 2))
    if not books.is_central:
        drawn = [each for each in given if isinstance(each, dict) and "low" in each]
        given += [end for each in drawn for end in (each["low"], each["high"])]
    return [side for each in given for side in (floor(number(each)), ceil(number(each)))]


def _owed(books: Books, need: Need) -> Iterator[Break]:
    """The backlog grows by orders alone, and loses what is given up and what is shipped."""
    if books.world.has_lots(need[1]):
        return
    backlog, came = books.series["backlog"][need], books.series["received"][need]
    given_up = books.world.cancellation(need[1])
    if not books.is_central and given_up:
        return
    for month in range(1, len(books.months)):
        ordered = backlog[month] + came[month] - (1 - given_up) * backlog[month - 1]
        gross = backlog[month] + came[month] + backlog[month - 1]
        if over(0.0, ordered, gross):
            yield Break("orders below nothing", str(need), books.months[month], ordered, 0.0)


def _shipped_to(books: Books, need: Need) -> Iterator[Break]:
    """Flows to a state are what its need received, and what its factories bought besides."""
    buys_more = books.world.is_input(*need)
    for year in books.years:
        months = books.months_of(year)
        flows = books.to_need.get((year, need), [])
        shipped = {
            "received": sum(flow.units for flow in flows),
            "imports": sum(flow.units for flow in flows if flow.exporter != need[0]),
        }
        for name, units in shipped.items():
            got = sum(books.series[name][need][month] for month in months)
            if over(got, units, units) or (not buys_more and off(got, units, units)):
                yield Break(f"flows and {name}", str(need), year, got, units)
    for small, large in ("leaked", "legacy"), ("legacy", "imports"), ("imports", "received"):
        for month, label in enumerate(books.months):
            part, whole = books.series[small][need][month], books.series[large][need][month]
            if over(part, whole, whole):
                yield Break(f"{small} above {large}", str(need), label, part, whole)
