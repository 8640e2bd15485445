"""Check plants: lines make what their state ships, within the capacity that was built."""

from __future__ import annotations

from collections.abc import Iterator

from tests.accountant.books import Books, Break, Line, off, over
from tests.accountant.world import number


def check(books: Books) -> Iterator[Break]:
    """Check every line."""
    yield from _made(books)
    if books.is_central:
        yield from _capacity(books)


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
        known = (
            None
            if _may_change(books, line.factory, line.product)
            else _nameplate(plant, line.product)
        )
        for month, label in enumerate(books.months):
            usable, output = line.usable[month], line.output[month]
            if over(output, usable, usable) and not books.world.has_lots(line.product):
                yield Break("output above capacity", where, label, output, usable)
            if known is not None:
                left = [_in_order(books, line, month)]
                if all(off(usable, known * each, known) for each in left):
                    yield Break("usable capacity", where, label, usable, known * left[0])


def _nameplate(plant: dict[str, object], product: str) -> float:
    lines = plant["lines"]
    assert isinstance(lines, dict)
    line = lines[product]
    share = number(plant.get("usable_share"), 1.0)
    if not isinstance(line, dict) or "value" in line:
        return number(line) * share
    return number(line["capacity"]) * share * number(line.get("utilisation"), 1.0)


def _in_order(books: Books, line: Line, month: int) -> float:
    """Return the share of a line's capacity that no outage puts out of use."""
    left, world = 1.0, books.world
    for name, event in world.of_kinds("outage"):
        share = world.out(event, line.factory, line.product)
        if share:
            force = world.strength(name, month) * world.kept(name, month, "repairs")
            left *= 1.0 - share * force
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
        world.has(event["factory"], factory) for _, event in world.of_kinds("closure", "retool")
    )
    own = world.rules("investment") or world.rules("overtime")
    return bool(wears or built or closing or own)
