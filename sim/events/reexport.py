"""Let goods pass restrictions through a third state that buys them and sells them on. Model
specification 2.6.

A re-export has links of its own, closed until its event begins. What ships over them is in transit
to the buyer, as over any link, only longer: the transit state's stock needs no book of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim import rng
from sim.kernels.sourcing import grown_by_use, happens
from sim.kernels.sums import Bools, Floats, Ints
from sim.scenario.event_kinds import Reexport
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.world import World


@dataclass(eq=False)
class ReexportRoute:
    """Hold a re-export: its links, and numbers [members] unless said otherwise."""

    event: int
    """Its place among the scenario's events"""
    links: Ints
    """[links]: rows of the world"""
    capacity: Floats
    """[links, members]: units per month that pass at most; `open` writes it"""
    growth: Floats
    decay: Floats
    mark_up: Floats
    transport: Floats
    """[links, members]: money per unit beside the mark-up"""
    detection: Floats
    draws: Floats
    """[months, members]: what detection is compared with"""
    closed_months: Ints
    central: Bools
    expected: Floats
    """How often it should have been found out so far; `open` writes it"""
    closed_until: Ints
    """First month in which it is open again; `open` writes it"""

    def open(self, world: World, strength: Floats, begin: Ints) -> None:
        """Set what may pass this month, within what other events leave, from what passed last
        month.

        `strength` says how far the event holds, `begin` since which month, both [members].
        """
        links, rows = world.links, self.links
        has_passed = (world.month > begin) & (strength > 0)
        passed = links.flow[rows]
        self.capacity = np.where(
            has_passed, grown_by_use(self.capacity, passed, self.growth, self.decay), self.capacity
        )
        chance = np.where(has_passed & (passed > 0).any(axis=0), self.detection, 0.0)
        found_out = happens(self.draws[world.month], chance, self.expected, self.central)
        self.closed_until = np.where(found_out, world.month + self.closed_months, self.closed_until)
        room = np.where(world.month < self.closed_until, 0.0, self.capacity * strength)
        links.cap[rows] = np.minimum(links.cap[rows], room)
        links.open[rows] &= room > 0
        links.restricted[rows] = True
        links.unit_cost[rows] = (
            self.transport + self.mark_up * world.lines.unit_cost[world.axes.link_line[rows]]
        )


def passages(scenario: Scenario, axes: Axes, members: Sequence[int]) -> tuple[ReexportRoute, ...]:
    """Turn the scenario's re-exports into rows of the world and numbers per member."""
    found = enumerate(scenario.events.items())
    return tuple(
        _passage(scenario, axes, members, row, name, event)
        for row, (name, event) in found
        if isinstance(event, Reexport)
    )


def _passage(
    scenario: Scenario, axes: Axes, members: Sequence[int], row: int, name: str, event: Reexport
) -> ReexportRoute:
    def draw(key: str) -> Floats:
        quantity: Quantity = getattr(event, key)
        return quantity.draw(scenario.seed, f"events.{name}.{key}", members)

    links = own_links(scenario, axes, event)
    _, route, count = np.unique(axes.route[links], return_inverse=True, return_counts=True)
    nothing = np.zeros(len(members))
    return ReexportRoute(
        event=row,
        links=links,
        capacity=draw("capacity") / count[route, None],
        growth=draw("growth"),
        decay=draw("decay"),
        mark_up=draw("mark_up"),
        transport=np.repeat(draw("unit_cost")[None, :], links.size, axis=0),
        detection=draw("detection"),
        draws=rng.uniforms(scenario.seed, f"events.{name}.found_out", members, scenario.months),
        closed_months=np.rint(draw("closed_months")).astype(np.int64),
        central=np.asarray(members) == 0,
        expected=nothing,
        closed_until=nothing.astype(np.int64),
    )


def own_links(scenario: Scenario, axes: Axes, event: Reexport) -> Ints:
    """Find the links that are there for a re-export alone."""
    ways = zip(axes.link_rule, axes.link_via.tolist(), strict=True)
    return np.flatnonzero(
        [name is not None and via >= 0 and scenario.events[name] is event for name, via in ways]
    )
