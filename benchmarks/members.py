"""Compare member-runs per second of the engine with those of the plain-Mesa reference, on the
baseline scenario.

A member-run goes from a checked scenario to its recorded series, building the world included, in
both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count

import numpy as np

from benchmarks.case import BASELINE, case
from benchmarks.measure import Row, fastest
from sim.engine.glance import glance
from sim.engine.load import changed, load
from sim.engine.recorder import Tape
from sim.engine.run import run, run_chunk
from sim.kernels.arrays import Floats
from sim.scenario.schema import Scenario
from sim.world.numbering import number
from tests.reference import simulate

WIDTHS = (1, 8, 32, 64, 100, 128, 256)
COMPARED = (0, 1, 2)
"""Members that the reference runs: the central case and drawn ones."""
TOLERANCE = 1e-12
RERUN, MOVED = 64, "events.aircraft_kits_leak.share"
"""Members of a run that is repeated with another number, and which number that is."""


def measure() -> Iterator[Row]:
    """Measure speed against the reference, then at each chunk width."""
    scenario = case()
    check(scenario)
    slow, alone, together = fastest(
        [_reference(scenario), _engine(scenario, (0,)), _engine(scenario, range(128))], repeats=7
    )
    each = slow / len(COMPARED)
    yield Row("engine over reference, 128 members", 128 * each / together, "times", least=100)
    yield Row("engine over reference, one member", each / alone, "times", least=10)
    yield Row("reference", 1 / each, "member-runs/s")
    for width, seconds in zip(
        WIDTHS,
        fastest([_engine(scenario, range(width)) for width in WIDTHS], repeats=5),
        strict=True,
    ):
        yield Row(f"engine, chunks of {width}", width / seconds, "member-runs/s")
    yield Row(f"a rerun with one number changed, {RERUN} members", rerun(), "s", most=0.2)


def rerun() -> float:
    """Return the processor time, seconds, from a number that is changed to the quantiles of the
    fill rates, in a process that has done so before."""
    scenario, shares = load(BASELINE, members=RERUN), count(1)

    def task() -> Floats:
        moved = changed(scenario, {MOVED: 0.3 + next(shares) / 1000})
        rates = glance(moved, ["fill_rate"]).series["fill_rate"]
        return np.quantile(rates, (0.05, 0.5, 0.95), axis=-1)

    task()
    return fastest([task], repeats=7)[0]


def check(scenario: Scenario) -> None:
    """Make sure that both compute the same; raises AssertionError where fill rates differ."""
    engine = run(scenario, members=max(COMPARED) + 1).records.series["fill_rate"]
    for member in COMPARED:
        gap = np.abs(
            engine[..., member] - np.array(simulate(scenario, member).series["fill_rate"])
        ).max()
        if not gap <= TOLERANCE:
            raise AssertionError(f"fill rates of member {member} differ by {gap:.3g}")


def _reference(scenario: Scenario) -> Callable[[], None]:
    def task() -> None:
        for member in COMPARED:
            simulate(scenario, member)

    return task


def _engine(scenario: Scenario, members: Sequence[int]) -> Callable[[], Floats]:
    def task() -> Floats:
        axes = number(scenario)
        tape = Tape.blank(scenario, axes, len(members))
        run_chunk(scenario, members, axes, tape)
        return tape.output

    return task
