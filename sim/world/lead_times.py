"""Draw how long capacity takes and how it ramps up: numbers, precedents, announcements."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.ramps import length, months_to_nine_tenths, months_until
from sim.scenario.lead_terms import Terms, head_start
from sim.scenario.lead_time import LeadTime
from sim.scenario.programme import Candidate
from sim.scenario.quantity import Quantity, month_number
from sim.scenario.schema import Scenario
from sim.world.draws import Draws

if TYPE_CHECKING:
    from sim.precedents.fitting import Fits
    from sim.precedents.mixture import Mixture
    from sim.precedents.ramping import Ramps

MILESTONES = {"first_unit": "first", "qualified": "first", "full_supply": "full"}
"""What a lead time runs to -> the milestone of precedents that stands for it"""


class Building(NamedTuple):
    """Name capacity that may be built: where it stands in the scenario, and what holds for it."""

    path: str
    common: tuple[Quantity, str]
    """The score that it shares with others, and its path"""
    candidate: Candidate | None
    terms: Terms


class LeadTimes(NamedTuple):
    """Hold drawn lead times and ramps, arrays [rows, members], months."""

    lead: Floats
    """To qualified capacity"""
    qualification: Floats
    """The part of these months that is for qualification"""
    shapes: tuple[str, ...]
    lengths: Floats
    """Of the ramps"""


def lead_times(
    scenario: Scenario,
    found: Sequence[Building],
    draw: Draws,
    slippage: Floats | float = 1.0,
    capacity: Floats | float = np.inf,
) -> LeadTimes:
    """Draw lead times to qualified capacity, and ramps.

    What is said as numbers is multiplied by `slippage` [rows, members]; precedents and
    announcements hold their delays. A lead time that runs to the first unit is shorter by the
    months in which `capacity` [rows, members], units per month, ramps up until it has made one;
    one that runs to full supply by those to nine tenths of the rate.
    """
    build = draw.rows((each.terms.build, f"{each.path}.build_months") for each in found)
    qualification = slippage * draw.rows(
        (each.terms.qualification, f"{each.path}.qualification_months") for each in found
    )
    lead = build * slippage + qualification
    for row, each in enumerate(found):
        if each.terms.lead_time:
            lead[row] = _drawn(scenario, each, each.terms.lead_time, draw)
    lengths = _lengths(scenario, found, draw)
    rate = np.broadcast_to(np.asarray(capacity, dtype=np.float64), lead.shape)
    for (shape, runs_to), rows in _alike(found).items():
        lead[rows] -= _before(shape, runs_to, lengths[rows], rate[rows])
    return LeadTimes(
        np.maximum(lead, 0.0), qualification, tuple(each.terms.shape for each in found), lengths
    )


def months_announced(lead_time: LeadTime) -> Quantity:
    """Return the months that were announced for something."""
    announced = lead_time.announced
    if isinstance(announced, str):
        assert lead_time.stated_on
        return Quantity(value=month_number(announced) - month_number(lead_time.stated_on))
    assert announced is not None
    return announced


def known(scenario: Scenario) -> Fits:
    """Return the fits of the precedents that the scenario uses."""
    return _fits(_left_out(scenario))


def _left_out(scenario: Scenario) -> tuple[str, ...]:
    own = scenario.precedents
    return tuple(sorted(own.clusters)) if own.left_out else ()


def _drawn(scenario: Scenario, each: Building, lead_time: LeadTime, draw: Draws) -> Floats:
    """Draw a lead time that is no number: a part in common, and one of its own; [members]."""
    path, left_out = f"{each.path}.lead_time", _left_out(scenario)
    shared, own = draw(*each.common), draw(lead_time.own, f"{path}.own")
    if lead_time.precedents:
        return _product(
            _durations(
                left_out,
                lead_time.precedents.class_ or "",
                head_start(each.candidate, lead_time),
                MILESTONES[each.terms.runs_to],
            ),
            shared,
            own,
        )
    announced = months_announced(lead_time)
    months = draw(announced, f"{path}.announced")
    # columns of a study may differ in it
    beside = announced.beside(path, draw.width)
    central = np.full(draw.width, announced.value) if beside is None else beside
    for ahead in np.unique(central).tolist():
        alike = central == ahead
        ratios = _ratios(left_out, ahead, lead_time.class_ or "")
        months[alike] *= _product(ratios, shared[alike], own[alike])
    return months


def _product(parts: tuple[Mixture, Mixture], shared: Floats, own: Floats) -> Floats:
    common, each = parts
    return common.at_scores(shared) * each.at_scores(own)


def _lengths(scenario: Scenario, found: Sequence[Building], draw: Draws) -> Floats:
    """Draw the lengths of ramps, [rows, members]."""
    lengths = np.zeros((len(found), draw.width))
    for row, each in enumerate(found):
        terms, path = each.terms, f"{each.path}.ramp"
        if terms.ramp.precedents:
            months = _ramp_months(_left_out(scenario), terms.ramp.precedents)
            drawn = months.at_scores(draw(terms.ramp.own, f"{path}.own"))
            lengths[row] = length(terms.shape, drawn)
        elif terms.ramp.half is not None:
            lengths[row] = length(terms.shape, draw(terms.ramp.half, f"{path}.half"), half=True)
        else:
            assert terms.ramp_months
            months_given = draw(terms.ramp_months, f"{each.path}.ramp_months")
            lengths[row] = length(terms.shape, months_given)
    return lengths


def _alike(found: Sequence[Building]) -> dict[tuple[str, str], list[int]]:
    """Group rows by the shapes of their ramps and what their lead times run to."""
    rows: dict[tuple[str, str], list[int]] = {}
    for row, each in enumerate(found):
        rows.setdefault((each.terms.shape, each.terms.runs_to), []).append(row)
    return rows


def _before(shape: str, runs_to: str, lengths: Floats, capacity: Floats) -> Floats | float:
    """Return the months of ramp-up that a lead time includes, [rows, members]."""
    if runs_to == "first_unit":
        none = np.zeros_like(capacity)
        unit = np.divide(1.0, capacity, out=none, where=capacity > 0)
        return months_until(shape, lengths, unit)
    if runs_to == "full_supply":
        return months_to_nine_tenths(shape, lengths)
    return 0.0


@lru_cache(maxsize=256)
def _durations(
    left_out: tuple[str, ...], kind: str, start: str, milestone: str
) -> tuple[Mixture, Mixture]:
    """Return the parts of a forecast: kept, since to table a mixture takes milliseconds."""
    return _fits(left_out).durations.factors(kind, start, milestone)


@lru_cache(maxsize=256)
def _ratios(left_out: tuple[str, ...], announced: float, kind: str) -> tuple[Mixture, Mixture]:
    return _fits(left_out).ratios.factors(announced, kind)


@lru_cache(maxsize=256)
def _ramp_months(left_out: tuple[str, ...], kind: str) -> Mixture:
    return _ramps(left_out).months(kind, 0.9)


@lru_cache(maxsize=64)
def _fits(left_out: tuple[str, ...]) -> Fits:
    from sim.precedents import fits, load

    milestones = load().milestones
    return fits(milestones[~milestones["cluster"].isin(left_out)])


@lru_cache(maxsize=64)
def _ramps(left_out: tuple[str, ...]) -> Ramps:
    from sim.precedents import Collection, fit_ramps, load

    every = load()
    cases = every.cases[every.cases["cluster"].isin(left_out)]["case"]
    kept = every.ramps[~every.ramps["case"].isin(cases)]
    return fit_ramps(Collection(every.cases, every.milestones, kept))
