"""Measure the house: rooms, floors, arrows, lines, files, complexity.

`python -m tests.house` prints it. A room is what stands directly in `sim/`: a package, or a module
of its own. A floor is a row of the layers in `pyproject.toml`. An arrow is one room that imports
from another.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from radon.complexity import cc_visit

ROOT = Path(__file__).parent.parent
SIM = ROOT / "sim"
FILES = sorted(SIM.rglob("*.py"))
CHECKED = sorted(
    path
    for folder in ("sim", "docs", "benchmarks", "examples")
    for path in (ROOT / folder).rglob("*.py")
)

MOST_ROOMS = 28
MOST_FLOORS = 10
MOST_FILES_BESIDE = 7
LONGEST_LINE = 100
MOST_LINES = 320
MOST_COMPLEX = 10


@dataclass(frozen=True)
class House:
    """Hold what was measured."""

    rooms: list[str]
    floors: list[set[str]]
    arrows: set[tuple[str, str]]
    files_beside: list[str]
    longest_line: tuple[int, str]
    long_files: Mapping[str, int]
    complex_functions: Mapping[str, int]

    def __str__(self) -> str:
        """Write it as a person would read it."""
        lines = [
            f"{len(self.rooms)} rooms (at most {MOST_ROOMS}): {', '.join(self.rooms)}",
            f"{len(self.floors)} floors (at most {MOST_FLOORS})",
            f"{len(self.arrows)} arrows",
            f"{len(self.files_beside)} files beside folders (at most {MOST_FILES_BESIDE})",
            f"longest line {self.longest_line[0]} (at most {LONGEST_LINE}): {self.longest_line[1]}",
            f"{len(self.long_files)} files above {MOST_LINES} lines",
            *(f"  {count:4} {name}" for name, count in self.long_files.items()),
            f"{len(self.complex_functions)} functions above complexity {MOST_COMPLEX}",
            *(f"  {count:4} {name}" for name, count in self.complex_functions.items()),
        ]
        return "\n".join(lines)


def measured() -> House:
    """Measure the house as it stands."""
    return House(
        rooms=rooms(),
        floors=floors(),
        arrows=arrows(),
        files_beside=sorted(path.name for path in SIM.glob("*.py")),
        longest_line=longest_line(),
        long_files=_falling({_name(path): len(_lines(path)) for path in FILES}, MOST_LINES),
        complex_functions=_falling(dict(complexities()), MOST_COMPLEX),
    )


def rooms() -> list[str]:
    """List what stands directly in `sim/`."""
    packages = [path.parent.name for path in SIM.glob("*/__init__.py")]
    modules = [path.stem for path in SIM.glob("*.py") if not path.stem.startswith("__")]
    return sorted(packages + modules)


def floors() -> list[set[str]]:
    """Read the floors from the layers that import-linter holds, the highest first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["type"] == "layers")
    return [{room.strip() for room in layer.split("|")} for layer in layers]


def arrows() -> set[tuple[str, str]]:
    """List the rooms that import from one another."""
    return {
        (source, target)
        for path in FILES
        for source in [path.relative_to(SIM).parts[0].removesuffix(".py")]
        for target in _imported(path)
        if source != target and not source.startswith("__")
    }


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "sim":
            yield from (alias.name for alias in node.names if alias.name in rooms())
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim."):
            yield (node.module or "").split(".")[1]
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            yield from (parts[1] for parts in names if parts[0] == "sim" and len(parts) > 1)


def longest_line() -> tuple[int, str]:
    """Find the longest line of all code but the tests, whose tables the linter knows."""
    found = [
        (len(line), f"{_name(path)}:{number}")
        for path in CHECKED
        for number, line in enumerate(_lines(path), start=1)
    ]
    return max(found)


def complexities() -> Iterator[tuple[str, int]]:
    """List every function and method with its complexity, comprehensions included."""
    for path in FILES:
        for block in cc_visit(path.read_text(encoding="utf-8")):
            if type(block).__name__ == "Function":
                owner = f"{block.classname}." if block.classname else ""
                yield f"{_name(path)} {owner}{block.name}", block.complexity


def _falling(counts: Mapping[str, int], limit: int) -> dict[str, int]:
    """Keep what exceeds the limit, the greatest first."""
    above = [(name, count) for name, count in counts.items() if count > limit]
    return dict(sorted(above, key=lambda each: (-each[1], each[0])))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    sys.stdout.write(f"{measured()}\n")
