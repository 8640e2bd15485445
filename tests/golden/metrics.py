"""Write docs/metrics.md anew out of the table of metrics: `python -m tests.golden.metrics`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sim.metrics.metric import Metric, MonthlyMetric, RunMetric
from sim.metrics.table import MONTHLY, SUMMARY

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
START = """# Metrics

Every number that a run shows of a final need, as `sim/metrics/table.py` enters it; this page is
written from there. All have the state's view: it is the state whose need it is that fares better or
worse. In tables a metric is described over the members by its mean, its quantiles and the central
case; a member to whom it does not apply does not count, and where it applies to none the cell is
empty. A *hit* is the first month in which a restriction acts on one of the need's suppliers.
"""
MONTHS = """## By month

In `series.csv`. A study can keep them of a month or a year, as in `unmet[RUS, engines, 2018]`: a
flow is then added up, a stock is what it is at the end, and a share is that of the sums.
"""
RUNS = """## Of the whole run

In `summary.csv`, `comparison.csv` and, unless it asks for others, in a study.
"""
LATE = " Where it may not be reached, the row `{}_censored` gives the share of members."
HEADS = ("metric", "title", "unit", "kind", "better", "over needs", "what it is", "derived from")
TOGETHER = {"sum": "summed", "mean": "averaged", "": ""}


def page() -> str:
    """Return the page, in Markdown."""
    return "\n".join([START, MONTHS, *_table(MONTHLY), "", RUNS, *_table(SUMMARY), ""])


def _table(metrics: Mapping[str, MonthlyMetric] | Mapping[str, RunMetric]) -> list[str]:
    rows = (_cells(metric) for metric in metrics.values())
    return ["| " + " | ".join(cells) + " |" for cells in (HEADS, ["---"] * len(HEADS), *rows)]


def _cells(metric: Metric) -> list[str]:
    late = LATE.format(metric.name) if getattr(metric, "censored", False) else ""
    return [
        f"`{metric.name}`",
        metric.title,
        metric.unit,
        metric.kind,
        metric.better,
        TOGETHER[metric.together],
        metric.text + late,
        ", ".join(getattr(metric, "derived", ())),
    ]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
