"""Run the pages of the guide as a reader would: write the files they show, run their commands in
order in an empty folder, with sim installed from its wheel, and compare what comes out with what
the page shows.

`python -m tests.guide` writes the outputs on the pages anew, where they have changed.

A fence `{code-block}` with a caption is a file of that name; a fence `console` holds commands,
after `$ `, and what they print. In what is printed `...` stands for anything. A comment
`<!-- after: tutorial.md -->` gives a page the files that another one shows, and
`<!-- needs: examples -->` folders of the repository.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(
    path.relative_to(DOCS)
    for path in DOCS.rglob("*.md")
    if "```console" in path.read_text(encoding="utf-8")
)
_FENCE = re.compile(r"^(?P<mark>```+)(?P<info>[^\n]*)\n(?P<body>.*?)^(?P=mark)$", re.M | re.S)
_CAPTION = re.compile(r"\A(?::[\w-]+:[^\n]*\n)*?:caption: (?P<name>\S+)\n(?::[\w-]+:[^\n]*\n)*\n?")
_AFTER = re.compile(r"<!-- after: (\S+) -->")
_NEEDS = re.compile(r"<!-- needs: (.+) -->")
_SECONDS = re.compile(r"\b\d+(\.\d+)? s\b")
ANYTHING = "..."


@dataclass(frozen=True)
class File:
    """Hold a file that a page shows."""

    name: str
    text: str


@dataclass(frozen=True)
class Command:
    """Hold a command that a page shows, and what it is said to print."""

    text: str
    shown: str
    place: tuple[int, int]
    """Where on the page what it prints begins and ends."""


def install(folder: Path) -> Path:
    """Build the wheel and unpack it into a folder, without the network; return where it stands."""
    place = folder / "installed"
    _call("hatchling", "build", "--target", "wheel", "--directory", str(folder))
    (wheel,) = folder.glob("*.whl")
    _call(
        "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(place), str(wheel)
    )
    return place


def _call(*words: str) -> None:
    command = [sys.executable, "-m", *words]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=300)


def steps(page: str) -> Iterator[File | Command]:
    """List the files and commands of a page in their order."""
    for fence in _FENCE.finditer(page):
        info, body = fence["info"].strip(), fence["body"]
        caption = _CAPTION.match(body)
        if info.startswith("{code-block}") and caption:
            yield File(caption["name"], body[caption.end() :])
        elif info == "console":
            yield from _commands(body, fence.start("body"))


def _commands(body: str, start: int) -> Iterator[Command]:
    for found in re.finditer(r"^\$ (.*(?:\n> .*)*)\n((?:(?!\$ ).*\n)*)", body, re.M):
        text = found[1].replace("\n> ", "\n")
        yield Command(text, found[2], (start + found.start(2), start + found.end(2)))


def begin(page: str, folder: Path) -> None:
    """Write the files of the page that this one comes after, and link the folders that it needs."""
    for needed in _NEEDS.findall(page):
        for name in needed.split():
            (folder / name).symlink_to(ROOT / name)
    for name in _AFTER.findall(page):
        before = (DOCS / name).read_text(encoding="utf-8")
        begin(before, folder)
        for step in steps(before):
            if isinstance(step, File):
                (folder / step.name).write_text(step.text, encoding="utf-8")


def perform(step: File | Command, folder: Path, installed: Path) -> str:
    """Write a file, or run a command of an installed sim and return what it prints.

    What it says beside its output is returned too where it fails. Raises AssertionError where a
    command fails of which the page shows no output.
    """
    if isinstance(step, File):
        (folder / step.name).write_text(step.text, encoding="utf-8")
        return ""
    bins = (installed / "bin", Path(sys.executable).parent, os.environ.get("PATH", ""))
    path = os.pathsep.join(map(str, bins))
    done = subprocess.run(
        ["bash", "-c", step.text],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(installed), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    told = f"$ {step.text}\n{done.stdout}{done.stderr}"
    assert done.returncode == 0 or (step.shown and "Traceback" not in done.stderr), told
    return done.stdout + (done.stderr if done.returncode else "")


def agrees(shown: str, printed: str) -> bool:
    """Tell whether a command printed what the page shows; a page need not show anything."""
    pattern = ".*?".join(re.escape(each) for each in _bare(shown).split(ANYTHING))
    return not shown or re.fullmatch(pattern, _bare(printed), re.S) is not None


def _bare(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines()).strip("\n")


def renewed(page: str, folder: Path, installed: Path) -> str:
    """Return the page with what its commands print now, where that is not what it shows."""
    begin(page, folder)
    changes = []
    for step in steps(page):
        printed = perform(step, folder, installed)
        if isinstance(step, Command) and not agrees(step.shown, printed):
            lines = _SECONDS.sub(f"{ANYTHING} s", _bare(printed))
            changes.append((step.place, f"{lines}\n"))
    for (first, last), text in reversed(changes):
        page = page[:first] + text + page[last:]
    return page


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as built:
        installed_sim = install(Path(built))
        for name in map(Path, sys.argv[1:] or PAGES):
            path = DOCS / name
            with tempfile.TemporaryDirectory() as empty:
                text = renewed(path.read_text(encoding="utf-8"), Path(empty), installed_sim)
            path.write_text(text, encoding="utf-8")
