"""Describe how long capacity takes: from when its months count, what they run to, and where they
come from; and how it ramps up.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sim.scenario.quantity import Frozen, Month, Months, Quantity, Score, month_number

Kind = Literal["simple", "process", "system", "deep", "platform"]
"""Classes of precedents, see `sim precedents`."""
HeadStart = Literal["none", "design", "plant"]
Clock = Literal["decision", "money", "cut_off"] | Month
RunsTo = Literal["first_unit", "qualified", "full_supply"]
RampShape = Literal["linear", "s_curve", "exponential"]
STANDARD = Quantity(value=0.0, low=-1.6448536269514722, high=1.6448536269514722, dist="normal")
"""A standard normal score."""


class FromPrecedents(Frozen):
    """Take the months from precedents of such a case."""

    class_: Kind | None = Field(None, alias="class")
    """How hard the product is: simple, process, system, deep, platform; null: not known."""
    head_start: HeadStart | None = None
    """What existed at the start; null: as the candidate says."""


class LeadTime(Frozen):
    """Describe a lead time that is not given as a number. It comes from precedents, or it is what
    was announced times the ratio of actual to announced months in precedents; give exactly one of
    the two.
    """

    precedents: FromPrecedents | None = None
    """The class and head start of precedents whose months it takes; draws include the uncertainty
    of the fit."""
    announced: Month | Months | None = None
    """The month that was announced, or the number of months."""
    stated_on: Month | None = None
    """The month in which it was announced; needed if `announced` is a month. If it is given, the
    lead time counts from it, whatever the `clock`. Give the last announcement before the run: draws
    from an older one do not know that it had not come true by the start."""
    class_: Kind | None = Field(None, alias="class")
    """The class of the product that is announced; null: not known."""
    own: Score = STANDARD
    """Where the candidate's own part lies among precedents, as a standard normal score: 0 is the
    median, 1.64 the 95 % point."""

    @model_validator(mode="after")
    def _check_one_form(self) -> LeadTime:
        if (self.precedents is None) == (self.announced is None):
            raise PydanticCustomError("lead_time", "give one of precedents, announced")
        if self.announced is None and (self.stated_on or self.class_):
            raise PydanticCustomError("lead_time", "stated_on and class go with announced")
        if isinstance(self.announced, str):
            if self.stated_on is None:
                raise PydanticCustomError(
                    "lead_time", "an announced month needs stated_on, the month of the statement"
                )
            if month_number(self.announced) <= month_number(self.stated_on):
                raise PydanticCustomError("lead_time", "announced is not after stated_on")
        return self


class Ramp(Frozen):
    """Describe how output rises once capacity is qualified."""

    shape: RampShape = "s_curve"
    """The shape: s_curve, linear, or exponential, which never ends. Of these, s_curve fits history
    best and exponential worst."""
    half: Months | None = None
    """Months from qualification to half of the full rate, in place of `ramp_months`."""
    precedents: Kind | None = None
    """The class of precedents that says how many months it takes to nine tenths of the full rate,
    in place of `ramp_months`."""
    own: Score = STANDARD
    """Where these months lie among precedents, as a standard normal score: 0 is the median, 1.64
    the 95 % point."""

    @model_validator(mode="before")
    @classmethod
    def _accept_shape(cls, data: Any) -> Any:
        return {"shape": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _check_one_form(self) -> Ramp:
        if self.half is not None and self.precedents is not None:
            raise PydanticCustomError("ramp", "give one of half, precedents")
        return self


class Counting(Frozen):
    """Describe how the months of building count; the base of candidates and classes."""

    lead_time: LeadTime | None = None
    """Months from precedents or an announcement, in place of `build_months` and
    `qualification_months`."""
    clock: Clock | None = None
    """From when the lead time counts. money (the default): each start from the month of its own
    money. decision: the month in which the programme starts or, if it is active from the start,
    gets its first money. cut_off: the month in which a restriction first hit a buyer of the
    product; before that, as money. Or a month. With any clock but money the whole is one project,
    ready on one date however its money comes; but whatever is paid for still takes the months of
    qualification, at least one."""
    runs_to: RunsTo | None = None
    """What the lead time runs to. qualified: qualified capacity, which then ramps up (the default
    for numbers). first_unit: the first unit (the default for precedents and announcements), as the
    scenario counts the product, be it pieces or thousands. full_supply: nine tenths of the full
    rate."""
    ramp: Ramp | None = None
    """The shape of the ramp, or the shape with months to half or a class of precedents."""
