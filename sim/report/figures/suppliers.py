"""Draw who supplies whom before, during and after the cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.records import Floats, Records
from sim.report.figures import style
from sim.scenario.schema import Scenario

MOST_GROUPS = 12
CHANGED = 0.02
"""A buyer's product is drawn when this share of its deliveries changed hands or was lost."""


@dataclass(frozen=True)
class Period:
    """Hold a run of calendar years: its label, its rows in the flows, and how many of its months
    were simulated.
    """

    label: str
    rows: slice
    months: int


@dataclass(frozen=True)
class Group:
    """Hold the deliveries of one product to one importer, its suppliers in the order of the first
    period.
    """

    importer: str
    product: str
    exporters: tuple[str, ...]
    units: Floats
    """Units per year, mean of the members, [periods, exporters]."""

    @property
    def change(self) -> float:
        """Measure how much changed hands or was lost, at most, against the first period: a
        share.
        """
        totals = self.units.sum(axis=1)
        shares = self.units / np.where(totals > 0, totals, 1)[:, None]
        moved = np.abs(shares - shares[0]).sum(axis=1) / 2
        lost = 1 - totals / totals[0] if totals[0] > 0 else np.zeros(1)
        return float(max(moved.max(), lost.max()))


def periods(months: Sequence[str], years: Sequence[int], first: str | None) -> list[Period]:
    """Cut the years into those before the first event, the three from its year on, and the last two
    that remain.
    """
    simulated = [sum(month.startswith(f"{year:04d}-") for month in months) for year in years]
    start = 0 if first is None else list(years).index(int(first[:4]))
    after = max(len(years) - 2, min(start + 3, len(years)))
    cuts = [
        ("before", 0, start),
        ("during", start, min(start + 3, len(years))),
        ("after", after, len(years)),
    ]
    return [
        Period(
            f"{name} {_years(years[low], years[high - 1])}",
            slice(low, high),
            sum(simulated[low:high]),
        )
        for name, low, high in cuts
        if low < high
    ]


def groups(records: Records, spans: Sequence[Period]) -> list[Group]:
    """List importers and products whose suppliers changed, most changed first, at most twelve."""
    mean = records.flows.mean(axis=-1)
    per_year = np.stack([mean[span.rows].sum(axis=0) * 12 / span.months for span in spans])
    routes: dict[tuple[str, str], list[int]] = {}
    for row, (_, importer, product) in enumerate(records.routes):
        if per_year[:, row].any():
            routes.setdefault((importer, product), []).append(row)
    for rows in routes.values():
        rows.sort(key=lambda row: -float(per_year[0, row]))
    found = [
        Group(*buyer, tuple(records.routes[row][0] for row in rows), per_year[:, rows])
        for buyer, rows in routes.items()
    ]
    return sorted(
        (group for group in found if group.change > CHANGED), key=lambda group: -group.change
    )[:MOST_GROUPS]


def suppliers_figure(
    scenario: Scenario, records: Records, spans: Sequence[Period], shown: Sequence[Group]
) -> Figure:
    """Draw, for each buyer and product, the suppliers' shares of deliveries in each period as
    stacked bars.
    """
    colours = style.state_colours(records)
    exporters = [
        state for state in scenario.states if any(state in group.exporters for group in shown)
    ]
    legend_rows = -(-(len(exporters) + 1) // 7)
    figure, panels = style.page(
        "Who supplies whom before, during and after",
        "Share of deliveries by supplier, mean of the members; the hatched part is what is missing"
        " against before",
        len(shown),
        style.Layout(
            panel_height=0.24 * len(spans),
            head=1.0 + 0.2 * legend_rows,
            foot=0.3,
            left=1.3,
            right=0.75,
            between=0.45,
        ),
    )
    for axes, group in zip(panels, shown, strict=True):
        _panel(axes, group, spans, colours)
        axes.set_title(
            style.shortened(
                f"{scenario.states[group.importer].title}:"
                f" {scenario.products[group.product].title}",
                64,
            ),
            pad=5,
        )
    _legend(figure, scenario, exporters, colours)
    return figure


def _panel(axes: Axes, group: Group, spans: Sequence[Period], colours: dict[str, str]) -> None:
    totals = group.units.sum(axis=1)
    for row, total in enumerate(totals.tolist()):
        whole = max(total, float(totals[0]), 1e-12)
        left = 0.0
        for exporter, units in zip(group.exporters, group.units[row].tolist(), strict=True):
            width = units / whole
            axes.barh(
                row, width, 0.8, left, color=colours[exporter], edgecolor="white", linewidth=0.5
            )
            if width > 0.07:
                axes.text(
                    left + width / 2,
                    row,
                    exporter,
                    ha="center",
                    va="center",
                    fontsize=7,
                    color=_legible(colours[exporter]),
                )
            left += width
        if left < 1 - 1e-3:
            axes.barh(
                row,
                1 - left,
                0.8,
                left,
                color="#f4f4f4",
                edgecolor="#bbbbbb",
                hatch="////",
                linewidth=0,
            )
        amount = f"{total:,.0f}" if total >= 1000 else f"{total:.3g}"
        axes.text(1.015, row, f"{amount} / year", va="center", fontsize=7, color=style.FAINT)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(spans) - 0.5, -0.5)
    axes.set_yticks(range(len(spans)), [span.label for span in spans], fontsize=7.5)
    axes.set_xticks([])
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _legend(
    figure: Figure, scenario: Scenario, exporters: Sequence[str], colours: dict[str, str]
) -> None:
    handles = [
        Patch(color=colours[state], label=f"{scenario.states[state].title} ({state})")
        for state in exporters
    ]
    handles.append(
        Patch(
            facecolor="#f4f4f4",
            edgecolor="#bbbbbb",
            hatch="////",
            linewidth=0,
            label="missing against before",
        )
    )
    style.legend(figure, handles, 7)


def _legible(colour: str) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 150 else "#222222"


def _years(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
