"""Chart what was tried to reach a goal: how likely, at what cost and by when, each against what is
chosen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report.charts.chart import Chart, Key, Panel, Spec
from sim.report.charts.choice import ANY, Choice
from sim.report.charts.frames import single
from sim.report.charts.marks import NUMBERS
from sim.report.charts.names import Names
from sim.report.charts.tables import Tables
from sim.report.charts.time import WHOLE_YEARS, date_ticks, ordinal
from sim.report.charts.wording import number, percent

if TYPE_CHECKING:
    import pandas as pd

MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True, eq=False)
class Lever:
    """Hold what is chosen: its name, and the place of each choice on the axis."""

    title: str
    places: pd.Series[float]
    is_time: bool

    def place(self, choice: str) -> float:
        """Return the place of a choice; months are years and parts of them."""
        return ordinal(choice) / 12 if self.is_time else float(choice)


def frontier(tables: Tables, choice: Choice = ANY) -> Chart | None:
    """Draw three panels over what is chosen: share of members that reach the goal with its 95 %
    interval, money invested with its spread, and the date by which the share asked for has
    reached it.
    """
    import pandas as pd

    plan, tried = single(tables["plan"]), tables["frontier"]
    lever = _lever(tables, plan, tried)
    answer = _answer(plan, lever, tried)
    frames = {
        f"members that reach it, % (bar: 95 % interval of {plan['members']} members)": _chances(
            tried, lever, int(plan["members"])
        ),
        f"invested by the end, {tables.names.currency} (bar: 9 of 10 members)": _spread(
            tried, lever
        ),
        f"date by which {percent(plan['asked'])} of the members reach it": _dates(tried, lever),
    }
    asked = pd.DataFrame({"y": [100.0 * plan["asked"]]})
    panels = [
        Panel(
            title="",
            axis=title,
            rows={
                "rows": rows,
                "asked": asked.head(1 if place == 0 else 0),
                "answer": answer,
                "years": _years(rows) if place == len(frames) - 1 else asked.head(0),
            },
            told=f"{title}, by {lever.title}.",
        )
        for place, (title, rows) in enumerate(frames.items())
        if not rows.empty
    ]
    return Chart(
        name="frontier",
        title=_finding(tables, plan),
        subtitle=(
            f"{plan['reach']}; across: {lever.title}; {len(tried)} choices tried, all "
            f"with the same members"
        ),
        spec=_spec(lever),
        panels=panels,
        keys=[
            Key("tried", "$line", "point"),
            *([Key("answer", "$loss", "dash")] if len(answer) else []),
            Key("share asked for", "$event", "rule"),
        ],
        table=_table(tables, tried, lever),
        columns=1,
    )


def _lever(tables: Tables, plan: dict[str, Any], tried: pd.DataFrame) -> Lever:
    import pandas as pd

    names, path = tables.names, str(plan["choose"])
    unit = f", {names.currency}" if path.endswith(".budget") else ""
    title = names.path(path) + unit if path != "date" else "month"
    choices = tried["choice"].astype(str)
    if "plants" in tried:
        return Lever(f"number of plants, {title}", tried["plants"].astype(float), False)
    if choices.map(lambda each: bool(MONTH.fullmatch(each))).all():
        return Lever(title, pd.Series([ordinal(each) / 12 for each in choices]), True)
    return Lever(title, pd.to_numeric(choices), False)


def _answer(plan: dict[str, Any], lever: Lever, tried: pd.DataFrame) -> pd.DataFrame:
    """Return where the answer stands on the axis of what is chosen; no row where nothing
    is enough.
    """
    import pandas as pd

    said = str(plan["answer"])
    same = tried["choice"].astype(str) == said
    if said in ("", "nan"):
        return pd.DataFrame({"x": pd.Series(dtype="float64"), "said": pd.Series(dtype="str")})
    place = float(lever.places[same.to_numpy()].iloc[0]) if same.any() else lever.place(said)
    is_number = not lever.is_time and "plants" not in tried
    return pd.DataFrame({"x": [place], "said": [number(float(said)) if is_number else said]})


def _chances(tried: pd.DataFrame, lever: Lever, members: int) -> pd.DataFrame:
    """Return the shares with their 95 % intervals (Wilson 1927), in per cent."""
    import pandas as pd

    share, z = tried["probability"].to_numpy(float), 1.959964
    middle = (share + z**2 / (2 * members)) / (1 + z**2 / members)
    half = (
        z * np.sqrt(share * (1 - share) / members + z**2 / (4 * members**2)) / (1 + z**2 / members)
    )
    values = {"low": 100 * (middle - half), "middle": 100 * share, "high": 100 * (middle + half)}
    return pd.DataFrame({"x": lever.places.to_numpy(), **values})


def _spread(tried: pd.DataFrame, lever: Lever) -> pd.DataFrame:
    import pandas as pd

    ends = {"low": "cost_p05", "middle": "cost_p50", "high": "cost_p95"}
    return pd.DataFrame(
        {"x": lever.places.to_numpy(), **{new: tried[old].to_numpy() for new, old in ends.items()}}
    )


def _years(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the whole years before and after all dates, which the axis is to hold."""
    import pandas as pd

    if rows.empty:
        return rows
    return pd.DataFrame({"y": [np.floor(rows["low"].min()), np.floor(rows["high"].max()) + 1]})


def _dates(tried: pd.DataFrame, lever: Lever) -> pd.DataFrame:
    """Return the dates as years and parts of them; what is never reached has no dot."""
    import pandas as pd

    if "reached" not in tried:
        return pd.DataFrame()
    known = tried["reached"].astype(str).map(lambda each: bool(MONTH.fullmatch(each))).to_numpy()
    years = [ordinal(each) / 12 for each in tried["reached"][known]]
    return pd.DataFrame(
        {"x": lever.places.to_numpy()[known], "low": years, "middle": years, "high": years}
    )


def _finding(tables: Tables, plan: dict[str, Any]) -> str:
    reach, whom = plan["reach"], f"in {percent(plan['asked'])} of the members"
    if str(plan["answer"]) in ("", "nan"):
        return f"Nothing that was tried is enough for {reach} {whom}"
    if plan["choose"] == "date":
        return f"{reach}: reached {whom} by {plan['answer']}"
    try:
        said = number(float(plan["answer"]))
    except ValueError:
        said = str(plan["answer"])
    currency = tables.names.currency
    if str(plan["choose"]).endswith(".budget") and currency != Names.currency:
        said += f" {currency}"
    low, high = percent(plan["probability_low"]), percent(plan["probability_high"])
    return (
        f"{tables.names.path(plan['choose'])} {said} is enough {whom} (it is then "
        f"{percent(plan['probability'])}, 95 % interval {low} to {high})"
    )


def _spec(lever: Lever) -> Spec:
    import altair as alt

    ends = [float(lever.places.min()), float(lever.places.max())]
    # all panels have the same places: what never reaches the goal has no dot in the last one
    loose = (
        alt.Scale(domain=ends, nice=False, padding=12)
        if ends[0] < ends[1]
        else alt.Scale(zero=False)
    )
    labels: dict[str, Any] = date_ticks(*ends) if lever.is_time else NUMBERS
    axis = alt.Axis(title=lever.title, titleLimit=0, grid=False, **labels)
    base = alt.Chart(alt.NamedData("rows")).encode(x=alt.X("x:Q", axis=axis, scale=loose))
    up = alt.Axis(title=None, format=".6~g", tickCount=4, labelExpr=WHOLE_YEARS)
    answer = alt.Chart(alt.NamedData("answer"))
    return (
        alt.layer(
            base.mark_rule(color="$half", strokeWidth=2.5).encode(
                y=alt.Y("low:Q", axis=up, scale=alt.Scale(zero=False, nice=True)), y2="high:Q"
            ),
            base.mark_point(color="$line", filled=True, opacity=1, size=36).encode(y="middle:Q"),
            alt.Chart(alt.NamedData("asked"))
            .mark_rule(color="$event", strokeWidth=1)
            .encode(y="y:Q"),
            alt.Chart(alt.NamedData("years")).mark_point(opacity=0).encode(y="y:Q"),
            answer.mark_rule(color="$loss", strokeDash=[5, 3], strokeWidth=1.5).encode(x="x:Q"),
            answer.mark_text(color="$loss", fontWeight="bold", baseline="bottom").encode(
                x="x:Q", y=alt.value(-3), text="said:N"
            ),
        )
        .properties(height=170)
        .to_dict()
    )


def _table(tables: Tables, tried: pd.DataFrame, lever: Lever) -> pd.DataFrame:
    import pandas as pd

    columns = {
        lever.title: tried["choice"].astype(str),
        "reach it": [percent(share) for share in tried["probability"]],
    }
    if "reached" in tried:
        columns["by"] = tried["reached"].astype(str)
    for level, said in (("p50", "median"), ("p05", "5 %"), ("p95", "95 %")):
        columns[f"invested, {said}"] = [number(each) for each in tried[f"cost_{level}"]]
    return pd.DataFrame(columns)
