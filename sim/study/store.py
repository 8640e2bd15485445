"""Keep a study in a folder while it runs: what is done stays done, whatever happens.

`values.npy` [points, members, rows] holds the numbers kept of each run, the rows as in `rows.csv`;
`status.npy` [points, members] what has become of it. A run's numbers are on disk before its status
says so: a study that is killed loses what was under way, and ends with the same bytes when it is
resumed. Every other file is written aside and renamed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from sim.errors import InputError
from sim.files.aside import replace_file, replace_parts, replacing
from sim.kernels.arrays import Bools, Floats
from sim.report.files import MANIFEST, check_folder, readable, replaced
from sim.report.tables import Table
from sim.report.tables import csv as table_text
from sim.scenario.loading.folders import STUDY, instead
from sim.study.atomic_files import (
    COPIED,
    Runs,
    append,
    begins_with,
    blank,
    cut_last_line,
    is_whole,
    put,
    resized,
    writing,
)
from sim.study.experiment import Experiment
from sim.study.reading import array, cells, mapping, statuses
from sim.study.spec import dump_study
from sim.version import __version__

PENDING, DONE, FAILED = 0, 1, 2
"""What has become of a run."""

STATE, SPEC, POINTS, FAILURES = "state.json", STUDY, "points.csv", "failures.csv"
VALUES, STATUS, ROWS = "values.npy", "status.npy", "rows.csv"
LABELS = ("metric", "state", "product")
ROWS_AT_A_TIME = 2**16
"""Points that are written or compared at a time."""
FAILURE_KEYS = ("point", "error", "message")


@dataclass(frozen=True)
class State:
    """Hold what a study's folder was made for; a study that differs is not mixed with it."""

    sim: str
    """The version"""
    design: str
    points: int
    members: int
    shard: str = ""
    """i/n where this folder is for a part of the study only"""
    marks: Mapping[str, str] = field(default_factory=dict)
    """Sums of what may never change"""

    @classmethod
    def read(cls, path: Path) -> State:
        """Read it. Raises InputError where it is damaged."""
        found = mapping(path)
        with readable(path):
            state = cls(**found)
            if not (is_count(state.points) and is_count(state.members)):
                raise ValueError("counts no points or no members")
            if not all(isinstance(each, str) for each in (state.sim, state.design, state.shard)):
                raise ValueError("holds something else than text")
            dict(state.marks)
            return state

    @classmethod
    def of(cls, experiment: Experiment, shard: str = "") -> State:
        """Say what a folder for this study is made for."""
        return cls(
            __version__,
            experiment.design(),
            experiment.points,
            experiment.members,
            shard,
            experiment.marks(),
        )


class Store:
    """Hold a study's folder open."""

    def __init__(self, folder: Path) -> None:
        """Open the folder of a study. Raises InputError where there is none."""
        self.folder = folder
        if not (folder / STATE).exists():
            raise InputError(f"{folder}: {instead(folder, STUDY)}")
        check_folder(folder)
        self.state = State.read(folder / STATE)
        # a growth that was cut short may have left more room than there are runs
        self._shape = (self.state.points, self.state.members)
        self.status = statuses(folder / STATUS, self._shape, FAILED)
        self._rows = len(self.rows())
        self._compared = 0
        """Bytes of the points that were found to be a study's, and all that the file holds"""
        # see whether they fit together
        array(folder / VALUES, "<f8", self._shape, (self._rows,))

    @property
    def values(self) -> Floats:
        """Give the numbers kept of each run, [points, members, rows], as they stand on disk.

        Raises InputError where they are damaged.
        """
        points, members = self._shape
        mapped: Floats = array(self.folder / VALUES, "<f8", self._shape, (self._rows,))
        return mapped[:points, :members]

    @property
    def pending(self) -> Bools:
        """Tell which runs are still to be done, [points, members]."""
        pending: Bools = self.status == PENDING
        return pending

    @property
    def failed(self) -> Bools:
        """Tell which points have failed runs, [points]."""
        failed: Bools = (self.status == FAILED).any(axis=1)
        return failed

    def points(self) -> list[tuple[str, ...]]:
        """Read the points in their order here, each as the cells of a table."""
        path = self.folder / POINTS
        found = [line[1:] for line in cells(path)[: self.state.points]]
        if len(found) < self.state.points:
            raise InputError(f"{path}: is damaged: has {len(found)} of {self.state.points} points")
        return found

    def begins(self, experiment: Experiment) -> bool:
        """Tell whether the points here are the first of a study, in its order.

        Raises InputError.
        """
        path, parts = self.folder / POINTS, _point_parts(experiment, self.state.points)
        with readable(path):
            told = self.state.points <= experiment.points and begins_with(path, parts)
        self._compared = path.stat().st_size if told and told == path.stat().st_size else 0
        return told > 0

    def rows(self) -> list[tuple[str, ...]]:
        """Read the numbers kept of each run: metric, state, product."""
        return cells(self.folder / ROWS, len(LABELS))

    def failures(self) -> dict[int, tuple[str, str]]:
        """Read why points failed: point -> (error, message); of a point that failed twice, the
        last.
        """
        with readable(self.folder / FAILURES):
            lines = cells(self.folder / FAILURES, len(FAILURE_KEYS))
            found = {int(point): (error, message) for point, error, message in lines}
        return {point: found.get(point, ("", "")) for point in np.flatnonzero(self.failed).tolist()}

    def retry(self) -> None:
        """Count failed runs as not done yet."""
        self.status[self.status == FAILED] = PENDING

    def keep(self, done: Sequence[tuple[Runs, Floats]]) -> None:
        """Put numbers of runs, [runs, rows], on disk, then mark the runs as done.

        Raises InputError where that fails.
        """
        self._record(done, DONE)

    def fail(self, runs: Runs, error: str, message: str) -> None:
        """Write down why runs of one point failed; they have no numbers. Raises InputError where
        that fails.
        """
        with writing(self.folder):
            append(self.folder / FAILURES, _line((str(runs.points[0]), error, message)))
        self._record([(runs, np.full((len(runs.points), self.values.shape[2]), np.nan))], FAILED)

    def adopt(self, other: Store) -> None:
        """Take over what another folder of the same study has done or failed at.

        Raises InputError where that fails.
        """
        step = max(COPIED // max(other.values[:1].nbytes, 1), 1)
        for start in range(0, self.state.points, step):
            points, members = np.nonzero(other.status[start : start + step] == DONE)
            if points.size:
                found = other.values[start : start + step][points, members]
                self.keep([(Runs((points + start).tolist(), members.tolist()), found)])
        for point, (error, message) in other.failures().items():
            members = np.flatnonzero(other.status[point] == FAILED)
            self.fail(Runs([point] * members.size, members.tolist()), error, message)

    def _record(self, done: Sequence[tuple[Runs, Floats]], status: int) -> None:
        marks = [(runs, np.full(len(runs.points), status, dtype=np.uint8)) for runs, _ in done]
        with writing(self.folder):
            put(self.folder / VALUES, done)
            put(self.folder / STATUS, marks)
        for runs, mark in marks:
            self.status[list(runs.points), list(runs.members)] = mark

    def fit(self, experiment: Experiment) -> None:
        """Make room for a study that has grown, and write down what it is; what is there stays.

        Also mends what an earlier growth that was cut short has left. Raises InputError where that
        fails.
        """
        shape, now = (experiment.points, experiment.members), State.of(experiment, self.state.shard)
        with writing(self.folder):
            cut_last_line(self.folder / FAILURES)
            with ExitStack() as stack:
                kept = (*shape, len(experiment.rows))
                stack.enter_context(resized(self.folder / VALUES, kept))
                stack.enter_context(resized(self.folder / STATUS, shape))
                if now != self.state:
                    # its hashes hold no longer
                    (self.folder / MANIFEST).unlink(missing_ok=True)
            is_known = self._compared > 0 and shape[0] == self.state.points
            for name, parts in _description(experiment).items():
                if not (name == POINTS and is_known) and not is_whole(self.folder / name, parts()):
                    replace_parts(self.folder / name, parts())
            if now != self.state:
                # from here on the study is the larger one
                replace_file(self.folder / STATE, _state(now))
        self.state, self._shape = now, shape
        self.status = statuses(self.folder / STATUS, shape, FAILED)


def create(folder: Path, experiment: Experiment, shard: str = "") -> Store:
    """Make the folder of a study that has yet to run, whole or not at all.

    Raises InputError where it cannot be written or holds what is not ours.
    """
    with replaced(folder) as fresh:
        (fresh / "scenarios").mkdir()
        for case in experiment.cases:
            (fresh / case.label).write_text(case.text, encoding="utf-8", newline="\n")
        shape = (experiment.points, experiment.members)
        for name, each, kind in (
            (VALUES, (*shape, len(experiment.rows)), "<f8"),
            (STATUS, shape, "|u1"),
        ):
            with replacing(fresh / name) as stream:
                blank(stream, each, kind)
        (fresh / FAILURES).write_bytes(_line(FAILURE_KEYS))
        rows: Table = {name: [getattr(row, name) for row in experiment.rows] for name in LABELS}
        replace_file(fresh / ROWS, table_text(rows))
        for name, parts in _description(experiment).items():
            replace_parts(fresh / name, parts())
        replace_file(fresh / STATE, _state(State.of(experiment, shard)))
    return Store(folder)


def _description(experiment: Experiment) -> dict[str, Callable[[], Iterable[str]]]:
    """Write what a study is, by file, in parts: a million points are never in memory as text."""
    return {
        POINTS: lambda: _point_parts(experiment, experiment.points),
        SPEC: lambda: [dump_study(experiment.spec)],
    }


def _point_parts(experiment: Experiment, points: int) -> Iterator[str]:
    """Write the first points of a study as a table, some at a time."""
    for start in range(0, max(points, 1), ROWS_AT_A_TIME):
        part = slice(start, min(start + ROWS_AT_A_TIME, points))
        table: Table = {"point": np.arange(part.start, part.stop)}
        table |= {path: experiment.cells(path, part) for path in experiment.columns}
        header, _, rest = table_text(table).partition("\n")
        yield rest if start else f"{header}\n{rest}"


def _state(state: State) -> str:
    return json.dumps(asdict(state), indent=2) + "\n"


def is_count(number: object) -> bool:
    """Tell whether this counts something that is there."""
    return isinstance(number, int) and not isinstance(number, bool) and number > 0


def _line(cells: Sequence[str]) -> bytes:
    table: Table = {str(place): [cell] for place, cell in enumerate(cells)}
    return table_text(table).partition("\n")[2].encode()
