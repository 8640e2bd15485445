"""Hold what a run recorded, member by member, as plain arrays: the one thing between the model and
its reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, order=True)
class EventRow:
    """Say what an event did when: one row for each month in which it began, changed its targets or
    ended.
    """

    month: str
    event: str
    kind: str
    action: str
    """begins | holds in full | ends"""
    targets: str
    """What it acts on: links, needs, lines or programmes."""
    count: int
    """How many of them."""
    members: float
    """Share of members in which this happened in this month."""


@dataclass(frozen=True)
class Records:
    """Hold the records of one run; every array has the member axis last."""

    months: Sequence[str]
    """Labels YYYY-MM of the first axis of series, usable, output and capacity."""
    years: Sequence[int]
    """Calendar years of the first axis of flows."""
    members: Sequence[int]
    """Member numbers of the last axis; member 0 is the central case."""
    needs: Sequence[tuple[str, str]]
    """(state, product) of each final need: the second axis of series, the first of summary."""
    lines: Sequence[tuple[str, str, str]]
    """(factory, state, product) of each line: the second axis of usable, output and capacity."""
    routes: Sequence[tuple[str, str, str]]
    """(exporter, importer, product) of each route: the second axis of flows."""
    hit: NDArray[np.int64]
    """Month in which a restriction first hit each need, or an input of what it buys, [needs,
    members]; NEVER where none did."""
    acted: NDArray[np.bool_]
    """Whether a restriction ever took anything away on each route, [routes, members]."""
    vias: Sequence[str] = field(default=(), kw_only=True)
    """Transit state of each route, empty for direct ones; none at all: every route is direct."""
    series: Mapping[str, Floats]
    """Metric -> [months, needs, members], units (per month) or shares."""
    usable: Floats
    """What capacity can be used in the month, [months, lines, members], units per month: what is
    ramped up and not out of order, with overtime."""
    output: Floats
    """Good units made, [months, lines, members], units per month."""
    capacity: Floats
    """What is permanently usable at the end of the month, [months, lines, members], units per
    month: what is built and not laid up, ramped up or not."""
    flows: Floats
    """Units shipped per calendar year, [years, routes, members]."""
    events: Sequence[EventRow]
    residuals: Mapping[str, float]
    """Book -> worst residual of the run, as a multiple of eps times gross volume (64 is the limit).
    """
    summary: Mapping[str, Floats]
    """Metric -> [needs, members]; NaN where it does not apply, inf where it was never reached."""
    purses: Sequence[str] = field(default=(), kw_only=True)
    """States of the second axis of money, and `all` for their sum."""
    money: Mapping[str, Floats] = field(default_factory=dict, kw_only=True)
    """Item of the ledger -> [years, purses, members], money; `substitution` is money per unit."""
    warnings: Sequence[str] = field(default=(), kw_only=True)
    """What a reader of the results should know, in whole sentences."""
