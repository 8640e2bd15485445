"""Read the tables of a result folder and its scenario into plain lists by month and by year."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import nan
from pathlib import Path
from typing import Any, NamedTuple

from tests.accountant.world import Pair, World, read

Need = tuple[str, str]
"""(state, product)"""
DIGITS = 1e-9
"""Tables have ten significant digits."""


class Break(NamedTuple):
    """Say what does not add up, where, and by how much."""

    what: str
    place: str
    when: str
    found: float
    expected: float


class Flow(NamedTuple):
    """Hold the units shipped in a year over a route; `via` is empty for direct deliveries."""

    year: str
    exporter: str
    via: str
    importer: str
    product: str
    units: float


class Line(NamedTuple):
    """Hold a line's usable capacity and output by month."""

    factory: str
    state: str
    product: str
    usable: list[float]
    output: list[float]


@dataclass
class Books:
    """Hold the tables of a result, one column of each: the central case, or the means."""

    world: World
    months: list[str]
    series: dict[str, dict[Need, list[float]]]
    """Metric -> need -> month by month"""
    flows: list[Flow]
    rest: list[Flow]
    """What links carry in a month at rest"""
    lines: list[Line]
    summary: dict[Need, dict[str, float]]
    money: dict[tuple[str, str], dict[str, float]]
    """(year, state) -> item -> money"""
    events: list[dict[str, str]]
    fates: list[dict[str, str]]
    is_central: bool
    ways: dict[Pair, Any] = field(default_factory=dict)
    """What may pass between pairs of states, once it was reckoned"""

    @classmethod
    def read(cls, folder: Path, column: str, rest: Path) -> Books:
        """Read a result folder; `column` is central or mean, `rest` the flows of `at_rest`."""
        plain = read(folder / "scenario.yaml")
        series: dict[str, dict[Need, list[float]]] = {}
        for row in _rows(folder, "series"):
            by_need = series.setdefault(row["metric"], {})
            by_need.setdefault((row["state"], row["product"]), []).append(_number(row[column]))
        summary: dict[Need, dict[str, float]] = {}
        for row in _rows(folder, "summary"):
            own = summary.setdefault((row["state"], row["product"]), {})
            own[row["metric"]] = _number(row[column])
        money: dict[tuple[str, str], dict[str, float]] = {}
        for row in _rows(folder, "money"):
            items = money.setdefault((row["year"], row["state"]), {})
            items[row["item"]] = _number(row[column])
        events = list(_rows(folder, "events"))
        world = World(plain, events)
        return cls(
            world=world,
            months=world.months,
            series=series,
            flows=[_flow(row, column) for row in _rows(folder, "flows")],
            rest=[_flow(row, "central") for row in _rows(rest, "flows")],
            lines=_lines(folder, column),
            summary=summary,
            money=money,
            events=events,
            fates=list(_rows(folder, "fates")),
            is_central=column == "central",
        )

    @property
    def years(self) -> list[str]:
        """List the calendar years of the run."""
        return list(dict.fromkeys(month[:4] for month in self.months))

    def months_of(self, year: str) -> list[int]:
        """List the months of a year by their place in the run."""
        return self._months_by_year[year]

    @cached_property
    def _months_by_year(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, month in enumerate(self.months):
            found.setdefault(month[:4], []).append(place)
        return found

    @cached_property
    def to_need(self) -> dict[tuple[str, Need], list[Flow]]:
        """Map each year and need to what was shipped to it, and to its state's factories."""
        found: dict[tuple[str, Need], list[Flow]] = {}
        for flow in self.flows:
            found.setdefault((flow.year, (flow.importer, flow.product)), []).append(flow)
        return found


def off(found: float, expected: float, gross: float) -> bool:
    """Tell whether two numbers differ by more than the digits of the tables allow."""
    return not abs(found - expected) <= 8 * DIGITS * (abs(gross) + 1e-9)


def over(found: float, most: float, gross: float) -> bool:
    """Tell whether a number is above what it may be at most."""
    return not found <= most + 8 * DIGITS * (abs(gross) + abs(most) + 1e-9)


def _rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """Read a table; what it tells of inputs of lines stands below final needs, and is no need."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from (row for row in csv.DictReader(file) if row.get("use") != "input")


def _number(cell: str) -> float:
    return float(cell) if cell else nan


def _flow(row: dict[str, str], column: str) -> Flow:
    via = row.get("via", "")
    ends = row["exporter"], via, row["importer"], row["product"]
    return Flow(row["year"], *ends, _number(row[column]))


def _lines(folder: Path, column: str) -> list[Line]:
    found: dict[tuple[str, str], Line] = {}
    for row in _rows(folder, "capacity"):
        key = row["factory"], row["product"]
        line = found.setdefault(key, Line(row["factory"], row["state"], row["product"], [], []))
        usable = row.get(f"usable_{column}") or row.get(f"capacity_{column}", "")
        line.usable.append(_number(usable))
        line.output.append(_number(row[f"output_{column}"]))
    return list(found.values())
