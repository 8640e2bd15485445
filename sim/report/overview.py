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
    members = f"{len(records.members)} member{'s' if len(records.members) > 1 else ''}"
    heading = (
        f"{scenario.title}\n{members}, {records.months[0]} to {records.months[-1]},"
        f" {wall_seconds:.1f} s\n"
    )
    fill = spread(records.summary["fill_rate_after"], records.members, (5, 50))
    short = [
        need for need in np.argsort(fill["p50"], kind="stable").tolist() if fill["p05"][need] < FULL
    ]
    if not short:
        return heading + "\nNo need was short.\n"
    shown = short[:MOST_ROWS]
    columns = [
        ["state", *(records.needs[need][0] for need in shown)],
        ["product", *(records.needs[need][1] for need in shown)],
        *(_column(SUMMARY[name], records, shown) for name in SHOWN),
    ]
    count = (
        f"{len(short)} of {len(records.needs)} needs {'was' if len(short) == 1 else 'were'} short"
    )
    which = f"; the {len(shown)} least covered" if len(shown) < len(short) else ""
    spreads = (
        "; the median member, and 5 to 95 % of the members in brackets"
        if len(records.members) > 1
        else ""
    )
    return f"{heading}\n{count}{which}{spreads}:\n\n{_aligned(columns)}\n"


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
