"""Find the scenarios that come with sim: `baseline`, `cases/neon_2022`, `examples/first`.

They stand in `scenarios/` of the repository, and inside the package where it was installed.
"""

from __future__ import annotations

import os
from pathlib import Path

from sim.errors import InputError
from sim.scenario.suggestions import found, nearest

SUFFIX = ".yaml"
PARTS = "data"
"""The folder of what other scenarios extend; nothing in it is a scenario."""


def shipped_folder() -> Path:
    """Return the folder of the shipped scenarios."""
    package = Path(__file__).parents[2]
    installed = package / "scenarios"
    return installed if installed.is_dir() else package.parent / "scenarios"


def shipped_names() -> list[str]:
    """List the shipped scenarios by name: those of the case first, then those of the folders."""
    folder = shipped_folder()
    paths = [path.relative_to(folder) for path in folder.rglob(f"*{SUFFIX}")]
    kept = sorted(paths, key=lambda path: (path.parent.as_posix(), path.name))
    return [path.with_suffix("").as_posix() for path in kept if PARTS not in path.parts]


def located(given: str | os.PathLike[str], folder: str | os.PathLike[str] = "") -> str:
    """Return the path of a scenario that is given by its path, counted from a folder, or by the
    name of a shipped one.

    A file that is there wins over a name. What is neither stays a path, of which the reader says
    that it is not there. Raises InputError for what is no path.
    """
    if not isinstance(given, str | os.PathLike) or not os.fspath(given):
        raise InputError(f"expected a scenario's file or name, found {found(given)}")
    path = os.path.join(folder, given)
    name = os.fspath(given)
    if name.endswith(SUFFIX) or os.path.isabs(name) or _is_file(path):
        return path
    return str(shipped_folder() / f"{name}{SUFFIX}") if name in shipped_names() else path


def hint(given: str | os.PathLike[str], folder: str | os.PathLike[str] = "") -> str:
    """Return what may have been meant by a scenario that is not there, to end a message; its path
    counts from a folder.
    """
    name, names = os.fspath(given), shipped_names()
    stem, ending = os.path.splitext(os.path.basename(name.strip()))
    is_file = ending.casefold() in (SUFFIX, ".yml")
    stem = stem if is_file else os.path.basename(name)
    alike = [each for each in names if stem == each.rpartition("/")[2]]
    file = _file_meant(Path(folder, name))
    if is_file:
        if alike:
            return f"; the shipped scenario is called '{alike[0]}'"
        return beside(name, folder)
    if file == f"{stem}{SUFFIX}":
        return f"; did you mean '{name}{SUFFIX}'?"
    near = alike[0] if alike else nearest(name, names)
    meant = f"; did you mean '{near}'?" if near else "; `sim list` lists them"
    return f", and no shipped scenario has this name{meant}"


def beside(given: str | os.PathLike[str], folder: str | os.PathLike[str] = "") -> str:
    """Return which file beside one that is not there may have been meant, to end a message."""
    file = _file_meant(Path(folder, given))
    return f"; did you mean '{Path(given).with_name(file)}'?" if file else ""


def _file_meant(path: Path) -> str | None:
    """Name the scenario file beside a path that is most like it."""
    try:
        stems = [each.stem for each in path.parent.glob(f"*{SUFFIX}")]
    except OSError:
        return None
    stem = nearest(path.name.removesuffix(SUFFIX), stems)
    return stem and f"{stem}{SUFFIX}"


def _is_file(path: str) -> bool:
    return "\0" not in path and os.path.isfile(path)
