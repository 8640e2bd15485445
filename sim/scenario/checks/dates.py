"""Check the months and years of a scenario, and that events do not wait for one another in a
circle.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.lead_time import Counting
from sim.scenario.loading.source_tree import Path
from sim.scenario.need import MONTHS_OF_YEAR
from sim.scenario.quantity import MONTH, month_number
from sim.scenario.schema import Scenario

FIRST_YEAR, LAST_YEAR = 1900, 2100
MOST_LATE = 5
"""Events that a warning names."""


def date_findings(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """List dates before the start, years that cannot be meant and circular `after`; a date after
    the end is none: runs may be shortened.
    """
    start = month_number(scenario.start)
    for path, month in _months(scenario):
        if _is_meant(int(month[:4])) and month_number(month) < start:
            yield path, f"{month} is before the start, {scenario.start}"
    for path, month in [*_months(scenario), *_earlier(scenario)]:
        if not _is_meant(int(month[:4])):
            yield path, f"{month} is outside {FIRST_YEAR}-{LAST_YEAR}"
    for path, year in _years(scenario):
        if not _is_meant(year):
            yield path, f"year {year} is outside {FIRST_YEAR}-{LAST_YEAR}"
    yield from _circles(scenario)


def _is_meant(year: int) -> bool:
    """Tell whether a year can be meant."""
    return FIRST_YEAR <= year <= LAST_YEAR


def _years(scenario: Scenario) -> Iterator[tuple[Path, int]]:
    for state, needs in scenario.needs.items():
        for product, need in needs.items():
            for year in need.by_year or ():
                yield ("needs", state, product, "by_year", year), year


def late_warnings(scenario: Scenario) -> list[str]:
    """Say which events and which money are dated after the end of the run, in which they do
    nothing.
    """
    last = scenario.month_labels[-1]
    late = [name for name, event in scenario.events.items() if event.date and event.date > last]
    late += [
        f"{name}'s money of {month}"
        for name, programme in scenario.programmes.items()
        for month in programme.budget
        if month > last
    ]
    if not late:
        return []
    named = ", ".join(late[:MOST_LATE])
    more = f" and {len(late) - MOST_LATE} more" if len(late) > MOST_LATE else ""
    verb = "comes" if len(late) == 1 else "come"
    return [f"{named}{more} {verb} after the end of the run, {last}, without effect"]


def _months(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    yield ("start",), scenario.start
    for name, event in scenario.events.items():
        for key in ("date", "until", "contracts_until"):
            month = getattr(event, key, None)
            if month is not None:
                yield ("events", name, key), month
    for state, needs in scenario.needs.items():
        for product, need in needs.items():
            for due in need.targets:
                if due not in MONTHS_OF_YEAR:
                    yield ("needs", state, product, "targets", due), due
    for name, programme in scenario.programmes.items():
        for month in programme.budget:
            yield ("programmes", name, "budget", month), month


def _earlier(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """List the months that may well lie before the start: since when goods are accepted, and from
    what lead times count.
    """
    for name, factory in scenario.factories.items():
        for product, line in factory.lines.items():
            if line.qualified is not None:
                yield ("factories", name, "lines", product, "qualified"), line.qualified
    for name, hard in scenario.complexity.items():
        yield from _counted(("complexity", name), hard)
    for name, programme in scenario.programmes.items():
        for key, candidate in programme.candidates.items():
            yield from _counted(("programmes", name, "candidates", key), candidate)


def _counted(path: Path, own: Counting) -> Iterator[tuple[Path, str]]:
    if own.clock is not None and MONTH.fullmatch(own.clock):
        yield (*path, "clock"), own.clock
    for key in ("announced", "stated_on"):
        month = getattr(own.lead_time, key, None)
        if isinstance(month, str):
            yield (*path, "lead_time", key), month


def _circles(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    followed = {
        name: event.after.event
        for name, event in scenario.events.items()
        if event.after and event.after.event
    }
    told: set[str] = set()
    for name in followed:
        chain = [name]
        while (following := followed.get(chain[-1])) and following not in chain:
            chain.append(following)
        if following == name and name not in told:
            told.update(chain)
            yield (
                ("events", name, "after", "event"),
                f"events follow one another in a circle: {' -> '.join([*chain, name])}",
            )
