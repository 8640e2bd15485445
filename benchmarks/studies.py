"""Compare a study of the baseline with its peers: the plain-Mesa reference, and `mesa.batch_run` of
it.

All make the same numbers of each run, which is checked. A peer's run starts from a checked
scenario, as a study's does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mesa
import numpy as np
from mesa.batchrunner import batch_run

from benchmarks.case import case
from benchmarks.measure import Row, alone, own_peak
from sim.scenario.schema import Scenario
from sim.study.batched_points import side_by_side
from sim.study.study import Study
from sim.study.sweep import sweep
from tests.reference import ReferenceModel
from tests.reference.model import simulate
from tests.reference.records import Recorded

FACTOR = "events.ukraine_bans_military_cooperation.share"
LOW, HIGH = 0.5, 0.95
METRICS = ("fill_rate", "unmet", "spending")
MEMBERS = 10
RUNS, MORE_RUNS = 10_000, 100_000
TURNS = 5
ALONE = 20
"""Runs of the reference that are timed in a turn"""
BATCHES = (20, 100)
"""Runs under `batch_run`: the difference of their times leaves out the start of the processes"""
PROCESSES = 2
TOLERANCE = 1e-12


def measure() -> Iterator[Row]:
    """Measure time per run, side by side, then memory.

    All take turns, so that a busy moment of the machine meets all of them, and of each the least
    time counts.
    """
    times: list[tuple[float, ...]] = []
    for _ in range(TURNS):
        with TemporaryDirectory() as place:
            alone = _reference()
            one, single = _study(Path(place, "single"), RUNS, jobs=1)
            two, double = _study(Path(place, "double"), RUNS, jobs=PROCESSES)
            _check(single)
            if not np.array_equal(single.store.values, double.store.values):
                raise AssertionError("two processes give other numbers than one")
        times.append((alone, one, two, *_batch_run()))
    alone, one, two, few, many = map(min, zip(*times, strict=True))
    batched = (many - few) / (BATCHES[1] - BATCHES[0])
    yield Row(
        f"study of {RUNS:,} runs over the reference, one process", alone / one, "times", least=100
    )
    yield Row(
        f"study of {RUNS:,} runs over mesa.batch_run, {PROCESSES} processes",
        batched / two,
        "times",
        least=100,
    )
    yield Row("study, two processes over one", one / two, "times", least=1.7)
    yield Row("study, one process", 1 / one, "member-runs/s")
    yield Row(f"mesa.batch_run, {PROCESSES} processes", 1 / batched, "member-runs/s")
    small, large = _peak_memory(RUNS), _peak_memory(MORE_RUNS)
    yield Row(
        f"peak memory of a study, {MORE_RUNS:,} runs over {RUNS:,}",
        large / small,
        "times",
        most=1.5,
    )
    yield Row(f"peak memory of a study, {MORE_RUNS:,} runs", large, "MiB")


def _study(folder: Path, runs: int, jobs: int) -> tuple[float, Study]:
    """Run a study from its file to its tables; return the seconds for each run, and the study."""
    began = time.perf_counter()
    factors = {FACTOR: {"low": LOW, "high": HIGH}}
    design = {"kind": "random", "points": runs // MEMBERS, "seed": 1}
    found = sweep(
        case(), design, factors=factors, members=MEMBERS, metrics=METRICS, out=folder, jobs=jobs
    )
    return (time.perf_counter() - began) / runs, found


def _point(value: float) -> Scenario:
    return side_by_side(case(), {FACTOR: (value,)})


def _numbers(found: Recorded) -> list[float]:
    """Take from a run of the reference what the study keeps: the metrics of each need, one after
    the other."""
    series = [found.series[name] for name in ("used", "need", "spending")]
    columns = [list(zip(*each, strict=True)) for each in series]
    numbers: list[list[float]] = [[], [], []]
    for used, need, spending in zip(*columns, strict=True):
        met = sum(min(pair) for pair in zip(used, need, strict=True))
        wanted = sum(need)
        numbers[0].append(met / wanted if wanted > 0 else 1.0)
        numbers[1].append(sum(want - min(use, want) for use, want in zip(used, need, strict=True)))
        numbers[2].append(sum(spending))
    return [number for metric in numbers for number in metric]


def _reference() -> float:
    """Return the seconds that a run of the reference takes, its numbers included."""
    scenarios = [_point(value) for value in np.linspace(LOW, HIGH, ALONE).tolist()]
    began = time.perf_counter()
    for run, scenario in enumerate(scenarios):
        _numbers(simulate(scenario, run % MEMBERS))
    return (time.perf_counter() - began) / ALONE


class Batched(ReferenceModel):
    """The reference as `batch_run` runs it: it stops itself and reports its numbers in the last
    month."""

    def __init__(self, value: float, member: int, **given: Any) -> None:
        super().__init__(_point(value), member)
        self.last, self.numbers = case().months, None
        self.datacollector = mesa.DataCollector(model_reporters={"numbers": "numbers"})

    def step(self) -> None:
        """Let one month pass."""
        super().step()
        if self.month == self.last:
            self.running, self.numbers = False, _numbers(self.recorded)
        self.datacollector.collect(self)


def _batch_run() -> list[float]:
    """Return the seconds that `mesa.batch_run` takes for few and for many runs."""
    times = []
    for runs in BATCHES:
        parameters = {
            "value": np.linspace(LOW, HIGH, runs // MEMBERS).tolist(),
            "member": list(range(MEMBERS)),
        }
        began = time.perf_counter()
        rows = batch_run(
            Batched,
            parameters,
            number_processes=PROCESSES,
            max_steps=case().months,
            display_progress=False,
        )
        times.append(time.perf_counter() - began)
        if len(rows) != runs or not all(row["numbers"] for row in rows):
            raise AssertionError(
                f"batch_run gave {len(rows)} rows for {runs} runs, or rows without numbers"
            )
    return times


def _check(study: Study) -> None:
    """Make sure that study and reference make the same numbers; raises AssertionError where they
    differ."""
    for point, member in ((0, 0), (1, 7)):
        value = float(study.points[FACTOR][point])
        expected = np.array(_numbers(simulate(_point(value), member)))
        gap = np.abs(study.store.values[point, member] - expected) / np.maximum(
            np.abs(expected), 1.0
        )
        if not gap.max() <= TOLERANCE:
            raise AssertionError(f"point {point}, member {member} differ by {gap.max():.3g}")


def _peak_memory(runs: int) -> float:
    """Return the most memory that a study takes in a process of its own, MiB."""
    (peak,) = alone("studies", str(runs))
    return peak


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        _study(Path(folder, "study"), int(sys.argv[1]), jobs=1)
    print(own_peak())
