"""Chart how much of each need is met, month by month: a strip a need, the worst first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from sim.report.charts import events
from sim.report.charts.chart import Chart, Key, Panel, Spec
from sim.report.charts.choice import ANY, Choice, Need
from sim.report.charts.frames import fields
from sim.report.charts.marks import event_marks
from sim.report.charts.relevance import bearing_on_need
from sim.report.charts.spreads import spread, wide
from sim.report.charts.tables import Tables
from sim.report.charts.time import label, month_axis, ordinals, sampling, thinned
from sim.report.charts.wording import percent, sampled, selected, short_percent

if TYPE_CHECKING:
    import pandas as pd

USUAL = 12
TOUCHED = 0.02
"""A need is short when more than this share of it is unmet in some month in one member of
twenty.
"""
HALF, FULL = 0.5, 0.9
SPREAD = ["p05", "p25", "p50", "p75", "p95"]
LEVELS = [*SPREAD, "central"]


def fill_rate(tables: Tables, choice: Choice = ANY) -> Chart | None:
    """Draw the share of each month's need that is met: median, half and nine of ten members,
    central case.

    Without a choice, the needs that were ever short are drawn, worst first: by months of need lost
    on the mean. None where no need was short.
    """
    rows = tables.final("series").query("metric == 'fill_rate'")
    by_need = _series(rows)
    ordered = choice.of([need for need in worst(rows) if need in by_need])
    short = _short(by_need, ordered)
    shown = (ordered if choice.is_made else short)[: choice.limit(USUAL)]
    if not shown:
        return None
    series = {need: by_need[need] for need in shown}
    every = sampling(series.values(), LEVELS)
    panels = [_panel(tables, need, series[need], every) for need in shown]
    known = events.shown(tables, panels)
    which = _which(tables, len(shown), None if choice.is_made else len(short), len(by_need))
    months = series[shown[0]]["m"]
    return Chart(
        name="fill_rate",
        title=finding(tables, shown[0], series[shown[0]]),
        subtitle=f"Share of each month's need that is met in that month; {which}" + sampled(every),
        spec=_spec(int(months.iloc[0]), int(months.iloc[-1])),
        panels=panels,
        keys=_keys(panels, bool(known)),
        notes=events.key(tables, known),
        table=_table(tables, series),
        readout={
            "rows": "rows",
            "x": "m",
            "every": str(every),
            "text": "{m:month}: {p50:%} met in the median member, {p05:%} to {p95:%} in 9 of 10",
        },
    )


def _which(tables: Tables, shown: int, short: int | None, total: int) -> str:
    """Say which needs are shown: of all, or of those that are short where none were asked for."""
    if short is None:
        return selected(shown, total, f"need{tables.kind}", "worst first", f"needs{tables.kind}")
    words = "need that is short in some month", "needs that are short in some month"
    which = selected(shown, short, words[0], "worst first", words[1])
    return f"{which} ({tables.counted(total)} in all)"


def worst(rows: pd.DataFrame) -> list[Need]:
    """Order needs by the months of need lost on the mean, most first."""
    lost = (1 - rows["mean"]).groupby([rows["state"], rows["product"]], sort=False).sum()
    return [
        (str(state), str(product))
        for state, product in lost.sort_values(ascending=False, kind="stable").index
    ]


def _short(by_need: dict[Need, pd.DataFrame], needs: list[Need]) -> list[Need]:
    return [need for need in needs if is_short(by_need[need])]


def is_short(rows: pd.DataFrame) -> bool:
    """Return whether a need was ever short in a member of twenty."""
    return bool(rows["p05"].min() < 1 - TOUCHED)


def finding(tables: Tables, need: Need, series: pd.DataFrame) -> str:
    """Write what becomes of a need in the median member, in a line."""
    who = tables.names.need(*need)
    return f"{who}, {story(series)}"


def story(series: pd.DataFrame) -> str:
    """Write how low the median of a fill rate falls, until when, and where it ends."""
    middle, months = series["p50"].to_numpy(float), series["m"].to_numpy(int)
    end, last = middle[-1], months[-1]
    below = months[middle < HALF]
    if below.size and end < HALF:
        since = months[middle >= HALF]
        start = months[months > since[-1]][0] if since.size else months[0]
        first, final = label(int(start)), label(int(last))
        if first[:4] != final[:4]:
            first, final = first[:4], final[:4]
        when = f"in {final}" if first == final else f"from {first} to {final}"
        return f"less than half of need is met {when}"
    if below.size:
        return (
            f"less than half of need is met until {label(int(below[-1]))[:4]}, "
            f"{percent(end)} at the end"
        )
    low = middle.argmin()
    if middle[low] < 1 - TOUCHED:
        return (
            f"at worst {percent(middle[low])} of need is met ({label(int(months[low]))}), "
            f"{percent(end)} at the end"
        )
    least = series["p05"].to_numpy(float)
    at = least.argmin()
    return (
        f"short in few members only, at worst {percent(least[at])} met ({label(int(months[at]))})"
    )


def _series(rows: pd.DataFrame) -> dict[Need, pd.DataFrame]:
    """Return the months of each need in which something is needed: `m`, and its spread."""
    needed = rows[rows["p50"].notna()]
    numbers = needed[LEVELS].assign(m=ordinals(needed["month"]))
    needs = [needed["state"], needed["product"]]
    return {(str(need[0]), str(need[1])): part for need, part in numbers.groupby(needs, sort=False)}


def _panel(tables: Tables, need: Need, series: pd.DataFrame, every: int) -> Panel:
    import pandas as pd

    names = tables.names
    scenario = names.scenario
    bears = bearing_on_need(scenario, *need) if scenario else None
    known = events.bearing(events.moments(tables), bears)
    drawn = thinned(series, LEVELS, every)
    first_month, last = int(series["m"].iloc[0]), int(series["m"].iloc[-1])
    low, middle, high = (float(series[name].iloc[-1]) for name in ("p05", "p50", "p95"))
    spread = f"9 of 10 members end between {percent(low)} and {percent(high)}"
    return Panel(
        title=names.need(*need),
        rows={
            "rows": drawn,
            "events": events.marks(known, first_month, last),
            "end": pd.DataFrame({"m": [last], "p50": [middle], "said": [short_percent(middle)]}),
        },
        told=f"{names.need(*need)}: {story(series)}; {spread}.",
        group=need[0],
    )


@cache
def _spec(start: int, last: int) -> Spec:
    import altair as alt

    across = month_axis(start, last)
    up = alt.Axis(format="%", values=[0, 0.5, 1], title="met", titlePadding=2)
    base = alt.Chart(alt.NamedData("rows")).encode(x=across)
    scale = alt.Scale(domain=[0, 1])
    layers = [
        base.mark_area(color="$band").encode(y=alt.Y("p05:Q", axis=up, scale=scale), y2="p95:Q"),
        base.mark_area(color="$half").encode(y=alt.Y("p25:Q"), y2="p75:Q"),
        base.mark_line(color="$ink", strokeDash=[4, 3], strokeWidth=1).encode(y="central:Q"),
        base.mark_line(color="$line", strokeWidth=1.8).encode(y="p50:Q"),
        alt.Chart(alt.NamedData("end"))
        .mark_text(align="left", dx=5, color="$line", fontWeight="bold")
        .encode(x="m:Q", y="p50:Q", text="said:N"),
        *event_marks(),
    ]
    return alt.layer(*layers).properties(height=74).to_dict()


def _keys(panels: list[Panel], has_events: bool) -> list[Key]:
    has_central = any(panel.rows["rows"]["central"].notna().any() for panel in panels)
    return [
        Key("median member", "$line", "line"),
        Key("half of the members", "$half", "band"),
        Key("9 of 10 members", "$band", "band"),
        *([Key("central case", "$ink", "dash")] if has_central else []),
        *([Key("events begin (numbers below)", "$event", "rule")] if has_events else []),
    ]


def _table(tables: Tables, series: dict[Need, pd.DataFrame]) -> pd.DataFrame:
    """Write the Januaries and the end of each series: what one would read off the chart."""
    names = tables.names
    return wide(
        ["state", "product"],
        (
            (
                (names.state(state), names.product(product)),
                label(int(row.m)),
                spread(percent, row.p50, row.p05, row.p95),
            )
            for (state, product), frame in series.items()
            for row in _read_off(frame)
        ),
    )


def _read_off(frame: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of Januaries and the last one."""
    months = frame["m"].to_numpy()
    return fields(frame[(months % 12 == 0) | (months == months[-1])])
