"""Put a folder of results in its place whole or not at all, and see that what stands in one is as
it was written.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from itertools import islice
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.files.disk import clear_litter, exchange, fresh_folder, opened, sha256

MANIFEST = "manifest.json"
MOST_NAMED = 5
"""Files that a message names."""

_IS_CHECKED: ContextVar[bool] = ContextVar("is_checked", default=True)


def check_target(target: str | os.PathLike[str]) -> None:
    """Refuse a folder that cannot be written or that holds what is not ours, before any work is
    done.

    Raises InputError. Leaves nothing behind.
    """
    with suppress(_TrialOverError), replaced(target):
        raise _TrialOverError


class _TrialOverError(Exception):
    """End a trial of `replaced` as any failure would."""


@contextmanager
def replaced(target: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a new folder to fill; in the end it stands in the target's place.

    On any failure, an interrupt and a full disk included, the new folder is removed and an older
    result stays as it was; what a killed process left beside it is cleared away. Raises InputError
    where the target holds what is not ours, or cannot be written.
    """
    place = Path(os.path.realpath(target))
    made: list[Path] = []
    fresh, handle = None, None
    try:
        clear_litter(place)
        _refuse_foreign(place, str(target))
        made = _make_parents(place.parent)
        fresh, handle = fresh_folder(place)
        yield fresh
        _drop_empty_folders(fresh)
        # the run may have taken hours
        _refuse_foreign(place, str(target))
        exchange(fresh, place)
    except BaseException as error:
        if fresh:
            shutil.rmtree(fresh, ignore_errors=True)
        for parent in reversed(made):
            with suppress(OSError):
                parent.rmdir()
        if isinstance(error, OSError):
            raise InputError(f"{target}: cannot write: {error.strerror or error}") from error
        raise
    finally:
        if handle is not None:
            os.close(handle)


@contextmanager
def unchecked() -> Iterator[None]:
    """Read folders meanwhile without comparing their files with the hashes in their manifests."""
    before = _IS_CHECKED.set(False)
    try:
        yield
    finally:
        _IS_CHECKED.reset(before)


def check_folder(folder: Path) -> None:
    """See that the files of a result or a study are those that its manifest lists.

    Raises InputError with the names of those that are not, or where the manifest cannot be read.
    A folder without a manifest, and all within `unchecked`, pass.
    """
    path = folder / MANIFEST
    if not _IS_CHECKED.get() or not path.exists():
        return
    manifest = _read_json(path)
    listed = _hashes(manifest)
    if listed is None:
        raise InputError(f"{path}: is damaged, or not of sim; {_GO_ON}")
    wrong = list(islice(_differing(folder, listed), MOST_NAMED + 1))
    if wrong:
        raise InputError(
            f"{folder}: {_named(wrong)}: not as the run wrote it, by the hashes in {MANIFEST};"
            f" {_GO_ON}"
        )


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn whatever a damaged file does to its reader into an InputError that names the file."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0] or "unreadable"
        raise InputError(f"{path}: is damaged, or not of sim: {reason}") from error


_GO_ON = "run it again, or go on all the same with --unchecked (sim.unchecked)"


def _differing(folder: Path, listed: Mapping[str, str]) -> Iterator[str]:
    for name, expected in listed.items():
        try:
            found = sha256(folder / name)
        except (OSError, ValueError):
            yield f"{name} (cannot be read)"
        else:
            if found != expected:
                yield f"{name} (changed)"


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of a result folder; None where there is none of ours."""
    manifest = _read_json(folder / MANIFEST)
    is_ours = isinstance(manifest, dict) and "sim" in manifest
    return manifest if is_ours and isinstance(manifest.get("files"), dict) else None


def hashes_in(folder: Path) -> Mapping[str, str]:
    """Return the hashes that a folder's manifest lists; empty where there is no manifest."""
    return _hashes(_read_json(folder / MANIFEST)) or {}


def _read_json(path: Path) -> Any:
    """Read a JSON file; None where that fails."""
    try:
        with opened(path) as stream:
            return json.loads(stream.read().decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def _hashes(manifest: Any) -> dict[str, str] | None:
    """Return the hashes that the manifest of a result or of a study lists; None where it is
    neither.
    """
    if not isinstance(manifest, dict) or "sim" not in manifest:
        return None
    found = manifest.get("files", manifest.get("sha256"))
    return found if isinstance(found, dict) else None


def _refuse_foreign(place: Path, shown: str) -> None:
    if not place.name:
        raise InputError(f"{shown}: is the top of the file system; give a folder in it")
    if not os.path.lexists(place):
        return
    _refuse_place(place, shown)
    manifest = read_manifest(place)
    ours = {MANIFEST: "", **manifest["files"]} if manifest else {}
    foreign = list(islice(_foreign(place, ours), MOST_NAMED + 1))
    if foreign and manifest:
        which = "which is not" if len(foreign) == 1 else "which are not"
        raise InputError(
            f"{shown}: holds {_named(foreign)}, {which} of the result that stands there; move it,"
            " or give another folder"
        )
    if foreign:
        raise InputError(
            f"{shown}: is not empty and not a result folder (it holds {_named(foreign)}); give"
            " another folder"
        )


def _refuse_place(place: Path, shown: str) -> None:
    """Refuse what is no folder, or a folder that another cannot stand in for."""
    if not place.is_dir():
        raise InputError(f"{shown}: is a file; give a folder")
    if os.path.ismount(place):
        raise InputError(f"{shown}: another file system begins here; give a folder inside it")
    if Path.cwd().is_relative_to(place):
        raise InputError(f"{shown}: is the current folder or holds it; give a folder inside it")


def _named(names: list[str]) -> str:
    more = ["others"] if len(names) > MOST_NAMED else []
    return ", ".join([*names[:MOST_NAMED], *more])


def _foreign(folder: Path, ours: Mapping[str, str]) -> Iterator[str]:
    """Name what stands in a folder and is not ours as we wrote it, one by one: it may be a large
    folder of somebody else's. Raises OSError.
    """
    for name in _entries(folder):
        if name not in ours:
            yield name
        elif changed := _change(folder / name, ours[name]):
            yield name + changed


def _entries(folder: Path) -> Iterator[str]:
    """Name all files and links below a folder, and folders that hold nothing, as `name/`. Raises
    OSError.
    """
    for parent, folders, names in _walk(folder):
        prefix = parent.relative_to(folder)
        if parent != folder and not folders and not names:
            yield f"{prefix.as_posix()}/"
        links = [name for name in folders if (parent / name).is_symlink()]
        yield from ((prefix / name).as_posix() for name in [*links, *sorted(names)])


def _change(path: Path, expected: str) -> str:
    """Say how a file differs from the one that we wrote; nothing where it does not."""
    if path.is_symlink():
        return " (a link)"
    return " (changed)" if expected and sha256(path) != expected else ""


def _walk(folder: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    def fail(error: OSError) -> None:
        raise error

    for parent, folders, names in os.walk(folder, onerror=fail):
        folders.sort()
        yield Path(parent), folders, names


def _drop_empty_folders(folder: Path) -> None:
    """Remove folders that hold nothing."""
    for parent, _, _ in os.walk(folder, topdown=False):
        if Path(parent) != folder and not os.listdir(parent):
            os.rmdir(parent)


def _make_parents(folder: Path) -> list[Path]:
    """Make a folder with its parents; list those that were not there, outermost first."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()][::-1]
    for parent in missing:
        parent.mkdir(exist_ok=True)
    return missing
