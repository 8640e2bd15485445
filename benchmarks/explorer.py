"""Measure what the explorer takes to answer a change, against a run of all its members."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from benchmarks.measure import Row, fastest
from sim.engine.load import load
from sim.engine.run import run
from sim.explore.answer import Question, answer
from sim.explore.desk import QUICK

BASELINE = str(Path(__file__).parents[1] / "scenarios" / "baseline.yaml")
FULL = 64
MOVED = "events.aircraft_kits_leak.share"


def measure() -> Iterator[Row]:
    """Measure the first and the full answer to a slider that was moved: from the settings to what
    the page is sent, in a process that has answered before.
    """
    scenario = load(BASELINE, members=FULL)
    first, full, plain = fastest([_answer(QUICK), _answer(FULL), lambda: run(scenario)], repeats=5)
    yield Row("explorer, first answer over a run of 64", first / plain, "times", most=0.9)
    yield Row("explorer, full answer over a run of 64", full / plain, "times", most=1.5)
    yield Row("explorer, first answer", first, "s of processor time")
    yield Row("explorer, full answer", full, "s of processor time")


def _answer(members: int) -> Callable[[], object]:
    """Return a task that answers another question each time, none of which is at hand."""
    moved = count(1)

    def task() -> object:
        sets = (f"{MOVED}={0.3 + next(moved) / 1000}",)
        return answer(Question(BASELINE, "as it is", members, sets, is_first=members == QUICK))

    return task
