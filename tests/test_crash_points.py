"""Death before and in the middle of every file operation: what is there is whole, what follows ends
with the same bytes, and nothing is left behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash_points import OPERATIONS

ROOT = Path(__file__).parent.parent
FEWEST = {"save": 30, "sweep": 60, "extend": 70, "merge": 60, "plan": 60, "import": 30, "export": 4}
"""Moments that there are at least: the enumeration sees what is written."""


@pytest.mark.parametrize("name", [*OPERATIONS, "save without exchange"])
def test_death_at_every_moment(tmp_path: Path, name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash_points", str(tmp_path), name],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    found = re.fullmatch(rf"{name}: (\d+) moments\n", done.stdout)
    assert found, done.stdout
    assert int(found[1]) >= FEWEST[name.split(maxsplit=1)[0]]
