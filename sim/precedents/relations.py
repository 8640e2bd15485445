"""Check rows against each other: cases that milestones name, the order of dates, rows that are
there twice.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.precedents.columns import months_between
from sim.precedents.reading import Faults, Row, Table

Complaint = tuple[str, str]
"""The column and what is wrong with it."""


def check_cases(cases: Table, known: dict[str, Row], faults: Faults) -> None:
    """Note cases that are there twice, or are shipped (`known`) and coded otherwise here."""
    seen: dict[str, int] = {}
    for at, row in enumerate(cases.rows):
        name = row["case"]
        if name in seen:
            first = cases.place(seen[name], "case").line
            faults.add(cases, at, "case", f"{name!r} is there already, in line {first}")
        seen.setdefault(name, at)
        for column in ("cluster", "complexity", "head_start"):
            shipped = known.get(name, row)[column]
            if row[column] != shipped:
                message = f"the shipped case {name!r} has {shipped!r}; give yours another name"
                faults.add(cases, at, column, message)


def check_milestones(milestones: Table, cases: set[str], faults: Faults) -> None:
    """Note milestones without a case, without an end or with two, out of order, or there twice.

    Rows that differ in what was announced or when are statements on one milestone (of one rate or
    volume, where that has one); where it happened, they have to agree on when.
    """
    statements: dict[tuple[str, ...], int] = {}
    ends: dict[tuple[str, ...], str] = {}
    for at, row in enumerate(milestones.rows):
        if row["case"] and row["case"] not in cases:
            faults.add(milestones, at, "case", f"no case {row['case']!r} in cases.csv")
        for name, message in _row_faults(row):
            faults.add(milestones, at, name, message)
        event = (row["case"], row["milestone"], row["units"], row["value"])
        key = (*event, row["announced"], row["stated_on"])
        if key in statements:
            line = milestones.place(statements[key], "case").line
            faults.add(milestones, at, "milestone", f"the same as line {line}")
        statements.setdefault(key, at)
        end = row["actual"]
        if end and ends.setdefault(event, end) != end:
            faults.add(milestones, at, "actual", "another row of this milestone ends otherwise")


def _row_faults(row: Row) -> Iterator[Complaint]:
    """Yield what is wrong within a row; dates that are none are noted elsewhere."""
    if bool(row["actual"]) == bool(row["censored_at"]):
        yield "actual", "give either actual or censored_at: when it happened, or had not yet"
    if bool(row["announced"]) != bool(row["stated_on"]):
        yield "announced", "announced and stated_on belong together: what was promised, and when"
    end = "actual" if row["actual"] else "censored_at"
    yield from _order(row, "stated_on", "announced")
    yield from list(_order(row, "stated_on", end)) or _order(row, "start", end)


def _order(row: Row, first: str, then: str) -> Iterator[Complaint]:
    """Yield a complaint where the second date lies before the first."""
    try:
        early = bool(row[first] and row[then]) and months_between(row[first], row[then]) < 0
    except ValueError:
        return
    if early:
        yield then, f"{row[then]} lies before {first} {row[first]}"
