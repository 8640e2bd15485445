"""Record what happens, month by month, into arrays made beforehand: one path for every variable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sim.axes import Axes
from sim.kernels.sums import Bools, Floats, GroupSum, Ints
from sim.money import Till, blank
from sim.scenario.quantity import month_number
from sim.scenario.schema import Scenario
from sim.world import World


def _final(values: Floats, world: World) -> Floats:
    return values[: world.axes.final]


METRICS: Mapping[str, Callable[[World], Floats]] = {
    "need": lambda world: world.needs.final,
    "received": lambda world: _final(world.sent, world),
    "used": lambda world: _final(world.needs.used, world),
    "backlog": lambda world: _final(world.needs.backlog, world),
    "stock": lambda world: _final(world.needs.stock, world),
    "in_transit": lambda world: _final(world.needs.in_transit, world),
    "spending": lambda world: _final(world.needs.spending, world),
}
"""What is recorded of every final need as it stands, [final needs, members]; flows of goods are recorded besides."""
FLOWS = ("imports", "legacy", "leaked")
"""Deliveries from abroad, from suppliers that a restriction ever hits, and those of them that pass while it holds."""


@dataclass(frozen=True, eq=False)
class Tape:
    """Hold the arrays to record into, members last; a part of a tape shares its arrays."""

    series: dict[str, Floats]
    """Metric -> [months, final needs, members]"""
    capacity: Floats
    """[months, lines, members]"""
    output: Floats
    """[months, lines, members]"""
    flows: Floats
    """[years, routes, members]"""
    money: dict[str, Floats]
    """Item of the ledger -> [years, states, members]"""

    @classmethod
    def blank(cls, scenario: Scenario, axes: Axes, members: int) -> Tape:
        """Make a tape for so many members."""
        first, months = month_number(scenario.start), scenario.months
        years = (first + months - 1) // 12 - first // 12 + 1
        lines = (months, len(axes.lines), members)
        return cls(
            series={name: np.empty((months, axes.final, members)) for name in (*METRICS, *FLOWS)},
            capacity=np.empty(lines),
            output=np.empty(lines),
            flows=np.empty((years, len(axes.routes), members)),
            money=blank(axes, years, members),
        )

    def part(self, start: int, stop: int) -> Tape:
        """Return the part of the members from `start` up to `stop`."""
        own = np.s_[..., start:stop]
        series, money = ({name: each[own] for name, each in part.items()} for part in (self.series, self.money))
        return Tape(series, self.capacity[own], self.output[own], self.flows[own], money)


class Recorder:
    """Write what the world shows onto a tape, a month at a time."""

    def __init__(self, tape: Tape, world: World, first_month: int, legacy: Bools, first_restriction: Callable[[World], Ints]) -> None:
        """Prepare to record; `first_month` counts since year 0, `legacy` [links] marks those a restriction ever hits.

        `first_restriction` tells the month in which one first hits each need, [needs, members].
        """
        axes = world.axes
        self.tape = tape
        self._first_month = first_month
        self._till = Till(tape.money, world, first_restriction)
        self._year_flow = np.zeros_like(world.links.flow)
        self._by_route = GroupSum(axes.route, len(axes.routes))
        foreign = axes.exporter != axes.importer
        self._foreign, self._hit = (
            (rows, GroupSum(axes.link_need[rows], len(axes.needs))) for rows in map(np.flatnonzero, (foreign, legacy))
        )

    def record(self, world: World) -> None:
        """Note the month that has just passed."""
        month, leaving, tape, final = world.month, world.leaving, self.tape, world.axes.final
        for name, measure in METRICS.items():
            tape.series[name][month] = measure(world)
        rows, by_need = self._foreign
        tape.series["imports"][month] = by_need(leaving.take(rows, axis=0))[:final]
        rows, by_need = self._hit
        flow = leaving.take(rows, axis=0)
        tape.series["legacy"][month] = by_need(flow)[:final]
        flow *= world.links.restricted.take(rows, axis=0)
        tape.series["leaked"][month] = by_need(flow)[:final]
        tape.capacity[month] = world.lines.usable
        tape.output[month] = world.made
        self._year_flow += leaving
        self._till.record(world)
        if (self._first_month + month + 1) % 12 == 0 or month == tape.capacity.shape[0] - 1:
            year = (self._first_month + month) // 12 - self._first_month // 12
            tape.flows[year] = self._by_route(self._year_flow)
            self._year_flow[:] = 0.0
            self._till.close(world, year)
