"""Run many studies in one process, one after the other, two at once, with workers and with Dask;
see that memory stays flat and that no file, thread or process is left.

    python -m benchmarks.soak [STUDIES]
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sim.study.spec import ask
from sim.study.sweep import run_study
from tests.small_study import scenario, study

STUDIES = 200
WARM = 10
"""Studies after which all that is loaded once is loaded."""
GROWTH = 20.0
"""MB that the rest may add: what a leak of a single tape a study would exceed."""


def resident() -> float:
    """Return the process's memory in MB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def handles() -> int:
    """Count the files that the process has open."""
    return len(os.listdir("/proc/self/fd"))


def one(place: Path, number: int, **how: Any) -> None:
    """Run a study into a folder and read it."""
    asked = ask(study(points=12, design={"kind": "random", "points": 12, "seed": number}))
    found = run_study(asked, place / f"{number}", [scenario(months=36)], **how)
    assert len(found.results) > 0
    found.values(*(str(each) for each in found.rows.iloc[0]))


def together(place: Path, numbers: range, **how: Any) -> None:
    """Run studies two at once, in threads."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda number: one(place, number, **how), numbers))


def passing(_: Path, number: int) -> None:
    """Run a study whose folder passes with it."""
    run_study(
        ask(study(points=12, design={"kind": "random", "points": 12, "seed": number})),
        None,
        [scenario(months=36)],
    )


def soaked(name: str, count: int, act: Callable[[int], None]) -> bool:
    """Act so many times; print what that has left, and tell whether that is nothing."""
    began = time.perf_counter()
    for number in range(WARM):
        act(number)
    memory, files, threads = resident(), handles(), threading.active_count()
    for number in range(WARM, max(count, 2 * WARM)):
        act(number)
    grown = resident() - memory
    more, running = handles() - files, threading.active_count() - threads
    spent = time.perf_counter() - began
    is_flat = grown <= GROWTH and more <= 0 and running <= 0
    told = f"{grown:+.1f} MB, {more:+d} files, {running:+d} threads, {spent:.0f} s"
    print(
        f"{name}: {max(count, 2 * WARM)} studies: {told}{'' if is_flat else ': LEFT BEHIND'}",
        flush=True,
    )
    return is_flat


def main(studies: int = STUDIES) -> bool:
    """Run all ways; tell whether none has left anything."""
    from distributed import Client, LocalCluster

    with TemporaryDirectory() as folder:
        place = Path(folder)
        flat = [
            soaked("one after the other", studies, lambda each: one(place / "a", each)),
            soaked("passing folders", studies // 4, lambda each: passing(place, each)),
            soaked(
                "two at once",
                studies // 4,
                lambda each: together(place / "b", range(2 * each, 2 * each + 2)),
            ),
            soaked("two workers", studies // 10, lambda each: one(place / "c", each, jobs=2)),
        ]
        cluster = LocalCluster(n_workers=1, processes=False, dashboard_address=None)
        with cluster, Client(cluster):
            address = cluster.scheduler_address
            flat.append(
                soaked(
                    "Dask",
                    studies // 10,
                    lambda each: one(place / "d", each, scheduler=address),
                )
            )
    return all(flat)


if __name__ == "__main__":
    sys.exit(0 if main(*map(int, sys.argv[1:])) else 1)
