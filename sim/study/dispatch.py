"""Hand tasks out in bundles that take about a second, and take back the result of each: numbers, or
the error that stopped it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from itertools import islice
from typing import NamedTuple

from sim.errors import SimError
from sim.kernels.arrays import Floats
from sim.study.executors import Crew
from sim.study.worker import Task, work

SECONDS = 1.0
"""Seconds that a bundle should take: long compared with the cost of handing it out, short enough
that a killed study loses little"""
MOST = 64
"""Tasks of a bundle."""
AHEAD = 2
"""Bundles handed out for each worker, so that none waits for the next."""

Answer = tuple[list[Floats], float]


class TaskResult(NamedTuple):
    """Hold what became of a task: its numbers [columns, rows], or an error."""

    task: Task
    values: Floats | None
    error: BaseException | None


class LostWorkerError(SimError):
    """Report that a worker was lost to a point, twice."""


class Dispatch:
    """Have tasks done, each as a whole or not at all.

    If a bundle fails, its tasks are tried one by one; if a task of several points fails, its points
    are. If a worker dies, what was under way is tried again, one task at a time, so that the guilty
    task is known when a worker dies again.
    """

    def __init__(self, tasks: Iterator[Task], crew: Crew) -> None:
        """Prepare to hand the tasks out to a crew."""
        self.tasks, self.crew = tasks, crew
        self.under_way: dict[Future[Answer], list[Task]] = {}
        self.again: deque[Task] = deque()
        self.suspects: deque[Task] = deque()
        self.alone: Future[Answer] | None = None
        self.is_broken = False
        self.done, self.seconds = 0, 0.0

    def outcomes(self) -> Iterator[list[TaskResult]]:
        """Give what becomes of the tasks, as it comes: those of a bundle together."""
        while self._hand_out():
            for future in wait(self.under_way, return_when=FIRST_COMPLETED).done:
                if found := self._taken_back(future, self.under_way.pop(future)):
                    yield found

    def _hand_out(self) -> bool:
        """Keep the crew busy, or one suspect alone; tell whether anything is under way."""
        if self.is_broken and not self.under_way:
            self.crew.renew()
            self.is_broken = False
        while len(self.under_way) < self._room():
            is_suspect = bool(self.suspects)
            if not (bundle := self._next()):
                break
            self._submit(bundle, is_suspect)
        return bool(self.under_way) or self.is_broken

    def _room(self) -> int:
        if self.is_broken or self.alone in self.under_way:
            return 0
        return 1 if self.suspects else AHEAD * self.crew.size

    def _next(self) -> list[Task]:
        for queue in (self.suspects, self.again):
            if queue:
                return [queue.popleft()]
        # as many as take about a second, going by those done
        count = min(max(int(SECONDS * self.done / self.seconds), 1), MOST) if self.seconds else 1
        return list(islice(self.tasks, count))

    def _submit(self, bundle: list[Task], is_suspect: bool) -> None:
        try:
            future = self.crew.submit(work, bundle)
        except BrokenExecutor:
            # a worker has died since, of something else
            (self.suspects if is_suspect else self.again).extendleft(reversed(bundle))
            self.is_broken = True
            return
        self.under_way[future] = bundle
        self.alone = future if is_suspect else None

    def _taken_back(self, future: Future[Answer], bundle: list[Task]) -> list[TaskResult]:
        """Take what a bundle gave, or see to it that what failed is tried again in smaller
        pieces.
        """
        if future.cancelled():
            raise SimError(
                "the executor gave up; what is done is kept: resume the study (--resume)"
                " to finish it"
            )
        error = future.exception()
        if error is None:
            values, seconds = future.result()
            self.done, self.seconds = self.done + len(bundle), self.seconds + seconds
            return [TaskResult(task, each, None) for task, each in zip(bundle, values, strict=True)]
        if isinstance(error, BrokenExecutor):
            self.is_broken = True
            return self._mourned(bundle, error, was_alone=future is self.alone)
        pieces = bundle if len(bundle) > 1 else bundle[0].parts()
        if len(pieces) == 1:
            return [TaskResult(bundle[0], None, error)]
        self.again.extend(pieces)
        return []

    def _mourned(
        self, bundle: list[Task], error: BrokenExecutor, *, was_alone: bool
    ) -> list[TaskResult]:
        """Suspect what was under way when a worker died; what was alone is to blame, or one of its
        points.
        """
        parts = bundle[0].parts()
        if not was_alone:
            self.suspects.extend(bundle)
        elif len(parts) > 1:
            self.suspects.extendleft(reversed(parts))
        else:
            return [
                TaskResult(
                    bundle[0], None, LostWorkerError(f"a worker was lost to it, twice: {error}")
                )
            ]
        return []
