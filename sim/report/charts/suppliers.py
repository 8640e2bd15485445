"""Chart who supplies whom, year by year: units of each supplier, stacked, with the spread
of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.report.charts import events
from sim.report.charts.chart import Chart, Key, Panel, Spec
from sim.report.charts.choice import ANY, Choice, Need, first
from sim.report.charts.frames import fields, groups
from sim.report.charts.marks import NUMBERS, state_scale
from sim.report.charts.spreads import spread, wide
from sim.report.charts.states import state_colours, state_keys
from sim.report.charts.tables import Tables
from sim.report.charts.time import year_axis
from sim.report.charts.wording import number, percent

if TYPE_CHECKING:
    import pandas as pd

USUAL = 12
CHANGED = 0.02
"""A buyer's product is drawn when this share of its deliveries changed hands or was lost."""
WIDE = 0.03
"""A spread is drawn when it is wider than this share of the panel's greatest delivery."""
BY = ["importer", "product"]


@dataclass(frozen=True, eq=False)
class Delivered:
    """Hold the deliveries of one product to one importer."""

    need: Need
    units: pd.DataFrame
    """By year and supplier: mean, p05, p95, in the order of the first year, most first"""
    before: int
    """The last year before the first event"""

    @property
    def change(self) -> float:
        """Return how much changed hands or was lost at most against the years before: a share."""
        years, at = np.unique(self.units["year"], return_inverse=True)
        who, by = np.unique(self.units["who"], return_inverse=True)
        table = np.zeros((years.size, who.size))
        np.add.at(table, (at, by), self.units["mean"].to_numpy(float))
        base = (
            table[years <= self.before].mean(axis=0)
            if (years <= self.before).any()
            else 0 * table[0]
        )
        if base.sum() <= 0:
            return 1.0 if table.max() > 0 else 0.0
        totals = table.sum(axis=1)
        some = totals > 0
        moved = np.abs(table[some] / totals[some, None] - base / base.sum()).sum(axis=1) / 2
        return float(max(moved.max(initial=0.0), (1 - totals / base.sum()).max()))


def suppliers(tables: Tables, choice: Choice = ANY) -> Chart | None:
    """Draw deliveries by calendar year and supplier, each panel on its own scale, so that growth is
    seen.

    Bars stand for the mean of the members, which adds up; a thin line for what a supplier delivers
    in 9 of 10 members, counted from the foot of its bar. A tick is the state's own need. Without a
    choice, buyers whose suppliers changed most are drawn; None where none changed.
    """
    flows = tables["flows"]
    choice.check(flows["importer"], flows["product"])
    known = _delivered(tables, flows)
    changed = sorted(
        (each for each in known if each.change > CHANGED), key=lambda each: -each.change
    )
    wanted = first([each.need for each in (known if choice.is_made else changed)], choice, USUAL)
    by_need = {each.need: each for each in known}
    shown = [by_need[need] for need in wanted]
    if not shown:
        return None
    total = len(known) if choice.is_made else len(changed)
    which = f"{len(shown)} of {total} buyers and products"
    if not choice.is_made:
        which += " whose suppliers changed, most changed first"
    colours = state_colours(tables)
    exporters = {state for each in shown for state in each.units["exporter"]}
    return Chart(
        name="suppliers",
        title=_finding(tables, shown[0]),
        subtitle=f"Units delivered in the calendar year; {which}",
        spec=_spec(colours, [int(year) for year in sorted(flows["year"].unique())]),
        panels=[_panel(tables, each) for each in shown],
        keys=[
            *state_keys(tables, exporters),
            Key("9 of 10 members, of that supplier", "$ink", "line"),
            Key("own need", "$event", "line"),
        ],
        table=_table(tables, shown),
        readout={
            "rows": "rows",
            "x": "year",
            "series": "who",
            "exact": "yes",
            "text": "{who:text} {mean:n} ({p05:n} to {p95:n})",
        },
    )


def _delivered(tables: Tables, flows: pd.DataFrame) -> list[Delivered]:
    named = flows.assign(
        who=[tables.names.state(state) for state in flows["exporter"]], units=flows["mean"]
    )
    if "via" in flows:
        ways = [f" via {tables.names.state(state)}" if state else "" for state in flows["via"]]
        named["who"] = named["who"] + ways
    moments = events.moments(tables)
    years = flows["year"]
    before = max(int(moments[0].month) // 12 - 1, int(years.min())) if moments else int(years.min())
    found = []
    for (importer, product), group in groups(named, BY):
        kept = group.groupby("who")["mean"].transform("max") > 0
        if kept.any():
            found.append(Delivered((str(importer), str(product)), group[kept], before))
    return found


def _panel(tables: Tables, each: Delivered) -> Panel:
    names = tables.names
    order = (
        each.units.groupby("who", sort=False)["mean"]
        .agg("first")
        .sort_values(ascending=False, kind="stable")
    )
    rows = each.units.set_index("who").loc[list(order.index)].reset_index()
    rows = rows.sort_values("year", kind="stable")
    top = rows.groupby("year")["mean"].cumsum()
    rows = rows.assign(top=top, bottom=top - rows["mean"])
    rows = rows.assign(low=rows["bottom"] + rows["p05"], high=rows["bottom"] + rows["p95"])
    greatest = float(top.max())
    seen = rows[rows["p95"] - rows["p05"] > WIDE * greatest]
    columns = ["year", "who", "exporter", "mean", "p05", "p95", "bottom", "top"]
    return Panel(
        title=names.need(*each.need),
        rows={
            "rows": rows.loc[(rows["mean"] > 0) | (rows["p95"] > 0), columns],
            "spread": seen[["year", "low", "high"]],
            "need": _need(tables, each),
        },
        told=f"{_finding(tables, each)}.",
        axis=f"{names.unit(each.need[1])} a year",
        group=each.need[0],
    )


def _need(tables: Tables, each: Delivered) -> pd.DataFrame:
    """Add up the state's own need by year; nothing where its factories buy the product as an input,
    too.
    """
    import pandas as pd

    nothing = pd.DataFrame({"year": pd.Series(dtype="int64"), "need": pd.Series(dtype="float64")})
    state, product = each.need
    scenario = tables.names.scenario
    if "series" not in tables or (
        scenario and any(product in made.inputs for made in scenario.products.values())
    ):
        return nothing
    rows = tables["series"]
    rows = rows[
        (rows["metric"] == "need") & (rows["state"] == state) & (rows["product"] == product)
    ]
    if rows.empty:
        return nothing
    years = rows["month"].str[:4].astype("int64")
    return rows["mean"].groupby(years).sum().rename("need").rename_axis("year").reset_index()


def _finding(tables: Tables, each: Delivered) -> str:
    """Write who supplied most before and who does at the end."""
    units, names = each.units, tables.names
    before = units[units["year"] <= each.before].groupby("who")["mean"].mean()
    last = int(units["year"].max())
    after = units[units["year"] == last].groupby("who")["mean"].sum()
    who = names.need(*each.need)
    if before.sum() <= 0:
        start = f"nothing was delivered until {each.before}"
    else:
        start = (
            f"{before.idxmax()} supplied {percent(before.max() / before.sum())} until {each.before}"
        )
    if after.sum() <= 0:
        return f"{who}: {start}, and nothing is delivered in {last}"
    return (
        f"{who}: {start}, {after.idxmax()} supplies {percent(after.max() / after.sum())} in {last}"
    )


def _spec(colours: dict[str, str], years: list[int]) -> Spec:
    import altair as alt

    across = year_axis(years)
    up = alt.Axis(title=None, tickCount=3, format=NUMBERS)
    bars = alt.Chart(alt.NamedData("rows")).mark_bar(stroke="$paper", strokeWidth=0.5)
    return (
        alt.layer(
            bars.encode(
                x=across,
                y=alt.Y("bottom:Q", axis=up, scale=alt.Scale(nice=True, zero=True)),
                y2="top:Q",
                color=alt.Color("exporter:N", scale=state_scale(colours)),
            ),
            alt.Chart(alt.NamedData("spread"))
            .mark_rule(color="$ink", strokeWidth=1)
            .encode(x="year:O", y="low:Q", y2="high:Q"),
            alt.Chart(alt.NamedData("need"))
            .mark_tick(color="$event", thickness=1.6, orient="horizontal")
            .encode(x="year:O", y="need:Q"),
        )
        .properties(height=104)
        .to_dict()
    )


def _table(tables: Tables, shown: list[Delivered]) -> pd.DataFrame:
    names = tables.names
    return wide(
        ["buyer", "product", "supplier"],
        (
            (
                (names.state(each.need[0]), names.product(each.need[1]), row.who),
                str(row.year),
                spread(number, row.units, row.p05, row.p95),
            )
            for each in shown
            for row in fields(each.units[["who", "year", "units", "p05", "p95"]])
        ),
    )
