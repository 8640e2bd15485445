"""Read YAML 1.2 with the place of every key and value, and refuse what no scenario needs.

Plain scalars follow the YAML 1.2 core schema, as editors do: `NO`, `on` and `2014-03` are text,
`1e3` is a number, `010` is ten. Refused are duplicate keys, merge keys, tags, several documents,
and input that is too deep or too large.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

import yaml

from sim.errors import Fault, Place, ScenarioError
from sim.files.text import CONTROLS, decoded
from sim.scenario.loading.bounds import TOO_MANY, Bounds
from sim.scenario.loading.source_tree import (
    DEEPEST,
    LONGEST_NUMBER,
    Key,
    Path,
    Written,
    checked_text,
    dotted,
)

INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
NOTHING = re.compile(r"|~|null|Null|NULL")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def scalar(text: str) -> str | int | float | bool | None:
    """Read a plain scalar by the YAML 1.2 core schema; raises ValueError for a number of too many
    digits.
    """
    if NOTHING.fullmatch(text):
        return None
    if BOOLEAN.fullmatch(text):
        return text.lower() == "true"
    if NOT_FINITE.fullmatch(text):
        return float(text.replace(".", ""))
    is_integer = INTEGER.fullmatch(text)
    if not is_integer and not NUMBER.fullmatch(text):
        return text
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"a number of more than {LONGEST_NUMBER} digits")
    return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10)) if is_integer else float(text)


def read(data: bytes, file: str, bounds: Bounds | None = None) -> Written | None:
    """Read one file's bytes; None where it holds nothing. Raises ScenarioError with all faults
    found.

    `bounds` counts what is read, of other files too.
    """
    text = _text(data, file)
    _check_printable(text, file)
    return _Reader(text, file, bounds or Bounds()).document()


def read_value(text: str, file: str) -> Written:
    """Read a single value that stands outside of files, without lines. Raises ScenarioError."""
    _check_printable(text, file, has_lines=False)
    return _Reader(text, file, Bounds(), has_lines=False).document() or Written(None, Place(file))


def _text(data: bytes, file: str) -> str:
    try:
        return decoded(data, "write a scenario in YAML, and save a sheet as CSV")
    except ValueError as error:
        raise ScenarioError([Fault(Place(file), "", str(error))]) from error


def _check_printable(text: str, file: str, *, has_lines: bool = True) -> None:
    found = CONTROLS.search(text)
    if found:
        lines = text[: found.start()].split("\n")
        place = Place(file, len(lines), len(lines[-1]) + 1) if has_lines else Place(file)
        raise ScenarioError(
            [Fault(place, "", f"not plain text: character U+{ord(found.group()):04X}")]
        )


class _Reader:
    """Build the tree from the parser's events; alone in knowing PyYAML."""

    def __init__(self, text: str, file: str, bounds: Bounds, *, has_lines: bool = True) -> None:
        self.file, self.has_lines = file, has_lines
        self.events = _Loader(text)
        self.faults: list[Fault] = []
        self.anchors: dict[str, tuple[Written, int, int]] = {}
        """Anchor -> (value, values in it, levels in it)."""
        self.bounds = bounds

    def document(self) -> Written | None:
        """Read the one document. Raises ScenarioError."""
        try:
            self.events.get_event()
            written = self._only_document()
        except yaml.YAMLError as error:
            self._stop(self._place(getattr(error, "problem_mark", None)), (), _syntax(error))
        finally:
            self.events.dispose()
        if self.faults:
            raise ScenarioError(self.faults)
        return written

    def _only_document(self) -> Written | None:
        if self.events.check_event(yaml.StreamEndEvent):
            return None
        self.events.get_event()
        written, _ = self._value(self.events.get_event(), (), None)
        self.events.get_event()
        if not self.events.check_event(yaml.StreamEndEvent):
            self._stop(
                self._place(self.events.peek_event().start_mark),
                (),
                "a second document starts here; a scenario is one",
            )
        return None if written.value is None else written

    def _value(self, event: Any, path: Path, key_place: Place | None) -> tuple[Written, int]:
        """Read a value and say how many levels of mappings and lists it holds."""
        place = self._place(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor), path, place)
        before = self.bounds.values
        if event.tag not in (None, "!"):
            self.faults.append(
                Fault(place, dotted(path), f"tags are not allowed, found {event.tag}")
            )
        if isinstance(event, yaml.ScalarEvent):
            self._count(1, path, place)
            written, levels = Written(self._scalar(event, path, place), place), 0
        else:
            # a block has no mark of its own but that of its first member: its key says better where
            # it is
            written, levels = self._collection(
                event, path, place if event.flow_style or key_place is None else key_place
            )
            self._count(0 if written.value else 1, path, place)
        if event.anchor:
            self.anchors[event.anchor] = (written, self.bounds.values - before, levels)
        return written, levels

    def _alias(self, anchor: str, path: Path, place: Place) -> tuple[Written, int]:
        if anchor not in self.anchors:
            self._stop(
                place, path, f"unknown anchor '{anchor}' (text that begins with * needs quotes)"
            )
        written, size, levels = self.anchors[anchor]
        self._count(size, path, place)
        self._check_depth(len(path) + levels, path, place)
        return written, levels

    def _scalar(self, event: Any, path: Path, place: Place) -> Any:
        is_plain = event.implicit[0] and event.tag is None
        try:
            return scalar(event.value) if is_plain else checked_text(event.value)
        except ValueError as error:
            self.faults.append(Fault(place, dotted(path), str(error)))
            return None

    def _collection(self, event: Any, path: Path, place: Place) -> tuple[Written, int]:
        self._check_depth(len(path) + 1, path, place)
        return (
            self._mapping(path, place)
            if isinstance(event, yaml.MappingStartEvent)
            else self._list(path, place)
        )

    def _list(self, path: Path, place: Place) -> tuple[Written, int]:
        members: list[Written] = []
        deepest = 0
        while not isinstance(event := self.events.get_event(), yaml.SequenceEndEvent):
            member, levels = self._value(event, (*path, len(members)), None)
            members.append(member)
            deepest = max(deepest, levels)
        return Written(members, place), deepest + 1

    def _mapping(self, path: Path, place: Place) -> tuple[Written, int]:
        members: dict[Key, Written] = {}
        keys: dict[Key, Place] = {}
        deepest = 0
        while not isinstance(event := self.events.get_event(), yaml.MappingEndEvent):
            key, key_place = self._key(event, path)
            member, levels = self._value(self.events.get_event(), (*path, key), key_place)
            deepest = max(deepest, levels)
            if key in keys:
                first = f"; first in line {keys[key].line}" if self.has_lines else ""
                self.faults.append(
                    Fault(key_place, dotted((*path, key)), f"key '{key}' is given twice{first}")
                )
                continue
            members[key], keys[key] = member, key_place
        return Written(members, place, keys), deepest + 1

    def _key(self, event: Any, path: Path) -> tuple[Key, Place]:
        place = self._place(event.start_mark)
        if not isinstance(event, yaml.ScalarEvent):
            self._stop(
                place, path, "a key must be a name or a year, found a mapping, a list or an alias"
            )
        if event.implicit[0] and event.value == "<<":
            self.faults.append(
                Fault(
                    place,
                    dotted(path),
                    "merge keys (<<) are not allowed; use extends, or an alias for the whole value",
                )
            )
        key = self._scalar(event, path, place)
        if isinstance(key, bool) or not isinstance(key, (str, int)):
            self.faults.append(
                Fault(
                    place,
                    dotted(path),
                    f"a key must be a name or a year, found {event.value or 'nothing'}",
                )
            )
            return str(event.value), place
        return key, place

    def _count(self, values: int, path: Path, place: Place) -> None:
        if not self.bounds.add(values):
            self._stop(place, path, TOO_MANY)

    def _check_depth(self, levels: int, path: Path, place: Place) -> None:
        if levels > DEEPEST:
            self._stop(place, path[:3], f"more than {DEEPEST} levels deep")

    def _place(self, mark: Any) -> Place:
        return (
            Place(self.file, mark.line + 1, mark.column + 1)
            if mark and self.has_lines
            else Place(self.file)
        )

    def _stop(self, place: Place, path: Path, message: str) -> NoReturn:
        raise ScenarioError([*self.faults, Fault(place, dotted(path), message)])


_HINTS = {
    "while scanning an alias": " (text that begins with * needs quotes)",
    "while scanning for the next token": (
        " (indent by spaces, not tabs; text that begins with @, ` or % needs quotes)"
    ),
    "mapping values are not allowed in this context": (
        " (text with a colon needs quotes; the keys of a mapping begin in one column)"
    ),
}
"""What the parser was at, or found -> what most likely mends it."""


def _syntax(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    context = getattr(error, "context", None)
    hint = next((hint for part, hint in _HINTS.items() if part in (context, problem)), "")
    return f"not valid YAML: {', '.join(part for part in (context, problem) if part)}{hint}"
