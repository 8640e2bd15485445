"""The guide does what it says: its commands run in order in an empty folder, with sim installed
from its wheel, and print what it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import guide


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install sim from its wheel, once for all pages."""
    return guide.install(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_is_what_runs(tmp_path: Path, installed: Path) -> None:
    """And it holds the shipped scenarios."""
    code = "import sim; print(sim.__file__); print(sim.load('baseline').name)"
    printed = guide.perform(guide.Command(f'python -c "{code}"', "", (0, 0)), tmp_path, installed)
    assert printed == f"{installed / 'sim' / '__init__.py'}\nbaseline\n"
    command = guide.Command("sim run examples/first --quiet --no-figures; ls results", "", (0, 0))
    assert guide.perform(command, tmp_path, installed) == "first\n"


@pytest.mark.parametrize("page", guide.PAGES, ids=str)
def test_a_page_runs(page: Path, tmp_path: Path, installed: Path) -> None:
    text = (guide.DOCS / page).read_text(encoding="utf-8")
    guide.begin(text, tmp_path)
    for step in guide.steps(text):
        printed = guide.perform(step, tmp_path, installed)
        if isinstance(step, guide.Command):
            assert guide.agrees(step.shown, printed), f"$ {step.text}\n{printed}"


def test_every_command_of_sim_is_run() -> None:
    """What stands on a page in another kind of fence is no command of `sim`."""
    for path in guide.DOCS.rglob("*.md"):
        for info, body in re.findall(r"^```(\S+)\n(.*?)^```$", path.read_text(), re.M | re.S):
            if info in ("bash", "sh", "text"):
                assert not re.search(r"^\s*\$? ?sim ", body, re.M), path


def test_a_wrong_output_is_found() -> None:
    assert guide.agrees("a ... c\n", "a b c")
    assert guide.agrees("a\n...\nc\n", "a\nb\nb\nc\n")
    assert not guide.agrees("a ... c\n", "a b d")
    assert not guide.agrees("a\n", "a\nb\n")
