"""Run a study in parts, each in a folder of its own, for clusters that offer only job arrays; then
join the parts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.errors import InputError
from sim.kernels.arrays import Bools
from sim.report.files import MANIFEST
from sim.scenario.suggestions import listed
from sim.study.atomic_files import locked
from sim.study.experiment import Experiment
from sim.study.formats import due
from sim.study.parquet_parts import require_pyarrow
from sim.study.results import finish
from sim.study.resume import agreed, reopened
from sim.study.store import STATE, Store, create
from sim.study.study import Study

_WRITTEN = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")
_NAMED = re.compile(r".*\.shard-[0-9]{1,6}-of-([0-9]{1,6})")

_MOST_NAMED = 10
"""Shards that a message names."""


def share(experiment: Experiment, shard: str | None) -> Bools:
    """Mark the runs of a shard, [points, members], or all of them: every n-th task, so that shards
    take about as long.
    """
    whole = np.ones((experiment.points, experiment.members), dtype=np.bool_)
    if not shard:
        return whole
    part, parts = _parts(shard)
    own = np.zeros_like(whole)
    for place, task in enumerate(experiment.tasks(whole)):
        if place % parts == part - 1:
            own[list(task.points), list(task.members)] = True
    return own


def plainly(shard: str | None) -> str:
    """Write a shard without zeros before its numbers, so that 01/10 goes on with what 1/10 began;
    empty where there is none. Raises InputError for another text.
    """
    return "" if shard is None else "{}/{}".format(*_parts(shard))


def _parts(shard: str) -> tuple[int, int]:
    found = _WRITTEN.fullmatch(str(shard))
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise InputError(f"shard: '{shard}' is not i/n with i from 1 to n, and n at most 999999")
    return int(found[1]), int(found[2])


def shard_folder(out: Path, shard: str | None) -> Path:
    """Name the folder of a shard i/n, beside `out`, or `out` where there are no shards.

    Raises InputError for another text.
    """
    if not shard:
        return out
    part, parts = _parts(shard)
    return out.with_name(f"{out.name}.shard-{part}-of-{parts}")


def merge(out: str | os.PathLike[str], *, parquet: bool = False, csv: bool = False) -> Study:
    """Join the shards of a study, whose folders are beside `out`, into the study that one run would
    have made; the shards stay.

    `parquet` and `csv` as in `sweep`. Raises InputError where a shard is missing or not finished,
    or where shards belong to different studies.
    """
    folder = Path(out)
    if parquet:
        require_pyarrow()
    shards = _shards(folder)
    experiment = _of_one_study(folder, shards)
    left = np.logical_and.reduce([each.pending for each in shards])
    if left.any():
        unfinished = [
            each.folder.name
            for each in shards
            if (each.pending & share(experiment, each.state.shard)).any()
        ]
        told = f"{listed(unfinished)} is not finished; resume it (--resume) first"
        raise InputError(f"{folder}: {told}")
    if not (folder / STATE).exists():
        create(folder, experiment)
    with locked(folder):
        store = Store(folder)
        experiment = agreed(store, experiment)
        store.fit(experiment)
        # a manifest stands for a study that is whole
        (folder / MANIFEST).unlink(missing_ok=True)
        for shard in shards:
            store.adopt(shard)
        lines = experiment.points * len(experiment.rows)
        finish(store, experiment, due(folder, lines, csv=csv, parquet=parquet))
    return Study(folder)


def _of_one_study(folder: Path, shards: Sequence[Store]) -> Experiment:
    """Return the study that the shards are parts of.

    Raises InputError where one is of another study, or was made by another version.
    """
    versions = {each.folder.name: each.state.sim for each in shards}
    if len(set(versions.values())) > 1:
        told = listed([f"{name} with sim {version}" for name, version in versions.items()], "and")
        raise InputError(f"{folder}: its shards were made by different versions: {told}")
    first, experiment = reopened(shards[0].folder)
    unlike = [each.folder.name for each in shards if _made_for(each) != _made_for(first)]
    unlike += [each.folder.name for each in shards if each.points() != first.points()]
    if unlike:
        names = listed(list(dict.fromkeys(unlike)))
        raise InputError(f"{folder}: {names} is of another study than {first.folder.name}")
    return experiment


def _made_for(shard: Store) -> tuple[object, ...]:
    return shard.state.marks, shard.state.design, shard.state.members


def _shards(out: Path) -> list[Store]:
    """Open all shards of a study, the first to the last.

    Raises InputError where there are none or one is missing.
    """
    count = _count(out)
    names = [f"{out.name}.shard-{part + 1}-of-{count}" for part in range(count)]
    missing = [name for name in names if not (out.parent / name / STATE).exists()]
    if missing:
        raise InputError(f"{out}: {_missing(missing)}")
    return [Store(out.parent / name) for name in names]


def _count(out: Path) -> int:
    """Tell in how many parts a study was run. Raises InputError where that is not known."""
    found = [_NAMED.fullmatch(path.name) for path in out.parent.glob(f"{out.name}.shard-*-of-*")]
    counts = {each[1] for each in found if each}
    if not counts:
        raise InputError(f"{out}: there are no shards {out.name}.shard-i-of-n beside it")
    if len(counts) > 1:
        raise InputError(
            f"{out}: there are shards of {listed(sorted(counts))} beside it; move those away that"
            " are not meant"
        )
    return int(counts.pop())


def _missing(names: Sequence[str]) -> str:
    """Write that shards are missing; of many, the first are named."""
    rest = [f"{len(names) - _MOST_NAMED:,} more"] if len(names) > _MOST_NAMED else []
    verb = "is" if len(names) == 1 else "are"
    return f"{listed([*names[:_MOST_NAMED], *rest], 'and')} {verb} missing"
