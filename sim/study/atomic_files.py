"""Write files so that a crash or a full disk leaves what was there: aside and renamed, or in place
and in order.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from sim.errors import InputError
from sim.files.aside import clear_asides, replacing
from sim.files.disk import clear_litter, lock
from sim.study.reading import PARQUET

COPIED = 2**24
"""Bytes moved at a time."""


class Runs(NamedTuple):
    """Name runs by their point and member."""

    points: Sequence[int]
    members: Sequence[int]


def begins_with(path: Path, parts: Iterable[str]) -> int:
    """Return how many bytes these texts, one after the other, have if a file begins with them; 0
    where it does not. Raises OSError.
    """
    with path.open("rb") as stream:
        return stream.tell() if _holds(stream, parts) else 0


def is_whole(path: Path, parts: Iterable[str]) -> bool:
    """Tell whether a file holds these texts, one after the other, and no more. Raises OSError."""
    with path.open("rb") as stream:
        return _holds(stream, parts) and not stream.read(1)


def _holds(stream: BinaryIO, parts: Iterable[str]) -> bool:
    return all(stream.read(len(data)) == data for data in map(str.encode, parts))


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn a full disk and the like into an InputError that names the folder."""
    try:
        yield
    except OSError as error:
        hint = "what is done is kept: make room and resume (--resume)"
        raise InputError(f"{folder}: cannot write: {error.strerror or error}; {hint}") from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep others out of a study's folder, where the system has locks, and clear away what a killed
    process has left in it.

    Raises InputError where somebody is at work there.
    """
    try:
        handle = lock(folder)
    except BlockingIOError as error:
        raise InputError(f"{folder}: another process is at work on this study") from error
    try:
        clear_litter(folder / PARQUET)
        clear_asides(folder)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def append(path: Path, data: bytes) -> None:
    """Add to the end of a file, all or nothing, on disk when this returns. Raises OSError."""
    with path.open("r+b", buffering=0) as stream:
        end = stream.seek(0, os.SEEK_END)
        try:
            _write(stream, data)
        except OSError:
            stream.truncate(end)
            raise
        os.fsync(stream.fileno())


def blank(stream: BinaryIO, shape: tuple[int, ...], kind: str) -> None:
    """Make an array of zeros that takes no room on disk until it is written to."""
    npy.write_array_header_1_0(stream, {"descr": kind, "fortran_order": False, "shape": shape})
    stream.truncate(stream.tell() + np.dtype(kind).itemsize * int(np.prod(shape)))


@contextmanager
def resized(path: Path, shape: tuple[int, ...]) -> Iterator[None]:
    """Copy an array into one of another shape, zeros where it has nothing, a part at a time; it
    takes the older one's place in the end, or nowhere. Raises OSError.
    """
    old = npy.open_memmap(path, mode="r")
    if old.shape == shape:
        yield
        return
    points, members = min(old.shape[0], shape[0]), min(old.shape[1], shape[1])
    step = max(COPIED // (old.itemsize * int(np.prod(shape[1:]))), 1)
    with replacing(path) as stream:
        blank(stream, shape, old.dtype.str)
        stream.seek(0)
        _header(stream)
        for start in range(0, points, step):
            part = np.zeros((min(step, points - start), *shape[1:]), old.dtype)
            part[:, :members] = old[start : start + part.shape[0], :members]
            _write(stream, part.tobytes())
        yield


def cut_last_line(path: Path) -> None:
    """Remove the last line of a file where it has no end: whoever wrote it died. Raises OSError."""
    with path.open("r+b") as stream:
        data = stream.read()
        stream.truncate(data.rfind(b"\n") + 1)


def put(path: Path, done: Sequence[tuple[Runs, NDArray[Any]]]) -> None:
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
