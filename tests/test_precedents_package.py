"""Test that the room of precedents stands alone and answers quickly where it is not asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sim
from sim.precedents.collection import HERE

GROUND = {
    "sim.errors",
    "sim.files.aside",
    "sim.files.delimited",
    "sim.files.disk",
    "sim.files.text",
}
ROOM = Path(sim.__file__).parent / "precedents"


def test_the_room_imports_the_ground_and_nothing_else_of_sim() -> None:
    """So it can be used without a scenario, and nothing in the engine is known to it."""
    for path in ROOM.glob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        used = {line.split()[1] for line in lines if line.strip().startswith("from sim")}
        assert {name for name in used if not name.startswith("sim.precedents")} <= GROUND


def test_heavy_libraries_wait_until_they_are_used() -> None:
    code = (
        "import sys; before = set(sys.modules); import sim.precedents;"
        "print({'pandas', 'altair', 'scipy.stats', 'scipy.optimize'} & (set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_data_ship_with_notice_and_rules() -> None:
    assert "CC BY 4.0" in (HERE / "NOTICE").read_text(encoding="utf-8")
    words = (HERE / "README.md").read_text(encoding="utf-8")
    for column in ("announced_precision", "class_second", "open_before_due", "short_source"):
        assert column in words


def test_precedents_are_frames_without_an_import_of_their_own() -> None:
    """And `import sim` alone does not load them."""
    code = (
        "import sim, sys; print('sim.precedents' in sys.modules, sim.precedents.cases().shape[0])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "91"]
