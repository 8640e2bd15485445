"""Watch the files of a scenario, so that what is shown is what stands on the disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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


@dataclass(eq=False)
class Source:
    """Hold a scenario file, and its controls as the file was when they were last asked for."""

    path: str
    rank: Rank
    _files: list[str] = field(default_factory=list)
    _stamp: Stamp = ()
    _version: str = ""
    _menus: dict[str, Menu] = field(default_factory=dict)

    def version(self) -> str:
        """Return what tells one state of the files from another. Raises ScenarioError."""
        if not self._files or _stamp(self._files) != self._stamp:
            self._files = files_of(self.path)
            self._stamp = _stamp(self._files)
            self._version = _digest(self._files)
        return self._version

    def menu(self) -> Menu:
        """Return the controls of the scenario as it is now. Raises ScenarioError."""
        version = self.version()
        if version not in self._menus:
            ranking = self.rank(self.path, version)
            self._menus = {version: menu(load(self.path), ranking)}
        return self._menus[version]


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
