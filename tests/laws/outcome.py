"""Tell what a run says, cell by cell, and where two runs differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isnan
from typing import Any

import sim

Key = tuple[str, ...]
Numbers = dict[Key, float]
Tree = dict[str, Any]

EXACT = 0.0
ROUNDED = 1e-9
"""Share of a quantity by which two runs may differ where sums are added up in another order."""


def numbers(result: sim.Result) -> Numbers:
    """Return the central numbers of a result, by table and labels."""
    found: Numbers = {}
    flows = result.flows[result.flows.central > 0]
    flows = flows if "via" in flows else flows.assign(via="")
    frames = {"series": result.series, "summary": result.summary, "money": result.money}
    for name, frame in (*frames.items(), ("flows", flows.sort_index(axis=1))):
        labels = [each for each in frame if each not in _SPREAD]
        keys = zip(*(frame[each].astype(str) for each in labels), strict=True)
        found |= {(name, *key): value for key, value in zip(keys, frame.central, strict=True)}
    frame = result.capacity
    keys = list(zip(frame.month, frame.factory, frame.state, frame["product"], strict=True))
    for column in frame:
        if column.endswith("_central"):
            what = "usable" if column == "capacity_central" else column.removesuffix("_central")
            found |= {
                ("capacity", what, *key): each
                for key, each in zip(keys, frame[column], strict=True)
            }
    frame = result.fates
    keys = zip(frame.state, frame["product"], frame.year.astype(str), frame.fate, strict=True)
    found |= {("fates", *key): value for key, value in zip(keys, frame.probability, strict=True)}
    frame = result.events
    keys = zip(frame.month, frame.event, frame.action, strict=True)
    return found | {("events", *key): value for key, value in zip(keys, frame.members, strict=True)}


_SPREAD = {"mean", "p05", "p25", "p50", "p75", "p95", "central"}


def differences(one: Numbers, other: Numbers, tolerance: float) -> dict[Key, tuple[float, float]]:
    """List the cells in which two runs differ; a number that one of them lacks is none.

    The table of flows names those ways alone over which something came.
    """
    scale = _scales(one)
    found = {}
    for key in {**one, **other}:
        lacking = 0.0 if key[0] == "flows" else float("nan")
        pair = one.get(key, lacking), other.get(key, lacking)
        if not _alike(*pair, tolerance * scale.get(key[:2], 1.0)):
            found[key] = pair
    return found


def _scales(one: Numbers) -> dict[Key, float]:
    """Return the largest number of each table, and of each metric in it: what rounding goes by."""
    scale: dict[Key, float] = {}
    for key, value in one.items():
        kind = key[:2]
        if abs(value) < float("inf"):
            scale[kind] = max(scale.get(kind, 1.0), abs(value))
    return scale


def _alike(one: float, other: float, slack: float) -> bool:
    if isnan(one) or isnan(other):
        return isnan(one) and isnan(other)
    return one == other or abs(one - other) <= slack


def relabelled(found: Numbers, change: Callable[[str], str]) -> Numbers:
    """Change every label."""
    return {(key[0], *map(change, key[1:])): value for key, value in found.items()}


def without(found: Numbers, *events: str) -> Numbers:
    """Leave out what the table of events says of some events."""
    return {key: each for key, each in found.items() if key[0] != "events" or key[2] not in events}


def check(one: Numbers, other: Numbers, tolerance: float = ROUNDED) -> None:
    """Fail with the first cells in which two runs differ."""
    found = differences(one, other, tolerance)
    lines = [f"{' '.join(key)}: {pair[0]:.12g} and {pair[1]:.12g}" for key, pair in found.items()]
    assert not found, "\n".join([f"{len(found)} cells differ", *lines[:12]])


def summed(found: Numbers, names: Mapping[str, str]) -> Numbers:
    """Add up what goes by several names that stand for one; of sums only."""
    total: Numbers = {}
    for key, value in found.items():
        known = (key[0], *(names.get(each, each) for each in key[1:]))
        total[known] = total.get(known, 0.0) + value
    return total
