"""Time things against each other, and say what was required of them."""

from __future__ import annotations

import gc
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """Hold one measurement; `least` and `most` bound what is required, neither means that it is for
    information."""

    name: str
    measured: float
    unit: str
    least: float | None = None
    most: float | None = None

    @property
    def required(self) -> str:
        """Say what is required, in words."""
        bounds = [
            f"{sign} {bound:g}"
            for sign, bound in ((">=", self.least), ("<=", self.most))
            if bound is not None
        ]
        return f"{', '.join(bounds)} {self.unit}".rstrip() if bounds else ""

    @property
    def is_met(self) -> bool:
        """Tell whether the measurement is as required; NaN never is."""
        if self.least is None and self.most is None:
            return True
        return (self.least is None or self.measured >= self.least) and (
            self.most is None or self.measured <= self.most
        )


def alone(module: str, *words: str) -> list[float]:
    """Run a module of the benchmarks in a process of its own; return the numbers that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *words],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    return list(map(float, done.stdout.split()))


def fastest(tasks: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """Return the least processor time of each task, seconds.

    The tasks take turns, so that a busy moment of the machine meets all of them; the least of
    several times is the one with the least disturbance in it.
    """
    times = [float("inf")] * len(tasks)
    for _ in range(repeats):
        for place, task in enumerate(tasks):
            gc.collect()
            began = time.process_time()
            task()
            times[place] = min(times[place], time.process_time() - began)
    return times


def table(rows: Sequence[Row]) -> str:
    """Lay the rows out for a terminal."""
    cells = [("what", "required", "measured", "ok")]
    for row in rows:
        verdict = ("yes" if row.is_met else "NO") if row.required else ""
        cells.append((row.name, row.required, f"{row.measured:.3g} {row.unit}".rstrip(), verdict))
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def own_peak() -> float:
    """Return the most memory that this process has had, MiB: since it began, which `getrusage` does
    not know on Linux."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text()).group(1)) / 1024
    # macOS counts in bytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
