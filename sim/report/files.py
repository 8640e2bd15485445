"""Put a folder of results in its place whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sim.errors import InputError

MANIFEST = "manifest.json"


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
    result stays as it was. Raises InputError where the target holds what is not ours, or cannot be
    written.
    """
    place = Path(os.path.realpath(target))
    fresh = place.with_name(f".{place.name}.{secrets.token_hex(4)}.tmp")
    made: list[Path] = []
    try:
        _refuse_foreign(place, str(target))
        made = _make_parents(place.parent)
        fresh.mkdir()
        yield fresh
        _exchange(fresh, place)
    except BaseException as error:
        shutil.rmtree(fresh, ignore_errors=True)
        for parent in reversed(made):
            with suppress(OSError):
                parent.rmdir()
        if isinstance(error, OSError):
            raise InputError(f"{target}: cannot write: {error.strerror or error}") from error
        raise


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of a result folder; None where there is none of ours."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return (
        manifest
        if isinstance(manifest, dict)
        and "sim" in manifest
        and isinstance(manifest.get("files"), dict)
        else None
    )


def _refuse_foreign(place: Path, shown: str) -> None:
    if not os.path.lexists(place):
        return
    if not place.is_dir():
        raise InputError(f"{shown}: is a file; give a folder")
    if Path.cwd().is_relative_to(place):
        raise InputError(f"{shown}: is the current folder or holds it; give a folder inside it")
    manifest = read_manifest(place)
    ours = {MANIFEST, *manifest["files"]} if manifest else set()
    foreign = next((name for name in _files_below(place) if name not in ours), None)
    if foreign and manifest:
        raise InputError(
            f"{shown}: holds {foreign}, which is not of the result that stands there; move it, or"
            " give another folder"
        )
    if foreign:
        raise InputError(
            f"{shown}: is not empty and not a result folder (it holds {foreign}); give another"
            " folder"
        )


def _files_below(folder: Path) -> Iterator[str]:
    """Name the files below a folder, one by one: it may be a large one of somebody else's. Raises
    OSError.
    """

    def fail(error: OSError) -> None:
        raise error

    for parent, folders, names in os.walk(folder, onerror=fail):
        folders.sort()
        yield from (Path(parent, name).relative_to(folder).as_posix() for name in sorted(names))


def _make_parents(folder: Path) -> list[Path]:
    """Make a folder with its parents; list those that were not there, outermost first."""
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()][::-1]
    for parent in missing:
        parent.mkdir(exist_ok=True)
    return missing


def _exchange(fresh: Path, place: Path) -> None:
    """Put the fresh folder in its place; the old one steps aside and goes last."""
    if not place.exists():
        fresh.rename(place)
        return
    aside = fresh.with_suffix(".old")
    place.rename(aside)
    try:
        fresh.rename(place)
    except BaseException:
        aside.rename(place)
        raise
    shutil.rmtree(aside, ignore_errors=True)
