"""Find which lead time and ramp hold for a candidate: its own, or those of its product's class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sim.scenario.lead_time import Clock, Counting, LeadTime, Ramp, RunsTo
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Candidate, Complexity

NUMBERS = ("build_months", "qualification_months")
NOTHING = Quantity(value=0.0)


class Terms(NamedTuple):
    """Hold how long capacity takes, and how it ramps up."""

    build: Quantity
    qualification: Quantity
    lead_time: LeadTime | None
    """In place of the two numbers"""
    clock: Clock
    runs_to: RunsTo
    shape: str
    ramp: Ramp
    """The ramp that holds, or the default"""
    ramp_months: Quantity | None
    """Months to nine tenths; None: the ramp says it"""


def terms_of(candidate: Candidate | None, hard: Complexity | None) -> Terms:
    """Return what holds for a candidate, or for a factory's own works (None), of a class.

    What the candidate gives counts before its class; a lead time or numbers of its own replace both
    of the class.
    """
    given = [each for each in (candidate, hard) if each is not None]
    lead = next(
        (each for each in given if each.lead_time or any(getattr(each, key) for key in NUMBERS)),
        None,
    )
    lead_time = lead.lead_time if lead else None
    build, qualification = (_number(given, key) or NOTHING for key in NUMBERS)
    ramps = [each.ramp for each in given if each.ramp]
    timed = next((each for each in given if _says_months(each)), None)
    own = timed.ramp if timed and timed.ramp and _is_timed(timed.ramp) else None
    return Terms(
        build=NOTHING if lead_time else build,
        qualification=NOTHING if lead_time else qualification,
        lead_time=lead_time,
        clock=next((each.clock for each in given if each.clock), "money"),
        runs_to=next(
            (each.runs_to for each in given if each.runs_to),
            "first_unit" if lead_time else "qualified",
        ),
        shape=ramps[0].shape if ramps else Ramp().shape,
        ramp=own or Ramp(),
        ramp_months=None if own else (timed.ramp_months if timed else None) or NOTHING,
    )


def missing(candidate: Candidate | None, hard: Complexity | None) -> Iterator[str]:
    """List the keys that neither a candidate nor its class gives."""
    given = [each for each in (candidate, hard) if each is not None]
    if not any(each.lead_time for each in given):
        yield from (key for key in NUMBERS if _number(given, key) is None)
    if not any(_says_months(each) for each in given):
        yield "ramp_months"
    if _number(given, "capital_cost") is None:
        yield "capital_cost"


def head_start(candidate: Candidate | None, lead_time: LeadTime) -> str:
    """Return the head start of a lead time from precedents; empty where nobody says it."""
    own = lead_time.precedents.head_start if lead_time.precedents else None
    return own or (candidate and candidate.head_start) or ""


def clashes(own: Candidate | Complexity) -> Iterator[tuple[str, str]]:
    """List, as (key, message), what one candidate or class says twice."""
    numbers = [key for key in NUMBERS if getattr(own, key) is not None]
    if own.lead_time and numbers:
        yield "lead_time", f"stands in place of {', '.join(numbers)}; give one or the other"
    if own.ramp and _is_timed(own.ramp) and own.ramp_months is not None:
        yield "ramp", "says the months already; leave out ramp_months"
    if own.lead_time and own.lead_time.stated_on and own.clock:
        yield "clock", "acts on nothing: the lead time counts from stated_on"


def _number(given: list[Candidate | Complexity], key: str) -> Quantity | None:
    found: Quantity | None = next(
        (number for each in given if (number := getattr(each, key)) is not None), None
    )
    return found


def _is_timed(ramp: Ramp) -> bool:
    return ramp.half is not None or ramp.precedents is not None


def _says_months(own: Candidate | Complexity) -> bool:
    return own.ramp_months is not None or bool(own.ramp and _is_timed(own.ramp))


__all__ = ["Counting", "Terms", "clashes", "head_start", "missing", "terms_of"]
