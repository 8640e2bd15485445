"""Read regular files only, exchange folders at once, and clear away what a killed run has left."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import gettempdir

_EXCHANGE = 2
"""Linux's RENAME_EXCHANGE"""
_HERE = -100
"""Linux's AT_FDCWD"""
NOT_HERE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)
"""What a system or file system says that knows no exchange."""


def opened(path: str | os.PathLike[str]) -> BufferedReader:
    """Open a regular file to read. Raises OSError, for pipes, devices and sockets too: they may
    never end, and a pipe without a writer would be waited for.
    """
    return open(path, "rb", opener=_regular)


def _regular(path: str, flags: int) -> int:
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    kind = os.fstat(handle).st_mode
    if stat.S_ISREG(kind):
        return handle
    os.close(handle)
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, "it is a directory", path)
    raise OSError(errno.EINVAL, "not a regular file", path)


def sha256(path: Path) -> str:
    """Sum up a regular file's content. Raises OSError."""
    with opened(path) as stream:
        return file_digest(stream, "sha256").hexdigest()


def exchanged(one: Path, other: Path) -> bool:
    """Exchange two paths at once, so that both are always there; False where the system cannot.

    Raises OSError where it can and fails.
    """
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if _is_linux() else None
    if call is None:
        return False
    paths = os.fsencode(one), os.fsencode(other)
    if call(_HERE, paths[0], _HERE, paths[1], _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in NOT_HERE:
        return False
    raise OSError(number, os.strerror(number), str(one))


def _is_linux() -> bool:
    return sys.platform == "linux"


def lock(folder: Path) -> int | None:
    """Lock a folder as long as the handle returned is open, or the process lives; None where the
    system has no locks.

    Raises BlockingIOError where another process holds it, OSError where it is not there.
    """
    try:
        import fcntl
    except ImportError:
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(handle)
        raise
    return handle


def fresh_folder(place: Path) -> tuple[Path, int | None]:
    """Make a hidden folder beside a place, and lock it: what is hidden and not locked was left by
    a process that is no more.

    Raises OSError.
    """
    while True:
        fresh = place.with_name(f".{place.name}.{secrets.token_hex(4)}.tmp")
        fresh.mkdir()
        with suppress(BlockingIOError, FileNotFoundError):
            # between the two, another process may take it for litter
            handle = lock(fresh)
            if fresh.exists():
                return fresh, handle


def clear_litter(place: Path) -> None:
    """Remove the hidden folders that killed processes left beside a place.

    Where such a process had moved the older folder away, and nothing stands in its place, that
    folder is put back.
    """
    hidden = re.compile(rf"\.{re.escape(place.name)}\.[0-9a-f]{{8}}\.(tmp|old)")
    with suppress(OSError):
        for entry in sorted(os.scandir(place.parent), key=lambda each: each.name):
            if hidden.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                _clear(Path(entry.path), place)


def _clear(hidden: Path, place: Path) -> None:
    with suppress(OSError):
        handle = lock(hidden)
        if handle is None:
            return
        try:
            if hidden.suffix == ".old" and not os.path.lexists(place):
                hidden.rename(place)
            else:
                shutil.rmtree(hidden)
        finally:
            os.close(handle)


def exchange(fresh: Path, place: Path) -> None:
    """Put a fresh folder in a place and remove the older one; a kill at any moment leaves the one
    or the other.

    Where the system cannot exchange them at once, the older one steps aside first, and
    `clear_litter` puts it back should the process die in between. Raises OSError.
    """
    if not os.path.lexists(place):
        fresh.rename(place)
    elif exchanged(fresh, place):
        shutil.rmtree(fresh, ignore_errors=True)
    else:
        aside = fresh.with_suffix(".old")
        place.rename(aside)
        try:
            fresh.rename(place)
        except BaseException:
            aside.rename(place)
            raise
        shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def replacing_folder(place: Path) -> Iterator[Path]:
    """Give a folder to fill that stands in the place of an older one in the end, or nowhere; what a
    kill leaves, `clear_litter` removes.

    Raises OSError.
    """
    fresh, handle = fresh_folder(place)
    try:
        yield fresh
        exchange(fresh, place)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    finally:
        if handle is not None:
            os.close(handle)


_CLEANER = 'cat > /dev/null; rm -rf -- "$0"'
"""Waits until nobody holds the other end of its input, then removes the folder."""


@contextmanager
def passing_folder(prefix: str) -> Iterator[Path]:
    """Give a folder in the system's place for such folders, which is gone in the end, and also
    when this process is killed.

    A small process of the shell watches over it, where the system has one. Raises OSError.
    """
    place = Path(gettempdir(), f"{prefix}{secrets.token_hex(8)}")
    with ExitStack() as stack:
        cleaner = _cleaner(place)
        if cleaner is not None:
            stack.enter_context(cleaner)
            # what is over needs no cleaner, and would wait for children that were forked meanwhile
            stack.callback(cleaner.kill)
        # there is nothing to clean before, and from now on somebody who does
        place.mkdir(mode=0o700)
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        yield place


def _cleaner(place: Path) -> Popen[bytes] | None:
    """Start what removes a folder when this process has gone; None where there is no shell."""
    shell = shutil.which("sh")
    words = [shell or "", "-c", _CLEANER, str(place)]
    return Popen(words, stdin=PIPE, start_new_session=True, cwd="/") if shell else None
