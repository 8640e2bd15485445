"""Chart what binds: how often each cause held a line back, year by year, as a share of members and
months.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.binding import binding_first, held_lines
from sim.report.charts.chart import Chart, Key, Panel, Spec
from sim.report.charts.choice import ANY, Choice
from sim.report.charts.frames import fields, groups
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
Line = tuple[str, str, str]
COVERED = 0.995
"""A need is short when one member of twenty gets less than this share of it."""


def bottlenecks(tables: Tables, choice: Choice = ANY) -> Chart | None:
    """Draw the share of members and months in which each cause holds a line back, stacked, a panel
    a line.

    Without a choice, the line that lost most of each product that was short, worst first, and of
    the inputs that it lacked: those that the printed answer tells. Of the table `bottlenecks`:
    `year, factory, state, product, bound` (a key of KINDS; an input as `input:<product>`), `share`
    (of members and months), `lost_mean, lost_p05, lost_p50, lost_p95` (units a year that demand
    asked for and the line could not make).
    """
    rows = tables["bottlenecks"]
    rows = choice.among(rows)
    rows = rows[rows["share"] > 0]
    by_line: dict[Line, pd.DataFrame] = {
        (str(factory), str(state), str(product)): part
        for (factory, state, product), part in groups(rows, LINE)
    }
    ranked = _ranked(tables, rows, list(by_line), choice)
    shown = ranked[: choice.limit(USUAL)]
    if not shown:
        return None
    years = range(
        int(tables["bottlenecks"]["year"].min()), int(tables["bottlenecks"]["year"].max()) + 1
    )
    return Chart(
        name="bottlenecks",
        title=_finding(tables, shown[0], by_line[shown[0]]),
        subtitle="Share of the members and months of a year in which a line is held back, by what; "
        + selected(len(shown), len(by_line), "line", "what binds the worst need first"),
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


def _ranked(tables: Tables, rows: pd.DataFrame, lines: list[Line], choice: Choice) -> list[Line]:
    """Order lines by the needs that wait for them, worst first; only of a choice are there
    several of one product.
    """
    held = held_lines({str(name): column for name, column in rows.items()})
    by_name = {(line[0], line[2]): line for line in lines}
    most = [by_name[each] for each in binding_first(held, _products(tables, rows))]
    others = sorted({*lines} - {*most}, key=lambda line: -held[line[0], line[2]].lost)
    return most + others if choice.is_made else most


def _products(tables: Tables, rows: pd.DataFrame) -> list[str]:
    """Name the products of needs that were short, worst first; without such a table, those whose
    lines were held back most often.
    """
    often = rows.groupby("product", sort=False)["share"].sum()
    every = list(map(str, often.sort_values(ascending=False, kind="stable").index))
    if not tables.has("summary"):
        return every
    needs = tables.final("summary").query("metric == 'fill_rate_after'")
    short = needs[needs["p05"] < COVERED].sort_values("p50", kind="stable")
    return list(map(str, short["product"])) or every


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
        axis=_inputs(tables, rows),
        group=line[1],
    )


def _inputs(tables: Tables, rows: pd.DataFrame) -> str:
    """Name the inputs that a line lacks, most often lacked first, since they share a colour."""
    often = rows[rows["bound"].str.contains(":")].groupby("bound")["share"].sum()
    bounds = often.sort_values(ascending=False, kind="stable").index
    lacked = [tables.names.product(str(bound).partition(":")[2]) for bound in bounds]
    return (
        f"input{'s' if len(lacked) > 1 else ''} that it lacks: {', '.join(lacked)}"
        if lacked
        else ""
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
