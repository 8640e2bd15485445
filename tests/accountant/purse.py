"""Check money: what buyers pay is what others get; no programme spends what it has not."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from tests.accountant.books import Books, Break, off, over
from tests.accountant.world import number

ALL = "all"


def check(books: Books) -> Iterator[Break]:
    """Check each year and state."""
    states = [state for _, state in books.money if state != ALL]
    for year in dict.fromkeys(year for year, _ in books.money):
        items = books.money[year, ALL]
        got = items["sales"] + items["delivery"]
        if off(items["purchases"], got, items["purchases"] + got):
            yield Break("purchases, sales and delivery", ALL, year, items["purchases"], got)
        for item in ("purchases", "delivery", "sales", "capital", "idle", "extra"):
            each = [books.money[year, state][item] for state in dict.fromkeys(states)]
            if off(items[item], sum(each), sum(map(abs, each))):
                yield Break(f"{item} of all", ALL, year, items[item], sum(each))
        for state in dict.fromkeys(states):
            yield from _spent(books, year, state)
    yield from _capital(books)


def _spent(books: Books, year: str, state: str) -> Iterator[Break]:
    """A state's purchases are what it spent for its own use and what its factories bought."""
    needs = [need for need in books.series["spending"] if need[0] == state]
    months = books.months_of(year)
    spent = sum(books.series["spending"][need][month] for need in needs for month in months)
    paid = books.money[year, state]["purchases"]
    buys = any(books.world.is_input(state, product) for product in books.world.plain["products"])
    if over(spent, paid, paid) or (not buys and off(paid, spent, paid)):
        yield Break("spending", state, year, paid, spent)


def _capital(books: Books) -> Iterator[Break]:
    """Programmes invest no more than was appropriated so far."""
    world = books.world
    programmes = (world.plain.get("programmes") or {}).values()
    retools = any(True for _ in world.of_kinds("retool"))
    if not books.is_central or world.rules("investment") or retools:
        return
    for state in dict.fromkeys(state for _, state in books.money if state != ALL):
        own = [each for each in programmes if each["chair"] == state]
        spent = granted = 0.0
        for year in books.years:
            spent += books.money[year, state]["capital"]
            granted = sum(_granted(books, each, year) for each in own)
            if isnan(spent) or over(spent, granted, granted):
                yield Break("capital beyond budgets", state, year, spent, granted)


def _granted(books: Books, programme: dict[str, object], year: str) -> float:
    """Add up a programme's budgets and fundings until the end of a year."""
    world = books.world
    budget = programme.get("budget") or {}
    assert isinstance(budget, dict)
    inside = {
        month: each for month, each in budget.items() if books.months[0] <= month <= f"{year}-12"
    }
    total = sum(map(number, inside.values()))
    names = world.plain["programmes"]
    for name, event in world.of_kinds("funding"):
        if names[event["programme"]] is programme:
            since = world.begins[name]
            paid = event.get("months", 1)
            due = sum(
                month <= f"{year}-12" and since <= place < since + paid
                for place, month in enumerate(books.months)
            )
            total += number(event["amount"]) / paid * due
    return total
