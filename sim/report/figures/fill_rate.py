"""Draw how much of its need a state gets, product by product."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from sim.records import Floats, Records
from sim.report.figures import style
from sim.report.figures.relevance import bearing_on_need
from sim.report.statistics import spread
from sim.scenario.schema import Scenario

LINE, CENTRAL = "#0b4f8a", "#111111"
WIDE, NARROW = "#cfe0f0", "#93bbdd"
MOST_PANELS = 8
MOSTLY = 0.5
MARKED = "; † spread mostly from assumptions"
TOUCHED = 0.02
"""A need is drawn when more than this share of it is unmet in some month in at least one member of
twenty."""


def affected(records: Records) -> dict[str, list[int]]:
    """Map each state to its needs that were ever short, worst first; states without any are left
    out.
    """
    fill = spread(records.series["fill_rate"], records.members, (5,))
    lowest = np.fmin.reduce(fill["p05"], axis=0)
    lost = np.nansum(1 - fill["mean"], axis=0)
    result: dict[str, list[int]] = {}
    for need in np.argsort(-lost, kind="stable").tolist():
        if lowest[need] < 1 - TOUCHED:
            result.setdefault(records.needs[need][0], []).append(need)
    order = dict.fromkeys(state for state, _ in records.needs)
    return {state: result[state] for state in order if state in result}


def fill_rate_figure(
    scenario: Scenario,
    records: Records,
    state: str,
    needs: Sequence[int],
    assumed: Floats | None = None,
) -> Figure:
    """Draw the fill rate of up to eight needs of a state: bands over the members, median, central
    case, dated events.

    `assumed` [needs] is the share of each need's explained spread that assumed inputs explain;
    above a half it is marked.
    """
    rests = np.zeros(len(records.needs)) if assumed is None else assumed
    shown = sorted(needs[:MOST_PANELS])
    bearing = {need: bearing_on_need(scenario, *records.needs[need]) for need in shown}
    marked = style.moments(records, set().union(*bearing.values()))
    key = style.key_lines(scenario, marked)
    figure, panels = style.page(
        f"{scenario.states[state].title}: how much of its need is met",
        _subtitle(len(shown), len(needs), len(records.members))
        + (MARKED if (rests[shown] > MOSTLY).any() else ""),
        len(shown),
        style.Layout(panel_height=1.55, head=1.35, foot=0.5 + style.key_height(key)),
    )
    for axes, need in zip(panels, shown, strict=True):
        _panel(axes, records, need)
        style.time_axis(axes, records.months)
        style.mark_moments(
            axes, [moment for moment in marked if not bearing[need].isdisjoint(moment.events)]
        )
        mark = " †" if rests[need] > MOSTLY else ""
        axes.set_title(
            style.shortened(scenario.products[records.needs[need][1]].title) + mark, pad=16
        )
    _legend(figure, records, bool(marked))
    style.write_key(figure, key)
    return figure


def _subtitle(shown: int, touched: int, members: int) -> str:
    which = (
        f"{touched} products were ever short"
        if shown == touched
        else f"the {shown} worst of {touched} products that were ever short"
    )
    if touched == 1:
        which = "1 product was ever short"
    return f"Share of each month's need met; {which}; {members} member{'s' if members > 1 else ''}"


def _panel(axes: Axes, records: Records, need: int) -> None:
    fill: dict[str, Floats] = spread(
        records.series["fill_rate"][:, need], records.members, (5, 25, 50, 75, 95)
    )
    time = np.arange(len(records.months))
    if len(records.members) > 1:
        axes.fill_between(time, fill["p05"], fill["p95"], color=WIDE, linewidth=0)
        axes.fill_between(time, fill["p25"], fill["p75"], color=NARROW, linewidth=0)
        axes.plot(time, fill["p50"], color=LINE, linewidth=1.5)
    axes.plot(time, fill["central"], color=CENTRAL, linewidth=1.0, linestyle=(0, (4, 2)))
    axes.set_ylim(0, max(1.05, float(np.nanmax(fill["p95"], initial=1.0))))
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(axis="y", color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)


def _legend(figure: Figure, records: Records, has_events: bool) -> None:
    handles: list[Line2D | Patch] = []
    if len(records.members) > 1:
        handles += [
            Line2D([], [], color=LINE, linewidth=1.5, label="median member"),
            Patch(color=NARROW, label="half of the members"),
            Patch(color=WIDE, label="9 of 10 members"),
        ]
    if 0 in records.members:
        handles.append(
            Line2D(
                [], [], color=CENTRAL, linewidth=1.0, linestyle=(0, (4, 2)), label="central case"
            )
        )
    if has_events:
        handles.append(Line2D([], [], color=style.EVENT, linewidth=0.8, label="event (key below)"))
    style.legend(figure, handles, len(handles))
