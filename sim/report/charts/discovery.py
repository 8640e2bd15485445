"""Chart where in the ranges of a study's factors a condition holds: points, boxes, and how much
these say.
"""

from __future__ import annotations

import json
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
RATIO = 20
"""Largest over least value of a factor from which on ratios are drawn."""
SMALL, LARGE = 8, 28
"""Size of points that no box can hold by limits that are not drawn, and of others."""
HOLDS = ["#d9e2ea", "#7fb2d6", "#0b4f8a"]
"""Colour of a point by the share of its runs in which the condition holds."""


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
    lines = _lines(tables, points, boxes)
    panel = _panel(points, boxes, lines)
    small = Key("small: outside limits that the chart does not show", HOLDS[1], "ring")
    told = [_told(tables, int(str(box)), part, base) for box, part in groups(boxes, "box")]
    up = lines[1].title if len(lines) > 1 else "share of runs in which it holds"
    return Chart(
        name="discovery",
        title=_finding(boxes, base, _condition(tables)),
        subtitle=f"A point is a setting of the factors, its colour the share of its runs in "
        f"which the condition holds; up: {up}, "
        f"across: {lines[0].title}; {counted(len(points), 'point')}, "
        f"{counted(base.runs, 'run')}",
        spec=_spec(lines),
        panels=[panel],
        keys=[
            Key("holds in no run", HOLDS[0], "point"),
            Key("in half", HOLDS[1], "point"),
            Key("in all", HOLDS[2], "point"),
            Key("limits of a box, by number", "$loss", "line"),
            *([small] if (panel.rows["rows"]["size"] == SMALL).any() else []),
        ],
        notes=told,
        table=_table(tables, boxes, base),
        columns=1,
    )


def _condition(tables: Tables) -> str:
    """Return what holds; a table of another version does not say."""
    has_it = tables.has("quality") and "when" in tables["quality"]
    return str(tables["quality"]["when"].iloc[0]) if has_it else "it"


def _finding(boxes: pd.DataFrame, base: Base, what: str) -> str:
    best = largest(boxes, "density")
    lift = best["density"] / base.share if base.share else float("nan")
    said = (
        f"{what} holds in {percent(base.share)} of all runs, in {percent(best['density'])} of "
        f"the best box's (lift {number(lift)}), which holds {percent(best['mass'])} of the runs"
    )
    if base.share > 0.5:
        rare, inside = 1 - base.share, 1 - float(best["density"])
        return (
            f"Common, so ask when not: {said}; it fails in {percent(rare)} of all and "
            f"{percent(inside)} there"
        )
    return f"I{said[1:]}" if what == "it" else said


@dataclass(frozen=True, eq=False)
class Line:
    """Hold a factor laid out along an axis; one that is not numbers stands at 0, 1, ..."""

    factor: str
    title: str
    values: pd.Series[float]
    names: tuple[str, ...] = ()

    @property
    def is_log(self) -> bool:
        """Return whether ratios are drawn: all is above 0 and the largest far above the least."""
        low, high = float(self.values.min()), float(self.values.max())
        return not self.names and low > 0 and high / low >= RATIO

    @property
    def ends(self) -> tuple[float, float]:
        """Return the ends of the axis; a name takes half a unit on both sides."""
        room = 0.5 if self.names else 0.0
        return float(self.values.min()) - room, float(self.values.max()) + room

    def sides(self, limit: dict[str, Any]) -> list[tuple[float, float]]:
        """Return where a box lies along it: all along without a limit; names that stand apart have
        a part each.
        """
        low, high = self.ends
        if limit and limit["values"]:
            kept = {self.names.index(name) for name in limit["values"].split("; ")}
            first = [place - 0.5 for place in sorted(kept) if place - 1 not in kept]
            last = [place + 0.5 for place in sorted(kept) if place + 1 not in kept]
            return list(zip(first, last, strict=True))
        return [(_or(limit.get("low", np.nan), low), _or(limit.get("high", np.nan), high))]


def _lines(tables: Tables, points: pd.DataFrame, boxes: pd.DataFrame) -> list[Line]:
    """Lay out the first two factors with limits, of the boxes that hold most first; of one alone
    the share of runs stands on the other axis.
    """
    bound = list(dict.fromkeys(boxes["factor"]))
    return [_line(tables, points, boxes, name) for name in bound[:2]]


def _line(tables: Tables, points: pd.DataFrame, boxes: pd.DataFrame, factor: str) -> Line:
    title = tables.names.path(factor)
    limits = [each for each in boxes.loc[boxes["factor"] == factor, "values"] if each]
    if not limits:
        return Line(factor, title, points[factor])
    said = _said(points[factor])
    names = tuple(sorted({*said, *(name for each in limits for name in each.split("; "))}))
    return Line(factor, title, said.map(names.index), names)


def _said(values: pd.Series[Any]) -> pd.Series[str]:
    """Write choices as the limits of boxes name them; a table read again holds some as values."""
    return values.map(lambda each: str(each).lower() if isinstance(each, bool) else str(each))


def _panel(points: pd.DataFrame, boxes: pd.DataFrame, lines: list[Line]) -> Panel:
    import pandas as pd

    up = lines[1].values if len(lines) > 1 else points["share"]
    near = _near(points, boxes, [line.factor for line in lines])
    rows = pd.DataFrame({"x": lines[0].values, "y": up, "share": points["share"], "size": near})
    rows = rows.assign(size=rows["size"].map({True: LARGE, False: SMALL})).dropna()
    left, right = lines[0].ends
    rects: list[tuple[float | str, ...]] = []
    for box, part in groups(boxes, "box"):
        limits = {limit["factor"]: limit for limit in records(part)}
        across, upward = (
            *(line.sides(limits.get(line.factor, {})) for line in lines),
            [(0.0, 1.0)],
        )[:2]
        # numbers stand apart where boxes share a corner
        room = (0.012 + 0.05 * (len(rects) % 20)) * (right - left)
        rects += [
            (x, x2, y, y2, min(x + room, x2), str(box)) for x, x2 in across for y, y2 in upward
        ]
    frame = pd.DataFrame(rects, columns=["x", "x2", "y", "y2", "at", "number"])
    told = f"Points by {' and '.join(line.title for line in lines)}"
    return Panel(
        title="",
        rows={"rows": rows.iloc[:: -(-len(rows) // MOST_POINTS)], "boxes": frame},
        told=f"{told}, with {counted(frame['number'].nunique(), 'box', 'boxes')}.",
    )


def _near(points: pd.DataFrame, boxes: pd.DataFrame, drawn: list[str]) -> pd.Series[bool]:
    """Return which points some box can hold, by its limits of factors that are not drawn."""
    import pandas as pd

    found = pd.Series(False, points.index)
    for _, part in groups(boxes, "box"):
        kept = pd.Series(True, points.index)
        for limit in records(part):
            values = points[limit["factor"]]
            if limit["factor"] in drawn:
                continue
            if limit["values"]:
                kept &= _said(values).isin(limit["values"].split("; "))
            else:
                kept &= ~(values <= limit["low"]) & ~(values > limit["high"])
        found |= kept
    return found


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


def _axis(title: str | None, line: Line | None) -> dict[str, Any]:
    """Return the axis and the scale of a factor, or of a share."""
    import altair as alt

    axis: dict[str, Any] = {**NUMBERS, "titleLimit": 0, "tickCount": 6, "title": title}
    if line and line.names:
        places = {str(place): name for place, name in enumerate(line.names)}
        axis |= {"values": list(range(len(places))), "labelLimit": 0}
        axis["labelExpr"] = f"{json.dumps(places, ensure_ascii=False)}[toString(datum.value)]"
    scale: dict[str, Any] = {"zero": False, "nice": False, "padding": 10}
    if line and line.is_log:
        scale["type"] = "log"
    return {"axis": alt.Axis(**axis), "scale": alt.Scale(**scale)}


def _spec(lines: list[Line]) -> Spec:
    import altair as alt

    across = alt.X("x:Q", **_axis(lines[0].title, lines[0]))
    up = alt.Y("y:Q", **_axis(None, lines[1] if len(lines) > 1 else None))
    colour = alt.Color("share:Q", scale=alt.Scale(domain=[0, 0.5, 1], range=HOLDS))
    rects = alt.Chart(alt.NamedData("boxes"))
    return (
        alt.layer(
            alt.Chart(alt.NamedData("rows"))
            .mark_circle(opacity=0.9, stroke="$faint", strokeWidth=0.3)
            .encode(x=across, y=up, color=colour, size=alt.Size("size:Q", scale=None)),
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
