"""Fill what changes capacity: how long new capacity takes, what factories build and convert
themselves, how lines wear and lay up capacity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.capacity import erlang, half_done, monthly
from sim.kernels.sums import NEVER, whole
from sim.scenario.lead_terms import terms_of
from sim.scenario.lead_time import STANDARD
from sim.scenario.plant_kinds import Retool
from sim.scenario.plant_options import MEMORY, Work, class_of
from sim.scenario.programme import Candidate, Complexity
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.draws import Draws
from sim.world.lead_times import Building, lead_times
from sim.world.projects import Upkeep, Works
from sim.world.ramps import Ramps

NEXT_MONTH = 1
"""Months after its start in which capacity is there at the earliest."""


class Timing(NamedTuple):
    """Hold how long new capacity takes: arrays as in `world.Projects`."""

    delay: Ints
    spread: Ints
    profile: Floats
    half: Ints
    slots: int
    """Months that a pipeline must hold"""


def timing(
    lead: Floats, shape: Sequence[int], months: int, least: Ints | int = NEXT_MONTH
) -> Timing:
    """Turn lead times [rows, members], months, into delays; rows with a `shape` above 0 are spread
    about theirs, over a run's months.

    What money starts is there next month at the earliest, since it is spent when the month's goods
    have been made; `least` [rows, 1] may say otherwise.
    """
    # what comes after the run need not wait its turn
    delay = np.minimum(np.maximum(whole(lead), least), months + 1)
    spread = np.flatnonzero(np.array(shape, dtype=np.int64))
    half = delay.copy()
    if not spread.size:
        return Timing(
            delay, spread, np.zeros((0, 0, lead.shape[1])), half, int(delay.max(initial=0)) + 1
        )
    profile = erlang(lead[spread], np.array(shape, dtype=np.int64)[spread, None], months)
    half[spread] = np.maximum(half_done(profile), 1)
    profile[1] += profile[0]
    profile[0] = 0.0
    return Timing(delay, spread, profile, half, max(int(delay.max()), months) + 1)


def shape_of(candidate: Candidate | None, hard: Complexity | None) -> int:
    """Return the shape of a candidate's lead time, or of its class's where it says nothing; 0: a
    pure delay.
    """
    stages = (candidate and candidate.stages) or (hard.stages if hard else "pure")
    shape = (candidate and candidate.shape) or (hard and hard.shape)
    return (shape or 0) if stages == "erlang" else 0


def build_works(scenario: Scenario, axes: Axes, draw: Draws) -> Works:
    """Draw what the factories' own works take, cost and yield."""
    terms = [_terms(scenario, work, draw) for work in axes.works]

    def rows(name: str, otherwise: float = 0.0) -> Floats:
        found = [each.get(name, np.full(draw.width, otherwise)) for each in terms]
        return np.array(found).reshape(-1, draw.width)

    drawn = lead_times(scenario, [_building(scenario, work) for work in axes.works], draw)
    lead, qualification = rows("lead") + drawn.lead, whole(drawn.qualification)
    # what an event orders begins before the month's goods are made
    least = np.array([[0 if work.event else NEXT_MONTH] for work in axes.works], dtype=np.int64)
    shapes = [_shape(scenario, work) for work in axes.works]
    times = timing(lead, shapes, scenario.months, least.reshape(-1, 1))
    shape = lead.shape
    remembered = (MEMORY if any(work.event is None for work in axes.works) else 0, *shape)
    return Works(
        delay=times.delay,
        qualification=np.minimum(qualification, times.delay),
        spread=times.spread,
        profile=times.profile,
        half=times.half,
        due=np.full(shape, NEVER),
        ramps=Ramps.build(drawn.shapes, drawn.lengths, scenario.months),
        capital_cost=rows("cost"),
        max_capacity=np.full(shape, np.inf),
        absorption=np.full(shape, np.inf),
        added=np.zeros(shape),
        started=np.zeros(shape),
        unfinished=np.zeros(shape),
        matured=np.zeros(shape),
        pipeline=np.zeros((times.slots, *shape)),
        completed=np.full(shape, NEVER),
        cancelled_share=None,
        clocks=None,
        gain=(1.0 - rows("loss")) * rows("units", 1.0),
        pressure=np.zeros(remembered),
        idle=np.zeros(remembered),
        invested=np.zeros(shape),
        lost=np.zeros(shape),
    )


def _terms(scenario: Scenario, work: Work, draw: Draws) -> dict[str, Floats]:
    """Draw what one work takes: months, shares, units and money, each [members]."""
    if work.event:
        event, path = scenario.events[work.event], f"events.{work.event}"
        assert isinstance(event, Retool)
        units = draw(event.units_of_new_per_old, f"{path}.units_of_new_per_old")
        return {
            "lead": draw(event.months, f"{path}.months"),
            "loss": draw(event.loss, f"{path}.loss"),
            "units": units,
        }
    hard = class_of(scenario, work.product)
    assert hard

    def own(key: str) -> Floats:
        # each line draws for itself, as each of a programme's candidates does
        return draw(getattr(hard, key), f"factories.{work.factory}.lines.{work.product}.{key}")

    if work.source:
        return {
            "lead": own("retool_months"),
            "loss": own("retool_loss"),
            "cost": own("retool_cost"),
        }
    return {"cost": own("capital_cost")}


def _building(scenario: Scenario, work: Work) -> Building:
    """Return how long a factory's own new capacity takes; capacity that is converted takes no time
    here.
    """
    path = f"factories.{work.factory}.lines.{work.product}"
    hard = None if work.source else class_of(scenario, work.product)
    return Building(path, (STANDARD, f"{path}.common_delay"), None, terms_of(None, hard))


def _shape(scenario: Scenario, work: Work) -> int:
    return 0 if work.source else shape_of(None, class_of(scenario, work.product))


def build_upkeep(scenario: Scenario, axes: Axes, draw: Draws) -> Upkeep:
    """Draw how fast lines wear, and how they lay up idle capacity."""
    lines = [scenario.factories[factory].lines[product] for factory, product in axes.lines]
    paths = [f"factories.{factory}.lines.{product}" for factory, product in axes.lines]
    wearing = [row for row, line in enumerate(lines) if line.decay.value or line.decay.most]
    resting = [row for row, line in enumerate(lines) if line.mothball]

    def rows(key: str) -> Floats:
        return draw.rows(
            (getattr(lines[row].mothball, key), f"{paths[row]}.mothball.{key}") for row in resting
        )

    back = whole(rows("return_months"))
    shape = back.shape
    return Upkeep(
        wearing=np.array(wearing, dtype=np.int64),
        wear=monthly(draw.rows((lines[row].decay, f"{paths[row]}.decay") for row in wearing)),
        resting=np.array(resting, dtype=np.int64),
        after=np.maximum(whole(rows("after_months")), 1),
        back=back,
        back_share=rows("return_share"),
        idle_months=np.zeros(shape, dtype=np.int64),
        idle=np.full(shape, np.inf),
        coming=np.zeros(shape),
        returning=np.zeros((int(back.max(initial=0)) + 1, *shape)),
    )
