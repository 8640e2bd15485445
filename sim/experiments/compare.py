"""Compare runs member by member: all have the same draws, so that only the scenarios make a
difference.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.engine.load import load
from sim.engine.run import Progress, run
from sim.errors import InputError
from sim.experiments.comparison import Comparison
from sim.files.text import encodable
from sim.report.files import check_folder
from sim.report.result import Result
from sim.scenario.loading.folders import RESULT, instead
from sim.scenario.schema import Scenario

Side = Scenario | Result | str | os.PathLike[str]
Given = Mapping[str, int]
"""Members, seed and months, where these are given for all sides"""


def compare(
    *sides: Side,
    members: int | None = None,
    seed: int | None = None,
    months: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compare the first side with each other one, under common random numbers.

    A side is a scenario, the path of a scenario file, a result, or the path of a result folder. A
    folder holds quantiles and not members, so its scenario.yaml is run again, which gives the same
    members. `members`, `seed` and `months` hold for all sides; without them the sides must agree.

    Raises InputError where the sides do not agree, ScenarioError for faulty files.
    """
    if len(sides) < 2:
        raise InputError("compare takes two sides or more: scenarios, results, or their paths")
    given = {
        key: value
        for key, value in (("members", members), ("seed", seed), ("months", months))
        if value is not None
    }
    found = [_read(side) for side in sides]
    labels = told_apart([_label(side) for side in sides])
    _refuse_unlike(
        labels, [each.scenario if isinstance(each, Result) else each for each in found], given
    )
    comparison = Comparison(
        labels, tuple(_run(found, place, given, progress) for place in range(len(found)))
    )
    if not comparison.common:
        raise InputError(f"{', '.join(labels)}: have no need (state and product) in common")
    return comparison


def _read(side: Side) -> Scenario | Result:
    if isinstance(side, Scenario | Result):
        return side
    path = Path(side)
    if not path.is_dir():
        return load(path)
    if not (path / RESULT).is_file():
        raise InputError(f"{side}: {instead(path, RESULT)}")
    check_folder(path)
    return load(path / RESULT)


def _label(side: Side) -> str:
    if isinstance(side, Scenario | Result):
        return side.name if isinstance(side, Scenario) else side.scenario.name
    path = Path(side).resolve()
    return encodable(path.name if path.is_dir() else path.stem)


def told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Tell names that occur more than once apart by numbers: `leaky`, `leaky_2`."""
    labels: list[str] = []
    for name in names:
        tries = (name, *(f"{name}_{count}" for count in range(2, len(names) + 1)))
        labels.append(next(each for each in tries if each not in labels))
    return tuple(labels)


def _refuse_unlike(labels: Sequence[str], scenarios: Sequence[Scenario], given: Given) -> None:
    """Raise InputError where members cannot be paired."""
    faults = []
    for key in ("start", "months", "members", "seed"):
        values = [getattr(scenario, key) for scenario in scenarios]
        if key not in given and len(set(values)) > 1:
            said = ", ".join(
                f"{label} has {value}" for label, value in zip(labels, values, strict=True)
            )
            where = "in the files" if key == "start" else "for all"
            faults.append(
                f"{key}: {said}; members are compared one by one, so give one {where}, as in"
                f" {key}={values[0]}"
            )
    if faults:
        raise InputError("\n".join(faults))


def _run(
    found: Sequence[Scenario | Result], place: int, given: Given, progress: Progress | None
) -> Result:
    """Run a side; a result that was run with what is given for all is taken as it is."""
    each = found[place]
    scenario = each.scenario if isinstance(each, Result) else each
    if isinstance(each, Result) and all(
        getattr(scenario, key) == value for key, value in given.items()
    ):
        return each
    tick = progress and (lambda done, total: progress(place * total + done, len(found) * total))
    return run(
        scenario,
        members=given.get("members"),
        seed=given.get("seed"),
        months=given.get("months"),
        progress=tick,
    )
