"""Write docs/metrics.md anew out of the table of metrics: `python -m tests.golden.metrics`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sim.engine.ledger import TEXTS
from sim.metrics.metric import Metric, MonthlyMetric, RunMetric
from sim.metrics.table import MONTHLY, SUMMARY

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
START = """# Metrics

Every number that a run reports about a final need. This page is generated from
`sim/metrics/table.py`. *Better* is meant for the state whose need it is. In tables a metric is
described over the members by its mean, its quantiles and the central case. A member to which it
does not apply does not count; where it applies to none the cell is empty. A *hit* is the first
month in which a restriction acts on one of the need's suppliers.
"""
MONTHS = """## By month

In `series.csv`. A study can keep one for a month or a year, as in `unmet[RUS, engines, 2018]`: a
flow is then added up, a stock is taken at the end, and a share is that of the sums.
"""
RUNS = """## Of the whole run

In `summary.csv`, in `comparison.csv`, and in a study unless it asks for others.
"""
MONEY = """## Money

In `money.csv`, by calendar year and state, and for `all` states together; `substitution` is money
per unit.
"""
FATES = """## Fates

In `fates.csv`, for each need that a restriction hit, by calendar year from the hit on and at the
`end` (the last twelve months): the `probability`, which is a share of the members, of each fate.
Either suppliers of one group replaced most of what the old ones had delivered (`home`, `ally`,
`outside`), or the old ones went on unlawfully or lawfully (`leakage`, `old`), or the need itself
fell away (`dropped`), or less than half of it was met (`unmet`). The probabilities add up to 1. The
old ones also go on (`old`) where nothing hits the need in a member, and where nothing is shipped
and a stock that they filled meets the need.

The rows of `end` also tell when substitution was reached, whatever the fate. `reached` is the share
of the members in which suppliers other than the old ones met nine tenths of the need for twelve
months; `month_p05`, `month_p50`, `month_p95` are the months by which 5, 50 and 95 % of all members
had reached this, `inf` where they never had. In the row of a group, `by` is the state of that group
that most often gained most, against the years before the hit or, in the first year, the start;
`by_share` is the share in which it did of the members that reached substitution.
"""
LATE = " The row `{}_censored` gives the share of the members that do not reach it."
HEADS = ("metric", "title", "unit", "kind", "better", "over needs", "what it is", "derived from")
TOGETHER = {"sum": "summed", "mean": "averaged", "": ""}


def page() -> str:
    """Return the page, in Markdown."""
    money = _lines(("item", "what it is"), ((f"`{name}`", text) for name, text in TEXTS.items()))
    parts = [MONTHS, *_table(MONTHLY), "", RUNS, *_table(SUMMARY), "", MONEY, *money, "", FATES]
    return "\n".join([START, *parts])


def _table(metrics: Mapping[str, MonthlyMetric] | Mapping[str, RunMetric]) -> list[str]:
    return _lines(HEADS, (_cells(metric) for metric in metrics.values()))


def _lines(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return ["| " + " | ".join(cells) + " |" for cells in (heads, ["---"] * len(heads), *rows)]


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
