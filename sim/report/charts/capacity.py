"""Chart the usable capacity of lines that grow or shrink, month by month: a panel a product."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.report.charts import events
from sim.report.charts.chart import Chart, Key, Panel, Spec
from sim.report.charts.choice import ANY, Choice
from sim.report.charts.frames import fields, groups
from sim.report.charts.marks import NUMBERS, event_marks, state_scale
from sim.report.charts.relevance import bearing_on_capacity
from sim.report.charts.spreads import spread, wide
from sim.report.charts.states import state_colours, state_keys
from sim.report.charts.tables import Tables
from sim.report.charts.time import label, month_axis, ordinals, sampling, thinned
from sim.report.charts.wording import listed, number, sampled, selected

if TYPE_CHECKING:
    import pandas as pd

USUAL = 12
SPREAD = ["p05", "p50", "p95"]
LINE = ["factory", "product"]
CHANGED = 0.01
"""A line is drawn when its capacity changes by more than this share of its greatest."""


def capacity(tables: Tables, choice: Choice = ANY) -> Chart | None:
    """Draw what each line can make a month: median and nine of ten members, in the colour of its
    state.

    Without a choice, the products whose capacity changes most against what all their lines could
    make at the start. None where no line changes.
    """
    rows = _rows(tables)
    drawn = _changed(rows)
    if drawn.empty:
        return None
    lines = choice.among(drawn)
    size = {product: _size(rows, drawn, product) for product in lines["product"].unique()}
    ranked = sorted(size, key=lambda product: -size[product])
    shown = ranked[: choice.limit(USUAL)]
    if not shown:
        return None
    lines = lines[lines["product"].isin(shown)]
    every = sampling((part for _, part in groups(lines, LINE)), SPREAD)
    by_product = dict(groups(lines, "product"))
    panels = [_panel(tables, product, by_product[product], every) for product in shown]
    known = events.shown(tables, panels)
    return Chart(
        name="capacity",
        title=_finding(tables, by_product[shown[0]]),
        subtitle="Usable capacity of each line that changes; "
        + selected(len(shown), len(ranked), "product", "largest change first")
        + sampled(every),
        spec=_spec(int(rows["m"].min()), int(rows["m"].max()), state_colours(tables)),
        panels=panels,
        keys=[
            *state_keys(tables, lines["state"], "line"),
            Key("band: 9 of 10 members", "$muted", "band"),
            *([Key("events begin (numbers below)", "$event", "rule")] if known else []),
        ],
        notes=events.key(tables, known),
        table=_table(tables, lines),
        readout={
            "rows": "rows",
            "x": "m",
            "every": str(every),
            "series": "who",
            "text": "{who:text} {p50:n} ({p05:n} to {p95:n})",
        },
    )


def _rows(tables: Tables) -> pd.DataFrame:
    frame = tables.listed("capacity")
    prefix = "usable" if "usable_p50" in frame else "capacity"
    named = {f"{prefix}_{level}": level for level in SPREAD}
    kept = frame[["month", "factory", "state", "product", *named]].rename(columns=named)
    return kept.assign(m=ordinals(kept["month"]))


def _changed(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the lines whose capacity changes in the median or at an end of the spread."""
    lines = rows.groupby(LINE, sort=False)
    spans = [lines[level].transform("max") - lines[level].transform("min") for level in SPREAD]
    greatest = lines["p95"].transform("max")
    moves = sum(span > CHANGED * greatest for span in spans) > 0
    return rows[moves & (greatest > 0)]


def _size(rows: pd.DataFrame, changed: pd.DataFrame, product: str) -> float:
    """Compare the change from the first month to the last with what all lines could make
    at most.
    """
    lasting = changed[changed["product"] == product].groupby("factory")["p50"].agg(_lasting)
    most = rows[rows["product"] == product].groupby("m")["p50"].sum().max()
    return float(lasting.abs().max()) / max(float(most), 1e-9)


def _lasting(values: pd.Series[float]) -> float:
    return float(values.iloc[-1] - values.iloc[0])


def _panel(tables: Tables, product: str, lines: pd.DataFrame, every: int) -> Panel:
    names = tables.names
    scenario = names.scenario
    bears = bearing_on_capacity(scenario, product) if scenario else None
    known = events.bearing(events.moments(tables), bears)
    parts = []
    for factory, line in lines.groupby("factory", sort=False):
        drawn = thinned(line, SPREAD, every)
        parts.append(
            drawn.assign(who=f"{names.factory(str(factory))}, {names.state(line['state'].iloc[0])}")
        )
    import pandas as pd

    rows = pd.concat(parts)[["m", "who", "state", *SPREAD]]
    return Panel(
        title=names.product(product),
        rows={
            "rows": rows,
            "events": events.marks(known, int(lines["m"].min()), int(lines["m"].max())),
        },
        told=f"{_finding(tables, lines)}.",
        axis=f"{names.unit(product)} a month",
    )


def _finding(tables: Tables, lines: pd.DataFrame) -> str:
    """Write from what to what the line that changes most goes, in the median, and where it
    turns.
    """
    by_factory = lines.groupby("factory", sort=False)["p50"]
    lasting = by_factory.agg(_lasting).abs()
    most = (lasting if lasting.max() > 0 else by_factory.max() - by_factory.min()).idxmax()
    line = lines[lines["factory"] == most]
    begin, end = line.iloc[0], line.iloc[-1]
    names = tables.names
    unit = names.unit(begin["product"])
    who = f"{names.factory(begin['factory'])} ({names.state(begin['state'])})"
    told = [
        f"{number(begin['p50'])} {unit} a month in {label(int(begin['m']))}",
        *(f"{number(turn.p50)} in {label(int(turn.m))}" for turn in fields(_turn(line))),
        f"{number(end['p50'])} in {label(int(end['m']))}",
    ]
    return f"{names.product(begin['product'])}: {who} can make {listed(told)}"


def _turn(line: pd.DataFrame) -> pd.DataFrame:
    """Return the month in which a line is furthest below, or above, both where it begins and where
    it ends; no row where it never is.
    """
    values = line["p50"].to_numpy(float)
    low, high = sorted((values[0], values[-1]))
    beyond = np.maximum(low - values, values - high)
    at = int(beyond.argmax())
    return line.iloc[[at] if beyond[at] > CHANGED * values.max() else []]


def _spec(start: int, last: int, colours: dict[str, str]) -> Spec:
    import altair as alt

    colour = alt.Color("state:N", scale=state_scale(colours))
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=month_axis(start, last), color=colour, detail="who:N"
    )
    up = alt.Axis(title=None, tickCount=3, **NUMBERS)
    return (
        alt.layer(
            base.mark_area(opacity=0.22).encode(y=alt.Y("p05:Q", axis=up), y2="p95:Q"),
            base.mark_line(strokeWidth=1.8).encode(y="p50:Q"),
            *event_marks(),
        )
        .properties(height=104)
        .to_dict()
    )


def _table(tables: Tables, drawn: pd.DataFrame) -> pd.DataFrame:
    ends = drawn[(drawn["m"] % 12 == 0) | (drawn["m"] == drawn["m"].max())]
    names = tables.names
    return wide(
        ["product", "factory", "state"],
        (
            (
                (names.product(row.product), names.factory(row.factory), names.state(row.state)),
                row.month,
                spread(number, row.p50, row.p05, row.p95),
            )
            for row in fields(ends)
        ),
    )
