"""Find the lead time and the ramp of a candidate: its own, or those of its product's class."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sim.scenario.lead_time import Clock, Kind, LeadTime, Ramp, RunsTo
from sim.scenario.programme import Candidate, Complexity
from sim.scenario.quantity import Quantity

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

    @property
    def counts_from(self) -> Clock:
        """Return from when the lead time counts: the month of a statement takes precedence over a
        clock.
        """
        return (self.lead_time and self.lead_time.stated_on) or self.clock


def terms_of(candidate: Candidate | None, hard: Complexity | None) -> Terms:
    """Return what holds for a candidate, or for a factory's own works (None), of a class.

    What the candidate gives takes precedence over its class; a lead time or numbers of its own
    replace both the lead time and the numbers of the class.
    """
    given = _given(candidate, hard)
    lead_time = _lead_time(given)
    numbers = [NOTHING if lead_time else _number(given, key) or NOTHING for key in NUMBERS]
    timed = next(filter(_says_months, given), None)
    own = _with_score(_timed_ramp(timed), given)
    months = timed.ramp_months if timed else None
    shaped: Ramp = _first(given, "ramp", Ramp())
    return Terms(
        build=numbers[0],
        qualification=numbers[1],
        lead_time=lead_time,
        clock=_first(given, "clock", "money"),
        runs_to=_first(given, "runs_to", "first_unit" if lead_time else "qualified"),
        shape=shaped.shape,
        ramp=own or Ramp(),
        ramp_months=None if own else months or NOTHING,
    )


def _given(candidate: Candidate | None, hard: Complexity | None) -> list[Candidate | Complexity]:
    return [each for each in (candidate, hard) if each is not None]


def _lead_time(given: list[Candidate | Complexity]) -> LeadTime | None:
    """Return the lead time of the first that says how long it takes; None where that is numbers."""
    for each in given:
        if each.lead_time or any(getattr(each, key) for key in NUMBERS):
            return each.lead_time
    return None


def _timed_ramp(own: Candidate | Complexity | None) -> Ramp | None:
    """Return the ramp that says its months, where one does."""
    return own.ramp if own and own.ramp and _is_timed(own.ramp) else None


def _with_score(timed: Ramp | None, given: list[Candidate | Complexity]) -> Ramp | None:
    """Return the ramp from precedents with the place between them that the first gives who gives
    one: a candidate may lie elsewhere than its class.
    """
    if timed is None or timed.precedents is None:
        return timed
    scored = [each.ramp for each in given if each.ramp and has_score(each.ramp)]
    return timed.model_copy(update={"own": scored[0].own}) if scored else timed


def has_score(ramp: Ramp) -> bool:
    """Tell whether a ramp says where its months lie between precedents."""
    return "own" in ramp.model_fields_set


def _first(given: list[Candidate | Complexity], key: str, otherwise: object) -> Any:
    return next((word for each in given if (word := getattr(each, key))), otherwise)


def missing(candidate: Candidate | None, hard: Complexity | None) -> Iterator[str]:
    """List the keys that neither a candidate nor its class gives."""
    given = _given(candidate, hard)
    if not _lead_time(given):
        yield from (key for key in NUMBERS if _number(given, key) is None)
    if not any(_says_months(each) for each in given):
        yield "ramp_months"
    if _number(given, "capital_cost") is None:
        yield "capital_cost"


def precedent_class(candidate: Candidate | None, hard: Complexity | None) -> Kind | None:
    """Return the class of precedents that a candidate's lead time or ramp names, or else those of
    its product's class; None where none does.
    """
    for each in _given(candidate, hard):
        lead_time = each.lead_time
        said = lead_time and (lead_time.precedents or lead_time).class_
        found = said or (each.ramp and each.ramp.precedents)
        if found:
            return found
    return None


def head_start(candidate: Candidate | None, lead_time: LeadTime) -> str:
    """Return the head start of a lead time from precedents; empty where nobody says it."""
    own = lead_time.precedents.head_start if lead_time.precedents else None
    return own or (candidate and candidate.head_start) or ""


def clashes(own: Candidate | Complexity) -> Iterator[tuple[str, str]]:
    """List, as (key, message), what one candidate or class says twice."""
    numbers = [key for key in NUMBERS if getattr(own, key) is not None]
    if own.lead_time and numbers:
        yield "lead_time", f"replaces {', '.join(numbers)}; give one or the other"
    if _timed_ramp(own) and own.ramp_months is not None:
        yield "ramp", "gives the months already; leave out ramp_months"
    if own.clock and own.lead_time and own.lead_time.stated_on:
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
