"""What one event does to the world: the base of all kinds, and what an effect is compiled from."""

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

    A kind of event is a subclass. It says in which months it moves and what it does: `act` in the
    month in which it begins, or `hold` in every month in which events of its kind move, after
    `reset` has set what they write to its value without events. It is compiled once for the
    members of a chunk by `compile`.
    """

    family: ClassVar[str]
    """Kinds of one family write the same arrays, so they are set together"""

    event: Dated
    row: int
    """Its place among the scenario's events"""
    rows: Ints
    """What it acts on: rows of what the event's `acts_on` names"""

    @classmethod
    @abstractmethod
    def compile(cls, scope: Scope, event: Dated) -> Effect:
        """Find the rows that the event acts on and draw its numbers."""

    def spans(self, line: Timeline) -> list[Span]:
        """Return the spans of months in which it moves: it begins, grows, wanes or ends."""
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

        `force` [members] is 0 before it begins, when it has ended and where it is undone, growing
        to 1 while it phases in; `begin` [members] is its first month.
        """


def marked(rows: Ints, names: Sequence[str], wanted: Sequence[str]) -> Bools:
    """Return which of these rows have a name that is wanted."""
    chosen = np.array([name in wanted for name in names], dtype=np.bool_)
    return chosen[rows]
