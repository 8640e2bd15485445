"""Chart who supplies whom, year by year: units of each supplier, stacked, with the spread
of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.report.charts import events
from sim.report.charts.chart import Chart, Key, Panel, Spec
from sim.report.charts.choice import ANY, Choice, Need
from sim.report.charts.frames import fields, groups
from sim.report.charts.marks import NUMBERS, state_scale
from sim.report.charts.spreads import spread, wide
from sim.report.charts.states import state_colours, state_keys
from sim.report.charts.tables import Tables
from sim.report.charts.time import year_axis
from sim.report.charts.wording import counted, number, percent
from sim.report.charts.years import MONTHS, parts_told, year_lengths
from sim.scenario.bills import bills

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
    lengths: Mapping[int, int]
    """Months of the run in a calendar year"""

    @property
    def change(self) -> float:
        """Return how much changed hands or was lost at most against the years before: a share. A
        year that is not whole counts by the month.
        """
        years, at = np.unique(self.units["year"], return_inverse=True)
        who, by = np.unique(self.units["who"], return_inverse=True)
        table = np.zeros((years.size, who.size))
        np.add.at(table, (at, by), self.units["mean"].to_numpy(float))
        table *= [[MONTHS / self.lengths.get(int(year), MONTHS)] for year in years]
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
    flows = tables.listed("flows")
    known = tables.once("delivered", _delivered)
    order = " whose suppliers changed, most changed first"
    if choice.is_made:
        order = ""
    else:
        known = [each for each in known if each.change > CHANGED]
        known.sort(key=lambda each: -each.change)
    shown = [each for each in known if choice.takes(*each.need)][: choice.limit(USUAL)]
    if not shown:
        return None
    colours = state_colours(tables)
    exporters = set().union(*(each.units["exporter"] for each in shown))
    return Chart(
        name="suppliers",
        title=_finding(tables, shown[0]),
        subtitle=f"Units delivered in the calendar year{parts_told(tables)}; "
        f"{_which(shown, known)}{order}",
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


def _delivered(tables: Tables) -> list[Delivered]:
    """Return the deliveries of each product to each importer, bars laid on one another by year."""
    flows, moments = tables.listed("flows"), events.moments(tables)
    first_year = int(flows["year"].min())
    before = max(moments[0].month // 12 - 1, first_year) if moments else first_year
    lengths = year_lengths(tables)
    return [
        Delivered(need, part, before, lengths) for need, part in groups(_stacked(tables, flows), BY)
    ]


def _stacked(tables: Tables, flows: pd.DataFrame) -> pd.DataFrame:
    """Add the supplier's name and the ends of its bar; who supplied most at first lies lowest."""
    who = [tables.names.state(state) for state in flows["exporter"]]
    if "via" in flows:
        ways = [f" via {tables.names.state(state)}" if state else "" for state in flows["via"]]
        who = [name + way for name, way in zip(who, ways, strict=True)]
    named = flows.assign(who=who, units=flows["mean"])
    line = named.groupby([*BY, "who"], sort=False)["mean"]
    named = named[line.transform("max") > 0].assign(start=line.transform("first"))
    named = named.sort_values(["year", "start"], ascending=[True, False], kind="stable")
    top = named.groupby([*BY, "year"], sort=False)["mean"].cumsum()
    bottom = top - named["mean"]
    return named.assign(
        top=top, bottom=bottom, low=bottom + named["p05"], high=bottom + named["p95"]
    )


def _panel(tables: Tables, each: Delivered) -> Panel:
    names = tables.names
    rows = each.units
    seen = rows[rows["p95"] - rows["p05"] > WIDE * float(rows["top"].max())]
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
    """Return the state's own need by year; nothing where its factories buy the product, too."""
    import pandas as pd

    known = tables.once("needs", _needs)
    nothing = pd.DataFrame({"year": pd.Series(dtype="int64"), "need": pd.Series(dtype="float64")})
    return known.get(each.need, nothing)


def _needs(tables: Tables) -> dict[Need, pd.DataFrame]:
    if "series" not in tables:
        return {}
    rows = tables.final("series").query("metric == 'need'")
    years = rows["month"].str[:4].astype("int64").rename("year")
    sums = rows.groupby(["state", "product", years], sort=False)["mean"].sum().rename("need")
    scenario = tables.names.scenario
    inputs = {name for _, bill in bills(scenario) for name in bill} if scenario else ()
    found = groups(sums.reset_index(), ["state", "product"])
    return {need: part[["year", "need"]] for need, part in found if need[1] not in inputs}


def _which(shown: Sequence[object], known: Sequence[object]) -> str:
    some = f"{len(shown)} of " if len(shown) < len(known) else ""
    return some + counted(len(known), "buyer and product", "buyers and products")


def _finding(tables: Tables, each: Delivered) -> str:
    """Write who supplied most before and who does at the end."""
    need = tables.names.need(*each.need)
    last = int(each.units["year"].max())
    before, share = _most(each, first=0, last=each.before)
    start = f"{before} supplied {percent(share)} until {each.before}"
    if not before:
        start = f"nothing was delivered until {each.before}"
    after, share = _most(each, first=last, last=last)
    if not after:
        return f"{need}: {start}, and nothing is delivered in {last}"
    return f"{need}: {start}, {after} supplies {percent(share)} in {last}"


def _most(each: Delivered, *, first: int, last: int) -> tuple[str, float]:
    """Return who supplied most in these years, and which share; no name where nobody did."""
    sums: dict[str, float] = {}
    for row in fields(each.units[["year", "who", "units"]]):
        if first <= row.year <= last:
            sums[row.who] = sums.get(row.who, 0.0) + row.units
    total = sum(sums.values())
    if total <= 0:
        return "", 0.0
    who = max(sums, key=lambda name: sums[name])
    return who, sums[who] / total


def _spec(colours: dict[str, str], years: list[int]) -> Spec:
    import altair as alt

    across = year_axis(years)
    up = alt.Axis(title=None, tickCount=3, **NUMBERS)
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
