"""Hold when each event begins, phases in and ends in each member, and tell how far it holds in a
month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import NEVER, unit, whole
from sim.records import EventRow
from sim.scenario.quantity import month_label, month_number
from sim.scenario.schema import Scenario


@dataclass(eq=False)
class Timeline:
    """Hold the events' months, counted from the start of the run, as arrays [events, members]."""

    names: tuple[str, ...]
    begin: Ints
    """First month; NEVER while it is not known"""
    end: Ints
    """First month in which it no longer holds"""
    phase: Ints
    """Months of phasing in, at least 1"""
    delay: Ints
    """Months after what it follows"""
    followers: tuple[tuple[int, int], ...]
    """(event, the event that it follows), parents first"""
    awaiting: tuple[tuple[int, int], ...]
    """(event, the project whose completion it follows)"""
    undone_by: tuple[tuple[int, int], ...]
    """(restriction or outage, the lifting or repair that ends it)"""
    _slow: Ints = field(init=False)
    """Events that phase in, in some member"""

    def __post_init__(self) -> None:
        self._slow = np.flatnonzero((self.phase > 1).any(axis=1))

    def strength(self, month: int) -> Floats:
        """Return how far each event holds in this month, 0 to 1, [events, members]."""
        strength = ((month >= self.begin) & (month < self.end)).astype(np.float64)
        slow = self._slow
        strength[slow] *= unit((month - self.begin[slow] + 1) / self.phase[slow])
        return strength

    def turns(self) -> list[int]:
        """List the months in which any event begins, grows or ends in some member, ascending; in
        between each holds as strongly as the month before.
        """
        begin, phase = self.begin[self._slow], self.phase[self._slow]
        grown = [
            begin + np.minimum(step, phase - 1) for step in range(1, int(phase.max(initial=1)))
        ]
        months: list[int] = np.unique(np.concatenate([self.begin, self.end, *grown])).tolist()
        return months

    def add(self, month: int) -> None:
        """Add an event that holds in all members from this month on, for good."""
        row = np.ones((1, self.begin.shape[1]), dtype=np.int64)
        self.begin = np.concatenate((self.begin, row * month))
        self.end = np.concatenate((self.end, row * NEVER))
        self.phase = np.concatenate((self.phase, row))
        self.delay = np.concatenate((self.delay, 0 * row))

    def await_completions(self, completed: Ints) -> bool:
        """Fix the begin of events that follow a project, and of their followers.

        `completed` [projects, members] is the month in which each was completed, NEVER before.
        Return whether any begin was fixed.
        """
        before = [self.begin[event].copy() for event, _ in self.awaiting]
        for event, project in self.awaiting:
            self._fix(event, np.minimum(completed[project] + self.delay[event], NEVER))
        fixed = any(
            not np.array_equal(self.begin[event], old)
            for (event, _), old in zip(self.awaiting, before, strict=True)
        )
        if fixed:
            self.pass_on()
        return fixed

    def pass_on(self) -> None:
        """Fix the begin of events that follow others whose begin is known."""
        for event, parent in self.followers:
            self._fix(event, np.minimum(self.begin[parent] + self.delay[event], NEVER))

    def _fix(self, event: int, due: Ints) -> None:
        """Let an event begin when it is due; an event that would begin after its end never does."""
        due = np.where(due < self.end[event], due, NEVER)
        self.begin[event] = np.minimum(self.begin[event], due)

    @classmethod
    def build(
        cls, scenario: Scenario, projects: Sequence[tuple[str, str]], members: Sequence[int]
    ) -> Timeline:
        """Place the scenario's events in time for these members."""
        names = tuple(scenario.events)
        row = {name: each for each, name in enumerate(names)}
        project_row = {
            f"{programme}.{each}": place for place, (programme, each) in enumerate(projects)
        }
        shape = (len(names), len(members))
        begin, end = np.full(shape, NEVER), np.full(shape, NEVER)
        delay, phase = np.zeros(shape, dtype=np.int64), np.ones(shape, dtype=np.int64)
        parents: dict[int, int] = {}
        awaiting: list[tuple[int, int]] = []
        first = month_number(scenario.start)
        for place, (name, event) in enumerate(scenario.events.items()):
            months = event.phase_in.draw(scenario.seed, f"events.{name}.phase_in", members)
            phase[place] = np.maximum(whole(months), 1)
            if event.date:
                begin[place] = month_number(event.date) - first
            if event.until:
                end[place] = month_number(event.until) - first
            if event.after:
                delay[place] = whole(
                    event.after.months.draw(scenario.seed, f"events.{name}.after.months", members)
                )
                if event.after.event:
                    parents[place] = row[event.after.event]
                elif event.after.completion:
                    awaiting.append((place, project_row[event.after.completion]))
        parts = _parents_first(parents), tuple(awaiting), _undone(scenario, row)
        line = cls(names, begin, end, phase, delay, *parts)
        line.pass_on()
        return line


def _undone(scenario: Scenario, row: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
    return tuple(
        (row[target], row[name])
        for name, event in scenario.events.items()
        for target in getattr(event, "undoes", ())
    )


def _parents_first(parents: dict[int, int]) -> tuple[tuple[int, int], ...]:
    def depth(event: int) -> int:
        return 1 + depth(parents[event]) if event in parents else 0

    return tuple(sorted(parents.items(), key=lambda pair: depth(pair[0])))


def event_rows(
    scenario: Scenario, begin: Ints, end: Ints, full: Ints, targets: Sequence[tuple[str, int]]
) -> list[EventRow]:
    """Report in which months events began, held in full and ended, with what they act on.

    `begin`, `end` and `full` are [events, members]; `full` is the first month in which an event
    holds in full, its first where it does at once.
    """
    first = month_number(scenario.start)
    rows: list[tuple[int, int, EventRow]] = []
    for place, (name, event) in enumerate(scenario.events.items()):
        grown = np.where(full[place] > begin[place], full[place], NEVER)
        # beside `when`, `until` says by which month an event must begin that then never ends
        ended = np.where(
            (begin[place] < end[place]) & ("until" not in event.inert_keys), end[place], NEVER
        )
        for action, months in (
            ("begins", begin[place]),
            ("holds in full", np.where(grown < ended, grown, NEVER)),
            ("ends", ended),
        ):
            for month in np.unique(months[months < scenario.months]).tolist():
                share = float((months == month).sum()) / months.size
                kind, count = targets[place]
                label = month_label(first + max(month, 0))
                rows.append(
                    (month, place, EventRow(label, name, event.kind, action, kind, count, share))
                )
    return [row for _, _, row in sorted(rows, key=lambda each: each[:2])]
