"""Candidates of programmes: when what is begun is there, and how it ramps up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import asin, exp, log, sin

import numpy as np

from sim.scenario.lead_terms import terms_of
from sim.scenario.programme import Candidate
from sim.scenario.quantity import month_number
from sim.scenario.schema import Scenario
from sim.world.draws import Draws
from sim.world.lead_times import Building, lead_times
from tests.reference.things import NEVER, Line, Need, whole

NINE_TENTHS = {"linear": 0.9, "s_curve": 0.5 - sin(asin(-0.8) / 3.0), "exponential": log(10.0)}
"""Part of a ramp's length after which nine tenths are reached."""


def _idle(months: int, shape: str, length: float) -> float:
    """Return the share that does not produce so many months after qualification."""
    if shape == "exponential":
        return exp(-months / length) if length > 0 else 0.0
    x = min(months / length, 1.0) if length > 0 else 1.0
    return 1.0 - (x if shape == "linear" else x * x * (3.0 - 2.0 * x))


@dataclass(slots=True, eq=False)
class Clock:
    """From when a project's months count, where not from its money."""

    lead: int
    least: int
    """Months that whatever is paid for still takes"""
    since: int
    """The month from which they count, NEVER: not known yet"""
    counts_from_decision: bool
    counts_from_hit: bool

    def left(self, month: int, is_decided: bool, needs: Sequence[Need]) -> int:
        """Return the months that this month's money takes, of a programme for these needs."""
        if self.counts_from_decision and is_decided and self.since == NEVER:
            self.since = month
        if self.counts_from_hit:
            self.since = min([self.since, *(need.hit for need in needs)])
        waited = 0 if self.since == NEVER else month - self.since
        return max(self.lead - waited, self.least)


@dataclass(slots=True, eq=False)
class Project:
    """A programme's candidate: capacity that may be added to a line."""

    line: Line
    delay: int
    shape: str
    ramp_length: float
    capital_cost: float
    max_capacity: float
    absorption: float
    cancelled_share: float
    added: float = 0.0
    has_money: bool = False
    """Whether its commission may spend this month"""
    started: float = 0.0
    unfinished: float = 0.0
    cancelled: float = 0.0
    matured: float = 0.0
    lost: float = 0.0
    unramped: float = 0.0
    completed: int = NEVER
    clock: Clock | None = None
    coming: dict[int, float] = field(default_factory=dict)
    ramping: list[tuple[int, float]] = field(default_factory=list)
    """(month of qualification, capacity)"""

    @property
    def room(self) -> float:
        """Return how much capacity can be started this month."""
        room = min(self.max_capacity - self.added, self.absorption)
        return room if room > 1e-12 * self.added else 0.0

    def completion(self, month: int) -> int:
        """Return the month in which it was completed, or is in this one."""
        return min(self.completed, month) if self.coming.get(month, 0.0) > 0 else self.completed

    def finish(self, month: int) -> float:
        """Return the capacity that is qualified this month."""
        self.matured = matured = self.coming.pop(month, 0.0)
        self.unfinished -= matured
        self.cancelled = self.cancelled_share * self.unfinished
        self.unfinished -= self.cancelled
        self.added -= self.cancelled
        for due in self.coming:
            self.coming[due] *= 1.0 - self.cancelled_share
        if matured > 0:
            self.ramping.append((month, matured))
            self.completed = min(self.completed, month)
        self.unramped = sum(
            amount * _idle(month + 1 - since, self.shape, self.ramp_length)
            for since, amount in self.ramping
        )
        return matured

    def start(self, capacity: float, month: int) -> None:
        """Begin to add capacity, units per month."""
        self.started = capacity
        self.added += capacity
        self.unfinished += capacity
        # what is started now is there next month at the earliest
        due = month + max(self.delay, 1)
        self.coming[due] = self.coming.get(due, 0.0) + capacity


class Times:
    """The months of one candidate, drawn as the engine draws them: numbers, precedents or an
    announcement, slippage and what of the ramp a lead time holds."""

    def __init__(
        self,
        scenario: Scenario,
        member: int,
        name: str,
        key: str,
        candidate: Candidate,
        most: float,
    ) -> None:
        programme = scenario.programmes[name]
        kind = scenario.products[candidate.product].complexity
        self.terms = terms_of(candidate, scenario.complexity.get(kind or ""))
        common = (programme.common_delay, f"programmes.{name}.common_delay")
        building = Building(f"programmes.{name}.candidates.{key}", common, candidate, self.terms)
        draw = Draws.of(scenario, [member])
        slippage = draw(programme.slippage, f"programmes.{name}.slippage")
        drawn = lead_times(scenario, [building], draw, slippage, np.array([[most]]))
        self.lead = float(drawn.lead[0, 0])
        self.qualification = float(drawn.qualification[0, 0])
        self.length = float(drawn.lengths[0, 0])
        self.start = scenario.start

    def clock(self, lead: float) -> Clock | None:
        """Return from when so many months count; None: from the money."""
        lead_time = self.terms.lead_time
        word = (lead_time and lead_time.stated_on) or self.terms.clock
        if word == "money":
            return None
        is_known = word not in ("decision", "cut_off")
        since = _months(self.start, word) if is_known else NEVER
        least = max(whole(self.qualification), 1)
        return Clock(whole(lead), least, since, word == "decision", word == "cut_off")


def _months(start: str, month: str) -> int:
    return month_number(month) - month_number(start)
