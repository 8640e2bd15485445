"""Record what happens, month by month, into arrays made beforehand: one path for every variable."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from sim.engine.ledger import MoneyLedger, blank
from sim.engine.watch import Holding, Watch
from sim.kernels.arrays import Bools, Floats
from sim.kernels.sums import GroupSum
from sim.metrics.metric import SAME, MonthlyMetric
from sim.metrics.table import MONTHLY
from sim.scenario.quantity import month_number
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.world import World

PARTS = ("usable", "output", "capacity", "flows", "money", "spent", "inputs", "holding")
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
    inputs: dict[str, Floats]
    """Metric -> [months, inputs, members]: what all lines of a state do with an input"""
    holding: Holding

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
            flows=(
                np.empty((years, axes.route_count, members))
                if "flows" in kept
                else np.empty((0, 0, members))
            ),
            money=blank(axes, years, members) if "money" in kept else {},
            spent=np.empty((len(axes.programmes) if "spent" in kept else 0, members)),
            inputs=_blank_inputs(axes, months, members) if "inputs" in kept else {},
            holding=Holding.blank(axes, years, members, is_kept="holding" in kept),
        )

    def part(self, start: int, stop: int) -> Tape:
        """Return the part of the members from `start` up to `stop`."""
        own = np.s_[..., start:stop]
        series, money, inputs = (
            {name: each[own] for name, each in part.items()}
            for part in (self.series, self.money, self.inputs)
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
            inputs,
            self.holding.part(start, stop),
        )


def _blank_inputs(axes: Axes, months: int, members: int) -> dict[str, Floats]:
    """Make room for what is recorded of inputs of lines."""
    shape = (months, len(axes.input_needs), members)
    known = [each for each in MONTHLY.values() if each.is_recorded and each.of_inputs]
    return {each.name: np.empty(shape) for each in known}


Read = Callable[[World], Floats | None]
"""Reads a month's values off the world, [needs, members], final needs first; None: not yet known"""


class _Reading(NamedTuple):
    """Hold how a series is read off the world, and where to it is written."""

    read: Read
    final: Floats
    """[months, final needs, members]"""
    of_inputs: Callable[[World], Floats] | None
    """Reads what lines' inputs have, [inputs, members]; None: what `read` gives has it"""
    inputs: Floats | None
    """[months, inputs, members]; None: they have none"""


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
        if tape.flows.shape[0]:
            self._year_flow = np.zeros_like(world.links.flow)
            self._by_route = GroupSum(axes.route, axes.route_count)
        foreign = axes.exporter != axes.importer
        self._foreign, self._suspects = (
            (rows, GroupSum(axes.link_need[rows], len(axes.needs)))
            for rows in map(np.flatnonzero, (foreign, suspects))
        )
        self._series = [self._reading(MONTHLY[name]) for name in tape.series]
        kept = tape.months if "legacy" in tape.series else 0
        self._carried = np.empty((kept, self._suspects[0].size, world.width))
        self._watch = Watch(tape.holding, world) if tape.holding.months.shape[0] else None

    def record(self, world: World) -> None:
        """Note the month that has just passed."""
        month, tape = world.month, self.tape
        for each in self._series:
            self._record_series(each, world)
        self._record_lines(world)
        if tape.flows.shape[0]:
            self._year_flow += world.leaving
        if tape.spent.shape[0]:
            tape.spent[:] += world.programmes.invested
        if self._ledger:
            self._ledger.record(world)
        year = (self._first_month + month) // 12 - self._first_month // 12
        if self._watch:
            self._watch.record(world)
        if (self._first_month + month + 1) % 12 == 0 or month == tape.months - 1:
            self._close_year(year, world)
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

    def _reading(self, metric: MonthlyMetric) -> _Reading:
        """Say how a metric is read, and where to it is written."""
        sums: dict[str, Read] = {
            "legacy": self._carry,
            "foreign": self._delivered,
            "leaked": self._leaked,
        }
        read = attrgetter(metric.array) if metric.array else sums[metric.links]
        of_inputs = None if metric.of_inputs == SAME else attrgetter(metric.of_inputs)
        inputs = self.tape.inputs.get(metric.name)
        return _Reading(read, self.tape.series[metric.name], of_inputs, inputs)

    def _record_series(self, reading: _Reading, world: World) -> None:
        values = reading.read(world)
        if values is None:
            return
        axes, month = world.axes, world.month
        reading.final[month] = values[: axes.final]
        if reading.inputs is not None:
            of_inputs = reading.of_inputs(world) if reading.of_inputs else values[axes.inputs]
            reading.inputs[month] = axes.inputs_together(of_inputs)

    def _carry(self, world: World) -> None:
        """Keep what suspects carry until it is known on which of them a restriction acted."""
        kept = self._carried[world.month]
        # the rows are there; to make sure of it costs a copy
        world.leaving.take(self._suspects[0], axis=0, out=kept, mode="clip")

    def _find_legacy(self, world: World) -> None:
        """Write what came, in all months, over links on which a restriction has ever acted."""
        axes, acted = world.axes, world.links.acted.take(self._suspects[0], axis=0)
        some = np.flatnonzero(np.logical_or.reduce(acted, axis=1))
        by_need = GroupSum(axes.link_need[self._suspects[0][some]], len(axes.needs))
        acted = acted.take(some, axis=0)
        for month, carried in enumerate(self._carried):
            values = by_need(carried.take(some, axis=0) * acted)
            self.tape.series["legacy"][month] = values[: axes.final]
            if "legacy" in self.tape.inputs:
                together = axes.inputs_together(values[axes.inputs])
                self.tape.inputs["legacy"][month] = together

    def _delivered(self, world: World) -> Floats:
        """Add up deliveries from abroad by need, [needs, members]."""
        rows, by_need = self._foreign
        return by_need(world.leaving.take(rows, axis=0))

    def _leaked(self, world: World) -> Floats:
        """Add up leaked deliveries by need, [needs, members]."""
        rows, by_need = self._suspects
        flow = world.leaving.take(rows, axis=0)
        flow *= world.links.leaking.take(rows, axis=0)
        return by_need(flow)

    def _close_year(self, year: int, world: World) -> None:
        if self.tape.flows.shape[0]:
            self.tape.flows[year] = self._by_route(self._year_flow)
            self._year_flow[:] = 0.0
        if self._ledger:
            self._ledger.close(world, year)
        if self._watch:
            self._watch.close(year)


def route_names(axes: Axes) -> list[tuple[str, str, str]]:
    """Name the routes, (exporter, importer, product); those that differ in their transit state
    alone are named alike.
    """
    return [
        (axes.states[exporter], axes.states[importer], axes.products[product])
        for exporter, importer, product in axes.routes
    ]
