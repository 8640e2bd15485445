"""The walks of CONTRIBUTING.md: their steps, carried out in a copy of the repository, work."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
WALKS = dict(
    re.findall(r"^### Walk: (.*?)\n(.*?)(?=^###? )", CONTRIBUTING, re.MULTILINE | re.DOTALL)
)
STEP = re.compile(r"^```(diff|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COPIED = ("sim", "scenarios", "tests", "pyproject.toml")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy what the walks change."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    return tmp_path


def run(command: list[str], folder: Path, given: str | None = None) -> None:
    """Run a command that must not fail."""
    binaries = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {**os.environ, "PATH": binaries, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{given or ''}\n{done.stdout}{done.stderr}"


def test_there_are_walks() -> None:
    assert {"add a rule", "add a kind of event"} <= set(WALKS)
    assert all(len(STEP.findall(text)) > 2 for text in WALKS.values())


@pytest.mark.parametrize("name", WALKS)
def test_a_walk_can_be_walked(name: str, copy: Path) -> None:
    """Patches apply, commands succeed, and the code keeps to the linter's rules."""
    for kind, text in STEP.findall(WALKS[name]):
        if kind == "diff":
            run(["git", "apply", "--recount", "-"], copy, text)
            continue
        for command in re.findall(r"^\$ (.*)$", text, re.MULTILINE):
            run(["bash", "-o", "pipefail", "-c", command], copy)
    touched = re.findall(r"^\+\+\+ b/(.*\.py)$", WALKS[name], re.MULTILINE)
    run(["ruff", "check", "--quiet", *touched], copy)
    run(["ruff", "format", "--quiet", "--check", *touched], copy)
