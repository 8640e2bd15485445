"""Run one run of a study again, with all that a run records."""

from __future__ import annotations

import os

from sim.engine.run import run
from sim.errors import InputError
from sim.report.result import Result
from sim.study.resume import reopened


def replay(study: str | os.PathLike[str], point: int, member: int) -> Result:
    """Run one member at one point of a study again and record everything; its numbers are those of
    the study, bit for bit.

    Raises InputError for a point or member that the study does not have, and for a study of another
    version.
    """
    _, experiment = reopened(study)
    for name, given, count in (
        ("point", point, experiment.points),
        ("member", member, experiment.members),
    ):
        is_whole = isinstance(given, int) and not isinstance(given, bool)
        if not is_whole or not 0 <= given < count:
            raise InputError(f"{name}: {given!r} is not one of 0 to {count - 1}")
    return run(experiment.scenario(point), only=[member])
