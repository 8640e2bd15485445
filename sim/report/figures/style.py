"""Give all figures one look: page, panels, colours, time axis, dated events."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.records import EventRow, Records
from sim.scenario.schema import Scenario

RC = {
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
    "svg.hashsalt": "sim",
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
)
WIDTH, LEFT, RIGHT, GAP = 11.0, 0.6, 0.25, 0.55
"""Inches: page, margins, space between panels side by side."""


@dataclass(frozen=True)
class Moment:
    """Hold a month in which events begin: its number in the key, its place on the time axis, what begins."""

    number: int
    position: int
    month: str
    titles: tuple[str, ...]


def moments(scenario: Scenario, records: Records) -> list[Moment]:
    """List the months in which events begin; an event whose month differs by member stands where most members have it."""
    begins: dict[str, EventRow] = {}
    for row in records.events:
        if row.action == "begins" and (row.event not in begins or row.members > begins[row.event].members):
            begins[row.event] = row
    by_month: dict[str, list[str]] = {}
    for row in begins.values():
        event = scenario.events.get(row.event)
        by_month.setdefault(row.month, []).append((event.title if event else None) or row.event.replace("_", " "))
    places = {month: position for position, month in enumerate(records.months)}
    return [Moment(n, places[month], month, tuple(by_month[month])) for n, month in enumerate(sorted(by_month), 1)]


def state_colours(records: Records) -> dict[str, str]:
    """Give each state one colour in all figures: the palette to those that ship most, grey to the rest."""
    shipped: dict[str, float] = {state: 0.0 for _, state, _ in records.lines}
    for (exporter, _, _), units in zip(records.routes, records.flows.mean(axis=-1).sum(axis=0).tolist(), strict=True):
        shipped[exporter] = shipped.get(exporter, 0.0) + units
    ranked = sorted(shipped, key=lambda state: -shipped[state])
    return {state: PALETTE[rank] if rank < len(PALETTE) else MANY for rank, state in enumerate(ranked)}


def page(title: str, subtitle: str, panels: int, *, columns: int, panel_height: float, head: float, foot: float) -> tuple[Figure, list[Axes]]:
    """Lay out a page with a title, `panels` axes row by row, and room for a legend and a key; sizes in inches."""
    rows = -(-panels // columns)
    between = 0.75
    height = head + rows * panel_height + (rows - 1) * between + foot
    width = (WIDTH - LEFT - RIGHT - (columns - 1) * GAP) / columns
    figure = Figure(figsize=(WIDTH, height))
    figure.text(LEFT / WIDTH, 1 - 0.33 / height, title, fontsize=13, fontweight="bold", color=INK)
    figure.text(LEFT / WIDTH, 1 - 0.56 / height, subtitle, fontsize=9, color=FAINT)
    axes = []
    for panel in range(panels):
        row, column = divmod(panel, columns)
        left, bottom = LEFT + column * (width + GAP), height - head - (row + 1) * panel_height - row * between
        axes.append(figure.add_axes((left / WIDTH, bottom / height, width / WIDTH, panel_height / height)))
    return figure, axes


def time_axis(axes: Axes, months: Sequence[str]) -> None:
    """Label Januaries as YYYY-MM, seven labels at most; a short run has every month or every third."""
    axes.set_xlim(-0.5, len(months) - 0.5)
    januaries = [position for position, month in enumerate(months) if month.endswith("-01")]
    marks = januaries if len(januaries) > 2 else list(range(0, len(months), 1 if len(months) <= 7 else 3))
    step = -(-len(marks) // 7)
    axes.set_xticks(marks[::step], [months[mark] for mark in marks[::step]])
    axes.set_xticks([mark for mark in marks if mark not in marks[::step]], minor=True)


def mark_moments(axes: Axes, marked: Iterable[Moment]) -> None:
    """Draw dated events as thin lines with their numbers on top, in two heights where they stand close."""
    free_at = [-np.inf, -np.inf]
    span = np.diff(axes.get_xlim())[0]
    for moment in marked:
        axes.axvline(moment.position, color=EVENT, linewidth=0.6, alpha=0.7, zorder=1)
        level = 0 if moment.position >= free_at[0] else 1
        free_at[level] = moment.position + span * (0.012 + 0.012 * len(str(moment.number)))
        height = 1.015 + 0.075 * level
        axes.text(
            moment.position, height, str(moment.number), transform=axes.get_xaxis_transform(), fontsize=6.5, color=EVENT, ha="center"
        )


def key_lines(marked: Sequence[Moment], columns: int = 2, width: int = 88) -> list[list[str]]:
    """Write the key to the numbered events, wrapped, in columns of about equal length."""
    entries = [
        textwrap.wrap(f"{moment.number:>2}  {moment.month}  {'; '.join(moment.titles)}", width, subsequent_indent=" " * 14) for moment in marked
    ]
    return list(_balanced(entries, columns))


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
        figure.text(LEFT / width, top / height, "Events", fontsize=8, fontweight="bold", color=EVENT, va="top")
    for column, text in enumerate(lines):
        left = LEFT + column * (width - LEFT - RIGHT + GAP) / len(lines)
        body = "\n".join(text)
        figure.text(left / width, (top - 0.17) / height, body, fontsize=7.2, color=INK, va="top", linespacing=1.35, family="DejaVu Sans Mono")
