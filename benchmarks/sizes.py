"""Measure what a scenario costs before its first month, a month, and a whole `sim run`, in worlds
of rising size: each must grow no faster than lines and links. The largest come from tables."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import yaml

from benchmarks.measure import Row, alone, fastest, own_peak
from benchmarks.trade import world_trade, write_world
from benchmarks.worlds import LINKS_OF_A_LINE, MONTHS, world
from sim.cli.main import main
from sim.engine.load import load
from sim.engine.model import SupplyModel
from sim.scenario.checks.structure import structure_findings
from sim.world.build import build
from sim.world.numbering import number

LINES = (100, 1_000, 10_000)
STEEPEST = 1.15
"""Exponent of time against lines."""
RUNS = {1_000: (2.5, None), 10_000: (30.0, 1.0)}
"""Lines -> most seconds of processor time and GiB of a whole run."""
TABLES = {1_000_000: (60.0, 4.0), 5_000_000: (None, None)}
"""Flows of a world's trade, from tables -> the same."""


def measure() -> Iterator[Row]:
    """Measure set-up, months and runs at each size."""
    with TemporaryDirectory() as folder:
        files = {lines: _written(Path(folder), lines) for lines in LINES}
        times = {lines: _stages(file, lines) for lines, file in files.items()}
        for stage in times[LINES[0]]:
            each = [times[lines][stage] for lines in LINES]
            links = LINES[-1] * LINKS_OF_A_LINE
            yield Row(f"{stage}, {links:,} links", each[-1], "s")
            yield Row(
                f"growth of {stage}, {LINES[0]:,} to {LINES[-1]:,} lines",
                _exponent(each),
                "(exponent)",
                most=STEEPEST,
            )
        for lines, most in RUNS.items():
            yield from _whole(f"{lines:,} lines", files[lines], Path(folder, "result"), *most)
        for rows, most in TABLES.items():
            file = write_world(Path(folder, "trade"), world_trade(rows), MONTHS)
            yield from _whole(f"{rows:,} flows from tables", file, Path(folder, "result"), *most)


def _whole(
    what: str, file: Path, out: Path, most_seconds: float | None, most_gib: float | None
) -> Iterator[Row]:
    """Measure a whole `sim run`."""
    seconds, memory = run_alone(file, out)
    name = f"sim run, {MONTHS} months, {what}"
    yield Row(f"{name}: processor time", seconds, "s", most=most_seconds)
    yield Row(f"{name}: peak memory", memory / 1024, "GiB", most=most_gib)


def _written(folder: Path, lines: int) -> Path:
    file = folder / f"world_{lines}.yaml"
    with file.open("w", encoding="utf-8") as stream:
        yaml.dump(world(lines), stream, sort_keys=False)
    return file


def _stages(file: Path, lines: int) -> Mapping[str, float]:
    """Return the seconds of each stage on the way from a file to a month; raises AssertionError
    where the world has not the links that it should have."""
    scenario = load(file)
    axes = number(scenario)
    if axes.link_line.size != lines * LINKS_OF_A_LINE:
        raise AssertionError(f"{axes.link_line.size} links instead of {lines * LINKS_OF_A_LINE}")
    tasks: Mapping[str, Callable[[], object]] = {
        "load": partial(load, file),
        "checks of structure": lambda: list(structure_findings(scenario)),
        "numbering": lambda: number(scenario),
        "build": lambda: build(scenario, (0,), axes),
        "build, 8 members": lambda: build(scenario, range(8), axes),
    }
    seconds = {name: fastest([task], max(3, 1_000 // lines))[0] for name, task in tasks.items()}
    # all months of a run together: those in which links are cut cost more
    models = [SupplyModel(scenario, (0,), axes) for _ in range(3)]
    year = min(fastest([partial(_run_through, model)], 1)[0] for model in models)
    return {**seconds, "a month": year / MONTHS}


def _run_through(model: SupplyModel) -> None:
    for _ in range(MONTHS):
        model.step()


def run_alone(file: Path, out: Path) -> tuple[float, float]:
    """Return the processor time, seconds, and the peak memory, MiB, of `sim run` on a file, in a
    process of its own."""
    seconds, memory = alone("sizes", str(file), str(out))
    return seconds, memory


def _exponent(times: Sequence[float]) -> float:
    """Return the slope of time against lines, both in logarithms."""
    return float(np.polyfit(np.log(LINES), np.log(times), 1)[0])


if __name__ == "__main__":
    scenario_file, result = sys.argv[1:]
    words = ["run", scenario_file, "--members", "1", "--no-figures", "--quiet", "--out", result]
    if main(words):
        raise SystemExit(1)
    print(time.process_time(), own_peak())
