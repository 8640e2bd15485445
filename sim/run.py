"""Run a scenario: the only place that builds a model. Members go through in chunks; the chunks change no number."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.axes import Axes, number
from sim.errors import InputError
from sim.kernels.sums import Floats, Ints
from sim.metrics import summarise
from sim.model import SupplyModel
from sim.records import Records
from sim.report.result import Result
from sim.scenario.quantity import month_number
from sim.scenario.schema import Scenario
from sim.timeline import event_rows

CHUNK = 100
"""Members side by side; 64 to 256 are equally fast, more leave the processor's cache."""

Progress = Callable[[int, int], None]
"""(member-months done, member-months in all)"""


@dataclass(frozen=True, eq=False)
class Chunk:
    """Hold what one chunk of members recorded; arrays as in Records, the member axis last."""

    series: dict[str, Floats]
    capacity: Floats
    output: Floats
    flows: Floats
    begin: Ints
    end: Ints
    phase: Ints
    hit: Ints
    residuals: dict[str, float]
    targets: list[tuple[str, int]]


def run(
    scenario: Scenario,
    *,
    members: int | None = None,
    seed: int | None = None,
    months: int | None = None,
    chunk: int = CHUNK,
    progress: Progress | None = None,
) -> Result:
    """Run a scenario, or a variant with other members, seed or months; member 0 is the central case.

    Raises InputError for values out of range, LedgerError when the books do not balance.
    """
    scenario = _revised(scenario, members=members, seed=seed, months=months)
    if chunk < 1:
        raise InputError(f"chunk: {chunk} is below 1 (members)")
    began = time.perf_counter()
    axes = number(scenario)
    everyone = range(scenario.members)
    chunks = [
        run_chunk(scenario, everyone[start : start + chunk], axes, _counted(progress, start * scenario.months, scenario))
        for start in range(0, len(everyone), chunk)
    ]
    return Result(scenario, records(scenario, axes, everyone, chunks), time.perf_counter() - began)


def _revised(scenario: Scenario, **given: int | None) -> Scenario:
    """Return the scenario with other members, seed or months; raises InputError where one is out of range."""
    changed = {key: value for key, value in given.items() if value is not None}
    for key, value in changed.items():
        least = 0 if key == "seed" else 1
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise InputError(f"{key}: {value!r} is not a whole number of at least {least}")
    return scenario.model_copy(update=changed)


def run_chunk(scenario: Scenario, members: Sequence[int], axes: Axes, tick: Callable[[int], None] | None = None) -> Chunk:
    """Simulate these members together, calling `tick` with the member-months done after each month."""
    model = SupplyModel(scenario, members, axes)
    try:
        for month in range(scenario.months):
            model.step()
            if tick:
                tick((month + 1) * len(members))
        model.books.audit(model.world)
        record, line = model.recorder, model.events.timeline
        return Chunk(
            series=record.series,
            capacity=record.capacity,
            output=record.output,
            flows=record.flows,
            begin=line.begin,
            end=line.end,
            phase=line.phase,
            hit=model.events.first_hit(axes),
            residuals=model.books.worst,
            targets=model.events.targets(),
        )
    finally:
        model.release()


def records(scenario: Scenario, axes: Axes, members: Sequence[int], chunks: Sequence[Chunk]) -> Records:
    """Join chunks into the records of the whole run."""

    def joined(part: Callable[[Chunk], Floats | Ints]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.concatenate([part(each) for each in chunks], axis=-1)

    series = {name: joined(lambda each, name=name: each.series[name]) for name in chunks[0].series}  # type: ignore[misc]
    flows = joined(lambda each: each.flows)
    hit = joined(lambda each: each.hit).astype(np.int64)
    needs = list(axes.needs[: axes.final])
    routes = [(axes.states[exporter], axes.states[importer], axes.products[product]) for exporter, importer, product in axes.routes]
    first = month_number(scenario.start)
    begin, end, phase = (joined(part).astype(np.int64) for part in (lambda e: e.begin, lambda e: e.end, lambda e: e.phase))
    return Records(
        months=scenario.month_labels,
        years=list(range(first // 12, (first + scenario.months - 1) // 12 + 1)),
        members=tuple(members),
        needs=needs,
        lines=[(factory, axes.states[state], product) for (factory, product), state in zip(axes.lines, axes.line_state, strict=True)],
        routes=routes,
        series=series,
        capacity=joined(lambda each: each.capacity),
        output=joined(lambda each: each.output),
        flows=flows,
        events=event_rows(scenario, tuple(scenario.events), begin, end, phase, chunks[0].targets),
        residuals={book: max(each.residuals[book] for each in chunks) for book in chunks[0].residuals},
        summary=summarise(series, flows[-1], routes, needs, hit),
    )


def _counted(progress: Progress | None, done: int, scenario: Scenario) -> Callable[[int], None] | None:
    if progress is None:
        return None
    report = progress
    return lambda now: report(done + now, scenario.members * scenario.months)


