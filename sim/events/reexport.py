"""Let goods pass restrictions through a third state that buys them and sells them on.

A re-export has links of its own, which are closed until its event begins. Goods that ship over them
are in transit to the buyer, as over any link but for longer; so the transit state needs no stock.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim import rng
from sim.events.effect import Scope, Span
from sim.events.timeline import Timeline
from sim.events.trade import Moment, TradeEffect
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sourcing import grown_by_use, happens
from sim.scenario.trade_kinds import Reexport as Described
from sim.world.axes import Axes


@dataclass(eq=False)
class Reexport(TradeEffect):
    """Hold a re-export: its links, and numbers [members] unless said otherwise.

    `size` is its capacity at first.
    """

    capacity: Floats
    """[groups, members]: units per month that pass at most; `room` writes it"""
    growth: Floats
    decay: Floats
    detection: Floats
    draws: Floats
    """[months, members]: what detection is compared with"""
    closed_months: Ints
    central: Bools
    expected: Floats
    """The sum so far of the probabilities of being found out; `room` writes it"""
    closed_until: Ints
    """First month in which it is open again; `room` writes it"""

    @classmethod
    def compile(cls, scope: Scope, event: Described) -> Reexport:  # type: ignore[override]
        """Find its links and draw its numbers."""
        rows = own_links(scope.axes, scope.name)
        pairs = np.unique(scope.axes.route[rows]).size
        size, nothing = scope.draw(event.capacity, "capacity"), np.zeros(len(scope.members))
        path = f"events.{scope.name}.found_out"
        months = scope.scenario.months
        return cls(
            event=event,
            row=scope.row,
            rows=rows,
            size=size,
            capacity=np.repeat(size[None, :], pairs, axis=0),
            growth=scope.draw(event.growth, "growth"),
            decay=scope.draw(event.decay, "decay"),
            detection=scope.draw(event.detection, "detection"),
            draws=rng.uniforms(scope.scenario.seed, path, scope.members, months),
            closed_months=scope.whole(event.closed_months, "closed_months"),
            central=np.asarray(scope.members) == 0,
            expected=nothing,
            closed_until=nothing.astype(np.int64),
        )

    def spans(self, line: Timeline) -> list[Span]:
        """Move in all months in which it holds."""
        return [*super().spans(line), (line.begin[self.row], line.end[self.row])]

    def room(self, passed: Floats, now: Moment) -> Floats:
        """Return what may pass this month, given what `passed` in the last, both [groups, members],
        units per month.
        """
        has_passed = (now.month > now.begin) & (now.strength > 0)
        grown = grown_by_use(self.capacity, passed, self.growth, self.decay)
        self.capacity = np.where(has_passed, grown, self.capacity)
        chance = np.where(has_passed & (passed > 0).any(axis=0), self.detection, 0.0)
        found_out = happens(self.draws[now.month], chance, self.expected, self.central)
        self.closed_until = np.where(found_out, now.month + self.closed_months, self.closed_until)
        return np.where(now.month < self.closed_until, 0.0, self.capacity * now.strength)


def own_links(axes: Axes, name: str) -> Ints:
    """Find the links that exist only for the re-export of this name."""
    row = axes.rules + axes.terms.index(f"events.{name}")
    return np.flatnonzero(axes.link_terms == row)
