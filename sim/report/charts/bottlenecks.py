"""Chart what binds: in which share of members and months a line is held back by what, year
by year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.charts.chart import Chart, Key, Panel, Spec
from sim.report.charts.choice import ANY, Choice
from sim.report.charts.frames import fields
from sim.report.charts.spreads import wide
from sim.report.charts.tables import Tables
from sim.report.charts.time import year_axis
from sim.report.charts.wording import number, percent, selected

if TYPE_CHECKING:
    import pandas as pd

USUAL = 12
KINDS = {
    "capacity": "$home",
    "input": "$outside",
    "restriction": "$leakage",
    "money": "$old",
    "qualification": "$ally",
}
"""What may bind, before a colon: an input is named after it, as in `input:blades`."""
LINE = ["factory", "state", "product"]


def bottlenecks(tables: Tables, choice: Choice = ANY) -> Chart | None:
    """Draw the share of members and months in which each cause holds a line back, stacked, a panel
    a line.

    Of the table `bottlenecks`: `year, factory, state, product, bound` (a key of KINDS; an input as
    `input:<product>`), `share` (of members and months), `lost_mean, lost_p05, lost_p50, lost_p95`
    (units a year that demand asked for and the line could not make). Lines that lose most come
    first.
    """
    rows = tables["bottlenecks"]
    choice.check(rows["state"], rows["product"])
    rows = rows[[choice.takes(*need) for need in zip(rows["state"], rows["product"], strict=True)]]
    rows = rows[rows["share"] > 0]
    weight = rows["share"].groupby([rows[name] for name in LINE], sort=False).sum()
    ranked = list(weight.sort_values(ascending=False, kind="stable").index)
    shown = ranked[: choice.limit(USUAL)]
    if not shown:
        return None
    by_line = dict(tuple(rows.groupby(LINE, sort=False)))
    years = range(
        int(tables["bottlenecks"]["year"].min()), int(tables["bottlenecks"]["year"].max()) + 1
    )
    return Chart(
        name="bottlenecks",
        title=_finding(tables, shown[0], by_line[shown[0]]),
        subtitle="Share of the members and months of a year in which a line is held back, by what; "
        + selected(len(shown), len(ranked), "line", "most often bound first"),
        spec=_spec(years),
        panels=[_panel(tables, line, by_line[line]) for line in shown],
        keys=[Key(kind, colour) for kind, colour in KINDS.items()],
        table=_table(tables, rows),
        readout={
            "rows": "rows",
            "x": "year",
            "series": "said",
            "exact": "yes",
            "text": "{said:text} {share:%}",
        },
    )


def _said(tables: Tables, bound: str) -> str:
    kind, _, product = bound.partition(":")
    return f"{kind}: {tables.names.product(product)}" if product else kind


def _line(tables: Tables, line: tuple[str, str, str]) -> str:
    names = tables.names
    return f"{names.factory(line[0])} ({names.state(line[1])}): {names.product(line[2])}"


def _finding(tables: Tables, line: tuple[str, str, str], rows: pd.DataFrame) -> str:
    total = rows.groupby("bound")["share"].sum()
    most = str(total.idxmax())
    at = rows[rows["bound"] == most].sort_values("share", ascending=False, kind="stable").iloc[0]
    return (
        f"{_line(tables, line)}: mostly bound by {_said(tables, most)}, in "
        f"{percent(at['share'])} of {at['year']}"
    )


def _panel(tables: Tables, line: tuple[str, str, str], rows: pd.DataFrame) -> Panel:
    order = list(KINDS)
    kinds = [bound.partition(":")[0] for bound in rows["bound"]]
    drawn = rows.assign(
        kind=kinds, place=[order.index(kind) if kind in order else len(order) for kind in kinds]
    )
    drawn = drawn.assign(said=[_said(tables, bound) for bound in rows["bound"]])
    drawn = drawn.sort_values(["year", "place", "said"], kind="stable")
    top = drawn.groupby("year")["share"].cumsum()
    drawn = drawn.assign(top=top, bottom=top - drawn["share"])
    return Panel(
        title=_line(tables, line),
        rows={"rows": drawn[["year", "kind", "said", "share", "bottom", "top"]]},
        told=f"{_finding(tables, line, rows)}.",
        group=line[1],
    )


def _spec(years: range) -> Spec:
    import altair as alt

    scale = alt.Scale(domain=list(KINDS), range=list(KINDS.values()))
    up = alt.Axis(title="bound", format="%", values=[0, 0.5, 1])
    bars = alt.Chart(alt.NamedData("rows")).mark_bar(stroke="$paper", strokeWidth=0.5)
    return (
        alt.layer(
            bars.encode(
                x=year_axis(years),
                y=alt.Y("bottom:Q", axis=up, scale=alt.Scale(domain=[0, 1])),
                y2="top:Q",
                color=alt.Color("kind:N", scale=scale),
            )
        )
        .properties(height=66)
        .to_dict()
    )


def _table(tables: Tables, rows: pd.DataFrame) -> pd.DataFrame:
    return wide(
        ["line", "bound by"],
        (
            (
                (_line(tables, (row.factory, row.state, row.product)), _said(tables, row.bound)),
                str(row.year),
                f"{percent(row.share)}, {number(row.lost_mean)} lost",
            )
            for row in fields(rows)
        ),
    )
