"""Say in a few lines of text what a run found: the closing table of the command."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from sim.metrics.metric import Metric
from sim.metrics.table import SUMMARY
from sim.records import Records
from sim.report.statistics import spread
from sim.scenario.schema import Scenario

MOST_ROWS = 12
SHOWN = ("fill_rate_after", "T90", "substitution_ratio", "unmet")
"""The metrics that are shown."""
FULL = 0.995
"""A need counts as covered when 19 members of 20 get at least this share of it."""


def overview(scenario: Scenario, records: Records, wall_seconds: float) -> str:
    """Write a heading and a table of the needs that were short after the first event, least covered
    first.
    """
    heading = (
        f"{scenario.title}\n{_counted(len(records.members), 'member')}, {records.months[0]} to"
        f" {records.months[-1]}, {wall_seconds:.1f} s\n"
    )
    fill = spread(records.summary["fill_rate_after"], records.members, (5, 50))
    order = np.argsort(fill["p50"], kind="stable").tolist()
    short = [need for need in order if fill["p05"][need] < FULL]
    if not short:
        return heading + "\nNo need was short.\n"
    shown = short[:MOST_ROWS]
    columns = [
        ["state", *(records.needs[need][0] for need in shown)],
        ["product", *(records.needs[need][1] for need in shown)],
        *(_column(SUMMARY[name], records, shown) for name in SHOWN),
    ]
    told = _told(len(short), len(records.needs), len(records.members))
    return f"{heading}\n{told}:\n\n{_aligned(columns)}\n"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _told(short: int, needs: int, members: int) -> str:
    """Write how many needs were short, and what the table shows of them."""
    told = f"{short} of {needs} needs {'was' if short == 1 else 'were'} short"
    if short > MOST_ROWS:
        told += f"; the {MOST_ROWS} least covered"
    if members > 1:
        told += "; the median member, and 5 to 95 % of the members in brackets"
    return told


def _column(metric: Metric, records: Records, shown: list[int]) -> list[str]:
    found = spread(records.summary[metric.name][shown], records.members, (5, 50, 95))
    write = _WRITERS.get(metric.unit, _units)
    cells = [metric.title]
    for low, middle, high in zip(
        *(found[level].tolist() for level in ("p05", "p50", "p95")), strict=True
    ):
        ends = write(low), write(high)
        cells.append(write(middle) + (f" ({ends[0]} .. {ends[1]})" if ends[0] != ends[1] else ""))
    return cells


def _aligned(columns: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in columns]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in zip(*columns, strict=True)
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _percent(number: float) -> str:
    return "-" if math.isnan(number) else f"{round(100 * number)} %"


def _months(number: float) -> str:
    return "-" if math.isnan(number) else "never" if math.isinf(number) else f"{number:.0f}"


def _units(number: float) -> str:
    return "-" if math.isnan(number) else f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


_WRITERS: Mapping[str, Callable[[float], str]] = {"share": _percent, "months": _months}
"""Unit of a metric -> how it is written."""
