"""Let events start, fund and stop programmes, and undo other events."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from sim.events.effect import Effect, Scope, Span
from sim.events.timeline import Timeline
from sim.kernels.arrays import Bools, Floats, Ints
from sim.scenario import event_kinds as kinds
from sim.scenario.plant_kinds import Repair
from sim.world.world import World


def _programme(scope: Scope, name: str) -> Ints:
    return np.array([scope.axes.programmes.index(name)], dtype=np.int64)


@dataclass(eq=False)
class ProgrammeStart(Effect):
    """Let a programme spend."""

    family: ClassVar = "starts"

    @classmethod
    def compile(  # type: ignore[override]
        cls, scope: Scope, event: kinds.ProgrammeStart
    ) -> ProgrammeStart:
        """Find the programme."""
        return cls(event, scope.row, _programme(scope, event.programme))

    def act(self, world: World, begins: Bools, since: Ints) -> None:
        """Let it spend from now on."""
        world.programmes.active[self.rows] |= begins


@dataclass(eq=False)
class ProgrammeStop(Effect):
    """Stop a programme's spending; a start in the same month has no effect."""

    family: ClassVar = "stops"

    @classmethod
    def compile(  # type: ignore[override]
        cls, scope: Scope, event: kinds.ProgrammeStop
    ) -> ProgrammeStop:
        """Find the programme."""
        return cls(event, scope.row, _programme(scope, event.programme))

    def act(self, world: World, begins: Bools, since: Ints) -> None:
        """Let it spend no more."""
        world.programmes.active[self.rows] &= ~begins


@dataclass(eq=False)
class Funding(Effect):
    """Give a programme money, at once or in equal parts over months."""

    family: ClassVar = "funding"
    amount: Floats
    """Money"""
    months: int

    @classmethod
    def compile(cls, scope: Scope, event: kinds.Funding) -> Funding:  # type: ignore[override]
        """Find the programme and draw the amount."""
        rows = _programme(scope, event.programme)
        return cls(event, scope.row, rows, scope.draw(event.amount, "amount"), event.months)

    def spans(self, line: Timeline) -> list[Span]:
        """Move in all months in which money is paid."""
        begin = line.begin[self.row]
        return [(begin, begin + self.months)]

    def act(self, world: World, begins: Bools, since: Ints) -> None:
        """Pay this month's part."""
        (programme,) = self.rows.tolist()
        paying = (since >= 0) & (since < self.months)
        money = np.where(paying, self._part, 0.0)
        world.programmes.appropriated[programme] += money
        world.programmes.treasury[programme] += money

    @cached_property
    def _part(self) -> Floats:
        """Return the money of a month."""
        return self.amount / self.months


@dataclass(eq=False)
class Undoing(Effect):
    """End other events: restrictions and tariffs by a lifting, outages by a repair."""

    family: ClassVar = "undoing"
    share: Floats
    """Share of each that is undone"""

    @classmethod
    def compile(  # type: ignore[override]
        cls, scope: Scope, event: kinds.Lifting | Repair
    ) -> Undoing:
        """Find the events that it ends, and draw the share."""
        names = list(scope.scenario.events)
        rows = np.array([names.index(each) for each in event.undoes], dtype=np.int64)
        return cls(event, scope.row, rows, scope.draw(event.share, "share"))
