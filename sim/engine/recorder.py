"""Record what happens, month by month, into arrays made beforehand: one path for every variable."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from sim.engine.ledger import MoneyLedger, blank
from sim.kernels.sums import Bools, Floats, GroupSum
from sim.metrics.metric import MonthlyMetric
from sim.metrics.table import MONTHLY
from sim.scenario.quantity import month_number
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.world import World

PARTS = ("usable", "output", "capacity", "flows", "money", "spent")
"""What a tape may hold besides series."""


@dataclass(frozen=True, eq=False)
class Tape:
    """Hold the arrays to record into, members last; what a tape leaves out is empty. A part of a
    tape shares its arrays.
    """

    months: int
    series: dict[str, Floats]
    """Metric -> [months, final needs, members]"""
    usable: Floats
    """[months, lines, members]"""
    output: Floats
    """[months, lines, members]"""
    capacity: Floats
    """[months, lines, members]"""
    flows: Floats
    """[years, routes, members]"""
    money: dict[str, Floats]
    """Item of the ledger -> [years, states, members]"""
    spent: Floats
    """By each programme, in the whole run, [programmes, members]"""

    @classmethod
    def blank(
        cls, scenario: Scenario, axes: Axes, members: int, only: Collection[str] | None = None
    ) -> Tape:
        """Make a tape for so many members; `only` names the series and the other parts that it is
        to hold, None: all.
        """
        first, months = month_number(scenario.start), scenario.months
        years = (first + months - 1) // 12 - first // 12 + 1
        recorded = [name for name, metric in MONTHLY.items() if metric.is_recorded]
        kept = set((*recorded, *PARTS) if only is None else only)

        def by_line(part: str) -> Floats:
            return np.empty((months if part in kept else 0, len(axes.lines), members))

        return cls(
            months=months,
            series={
                name: np.empty((months, axes.final, members)) for name in recorded if name in kept
            },
            usable=by_line("usable"),
            output=by_line("output"),
            capacity=by_line("capacity"),
            flows=np.empty((years if "flows" in kept else 0, len(axes.routes), members)),
            money=blank(axes, years, members) if "money" in kept else {},
            spent=np.empty((len(axes.programmes) if "spent" in kept else 0, members)),
        )

    def part(self, start: int, stop: int) -> Tape:
        """Return the part of the members from `start` up to `stop`."""
        own = np.s_[..., start:stop]
        series, money = (
            {name: each[own] for name, each in part.items()} for part in (self.series, self.money)
        )
        return Tape(
            self.months,
            series,
            self.usable[own],
            self.output[own],
            self.capacity[own],
            self.flows[own],
            money,
            self.spent[own],
        )


class Recorder:
    """Write what the world shows onto a tape, a month at a time."""

    def __init__(
        self,
        tape: Tape,
        world: World,
        first_month: int,
        suspects: Bools,
    ) -> None:
        """Prepare to record; `first_month` counts since year 0.

        `suspects` [links] marks those on which a restriction may act. Which of them it did act on
        is known at the end, so what they carry is kept until then.
        """
        axes = world.axes
        self.tape = tape
        tape.spent[:] = 0.0
        self._first_month = first_month
        self._ledger = MoneyLedger(tape.money, world) if tape.money else None
        self._year_flow = np.zeros_like(world.links.flow)
        self._by_route = GroupSum(axes.route, len(axes.routes))
        foreign = axes.exporter != axes.importer
        self._foreign, self._suspects = (
            (rows, GroupSum(axes.link_need[rows], len(axes.needs)))
            for rows in map(np.flatnonzero, (foreign, suspects))
        )
        kept = tape.months if "legacy" in tape.series else 0
        self._carried = np.empty((kept, self._suspects[0].size, world.width))

    def record(self, world: World) -> None:
        """Note the month that has just passed."""
        month, tape = world.month, self.tape
        for name in tape.series:
            self._record_series(MONTHLY[name], world)
        self._record_lines(world)
        if tape.flows.shape[0]:
            self._year_flow += world.leaving
        if tape.spent.shape[0]:
            tape.spent[:] += world.programmes.invested
        if self._ledger:
            self._ledger.record(world)
        if (self._first_month + month + 1) % 12 == 0 or month == tape.months - 1:
            self._close_year((self._first_month + month) // 12 - self._first_month // 12, world)
        if month == tape.months - 1 and "legacy" in tape.series:
            self._find_legacy(world)

    def _record_lines(self, world: World) -> None:
        tape, lines = self.tape, world.lines
        for kept, values in (
            (tape.usable, lines.usable),
            (tape.output, world.made),
            (tape.capacity, lines.capacity),
        ):
            if kept.shape[0]:
                kept[world.month] = values

    def _record_series(self, metric: MonthlyMetric, world: World) -> None:
        series = self.tape.series[metric.name]
        if metric.array:
            series[world.month] = attrgetter(metric.array)(world)[: world.axes.final]
        elif metric.links == "legacy":
            world.leaving.take(self._suspects[0], axis=0, out=self._carried[world.month])
        else:
            series[world.month] = self._delivered(metric.links, world)

    def _find_legacy(self, world: World) -> None:
        """Write what came, in all months, over links on which a restriction has ever acted."""
        rows, by_need = self._suspects
        acted = world.links.acted[rows]
        for month, carried in enumerate(self._carried):
            self.tape.series["legacy"][month] = by_need(carried * acted)[: world.axes.final]

    def _delivered(self, links: str, world: World) -> Floats:
        """Add up deliveries over some links, one of metric.LINKS, by final need."""
        rows, by_need = self._foreign if links == "foreign" else self._suspects
        flow = world.leaving.take(rows, axis=0)
        if links == "leaked":
            flow *= world.links.leaking.take(rows, axis=0)
        return by_need(flow)[: world.axes.final]

    def _close_year(self, year: int, world: World) -> None:
        if self.tape.flows.shape[0]:
            self.tape.flows[year] = self._by_route(self._year_flow)
            self._year_flow[:] = 0.0
        if self._ledger:
            self._ledger.close(world, year)


def route_names(axes: Axes) -> list[tuple[str, str, str]]:
    """Name the routes, (exporter, importer, product); those that differ in their transit state
    alone are named alike.
    """
    return [
        (axes.states[exporter], axes.states[importer], axes.products[product])
        for exporter, importer, product in axes.routes
    ]
