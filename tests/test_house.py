"""The house stays within its limits: rooms, floors, files, lines, complexity.

DESIGN.md tells its floors as import-linter holds them, and users get types.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from mypy import api

import sim
from tests import house

FOUND = house.measured()
LONG_FILES: dict[str, int] = {}
"""Files that were too long when the limit was set, with their lines: this list only shrinks."""
COMPLEX: dict[str, int] = {}
"""Functions that were too complex when the limit was set: this list only shrinks."""


def test_rooms_and_floors() -> None:
    sys.stdout.write(f"{FOUND}\n")
    assert len(FOUND.rooms) <= house.MOST_ROOMS
    assert len(FOUND.floors) <= house.MOST_FLOORS
    assert len(FOUND.files_beside) <= house.MOST_FILES_BESIDE
    assert set.union(*FOUND.floors) - {"__main__"} == set(FOUND.rooms)


def test_arrows_go_down() -> None:
    """As import-linter says; so the count of arrows counts the right ones."""
    height = {room: place for place, rooms in enumerate(FOUND.floors) for room in rooms}
    assert len(FOUND.arrows) > len(FOUND.rooms)
    assert all(height[source] < height[target] for source, target in FOUND.arrows)


def test_lines_are_short() -> None:
    assert FOUND.longest_line[0] <= house.LONGEST_LINE, FOUND.longest_line[1]


def test_files_are_short() -> None:
    longer = {
        name: lines for name, lines in FOUND.long_files.items() if lines > LONG_FILES.get(name, 0)
    }
    assert not longer


def test_functions_are_simple() -> None:
    worse = {
        name: count
        for name, count in FOUND.complex_functions.items()
        if count > COMPLEX.get(name, 0)
    }
    assert not worse


def test_the_design_tells_the_floors_that_are_held() -> None:
    """Row by row, from the highest down."""
    design = (house.ROOT / "DESIGN.md").read_text(encoding="utf-8")
    table = design.partition("## Floors")[2].partition("\n## ")[0]
    rows = [line.split("|")[2] for line in table.splitlines() if line.startswith("| ")][2:]
    assert [set(re.findall(r"`(\w+)`", row)) for row in rows] == FOUND.floors


def test_decisions_are_numbered() -> None:
    design = (house.ROOT / "DESIGN.md").read_text(encoding="utf-8")
    section = design.partition("## Decisions")[2].partition("\n## ")[0]
    numbers = [int(each) for each in re.findall(r"^### (\d+)\. ", section, re.MULTILINE)]
    assert len(numbers) > 20
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.fixture(scope="module")
def revealed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Ask mypy, strict as it is set, for the type of every public name."""
    file = tmp_path_factory.mktemp("user") / "user.py"
    asked = [f"reveal_type(sim.{name})" for name in sim.__all__]
    file.write_text("\n".join(["import sim", *asked, ""]), encoding="utf-8")
    config = str(house.ROOT / "pyproject.toml")
    out, errors, status = api.run(["--strict", "--config-file", config, str(file)])
    assert status == 0, out + errors
    types = re.findall(r'Revealed type is "(.*)"', out)
    return dict(zip(sim.__all__, types, strict=True))


GIVES = {
    'sim.open("x").series': "DataFrame",
    'sim.open("x").scenario': "Scenario",
    'sim.run(sim.load("x")).members()': "DataFrame",
    'sim.run(sim.load("x")).to_xarray()': "Dataset",
    'sim.SupplyModel("x", members=3).world': "World",
    'sim.SupplyModel("x").running': "bool",
    'sim.sweep("x").results': "DataFrame",
}
"""What users write -> the type that they get."""


def test_what_public_names_give_is_typed(tmp_path: Path) -> None:
    file = tmp_path / "user.py"
    asked = [f"reveal_type({code})" for code in GIVES]
    file.write_text("\n".join(["import sim", *asked, ""]), encoding="utf-8")
    config = str(house.ROOT / "pyproject.toml")
    out, errors, status = api.run(["--strict", "--config-file", config, str(file)])
    assert status == 0, out + errors
    types = re.findall(r'Revealed type is "(.*)"', out)
    assert [each.rpartition(".")[2] for each in types] == list(GIVES.values())


@pytest.mark.parametrize("name", sim.__all__)
def test_a_public_name_is_typed_for_its_users(name: str, revealed: dict[str, str]) -> None:
    assert revealed[name] != "Any"
    assert not revealed[name].endswith("-> Any")
