"""Take events out of a scenario, and with them what makes no sense without them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sim.scenario.schema import Scenario


def without(scenario: Scenario, names: Iterable[str]) -> list[tuple[str, Any]]:
    """Return what to set so that events are gone, None to remove: events that follow them go too,
    and those that only undo what is gone; of others that undo them, their names are taken out.
    """
    gone = dict.fromkeys(names)
    while more := [name for name in scenario.events if _hangs_on(scenario, name, gone)]:
        gone |= dict.fromkeys(more)
    return [*_shortened(scenario, gone), *((f"events.{name}", None) for name in gone)]


def _hangs_on(scenario: Scenario, name: str, gone: dict[str, None]) -> bool:
    """Return whether an event that is there still makes no sense any more."""
    event = scenario.events[name]
    if name in gone:
        return False
    if event.after is not None and event.after.event in gone:
        return True
    undone = getattr(event, "undoes", ())
    return bool(undone) and all(each in gone for each in undone)


def _shortened(scenario: Scenario, gone: dict[str, None]) -> Iterator[tuple[str, Any]]:
    """Yield the lists of what an event undoes that name what is gone, without it."""
    for name, event in scenario.events.items():
        for key in ("lifts", "repairs"):
            named = getattr(event, key, ())
            left = [each for each in named if each not in gone]
            if name not in gone and len(left) < len(named):
                yield f"events.{name}.{key}", left
