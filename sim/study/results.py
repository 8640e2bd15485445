"""Make a study's tables when all is done: results by point, failures, and the manifest, a part at a
time.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sim.files.aside import is_aside, replace_file, replacing
from sim.files.disk import sha256
from sim.report.files import MANIFEST
from sim.report.manifest import origin
from sim.report.statistics import counted, spread
from sim.report.tables import COARSE, Table
from sim.report.tables import csv as table_text
from sim.study.atomic_files import writing
from sim.study.experiment import Experiment
from sim.study.formats import listed, standing
from sim.study.parquet_parts import COUNT, NumberColumn, blocks, write_parts
from sim.study.reading import PARQUET, RESULTS, SPREAD
from sim.study.store import FAILED, FAILURE_KEYS, FAILURES, LABELS, Store

_NUMBERS, _LINES = 2**19, 10**5
"""Numbers, and lines of a table, laid out at a time."""


def finish(store: Store, experiment: Experiment, names: Collection[str]) -> None:
    """Write what a finished study shows, its results as the tables named, those that are `due`. The
    same study gives the same bytes, whoever ran it and however often it was resumed.

    Raises InputError where the folder cannot be written.
    """
    folder = store.folder
    with writing(folder):
        if RESULTS in names:
            _write_csv(store, experiment)
        if PARQUET in names:
            _write_parquet(store, experiment)
        elif PARQUET in standing(folder) - listed(folder):
            # of an earlier stage of the study, and nothing is here to renew it with
            shutil.rmtree(folder / PARQUET)
        failures = [(str(point), *told) for point, told in store.failures().items()]
        replace_file(
            folder / FAILURES,
            table_text(
                {
                    key: [cells[place] for cells in failures]
                    for place, key in enumerate(FAILURE_KEYS)
                }
            ),
        )
        seal(store, experiment)


def seal(store: Store, experiment: Experiment) -> None:
    """Write the manifest of a study, or a part of one, that is done: what it is, and each file's
    hash. Raises OSError.
    """
    description = _manifest(store.folder, experiment, int(store.failed.sum()))
    text = json.dumps(description, indent=2, ensure_ascii=False) + "\n"
    replace_file(store.folder / MANIFEST, text)


def numbers(
    store: Store, experiment: Experiment, part: slice = slice(None)
) -> Iterator[dict[str, NumberColumn]]:
    """Tabulate the spread over members at all points or a part of them, some at a time, the rows of
    a point in the order of `experiment.rows`; failed points have no rows.
    """
    rows = len(experiment.rows)
    step = max(min(_NUMBERS // (rows * experiment.members), _LINES // rows), 1)
    succeeded = np.arange(store.state.points)[part][~(store.status[part] == FAILED).any(axis=1)]
    for start in range(0, succeeded.size, step):
        points = succeeded[start : start + step]
        # opened anew each time: what stays mapped counts as memory
        values = np.moveaxis(store.values[points], 1, -1)
        found = spread(values, range(experiment.members), COARSE)
        yield {
            "point": np.repeat(points, rows),
            **{name: each.ravel() for name, each in found.items()},
            COUNT: counted(values).ravel(),
        }


def _labels(experiment: Experiment) -> dict[str, list[str]]:
    """Tell the rows of a point apart."""
    return {name: [getattr(row, name) for row in experiment.rows] for name in LABELS}


def _write_csv(store: Store, experiment: Experiment) -> None:
    labels, rows = _labels(experiment), len(experiment.rows)
    with replacing(store.folder / RESULTS) as stream:
        stream.write((",".join(["point", *LABELS, *SPREAD, COUNT]) + "\n").encode())
        for found in numbers(store, experiment):
            points = found["point"].size // rows
            told: Table = {name: each * points for name, each in labels.items()}
            table = {"point": found.pop("point"), **told, **found}
            stream.write(table_text(table).partition("\n")[2].encode())


def _write_parquet(store: Store, experiment: Experiment) -> None:
    parts = blocks(experiment.points, len(experiment.rows))
    found = (numbers(store, experiment, each) for each in parts)
    write_parts(store.folder / PARQUET, _labels(experiment), found)


def _manifest(folder: Path, experiment: Experiment, failed: int) -> dict[str, Any]:
    """Describe the study; no times and no places, so that the same study has the same manifest."""
    first = experiment.cases[0].scenario
    program = origin(first, None)
    return {
        **{key: program[key] for key in ("sim", "platform", "python", "packages")},
        "study": {
            "design": experiment.spec.design.kind,
            "points": experiment.points,
            "members": experiment.members,
            "failed": failed,
        },
        "scenarios": [
            {"file": each.label, "title": each.scenario.title, "sha256": each.digest}
            for each in experiment.cases
        ],
        "seed": first.seed,
        "sha256": {name: sha256(folder / name) for name in _names(folder)},
    }


def _names(folder: Path) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(
        name
        for name in found
        if name != MANIFEST and not any(is_aside(Path(part)) for part in name.split("/"))
    )
