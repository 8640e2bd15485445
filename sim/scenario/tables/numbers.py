"""Read numbers as people and statistics offices write them."""

from __future__ import annotations

import re
from functools import cache

from sim.scenario.loading.source_tree import LONGEST_NUMBER
from sim.scenario.suggestions import found, share_hint

_SPACES = re.compile("[\u00a0\u2007\u2009\u202f]")
"""Spaces that keep the parts of a number together."""
_BLANKS = ("n/a", "#n/a", "na", "nan", "null", "none", ":", "..", "...", "-", "\u2013", "\u2026")
"""What offices write where there is no number."""
_DASHES = ("\u2212", "\u2013")
"""What typesetters write for a minus."""


def number(
    text: str, decimal: str = ".", thousands: str = "", *, is_fixed: bool = False
) -> int | float:
    """Read a number: `1234.5`, `1.234,5`, `1e3`; what stands between thousands must stand between
    all of them. Where it is the decimal sign too, there are no decimals.

    Raises ValueError that says what is wrong and which other way of writing numbers one might say,
    or, where it `is_fixed`, which one is taken.
    """
    bare = _SPACES.sub(" ", text) if thousands == " " else text
    for dash in _DASHES:
        bare = bare.replace(dash, "-")
    if not _pattern(decimal, thousands).fullmatch(bare):
        hint = "; write it as 1234.5" if is_fixed else _hint(text, bare, decimal, thousands)
        raise ValueError(f"expected a number, found {found(text)}{hint}")
    if len(bare) > LONGEST_NUMBER:
        raise ValueError(f"a number of more than {LONGEST_NUMBER} digits")
    plain = bare.replace(thousands, "") if thousands else bare
    plain = plain.replace(decimal, ".")
    return float(plain) if re.search("[.eE]", plain) else int(plain)


@cache
def _pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    point = re.escape(decimal)
    grouped = rf"|[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}})+" if thousands else ""
    whole = rf"(?:[0-9]+{grouped})"
    if decimal == thousands:
        return re.compile(rf"[-+]?{whole}(?:[eE][-+]?[0-9]+)?")
    return re.compile(rf"[-+]?(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][-+]?[0-9]+)?")


def _hint(written: str, text: str, decimal: str, thousands: str) -> str:
    """Say what the number, as written and with plain signs, may have been meant to be, to end a
    message; empty where unknown.
    """
    if written.lower() in _BLANKS:
        return f"; say missing: ['{written}'] if that is a blank"
    if share := share_hint(text):
        return share
    for other, between in ((".", ""), (",", ""), (".", ","), (",", "."), (".", " "), (",", " ")):
        if (other, between) != (decimal, thousands) and _pattern(other, between).fullmatch(text):
            extra = f", thousands: '{between}'" if between != thousands else ""
            return f"; say decimal: '{other}'{extra} if it is one"
    return ""
