"""Run a task: some columns, (point, member) pairs of points that agree in structure, side by side.
Workers do nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from sim.engine.chunks import CHUNK
from sim.engine.run import run_chunk
from sim.engine.tape import Tape
from sim.kernels.arrays import Floats
from sim.metrics.derive import recorded_for
from sim.metrics.table import SUMMARY
from sim.scenario.schema import Scenario
from sim.study.batched_points import side_by_side
from sim.study.factors import made
from sim.study.observables import Row, measured, recorded
from sim.world.axes import Axes
from sim.world.numbering import number


def side_by_side_at_most(rows: Sequence[Row]) -> int:
    """Say how many columns to run side by side: twice as many where little is recorded of each,
    which is a tenth faster.
    """
    return CHUNK if recorded(rows) >= recorded_for(SUMMARY) else 2 * CHUNK


@dataclass(frozen=True, eq=False)
class Task:
    """Hold some columns and all that it takes to run them, anywhere."""

    source: bytes
    """The case that the points change"""
    sets: tuple[str, ...]
    """What they set in it, with the numbers of the first of them"""
    numbers: Mapping[str, tuple[float, ...]]
    """Path of each quantity that differs -> its number in each column"""
    points: tuple[int, ...]
    """The point of each column, ascending"""
    members: tuple[int, ...]
    """The member of each column"""
    rows: tuple[Row, ...]

    def parts(self) -> list[Task]:
        """Split it into its points."""
        return [
            self._of(np.flatnonzero(np.asarray(self.points) == point).tolist())
            for point in dict.fromkeys(self.points)
        ]

    def _of(self, columns: Sequence[int]) -> Task:
        return replace(
            self,
            numbers={
                path: tuple(each[column] for column in columns)
                for path, each in self.numbers.items()
            },
            points=tuple(self.points[column] for column in columns),
            members=tuple(self.members[column] for column in columns),
        )

    def run(self) -> Floats:
        """Simulate the columns and take from each the numbers to keep, [columns, rows]."""
        base, axes, tape = _base(self.source, self.sets, self.rows)
        scenario, tape = side_by_side(base, self.numbers), tape.part(0, len(self.members))
        ending = run_chunk(scenario, self.members, axes, tape)
        return measured(self.rows, scenario, axes, tape, ending.hit)


def work(tasks: Sequence[Task]) -> tuple[list[Floats], float]:
    """Run tasks one after the other; return their numbers and the seconds that they took."""
    began = time.perf_counter()
    return [task.run() for task in tasks], time.perf_counter() - began


@lru_cache(maxsize=1)
def _base(
    source: bytes, sets: tuple[str, ...], rows: tuple[Row, ...]
) -> tuple[Scenario, Axes, Tape]:
    """Make the scenario that a task's points share, and a tape to record onto; tasks that follow
    one another often share them.

    A run writes all of its tape, so the next may use it again: to fetch fresh memory takes as long
    as a tenth of the run.
    """
    scenario = made(source, sets)
    axes = number(scenario)
    return scenario, axes, Tape.blank(scenario, axes, side_by_side_at_most(rows), recorded(rows))
