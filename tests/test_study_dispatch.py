"""Hand tasks out and take them back: what fails is tried in smaller pieces, whose worker dies is tried alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from sim.errors import SimError
from sim.kernels.sums import Floats
from sim.study.crew import Crew
from sim.study.dispatch import AHEAD, Dispatch, LostWorkerError, Outcome
from sim.study.task import Task


@dataclass(frozen=True)
class Work:
    """Stand for a task of some points; bad ones raise, deadly ones kill the worker."""

    points: tuple[int, ...]
    bad: frozenset[int] = frozenset()
    seconds: float = 0.0

    def parts(self) -> list[Work]:
        return [Work((point,), self.bad) for point in self.points]

    def run(self) -> Floats:
        time.sleep(self.seconds)
        if self.bad & set(self.points):
            raise ArithmeticError(f"{min(self.bad & set(self.points))} is bad")
        return np.array(self.points, dtype=np.float64)


class Mortal(Executor):
    """Die of deadly points, as a process pool does: everything under way fails, and nothing more is taken."""

    def __init__(self, deadly: frozenset[int], log: list[list[int]]) -> None:
        self.deadly, self.log = deadly, log
        self.under_way: list[Future[Any]] = []
        self.is_dead = False

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.is_dead:
            raise BrokenProcessPool
        future: Future[Any] = Future()
        points = [point for task in args[0] for point in task.points] if args else []
        self.log.append(points)
        self.under_way = [each for each in self.under_way if not each.done()]
        if self.deadly & set(points):
            self.is_dead = True
            for each in (*self.under_way, future):
                each.set_exception(BrokenProcessPool())
        elif len(self.under_way) + 1 < AHEAD and args:
            # nothing is done until the next comes in, so that there is something under way when a worker dies
            self.under_way.append(future)
        else:
            for each in self.under_way:
                each.set_result(each.answer)  # type: ignore[attr-defined]
            future.set_result(function(*args))
        future.answer = None if self.is_dead else function(*args)  # type: ignore[attr-defined]
        return future


def outcomes(tasks: list[Any], crew: Crew) -> list[Outcome]:
    given: Iterator[Task] = iter(tasks)
    return [outcome for some in Dispatch(given, crew).outcomes() for outcome in some]
