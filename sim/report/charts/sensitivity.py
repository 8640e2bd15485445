"""Chart which factors matter, a panel an output: each factor's number with its interval."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sim.report.charts.chart import Chart, Key, Panel
from sim.report.charts.choice import ANY, Choice
from sim.report.charts.frames import largest, records, single
from sim.report.charts.ranges import labelled, range_spec, step
from sim.report.charts.tables import Tables
from sim.report.charts.wording import number, percent, selected

if TYPE_CHECKING:
    import pandas as pd

USUAL = 8
"""Outputs."""
KINDS = {"main": "$line"}
NUMBERS = {
    "ST": (
        "S1",
        "share of the output's variance in which the factor has a part (ST)",
        "alone (S1)",
    ),
    "mu_star": ("sigma", "mean size of an elementary effect (mu_star)", "their spread (sigma)"),
}
"""Main number -> the one beside it, what they mean."""


def sensitivity(tables: Tables, choice: Choice = ANY) -> Chart | None:
    """Draw the main number of each factor with its interval, the number beside it as a ring."""
    import altair as alt

    rows = tables["sensitivity"]
    rows = choice.among(rows)
    main = "ST" if "ST" in rows else "mu_star"
    beside, meaning, aside = NUMBERS[main]
    outputs = list(dict(tuple(rows.groupby(["metric", "state", "product"], sort=False))).values())
    ordered = outputs if choice.is_made else sorted(outputs, key=lambda part: -_share(part, main))
    shown = ordered[: choice.limit(USUAL)]
    if not shown:
        return None
    panels = [_panel(tables, part, main, beside) for part in shown]
    ring = alt.Chart(alt.NamedData("rows")).mark_point(size=46, color="$ink")
    ring = ring.encode(x="beside:Q", y=alt.Y("label:N", sort=None))
    return Chart(
        name="sensitivity",
        title=_finding(tables, main),
        subtitle=(
            f"{meaning[:1].upper()}{meaning[1:]}; "
            f"{selected(len(shown), len(outputs), 'output', 'as they vary')}{_doubt(panels, main)}"
        ),
        spec=range_spec(step(*(panel.rows["rows"] for panel in panels)), KINDS, extra=[ring]),
        panels=panels,
        keys=[
            Key(f"{main}, bar: its interval", "$line", "point"),
            Key(aside, "$ink", "ring"),
        ],
        table=_table(tables, shown, main, beside),
        columns=1,
        has_names=True,
    )


def _doubt(panels: list[Panel], main: str) -> str:
    over = main == "ST" and any((panel.rows["rows"]["high"] > 1).any() for panel in panels)
    told = "; intervals beyond 1, which a share cannot exceed, come from too few points"
    return told if over else ""


def _share(part: pd.DataFrame, main: str) -> float:
    """Return how much of what can be said an output says: its largest number over the sum."""
    return float(
        part["variance"].iloc[0] if "variance" in part and main == "mu_star" else part[main].max()
    )


def output(tables: Tables, metric: str, state: str, product: str) -> str:
    """Name an output: `fill_rate[2018]` of a need as people say it."""
    names = tables.names
    word, _, rest = metric.partition("[")
    years = re.sub(r"[\]]", "", rest)
    what = f"{word.replace('_', ' ')}{f' in {years}' if years else ''}"
    who = [names.states.get(state) or names.programmes.get(state) or state] if state else []
    return (
        f"{what[:1].upper()}{what[1:]}: "
        f"{', '.join([*who, *([names.product(product)] if product else [])])}"
    ).rstrip(": ")


def _panel(tables: Tables, part: pd.DataFrame, main: str, beside: str) -> Panel:
    import pandas as pd

    first = single(part)
    half = part[f"{main}_conf"] if f"{main}_conf" in part else 0.0 * part[main]
    drawn = labelled(part, [tables.names.path(path) for path in part["factor"]])
    drawn = drawn.assign(
        low=part[main] - half.fillna(0),
        middle=part[main],
        high=part[main] + half.fillna(0),
        beside=part[beside],
        kind="main",
        said=[number(value) for value in part[main]],
    )
    title = output(tables, first["metric"], first["state"], first["product"])
    best = largest(part, main)
    return Panel(
        title=title,
        rows={
            "rows": drawn[["label", "low", "middle", "high", "beside", "kind", "said"]],
            "zero": pd.DataFrame({"x": [0.0]}),
        },
        told=f"{title}: {tables.names.path(best['factor'])} has most, {number(best[main])}.",
        axis="share of the variance" if main == "ST" else "effect, in the output's unit",
    )


def _finding(tables: Tables, main: str) -> str:
    what = "of the variance" if main == "ST" else "of all effects"
    if not tables.has("ranking"):
        return "Which factors matter"
    first = single(tables["ranking"])
    count = len(tables["ranking"])
    return (
        f"{tables.names.path(first['factor'])} matters most of {count} factors: "
        f"{percent(first['mean_share'])} {what} on average"
    )


def _table(tables: Tables, shown: list[pd.DataFrame], main: str, beside: str) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (
            output(tables, row["metric"], row["state"], row["product"]),
            tables.names.path(row["factor"]),
            row["factor"],
            number(row[main]),
            number(row.get(f"{main}_conf", float("nan"))),
            number(row[beside]),
        )
        for part in shown
        for row in records(part)
    ]
    return pd.DataFrame(rows, columns=["output", "factor", "path", main, "± (interval)", beside])
