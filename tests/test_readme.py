"""The README's code is an example, its commands run, and its files exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sim.cli.main import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
COMMANDS = re.findall(r"^    (sim (?:run|validate) .*)$", README, re.MULTILINE)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a directory that looks like a clone."""
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_scenario_shown_is_the_example() -> None:
    """Word for word."""
    shown = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    assert shown.group(1) == (ROOT / "scenarios/examples/first.yaml").read_text()


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_run(command: str, clone: Path) -> None:
    """With few members where the README does not say how many."""
    words = shlex.split(command)[1:]
    assert (
        main(
            [
                *words,
                *(
                    ["--members", "3", "--no-figures"]
                    if words[0] == "run" and "--members" not in words
                    else []
                ),
            ]
        )
        == 0
    )
    assert words[0] == "validate" or list((clone / "results").glob("*/summary.csv"))


def test_studies_run(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One command after the other, as they stand there."""
    section = README.partition("## Studies")[2].partition("\n## ")[0].replace("\\\n", "")
    commands = re.findall(r"^    (sim .*)$", section, re.MULTILINE)
    assert [shlex.split(each)[1] for each in commands] == [
        "sweep",
        "sensitivity",
        "discover",
        "plan",
    ]
    (clone / "examples").symlink_to(ROOT / "examples")
    for command in commands:
        assert main(shlex.split(command)[1:]) == 0
    folders = {
        "case": "results",
        "case_sensitivity": "ranking",
        "case_discovery": "boxes",
        "baseline_plan": "frontier",
    }
    assert all(
        (clone / "results" / name / f"{table}.csv").exists() for name, table in folders.items()
    )
    assert "The least programmes.csto_commission.budget" in capsys.readouterr().out


def test_python_runs(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And prints a table with Russia's products."""
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code is not None
    exec(compile(code.group(1), "README.md", "exec"), {})
    assert "helicopter_engines" in capsys.readouterr().out
    assert (clone / "results/from_python/manifest.json").exists()


def test_links_lead_somewhere() -> None:
    """Every relative link names a file."""
    for target in re.findall(r"\]\((?!http)([^)]+)\)", README):
        assert (ROOT / target).exists(), target
