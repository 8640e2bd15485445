"""Check milestones mechanically: how good their sources and dates are, and how far two readings
agree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sim.precedents.columns import month_number
from sim.precedents.ratios import AHEAD

_FULL = re.compile(r"https?://[^/\s]+/\S+")


def address_of(source: str) -> str:
    """Return whether the sources of a row, set apart by ` ; `, can be opened: `full`, `part` or
    `none`.

    Full: each names a page, not only a site or a title.
    """
    given = [bool(_FULL.search(each)) for each in source.split(" ; ")]
    if all(given):
        return "full"
    return "part" if any(given) else "none"


def flags_of(row: Mapping[str, str]) -> list[str]:
    """Return what a reader should know of a milestone before quoting it.

    `short_source`: not every source is a full address; `claim`: the outcome is what officials said,
    not what was seen; `open_before_due`: nothing is known after the promised date; `near`: the
    promise looks less than two months ahead, so it is scored and not fitted.
    """
    found = []
    if address_of(row["source"]) != "full":
        found.append("short_source")
    if row["kind"] == "claim" and row["actual"]:
        found.append("claim")
    if not row["announced"]:
        return found
    due = month_number(row["announced"])
    if row["censored_at"] and month_number(row["censored_at"]) <= due:
        found.append("open_before_due")
    if due - month_number(row["stated_on"]) < AHEAD:
        found.append("near")
    return found


def cohens_kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Return how far two readings agree beyond chance: 1 fully, 0 as chance would (Cohen 1960).

    Raises ValueError where they are of different length or empty.
    """
    pairs = list(zip(first, second, strict=True))
    if not pairs:
        raise ValueError("nothing was read twice")
    number = len(pairs)
    agreed = sum(one == other for one, other in pairs) / number
    words = {*first, *second}
    chance = sum(list(first).count(word) * list(second).count(word) for word in words) / number**2
    return (agreed - chance) / (1 - chance) if chance < 1 else 1.0
