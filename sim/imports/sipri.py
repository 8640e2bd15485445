"""Import arms transfers from an export of SIPRI's trade register: categories and units only."""

from __future__ import annotations

import os
import re

from sim.imports.found import Found, LeftOut, Namer, Origin, scenario, trade_tables
from sim.imports.reading import Row, base, read, rows

LABELS = {
    "recipient": ("Recipient",),
    "supplier": ("Supplier",),
    "category": ("Weapon description", "Description"),
    "delivered": ("Numbers delivered", "Number delivered"),
    "years": ("Delivery year", "Years of delivery", "Year(s) of delivery", "Year of delivery"),
}
"""Column -> its labels; designations of weapons are not read."""
TITLES = 15
"""Most lines before the one with the labels."""
_YEARS = re.compile(r"((?:19|20)[0-9]{2})(?:\s*[-\u2013]\s*((?:19|20)[0-9]{2}))?")
UNIT = "units"


def sipri(path: str | os.PathLike[str], *, start: int | None = None) -> Found:
    """Read one's own export of SIPRI's trade register into tables of a scenario.

    Deliveries of a category are spread evenly over the years from the first delivery of the file
    to the last; with `start`, what was delivered before it is left out, of a row by its share of
    years. Numbers in brackets, SIPRI's estimates, count as numbers. Raises ScenarioError for faults
    of the file.
    """
    file = read(path, labels=LABELS)
    given = list(rows(file, LABELS, titles=TITLES))
    states, products = Namer(states=True), Namer(states=False)
    left: dict[str, LeftOut] = {}
    flows: dict[tuple[str, ...], float] = {}
    seen: list[int] = []
    for each in given:
        units, years = _within(_units(each), _years(each), start, left)
        if not years:
            continue
        seen += years
        key = (
            each.named("supplier", states.name),
            each.named("recipient", states.name),
            each.named("category", products.name),
        )
        flows[key] = flows.get(key, 0.0) + units
    file.check()
    first, last = (min(seen), max(seen)) if seen else (0, 0)
    yearly = {key: each / (last - first + 1) for key, each in flows.items()}
    origin = Origin("sipri", "SIPRI", base(path), f"{first} to {last}")
    said = (
        f"Deliveries of {first} to {last}, spread evenly over these years.",
        "What a state delivered is taken for what it can deliver; stocks, lead times and production"
        " for use at home are not in the data.",
    )
    tables = trade_tables(yearly, states, products, UNIT, left, file.path)
    whole = scenario(origin, f"Arms transfers of {first} to {last}", first, said)
    whole["needs"]["confidence"] = "estimated"
    whole["trade"]["confidence"] = "estimated"
    return Found("sipri", whole, tables, UNIT, left)


def _within(
    units: float, years: list[int], start: int | None, left: dict[str, LeftOut]
) -> tuple[float, list[int]]:
    """Return what counts of a row, and the years of it; what does not is counted in `left`."""
    if not units or not years:
        why = "no year of delivery" if units else "nothing delivered, or not known how many"
        left.setdefault(why, LeftOut()).add(units)
        return 0.0, []
    late = [year for year in years if start is None or year >= start]
    counts = units * len(late) / len(years)
    if len(late) < len(years):
        left.setdefault(f"delivered before {start}", LeftOut()).add(units - counts)
    return counts, late


def _units(row: Row) -> float:
    """Read the number delivered; 0 where nothing was, or nobody knows how many."""
    text = row.text("delivered").strip("()? ")
    if not text:
        return 0.0
    if not re.fullmatch("[0-9]{1,12}", text):
        row.tell("delivered", f"expected a number, or one in brackets, found '{text}'")
        return 0.0
    return float(text)


def _years(row: Row) -> list[int]:
    """Read years of delivery: `2012; 2014-2016`."""
    text = row.text("years").replace("(", "").replace(")", "")
    years: set[int] = set()
    for part in filter(None, (each.strip(" ?") for each in re.split("[;,]", text))):
        found = _YEARS.fullmatch(part)
        if found is None:
            row.tell("years", f"expected years as in 2012; 2014-2016, found '{part}'")
            continue
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first:
            row.tell("years", f"{last} is before {first}")
        years.update(range(first, last + 1))
    return sorted(years)
