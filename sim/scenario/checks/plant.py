"""Check what is said of plant: stages and shapes, lines that are turned, and factories that
invest.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.lead_terms import Terms, clashes, missing, terms_of
from sim.scenario.loading.source_tree import Path
from sim.scenario.plant_kinds import Retool
from sim.scenario.plant_options import class_of, options
from sim.scenario.programme import Candidate, Complexity, Programme
from sim.scenario.schema import Scenario

RETOOLING = "retool_when_idle"
"""The investment rule that turns lines and builds none."""


def plant_findings(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """List, as (path, message), shapes without stages, stages without a shape, and what acts on
    nothing.
    """
    for name, hard in scenario.complexity.items():
        yield from _class_findings(("complexity", name), hard)
    for name, programme in scenario.programmes.items():
        yield from _programme_findings(scenario, ("programmes", name), programme)
    for name, event in scenario.events.items():
        if isinstance(event, Retool) and event.from_product == event.to_product:
            yield (
                ("events", name, "to_product"),
                f"'{event.to_product}' is what the line makes already",
            )
    yield from _investing(scenario)


def _class_findings(path: Path, hard: Complexity) -> Iterator[tuple[Path, str]]:
    yield from _stages(path, hard, None)
    yield from _clashes(path, hard)
    yield from ((path, f"missing key '{key}'") for key in missing(None, hard))
    for key in ("retool_loss", "retool_cost"):
        if hard.retool_months is None and getattr(hard, key).most:
            yield (*path, key), f"{key} needs retool_months"


def _programme_findings(
    scenario: Scenario, path: Path, programme: Programme
) -> Iterator[tuple[Path, str]]:
    found: list[Terms] = []
    for key, candidate in programme.candidates.items():
        place, hard = (*path, "candidates", key), class_of(scenario, candidate.product)
        found.append(terms_of(candidate, hard))
        yield from _stages(place, candidate, hard)
        yield from _clashes(place, candidate)
        yield from _clock(place, candidate, hard, found[-1])
    shares = [terms.lead_time is not None for terms in found]
    if "common_delay" in programme.model_fields_set and not any(shares):
        yield (
            (*path, "common_delay"),
            "acts on nothing: no candidate's lead time is from precedents or announced",
        )
    if "slippage" in programme.model_fields_set and shares and all(shares):
        yield (
            (*path, "slippage"),
            "acts on nothing: all lead times are from precedents or announcements, which include"
            " delays",
        )


def _clock(
    place: Path, candidate: Candidate, hard: Complexity | None, terms: Terms
) -> Iterator[tuple[Path, str]]:
    """Find fault with a clock that a class's statement goes before, and with one date for what
    spreads.
    """
    if candidate.clock and not candidate.lead_time and terms.counts_from != terms.clock:
        told = "acts on nothing: the lead time of the product's class counts from stated_on"
        yield (*place, "clock"), told
    stages = candidate.stages or (hard.stages if hard else "pure")
    if terms.counts_from != "money" and stages == "erlang":
        word = "clock" if terms.counts_from == terms.clock else "stated_on"
        yield place, f"{word}: {terms.counts_from} needs stages: pure, one date for the whole"


def _clashes(path: Path, own: Candidate | Complexity) -> Iterator[tuple[Path, str]]:
    yield from (((*path, key), message) for key, message in clashes(own))


def _stages(
    path: Path, own: Candidate | Complexity, hard: Complexity | None
) -> Iterator[tuple[Path, str]]:
    stages = own.stages or (hard.stages if hard else "pure")
    if stages == "erlang" and own.shape is None and (hard is None or hard.shape is None):
        yield path, "missing key 'shape', which stages: erlang needs"
    if stages == "pure" and own.shape is not None:
        yield (*path, "shape"), "shape needs stages: erlang"


def _investing(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Find fault with rules by which no factory that follows them could ever do anything."""
    everyone = scenario.rules.investment.rule
    followers = []
    for name, factory in scenario.factories.items():
        own = factory.rules.investment
        idle = _why_idle(scenario, name, own.rule if own else everyone)
        if own is None:
            followers.append(idle)
        elif idle:
            yield ("factories", name, "rules", "investment"), f"acts on nothing: {idle}"
    if everyone != "none" and followers and all(followers):
        yield ("rules", "investment"), f"acts on nothing: {followers[0]}"


def _why_idle(scenario: Scenario, factory: str, rule: str) -> str | None:
    if rule == "none":
        return None
    found = list(options(scenario, factory))
    if not found:
        return (
            "no product of the factory's lines has a complexity class, which says what capacity"
            " takes and costs"
        )
    if rule == RETOOLING and not any(work.source for work in found):
        return (
            "the factory needs two lines, and one a product whose complexity class has"
            " retool_months"
        )
    return None
