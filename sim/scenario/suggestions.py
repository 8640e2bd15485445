"""Say what was found and what was meant, in the words of the one who wrote it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MOST_LISTED = 20
"""Names that a message lists when none is near; of more, none."""
MOST_MEANT = 10
"""Misspelt names of a scenario of which it is said what may have been meant."""


def nearest(name: object, known: Iterable[object]) -> str | None:
    """Find the known name that is most like this one, whatever the case; None when none is."""
    by_folded = {str(each).casefold(): str(each) for each in known}
    found = difflib.get_close_matches(str(name).casefold(), by_folded, n=1)
    return by_folded[found[0]] if found else None


def meant(name: object, known: Iterable[object], listing: str = "known") -> str:
    """Write what may have been meant, to end a message: the nearest name, or all of them when they
    are few.
    """
    names = [str(each) for each in known]
    near = nearest(name, names)
    if near:
        return f"; did you mean '{near}'?"
    return f"; {listing}: {', '.join(names)}" if 0 < len(names) <= MOST_LISTED else ""


class Speller:
    """Say what may have been meant by the first few names only: to look for what is most like a
    name takes a while where many are known.
    """

    def __init__(self, most: int = MOST_MEANT) -> None:
        self.left = most

    def unknown(self, what: str, name: object, known: Iterable[object]) -> str:
        """Write that a name refers to nothing and, of the first few, what may have been meant."""
        self.left -= 1
        return unknown(what, name, known) if self.left >= 0 else f"unknown {what} '{name}'"


def unknown(what: str, name: object, known: Iterable[object]) -> str:
    """Write that a name refers to nothing: `unknown state 'RSU'; did you mean 'RUS'?`."""
    return f"unknown {what} '{name}'{meant(name, known)}"


def listed(names: Sequence[str], last: str = "or") -> str:
    """Write a choice: `a, b or c`."""
    return f" {last} ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def found(value: Any) -> str:
    """Describe a value that stands where it should not."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value) if len(repr(value)) <= 40 else "a very long number"
    if isinstance(value, str):
        value = on_one_line(value)
        return f"text '{value}'" if len(value) <= 40 else f"text '{value[:37]}...'"
    return "a mapping" if isinstance(value, dict) else "a list"


def comma_hint(key: object, value: object, members: Mapping[Any, Any]) -> str:
    """Write, of a whole number that stands as a key without a value, what was meant by a decimal
    comma: `{x: 1,5}` has the keys x and 5, `{x: 1.000,5}` too. Empty where it is none.

    `members` holds the plain values around it, in their order.
    """
    before = dict(zip([*members][1:], members.items(), strict=False)).get(key)
    if not before or not isinstance(key, int) or key < 0 or value is not None:
        return ""
    name, whole = before
    if isinstance(whole, float):
        return "a key without a value; decimals take a point, thousands nothing between them"
    if not isinstance(whole, int) or isinstance(whole, bool):
        return ""
    told = f"a key without a value; did you mean {name}: {whole}.{key}"
    if whole and key in (0, *range(100, 1000)):
        return f"{told}, or {whole}{key:03}? decimals take a point, thousands nothing between them"
    return f"{told}? decimals take a point"


def share_hint(value: object) -> str:
    """Say how a share is written, of a text that ends in a per cent sign; empty for all else."""
    is_share = isinstance(value, str) and value.rstrip().endswith("%")
    return "; write a share as 0.12" if is_share else ""


def kind_of(value: Any) -> str:
    """Describe a value without showing it: it may stand in a file that is none of ours."""
    return "text" if isinstance(value, str) else found(value)


def on_one_line(text: str) -> str:
    """Write out line breaks and what else cannot be printed, so that a fault stays on its line."""
    return (
        text
        if text.isprintable()
        else "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
    )
