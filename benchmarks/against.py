"""Time a build and a month of the baseline, and a whole `sim run` with tables and pictures, here
against another checkout of the project, in turns.

    python -m benchmarks.against CHECKOUT

A process for each checkout answers questions one after the other, so that a busy moment of the
machine meets both; what counts is the least processor time of each.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parents[1]
WIDTHS, TURNS = (1, 128), 7
MEMBERS, RUNS = 200, 3
"""Of the whole runs"""


def main() -> None:
    """Measure both checkouts, and print how many times faster this one is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.against", description=__doc__)
    parser.add_argument("checkout", type=Path, help="folder of the other checkout")
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.answer:
        _answer(given.checkout)
        return
    print(f"load {os.getloadavg()[0]:.1f}")
    both = [_ask(tree) for tree in (HERE, given.checkout.resolve())]
    for width in WIDTHS:
        times = [[_time(process, width) for process in both] for _ in range(TURNS)]
        for place, what in enumerate(("build", "month")):
            own, other = (min(turn[side][place] for turn in times) for side in (0, 1))
            print(
                f"{what}, {width} members: {own * 1e3:.2f} ms here, {other * 1e3:.2f} ms there:"
                f" {other / own:.2f} times as fast"
            )
    trees = (HERE, given.checkout.resolve())
    turns = [[_whole_run(tree) for tree in trees] for _ in range(RUNS)]
    own, other = (min(turn[side] for turn in turns) for side in (0, 1))
    print(
        f"sim run, {MEMBERS} members: {own:.2f} s of processor time here, {other:.2f} s there:"
        f" {other / own:.2f} times as fast"
    )


def _whole_run(tree: Path) -> float:
    """Return the processor time of a run of the baseline into a new folder, seconds."""
    with TemporaryDirectory() as folder:
        words = ["run", str(tree / "scenarios" / "baseline.yaml"), "--members", str(MEMBERS)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "sim", *words, "--quiet", "--out", str(Path(folder, "out"))],
            env={**os.environ, "PYTHONPATH": str(tree)},
            cwd=tree,
            check=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _ask(tree: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, __file__, "--answer", str(tree)],
        env={**os.environ, "PYTHONPATH": str(tree)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _time(process: subprocess.Popen[str], width: int) -> list[float]:
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{width}\n")
    process.stdin.flush()
    return list(json.loads(process.stdout.readline()))


def _answer(tree: Path) -> None:
    """Answer widths on the standard input with the seconds of a build and of a month."""
    sys.path.insert(0, str(tree))
    from sim.engine.model import SupplyModel
    from sim.scenario.loading.load import load

    scenario = load(tree / "scenarios" / "baseline.yaml")
    SupplyModel(scenario).release()
    for line in sys.stdin:
        gc.collect()
        began = time.process_time()
        model = SupplyModel(scenario, range(int(line)))
        built = time.process_time()
        # Mesa's collector tells a notebook about each month; a run has none, and older ones neither
        collector = getattr(model, "datacollector", None)
        if collector is not None:
            collector.model_reporters.clear()
        for _ in range(scenario.months):
            model.step()
        months = (time.process_time() - built) / scenario.months
        model.release()
        print(json.dumps([built - began, months]), flush=True)


if __name__ == "__main__":
    main()
