"""Describe when events begin and end: at a date, after something else, or once a condition holds;
and how fast they phase in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from sim.scenario.quantity import Frozen, Level, Month, Months, Quantity, Streak, plain


class After(Frozen):
    """Let an event follow another event or the completion of a project by some months."""

    event: str | None = None
    """An event of this scenario."""
    completion: str | None = None
    """A project, as `programme.candidate`. It counts as completed in the month in which half of
    what was started first is qualified (with `stages: pure`, all of it)."""
    months: Months = Quantity(value=0)

    @model_validator(mode="after")
    def _check_one(self) -> After:
        if (self.event is None) == (self.completion is None):
            raise PydanticCustomError("after", "give exactly one of event, completion")
        return self


class When(Frozen):
    """Let an event begin when a number of a state's need has been below or above a level for some
    months.
    """

    metric: Literal[
        "fill_rate",
        "unmet",
        "backlog",
        "backlog_months",
        "stock",
        "stock_months",
        "import_share",
        "leaked_share",
    ]
    """The number of the need that is watched at the end of each month: in units, in months of need,
    or a share (of the need, or of what was received)."""
    state: str
    product: str
    below: Level | None = None
    """The event begins if the number is below this level, by more than rounding error."""
    above: Level | None = None
    """The event begins if the number is above this level, by more than rounding error."""
    for_: Streak = Field(Quantity(value=1), alias="for")
    """Months in a row for which the condition must hold; the event begins in the next month, once
    and for good."""

    @model_validator(mode="after")
    def _check_one(self) -> When:
        if (self.below is None) == (self.above is None):
            raise PydanticCustomError("when", "give exactly one of below, above")
        return self


class Dated(Frozen):
    """Hold what every event has: when it begins and ends, how fast it phases in, and who
    says so.
    """

    acts_on: ClassVar[str]
    """links | needs | lines | programmes | events: what it changes; charts mark it accordingly"""
    is_lifted: ClassVar[bool] = False
    """Whether a lifting may end it"""
    inert_keys: ClassVar[Mapping[str, str]] = {}
    """Keys that would do nothing in events of this kind, and are refused: each with the reason and
    what to write instead."""
    title: str | None = None
    date: Month | None = None
    """The month from which it holds."""
    after: After | None = None
    """What the event follows, in place of a date."""
    when: When | None = None
    """The condition under which it begins, in place of a date; it may begin in another month in
    each member, or never."""
    until: Month | None = None
    """The first month in which it no longer holds; null: it holds for good. An event that waits for
    `when` begins before this month or never."""
    phase_in: Months = Quantity(value=0)
    """Months over which it grows to its full size; 0: at once."""
    source: str | None = None
    note: str | None = None

    @field_validator("until", "phase_in")
    @classmethod
    def _check_acts(
        cls, value: str | Quantity | None, info: ValidationInfo
    ) -> str | Quantity | None:
        key, given = (
            str(info.field_name),
            plain(value.value or value.most) if isinstance(value, Quantity) else value,
        )
        # of a `when` that was refused nothing can be said
        is_deadline = key == "until" and info.data.get("when", ...) is not None
        if key in cls.inert_keys and given not in (None, "0") and not is_deadline:
            raise PydanticCustomError(
                "idle",
                "{key} {value} does nothing: {why}",
                {"key": key, "value": given, "why": cls.inert_keys[key]},
            )
        return value

    @model_validator(mode="after")
    def _check_when(self) -> Any:
        if sum(each is not None for each in (self.date, self.after, self.when)) != 1:
            raise PydanticCustomError("when", "give exactly one of date, after, when")
        if self.date is not None and self.until is not None and self.until <= self.date:
            raise PydanticCustomError(
                "when",
                "until {until} is not after date {date}",
                {"until": self.until, "date": self.date},
            )
        return self
