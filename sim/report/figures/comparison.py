"""Draw who gains and who loses between two runs: paired differences of one number, by state and
product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from sim.report.figures import DPI, style

GAIN, LOSS = "#0b4f8a", "#d55e00"
MOST_ROWS = 40
SURE = 0.9
"""Share of the members from which on a gain or a loss counts as sure."""
SEEN = 0.001
"""A row whose difference stays below this, on the mean and in nine of ten members, is left out."""


@dataclass(frozen=True)
class Gain:
    """Hold the difference of a share between two runs, member by member: for whom, its spread, how
    often it is a gain.
    """

    label: str
    p05: float
    p50: float
    p95: float
    mean: float
    p_better: float

    @property
    def is_gain(self) -> bool:
        """Tell whether it is a gain on the mean."""
        return self.mean > 0

    @property
    def is_sure(self) -> bool:
        """Tell whether nearly all members agree on the sign."""
        return (self.p_better if self.is_gain else 1 - self.p_better) >= SURE

    @property
    def is_seen(self) -> bool:
        """Tell whether there is anything to see."""
        return max(abs(self.p05), abs(self.p95), abs(self.mean)) >= SEEN


def draw_gains(title: str, subtitle: str, gains: Sequence[Gain], path: Path) -> bool:
    """Write the figure as PNG, unless it would show nothing; equal numbers give equal bytes on one
    machine.

    Return whether it was written.
    """
    with mpl.rc_context(style.RC):
        figure = gains_figure(title, subtitle, gains)
        if figure:
            path.parent.mkdir(exist_ok=True)
            figure.savefig(path, dpi=DPI, metadata={"Software": None})
    return figure is not None


def gains_figure(title: str, subtitle: str, gains: Sequence[Gain]) -> Figure | None:
    """Draw a row for each difference, the greatest median gain first: median, nine of ten members,
    how likely it is a gain.

    Of many rows, the largest differences are drawn; None where there is no difference.
    """
    seen = [gain for gain in gains if gain.is_seen]
    largest = sorted(seen, key=lambda gain: -abs(gain.mean))[:MOST_ROWS]
    shown = sorted(largest, key=lambda gain: (-gain.p50, -gain.mean))
    if not shown:
        return None
    which = f"{len(seen)} of {len(gains)} needs differ" + (
        f"; the {len(shown)} largest differences" if len(shown) < len(seen) else ""
    )
    layout = style.Layout(
        panel_height=0.21 * len(shown) + 0.15, head=1.05, foot=0.55, left=4.4, right=1.5
    )
    figure, (axes,) = style.page(title, f"{subtitle}; {which}", 1, layout)
    _rows(axes, shown)
    style.legend(figure, _legend(), 4)
    return figure


def _rows(axes: Axes, shown: Sequence[Gain]) -> None:
    for row, gain in enumerate(shown):
        colour = GAIN if gain.is_gain else LOSS
        axes.plot(
            [gain.p05, gain.p95],
            [row, row],
            color=colour,
            linewidth=2.6,
            alpha=0.4,
            solid_capstyle="butt",
        )
        face = colour if gain.is_sure else "white"
        axes.plot(
            [gain.p50],
            [row],
            "o",
            markersize=4.6,
            color=colour,
            markerfacecolor=face,
            markeredgewidth=1.2,
        )
        better = f"better in {100 * gain.p_better:.0f} %"
        axes.text(
            1.02,
            row,
            better,
            transform=axes.get_yaxis_transform(),
            va="center",
            fontsize=7.5,
            color=colour,
        )
    axes.axvline(0, color="#555555", linewidth=0.8, zorder=0)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_yticks(
        range(len(shown)), [style.shortened(gain.label, 66) for gain in shown], fontsize=8
    )
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.margins(x=0.04)
    axes.grid(axis="x", color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)


def _legend() -> list[Line2D]:
    unsure = f"fewer than {100 * SURE:.0f} % of the members agree on the sign"
    return [
        Line2D([], [], color=GAIN, linewidth=2.6, marker="o", markersize=4.6, label="gains"),
        Line2D([], [], color=LOSS, linewidth=2.6, marker="o", markersize=4.6, label="loses"),
        Line2D(
            [],
            [],
            color=style.FAINT,
            marker="o",
            markersize=4.6,
            linestyle="",
            label="median; bar: 9 of 10 members",
        ),
        Line2D(
            [],
            [],
            color=style.FAINT,
            marker="o",
            markersize=4.6,
            linestyle="",
            markerfacecolor="white",
            label=unsure,
        ),
    ]
