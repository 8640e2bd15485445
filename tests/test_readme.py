"""The README's code is an example, its commands run, and its files exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from sim.cli.main import main
from tests.golden.case import PICTURE, answer_digest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
COMMANDS = re.findall(r"^    (sim (?:run|validate) .*)$", README, re.MULTILINE)


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder: what the README runs is shipped."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_run(command: str, empty_folder: Path) -> None:
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
    assert words[0] == "validate" or list((empty_folder / "results").glob("*/summary.csv"))


def test_python_runs(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And prints a table with Russia's products."""
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code is not None
    exec(compile(code.group(1), "README.md", "exec"), {})
    assert "helicopter_engines" in capsys.readouterr().out


def test_links_lead_somewhere() -> None:
    """Every relative link names a file."""
    for target in re.findall(r"\]\((?!http)([^)]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_first_screen_answers_the_question() -> None:
    """With its table before anything else, and the two commands next."""
    first = README.partition("## Two commands")[0]
    assert "<!-- answer -->\n|" in first
    assert len(first.splitlines()) < 30
    assert len(README.splitlines()) < 120


def test_the_picture_is_of_the_table_above_it() -> None:
    """`python -m tests.golden.case` draws it anew, and is to be run when the table has moved."""
    assert f"]({PICTURE.relative_to(ROOT).as_posix()})" in README.partition("## Two commands")[0]
    assert answer_digest() in PICTURE.with_name("README.md").read_text(encoding="utf-8")
    assert PICTURE.read_bytes().startswith(b"\x89PNG")
    assert PICTURE.stat().st_size < 400_000


def test_no_table_is_wider_than_a_screen() -> None:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", README)
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert max(map(len, tables)) <= 110
    assert max(line.count("|") for line in tables) <= 6


def test_member_is_explained_at_its_first_use() -> None:
    assert re.search(r"members?\b", README.partition("**members**, versions of")[0]) is None
