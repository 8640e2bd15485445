"""Hold a scenario as it was written: plain values, each with the place where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sim.errors import Fault, Place

Key = str | int
Path = tuple[Key, ...]
"""The keys and list positions that lead to a value."""

DEEPEST = 40
"""Levels of mappings and lists in one another; deeper input is refused."""


@dataclass(frozen=True, slots=True)
class Written:
    """Hold a value and its place; members of mappings and lists are Written themselves."""

    value: Any
    """A scalar, a dict of Key -> Written, or a list of Written."""
    place: Place
    keys: Mapping[Key, Place] = field(default_factory=dict)
    """Where each key of a mapping stands."""
    implied: bool = False
    """Whether the one key of this mapping was left out in the file: `25` for `{units: 25}`."""

    @property
    def mapping(self) -> dict[Key, Written] | None:
        """Give the mapping, or None where this is none."""
        return self.value if isinstance(self.value, dict) else None

    @property
    def members(self) -> dict[Key, Written]:
        """Give what stands in a mapping or list, by key or position; nothing for a scalar."""
        if isinstance(self.value, list):
            return dict(enumerate(self.value))
        return self.mapping or {}

    def key_place(self, key: Key) -> Place:
        """Say where a key stands; the place of the mapping where it has no such key."""
        return self.keys.get(key, self.place)

    def changed(self, members: Mapping[Key, Written], keys: Mapping[Key, Place] | None = None) -> Written:
        """Copy this mapping or list with other members."""
        if isinstance(self.value, list):
            return Written(list(members.values()), self.place)
        return Written(dict(members), self.place, self.keys if keys is None else keys)


def bare(written: Written) -> Any:
    """Drop the places: plain dicts, lists and scalars."""
    if isinstance(written.value, dict):
        return {key: bare(member) for key, member in written.value.items()}
    if isinstance(written.value, list):
        return [bare(member) for member in written.value]
    return written.value


def from_python(data: object, place: Place, faults: list[Fault], path: Path = ()) -> Written:
    """Take plain Python data as if it had been written at one place; adds to `faults` what no file could hold."""
    if isinstance(data, Mapping):
        if _is_too_deep(path, place, faults):
            return Written(None, place)
        faults += [
            Fault(place, dotted(path), f"a key must be a name or a year, found {key!r}")
            for key in data
            if isinstance(key, bool) or not isinstance(key, (str, int))
        ]
        members = {key: from_python(value, place, faults, (*path, key)) for key, value in data.items()}
        return Written(members, place, dict.fromkeys(members, place))
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        if _is_too_deep(path, place, faults):
            return Written(None, place)
        return Written([from_python(value, place, faults, (*path, index)) for index, value in enumerate(data)], place)
    return Written(data, place)


def _is_too_deep(path: Path, place: Place, faults: list[Fault]) -> bool:
    if len(path) < DEEPEST:
        return False
    faults.append(Fault(place, dotted(path[:3]), f"more than {DEEPEST} levels deep"))
    return True


def dotted(path: Path) -> str:
    """Write a path as the user does: `factories.klimov.lines`."""
    return ".".join(map(str, path))
