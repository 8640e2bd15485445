"""Chart who pays what, year by year: a panel a kind of cost, a line a state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.charts.chart import Chart, Key, Panel, Spec
from sim.report.charts.choice import ANY, Choice
from sim.report.charts.frames import fields
from sim.report.charts.marks import NUMBERS, state_scale
from sim.report.charts.spreads import spread, wide
from sim.report.charts.states import state_colours, state_keys
from sim.report.charts.tables import Tables
from sim.report.charts.time import year_axis
from sim.report.charts.wording import number
from sim.report.charts.years import parts_told

if TYPE_CHECKING:
    import pandas as pd

ITEMS = {
    "capital": "Invested in capacity",
    "extra": "Paid more than at the start for goods hit by a restriction",
    "idle": "Cost of idle capacity",
    "substitution": "Cost of substitution per unit delivered",
}
"""Items of the ledger that are drawn; the others stand in money.csv."""


SEEN = 0.01
"""A state is drawn where its cost is more than this share of the greatest."""


def cost(tables: Tables, choice: Choice = ANY) -> Chart | None:
    """Draw each state's costs by calendar year: median and nine of ten members. None where there
    are none.
    """
    rows = tables["money"]
    rows = rows[(rows["state"] != "all") & rows["item"].isin(ITEMS) & rows["p50"].notna()]
    rows = rows.loc[[choice.takes(state, None) for state in rows["state"]]]
    size = rows[["p05", "p50", "p95"]].abs().max(axis=1)
    largest = size.groupby([rows["item"], rows["state"]]).transform("max")
    greatest = size.groupby(rows["item"]).transform("max")
    rows = rows[(largest > SEEN * greatest) & (greatest > 0)]
    items = [item for item in ITEMS if (rows["item"] == item).any()]
    if not items:
        return None
    currency = tables.names.currency
    return Chart(
        name="cost",
        title=_finding(tables, rows),
        subtitle=f"{currency}, by calendar year{parts_told(tables)}; states above 1 % of the "
        "greatest; "
        "line: median member, band: 9 of 10 members",
        spec=_spec(
            state_colours(tables), [int(year) for year in sorted(tables["money"]["year"].unique())]
        ),
        panels=[_panel(tables, item, rows[rows["item"] == item]) for item in items],
        keys=[
            *state_keys(tables, rows["state"], "line"),
            Key("band: 9 of 10 members", "$muted", "band"),
        ],
        table=_table(tables, rows),
        readout={
            "rows": "rows",
            "x": "year",
            "series": "who",
            "exact": "yes",
            "text": "{who:text} {p50:n} ({p05:n} to {p95:n})",
        },
    )


def _panel(tables: Tables, item: str, rows: pd.DataFrame) -> Panel:
    drawn = rows.assign(who=[tables.names.state(state) for state in rows["state"]])
    unit = tables.names.currency + (" per unit" if item == "substitution" else " a year")
    return Panel(
        title=ITEMS[item],
        rows={"rows": drawn[["year", "who", "state", "p05", "p50", "p95"]]},
        told=f"{ITEMS[item]}: {_finding(tables, rows)}.",
        axis=unit,
    )


def _finding(tables: Tables, rows: pd.DataFrame) -> str:
    """Write who bears most of the first kind of cost, over the run: means add up,
    quantiles do not.
    """
    item = next(item for item in ITEMS if (rows["item"] == item).any())
    mine = rows[rows["item"] == item]
    if item == "substitution":
        last = mine[mine["year"] == mine["year"].max()].sort_values("p50", ascending=False).iloc[0]
        said = f"{number(last['p50'])} ({number(last['p05'])} to {number(last['p95'])})"
        return (
            f"{tables.names.state(last['state'])} pays most per unit: {said} "
            f"{tables.names.currency} in {last['year']}"
        )
    totals = mine.groupby("state")["mean"].sum()
    what = {"capital": "invests", "extra": "pays extra", "idle": "has idle costs"}[item]
    most = str(totals.idxmax())
    return (
        f"{tables.names.state(most)} {what} most: {number(totals[most])} "
        f"{tables.names.currency} over the run (mean)"
    )


def _spec(colours: dict[str, str], years: list[int]) -> Spec:
    import altair as alt

    base = alt.Chart(alt.NamedData("rows")).encode(
        x=year_axis(years), color=alt.Color("state:N", scale=state_scale(colours))
    )
    up = alt.Axis(title=None, tickCount=4, **NUMBERS)
    return (
        alt.layer(
            base.mark_area(opacity=0.22).encode(y=alt.Y("p05:Q", axis=up), y2="p95:Q"),
            base.mark_line(strokeWidth=1.8, point={"size": 16}).encode(y="p50:Q"),
        )
        .properties(height=150)
        .to_dict()
    )


def _table(tables: Tables, rows: pd.DataFrame) -> pd.DataFrame:
    return wide(
        ["what", "state"],
        (
            (
                (ITEMS[row.item], tables.names.state(row.state)),
                str(row.year),
                spread(number, row.p50, row.p05, row.p95),
            )
            for row in fields(rows)
        ),
    )
