"""Give the codes of a table names that a scenario can have: `C10-C12` is `C10_C12`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_OTHER = re.compile(r"[^A-Za-z0-9]+")


_NO_STATE = re.compile("'([^']*)' is not a state's name")
_UNKNOWN_STATE = re.compile("unknown state( or bloc)? '")


def name_of(code: str, *, capitals: bool = False) -> str:
    """Return the name that a code gets: without accents, `_` for what is neither letter nor digit,
    and `c` before a digit.

    A code that is a name stays as it is. `capitals` is for states, whose names have no small
    letters. Empty where no letter or digit is left.
    """
    if _NAME.fullmatch(code):
        return code
    folded = unicodedata.normalize("NFKD", code).encode("ascii", "ignore").decode()
    name = _OTHER.sub("_", folded).strip("_")
    name = f"c{name}" if name[:1].isdigit() else name
    return name.upper() if capitals else name


@dataclass
class Codes:
    """Remember which code became which name, so that no two become the same."""

    given: Mapping[str, str] = field(default_factory=dict)
    """Code -> name, as the scenario says"""
    made: dict[str, str] = field(default_factory=dict)
    """Name -> the code that it was made of"""

    def name(self, code: str, *, capitals: bool = False) -> str:
        """Return the name of a code. Raises ValueError where it cannot have one of its own."""
        if code in self.given:
            return self.given[code]
        name = name_of(code, capitals=capitals)
        if name == code:
            return name
        if not name:
            raise ValueError(f"'{code}' has no letter or digit for a name; give it one by names")
        first = self.made.setdefault(name, code)
        if first != code:
            raise ValueError(
                f"codes '{first}' and '{code}' both become '{name}'; give one of them a name by"
                " names"
            )
        return name


def naming_hint(message: str) -> str:
    """Say how a table's code gets another name, to end a message that a state cannot be called, or
    is not called, so; empty of all else.
    """
    if found := _NO_STATE.search(message):
        # what has small letters is the code itself
        code, name = found[1], found[1].upper()[:20]
        return "; give it one by names" + (f": {{{code}: {name}}}" if code != name else "")
    is_strange = _UNKNOWN_STATE.match(message) and not message.endswith("?")
    return "; names gives codes other names" if is_strange else ""
