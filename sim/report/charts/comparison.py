"""Chart who gains and who loses between two scenarios: paired differences, a row a need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.report.charts.chart import Chart, Key, Panel
from sim.report.charts.choice import ANY, Choice
from sim.report.charts.frames import fields, groups
from sim.report.charts.ranges import labelled, range_spec, step
from sim.report.charts.spreads import spread
from sim.report.charts.tables import Tables
from sim.report.charts.wording import counted, number, percent, points, selected

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

USUAL = 40
ALL = "*"
HEADLINE = "fill_rate_after"
SURE = 0.9
"""Share of the members from which on a gain or a loss counts as sure."""
SEEN = 0.001
"""A share that differs by less than this, on the mean and in nine of ten members, does not
differ.
"""
SHARES = ("fill_rate", "fill_rate_after", "substitution_ratio", "import_dependence")
METRICS = {
    "fill_rate": "share of need met",
    "fill_rate_after": "share of need met since it was hit",
    "unmet": "units unmet",
    "backlog_end": "units in the backlog at the end",
    "substitution_ratio": "share of the old suppliers' deliveries replaced",
    "T50": "months until half is regained",
    "T90": "months until nine tenths are regained",
    "resilience_loss": "months of need lost",
    "import_dependence": "share imported",
    "hhi": "concentration of suppliers (HHI)",
    "leaked": "units leaked",
    "spending": "money spent",
    "substitution_cost": "money per unit more than before",
}
KINDS = {"gains": "$gain", "loses": "$loss", "unsure": "$even"}


def least_seen(metric: str) -> float:
    """Return the least difference of a metric that counts as one."""
    return SEEN if metric in SHARES else 1e-9


def comparison(tables: Tables, choice: Choice = ANY, metric: str = HEADLINE) -> Chart | None:
    """Draw the differences of a metric, first side less each other, member by member; a panel a
    side.

    A row is blue where nine of ten members agree that the first side is better, orange where they
    agree that it is worse, grey otherwise. Shares differ by percentage points. None where nothing
    differs.
    """
    rows = tables["comparison"]
    rows = rows[(rows["metric"] == metric) & (rows["product"] != ALL) & np.isfinite(rows["p50"])]
    rows = choice.among(rows)
    size = rows[["mean", "p05", "p95"]].abs().max(axis=1)
    seen = rows[size >= least_seen(metric)]
    if seen.empty:
        return None
    panels = [
        _panel(tables, other, part, metric, choice.limit(USUAL))
        for other, part in groups(seen, "other")
    ]
    shown = sum(len(panel.rows["rows"]) for panel in panels)
    base = str(seen["base"].iloc[0])
    what = METRICS.get(metric, metric)
    return Chart(
        name="comparison",
        title=_finding(seen, base),
        subtitle=f"{what[:1].upper()}{what[1:]}, {base} less the other, member by member; "
        + selected(shown, len(seen), "difference", "largest shown, greatest gain first")
        + f" ({counted(len(rows.drop_duplicates(['state', 'product'])), 'need')} compared)",
        spec=range_spec(step(*(panel.rows["rows"] for panel in panels)), KINDS),
        panels=panels,
        keys=[
            Key("better in 90 % of the members", "$gain", "point"),
            Key("worse in 90 % of the members", "$loss", "point"),
            Key("members do not agree", "$even", "point"),
            Key(
                "dot: median, bar: 9 of 10 members; to the right how often it is better",
                "$muted",
                "band",
            ),
        ],
        table=_table(tables, seen, metric),
        columns=1,
        has_names=True,
    )


def _panel(tables: Tables, other: str, rows: pd.DataFrame, metric: str, most: int | None) -> Panel:
    import pandas as pd

    largest = rows.sort_values("mean", key=lambda values: -values.abs(), kind="stable").head(
        most or len(rows)
    )
    better = largest["p_better"]
    kind = np.select([better >= SURE, better <= 1 - SURE], ["gains", "loses"], "unsure")
    factor = 100.0 if metric in SHARES else 1.0
    drawn = largest.assign(
        kind=kind,
        **{
            new: factor * largest[old]
            for new, old in (("low", "p05"), ("middle", "p50"), ("high", "p95"))
        },
    )
    drawn = drawn.assign(said=[f"{percent(share)}" for share in drawn["p_better"]])
    drawn = drawn.sort_values(["p_better", "mean"], ascending=False, kind="stable")
    drawn = drawn.sort_values("middle", ascending=False, kind="stable")
    named = labelled(
        drawn,
        [tables.names.need(*need) for need in zip(drawn["state"], drawn["product"], strict=True)],
    )
    gains, losses = int((kind == "gains").sum()), int((kind == "loses").sum())
    return Panel(
        title=f"against {other}",
        rows={
            "rows": named[["label", "low", "middle", "high", "kind", "said"]],
            "zero": pd.DataFrame({"x": [0.0]}),
        },
        told=(
            f"Against {other}: {counted(gains, 'need')} surely better, {losses} surely worse, "
            f"{len(named) - gains - losses} unsure."
        ),
        axis="percentage points" if metric in SHARES else METRICS.get(metric, metric),
    )


def _finding(rows: pd.DataFrame, base: str) -> str:
    others = list(dict.fromkeys(rows["other"]))
    better, worse = int((rows["p_better"] >= SURE).sum()), int((rows["p_better"] <= 1 - SURE).sum())
    if len(others) > 1:
        return (
            f"{base} against {len(others)} others: of {counted(len(rows), 'difference')}, {better} "
            f"surely for the better, {worse} for the worse"
        )
    does = "does" if better == 1 else "do"
    return (
        f"{base} against {others[0]}: {counted(better, 'need')} surely {does} better, {worse} "
        f"surely worse, of {len(rows)} that differ"
    )


def _table(tables: Tables, rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    import pandas as pd

    write: Callable[[float], str] = points if metric in SHARES else number
    names = tables.names
    made = [
        (
            row.other,
            names.state(row.state),
            names.product(row.product),
            spread(write, row.p50, row.p05, row.p95),
            write(row.mean),
            percent(row.p_better),
            row.n,
        )
        for row in fields(rows)
    ]
    columns = ["against", "state", "product", "median difference", "mean", "better in", "members"]
    return pd.DataFrame(made, columns=columns)
