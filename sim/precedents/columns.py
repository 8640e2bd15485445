"""Define the columns and words that a folder of precedents may hold."""

from __future__ import annotations

import re

CLASSES = ("simple", "process", "system", "deep", "platform")
"""Complexity classes, from one process without integration to aircraft, launchers and boats."""
HEAD_STARTS = ("none", "design", "plant")
"""What stood ready at the decision."""
PRECISIONS = ("month", "quarter", "half", "year")
"""How exactly a source gives a date; half is half a year."""
CONFIDENCES = ("documented", "estimated", "disputed")
"""How well a source supports a row: it says so, a month is inferred from it, sources differ."""

CASES = [
    "case",
    "cluster",
    "buyer",
    "old_supplier",
    "cut_off",
    "start",
    "sector",
    "category",
    "complexity",
    "head_start",
    "route",
    "outcome",
    "state_support",
]
MILESTONES = [
    "case",
    "category",
    "sector",
    "cut_off",
    "start",
    "milestone",
    "announced",
    "stated_on",
    "actual",
    "censored_at",
    "units",
    "value",
    "kind",
    "source",
    "confidence",
    "note",
]
RAMPS = ["case", "year", "value", "unit", "source"]
MORE_CASES = ("class_second", "head_start_second")
"""Optional: a second reading of class and head start, blind to dates and outcome."""
MORE_MILESTONES = ("announced_precision", "actual_precision", "address", "flags", "check")
"""Optional: precision of dates, completeness of addresses, what the checks found, and which there
were."""
MORE_RAMPS = ("class", "series")
"""Optional: the class of a series without a case; series of one name are one curve."""
DATES = ("cut_off", "start", "announced", "stated_on", "actual", "censored_at")
NEEDED = {
    "cases": ("case", "cluster"),
    "milestones": ("case", "milestone", "source"),
    "ramps": ("case", "year", "value", "unit"),
}
"""Columns in which no cell may be empty."""
WORDS = {
    "complexity": ("", *CLASSES),
    "complexity_second": ("", *CLASSES),
    "class": ("", *CLASSES),
    "class_second": ("", *CLASSES),
    "head_start": ("", *HEAD_STARTS),
    "head_start_second": ("", *HEAD_STARTS),
    "announced_precision": ("", *PRECISIONS),
    "actual_precision": ("", *PRECISIONS),
    "confidence": ("", *CONFIDENCES),
}
"""What the cells of a column may say; empty: not known."""

_MONTH = re.compile(r"(\d{4})-(\d{2})(-\d{2})?")
_YEAR = re.compile(r"(\d{4})( .*)?")
_PART = re.compile(r"(\d{4})-(Q[1-4]|H[12])")
_LENGTHS = {"Q": 3, "H": 6}


def month_number(text: str) -> int:
    """Return the months since year 0 of YYYY-MM or YYYY-MM-DD, and of June for YYYY.

    Raises ValueError for anything else.
    """
    found = _MONTH.fullmatch(text)
    if found and 1 <= int(found[2]) <= 12:
        return 12 * int(found[1]) + int(found[2]) - 1
    if re.fullmatch(r"\d{4}", text):
        return 12 * int(text) + 5
    raise ValueError(text)


def months_between(first: str, then: str) -> float:
    """Return the months from a date to another; below 0 where the second lies before the first.

    A year is its June or, where that would turn the order round, the middle of what the other date
    leaves of it: 2014 is November and a half after October 2014. Raises ValueError for what is no
    date.
    """
    months = month_number(then) - month_number(first)
    if months >= 0:
        return months
    (early, until), (since, late) = _months_of(first), _months_of(then)
    until, since = min(until, late), max(since, early)
    if until < early or late < since:
        return months
    return (since + late - early - until) / 2


def _months_of(text: str) -> tuple[int, int]:
    """Return the first and the last month that a date may mean."""
    middle = month_number(text)
    return (middle - 5, middle + 6) if _YEAR.fullmatch(text) else (middle, middle)


def point_in_time(text: str) -> float:
    """Return the months since year 0 of a point of a ramp: a day, a month, or the middle of its
    period.

    Periods are `2024`, `2024-Q3`, `2024-H1` and `2024 (nine months)`. Raises ValueError for
    anything else.
    """
    day = re.fullmatch(r"(\d{4}-\d{2})-(\d{2})", text)
    if day:
        return month_number(day[1]) + (int(day[2]) - 0.5) / 30.4
    part = _PART.fullmatch(text)
    if part:
        length = _LENGTHS[part[2][0]]
        return 12 * int(part[1]) + length * (int(part[2][1]) - 0.5)
    year = _YEAR.fullmatch(text)
    if year:
        return 12 * int(year[1]) + 6.0
    return month_number(text) + 0.5
