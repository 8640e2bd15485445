"""Say what stands where the folder of a study or of a result was expected, or a file of one."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sim.scenario.suggestions import nearest

RESULT, STUDY = "scenario.yaml", "study.yaml"
"""What the folder of a result, or of a study, holds."""
_FOLDERS = {RESULT: "the folder of a result", STUDY: "the folder of a study"}
_WRITTEN = {
    RESULT: "`sim run` writes one, results/<name of the scenario>",
    STUDY: "`sim sweep` writes one, results/<name of the study file>",
}
_MANIFEST = "manifest.json"
_RESULTS = Path("results")
"""Where commands write their folders by default."""


def instead(path: Path, mark: str) -> str:
    """Say of a path that is no such folder what it is, and which folder may be meant."""
    what = _what(path, other_than=mark)
    told = f"is {what}, not {_FOLDERS[mark]}" if what else "there is no such folder"
    near = None if path.is_dir() else _near(path, mark)
    return f"{told}; did you mean '{near}'?" if near else f"{told}; {_WRITTEN[mark]}"


def inside(given: str, mark: str) -> str:
    """Say which file of a folder may be meant where a file was expected, to end a message."""
    folder = Path(given)
    if _is_ours(folder, mark):
        return f"; did you mean '{folder / mark}'?"
    what = _what(folder, other_than=mark)
    return f", {what}" if what in _FOLDERS.values() else ""


def _what(path: Path, other_than: str) -> str:
    """Say what stands at a path, of another kind than this one; empty where nothing does."""
    if path.is_file():
        return "a file"
    for mark, what in _FOLDERS.items():
        if mark != other_than and _is_ours(path, mark):
            return what
    return "a folder of something else" if path.is_dir() else ""


def _is_ours(folder: Path, mark: str) -> bool:
    return (folder / mark).is_file() and (folder / _MANIFEST).is_file()


def _near(path: Path, mark: str) -> Path | None:
    """Find the folder of this kind that has the most similar name, beside a path or in results."""
    folders: dict[object, Path] = {}
    with suppress(OSError, ValueError):
        for place in (path.parent, _RESULTS):
            found = (each for each in place.glob("*/") if _is_ours(each, mark))
            folders |= {each.name: each for each in found}
    name = path.stem if path.is_file() else path.name
    return folders.get(nearest(name, folders))
