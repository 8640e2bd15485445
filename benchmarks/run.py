"""Run all benchmarks and print what was required, what was measured, and whether it is met (exit
code 1: it is not)."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import boario, explorer, markets, members, points, sizes, studies
from benchmarks.measure import Row, table


def main() -> int:
    """Measure, print a table, write JSON where asked; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument(
        "--json", metavar="FILE", type=Path, help="also write the measurements to this file"
    )
    target = parser.parse_args().json
    before = machine()
    print(before)
    parts = (members, markets, sizes, points, boario, studies, explorer)
    rows = [row for part in parts for row in part.measure()]
    print(table(rows))
    if target:
        target.write_text(
            json.dumps({"machine": before, "rows": [_plain(row) for row in rows]}, indent=1) + "\n",
            encoding="utf-8",
        )
    return 0 if all(row.is_met for row in rows) else 1


def machine() -> str:
    """Say what the numbers were measured with, and how busy the machine was just before."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "mesa"))
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {load};"
        f" Python {platform.python_version()}, {packages}"
    )


def _plain(row: Row) -> dict[str, object]:
    return {
        "name": row.name,
        "measured": row.measured,
        "unit": row.unit,
        "required": row.required,
        "met": row.is_met,
    }


# worker processes read this file, too: what is not for them stands behind this line
if __name__ == "__main__":
    sys.exit(main())
