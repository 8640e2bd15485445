"""Hold a scenario as it was written: plain values, each with the place where it stands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, cast

from sim.errors import Fault, Place, ScenarioError
from sim.files.text import CONTROLS
from sim.scenario.suggestions import on_one_line

Key = str | int
Path = tuple[Key, ...]
"""The keys and list positions that lead to a value."""
Known = Mapping[str, Collection[str] | None]
"""Noun -> the names that the scenario gives; None where nothing can be said."""

DEEPEST = 40
"""Levels of mappings and lists in one another; deeper input is refused."""
LONGEST_NUMBER = 300
"""Digits; ten to the power of 300 is still a number that a float can hold."""


class Bulk(ABC):
    """Stand for a mapping that came from tables: right by itself, so that its members need be
    written out only where somebody asks for one of them.
    """

    @property
    @abstractmethod
    def plain(self) -> Any:
        """Give what stands for it in a scenario."""

    @property
    @abstractmethod
    def written(self) -> Written:
        """Write all members out."""

    @property
    @abstractmethod
    def names(self) -> Iterable[Key]:
        """List the names of its members."""

    @abstractmethod
    def strange(self, known: Known) -> tuple[Written, int]:
        """Write out the rows that are wrong or name something unknown, of very many the first; also
        count the others.
        """


class Entities(Bulk):
    """Stand for entities that are mappings, as a file would have them; others may be laid over
    them, and get titles where they have none.
    """

    titles: list[Titles]

    @property
    @abstractmethod
    def plain(self) -> dict[Key, Any]:
        """Give the entities by name, each a mapping of keys."""

    @property
    @abstractmethod
    def given(self) -> frozenset[tuple[str, Key]]:
        """List the keys that they have: where, as `factories.*.lines.*`, and which."""

    def give_titles(self, titles: Titles) -> None:
        """Let titles be those of the entities that have none."""
        self.titles.append(titles)
        for name, title in titles.texts.items():
            if name in self.plain:
                self.plain[name].setdefault("title", title)


@dataclass(frozen=True)
class Titles:
    """Hold what may be the titles of the entities of a block."""

    path: Path
    """Where the block stands"""
    texts: Mapping[Key, str]
    """Name -> title"""
    place: Callable[[Key], Place]
    """Says where the title of a name stands"""

    def give(self, block: Written) -> None:
        """Let them be those of the entities written out that have none."""
        for name, title in self.texts.items():
            node = block.members.get(name)
            if node and node.mapping is not None and "title" not in node.mapping:
                node.mapping["title"] = Written(title, self.place(name))


@dataclass(frozen=True, slots=True)
class Written:
    """Hold a value and its place; members of mappings and lists are Written themselves."""

    value: Any
    """A scalar, a dict of Key -> Written or a Bulk that stands for one, or a list of Written."""
    place: Place
    keys: Mapping[Key, Place] = field(default_factory=dict)
    """Where each key of a mapping stands."""
    implied: bool = False
    """Whether the one key of this mapping was left out in the file: `25` for `{units: 25}`."""

    @property
    def mapping(self) -> dict[Key, Written] | None:
        """Give the mapping, or None where this is none."""
        if isinstance(self.value, dict):
            return self.value
        return self.in_full.mapping if isinstance(self.value, Bulk) else None

    @property
    def members(self) -> dict[Key, Written]:
        """Give what stands in a mapping or list, by key or position; nothing for a scalar."""
        if isinstance(self.value, dict):
            return self.value
        if isinstance(self.value, list):
            return dict(enumerate(self.value))
        return self.mapping or {}

    @property
    def names(self) -> Iterable[Key] | None:
        """List the keys of a mapping, or None where this is none."""
        return self.value.names if isinstance(self.value, Bulk) else self.mapping

    @property
    def in_full(self) -> Written:
        """Give this with all of its members written out."""
        return self.value.written if isinstance(self.value, Bulk) else self

    def key_place(self, key: Key) -> Place:
        """Say where a key stands; the place of the mapping where it has no such key."""
        return self.in_full.keys.get(key, self.place)

    def changed(
        self, members: Mapping[Key, Written], keys: Mapping[Key, Place] | None = None
    ) -> Written:
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
    return written.value.plain if isinstance(written.value, Bulk) else written.value


def from_python(data: object, place: Place) -> Written:
    """Take plain Python data as if it had been written at one place.

    Raises ScenarioError for what no file could hold.
    """
    faults: list[Fault] = []
    written = _taken(data, place, (), faults)
    if faults:
        raise ScenarioError(faults)
    return written


def _taken(data: object, place: Place, path: Path, faults: list[Fault]) -> Written:
    if _is_number(data):
        # as most values are; to ask what else they might be takes twice as long
        return Written(data, place)
    if not isinstance(data, Mapping) and not _is_list(data):
        return Written(_taken_scalar(data, place, path, faults), place)
    if len(path) >= DEEPEST:
        faults.append(Fault(place, dotted(path[:3]), f"more than {DEEPEST} levels deep"))
        return Written(None, place)
    if not isinstance(data, Mapping):
        several = enumerate(cast(Sequence[object], data))
        return Written([_taken(each, place, (*path, at), faults) for at, each in several], place)
    return _taken_mapping(data, place, path, faults)


def _taken_mapping(
    data: Mapping[Any, object], place: Place, path: Path, faults: list[Fault]
) -> Written:
    members: dict[Key, Written] = {}
    for key, value in data.items():
        if isinstance(key, bool) or not isinstance(key, (str, int)):
            faults.append(
                Fault(place, dotted(path), f"a key must be a name or a year, found {key!r}")
            )
        else:
            if isinstance(key, str):
                _taken_text(key, place, path, faults)
            members[key] = _taken(value, place, (*path, key), faults)
    return Written(members, place, dict.fromkeys(members, place))


def _is_number(data: object) -> bool:
    """Tell whether it is one of Python's own numbers that a scenario takes as it is."""
    return type(data) is float or (type(data) is int and abs(data) < 10**LONGEST_NUMBER)


def _is_list(data: object) -> bool:
    return isinstance(data, Sequence) and not isinstance(data, (str, bytes))


def _taken_scalar(data: object, place: Place, path: Path, faults: list[Fault]) -> object:
    if data is None or isinstance(data, bool):
        return data
    if isinstance(data, str):
        return _taken_text(str(data), place, path, faults)
    if isinstance(data, Integral) and abs(int(data)) < 10**LONGEST_NUMBER:
        return int(data)
    if isinstance(data, Real) and not isinstance(data, Integral):
        return float(data)
    what = (
        f"a number of more than {LONGEST_NUMBER} digits"
        if isinstance(data, Integral)
        else f"a value of type {type(data).__name__} cannot stand in a scenario"
    )
    faults.append(Fault(place, dotted(path), what))
    return None


def _taken_text(text: str, place: Place, path: Path, faults: list[Fault]) -> str:
    try:
        return checked_text(text)
    except ValueError as error:
        faults.append(Fault(place, dotted(path), str(error)))
        return ""


def checked_text(text: str) -> str:
    """Return text in which a scenario may have every character: no control characters, which a
    terminal would obey, and no halves of surrogate pairs, which no file can hold.

    Raises ValueError that names the first one.
    """
    found = CONTROLS.search(text)
    if found:
        raise ValueError(f"text with the control character U+{ord(found.group()):04X}")
    return text


def dotted(path: Path) -> str:
    """Write a path as the user does: `factories.klimov.lines`."""
    return on_one_line(".".join(map(str, path)))
