"""Record what happens, month by month, into arrays made beforehand: one path for every variable."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from sim.kernels.sums import Bools, Floats, GroupSum
from sim.scenario.quantity import month_number
from sim.scenario.schema import Scenario
from sim.world import World


def _fill_rate(world: World) -> Floats:
    final = world.needs.final
    return np.divide(_met(world), final, out=np.ones_like(final), where=final > 0)


def _met(world: World) -> Floats:
    return np.minimum(world.needs.used[: world.axes.final], world.needs.final)


def _final(values: Floats, world: World) -> Floats:
    return values[: world.axes.final]


METRICS: Mapping[str, Callable[[World], Floats]] = {
    "need": lambda world: world.needs.final,
    "received": lambda world: _final(world.needs.received, world),
    "used": lambda world: _final(world.needs.used, world),
    "unmet": lambda world: world.needs.final - _met(world),
    "backlog": lambda world: _final(world.needs.backlog, world),
    "stock": lambda world: _final(world.needs.stock, world),
    "in_transit": lambda world: _final(world.needs.in_transit, world),
    "fill_rate": _fill_rate,
    "spending": lambda world: _final(world.needs.spending, world),
}
"""What is recorded of every final need, [final needs, members]; units per month but for the fill rate (a share) and spending (money)."""


class Recorder:
    """Hold the records of one chunk of members, filled month by month."""

    def __init__(self, scenario: Scenario, world: World, legacy: Bools) -> None:
        """Make the arrays; `legacy` [links] marks the links on which a restriction ever acts."""
        axes, months, width = world.axes, scenario.months, world.width
        first = month_number(scenario.start)
        self.years = list(range(first // 12, (first + months - 1) // 12 + 1))
        self._first = first
        self._year_of_start = first // 12
        self.series = {name: np.empty((months, axes.final, width)) for name in (*METRICS, "imports", "leaked", "legacy")}
        self.capacity = np.empty((months, len(axes.lines), width))
        self.output = np.empty((months, len(axes.lines), width))
        self.flows = np.zeros((len(self.years), len(axes.routes), width))
        self._year_flow = np.zeros_like(world.links.flow)
        self._by_route = GroupSum(axes.route, len(axes.routes))
        foreign = axes.exporter != axes.importer
        self._imports, self._legacy = _Some(foreign, world), _Some(legacy, world)

    def record(self, world: World) -> None:
        """Note the month that has just passed."""
        month, links, final = world.month, world.links, world.axes.final
        for name, measure in METRICS.items():
            self.series[name][month] = measure(world)
        self.series["imports"][month] = self._imports.received(links.flow)[:final]
        self.series["legacy"][month] = self._legacy.received(links.flow)[:final]
        self.series["leaked"][month] = self._legacy.received(np.where(links.restricted, links.flow, 0.0))[:final]
        self.capacity[month] = world.lines.usable
        self.output[month] = world.lines.output
        self._year_flow += links.flow
        if (self._first + month + 1) % 12 == 0 or month == self.capacity.shape[0] - 1:
            self.flows[(self._first + month) // 12 - self._year_of_start] = self._by_route(self._year_flow)
            self._year_flow[:] = 0.0


class _Some:
    """Sum flows over some links by need."""

    def __init__(self, chosen: Bools, world: World) -> None:
        self._rows = np.flatnonzero(chosen)
        self._by_need = GroupSum(world.axes.link_need[self._rows], len(world.axes.needs))

    def received(self, flow: Floats) -> Floats:
        """Sum flow [links, members] over the chosen links: [needs, members]."""
        return self._by_need(flow.take(self._rows, axis=0))
