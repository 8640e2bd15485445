"""Chart where in the ranges of a study's factors a condition holds: points, boxes, and how much
these say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.report.charts.chart import Chart, Key, Panel, Spec
from sim.report.charts.choice import ANY, Choice
from sim.report.charts.frames import groups, largest, records, single
from sim.report.charts.marks import NUMBERS
from sim.report.charts.tables import Tables
from sim.report.charts.wording import counted, number, percent

if TYPE_CHECKING:
    import pandas as pd

MOST_POINTS = 2500
HOLDS = ["#d9e2ea", "#7fb2d6", "#0b4f8a"]
"""Colour of a point by the share of its runs in which the condition holds."""
FIXED = ("point", "share", "known")


@dataclass(frozen=True)
class Base:
    """Hold in which share of all runs the condition holds, of how many."""

    share: float
    runs: int


def discovery(tables: Tables, choice: Choice = ANY) -> Chart | None:
    """Draw the points in the plane of the two factors that bind most boxes, and the boxes' limits
    in it.

    The title says what the boxes add to knowing nothing: the lift is the share inside over the
    share in all runs. Where the condition holds in most runs, that is hardly more than 1. None
    without a box.
    """
    if not tables.has("boxes"):
        return None
    points, boxes = tables["points"], tables["boxes"]
    runs = float(points["known"].sum())
    base = Base(float((points["share"] * points["known"]).sum() / runs), int(runs))
    axes = _axes(points, boxes)
    panel = _panel(tables, points, boxes, axes)
    told = [_told(tables, int(str(box)), part, base) for box, part in groups(boxes, "box")]
    up = tables.names.path(axes[1]) if len(axes) > 1 else "share of runs in which it holds"
    return Chart(
        name="discovery",
        title=_finding(boxes, base),
        subtitle=f"A point is a setting of the factors, its colour the share of its runs in "
        f"which the condition holds; up: {up}, "
        f"across: {tables.names.path(axes[0])}; {counted(len(points), 'point')}, "
        f"{counted(base.runs, 'run')}",
        spec=_spec(tables, axes),
        panels=[panel],
        keys=[
            Key("holds in no run", HOLDS[0], "point"),
            Key("in half", HOLDS[1], "point"),
            Key("in all", HOLDS[2], "point"),
            Key("limits of a box, by number", "$loss", "line"),
        ],
        notes=told,
        table=_table(tables, boxes, base),
        columns=1,
    )


def _finding(boxes: pd.DataFrame, base: Base) -> str:
    best = largest(boxes, "density")
    lift = best["density"] / base.share if base.share else float("nan")
    said = (
        f"it holds in {percent(base.share)} of all runs, in {percent(best['density'])} of "
        f"the best box's (lift {number(lift)}), which holds {percent(best['mass'])} of the runs"
    )
    if base.share > 0.5:
        rare, inside = 1 - base.share, 1 - float(best["density"])
        return (
            f"Common, so ask when not: {said}; it fails in {percent(rare)} of all and "
            f"{percent(inside)} there"
        )
    return f"{said[:1].upper()}{said[1:]}"


def _axes(points: pd.DataFrame, boxes: pd.DataFrame) -> list[str]:
    """Choose two factors: those with limits, of the boxes that hold most first, then others."""
    bound = list(dict.fromkeys(boxes["factor"]))
    others = [name for name in points.columns if name not in FIXED and name not in bound]
    numeric = [name for name in bound + others if points[name].dtype.kind in "fi"]
    return (numeric or bound)[:2]


def _panel(tables: Tables, points: pd.DataFrame, boxes: pd.DataFrame, axes: list[str]) -> Panel:
    import pandas as pd

    some = points.iloc[:: -(-len(points) // MOST_POINTS)]
    up = some[axes[1]] if len(axes) > 1 else some["share"]
    rows = pd.DataFrame({"x": some[axes[0]], "y": up, "share": some["share"]})
    ends = [(rows[name].min(), rows[name].max()) for name in ("x", "y")]
    rects: list[tuple[float | str, ...]] = []
    for box, part in groups(boxes, "box"):
        limits = {limit["factor"]: limit for limit in records(part)}
        sides: list[float] = []
        for place, (low, high) in enumerate(ends):
            limit = limits.get(axes[place] if place < len(axes) else "", {})
            sides.append(_or(limit.get("low", np.nan), low))
            sides.append(_or(limit.get("high", np.nan), high))
        # numbers stand apart where boxes share a corner
        at = sides[0] + (0.012 + 0.05 * (len(rects) % 20)) * (ends[0][1] - ends[0][0])
        rects.append((*sides, at, str(box)))
    frame = pd.DataFrame(rects, columns=["x", "x2", "y", "y2", "at", "number"])
    return Panel(
        title="",
        rows={"rows": rows.dropna(), "boxes": frame},
        told=(
            f"Points by {' and '.join(map(tables.names.path, axes))}, with "
            f"{counted(len(frame), 'box', 'boxes')}."
        ),
    )


def _or(value: float, other: float) -> float:
    return other if np.isnan(value) else float(value)


def _told(tables: Tables, box: int, part: pd.DataFrame, base: Base) -> str:
    first = single(part)
    where = " and ".join(_limit(tables, row) for row in records(part))
    lift = first["density"] / base.share if base.share else float("nan")
    return (
        f"{box}  {where}: it holds in {percent(first['density'])} of the runs there (lift "
        f"{number(lift)}), "
        f"which are {percent(first['mass'])} of all runs and {percent(first['coverage'])} of "
        f"those in which it holds"
    )


def _limit(tables: Tables, row: dict[str, Any]) -> str:
    name = tables.names.path(row["factor"])
    if row["values"]:
        return f"{name} is {row['values'].replace('; ', ' or ')}"
    low, high = row["low"], row["high"]
    if np.isnan(low):
        return f"{name} below {number(high)}"
    return (
        f"{name} above {number(low)}"
        if np.isnan(high)
        else f"{name} {number(low)} to {number(high)}"
    )


def _spec(tables: Tables, axes: list[str]) -> Spec:
    import altair as alt

    names = [tables.names.path(name) for name in axes] + ["share of its runs in which it holds"]
    axis: dict[str, Any] = {"format": NUMBERS, "titleLimit": 0, "tickCount": 6}
    scale = alt.Scale(zero=False, nice=False, padding=10)
    across = alt.X("x:Q", axis=alt.Axis(title=names[0], **axis), scale=scale)
    up = alt.Y("y:Q", axis=alt.Axis(title=None, **axis), scale=scale)
    colour = alt.Color("share:Q", scale=alt.Scale(domain=[0, 0.5, 1], range=HOLDS))
    rects = alt.Chart(alt.NamedData("boxes"))
    return (
        alt.layer(
            alt.Chart(alt.NamedData("rows"))
            .mark_circle(size=26, opacity=0.9, stroke="$faint", strokeWidth=0.3)
            .encode(x=across, y=up, color=colour),
            rects.mark_rect(fillOpacity=0, stroke="$loss", strokeWidth=2).encode(
                x="x:Q", x2="x2:Q", y="y:Q", y2="y2:Q"
            ),
            rects.mark_text(
                color="$loss", fontWeight="bold", fontSize=13, align="left", baseline="top", dy=4
            ).encode(x="at:Q", y="y2:Q", text="number:N"),
        )
        .properties(height=380)
        .to_dict()
    )


def _table(tables: Tables, boxes: pd.DataFrame, base: Base) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (
            row["box"],
            _limit(tables, row),
            row["factor"],
            percent(row["density"]),
            number(row["density"] / base.share if base.share else float("nan")),
            percent(row["coverage"]),
            percent(row["mass"]),
        )
        for row in records(boxes)
    ]
    columns = [
        "box",
        "limit",
        "path",
        "holds inside",
        "lift",
        "of those in which it holds",
        "of all runs",
    ]
    return pd.DataFrame(rows, columns=columns)
