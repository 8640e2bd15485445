"""Run a scenario, chunk by chunk of its members; how members are divided into chunks changes no
number.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.engine.chunks import chunk_for
from sim.engine.ledger import report
from sim.engine.load import changed
from sim.engine.model import SupplyModel
from sim.engine.outcome import Outcome, recorded
from sim.engine.recorder import route_names
from sim.engine.seasons import season_warnings
from sim.engine.tape import Tape
from sim.engine.warnings import bullwhip_warnings, lacking, shortage_warnings
from sim.errors import InputError
from sim.events.timeline import Timeline, event_rows
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.uncollected import uncollected
from sim.metrics.derive import all_series, summary, supplies
from sim.records import Records
from sim.report.result import Result
from sim.scenario.checks.dates import late_warnings
from sim.scenario.quantity import month_number
from sim.scenario.revision import checked_members, revised
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.numbering import number
from sim.world.world import World

Progress = Callable[[int, int], None]
"""(done, in all): member-months of a run, columns of a stress test, runs of a study"""


@dataclass(frozen=True, eq=False)
class Ending:
    """Hold what a chunk of members ended with, beside what is on tape."""

    timeline: Timeline
    hit: Ints
    """[final needs, members]: month in which a restriction first hit the need"""
    acted: Bools
    """[routes, members]: whether a restriction ever took anything away there"""
    full: Ints
    """[events, members]: first month in which an event holds in full"""
    residuals: dict[str, float]
    watched: Ints
    """Needs whose orders might swing"""
    swing: Floats
    """[watched, members]: how much more they swung than demand"""
    seasonal: Ints
    """Needs with a season"""
    lack: Floats
    """[seasonal, members]: share of a year's need that they lacked and could have had"""
    targets: list[tuple[str, int]]
    outcome: Outcome


def run(
    scenario: Scenario | str | os.PathLike[str],
    *,
    members: int | None = None,
    seed: int | None = None,
    months: int | None = None,
    only: Sequence[int] | None = None,
    chunk: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """Run a scenario, or a variant of it with other members, seed or months, and return the result.

    `scenario` is a loaded Scenario, a file, or the name of a shipped scenario, as `load` takes it.
    Member 0 is the central case. `only` lists the members to run; they have the same numbers as
    when all are run. `chunk` members are simulated side by side; None: as many as are fast and fit
    into memory.

    Raises InputError for values out of range, ScenarioError with the faults of a file, LedgerError
    when the books do not balance.
    """
    scenario = revised(changed(scenario, {}), members=members, seed=seed, months=months)
    if chunk is not None and (isinstance(chunk, bool) or not isinstance(chunk, int) or chunk < 1):
        raise InputError(f"chunk: {chunk!r} is not a whole number of at least 1 (members)")
    began = time.perf_counter()
    axes = number(scenario)
    width = chunk_for(axes) if chunk is None else chunk
    everyone: Sequence[int] = range(scenario.members) if only is None else checked_members(only)
    tape = Tape.blank(scenario, axes, len(everyone))
    endings, lack = [], []

    def look(at_rest: World) -> None:
        lack.append(lacking(at_rest))

    for start in range(0, len(everyone), width):
        some = everyone[start : start + width]
        tick = _counted(progress, start, len(everyone), scenario)
        endings.append(
            run_chunk(scenario, some, axes, tape.part(start, start + len(some)), tick, look)
        )
    short = shortage_warnings(axes, everyone, np.concatenate(lack, axis=-1))
    return Result(
        scenario,
        _records(scenario, axes, everyone, tape, endings, short),
        time.perf_counter() - began,
    )


def run_chunk(
    scenario: Scenario,
    members: Sequence[int],
    axes: Axes,
    tape: Tape,
    tick: Callable[[int], None] | None = None,
    look: Callable[[World], None] | None = None,
) -> Ending:
    """Simulate these members together, recording onto a tape; after each month `tick` is called
    with the number of member-months done, and before the first month `look` with the world at rest.
    """
    model = SupplyModel(scenario, members, axes, tape, {})
    try:
        if look:
            look(model.world)
        for month in range(scenario.months):
            model.step()
            if tick:
                tick((month + 1) * len(members))
        model.books.audit(model.world)
        return Ending(
            timeline=model.events.timeline,
            hit=model.events.first_hit(model.world),
            acted=_by_route(model.world),
            full=np.array(
                [each.full(model.events.timeline) for each in model.events.effects]
            ).reshape(len(model.events.effects), len(members)),
            residuals=model.books.worst,
            watched=model.bullwhip.needs,
            swing=model.bullwhip.ratio(len(members)),
            seasonal=model.seasons.needs,
            lack=model.seasons.lack(len(members)),
            targets=model.events.targets(),
            outcome=Outcome.of(model.world),
        )
    finally:
        model.release()


def _by_route(world: World) -> Bools:
    """Return where a restriction ever acted on a link between two states, [routes, members]."""
    acted = np.zeros((len(world.axes.routes), world.width), dtype=np.bool_)
    np.logical_or.at(acted, world.axes.route, world.links.acted)
    return acted


@uncollected()
def _records(
    scenario: Scenario,
    axes: Axes,
    members: Sequence[int],
    tape: Tape,
    endings: Sequence[Ending],
    short: Sequence[str],
) -> Records:
    """Combine what is on tape with what the chunks ended with into the records of the run."""

    def joined(part: Callable[[Ending], Ints]) -> Ints:
        return np.concatenate([part(each) for each in endings], axis=-1)

    needs = list(axes.needs[: axes.final])
    routes = route_names(axes)
    first = month_number(scenario.start)
    series = all_series(tape.series)
    begin = joined(lambda each: each.timeline.begin)
    end, full = joined(lambda each: each.timeline.end), joined(lambda each: each.full)
    hit = joined(lambda each: each.hit)
    return Records(
        months=scenario.month_labels,
        years=list(range(first // 12, (first + scenario.months - 1) // 12 + 1)),
        members=tuple(members),
        needs=needs,
        lines=[
            (factory, axes.states[state], product)
            for (factory, product), state in zip(axes.lines, axes.line_state, strict=True)
        ],
        routes=routes,
        hit=hit,
        acted=np.concatenate([each.acted for each in endings], axis=-1),
        vias=[axes.states[via] if via >= 0 else "" for via in axes.vias],
        series=series,
        usable=tape.usable,
        output=tape.output,
        capacity=tape.capacity,
        flows=tape.flows,
        final_routes=axes.final_routes[0].tolist(),
        final_flows=tape.final_flows,
        final_rest=tape.final_rest,
        events=event_rows(scenario, begin, end, full, endings[0].targets),
        residuals={
            book: max(each.residuals[book] for each in endings) for book in endings[0].residuals
        },
        summary=summary(series, supplies(tape.supplies, axes.suppliers[0], range(axes.final)), hit),
        purses=(*axes.states, "all"),
        money=report(tape.money),
        **recorded(axes, tape, Outcome.joined([each.outcome for each in endings])),
        warnings=[
            *late_warnings(scenario),
            *short,
            *bullwhip_warnings(
                axes, endings[0].watched, np.concatenate([each.swing for each in endings], axis=-1)
            ),
            *season_warnings(
                scenario,
                axes,
                endings[0].seasonal,
                np.concatenate([each.lack for each in endings], axis=-1),
            ),
        ],
    )


def _counted(
    progress: Progress | None, members_before: int, everyone: int, scenario: Scenario
) -> Callable[[int], None] | None:
    if progress is None:
        return None
    report, before, total = progress, members_before * scenario.months, everyone * scenario.months
    return lambda now: report(before + now, total)
