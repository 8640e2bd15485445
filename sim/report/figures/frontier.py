"""Draw what was tried to reach something: when it is reached against what that costs, or how likely
it is by what is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from sim.report.figures import style

DOT, BEST, ANSWER = "#9db4c0", "#0b4f8a", "#d55e00"
AROUND = 6
"""Months shown before and after those that matter."""
MARKS = 30
"""Marks for which there is room above one another."""
ASIDE = 4
"""Months beside the axis of time where what is never reached stands."""
COMMAS = "{x:,.6g}"


@dataclass(frozen=True)
class Dot:
    """Hold something that was tried."""

    name: str
    place: float
    """On the axis of what is chosen: a number, a month since the start, a count"""
    share: float
    """Of the members, in which the goal is reached"""
    month: float
    """By which the share asked for has reached it, counted from the start; inf: never, NaN: it has
    no date"""
    cost: float
    """Median of the members"""
    is_efficient: bool
    mark: str = ""
    """What stands beside it"""


@dataclass(frozen=True)
class Scene:
    """Hold what was tried, and what was asked."""

    title: str
    subtitle: str
    dots: Sequence[Dot]
    """In the order of what is chosen"""
    answer: Dot | None
    probability: float
    months: Sequence[str]
    """Of the run, YYYY-MM"""
    month: str
    """The month asked for; empty where there is none"""
    choice: str
    """What is chosen, to label its axis"""
    is_time: bool
    """Whether months are chosen"""
    currency: str
    payer: str
    """The programme whose money is counted; empty: all's"""


def frontier_figure(scene: Scene) -> Figure:
    """Draw when each choice reaches the goal, in the share of members asked for, against what is
    invested.

    The choices that nothing beats, both no later and no dearer, are joined. Medians alone are
    shown: choices have the same members, so that these spread alike around each of them, and a bar
    for that would hide how little they differ.
    """
    with mpl.rc_context(style.RC):
        figure, (axes,) = style.page(
            scene.title,
            scene.subtitle,
            1,
            style.Layout(4.2, head=1.15, foot=0.85, left=1.0, right=0.5),
        )
        begin, never = _time_axis(axes, scene)

        def across(dot: Dot) -> float:
            return dot.month - begin if isfinite(dot.month) else never

        for dot in sorted(scene.dots, key=lambda dot: dot.is_efficient):
            axes.plot(
                across(dot),
                dot.cost,
                "o",
                color=BEST if dot.is_efficient else DOT,
                markersize=5,
                zorder=3,
                markeredgewidth=0,
            )
        _mark(
            axes,
            [
                (across(dot), dot.cost, dot.mark)
                for dot in scene.dots
                if dot.mark and dot is not scene.answer
            ],
        )
        best = sorted((across(dot), dot.cost) for dot in scene.dots if dot.is_efficient)
        axes.step(
            [month for month, _ in best],
            [cost for _, cost in best],
            where="post",
            color=BEST,
            linewidth=1.3,
            zorder=2,
        )
        if scene.answer:
            _mark_answer(axes, across(scene.answer), scene.answer.cost, scene.answer.name)
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]) if _from_zero(scene.dots) else None)
        axes.yaxis.set_major_formatter(COMMAS)
        _finish(
            axes,
            f"invested {f'by {scene.payer} ' if scene.payer else ''}by the end of the run,"
            f" {scene.currency}",
        )
        axes.set_xlabel(
            f"month by which {100 * scene.probability:.3g} % of the members have reached it",
            color=style.FAINT,
        )
        told = (
            f"tried{', with the number of plants' if any(dot.mark for dot in scene.dots) else ''}:"
            " median of the members"
        )
        tried = Line2D([], [], color=DOT, marker="o", markersize=5, linestyle="", label=told)
        line = Line2D(
            [],
            [],
            color=BEST,
            marker="o",
            markersize=5,
            label="nothing tried is both as early and as cheap",
        )
        _legend(figure, scene, tried, line)
    return figure


def chances_figure(scene: Scene) -> Figure:
    """Draw in which share of the members each choice reaches the goal."""
    with mpl.rc_context(style.RC):
        figure, (axes,) = style.page(
            scene.title,
            scene.subtitle,
            1,
            style.Layout(4.2, head=1.15, foot=0.85, left=1.0, right=0.5),
        )
        places, shares = [dot.place for dot in scene.dots], [dot.share for dot in scene.dots]
        if scene.is_time:
            style.time_axis(axes, scene.months)
        else:
            axes.xaxis.set_major_formatter(COMMAS)
        is_ordered = not any(dot.mark for dot in scene.dots)
        if not is_ordered:
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        line = "-" if is_ordered else ""
        (tried,) = axes.plot(
            places,
            shares,
            "o",
            color=BEST,
            linestyle=line,
            linewidth=1.2,
            markersize=4,
            label="tried",
        )
        asked = axes.axhline(
            scene.probability,
            color=style.EVENT,
            linewidth=1.0,
            linestyle="--",
            label="share asked for",
        )
        axes.set_ylim(-0.04, 1.06)
        if scene.answer:
            _mark_answer(
                axes,
                scene.answer.place,
                scene.answer.share,
                scene.answer.name,
                is_below=shares[0] <= shares[-1],
            )
        axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
        _finish(axes, "share of the members that reach it")
        axes.set_xlabel(scene.choice, color=style.FAINT)
        _legend(figure, scene, tried, asked)
    return figure


def _time_axis(axes: Axes, scene: Scene) -> tuple[int, float]:
    """Show the months that matter, and a place for what is never reached; return the first month
    shown, and that place.
    """
    asked = list(scene.months).index(scene.month)
    seen = [asked, *(int(dot.month) for dot in scene.dots if isfinite(dot.month))]
    begin, end = max(min(seen) - AROUND, 0), min(max(seen) + AROUND, len(scene.months) - 1)
    style.time_axis(axes, scene.months[begin : end + 1])
    never = float(end - begin + ASIDE)
    if any(not isfinite(dot.month) for dot in scene.dots):
        ticks, labels = (
            list(axes.get_xticks()),
            [label.get_text() for label in axes.get_xticklabels()],
        )
        axes.set_xticks([*ticks, never], [*labels, "never"])
        axes.axvspan(end - begin + 0.5, never + ASIDE, color="#f3f3f3", zorder=0)
        axes.set_xlim(-0.5, never + ASIDE)
    axes.axvline(asked - begin, color=style.EVENT, linewidth=1.0, linestyle="--", zorder=1)
    look: dict[str, Any] = {"fontsize": 8, "color": style.EVENT, "ha": "center"}
    axes.text(
        asked - begin, 1.02, f"asked: {scene.month}", transform=axes.get_xaxis_transform(), **look
    )
    return begin, never


def _from_zero(dots: Sequence[Dot]) -> bool:
    """Tell whether the costs differ so much that 0 belongs into the picture."""
    costs = [dot.cost for dot in dots]
    return min(costs) < 0.5 * max(costs)


def _mark(axes: Axes, marks: Sequence[tuple[float, float, str]]) -> None:
    """Write marks beside dots, once for dots that lie as good as on one another."""
    low, high = axes.get_ylim()
    together: dict[tuple[float, int], list[tuple[float, str]]] = {}
    for across, up, mark in marks:
        together.setdefault((across, int(MARKS * (up - low) / (high - low))), []).append((up, mark))
    for (across, _), each in together.items():
        text = ", ".join(sorted({mark for _, mark in each}, key=int))
        axes.annotate(
            text,
            (across, each[0][0]),
            (5, -9),
            textcoords="offset points",
            fontsize=7,
            color=style.FAINT,
        )


def _mark_answer(
    axes: Axes, across: float, up: float, name: str, *, is_below: bool = False
) -> None:
    axes.plot(
        across,
        up,
        "o",
        markersize=10,
        markerfacecolor="none",
        markeredgecolor=ANSWER,
        markeredgewidth=1.8,
        zorder=4,
    )
    look: dict[str, Any] = {"fontsize": 9, "fontweight": "bold", "color": ANSWER, "zorder": 5}
    axes.annotate(
        style.shortened(name, 60),
        (across, up),
        (9, -15 if is_below else 8),
        textcoords="offset points",
        **look,
    )


def _finish(axes: Axes, label: str) -> None:
    axes.set_ylabel(label, color=style.FAINT)
    axes.grid(axis="y", color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)


def _legend(figure: Figure, scene: Scene, *lines: Line2D) -> None:
    ring = Line2D(
        [],
        [],
        color=ANSWER,
        marker="o",
        markersize=8,
        markerfacecolor="none",
        markeredgewidth=1.6,
        linestyle="",
        label="answer",
    )
    style.legend(figure, [*lines, *([ring] if scene.answer else [])], 4)
