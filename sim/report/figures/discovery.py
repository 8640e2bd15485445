"""Draw where a condition holds: the points of a study and the boxes found among them, and each
box's limits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, PercentFormatter
from numpy.typing import NDArray

from sim.report.figures import style

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BOX = "#d55e00"
HOLDS = LinearSegmentedColormap.from_list("holds", ["#eef2f5", "#9cc3dd", "#0b4f8a"])
"""Colour of a point by the share of its runs in which the condition holds."""
_BADGE: dict[str, Any] = {
    "color": "white",
    "fontsize": 7.5,
    "fontweight": "bold",
    "bbox": {"boxstyle": "square,pad=0.25", "facecolor": BOX, "edgecolor": "none"},
}
MOST_AREAS = 6
"""Boxes whose limits are listed; of more, the first."""
SMALL = 0.25
"""Size of a point that no box can hold, for limits that the plane does not show."""
ROOM, BOX_ROOM = 0.06, 0.045
"""Beyond the ends of a factor's range: of the axis, and of a box that is open there; in shares of
the range."""
FEW = 0.5
"""Numbers with fewer levels than this share of the points are moved apart a little."""


class Scale(NamedTuple):
    """Lay a factor out along an axis."""

    factor: str
    values: Floats
    """[points]: numbers, or places in `names`"""
    names: tuple[str, ...]
    low: float
    high: float
    is_log: bool

    def ends(self, room: float) -> tuple[float, float]:
        """Give the ends of the range with this share of it more on both sides."""
        if self.is_log:
            return self.low * (self.low / self.high) ** room, self.high * (
                self.high / self.low
            ) ** room
        return self.low - room * (self.high - self.low), self.high + room * (self.high - self.low)


class Span(NamedTuple):
    """Hold where a box lies on the axis of a factor, also in words."""

    factor: str
    told: str
    parts: Sequence[tuple[float, float]]
    """From, to; infinite where open"""


@dataclass(frozen=True)
class Area:
    """Hold a box, with what it holds in words."""

    told: str
    spans: Sequence[Span]

    def parts(self, scale: Scale, room: float = 0.0) -> list[tuple[float, float]]:
        """Give where it lies on an axis with some room at its ends; all along where it has no
        limit.
        """
        found = self._parts(scale.factor)
        first, last = scale.ends(room)
        return [(max(low, first), min(high, last)) for low, high in found]

    def holds(self, scales: Sequence[Scale], points: int) -> Bools:
        """Tell which points, [points], keep to its limits of these factors."""
        kept = np.ones(points, dtype=np.bool_)
        for scale in scales:
            kept &= np.logical_or.reduce(
                [
                    (scale.values > low) & (scale.values <= high)
                    for low, high in self._parts(scale.factor)
                ]
            )
        return kept

    def _parts(self, factor: str) -> Sequence[tuple[float, float]]:
        return next(
            (span.parts for span in self.spans if span.factor == factor), [(-math.inf, math.inf)]
        )


def discovery_figure(
    title: str, subtitle: str, scales: Sequence[Scale], shares: Floats, areas: Sequence[Area]
) -> Figure:
    """Draw the points in the plane of the first two factors, and beside them the limits of each box
    within the factors' ranges.

    `shares` [points] is the share of a point's runs in which the condition holds; with one factor
    it is the other axis.
    """
    listed = areas[:MOST_AREAS]
    rows = sum(1 + len(area.spans) for area in listed)
    layout = style.Layout(
        panel_height=max(4.2, 0.36 * rows), head=1.1, foot=0.55, left=0.85, right=0.2
    )
    figure, (plane, limits) = style.page(
        style.shortened(title, 110), style.shortened(subtitle, 170), 2, layout
    )
    near = np.logical_or.reduce([area.holds(scales[2:], shares.size) for area in areas])
    if len(scales) > 1:
        _draw_plane(plane, scales[0], scales[1], shares, near, areas)
    else:
        _draw_line(plane, scales[0], shares, areas)
    _draw_limits(limits, {scale.factor: scale for scale in scales}, listed, len(areas))
    style.legend(figure, _legend(has_small=not near.all()), 7)
    return figure


def _draw_plane(
    axes: Axes, across: Scale, up: Scale, shares: Floats, near: Bools, areas: Sequence[Area]
) -> None:
    x, y = _apart(across, 0), _apart(up, 1)
    for which, size in ((~near, SMALL), (near, 1.0)):
        _draw_points(axes, x[which], y[which], shares[which], size * _size(shares.size))
    for number, area in enumerate(areas, 1):
        for left, right in area.parts(across, BOX_ROOM):
            for bottom, top in area.parts(up, BOX_ROOM):
                axes.add_patch(
                    Rectangle(
                        (left, bottom),
                        right - left,
                        top - bottom,
                        fill=False,
                        edgecolor=BOX,
                        linewidth=1.8,
                        zorder=3,
                    )
                )
                _write_number(axes, number, left, top)
    _lay_out(axes, across, "x")
    _lay_out(axes, up, "y")


def _draw_line(axes: Axes, across: Scale, shares: Floats, areas: Sequence[Area]) -> None:
    _draw_points(axes, _apart(across, 0), shares, shares, _size(shares.size))
    for number, area in enumerate(areas, 1):
        for left, right in area.parts(across, BOX_ROOM):
            axes.axvspan(left, right, facecolor=BOX, alpha=0.12, edgecolor="none", zorder=0)
            _write_number(axes, number, left, 1.0)
    _lay_out(axes, across, "x")
    axes.set_ylim(-0.04, 1.04)
    axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.set_ylabel("share of runs in which it holds", color=style.INK)


def _draw_points(axes: Axes, x: Floats, y: Floats, shares: Floats, size: float) -> None:
    look: dict[str, Any] = {
        "cmap": HOLDS,
        "vmin": 0,
        "vmax": 1,
        "edgecolors": "#7d8790",
        "linewidths": 0.4 if size > 5 else 0.0,
    }
    axes.scatter(x, y, c=shares, s=size, **look)


def _size(points: int) -> float:
    """Choose how large points are drawn, so that many find room."""
    return float(np.clip(6000 / points, 5, 30))


def _write_number(axes: Axes, number: int, left: float, top: float) -> None:
    place: dict[str, Any] = {
        "xytext": (7, -8),
        "textcoords": "offset points",
        "ha": "center",
        "va": "center",
    }
    axes.annotate(str(number), (left, top), zorder=4, **place, **_BADGE)


def _apart(scale: Scale, stream: int) -> Floats:
    """Move values that many points share apart a little, never as far as midway to their
    neighbours.
    """
    line = np.log(scale.values) if scale.is_log else scale.values
    levels = np.unique(line)
    if levels.size > FEW * line.size:
        return scale.values
    gap = float(np.diff(levels).min()) if levels.size > 1 else 0.0
    width = 0.3 if scale.names else min(0.3 * gap, 0.03 * float(np.ptp(levels)))
    moved = line + width * np.random.default_rng((stream, line.size)).uniform(-1, 1, line.size)
    return np.exp(moved) if scale.is_log else moved


def _lay_out(axes: Axes, scale: Scale, which: Literal["x", "y"]) -> None:
    """Give an axis the factor's range with a little room, its name, and what it may be where that
    is not numbers.
    """
    look = {
        "scale": "log" if scale.is_log else "linear",
        "lim": scale.ends(0.0 if scale.names else ROOM),
        "label": _end_of(scale.factor, 56),
    }
    axes.set(**{f"{which}{key}": value for key, value in look.items()})
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.label.set_color(style.INK)
    if scale.is_log:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
        axis.set_minor_formatter(NullFormatter())
    if scale.names:
        axis.set_ticks(
            range(len(scale.names)),
            [name if len(name) <= 24 else f"{name[:21]}..." for name in scale.names],
        )
        axis.set_tick_params(length=0)


def _draw_limits(axes: Axes, scales: Mapping[str, Scale], areas: Sequence[Area], many: int) -> None:
    """Draw each box's limits, a row each, as a part of the factor's whole range."""
    row = 0.0
    for number, area in enumerate(areas, 1):
        axes.text(-0.13, row, str(number), va="center", **_BADGE)
        axes.text(
            -0.07, row, area.told, color=style.INK, fontsize=8.5, fontweight="bold", va="center"
        )
        for span in area.spans:
            row += 1
            _draw_range(axes, row, scales[span.factor], area.parts(scales[span.factor]), span.told)
        row += 1
    if many > len(areas):
        axes.text(
            -0.07, row, f"and {many - len(areas)} more", color=style.FAINT, fontsize=8, va="center"
        )
    axes.set_xlim(-0.15, 1.15)
    axes.set_ylim(max(row, 11), -0.5)
    axes.set_axis_off()


def _draw_range(
    axes: Axes, row: float, scale: Scale, parts: Sequence[tuple[float, float]], told: str
) -> None:
    axes.text(0, row - 0.2, _end_of(told, 76), color=style.INK, fontsize=8, va="center")
    axes.plot([0, 1], [row + 0.22] * 2, color="#d5d9dd", linewidth=5, solid_capstyle="butt")
    for low, high in parts:
        axes.plot(
            [_along(scale, low), _along(scale, high)],
            [row + 0.22] * 2,
            color=BOX,
            linewidth=5,
            solid_capstyle="butt",
        )
    if not scale.names:
        for place, end, side in ((-0.015, scale.low, "right"), (1.015, scale.high, "left")):
            axes.text(
                place,
                row + 0.22,
                f"{end:,.4g}",
                color=style.FAINT,
                fontsize=7,
                va="center",
                ha=side,
            )


def _end_of(text: str, width: int) -> str:
    """Cut a text that is too long; its end says most."""
    return text if len(text) <= width else f"...{text[3 - width :]}"


def _along(scale: Scale, value: float) -> float:
    """Give the place of a value within the factor's range, 0 to 1."""
    if scale.is_log:
        return math.log(value / scale.low) / math.log(scale.high / scale.low)
    return (value - scale.low) / (scale.high - scale.low)


def _legend(*, has_small: bool) -> list[Line2D | Patch]:
    look: dict[str, Any] = {
        "marker": "o",
        "markersize": 5.5,
        "linestyle": "",
        "markeredgecolor": "#7d8790",
        "markeredgewidth": 0.4,
    }
    shares = [
        (0.0, "a point: holds in 0 % of its runs"),
        (0.25, "25 %"),
        (0.5, "50 %"),
        (0.75, "75 %"),
        (1.0, "100 %"),
    ]
    points = [Line2D([], [], color=HOLDS(share), label=label, **look) for share, label in shares]
    boxes = Patch(fill=False, edgecolor=BOX, linewidth=1.8, label="a box")
    small = Line2D(
        [],
        [],
        color=HOLDS(0.0),
        label="small: outside of limits that stand on the right only",
        **{**look, "markersize": 2.8},
    )
    return [*points, boxes, *([small] if has_small else [])]
