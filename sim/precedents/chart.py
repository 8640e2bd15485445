"""Draw the chart of announced against actual months."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.precedents.columns import CLASSES
from sim.precedents.ratios import ratio_table

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

SIZE = 420


def announced_frame(milestones: pd.DataFrame) -> pd.DataFrame:
    """Return what the chart shows, tidy: a row for each promise at least two months ahead.

    `case`, `category`, `milestone`, `class`, `announced_months`, `months` and `state`: happened, or
    still open after so many months.
    """
    rows = ratio_table(milestones)
    state = rows["open"].map({True: "still open", False: "happened"})
    columns = ["case", "category", "milestone", "class", "announced_months", "months", "state"]
    return rows.assign(state=state)[columns].reset_index(drop=True)


def announced_against_actual(frame: pd.DataFrame) -> alt.TopLevelMixin:
    """Draw what it took against what was announced, in months on log axes, from `announced_frame`.

    On the solid line a promise was kept to the month, on the dashed one it took twice as long. Open
    squares have not happened: they will end higher. Those of which less than a month has passed
    stand at the lower end.
    """
    import altair as alt
    import pandas as pd

    ends = [1.0, 500.0]
    scale = alt.Scale(type="log", domain=ends, clamp=True)
    kinds = alt.Fill("class:N", sort=list(CLASSES), legend=None)
    across = alt.X("announced_months:Q", title="announced, months ahead", scale=scale)
    up = alt.Y("months:Q", title="actual, months after the statement", scale=scale)
    points = (
        alt.Chart(frame)
        .mark_point(size=45, opacity=0.8)
        .encode(
            x=across,
            y=up,
            color=alt.Color("class:N", sort=list(CLASSES), title="class"),
            fill=alt.condition("datum.state == 'happened'", kinds, alt.value("transparent")),
            shape=alt.Shape("state:N", title="", sort=["happened", "still open"]),
            tooltip=["case", "category", "milestone", "announced_months", "months", "state"],
        )
    )
    guides = pd.DataFrame(
        {
            "announced_months": [*ends, ends[0], ends[1] / 2],
            "months": [*ends, 2 * ends[0], ends[1]],
            "guide": ["as announced"] * 2 + ["twice as long"] * 2,
        }
    )
    lines = (
        alt.Chart(guides)
        .mark_line(color="grey", clip=True)
        .encode(x=across, y=up, strokeDash=alt.StrokeDash("guide:N", title=""))
    )
    title = "What was announced, and what it took"
    return alt.layer(lines, points, width=SIZE, height=SIZE, title=title)
