"""Give all figures one look: page, panels, colours, time axis, dated events."""

from __future__ import annotations

import textwrap
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.records import EventRow, Records
from sim.scenario.schema import Scenario

RC: dict[Any, Any] = {
    "text.parse_math": False,  # titles are text, a dollar sign too
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#888888",
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "hatch.linewidth": 0.6,
}
INK, FAINT, EVENT = "#222222", "#666666", "#b03a2e"
MANY = "#b5b5b5"
"""Colour of the states beyond the palette."""
PALETTE = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#8c6d31",
    "#6a3d9a",
    "#b2df8a",
    "#f0d500",
    "#3b3b3b",
    "#fb9a99",
    "#7fc6b4",
    "#9a3412",
    "#a6a0dc",
    "#5b7a1f",
)
WIDTH = 11.0
MARGIN = 0.6
"""Inches from the left edge of the page to its text."""


@dataclass(frozen=True)
class Moment:
    """Hold a month in which events begin: its number in the key, its place on the time axis, what
    begins.
    """

    number: int
    position: int
    month: str
    events: tuple[str, ...]


def moments(records: Records, names: Container[str]) -> list[Moment]:
    """List the months in which these events begin; one whose month differs by member stands where
    most members have it.
    """
    begins: dict[str, EventRow] = {}
    for row in records.events:
        if (
            row.event in names
            and row.action == "begins"
            and (row.event not in begins or row.members > begins[row.event].members)
        ):
            begins[row.event] = row
    by_month: dict[str, list[str]] = {}
    for row in sorted(begins.values(), key=lambda row: row.month):
        by_month.setdefault(row.month, []).append(row.event)
    return [
        Moment(number, records.months.index(month), month, tuple(by_month[month]))
        for number, month in enumerate(by_month, 1)
    ]


def state_colours(records: Records) -> dict[str, str]:
    """Give each state one colour in all figures: the palette to those that ship most, grey to the
    rest.
    """
    shipped: dict[str, float] = {state: 0.0 for _, state, _ in records.lines}
    for (exporter, _, _), units in zip(
        records.routes, records.flows.mean(axis=-1).sum(axis=0).tolist(), strict=True
    ):
        shipped[exporter] = shipped.get(exporter, 0.0) + units
    ranked = sorted(shipped, key=lambda state: -shipped[state])
    return {
        state: PALETTE[rank] if rank < len(PALETTE) else MANY for rank, state in enumerate(ranked)
    }


@dataclass(frozen=True)
class Layout:
    """Hold the measures of a page of panels, in inches."""

    panel_height: float
    head: float
    """Above the panels: title, legend, room for the first row's own titles."""
    foot: float
    """Below the panels: their time axis, the key."""
    left: float = MARGIN
    """Left of each column of panels, for labels."""
    right: float = 0.2
    """Right of each column of panels."""
    between: float = 0.75
    """Between rows of panels."""


def shortened(title: str, width: int = 74) -> str:
    """Cut a title at a word so that it fits over its panel."""
    return textwrap.shorten(title, width, placeholder=" ...")


def page(title: str, subtitle: str, panels: int, layout: Layout) -> tuple[Figure, list[Axes]]:
    """Make a page with a title and `panels` axes in two columns, row by row; one panel alone takes
    the full width.
    """
    columns = min(panels, 2)
    rows = -(-panels // columns)
    height = layout.head + rows * layout.panel_height + (rows - 1) * layout.between + layout.foot
    column_width = WIDTH / columns
    figure = Figure(figsize=(WIDTH, height))
    figure.text(MARGIN / WIDTH, 1 - 0.33 / height, title, fontsize=13, fontweight="bold", color=INK)
    figure.text(MARGIN / WIDTH, 1 - 0.56 / height, subtitle, fontsize=9, color=FAINT)
    axes = []
    for panel in range(panels):
        row, column = divmod(panel, columns)
        left = column * column_width + layout.left
        bottom = height - layout.head - (row + 1) * layout.panel_height - row * layout.between
        width = column_width - layout.left - layout.right
        axes.append(
            figure.add_axes(
                (left / WIDTH, bottom / height, width / WIDTH, layout.panel_height / height)
            )
        )
    return figure, axes


def legend(figure: Figure, handles: Sequence[Artist], columns: int) -> None:
    """Write the legend under the page's title, in rows of `columns` entries."""
    width, height = figure.get_size_inches()
    figure.legend(
        handles=list(handles),
        loc="upper left",
        bbox_to_anchor=((MARGIN - 0.08) / width, 1 - 0.6 / height),
        ncols=columns,
        frameon=False,
        fontsize=8,
        handlelength=1.7,
        columnspacing=1.5,
    )


def time_axis(axes: Axes, months: Sequence[str]) -> None:
    """Label Januaries as YYYY-MM, seven labels at most; a short run has every month or
    every third.
    """
    axes.set_xlim(-0.5, len(months) - 0.5)
    januaries = [position for position, month in enumerate(months) if month.endswith("-01")]
    marks = (
        januaries
        if len(januaries) > 2
        else list(range(0, len(months), 1 if len(months) <= 7 else 3))
    )
    step = -(-len(marks) // 7)
    axes.set_xticks(marks[::step], [months[mark] for mark in marks[::step]])
    axes.set_xticks([mark for mark in marks if mark not in marks[::step]], minor=True)


def mark_moments(axes: Axes, marked: Iterable[Moment]) -> None:
    """Draw dated events as thin lines with their numbers on top; numbers that stand too close move
    apart.
    """
    low, high = axes.get_xlim()
    free = low
    for moment in marked:
        room = (high - low) * 0.011 * (1 + len(str(moment.number)))
        place = max(float(moment.position), free + room / 2)
        free = place + room / 2
        axes.axvline(moment.position, color=EVENT, linewidth=0.6, alpha=0.7, zorder=1)
        across = axes.get_xaxis_transform()
        axes.plot(
            [moment.position, place],
            [1, 1.05],
            transform=across,
            color=EVENT,
            linewidth=0.6,
            alpha=0.7,
            clip_on=False,
        )
        axes.text(
            place,
            1.065,
            str(moment.number),
            transform=across,
            fontsize=6.5,
            color=EVENT,
            ha="center",
        )


def key_lines(
    scenario: Scenario, marked: Sequence[Moment], columns: int = 2, width: int = 80
) -> list[list[str]]:
    """Write the key to the numbered events, wrapped, in columns of about equal length."""

    def entry(moment: Moment) -> list[str]:
        titles = (scenario.events[name].title or name.replace("_", " ") for name in moment.events)
        return textwrap.wrap(
            f"{moment.number:>2}  {moment.month}  {'; '.join(titles)}",
            width,
            subsequent_indent=" " * 13,
        )

    return list(_balanced([entry(moment) for moment in marked], columns))


def _balanced(entries: Sequence[list[str]], columns: int) -> Iterator[list[str]]:
    total = sum(map(len, entries))
    column: list[str] = []
    done = 0
    for entry in entries:
        column += entry
        if len(column) * columns >= total and done < columns - 1:
            yield column
            column, done = [], done + 1
    if column:
        yield column


def key_height(lines: Sequence[Sequence[str]]) -> float:
    """Tell how many inches a key takes."""
    return 0.35 + 0.155 * max(map(len, lines)) if lines else 0.0


def write_key(figure: Figure, lines: Sequence[Sequence[str]]) -> None:
    """Write the key to the numbered events at the foot of the page."""
    width, height = figure.get_size_inches()
    top = key_height(lines) - 0.05
    if lines:
        figure.text(
            MARGIN / width,
            top / height,
            "Events",
            fontsize=8,
            fontweight="bold",
            color=EVENT,
            va="top",
        )
    for column, text in enumerate(lines):
        left = MARGIN + column * (width - MARGIN) / len(lines)
        look: dict[str, Any] = {
            "fontsize": 7.2,
            "color": INK,
            "linespacing": 1.35,
            "family": "DejaVu Sans Mono",
        }
        figure.text(left / width, (top - 0.17) / height, "\n".join(text), va="top", **look)
