"""Count the bytes that a month of the baseline loads and stores for a member.

    python -m benchmarks.touched [CHECKOUT ...]

`lackey`, a tool of valgrind, counts the loads and stores of a process by their size. Two lengths of
run leave out start-up and building, two widths what a month costs whatever the number of members.
Without a checkout, this one is counted. A run under lackey takes some minutes.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[1]
MONTHS, WIDTHS = (30, 60), (1, 65)
BYTES = {"I8": 1, "I16": 2, "I32": 4, "I64": 8, "I128": 16, "F32": 4, "F64": 8, "V128": 16}
BYTES["V256"] = 32
COUNT = re.compile(r"==\d+==\s+(\w+)\s+([\d,]+)\s+([\d,]+)\s+[\d,]+")
"""A line of lackey: type, loads, stores, operations"""
LACKEY = ("valgrind", "--tool=lackey", "--basic-counts=no", "--detailed-counts=yes")


def main() -> None:
    """Count, and print what a member-month touches in each checkout."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.touched", description=__doc__)
    parser.add_argument("checkouts", type=Path, nargs="*", help="folders of checkouts")
    parser.add_argument("--scenario", type=Path, help="one for all; otherwise each its baseline")
    given = parser.parse_args()
    for tree in [each.resolve() for each in given.checkouts] or [HERE]:
        scenario = (given.scenario or tree / "scenarios" / "baseline.yaml").resolve()
        few, many = (
            (
                _touched(tree, scenario, width, MONTHS[1])
                - _touched(tree, scenario, width, MONTHS[0])
            )
            / (MONTHS[1] - MONTHS[0])
            for width in WIDTHS
        )
        member = (many - few) / (WIDTHS[1] - WIDTHS[0])
        print(
            f"{tree.name}: {member / 1e3:.0f} kB a member-month,"
            f" {(few - member) / 1e6:.2f} MB a month beside",
            flush=True,
        )


def _touched(tree: Path, scenario: Path, width: int, months: int) -> int:
    """Return the bytes that a process touches that builds a world and runs so many months."""
    run = (
        "from pathlib import Path\n"
        "from sim.engine.model import SupplyModel\n"
        "from sim.scenario.loading.load import load\n"
        f"model = SupplyModel(load(Path({str(scenario)!r})), range({width}))\n"
        "collector = getattr(model, 'datacollector', None)\n"
        "if collector is not None:\n"
        "    collector.model_reporters.clear()\n"
        f"for _ in range({months}):\n"
        "    model.step()\n"
    )
    answer = subprocess.run(
        [*LACKEY, sys.executable, "-c", run],
        env={**os.environ, "PYTHONPATH": str(tree)},
        cwd=tree,
        capture_output=True,
        text=True,
        check=True,
    )
    found = [line.groups() for line in map(COUNT.fullmatch, answer.stderr.splitlines()) if line]
    numbers = {name: [int(each.replace(",", "")) for each in rest] for name, *rest in found}
    return sum(BYTES[name] * sum(numbers[name]) for name in numbers if name in BYTES)


if __name__ == "__main__":
    main()
