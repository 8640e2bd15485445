"""Turn the cells of a row into values: numbers with what is said of them, names, lists, texts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sim.errors import Place
from sim.scenario.loading.source_tree import Key, Written
from sim.scenario.quantity import MONTH
from sim.scenario.suggestions import found
from sim.scenario.tables.codes import Codes, name_of
from sim.scenario.tables.columns import Target
from sim.scenario.tables.levels import OF_NAMES, OF_STATES, Leaf
from sim.scenario.tables.numbers import number
from sim.scenario.tables.table import Table

BETWEEN = "|"
"""What stands between several names, or numbers, in one cell."""


@dataclass(frozen=True)
class Values:
    """Read cells as a table's spec says they are written."""

    spec: Table
    codes: Codes
    at: Written
    """The spec as written"""
    is_text: bool
    """Whether the file is text; else its numbers have a point and nothing between thousands"""

    def read(self, text: str, leaf: Leaf, target: Target, place: Place) -> Written:
        """Read a cell that is no blank. Raises ValueError that says what is wrong with it."""
        if leaf.kind == "list" and text not in leaf.words:
            parts = [self._named(each.strip(), target) for each in text.split(BETWEEN)]
            is_list = len(parts) > 1 or not leaf.or_one
            return (
                Written([Written(each, place) for each in parts], place)
                if is_list
                else Written(parts[0], place)
            )
        if leaf.kind == "numbers":
            given = [
                Written(self._number(each.strip(), target), place) for each in text.split(BETWEEN)
            ]
            return Written([self.quantity({"value": each}, is_rate=False) for each in given], place)
        return Written(self._scalar(text, leaf, target), place)

    def _scalar(self, text: str, leaf: Leaf, target: Target) -> str | float | bool:
        if leaf.kind == "flag":
            if text.lower() not in ("true", "false"):
                raise ValueError(f"expected true or false, found {found(text)}")
            return text.lower() == "true"
        if text in leaf.words or (leaf.or_month and MONTH.fullmatch(text)):
            return text
        if leaf.is_number(target.part):
            return self._number(text, target)
        return self._named(text, target)

    def _number(self, text: str, target: Target) -> float:
        if not self.is_text or target.cells.column is None:
            read = number(text)
        else:
            read = number(text, self.spec.decimal, self.spec.thousands)
        return read * self.spec.scale.get(target.stem, 1)

    def _named(self, text: str, target: Target) -> str:
        key = str(target.path[-1]) if target.path and target.part == "value" else target.part
        if text == "*" or key not in OF_NAMES:
            return text
        return self.codes.name(text, capitals=key in OF_STATES)

    def member(self, text: str, key: str) -> Key:
        """Name a member of a level whose names stand in a column `key`. Raises ValueError."""
        if key == "year" and text.isascii() and text.isdecimal():
            return int(text[:9])
        if key in ("year", "month"):
            return text
        return self.codes.name(text, capitals=key in OF_STATES)

    def part(self, text: str) -> str:
        """Give a part of a name that is made of several; what is no code is told of elsewhere."""
        names = ["all" if each == "*" else each for each in text.split(BETWEEN)]
        return "_".join(self.spec.names.get(each) or name_of(each) or "_" for each in names)

    def quantity(self, parts: Mapping[str, Written], *, is_rate: bool) -> Written:
        """Put a number together from what columns and spec say of it: bare where that is all."""
        place = next(iter(parts.values())).place
        given = dict(parts)
        for key, text in self.said(parts, is_rate=is_rate).items():
            given[key] = Written(text, self.at.members[key].place)
        if given.keys() == {"value"}:
            return given["value"]
        return Written(given, place, {key: each.place for key, each in given.items()})

    def said(self, parts: Collection[str], *, is_rate: bool) -> Mapping[str, str]:
        """Give what the spec says of a number, beside the parts that are given of it."""
        if "value" not in parts:
            return {}
        has_source = self.spec.source or "source" in parts
        own = {
            "source": self.spec.source,
            "confidence": self.spec.confidence if has_source else None,
            "per": self.spec.per if is_rate and self.spec.per != "month" else None,
        }
        return {key: text for key, text in own.items() if text is not None and key not in parts}
