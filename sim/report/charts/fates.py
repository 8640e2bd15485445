"""Chart what becomes of each need that was hit, year by year: the share of members with
each fate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.charts.chart import Chart, Key, Panel, Spec
from sim.report.charts.choice import ANY, Choice, Need, first
from sim.report.charts.frames import fields, groups, records
from sim.report.charts.tables import Tables
from sim.report.charts.time import year_axis
from sim.report.charts.wording import counted, percent, selected

if TYPE_CHECKING:
    import pandas as pd

USUAL = 12
FATES = {
    "home": "made at home",
    "ally": "from allies",
    "outside": "from others",
    "leakage": "leakage",
    "old": "old supplier",
    "dropped": "need dropped",
    "unmet": "unmet",
}
"""In the order in which they are stacked, the good ones at the foot."""


def fates(tables: Tables, choice: Choice = ANY) -> Chart | None:
    """Draw each need's fates as shares of the members, stacked, by calendar year from the hit on.

    Needs most likely to be unmet at the end come first. None where no need was hit.
    """
    rows = tables["fates"]
    ends = rows[rows["year"] == "end"]
    unmet = ends[ends["fate"] == "unmet"].sort_values("probability", ascending=False, kind="stable")
    needs = [
        (str(state), str(product))
        for state, product in zip(unmet["state"], unmet["product"], strict=True)
    ]
    shown = first(needs, choice, USUAL)
    if not shown:
        return None
    years = rows[rows["year"] != "end"]
    years = years.assign(year=years["year"].astype("int64"))
    by_need = dict(tuple(years.groupby(["state", "product"], sort=False)))
    return Chart(
        name="fates",
        title=_finding(tables, ends),
        subtitle="Share of the members with each fate in the calendar year; "
        + selected(
            len(shown), len(needs), "need hit", "most likely unmet at the end first", "needs hit"
        ),
        spec=_spec(int(years["year"].min()), int(years["year"].max())),
        panels=[_panel(tables, need, by_need[need]) for need in shown],
        keys=[Key(title, f"${fate}") for fate, title in FATES.items()],
        table=_table(tables, ends, shown),
        readout={
            "rows": "rows",
            "x": "year",
            "series": "said",
            "exact": "yes",
            "text": "{said:text} {share:%}",
        },
    )


def likely(ends: pd.DataFrame) -> pd.DataFrame:
    """Return the most likely fate of each need at the end, one row a need."""
    ranked = ends.sort_values("probability", ascending=False, kind="stable")
    return ranked.drop_duplicates(["state", "product"])


def _finding(tables: Tables, ends: pd.DataFrame) -> str:
    counts = likely(ends)["fate"].value_counts()
    total = int(counts.sum())
    replaced = int(sum(counts.get(fate, 0) for fate in ("home", "ally", "outside")))
    lost = int(counts.get("unmet", 0) + counts.get("dropped", 0))
    return (
        f"Of {counted(total, 'need')} hit, {replaced} {'is' if replaced == 1 else 'are'} most "
        f"likely supplied by other makers; {lost} {'ends' if lost == 1 else 'end'} unmet or "
        "dropped"
    )


def _panel(tables: Tables, need: Need, rows: pd.DataFrame) -> Panel:
    order = list(FATES)
    known = rows[rows["probability"] > 0]
    known = known.assign(place=[order.index(fate) for fate in known["fate"]])
    known = known.sort_values(["year", "place"], kind="stable")
    top = known.groupby("year")["probability"].cumsum()
    drawn = known.assign(
        said=[FATES[fate] for fate in known["fate"]],
        share=known["probability"],
        top=top,
        bottom=top - known["probability"],
    )
    last = drawn[drawn["year"] == drawn["year"].max()]
    ends = ", ".join(f"{row.said} {percent(row.share)}" for row in fields(last))
    return Panel(
        title=tables.names.need(*need),
        rows={"rows": drawn[["year", "fate", "said", "share", "bottom", "top"]]},
        told=f"{tables.names.need(*need)}: in {drawn['year'].max()} {ends}.",
        group=need[0],
    )


def _spec(start: int, last: int) -> Spec:
    import altair as alt

    across = year_axis(range(start, last + 1))
    up = alt.Axis(title="members", format="%", values=[0, 0.5, 1])
    scale = alt.Scale(domain=list(FATES), range=[f"${fate}" for fate in FATES])
    bars = alt.Chart(alt.NamedData("rows")).mark_bar(stroke="$paper", strokeWidth=0.5)
    return (
        alt.layer(
            bars.encode(
                x=across,
                y=alt.Y("bottom:Q", axis=up, scale=alt.Scale(domain=[0, 1])),
                y2="top:Q",
                color=alt.Color("fate:N", scale=scale),
            )
        )
        .properties(height=66)
        .to_dict()
    )


def _table(tables: Tables, ends: pd.DataFrame, shown: list[Need]) -> pd.DataFrame:
    import pandas as pd

    names = tables.names
    by_need = dict(groups(ends, ["state", "product"]))
    rows = []
    for need in shown:
        mine = records(by_need[need])
        shares = {each["fate"]: percent(each["probability"]) for each in mine}
        by = next((each for each in mine if each["by"]), {"by": "", "month_p50": ""})
        when = "never" if by["month_p50"] == "inf" else by["month_p50"]
        who = names.state(by["by"]) if by["by"] else ""
        told = [shares.get(fate, percent(0.0)) for fate in FATES]
        rows.append((names.state(need[0]), names.product(need[1]), *told, who, when))
    columns = ["state", "product", *FATES.values(), "mostly by", "replaced by (median)"]
    return pd.DataFrame(rows, columns=columns)
