"""Run a scenario for a few of its monthly metrics alone: a first look, before the whole is run."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from sim.engine.run import run_chunk
from sim.engine.tape import Tape
from sim.events.timeline import event_rows
from sim.metrics.derive import by_month, recorded_for
from sim.records import Records
from sim.scenario.schema import Scenario
from sim.world.numbering import number


def glance(scenario: Scenario, metrics: Collection[str]) -> Records:
    """Return the series of these monthly metrics of final needs, and the events; all else is
    empty. The numbers are those of `run`, bit for bit.

    All members travel side by side. Raises LedgerError when the books do not balance.
    """
    axes, members = number(scenario), range(scenario.members)
    tape = Tape.blank(scenario, axes, len(members), recorded_for(metrics))
    ending = run_chunk(scenario, members, axes, tape)
    line = ending.timeline
    return Records(
        months=scenario.month_labels,
        years=[],
        members=members,
        needs=list(axes.needs[: axes.final]),
        lines=[],
        routes=[],
        hit=ending.hit,
        acted=ending.acted,
        series={name: by_month(name, tape.series) for name in metrics},
        usable=tape.usable,
        output=tape.output,
        capacity=tape.capacity,
        flows=np.empty((0, 0, len(members))),
        events=event_rows(scenario, line.begin, line.end, ending.full, ending.targets),
        residuals=ending.residuals,
        summary={},
    )
