"""Hold an outcome as its table says it, and find what is wrong with a row by itself."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields

from sim.assess.need_readings import READINGS as OF_BUYERS
from sim.errors import Place
from sim.scenario.quantity import month_number

KINDS = ("observed", "milestone", "claim", "plan")
"""Observations, dates of what was seen, what officials or experts say, what was planned: never
mixed."""
OPEN = "after "
"""Before the month by which a date is known not to have come: `after 2025-12`."""
OF_MONTHS = ("unit", "ready", "full")
"""Readings that tell a month."""
READINGS = ("year", "level", *OF_MONTHS, "allies", *OF_BUYERS)
"""How an outcome is read off a run: see `past.Past`, and `need_readings` for those of buyers."""
OF_PERCENT = ("level", "from", "met")
"""Readings that tell percent."""
WITH_WORD = {
    "unit": "the number of the unit, as in 'unit 1'",
    "from": "a state, as in 'from AAA'",
    "bought": "a state or nothing, as in 'bought AAA'",
}
"""Readings that a word follows, and which."""
MAY_LACK = ("bought",)
"""Those of them that may do without."""
OF_DATE = {"level": re.compile(r"\d{4}-\d{2}")} | dict.fromkeys(
    ("year", *OF_BUYERS), re.compile(r"\d{4}")
)
"""Readings of a month or of a year, and how their date is written."""
MEASURED = ("level", "full")
"""Readings that are measured by a need."""
Complaint = tuple[str, str]
"""A column, and what is wrong there."""


@dataclass(frozen=True)
class Observation:
    """Hold a row of outcomes, what was observed, said or planned: when, what, and which series of
    the model stands for it; texts as in the file.
    """

    category: str
    metric: str
    date: str
    value: str
    low: str
    high: str
    unit: str
    kind: str
    stated: str
    state: str
    products: str
    reading: str
    of: str
    replaces: str
    places: dict[str, Place] = field(default_factory=dict, compare=False, repr=False)
    """Where its cells stand, by column; empty where it is from no file"""

    @property
    def name(self) -> str:
        """Return what it is called in messages."""
        return f"{self.category}.{self.metric}"

    @property
    def is_date(self) -> bool:
        """Tell whether the outcome is a month."""
        return self.unit == "date"

    @property
    def is_open(self) -> bool:
        """Tell whether all that is known is that it had not happened by the end of a month."""
        return self.is_date and self.value.startswith(OPEN)

    @property
    def is_of_buyer(self) -> bool:
        """Tell whether it is what a buyer bought or used in a year."""
        return self.reading.partition(" ")[0] in OF_BUYERS

    @property
    def seller(self) -> str:
        """Return the state that a buyer's reading asks about; empty: it asks about none."""
        return self.reading.partition(" ")[2] if self.is_of_buyer else ""

    @property
    def is_read(self) -> bool:
        """Tell whether it is a number that is to be read off a run."""
        return bool(self.reading) and self.unit != "text" and self.kind != "plan"

    @property
    def measure(self) -> str:
        """Return what it is measured in: `date`, `share` (percent) or `units`."""
        return "date" if self.is_date else "share" if self.unit.startswith("%") else "units"

    @property
    def band(self) -> tuple[float, float, float]:
        """Return low, value and high; months are counted from year 0, and what had not happened
        counts as the month after.
        """
        return (
            self._number(self.low or self.value),
            self._number(self.value),
            self._number(self.high or self.value),
        )

    def _number(self, text: str) -> float:
        if not self.is_date:
            return float(text)
        return float(month_number(text.removeprefix(OPEN))) + text.startswith(OPEN)


COLUMNS = [each.name for each in fields(Observation) if each.name != "places"]
"""The columns that a table of outcomes has; it may have others, as source and note."""


def complaints(outcome: Observation) -> Iterator[Complaint]:
    """List what is wrong with a row, by column."""
    if outcome.kind not in KINDS:
        yield "kind", f"kind {outcome.kind!r} is none of {', '.join(KINDS)}"
    if _needs_statement(outcome) and not _is_month(f"{outcome.stated}-06"[:7]):
        yield "stated", "a plan for a date says when it was stated, YYYY-MM or YYYY"
    if outcome.reading:
        yield from _of_reading(outcome)
    if not outcome.unit:
        yield "unit", "has no unit"
    elif outcome.value:
        yield from _of_numbers(outcome)
    elif outcome.unit != "text":
        yield "value", "has no value"


def _needs_statement(outcome: Observation) -> bool:
    """Tell whether a row has to have a month of its statement, or has something there."""
    return bool(outcome.stated) or (outcome.kind == "plan" and outcome.is_date)


def _of_reading(outcome: Observation) -> Iterator[Complaint]:
    """List what is wrong with how a row is read off a run."""
    word, *more = outcome.reading.split()
    if word not in READINGS:
        yield "reading", f"reading {outcome.reading!r} is none of {', '.join(READINGS)}"
        return
    if not _has_its_word(word, more):
        needs = f"needs {WITH_WORD[word]}" if word in WITH_WORD else "takes no further word"
        yield "reading", f"reading {outcome.reading!r}: {word} {needs}"
    if outcome.unit != "text":
        yield from _of_word(outcome, word)


def _of_word(outcome: Observation, word: str) -> Iterator[Complaint]:
    """List what of a row does not fit the word by which it is read."""
    measure = "date" if word in OF_MONTHS else "share" if word in OF_PERCENT else "units"
    if outcome.unit and outcome.measure != measure:
        unit = {"date": "a month: its unit is date", "share": "a share: its unit begins with %"}
        message = unit.get(measure, "an amount: its unit is what is counted")
        yield "unit", f"reading {outcome.reading!r} tells {message}"
    if word in OF_DATE and not OF_DATE[word].fullmatch(outcome.date):
        form = "a month, YYYY-MM" if word == "level" else "a year, YYYY"
        yield "date", f"reading {word!r} is of {form}, not {outcome.date!r}"
    if word in MEASURED and not outcome.of:
        message = f"reading {word!r} needs the products whose need it is measured by, `of`"
        yield "of", message


def _of_numbers(outcome: Observation) -> Iterator[Complaint]:
    """List what is wrong with the numbers of a row."""
    if not _is_month(f"{outcome.date}-01"[:7]):
        yield "date", f"date {outcome.date!r} is none; write YYYY or YYYY-MM"
    try:
        low, value, high = outcome.band
    except ValueError:
        yield (
            "value",
            "value, low and high must be numbers (decimals take a point), or months YYYY-MM for a"
            " date (`after YYYY-MM` where it had not happened by then)",
        )
        return
    if outcome.is_open and (outcome.low or outcome.high):
        yield "value", "a date that has not come has no low and high"
    elif not math.isfinite(low + value + high):
        yield "value", "value, low and high must be finite"
    elif not low <= value <= high:
        yield "value", "the value is not between low and high"


def _has_its_word(word: str, more: Sequence[str]) -> bool:
    """Tell whether a reading is followed by the word that it needs, or by none."""
    if word not in WITH_WORD or not more:
        return not more and (word not in WITH_WORD or word in MAY_LACK)
    return len(more) == 1 and (word != "unit" or _is_count(more[0]))


def _is_month(text: str) -> bool:
    """Tell whether a text is a month."""
    try:
        month_number(text)
    except ValueError:
        return False
    return True


def _is_count(text: str) -> bool:
    """Tell whether a text is a number above 0."""
    try:
        return 0 < float(text) < math.inf
    except ValueError:
        return False
