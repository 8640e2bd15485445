"""Record what happens, month by month, into arrays made beforehand, all series in the same way."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from sim.engine.ledger import MoneyLedger
from sim.engine.notes import YEAR
from sim.engine.tape import LINES, Tape, recorded_of_inputs
from sim.engine.watch import Watch
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sums import GroupSum, some
from sim.metrics.metric import SAME, MonthlyMetric
from sim.metrics.table import MONTHLY
from sim.world.axes import Axes
from sim.world.world import World

Read = Callable[[World], Floats]
"""Reads a month's values off the world, [needs, members], final needs first"""


class _Reading(NamedTuple):
    """Hold how a series is read from the world, and where it is written."""

    read: Read
    final: Floats
    """[months, final needs, members]"""
    read_inputs: Read | None
    """Reads the values of lines' inputs, [inputs, members]; None: `read` returns them, too"""
    of_inputs: Floats | None
    """[inputs, members]: where these are written each month; None: nowhere"""


class _Deliveries:
    """Add up what comes over some links by need, [needs, members]."""

    def __init__(self, axes: Axes, suspects: Ints, width: int) -> None:
        needs = len(axes.needs)
        abroad = np.flatnonzero(axes.exporter != axes.importer)
        self._from_abroad = GroupSum(axes.link_need[abroad], needs, abroad)
        self._suspects = suspects
        self._from_suspects = GroupSum(axes.link_need[suspects], needs)
        self._nothing = np.zeros((needs, width))

    def foreign(self, world: World) -> Floats:
        """Add up what comes from abroad."""
        return self._from_abroad(world.leaving)

    def leaked(self, world: World) -> Floats:
        """Add up what leaks."""
        leaked = world.links.leaking.take(self._suspects, axis=0)
        if not some(leaked):
            return self._nothing
        leaked *= world.leaving.take(self._suspects, axis=0)
        return self._from_suspects(leaked)


class Recorder:
    """Write the world's series onto a tape, a month at a time."""

    def __init__(
        self,
        tape: Tape,
        world: World,
        first_month: int,
        suspects: Bools,
    ) -> None:
        """Prepare to record; `first_month` counts since year 0.

        `suspects` [links] marks the links on which a restriction may act. On which it did act is
        known only at the end, so what they carry is kept until then.
        """
        axes = world.axes
        self.tape = tape
        tape.spent[:] = 0.0
        self._first_month = first_month
        self._ledger = MoneyLedger(tape.money, world) if tape.money else None
        self._is_shipping = bool(tape.flows.shape[0] or tape.supplies.shape[0])
        if self._is_shipping:
            self._prepare_flows(world)
        self._suspects = np.flatnonzero(suspects)
        self._sums = _Deliveries(axes, self._suspects, world.width)
        # inputs of all metrics below one another, to be added up by state in one go
        self._of_inputs = np.zeros((len(tape.of_inputs), axes.input_line.size, world.width))
        self._inputs_together = axes.inputs_together.repeated(len(self._of_inputs))
        self._series = [self._reading(MONTHLY[name]) for name in tape.series if name != LEGACY]
        self._lines = [(read, kept) for read, kept in _of_lines(tape) if kept.shape[0]]
        kept = tape.months if LEGACY in tape.series else 0
        self._carried = np.empty((kept, self._suspects.size, world.width))
        self._watch = Watch(tape.holding, world) if tape.holding.months.shape[0] else None

    def _prepare_flows(self, world: World) -> None:
        """Prepare to add up a year's shipments, by what the tape holds of them."""
        axes, tape = world.axes, self.tape
        self._year_flow = np.zeros_like(world.links.flow)
        if tape.flows.shape[0]:
            self._by_route = GroupSum(axes.route, axes.route_count)
            routes, links, place = axes.final_routes
            self._by_final_route = GroupSum(place, routes.size, links)
            tape.final_rest[:] = self._by_final_route(world.links.base_flow)
        if tape.supplies.shape[0]:
            serves, supplier = axes.suppliers
            self._by_supplier = GroupSum(supplier, serves.size)

    def record(self, world: World) -> None:
        """Record the month that has just passed."""
        month, tape = world.month, self.tape
        self._record_series(world)
        for read, kept in self._lines:
            kept[month] = read(world)
        self._record_flows(world)
        if tape.spent.shape[0]:
            tape.spent[:] += world.programmes.invested
        if self._ledger:
            self._ledger.record(world)
        if self._watch:
            self._watch.record(world)
        if (self._first_month + month + 1) % YEAR == 0 or month == tape.months - 1:
            self._close_year((self._first_month + month) // YEAR - self._first_month // YEAR, world)
        if month == tape.months - 1 and LEGACY in tape.series:
            self._find_legacy(world)

    def _record_flows(self, world: World) -> None:
        if self._carried.shape[0]:
            # the rows are there; to make sure of it costs a copy
            kept = self._carried[world.month]
            world.leaving.take(self._suspects, axis=0, out=kept, mode="clip")
        if self._is_shipping:
            self._year_flow += world.leaving

    def _reading(self, metric: MonthlyMetric) -> _Reading:
        """Return how a metric is read from the world, and where it is written."""
        read = attrgetter(metric.array) if metric.array else getattr(self._sums, metric.links)
        of_inputs = None if metric.of_inputs == SAME else attrgetter(metric.of_inputs)
        inputs = dict(zip(recorded_of_inputs(), self._of_inputs, strict=False)).get(metric.name)
        return _Reading(read, self.tape.series[metric.name], of_inputs, inputs)

    def _record_series(self, world: World) -> None:
        axes, month = world.axes, world.month
        finals, inputs = slice(axes.final), axes.inputs
        for read, final, read_inputs, of_inputs in self._series:
            values = read(world)
            final[month] = values[finals]
            if of_inputs is not None:
                of_inputs[:] = read_inputs(world) if read_inputs else values[inputs]
        if self._of_inputs.size:
            together = self._inputs_together(self._of_inputs.reshape(-1, world.width))
            kept = self.tape.of_inputs
            kept[:, month] = together.reshape(len(kept), *kept.shape[2:])

    def _find_legacy(self, world: World) -> None:
        """Write what came, in all months, over links on which a restriction acted at some time."""
        axes, tape, width = world.axes, self.tape, world.width
        acted = world.links.acted.take(self._suspects, axis=0)
        rows = np.flatnonzero(np.logical_or.reduce(acted, axis=1))
        acted = acted.take(rows, axis=0)
        by_need = GroupSum(axes.link_need[self._suspects[rows]], len(axes.needs))
        repeated = cache(by_need.repeated)
        together = cache(axes.inputs_together.repeated)
        of_inputs = tape.inputs.get(LEGACY)
        for start in range(0, tape.months, YEAR):
            months = slice(start, start + YEAR)
            carried = self._carried[months].take(rows, axis=1)
            carried *= acted
            count = len(carried)
            by_month = repeated(count)(carried.reshape(-1, width)).reshape(count, -1, width)
            tape.series[LEGACY][months] = by_month[:, : axes.final]
            if of_inputs is not None:
                each = by_month[:, axes.inputs].reshape(-1, width)
                of_inputs[months] = together(count)(each).reshape(count, -1, width)

    def _close_year(self, year: int, world: World) -> None:
        tape = self.tape
        if tape.flows.shape[0]:
            tape.flows[year] = self._by_route(self._year_flow)
            tape.final_flows[year] = self._by_final_route(self._year_flow)
        if tape.supplies.shape[0] and world.month == tape.months - 1:
            tape.supplies[:] = self._by_supplier(self._year_flow)
        if self._is_shipping:
            self._year_flow[:] = 0.0
        if self._ledger:
            self._ledger.close(world, year)
        if self._watch:
            self._watch.close(year)


LEGACY = "legacy"
"""The series that is known only at the end"""


def _of_lines(tape: Tape) -> list[tuple[Callable[[World], Any], Floats]]:
    """Return how the series of lines are read from the world, and where they are written."""
    kept = (tape.usable, tape.output, tape.capacity)
    return list(zip(map(attrgetter, LINES.values()), kept, strict=True))


def route_names(axes: Axes) -> list[tuple[str, str, str]]:
    """Name the routes, (exporter, importer, product); those that differ in their transit state
    alone are named alike.
    """
    return [
        (axes.states[exporter], axes.states[importer], axes.products[product])
        for exporter, importer, product in axes.routes
    ]
