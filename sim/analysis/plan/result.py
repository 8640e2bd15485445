"""Hold what a search for a plan came to: what was asked, what was tried, which of it is enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np

from sim.analysis.plan.choices import Numbers, Plants
from sim.analysis.plan.request import Choice
from sim.analysis.plan.search import Found
from sim.analysis.plan.trials import Goal, Tried, interval
from sim.kernels.arrays import Bools, Floats
from sim.scenario.schema import Scenario

NEVER = "never"


@dataclass(frozen=True, eq=False, repr=False)
class PlanResult:
    """Hold what was asked, what was tried for it, and what was found."""

    scenario: Scenario
    goal: Goal
    choice: Choice
    found: Found
    tried: Mapping[Any, Tried]
    """What came of each choice"""

    @property
    def answer(self) -> float | str | tuple[str, ...] | None:
        """Give the number, the month YYYY-MM or the names of the plants; None where nothing that
        was tried is enough.
        """
        key = self.found.answer
        if key is None or isinstance(self.choice, Numbers):
            return None if key is None else float(key)
        return tuple(key) if isinstance(self.choice, Plants) else self.choice.name(key)

    @property
    def chosen(self) -> Any:
        """Give the choice that is enough, or else the one with which most members reach the
        goal.
        """
        if self.found.answer is not None:
            return self.found.answer
        return min(self.keys, key=lambda key: -self.tried[key].share)

    @cached_property
    def keys(self) -> list[Any]:
        """List what was tried, in its order: ascending; sets of plants by their number, then by
        name.
        """
        return sorted(self.tried, key=lambda key: (self.choice.place(key), key))

    @property
    def share(self) -> float:
        """Give the share of the members that reach the goal with the choice that is enough, or with
        the best one.
        """
        return self.tried[self.chosen].share

    @property
    def interval(self) -> tuple[float, float]:
        """Give the 95 % interval of that probability, as far as so many members tell."""
        return interval(self.share, self.scenario.members)

    def reached(self, key: Any) -> str:
        """Give the month by which the share of members asked for reaches the goal with a choice;
        empty where that has no date.
        """
        months = self.tried[key].months
        if not months:
            return ""
        month = self.goal.quantile(months)
        return self.scenario.month_labels[int(month)] if isfinite(month) else NEVER

    @cached_property
    def efficient(self) -> dict[Any, bool]:
        """Tell of which choices no other is both as good and as cheap, one of them truly.

        Good is early or, where the goal has no date, likely; what never reaches the goal is not
        efficient.
        """
        tried = [self.tried[key] for key in self.keys]
        late = [
            (
                self.goal.quantile(each.months)
                if each.months
                else (-each.share if each.share else np.inf)
            )
            for each in tried
        ]
        found = undominated(np.array(late), np.array([each.cost[1] for each in tried]))
        return dict(zip(self.keys, found.tolist(), strict=True))


def undominated(late: Floats, cost: Floats) -> Bools:
    """Tell which of some choices, [choices] each, are not as late and as dear as another one, or
    more so; inf is never.
    """
    as_good = (late[:, None] <= late) & (cost[:, None] <= cost)
    better = (late[:, None] < late) | (cost[:, None] < cost)
    found: Bools = ~(as_good & better).any(axis=0) & np.isfinite(late)
    return found
