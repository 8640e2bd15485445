"""Check goods: what was shipped, is on its way, lies in stock and was used; what was made and sold."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, ceil

from tests.accountant.books import Books, Break, Need, off, over
from tests.accountant.world import number


def check(books: Books, _: Books) -> Iterator[Break]:
    """Check every need and every line."""
    for need in books.series["need"]:
        yield from _kept(books, need)
        yield from _used(books, need)
        yield from _on_the_way(books, need)
        yield from _owed(books, need)
        yield from _shipped_to(books, need)
    yield from _made(books)
    if books.is_central:
        yield from _capacity(books)


def _kept(books: Books, need: Need) -> Iterator[Break]:
    """What is shipped is on its way or in stock until it is used."""
    stock, way, came, used = (books.series[name][need] for name in ("stock", "in_transit", "received", "used"))
    for month in range(1, len(books.months)):
        before, after = stock[month - 1] + way[month - 1], stock[month] + way[month]
        expected, gross = before + came[month] - used[month], before + came[month] + used[month]
        if off(after, expected, gross):
            yield Break("conservation", str(need), books.months[month], after, expected)
    for name in ("stock", "in_transit", "received", "used", "backlog", "unmet", "need"):
        for month, units in enumerate(books.series[name][need]):
            if units < 0:
                yield Break(f"{name} below nothing", str(need), books.months[month], units, 0.0)


def _used(books: Books, need: Need) -> Iterator[Break]:
    """Use is what is there, up to the need and what is deferred; what is not met is unmet."""
    wanted, used, unmet, stock = (books.series[name][need] for name in ("need", "used", "unmet", "stock"))
    fill, cancelled = books.series["fill_rate"][need], books.world.cancellation(need[1])
    deferred: float | None = None
    for month, label in enumerate(books.months):
        if not books.is_central:
            if over(wanted[month] - used[month], unmet[month], wanted[month]):
                yield Break("unmet", str(need), label, unmet[month], wanted[month] - used[month])
            continue
        if off(wanted[month], books.world.needed(*need, month), wanted[month]):
            yield Break("need", str(need), label, wanted[month], books.world.needed(*need, month))
        met = min(used[month], wanted[month])
        if off(unmet[month], wanted[month] - met, wanted[month]):
            yield Break("unmet", str(need), label, unmet[month], wanted[month] - met)
        share = met / wanted[month] if wanted[month] else 1.0
        if off(fill[month], share, 1):
            yield Break("fill_rate", str(need), label, fill[month], share)
        if deferred is not None and not books.world.rules("stockpile"):
            most = wanted[month] + deferred
            if over(used[month], most, most):
                yield Break("used beyond need", str(need), label, used[month], most)
            if stock[month] > 1e-8 * (most + 1) and off(used[month], most, most):
                yield Break("left in stock", str(need), label, used[month], most)
        if deferred is None and stock[month] > 1e-8 * (wanted[month] + 1):
            deferred = 0.0
        elif deferred is not None:
            deferred = (wanted[month] + deferred - used[month]) * (1 - cancelled)


def _on_the_way(books: Books, need: Need) -> Iterator[Break]:
    """What is on its way was shipped within the longest lead time, and all of the shortest is."""
    if books.world.rules("search") or books.world.has_lots(need[1]):
        return
    leads = _leads(books, need)
    shortest, longest = max(min(leads, default=1), 1), max(leads, default=1)
    came, way = books.series["received"][need], books.series["in_transit"][need]
    for month in range(longest, len(books.months)):
        least, most = (sum(came[month - span + 1 : month + 1]) for span in (shortest, longest))
        if over(way[month], most, most) or over(least, way[month], most):
            yield Break("lead time", str(need), books.months[month], way[month], most)


def _leads(books: Books, need: Need) -> list[int]:
    """List the lead times of a need's suppliers; where months are no whole number, both beside it."""
    given = []
    for line in books.lines:
        if line.product == need[1]:
            given.append(books.world.terms((line.state, *need)).get("lead_months", 1))
    for _, event in books.world.trading("reexport"):
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
    foreign = sorted({flow.exporter for flow in books.flows} - {need[0]})
    buys_more = books.world.is_input(*need)
    for year in books.years:
        months = books.months_of(year)
        shipped = {
            "received": books.inflow(year, need),
            "imports": sum(books.inflow(year, need, each) for each in foreign),
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


def _made(books: Books) -> Iterator[Break]:
    """A state's lines make what it ships."""
    makers = dict.fromkeys((line.state, line.product) for line in books.lines)
    for state, product in makers:
        if books.world.has_lots(product):
            continue
        for year in books.years:
            months = books.months_of(year)
            lines = [each for each in books.lines if (each.state, each.product) == (state, product)]
            made = sum(line.output[month] for line in lines for month in months)
            sold = sum(
                flow.units
                for flow in books.flows
                if (flow.year, flow.exporter, flow.product) == (year, state, product)
            )
            if off(made, sold, made + sold):
                yield Break("output and flows", f"{state} {product}", year, made, sold)


def _capacity(books: Books) -> Iterator[Break]:
    """Nothing is made beyond capacity, nor is there capacity where none was built."""
    for line in books.lines:
        where = f"{line.factory} {line.product}"
        plant = books.world.plain["factories"][line.factory]
        known = None if _may_change(books, line.factory, line.product) else _nameplate(plant, line.product)
        for month, label in enumerate(books.months):
            usable, output = line.usable[month], line.output[month]
            if over(output, usable, usable) and not books.world.has_lots(line.product):
                yield Break("output above capacity", where, label, output, usable)
            if known is not None:
                expected = known * _in_order(books, line.factory, line.product, month)
                if off(usable, expected, known):
                    yield Break("usable capacity", where, label, usable, expected)


def _nameplate(plant: dict[str, object], product: str) -> float:
    lines = plant["lines"]
    assert isinstance(lines, dict)
    line = lines[product]
    share = number(plant.get("usable_share"), 1.0)
    if not isinstance(line, dict) or "value" in line:
        return number(line) * share
    return number(line["capacity"]) * share * number(line.get("utilisation"), 1.0)


def _in_order(books: Books, factory: str, product: str, month: int) -> float:
    """Return the share of a line's capacity that no outage puts out of use."""
    left, world = 1.0, books.world
    for name, event in world.trading("outage"):
        plants, goods = world.named("factories", event["factory"]), world.named("products", event.get("product", "*"))
        if factory in plants and product in goods:
            force = world.strength(name, month) * world.kept(name, month, "repairs")
            left *= 1.0 - number(event.get("share"), 1.0) * force
    return left


def _may_change(books: Books, factory: str, product: str) -> bool:
    """Tell whether anything but outages may change a line's capacity."""
    world = books.world
    line = world.plain["factories"][factory]["lines"][product]
    wears = isinstance(line, dict) and ("decay" in line or "mothball" in line)
    programmes = (world.plain.get("programmes") or {}).values()
    built = any(
        (each["factory"], each["product"]) == (factory, product)
        for programme in programmes
        for each in programme["candidates"].values()
    )
    closing = any(
        factory in world.named("factories", event["factory"]) for _, event in world.trading("closure", "retool")
    )
    own = world.rules("investment") or world.rules("overtime")
    return bool(wears or built or closing or own)
