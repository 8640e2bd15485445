"""Measure what a study of many points of one member costs beside its runs: its start, its
resumption after a kill, its end and its reading, on a world in which a run takes next to nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measure import Row, alone, own_peak

POINTS = 1_000_000
KILLED_AT = (POINTS // 10, POINTS // 5)
"""Runs done when the study is killed, the first and the second time"""
FACTOR = "factories.far.lines.pumps.capacity"
TINY = {
    "name": "tiny",
    "title": "One plant, one buyer",
    "start": "2020-01",
    "months": 3,
    "states": {"AAA": {"title": "Here"}, "BBB": {"title": "There"}},
    "products": {"pumps": {"title": "Pumps", "unit": "pumps"}},
    "factories": {"far": {"title": "Far", "state": "BBB", "lines": {"pumps": 9}}},
    "needs": {"AAA": {"pumps": 7}},
    "trade": {"all": {"exporter": "*", "importer": "*", "product": "*"}},
}
SECONDS, MEMORY = 10.0, 512.0
"""Most that a start or a resumption may take, s of processor time, and a study, MiB; assumed for
"in seconds" and "flat"."""


def measure() -> Iterator[Row]:
    """Measure a study that is killed twice, finished and read, each time in a new process."""
    with TemporaryDirectory() as place:
        folder = Path(place, "study")
        for what, kill in zip(("start", "resumption"), KILLED_AT, strict=True):
            first, _, memory = _alone(folder, kill)
            name = f"study of {POINTS:,} points"
            yield Row(f"{name}: {what}, to the first runs", first, "s", most=SECONDS)
            yield Row(f"{name}: peak memory until it is killed", memory, "MiB", most=MEMORY)
        _, whole, memory = _alone(folder, POINTS)
        yield Row(f"{name}: resumption to the end, with its tables", whole, "s")
        yield Row(f"{name}: peak memory to the end", memory, "MiB", most=MEMORY)
        _, whole, memory = _alone(folder, 0)
        yield Row(f"{name}: read its results", whole, "s")
        yield Row(f"{name}: peak memory of reading", memory, "MiB")


def _alone(folder: Path, kill: int) -> tuple[float, float, float]:
    """Run a part of it in a process of its own: seconds to the first runs, in all, and MiB."""
    first, whole, memory = alone("points", str(folder), str(kill))
    return first, whole, memory


class _Killed(BaseException):
    """End a study as a kill would: nothing is tidied up."""


def _part(folder: Path, kill: int) -> None:
    """Go on with the study until so many runs are done; 0: read what it has found."""
    from sim.engine.load import parse
    from sim.study.study import Study
    from sim.study.sweep import sweep

    began, first = time.process_time(), list[float]()

    def progress(done: int, total: int) -> None:
        first.append(time.process_time() - began)
        if done >= kill and kill < total:
            raise _Killed

    if kill:
        design: dict[str, Any] = {"kind": "random", "points": POINTS, "seed": 1}
        with suppress(_Killed):
            sweep(
                parse(TINY),
                design,
                factors={FACTOR: {"low": 3, "high": 9}},
                members=1,
                metrics=("fill_rate",),
                out=folder,
                resume=True,
                progress=progress,
            )
    elif len(Study(folder).results) != POINTS:
        raise AssertionError("some points have no results")
    print(first[0] if first else 0.0, time.process_time() - began, own_peak())


if __name__ == "__main__":
    _part(Path(sys.argv[1]), int(sys.argv[2]))
