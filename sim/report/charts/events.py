"""Number the months in which events begin, the same in all charts of a result."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.report.charts.time import label, ordinal
from sim.report.charts.wording import percent

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.charts.chart import Panel
    from sim.report.charts.tables import Tables


NEAR = 1e-6
"""Shares that differ by less are one."""


@dataclass(frozen=True)
class Moment:
    """Hold a month in which events begin: its number, the month since year 0, what begins."""

    number: int
    month: int
    events: tuple[str, ...]


def moments(tables: Tables) -> list[Moment]:
    """Return the months in which events begin, numbered in order of time.

    An event whose month differs by member stands where most members have it; of equally many,
    first.
    """
    return tables.once("moments", _moments)


def _moments(tables: Tables) -> list[Moment]:
    if not tables.has("events"):
        return []
    begins = _most_often(tables).sort_values(["month"], kind="stable")
    by_month: dict[int, list[str]] = {}
    for month, event in zip(begins["month"], begins["event"], strict=True):
        by_month.setdefault(ordinal(month), []).append(event)
    return [
        Moment(number, month, tuple(by_month[month]))
        for number, month in enumerate(sorted(by_month), 1)
    ]


def _most_often(tables: Tables) -> pd.DataFrame:
    """Return of each event the month in which it begins in most members."""
    rows = tables["events"].query("action == 'begins'")
    first = rows.sort_values(["members", "month"], ascending=[False, True], kind="stable")
    return first.drop_duplicates("event")


def _shares(tables: Tables) -> dict[str, tuple[float, float]]:
    """Return the share of the members in which each event begins in that month, and ever."""
    ever = tables["events"].query("action == 'begins'").groupby("event")["members"].sum()
    then = _most_often(tables).set_index("event")["members"]
    return {str(name): (float(then[name]), float(ever[name])) for name in then.index}


def shown(tables: Tables, panels: Iterable[Panel]) -> list[Moment]:
    """Return the moments that some panel marks."""
    numbers = {number for panel in panels for number in panel.rows["events"]["number"]}
    return [each for each in moments(tables) if str(each.number) in numbers]


def bearing(found: Iterable[Moment], names: Collection[str] | None) -> list[Moment]:
    """Keep the moments in which one of these events begins; all where none are named."""
    return [each for each in found if names is None or not set(names).isdisjoint(each.events)]


def marks(found: Sequence[Moment], first: int, last: int, room: float = 0.026) -> pd.DataFrame:
    """Lay moments out as rows: `m`, where the line stands, and `place`, where its number does.

    Numbers that stand too close move apart, each taking `room` of the axis for a digit; where the
    last ones would leave the axis, all are moved back.
    """
    import pandas as pd

    span = max(last - first, 1)
    sizes = [room * span * (0.6 + 0.4 * len(str(each.number))) for each in found]
    places: list[float] = []
    free = float(first)
    for each, size in zip(found, sizes, strict=True):
        places.append(max(float(each.month), free + size / 2))
        free = places[-1] + size / 2
    limit = float(last) + room * span / 2
    for at in reversed(range(len(places))):
        places[at] = min(places[at], limit - sizes[at] / 2)
        limit = places[at] - sizes[at] / 2
    rows = [
        (each.month, place, str(each.number)) for each, place in zip(found, places, strict=True)
    ]
    return pd.DataFrame(rows, columns=["m", "place", "number"])


def key(tables: Tables, found: Iterable[Moment]) -> list[str]:
    """Write what begins when, by number."""
    return [
        f"{each.number}  {label(each.month)}  "
        + "; ".join(_told(tables, event) for event in each.events)
        for each in found
    ]


def _told(tables: Tables, event: str) -> str:
    """Name an event; where it begins otherwise in some members, with their share."""
    name, (then, ever) = tables.names.event(event), tables.once("shares", _shares)[event]
    if then > 1 - NEAR:
        return name
    also = f", at some time in {percent(min(ever, 1.0))}" if ever > then + NEAR else ""
    return f"{name} (in {percent(then)} of the members{also})"
