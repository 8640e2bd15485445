"""Check the tables that tell a story: fates and events."""

from __future__ import annotations

from collections.abc import Iterator

from tests.accountant.books import Books, Break, off
from tests.accountant.world import place

LEAST_NEED = 0.1
LEAST_FILL = 0.5
YEAR = 12


def check(books: Books) -> Iterator[Break]:
    """Check that fates add to one and fit the series, and that events come in their time."""
    yield from _fates(books)
    yield from _events(books)


def _fates(books: Books) -> Iterator[Break]:
    stories: dict[tuple[str, str, str], dict[str, float]] = {}
    for row in books.fates:
        told = stories.setdefault((row["state"], row["product"], row["year"]), {})
        told[row["fate"]] = float(row["probability"])
    for (state, product, year), told in stories.items():
        where = f"{state} {product}"
        if off(sum(told.values()), 1.0, 1.0) or not all(0 <= each <= 1 for each in told.values()):
            yield Break("fates", where, year, sum(told.values()), 1.0)
        if not books.is_central or {*told.values()} - {0.0, 1.0}:
            continue
        months = books.months_of(year) if year != "end" else list(range(len(books.months)))[-YEAR:]
        wanted, unmet = books.series["need"][state, product], books.series["unmet"][state, product]
        start = sum(wanted[:YEAR]) / len(wanted[:YEAR])
        need = sum(wanted[month] for month in months)
        share = need / len(months) / start if start else 1.0
        fill = 1 - (sum(unmet[month] for month in months) / need if need else 0.0)
        expected = "dropped" if share < LEAST_NEED else "unmet" if fill < LEAST_FILL else ""
        for fate in ("dropped", "unmet"):
            close = abs(share - LEAST_NEED) < 1e-7 or abs(fill - LEAST_FILL) < 1e-7
            if told[fate] != (fate == expected) and not close:
                yield Break(f"fate {fate}", where, year, told[fate], float(fate == expected))


def _events(books: Books) -> Iterator[Break]:
    """What has a date begins then; nothing begins after its end, or in more than all members."""
    world = books.world
    shares: dict[tuple[str, str], float] = {}
    for row in books.events:
        key = row["event"], row["action"]
        shares[key] = shares.get(key, 0.0) + float(row["members"])
        until = world.events[row["event"]].get("until")
        if row["action"] == "begins" and until and row["month"] >= until:
            yield Break("begins after its end", row["event"], row["month"], 1.0, 0.0)
    for (name, action), share in shares.items():
        if not 0 < share <= 1 + 1e-9:
            yield Break(f"members in which it {action}", name, "", share, 1.0)
    for name, event in world.events.items():
        if event.get("date") and (name, "begins") not in shares:
            month = place(event["date"], world.start)
            if month < len(books.months):
                yield Break("begins", name, event["date"], 0.0, 1.0)
