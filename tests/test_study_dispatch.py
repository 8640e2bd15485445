"""Hand tasks out and take them back: what fails is tried in smaller pieces; of what a worker dies
is tried alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from sim.errors import SimError
from sim.kernels.arrays import Floats
from sim.study.dispatch import Dispatch, LostWorkerError
from sim.study.executors import Crew

LOST = "LostWorkerError: a worker was lost to it, twice: gone"


@dataclass(frozen=True)
class Work:
    """Stand for a task of some points; of bad ones it raises."""

    points: tuple[int, ...]
    bad: int = -1
    seconds: float = 0.0

    def parts(self) -> list[Work]:
        return [Work((point,), self.bad) for point in self.points]

    def run(self) -> Floats:
        time.sleep(self.seconds)
        if self.bad in self.points:
            raise ArithmeticError(f"{self.bad} is bad")
        return np.array(self.points, dtype=np.float64)


class Mortal(Executor):
    """Work on one bundle after the other and die of deadly points, as a pool of processes does: all
    that is handed in is lost."""

    def __init__(self, deadly: Sequence[int], log: list[tuple[int, ...]]) -> None:
        self.deadly, self.log = set(deadly), log
        self.inner, self.dead = ThreadPoolExecutor(1), threading.Event()

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.dead.is_set():
            raise BrokenProcessPool
        return self.inner.submit(self._work, function, args)

    def _work(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        points = tuple(point for task in (args[0] if args else ()) for point in task.points)
        self.log.append(points)
        if self.dead.is_set() or self.deadly & set(points):
            self.dead.set()
            raise BrokenProcessPool("gone")
        return function(*args)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.inner.shutdown(wait=wait)


def became(
    tasks: Sequence[Work], executor: Executor, replacement: Callable[[], Executor] | None = None
) -> dict[int, str]:
    """Have the tasks done by a crew of one; return what became of each point, which must be one
    thing."""
    found: dict[int, str] = {}
    crew = Crew(executor, 1, replacement)
    for some in Dispatch(iter(tasks), crew).outcomes():  # type: ignore[arg-type]
        for task, values, error in some:
            assert not set(task.points) & found.keys()
            told = "done" if error is None else f"{type(error).__name__}: {error}"
            assert values is None or values.tolist() == list(task.points)
            found |= dict.fromkeys(task.points, told)
    crew.executor.shutdown()
    return dict(sorted(found.items()))


def test_a_bad_point_fails_alone() -> None:
    """Those beside it in its task, and its task's bundle, are done."""
    tasks = [Work((0, 1)), Work((2, 3, 4), bad=3), Work((5,)), Work((6,), bad=6), Work((7, 8))]
    expected = {
        **dict.fromkeys(range(9), "done"),
        3: "ArithmeticError: 3 is bad",
        6: "ArithmeticError: 6 is bad",
    }
    assert became(tasks, ThreadPoolExecutor(1)) == expected


def test_a_deadly_point_fails_alone() -> None:
    """The pool is replaced each time; what was under way is tried alone, then its points; all
    others are done."""
    log: list[tuple[int, ...]] = []
    tasks = [Work((0, 1)), Work((2, 3, 4)), Work((5, 6)), Work((7,)), Work((8,)), Work((9,))]
    expected = {**dict.fromkeys(range(10), "done"), 3: LOST}
    expected |= {7: expected[3]}
    assert became(tasks, Mortal([3, 7], log), lambda: Mortal([3, 7], log)) == expected
    assert (3,) in log
    assert log[-1] != (7,)


def test_what_a_worker_dies_of_is_tried_twice() -> None:
    """Once with others, once alone; a death that does not come again does no harm."""
    log: list[tuple[int, ...]] = []
    pools = iter([Mortal([1], log), Mortal([], log)])
    assert became([Work((0,)), Work((1,)), Work((2,))], Mortal([1], log), lambda: next(pools)) == {
        0: "done",
        1: LOST,
        2: "done",
    }
    assert log.count((1,)) == 2
    log.clear()
    pools = iter([Mortal([], log)])
    assert set(
        became([Work((0,)), Work((1,)), Work((2,))], Mortal([1], log), lambda: next(pools)).values()
    ) == {"done"}


def test_a_death_between_two_bundles_does_no_harm() -> None:
    """What could not be handed in is handed in to the next pool."""

    class Fragile(ThreadPoolExecutor):
        count = 0

        def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            self.count += 1
            if self.count == 3:
                raise BrokenProcessPool
            return super().submit(function, *args, **kwargs)

    tasks = [Work((point,), seconds=0.05) for point in range(6)]
    assert became(tasks, Fragile(1), lambda: ThreadPoolExecutor(1)) == dict.fromkeys(
        range(6), "done"
    )


def test_workers_that_never_live_are_told_from_deadly_points() -> None:
    """What to look for first is a script without a guard."""

    class Stillborn(Mortal):
        def _work(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
            raise BrokenProcessPool

    with pytest.raises(
        SimError,
        match=(
            "worker processes end as soon as they start; a script that uses several processes must"
            " guard"
        ),
    ):
        became([Work((0,))], Stillborn([], []), lambda: Stillborn([], []))


def test_an_executor_that_is_given_is_not_replaced() -> None:
    with pytest.raises(
        SimError,
        match=r"the executor broke down; what is done is kept: resume the study \(--resume\)",
    ):
        became([Work((0,)), Work((1,))], Mortal([1], []))


def test_an_executor_that_gives_up_is_told() -> None:
    class Idle(Executor):
        def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.cancel()
            future.set_running_or_notify_cancel()
            return future

    with pytest.raises(
        SimError,
        match=r"the executor gave up; what is done is kept: resume the study \(--resume\)",
    ):
        became([Work((0,))], Idle())


def test_tasks_are_handed_out_by_the_second() -> None:
    """Short ones in bundles, long ones alone."""
    log: list[tuple[int, ...]] = []
    became([Work((point,), seconds=0.002) for point in range(300)], Mortal([], log))
    assert len(log) < 30
    assert sorted(point for bundle in log for point in bundle) == list(range(300))
    log.clear()
    became([Work((point,), seconds=0.6) for point in range(4)], Mortal([], log))
    assert [len(bundle) for bundle in log] == [1, 1, 1, 1]


def test_the_death_of_a_worker_is_ours() -> None:
    assert issubclass(LostWorkerError, SimError)
