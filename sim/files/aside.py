"""Write a file aside and put it in its place, so that whoever reads finds the old one or the new,
whole, whatever becomes of the process that writes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_ASIDE = ".{}.tmp"


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """Give a place to write a file at, from which it takes its own in the end, or nowhere.

    Raises OSError.
    """
    fresh = path.with_name(_ASIDE.format(path.name))
    try:
        yield fresh
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write that stands in the place of another in the end, or nowhere; it is on
    the disk by then. Raises OSError.
    """
    with aside(path) as fresh, fresh.open("w+b") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


def replace_file(path: Path, text: str) -> None:
    """Write a file aside and put it in its place. Raises OSError."""
    replace_parts(path, [text])


def replace_parts(path: Path, parts: Iterable[str]) -> None:
    """Write a file aside, part by part, and put it in its place. Raises OSError."""
    with replacing(path) as stream:
        for part in parts:
            stream.write(part.encode())


def is_aside(path: Path) -> bool:
    """Tell whether a file is one that a process began to write aside and died."""
    return path.name.startswith(".") and path.name.endswith(".tmp")


def clear_asides(folder: Path) -> None:
    """Remove the files that killed processes have left aside in a folder, which must be locked."""
    for path in folder.rglob(_ASIDE.format("*")):
        if not path.is_dir():
            path.unlink(missing_ok=True)
