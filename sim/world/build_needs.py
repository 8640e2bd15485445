"""Fill the needs: final needs month by month, inputs by bills of materials, and stocks to hold."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.kept import renewed
from sim.kernels.matching import spread_out
from sim.kernels.sums import NEVER, levelled
from sim.scenario.bills import placed_bill
from sim.scenario.need import Need
from sim.scenario.quantity import Quantity, month_number
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.draws import Draws
from sim.world.world import Needs


def build_needs(scenario: Scenario, axes: Axes, draw: Draws, slots: int) -> Needs:
    """Draw the needs' numbers; nothing is ordered yet. A pipeline holds `slots` months."""
    base, series_rows, series = _base(scenario, axes, draw)
    cancellation = draw.rows(
        (product.cancellation, f"products.{name}.cancellation")
        for name, product in scenario.products.items()
    )
    input_cover = draw.rows(
        (product.input_cover, f"products.{name}.input_cover")
        for name, product in scenario.products.items()
    )
    maker = axes.line_product[axes.input_line]
    shape, final_shape = (len(axes.needs), draw.width), (axes.final, draw.width)
    amount = _amounts(scenario, axes, draw)
    return Needs(
        base=base,
        series_rows=series_rows,
        series=series,
        factor=np.ones(final_shape),
        added=np.zeros(final_shape),
        final=np.zeros(final_shape),
        full_amount=amount,
        amount=amount.copy(),
        cancellation=levelled(cancellation.take(axes.need_product, axis=0)),
        cover=np.concatenate([_final_cover(scenario, axes, draw), input_cover.take(maker, axis=0)]),
        stock=np.zeros(shape),
        backlog=np.zeros(shape),
        refusals=None,
        deferred=np.zeros(final_shape),
        in_transit=np.zeros(shape),
        pipeline=np.zeros((slots, *shape)),
        lead=np.ones(shape),
        expected=np.zeros(shape),
        perceived=np.zeros(shape),
        ordered=np.zeros(shape),
        cancelled=np.zeros(shape),
        demand=np.zeros(shape),
        hit=renewed(np.full(shape, NEVER)),
        received=np.zeros(shape),
        used=np.zeros(shape),
        spending=np.zeros(shape),
        delivery=np.zeros(shape),
    )


def initial_cover(scenario: Scenario, axes: Axes, draw: Draws, held: Floats) -> Floats:
    """Draw the months of need in each state's stock at the start; `held` where the scenario does
    not say, both [final needs, members].
    """
    initial = draw.rows_or(
        (
            (scenario.needs[state][product].initial_stock_cover, path)
            for state, product in axes.needs[: axes.final]
            for path in [f"needs.{state}.{product}.initial_stock_cover"]
        ),
        np.nan,
    )
    return np.where(np.isnan(initial), held, initial)


def _final_cover(scenario: Scenario, axes: Axes, draw: Draws) -> Floats:
    """Draw the months of need that states want to hold, [final needs, members]."""

    def cover(state: str, product: str) -> tuple[Quantity, str]:
        need, path = scenario.needs[state][product], f"needs.{state}.{product}"
        if need.stock_cover is not None:
            return need.stock_cover, f"{path}.stock_cover"
        return scenario.states[state].stock_cover, f"states.{state}.stock_cover"

    return draw.rows(cover(*need) for need in axes.needs[: axes.final])


def _amounts(scenario: Scenario, axes: Axes, draw: Draws) -> Floats:
    """Draw the units of each input per unit started, [inputs, members]."""
    found = [placed_bill(scenario, *line) for line in axes.lines]
    # a product's bill is drawn once for all its lines
    bills, paths = dict(found), [path for path, _ in found]
    amounts = draw.columns([(bill, path) for path, bill in bills.items()], "amount")
    first = dict(zip(bills, np.cumsum([0, *map(len, bills.values())]).tolist(), strict=False))
    count = [len(bills[path]) for path in paths]
    _, rows = spread_out(
        np.array([first[path] for path in paths], dtype=np.int64), np.array(count, dtype=np.int64)
    )
    return amounts.take(rows, axis=0)


def _base(scenario: Scenario, axes: Axes, draw: Draws) -> tuple[Floats, Ints, Floats]:
    """Draw the final needs of the first month, units [final needs, members]; name those that change
    from month to month, and list these, [months, rows, members].
    """
    needs = [scenario.needs[state][product] for state, product in axes.needs[: axes.final]]
    paths = [f"needs.{state}.{product}" for state, product in axes.needs[: axes.final]]
    base = draw.rows_or(
        [(need.units, f"{path}.units") for need, path in zip(needs, paths, strict=True)], 0.0
    )
    rows, series = [], []
    for row, (need, path) in enumerate(zip(needs, paths, strict=True)):
        if need.units is None:
            by_month = _by_month(scenario, need, path, draw)
            base[row] = by_month[0]
            if len(by_month) > 1:
                rows.append(row)
                series.append(by_month)
    return (
        base,
        np.array(rows, dtype=np.int64),
        np.stack(series, axis=1) if series else np.zeros((scenario.months, 0, draw.width)),
    )


def _by_month(scenario: Scenario, need: Need, path: str, draw: Draws) -> Floats:
    """Draw a final need month by month, units [months, members]; one row stands for all months."""
    months = scenario.months
    if need.series is not None:
        given = draw.rows(
            (each, f"{path}.series.{step}") for step, each in enumerate(need.series[:months])
        )
        last = np.repeat(given[-1:], months - len(given) if len(given) > 1 else 0, axis=0)
        return np.concatenate([given, last])
    years = need.by_year or {}
    drawn = draw.rows((each, f"{path}.by_year.{year}") for year, each in years.items())
    totals = dict(zip(years, drawn, strict=True))
    first = month_number(scenario.start)
    return np.array(
        [_month_of(totals, (first + step) // 12, (first + step) % 12) for step in range(months)]
    )


def _month_of(totals: dict[int, Floats], year: int, month: int) -> Floats:
    """Spread a year's total over its months; December takes the rest, so that the months add up to
    the total exactly.
    """
    earlier = [each for each in totals if each <= year]
    total = totals[max(earlier) if earlier else min(totals)]
    part = total / 12
    if month < 11:
        return part
    spent = np.zeros_like(part)
    for _ in range(11):
        spent = spent + part
    return total - spent
