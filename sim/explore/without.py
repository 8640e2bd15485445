"""Take events out of a scenario, and with them what makes no sense without them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sim.scenario.schema import Scenario


def without(scenario: Scenario, names: Iterable[str]) -> list[tuple[str, Any]]:
    """Return what to set so that events are gone, None to remove: events that follow them go too,
    and those that only undo what is gone; of others that undo them, their names are taken out.
    """
    gone = dict.fromkeys(names)
    while True:
        more = dict.fromkeys(
            other
            for other, event in scenario.events.items()
            if other not in gone and _hangs_on(event, gone)
        )
        if not more:
            break
        gone |= more
    kept = [
        (f"events.{other}.{key}", [each for each in getattr(event, key) if each not in gone])
        for other, event in scenario.events.items()
        if other not in gone
        for key in ("lifts", "repairs")
        if not gone.keys().isdisjoint(getattr(event, key, ()))
    ]
    return [*kept, *((f"events.{each}", None) for each in gone)]


def _hangs_on(event: Any, gone: dict[str, None]) -> bool:
    if event.after is not None and event.after.event in gone:
        return True
    undone = getattr(event, "undoes", ())
    return bool(undone) and all(each in gone for each in undone)
