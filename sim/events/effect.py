"""Define what one event does to the world: the base class of all kinds of effects, and what an
effect is compiled from.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.events.timeline import Timeline
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sums import NEVER, whole
from sim.scenario.event_times import Dated
from sim.scenario.quantity import Quantity, month_number
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.world import World

Span = tuple[Ints, Ints]
"""(first month, first month after it), [members] each"""


@dataclass(frozen=True, eq=False)
class Scope:
    """Hold what an event is compiled from: the scenario, the world's rows, and the members."""

    scenario: Scenario
    axes: Axes
    members: Sequence[int]
    row: int
    """The event's place among the scenario's events"""
    name: str

    def draw(self, quantity: Quantity, key: str) -> Floats:
        """Draw a number of the event under its own name, [members]."""
        return quantity.draw(self.scenario.seed, f"events.{self.name}.{key}", self.members)

    def whole(self, quantity: Quantity, key: str) -> Ints:
        """Draw a number of months, [members]; halves are rounded up."""
        return whole(self.draw(quantity, key))

    def month(self, label: str) -> int:
        """Count a month YYYY-MM from the start of the run."""
        return month_number(label) - month_number(self.scenario.start)


@dataclass(eq=False)
class Effect(ABC):
    """Hold one event's targets and numbers: rows of the world, and values [members].

    Each kind of event has a subclass. It says in which months the event moves (`spans`) and what it
    does: `act` changes the world for good, in the month in which the event begins or so many months
    after; `hold` changes it by as much as the event holds, whenever an event of its family moves,
    after `reset` has undone what all of them wrote. `compile` makes it once for a chunk's members.
    """

    family: ClassVar[str]
    """The family of the kind: kinds of one family write the same arrays, and are set together"""

    event: Dated
    row: int
    """Its place among the scenario's events"""
    rows: Ints
    """What it acts on: rows of the links, needs, lines or programmes that `event.acts_on` names"""

    @classmethod
    @abstractmethod
    def compile(cls, scope: Scope, event: Dated) -> Effect:
        """Find the rows that the event acts on and draw its numbers."""

    def spans(self, line: Timeline) -> list[Span]:
        """Return the spans of months in which it moves, that is, begins, grows, wanes or ends."""
        begin, end = line.begin[self.row], line.end[self.row]
        return [(begin, begin + line.phase[self.row]), (end, end + 1)]

    def full(self, line: Timeline) -> Ints:
        """Return the first month in which it holds in full, [members]."""
        begin, phase = line.begin[self.row], line.phase[self.row]
        full: Ints = np.minimum(begin, NEVER - phase) + phase - 1
        return full

    def act(self, world: World, begins: Bools, since: Ints) -> None:  # noqa: B027
        """Change the world at once in members where it `begins` this month, [members].

        `since` [members] counts the months since then.
        """

    @classmethod  # noqa: B027
    def reset(cls, world: World) -> None:
        """Set what this family writes to its value without events."""

    def hold(self, world: World, force: Floats, begin: Ints) -> None:  # noqa: B027
        """Change the world by as much as the event holds this month.

        `force` [members], 0 to 1, grows to 1 while the event phases in; it is 0 before the event
        begins, after it has ended and where it is undone. `begin` [members] is its first month.
        """


def marked(rows: Ints, names: Sequence[str], wanted: Sequence[str]) -> Bools:
    """Return which `rows` have a name, `names[row]`, that is among those `wanted`."""
    chosen = np.array([name in wanted for name in names], dtype=np.bool_)
    return chosen[rows]
