"""Measure what a study of many points of one member costs beside its runs: its start, its
resumption after a kill, its end, its reading, CSV of its results, and the work of a process whose
runs others do, on a world in which a run takes next to nothing.
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
SHARED = 200_000
"""Points of the study of which two workers do the runs"""
READ, CSV, TOGETHER = 0, -1, -2
"""What else is done with the study, in place of a number of runs"""
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
SERIAL = 0.1
"""Most that a process may work for each 10,000 runs that others do, s: a seventh of what it was;
assumed."""
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
        _, whole, memory = _alone(folder, READ)
        yield Row(f"{name}: read its results", whole, "s")
        yield Row(f"{name}: peak memory of reading", memory, "MiB")
        _, whole, memory = _alone(folder, CSV)
        yield Row(f"{name}: CSV on demand, when it is finished", whole, "s")
        yield Row(f"{name}: peak memory of CSV on demand", memory, "MiB", most=MEMORY)
        first, whole, _ = _alone(Path(place, "shared"), TOGETHER)
        each = (whole - first) / SHARED * 10_000
        what = (
            f"study of {SHARED:,} points, 2 workers: the parent's work for 10,000 runs, with tables"
        )
        yield Row(what, each, "s", most=SERIAL)


def _alone(folder: Path, kill: int) -> tuple[float, float, float]:
    """Run a part of it in a process of its own: seconds to the first runs, in all, and MiB."""
    first, whole, memory = alone("points", str(folder), str(kill))
    return first, whole, memory


class _Killed(BaseException):
    """End a study as a kill would: nothing is tidied up."""


def _part(folder: Path, kill: int) -> None:
    """Go on with the study until so many runs are done, or do what else is asked for."""
    from sim.study.study import Study

    began, first = time.process_time(), list[float]()

    def progress(done: int, total: int) -> None:
        first.append(time.process_time() - began)
        if 0 < kill <= done < total:
            raise _Killed

    if kill == READ:
        if len(Study(folder).results) != POINTS:
            raise AssertionError("some points have no results")
    else:
        how: dict[str, Any] = {"jobs": 2} if kill == TOGETHER else {"csv": kill == CSV}
        with suppress(_Killed):
            _swept(folder, SHARED if kill == TOGETHER else POINTS, progress=progress, **how)
    print(first[0] if first else 0.0, time.process_time() - began, own_peak())


def _swept(folder: Path, points: int, **how: Any) -> None:
    from sim.engine.load import parse
    from sim.study.sweep import sweep

    design: dict[str, Any] = {"kind": "random", "points": points, "seed": 1}
    what = {"factors": {FACTOR: {"low": 3, "high": 9}}, "members": 1, "metrics": ("fill_rate",)}
    sweep(parse(TINY), design, **what, out=folder, resume=True, **how)


if __name__ == "__main__":
    _part(Path(sys.argv[1]), int(sys.argv[2]))
