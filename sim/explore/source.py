"""Watch the files of a scenario, so that what is shown is what stands on the disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sim.engine.load import load
from sim.errors import InputError
from sim.explore.menu import Menu, menu
from sim.files.disk import opened
from sim.scenario.loading.load import files_of

Stamp = tuple[tuple[str, int, int], ...]
"""(file, its time of change, its size) of each file of a scenario"""
Rank = Callable[[str, str], Sequence[str]]
"""(path, version) -> paths of numbers, the most important first"""


@dataclass(frozen=True)
class Disk:
    """Hold how a scenario's files stood when they were looked at."""

    files: Sequence[str]
    stamp: Stamp
    version: str
    """What tells one state of the files from another"""


@dataclass(frozen=True)
class Known:
    """Hold the controls of a scenario with the version of its files that they were made of."""

    version: str
    menu: Menu


@dataclass(eq=False)
class Source:
    """Hold a scenario file, and its controls as the file was when they were last asked for.

    Several threads ask at once. What they share is replaced as a whole and never changed, so that
    none finds the stamp of one state of the files beside the version of another.
    """

    path: str
    rank: Rank
    _disk: Disk | None = None
    _known: Known | None = None

    def version(self) -> str:
        """Return what tells one state of the files from another. Raises ScenarioError."""
        disk = self._disk
        if disk is None or _stamp(disk.files) != disk.stamp:
            files = files_of(self.path)
            disk = self._disk = Disk(files, _stamp(files), _digest(files))
        return disk.version

    def known(self) -> Known:
        """Return the controls of the scenario as it is now. Raises ScenarioError."""
        version, known = self.version(), self._known
        if known is None or known.version != version:
            ranking = self.rank(self.path, version)
            known = self._known = Known(version, menu(load(self.path), ranking))
        return known


def _stamp(files: Sequence[str]) -> Stamp:
    found = []
    for file in files:
        try:
            known = os.stat(file)
            found.append((file, known.st_mtime_ns, known.st_size))
        except OSError:
            found.append((file, 0, 0))
    return tuple(found)


def _digest(files: Sequence[str]) -> str:
    whole = sha256()
    for file in files:
        try:
            with opened(file) as stream:
                whole.update(sha256(stream.read()).digest())
        except OSError as error:
            raise InputError(f"{file}: cannot be read: {error.strerror or error}") from error
    return whole.hexdigest()[:16]
