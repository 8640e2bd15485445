"""Draw the capacity that states build or lose, product by product."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.records import Floats, Records
from sim.report.figures import style
from sim.report.figures.relevance import bearing_on_capacity
from sim.report.statistics import spread
from sim.scenario.schema import Product, Scenario

MOST_PANELS = 8
Changes = dict[str, dict[str, dict[str, Floats]]]
"""Product -> state -> p05, p50, p95, ... by month, units per month against the first month."""


def changes(records: Records) -> Changes:
    """Sum usable capacity by product and state and compare it with the first month; what never
    changes is left out.
    """
    lines: dict[tuple[str, str], list[int]] = {}
    for position, (_, state, product) in enumerate(records.lines):
        lines.setdefault((product, state), []).append(position)
    result: Changes = {}
    for (product, state), rows in lines.items():
        usable = records.usable[:, rows].sum(axis=1)
        change = usable - usable[:1]
        if np.abs(change).max(initial=0.0) > 1e-9 * max(1.0, usable.max(initial=0.0)):
            result.setdefault(product, {})[state] = spread(change, records.members, (5, 50, 95))
    return result


def capacity_figure(scenario: Scenario, records: Records, changed: Changes) -> Figure:
    """Draw capacity against the first month for the products where it changes most: median by
    state, band over members.
    """
    shown = sorted(changed, key=lambda product: -_size(changed, product, records))[:MOST_PANELS]
    bearing = {product: bearing_on_capacity(scenario, product) for product in shown}
    marked = style.moments(records, set().union(*bearing.values()))
    key = style.key_lines(scenario, marked)
    colours = style.state_colours(records)
    states = [
        state for state in scenario.states if any(state in changed[product] for product in shown)
    ]
    figure, panels = style.page(
        "Capacity built or lost, by state",
        f"Usable capacity against {records.months[0]}, units per month; line: median member, band:"
        " 9 of 10 members"
        + (
            ""
            if len(shown) == len(changed)
            else f"; the {len(shown)} products with the largest change of {len(changed)}"
        ),
        len(shown),
        style.Layout(
            panel_height=1.7,
            head=1.2 + 0.2 * (-(-len(states) // 7)),
            foot=0.5 + style.key_height(key),
        ),
    )
    for axes, product in zip(panels, shown, strict=True):
        _panel(axes, changed[product], colours)
        style.time_axis(axes, records.months)
        style.mark_moments(
            axes, [moment for moment in marked if not bearing[product].isdisjoint(moment.events)]
        )
        axes.set_title(_title(scenario.products[product]), pad=16)
    style.legend(
        figure,
        [
            Line2D([], [], color=colours[state], linewidth=2, label=scenario.states[state].title)
            for state in states
        ],
        7,
    )
    style.write_key(figure, key)
    return figure


def _title(product: Product) -> str:
    """Name a product with its unit where there is room for it."""
    whole = f"{product.title} ({product.unit} per month)"
    return whole if style.shortened(whole) == whole else style.shortened(product.title)


def _size(changed: Changes, product: str, records: Records) -> float:
    """Compare the largest change of a product with what all its lines could make at the start."""
    start = sum(
        float(records.usable[0, row].mean())
        for row, line in enumerate(records.lines)
        if line[2] == product
    )
    largest = max(float(np.abs(change["mean"]).max()) for change in changed[product].values())
    return largest / max(start, 1e-9)


def _panel(axes: Axes, by_state: dict[str, dict[str, Floats]], colours: dict[str, str]) -> None:
    for state, change in by_state.items():
        time = np.arange(change["p50"].size)
        axes.fill_between(
            time, change["p05"], change["p95"], color=colours[state], alpha=0.18, linewidth=0
        )
        axes.plot(time, change["p50"], color=colours[state], linewidth=1.6)
    axes.axhline(0, color="#888888", linewidth=0.6)
    axes.margins(y=0.08)
    axes.grid(axis="y", color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)
