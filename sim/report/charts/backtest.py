"""Chart forecasts against what happened, and how often outcomes fall where the forecast
put them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.report.charts.chart import Chart, Key, Mark, Panel, Spec
from sim.report.charts.choice import ANY, Choice
from sim.report.charts.frames import fields
from sim.report.charts.names import plain
from sim.report.charts.ranges import labelled, range_spec, step
from sim.report.charts.tables import Tables
from sim.report.charts.time import WHOLE_YEARS, ordinal
from sim.report.charts.wording import counted, number

if TYPE_CHECKING:
    import pandas as pd

POINTS = {"outcome": "$ink", "plan": "$event", "naive": "$even"}
SHAPES: dict[str, Mark] = {"outcome": "diamond", "plan": "cross", "naive": "triangle-up"}
TENTHS = tuple(f"{low} to {low + 10} %" for low in range(0, 100, 10))
MONTH = re.compile(r"(after )?(\d{4}-\d{2})")


def backtest(tables: Tables, choice: Choice = ANY) -> Chart | None:
    """Draw each outcome with its forecast's 90 % interval and median, the announced plan and the
    naive forecast.

    A panel holds the outcomes of one category and unit; dates are years.
    """
    import altair as alt

    rows = tables["backtest"]
    if rows.empty:
        return None
    parts = [part for _, part in rows.groupby(["category", "unit"], sort=False)]
    panels = [_panel(part) for part in parts]
    dots = alt.Chart(alt.NamedData("dots")).encode(
        x="x:Q",
        y=alt.Y("label:N", sort=None),
        shape=alt.Shape(
            "what:N",
            scale=alt.Scale(domain=list(POINTS), range=list(SHAPES.values())),
        ),
        color=alt.Color(
            "what:N", scale=alt.Scale(domain=list(POINTS), range=list(POINTS.values()))
        ),
    )
    spec = range_spec(
        max(step(panel.rows["rows"]) for panel in panels),
        {"model": "$line"},
        labels={"format": ".6~g", "labelExpr": WHOLE_YEARS},
        zero=False,
        extra=[dots.mark_point(filled=True, opacity=1, size=60)],
    )
    spec["resolve"] = {"scale": {"color": "independent", "shape": "independent"}}
    return Chart(
        name="backtest",
        title=_finding(rows),
        subtitle=f"Each category forecast without its own history; {counted(len(rows), 'outcome')}",
        spec=spec,
        panels=panels,
        keys=[
            Key("forecast: median, bar: 9 of 10 members", "$line", "point"),
            Key("what happened", "$ink", SHAPES["outcome"]),
            Key("announced plan", "$event", SHAPES["plan"]),
            Key("naive forecast", "$even", SHAPES["naive"]),
        ],
        table=_table(rows),
        columns=1,
        has_names=True,
    )


def calibration(tables: Tables, choice: Choice = ANY) -> Chart | None:
    """Draw the randomised probability integral transform of observed outcomes in tenths, beside
    what chance would do: of cases, and of precedents where they are there.

    From a forecast without fault as many fall into each tenth; a hump says that intervals are too
    wide, full ends that they are too narrow (Czado, Gneiting and Held 2009). What officials or
    experts claim is left out.
    """
    judged = _judged(tables)
    if not judged:
        return None
    panels = [_tenths(title, rows) for title, rows in judged.items()]
    rows = next(iter(judged.values()))
    known = rows[rows["in90"].isin(("yes", "no"))]
    outside = int((known["in90"] == "no").sum())
    return Chart(
        name="calibration",
        title=(
            f"{number(outside)} of {counted(len(known), 'outcome')} lie outside the 90 % "
            f"interval, {number(0.1 * len(known))} would by chance"
        ),
        subtitle=(
            "How many outcomes came at which tenth of their forecast; outcomes are not "
            "independent of one another"
        ),
        spec=_calibration_spec(),
        panels=panels,
        keys=[
            Key("outcomes found", "$half", "square"),
            Key("by chance: mean, bar: 90 % of draws", "$ink", "point"),
        ],
        table=_tenths_table(panels),
        columns=1,
    )


def _judged(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the rows of each panel that has some."""
    found = {}
    if tables.has("backtest"):
        found["Cases"] = _observed(tables["backtest"])
    if tables.has("backtest_precedents"):
        scored = tables["backtest_precedents"].dropna(subset="pit")
        for shipped, title in (("yes", "Precedents"), ("no", "Unseen precedents")):
            found[title] = scored[scored["shipped"] == shipped]
    return {title: rows for title, rows in found.items() if len(rows)}


def _tenths(title: str, rows: pd.DataFrame) -> Panel:
    """Count how many outcomes lie in each tenth of their forecast."""
    import pandas as pd
    from scipy.stats import binom

    found = np.histogram(rows["pit"].to_numpy(dtype=np.float64), 10, (0.0, 1.0))[0]
    count = len(rows)
    frame = pd.DataFrame(
        {
            "label": TENTHS,
            "found": found,
            "low": binom.ppf(0.05, count, 0.1),
            "middle": count / 10,
            "high": binom.ppf(0.95, count, 0.1),
        }
    )
    ends = int(found[0] + found[-1])
    told = f"{title}: {ends} of {counted(count, 'outcome')} lie in the first or the last tenth."
    return Panel(title, {"rows": frame}, told, "outcomes")


def _tenths_table(panels: Sequence[Panel]) -> pd.DataFrame:
    """Lay out the numbers behind the panels."""
    import pandas as pd

    frames = [panel.rows["rows"].assign(of=panel.title.lower()) for panel in panels]
    rows = pd.concat(frames, ignore_index=True)
    titles = {"low": "chance, 5 %", "middle": "chance, mean", "high": "chance, 95 %"}
    written = rows.assign(
        **{name: [number(each) for each in rows[name]] for name in ("found", *titles)}
    )
    shown = written[["of", "label", "found", *titles]]
    return shown.rename(columns={"label": "tenth of the forecast"} | titles)


def place(text: object) -> float:
    """Return a number, or a month as years and parts of them; `after` a month is one month on."""
    said = str(text)
    found = MONTH.fullmatch(said)
    if found:
        return (ordinal(found[2]) + (1 if found[1] else 0)) / 12
    return float(said) if said not in ("", "nan") else float("nan")


def _panel(rows: pd.DataFrame) -> Panel:
    import pandas as pd

    places = {name: [place(each) for each in rows[name]] for name in ("p05", "p50", "p95", *POINTS)}
    first = rows.iloc[0]
    labels = [
        f"{plain(row.metric)}, {row.date}" + (" (claimed)" if row.kind == "claim" else "")
        for row in fields(rows)
    ]
    drawn = labelled(rows, labels)
    frame = pd.DataFrame(
        {
            "label": drawn["label"].to_numpy(),
            "low": places["p05"],
            "middle": places["p50"],
            "high": places["p95"],
            "kind": "model",
            "said": "",
        }
    )
    dots = [
        (label, what, value)
        for what in POINTS
        for label, value in zip(drawn["label"], places[what], strict=True)
    ]
    known = rows[rows["in90"].isin(("yes", "no"))]
    inside = int((known["in90"] == "yes").sum())
    return Panel(
        title=plain(first["category"]),
        rows={"rows": frame, "dots": pd.DataFrame(dots, columns=["label", "what", "x"]).dropna()},
        told=(
            f"{plain(first['category'])}: {inside} of {counted(len(known), 'outcome')} lie within"
            f" the 90 % interval."
        ),
        axis="year" if first["unit"] == "date" else str(first["unit"]),
    )


def _observed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["kind"] != "claim"]


def _finding(rows: pd.DataFrame) -> str:
    rows = _observed(rows) if len(_observed(rows)) else rows
    known = rows[rows["in90"].isin(("yes", "no"))]
    inside, best = int((known["in90"] == "yes").sum()), int((rows["best"] == "model").sum())
    return (
        f"{inside} of {counted(len(known), 'observed outcome')} lie within the 90 % "
        f"interval; the model is the best forecast of {best}"
    )


def _calibration_spec() -> Spec:
    import altair as alt

    across = alt.X("label:O", sort=None, axis=alt.Axis(title=None, labelAngle=0, labelLimit=0))
    base = alt.Chart(alt.NamedData("rows")).encode(x=across)
    up = alt.Axis(title=None, tickCount=4)
    return (
        alt.layer(
            base.mark_bar(color="$half", size=34).encode(y=alt.Y("found:Q", axis=up)),
            base.mark_rule(color="$ink", strokeWidth=2).encode(y="low:Q", y2="high:Q"),
            base.mark_point(color="$ink", filled=True, opacity=1, size=50).encode(y="middle:Q"),
        )
        .properties(height=200)
        .to_dict()
    )


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    shown = [
        "category",
        "metric",
        "date",
        "unit",
        "outcome",
        "p05",
        "p50",
        "p95",
        "plan",
        "naive",
        "in90",
        "best",
    ]
    frame = rows[shown].astype(str).replace("nan", "-")
    return pd.DataFrame(frame)
