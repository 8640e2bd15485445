"""Keep a study in a folder while it runs: what is done stays done, whatever happens.

`values.npy` [points, members, rows] holds the numbers kept of each run, the rows as in `rows.csv`; `status.npy` [points,
members] what has become of it. A run's numbers are on disk before its status says so: a study that is killed loses what
was under way, and ends with the same bytes when it is resumed. Every other file is written aside and renamed.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from sim.errors import InputError
from sim.kernels.sums import Bools, Floats
from sim.report.files import MANIFEST, replaced
from sim.report.tables import Table
from sim.report.tables import csv as table_text
from sim.study.experiment import Experiment
from sim.study.spec import dump_study
from sim.version import __version__

PENDING, DONE, FAILED = 0, 1, 2
"""What has become of a run."""

STATE, SPEC, POINTS, FAILURES = "state.json", "study.yaml", "points.csv", "failures.csv"
VALUES, STATUS, ROWS = "values.npy", "status.npy", "rows.csv"
LABELS = ("metric", "state", "product")
FAILURE_KEYS = ("point", "error", "message")
_COPIED = 2**24
"""Bytes moved at a time."""


class Runs(NamedTuple):
    """Name runs by their point and member."""

    points: Sequence[int]
    members: Sequence[int]


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
    def of(cls, experiment: Experiment, shard: str = "") -> State:
        """Say what a folder for this study is made for."""
        return cls(__version__, experiment.design(), experiment.points, experiment.members, shard, experiment.marks())


class Store:
    """Hold a study's folder open."""

    def __init__(self, folder: Path) -> None:
        """Open the folder of a study. Raises InputError where there is none."""
        self.folder = folder
        try:
            self.state = State(**json.loads((folder / STATE).read_text(encoding="utf-8")))
            # a growth that was cut short may have left more room than there are runs
            self.status = np.load(folder / STATUS)[: self.state.points, : self.state.members]
        except (OSError, ValueError, TypeError) as error:
            raise InputError(f"{folder}: is not the folder of a study") from error

    @property
    def values(self) -> Floats:
        """Give the numbers kept of each run, [points, members, rows], as they stand on disk."""
        mapped: Floats = np.load(self.folder / VALUES, mmap_mode="r")
        return mapped[: self.state.points, : self.state.members]

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
        return [cells[1:] for cells in _cells(self.folder / POINTS)[: self.state.points]]

    def failures(self) -> dict[int, tuple[str, str]]:
        """Read why points failed: point -> (error, message); of a point that failed twice, the last."""
        found = {int(cells[0]): (cells[1], cells[2]) for cells in _cells(self.folder / FAILURES) if len(cells) == len(FAILURE_KEYS)}
        return {point: found.get(point, ("", "")) for point in np.flatnonzero(self.failed).tolist()}

    def retry(self) -> None:
        """Count failed runs as not done yet."""
        self.status[self.status == FAILED] = PENDING

    def keep(self, done: Sequence[tuple[Runs, Floats]]) -> None:
        """Put numbers of runs, [runs, rows], on disk, then mark the runs as done. Raises InputError where that fails."""
        self._record(done, DONE)

    def fail(self, runs: Runs, error: str, message: str) -> None:
        """Write down why runs of one point failed; they have no numbers. Raises InputError where that fails."""
        with writing(self.folder), (self.folder / FAILURES).open("ab", buffering=0) as stream:
            _write(stream, _line((str(runs.points[0]), error, message)))
            os.fsync(stream.fileno())
        self._record([(runs, np.full((len(runs.points), self.values.shape[2]), np.nan))], FAILED)

    def adopt(self, other: Store) -> None:
        """Take over what another folder of the same study has done or failed at. Raises InputError where that fails."""
        step = max(_COPIED // max(other.values[:1].nbytes, 1), 1)
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
            _put(self.folder / VALUES, done)
            _put(self.folder / STATUS, marks)
        for runs, mark in marks:
            self.status[list(runs.points), list(runs.members)] = mark

    def fit(self, experiment: Experiment) -> None:
        """Make room for a study that has grown, and write down what it is; what is there stays.

        Also mends what an earlier growth that was cut short has left. Raises InputError where that fails.
        """
        shape, now = (experiment.points, experiment.members), State.of(experiment, self.state.shard)
        with writing(self.folder):
            _resize(self.folder / VALUES, (*shape, len(experiment.rows)))
            _resize(self.folder / STATUS, shape)
            for name, text in _description(experiment).items():
                if (self.folder / name).read_text(encoding="utf-8") != text:
                    replace_file(self.folder / name, text)
            if now != self.state:
                (self.folder / MANIFEST).unlink(missing_ok=True)
                # from here on the study is the larger one
                replace_file(self.folder / STATE, _state(now))
        self.state, self.status = now, np.load(self.folder / STATUS)


def create(folder: Path, experiment: Experiment, shard: str = "") -> Store:
    """Make the folder of a study that has yet to run, whole or not at all.

    Raises InputError where it cannot be written or holds what is not ours.
    """
    with replaced(folder) as fresh:
        (fresh / "scenarios").mkdir()
        for case in experiment.cases:
            (fresh / case.label).write_text(case.text, encoding="utf-8", newline="\n")
        shape = (experiment.points, experiment.members)
        for name, each, kind in ((VALUES, (*shape, len(experiment.rows)), "<f8"), (STATUS, shape, "|u1")):
            with replacing(fresh / name) as stream:
                _blank(stream, each, kind)
        (fresh / FAILURES).write_bytes(_line(FAILURE_KEYS))
        rows: Table = {name: [getattr(row, name) for row in experiment.rows] for name in LABELS}
        replace_file(fresh / ROWS, table_text(rows))
        for name, text in _description(experiment).items():
            replace_file(fresh / name, text)
        replace_file(fresh / STATE, _state(State.of(experiment, shard)))
    return Store(folder)


def _description(experiment: Experiment) -> dict[str, str]:
    """Write what a study is, by file."""
    cells = zip(*experiment.table(), strict=True)
    points: Table = {"point": np.arange(experiment.points)}
    points |= {path: list(each) for path, each in zip(experiment.columns, cells, strict=True)}
    return {POINTS: table_text(points), SPEC: dump_study(experiment.spec)}


def _state(state: State) -> str:
    return json.dumps(asdict(state), indent=2) + "\n"


def replace_file(path: Path, text: str) -> None:
    """Write a file aside and put it in its place. Raises OSError."""
    with replacing(path) as stream:
        stream.write(text.encode())


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write that stands in the place of another in the end, or nowhere. Raises OSError."""
    aside = path.with_name(f".{path.name}.tmp")
    try:
        with aside.open("w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn a full disk and the like into an InputError that names the folder."""
    try:
        yield
    except OSError as error:
        hint = "what is done is kept: make room and resume"
        raise InputError(f"{folder}: cannot write: {error.strerror or error}; {hint}") from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep others out of a study's folder, where the system has locks. Raises InputError where somebody is at work there."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(f"{folder}: another process is at work on this study") from error
        yield
    finally:
        os.close(handle)


def _cells(path: Path) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [tuple(cells) for cells in csv.reader(stream)][1:]


def _line(cells: Sequence[str]) -> bytes:
    table: Table = {str(place): [cell] for place, cell in enumerate(cells)}
    return table_text(table).partition("\n")[2].encode()


def _blank(stream: BinaryIO, shape: tuple[int, ...], kind: str) -> None:
    """Make an array of zeros that takes no room on disk until it is written to."""
    npy.write_array_header_1_0(stream, {"descr": kind, "fortran_order": False, "shape": shape})
    stream.truncate(stream.tell() + np.dtype(kind).itemsize * int(np.prod(shape)))


def _resize(path: Path, shape: tuple[int, ...]) -> None:
    """Copy an array into one of another shape, zeros where it has nothing, a part at a time, and put that in its place."""
    old = np.load(path, mmap_mode="r")
    if old.shape == shape:
        return
    points, members = min(old.shape[0], shape[0]), min(old.shape[1], shape[1])
    step = max(_COPIED // (old.itemsize * int(np.prod(shape[1:]))), 1)
    with replacing(path) as stream:
        _blank(stream, shape, old.dtype.str)
        stream.seek(0)
        _header(stream)
        for start in range(0, points, step):
            part = np.zeros((min(step, points - start), *shape[1:]), old.dtype)
            part[:, :members] = old[start : start + part.shape[0], :members]
            _write(stream, part.tobytes())


def _put(path: Path, done: Sequence[tuple[Runs, NDArray[Any]]]) -> None:
    """Write what belongs to runs, [runs, ...], into an array [points, members, ...] on disk."""
    with path.open("r+b", buffering=0) as stream:
        shape, begin = _header(stream)
        for runs, data in done:
            size = data.nbytes // len(runs.points)
            place = np.asarray(runs.points) * shape[1] + np.asarray(runs.members)
            # runs that stand side by side on disk go there together
            cuts = np.flatnonzero(np.diff(place) != 1) + 1
            for first, part in zip(place[[0, *cuts]].tolist(), np.split(data, cuts), strict=True):
                stream.seek(begin + first * size)
                _write(stream, part.tobytes())
        os.fsync(stream.fileno())


def _header(stream: Any) -> tuple[tuple[int, ...], int]:
    """Read an array's shape, and where its data begin."""
    npy.read_magic(stream)
    shape, _, _ = npy.read_array_header_1_0(stream)
    return shape, stream.tell()


def _write(stream: Any, data: bytes) -> None:
    """Write all of it: without a buffer a single call may write less."""
    rest = memoryview(data)
    while rest:
        rest = rest[stream.write(rest) :]
