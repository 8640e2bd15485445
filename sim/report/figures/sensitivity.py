"""Draw which factors of a study matter: two bars a factor, with intervals, a panel for each
output.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sim.records import Floats
from sim.report.figures import style

COLOURS = ("#0072b2", "#9fc9e6")
MOST_ROWS = 12
"""Factors of a panel."""
HIGH = 0.38
"""Of a bar; 1 is the room of a factor."""
LETTER = 0.06
"""Inches of a letter of a factor's name."""
WIDTH = 32
"""Letters of a factor's path, unless more are needed to tell factors apart."""


@dataclass(frozen=True, eq=False)
class Panel:
    """Hold the numbers of an output, the factor that matters most first."""

    title: str
    factors: Sequence[str]
    bars: Mapping[str, tuple[Floats, Floats]]
    """What a bar says -> (lengths, half-widths of their intervals, NaN for none), each [factors];
    the main bars first"""


def sensitivity_figure(
    title: str, subtitle: str, interval: str, panels: Sequence[Panel], limit: float | None = None
) -> Figure:
    """Draw a panel for each output, of many factors those that matter most; `limit` is the most
    that a bar can truly be.
    """
    factors = max(len(panel.factors) for panel in panels)
    rows = min(factors, MOST_ROWS)
    if rows < factors:
        subtitle += f"; the first {rows} of {factors} factors"
    names = labels(sorted({path for panel in panels for path in panel.factors}))
    left = style.MARGIN + 0.15 + LETTER * max(map(len, names.values()))
    layout = style.Layout(
        panel_height=0.3 * rows + 0.1, head=1.3, foot=0.45, left=left, right=0.3, between=0.8
    )
    figure, axes = style.page(title, subtitle, len(panels), layout)
    for each, panel in zip(axes, panels, strict=True):
        _draw(each, panel, rows)
        each.set_yticks(
            range(len(panel.factors[:rows])),
            [names[path] for path in panel.factors[:rows]],
            fontsize=8,
        )
        # over the names, for the panel alone is narrow
        begin = -(left - style.MARGIN) / (each.get_position().width * style.WIDTH)
        each.set_title(style.shortened(panel.title, 66), pad=6, x=begin, loc="left")
    if limit is not None:
        _scale(axes, panels, limit)
    style.legend(figure, _legend(list(panels[0].bars), interval), 3)
    return figure


def labels(factors: Sequence[str], width: int = WIDTH) -> dict[str, str]:
    """Name factors by the ends of their paths, whole steps of about this many letters, or more
    where some were alike.
    """
    for letters in count(width):
        names = {path: _end(path, letters) for path in factors}
        if len(set(names.values())) == len(names):
            break
    return names


def _end(path: str, letters: int) -> str:
    """Cut a path at a step, but keep two: a last one alone, `share`, says nothing."""
    steps = path.split(".")
    kept = next(
        (each for each in range(2, len(steps)) if len(".".join(steps[-each - 1 :])) >= letters),
        len(steps),
    )
    return path if len(path) <= letters or kept == len(steps) else f"... {'.'.join(steps[-kept:])}"


def _draw(axes: Axes, panel: Panel, rows: int) -> None:
    places = np.arange(min(len(panel.factors), rows))
    for number, (lengths, halves) in enumerate(panel.bars.values()):
        heights = places + (number - 0.5) * HIGH
        axes.barh(heights, lengths[: places.size], HIGH, color=COLOURS[number])
        known = np.flatnonzero(~np.isnan(halves[: places.size]))
        axes.hlines(
            heights[known],
            (lengths - halves)[known],
            (lengths + halves)[known],
            color=style.INK,
            linewidth=0.9,
        )
    axes.set_ylim(rows - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.axvline(0, color="#888888", linewidth=0.8)
    axes.grid(axis="x", color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))


def _scale(axes: Sequence[Axes], panels: Sequence[Panel], limit: float) -> None:
    """Give all panels one scale, on which all bars can be seen; of intervals far beyond what a bar
    can be, not all.
    """
    longest = max(float(lengths.max()) for panel in panels for lengths, _ in panel.bars.values())
    low = min(each.get_xlim()[0] for each in axes)
    high = max(each.get_xlim()[1] for each in axes)
    for each in axes:
        each.set_xlim(
            max(low, -0.25 * limit), max(min(high, 1.25 * limit), 1.02 * limit, 1.02 * longest)
        )


def _legend(words: Sequence[str], interval: str) -> list[Artist]:
    bars = [Patch(color=colour, label=each) for colour, each in zip(COLOURS, words, strict=False)]
    return [*bars, Line2D([], [], color=style.INK, linewidth=0.9, label=interval)]
