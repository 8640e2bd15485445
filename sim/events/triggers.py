"""Begin events when a number of a state's need has been below or above a level for some months,
member by member.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.events.timeline import Timeline
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.stock import ROUNDING, met
from sim.kernels.sums import NEVER, NOTABLY, GroupSum, kept_where, whole
from sim.scenario.event_times import When
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.world import World


@dataclass(frozen=True, eq=False)
class Watched:
    """Hold what is watched: a final need, and its links, once a month's goods are allocated."""

    world: World
    row: int
    links: Ints
    """Rows of the links that serve it"""

    def delivered(self, which: Floats | Bools | None = None) -> Floats:
        """Count the units shipped to it over some of its links, `which` [links of the need,
        members]; [members].
        """
        flow = self.world.links.flow[self.links]
        together: Floats = GroupSum(np.zeros(self.links.size, dtype=np.int64), 1)(
            flow if which is None else flow * which
        )[0]
        return together

    def met(self) -> Floats:
        """Count the units of the month's need that were used in it, [members]."""
        needs = self.world.needs
        return met(needs.used[self.row], needs.final[self.row])

    def stored(self) -> Floats:
        """Count the units in stock, [members]; what rounding leaves there is nothing."""
        needs = self.world.needs
        stock = needs.stock[self.row]
        return kept_where(stock > ROUNDING * needs.final[self.row], stock)

    def per_need(self, units: Floats, otherwise: float = 0.0) -> Floats:
        """Divide by the month's need, [members]."""
        return _share(units, self.world.needs.final[self.row], otherwise)

    def months_of(self, units: Floats) -> Floats:
        """Return how many months of need these units are, [members]; inf where none is needed."""
        nothing = np.where(units > 0, np.inf, np.nan)
        need = self.world.needs.final[self.row]
        months: Floats = np.divide(units, need, out=nothing, where=need > 0)
        return months

    def foreign(self) -> Bools:
        """Tell which of its links come from abroad, [links of the need, 1]."""
        axes = self.world.axes
        foreign: Bools = (axes.exporter != axes.importer)[self.links, None]
        return foreign


def _share(part: Floats, whole: Floats, otherwise: float = 0.0) -> Floats:
    return np.divide(part, whole, out=np.full_like(whole, otherwise), where=whole > 0)


METRICS: Mapping[str, Callable[[Watched], Floats]] = {
    "fill_rate": lambda need: need.per_need(need.met(), otherwise=1.0),
    "unmet": lambda need: need.world.needs.final[need.row] - need.met(),
    "backlog": lambda need: need.world.needs.backlog[need.row],
    "backlog_months": lambda need: need.months_of(need.world.needs.backlog[need.row]),
    "stock": lambda need: need.stored(),
    "stock_months": lambda need: need.months_of(need.stored()),
    "import_share": lambda need: _share(need.delivered(need.foreign()), need.delivered(), np.nan),
    "leaked_share": lambda need: _share(
        need.delivered(need.world.links.leaking[need.links]), need.delivered(), np.nan
    ),
}
"""Metric -> its value at the end of a month, [members]: units, months of need, or shares.

A share of nothing, and months of nothing, are NaN: no condition holds for them."""


@dataclass(eq=False)
class Trigger:
    """Hold the condition of one event, arrays [members]."""

    event: int
    metric: str
    need: int
    links: Ints
    low: Floats
    """Below this it holds, notably below the level; -inf where it has no lower level"""
    high: Floats
    """Above this it holds, notably above the level"""
    months: Ints
    """Months in a row for which it must hold"""
    held: Ints
    """For how many it has held so far; `count` writes it"""

    def count(self, world: World) -> None:
        """Count this month, whose goods have been allocated, where the condition holds."""
        value = METRICS[self.metric](Watched(world, self.need, self.links))
        self.held = np.where((value < self.low) | (value > self.high), self.held + 1, 0)

    def fires(self) -> Bools:
        """Tell in which members the condition has now held for long enough."""
        return self.held >= self.months


def fire(triggers: Sequence[Trigger], timeline: Timeline, month: int) -> bool:
    """Begin this month the events whose condition has held for long enough, once, and their
    followers; tell whether any began.
    """
    began = False
    for trigger in triggers:
        begin, end = timeline.begin[trigger.event], timeline.end[trigger.event]
        now = trigger.fires() & (begin == NEVER) & (month < end)
        begin[now] = month
        began |= bool(now.any())
    if began:
        timeline.pass_on()
    return began


def compile_triggers(scenario: Scenario, axes: Axes, members: Sequence[int]) -> tuple[Trigger, ...]:
    """Turn the conditions of events into rows of the world and numbers per member."""
    found = ((row, name, event.when) for row, (name, event) in enumerate(scenario.events.items()))
    return tuple(
        _trigger(scenario, axes, members, row, f"events.{name}.when", when)
        for row, name, when in found
        if when
    )


def _trigger(
    scenario: Scenario, axes: Axes, members: Sequence[int], event: int, path: str, when: When
) -> Trigger:
    def level(key: str, otherwise: float) -> Floats:
        quantity = getattr(when, key)
        return (
            quantity.draw(scenario.seed, f"{path}.{key}", members)
            if quantity
            else np.full(len(members), otherwise)
        )

    need = axes.needs[: axes.final].index((when.state, when.product))
    return Trigger(
        event=event,
        metric=when.metric,
        need=need,
        links=np.flatnonzero(axes.link_need == need),
        low=level("below", -np.inf) * (1.0 - NOTABLY),
        high=level("above", np.inf) * (1.0 + NOTABLY),
        months=whole(when.for_.draw(scenario.seed, f"{path}.for", members)),
        held=np.zeros(len(members), dtype=np.int64),
    )
