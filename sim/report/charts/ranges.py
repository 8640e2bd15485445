"""Draw rows of a number with its spread: a dot and a bar a row, the label beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.report.charts.chart import Spec
from sim.report.charts.marks import NUMBERS
from sim.report.charts.wording import wrapped

if TYPE_CHECKING:
    import pandas as pd

LETTERS = 36
"""Of a label's line; longer ones are broken, never cut."""
LINE = 12


def labelled(rows: pd.DataFrame, labels: Sequence[str]) -> pd.DataFrame:
    """Add labels, broken into lines; equal ones are told apart by invisible letters, so that rows
    stay apart.
    """
    seen: dict[str, int] = {}
    lines = []
    for text in labels:
        count = seen[text] = seen.get(text, 0) + 1
        lines.append("\n".join(wrapped(text, LETTERS)) + "\u200b" * (count - 1))
    return rows.assign(label=lines)


def step(*frames: pd.DataFrame) -> int:
    """Return the height of a row in pixels, so that the longest label finds room."""
    most = max(str(text).count("\n") for rows in frames for text in rows["label"])
    return LINE * (most + 1) + 8


def name_axis(*, grid: bool) -> dict[str, Any]:
    """Return the axis of labels: all their lines, none cut."""
    return {
        **{"title": None, "labelLimit": 0, "ticks": False, "domain": False, "grid": grid},
        **{"labelExpr": "split(datum.label, '\\n')", "labelPadding": 8, "labelColor": "$ink"},
        "labelOverlap": False,
    }


def range_spec(
    height: int,
    colours: Mapping[str, str],
    *,
    labels: Mapping[str, Any] = NUMBERS,
    zero: bool = True,
    extra: Sequence[Any] = (),
) -> Spec:
    """Return the specification of the data set `rows`: `label`, `low`, `middle`, `high`, `kind`,
    `said`.

    `kind` is a key of `colours`; `said` stands to the right of the bar. `extra` are layers drawn on
    top, `labels` how the numbers of the axis are written.
    """
    import altair as alt

    names = alt.Axis(**name_axis(grid=False))
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    base = alt.Chart(alt.NamedData("rows")).encode(
        y=alt.Y("label:N", sort=None, axis=names), color=alt.Color("kind:N", scale=scale)
    )
    across = alt.Axis(title=None, tickCount=5, **labels)
    x_scale = alt.Scale(zero=zero, nice=zero, padding=0 if zero else 8)
    layers = [
        base.mark_rule(strokeWidth=4, opacity=0.45).encode(
            x=alt.X("low:Q", axis=across, scale=x_scale), x2="high:Q"
        ),
        base.mark_point(filled=True, size=46, opacity=1).encode(x="middle:Q"),
        base.mark_text(align="left", dx=6).encode(
            x="high:Q", text="said:N", color=alt.value("$ink")
        ),
        *extra,
    ]
    if zero:
        line = alt.Chart(alt.NamedData("zero")).mark_rule(color="$faint", strokeWidth=1)
        layers.insert(0, line.encode(x="x:Q"))
    return alt.layer(*layers).properties(height={"step": height}).to_dict()
