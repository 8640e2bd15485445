"""Try choices: run each as a point of a study, all members under the same draws, and keep what came
of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from sim.analysis.conditions import Condition, held
from sim.engine.run import Progress
from sim.errors import InputError, SimError
from sim.kernels.arrays import Floats
from sim.report.statistics import spread
from sim.report.tables import COARSE
from sim.scenario.schema import Scenario
from sim.study.observables import CAPITAL
from sim.study.study import Study
from sim.study.sweep import How, sweep

SURE = 1.959963984540054
"""Standard deviations within which a normal variable lies with probability 0.95."""
_ROUNDING = 1e-9


class Choice(Protocol):
    """Say what is chosen: a factor of a study."""

    @property
    def path(self) -> str:
        """Name the factor."""

    def value(self, key: Any) -> Any:
        """Give what the factor is set to."""


@dataclass(frozen=True)
class Goal:
    """Hold what is to be reached, and in which share of the members."""

    text: str
    conditions: tuple[Condition, ...]
    probability: float
    payer: str = ""
    """The programme whose money is counted; empty: what all programmes and factories invest"""

    @property
    def month(self) -> str:
        """Give the month asked for, YYYY-MM, of several the last; empty where the conditions have
        none.
        """
        return max(condition.by for condition in self.conditions)

    @property
    def metrics(self) -> list[str]:
        """List what a study has to keep."""
        paid = f"{CAPITAL}[{self.payer}]" if self.payer else CAPITAL
        return list(dict.fromkeys([*(condition.metric for condition in self.conditions), paid]))

    def fewest(self, members: int) -> int:
        """Count the members that are the share asked for, or just above it."""
        return max(math.ceil(self.probability * members - _ROUNDING), 1)

    def quantile(self, months: Sequence[float]) -> float:
        """Return the first month by which the share asked for has reached the goal, of each
        member's own, ascending; inf: never.
        """
        return months[self.fewest(len(months)) - 1]


class Tried(NamedTuple):
    """Hold what came of a choice."""

    share: float
    """Of the members, in which the goal is reached"""
    months: tuple[float, ...]
    """Of each member, ascending: the month from which the goal is reached for good, whatever month
    is asked for, counted from the start; inf: never. Empty where the goal has no date."""
    cost: tuple[float, float, float]
    """Money spent by the end of the run: 5 %, median, 95 % of the members"""


class Attempts:
    """Run choices, those of a call side by side, and remember what came of each."""

    def __init__(self, scenario: Scenario, goal: Goal, choice: Choice, how: How) -> None:
        """Prepare to try choices on a scenario's members."""
        self.scenario, self.goal, self.choice = scenario, goal, choice
        self.most = 0
        """Choices that may have to be tried, as far as that can be said: what progress is counted
        against"""
        self.tried: dict[Any, Tried] = {}
        self._how = how

    def run(self, keys: Sequence[Any]) -> None:
        """Try what has not been tried.

        Raises InputError where the goal applies to no run, SimError where a run fails.
        """
        fresh = [key for key in dict.fromkeys(keys) if key not in self.tried]
        if fresh:
            values = [self.choice.value(key) for key in fresh]
            how: How = {**self._how, "progress": self._progress()}
            study = sweep(
                self.scenario, factors={self.choice.path: values}, metrics=self.goal.metrics, **how
            )
            self.tried |= zip(fresh, judged(study, self.goal), strict=True)

    def passes(self, key: Any) -> bool:
        """Tell whether a choice that has been tried reaches the goal in the share of members asked
        for.
        """
        members = self.scenario.members
        return round(self.tried[key].share * members) >= self.goal.fewest(members)

    def _progress(self) -> Progress | None:
        tell, members, before = self._how.get("progress"), self.scenario.members, len(self.tried)
        if tell is None:
            return None
        return lambda done, total: tell(
            before * members + done, max(self.most * members, before * members + total)
        )


def judged(study: Study, goal: Goal) -> list[Tried]:
    """Judge each point of a study.

    Raises InputError where the goal applies to no run, SimError where a run failed.
    """
    for point, (error, message) in study.store.failures().items():
        told = ", ".join(
            f"{path}={value}" for path, value in study.points.iloc[point].drop("point").items()
        )
        raise SimError(f"{told}: {error}: {message}")
    holds, known = held(study, goal.conditions)
    if not known.any():
        raise InputError(f"{goal.text}: applies to no run, so that it is never reached")
    members = holds.shape[1]
    cost = spread(study.values(CAPITAL, goal.payer, ""), range(members), COARSE)
    costs = np.stack([cost[f"p{level:02d}"] for level in COARSE], axis=1).tolist()
    months = (
        np.sort(reached(study, goal.conditions), axis=1).tolist()
        if goal.month
        else [[]] * len(holds)
    )
    shares = (holds.sum(axis=1) / members).tolist()
    return [
        Tried(share, tuple(each), (low, middle, high))
        for share, each, (low, middle, high) in zip(shares, months, costs, strict=True)
    ]


def reached(study: Study, conditions: Sequence[Condition]) -> Floats:
    """Return the month from which all the conditions hold for good in each run, [points, members],
    counted from the start.

    Conditions without a date hold in all months or in none; inf: never.
    """
    since = np.zeros(study.store.status.shape)
    for condition in conditions:
        if condition.by:
            each = _since(study, condition)
            since = np.maximum(since, np.where(np.isnan(each), np.inf, each))
        else:
            since[~held(study, [condition])[0]] = np.inf
    return since


def _since(study: Study, condition: Condition) -> Floats:
    """Return from which month on a condition with a date holds, whatever that date is; NaN where it
    does not apply.
    """
    together: Callable[..., Floats] = np.fmin.reduce if condition.is_any else np.fmax.reduce
    return together(
        np.array([study.values(*row) for row in study.chosen(condition.measure)]), axis=0
    )


def interval(share: float, count: int) -> tuple[float, float]:
    """Return the interval of a probability, 95 %, of which `share` of `count` draws was seen.

    Wilson 1927, JASA 22.
    """
    square = SURE * SURE / count
    middle = (share + square / 2) / (1 + square)
    half = SURE / (1 + square) * math.sqrt(share * (1 - share) / count + square / (4 * count))
    return max(middle - half, 0.0), min(middle + half, 1.0)
