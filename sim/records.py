"""Hold what a run recorded, member by member, as plain arrays: the one thing between the model and
its reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CAUSES = ("capacity", "qualification", "restriction", "money")
"""What may hold a line back, beside the inputs that it lacks."""


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
class Bottlenecks:
    """Hold what held which line back; every array has the member axis last."""

    rows: Sequence[tuple[tuple[str, str, str], str]] = ()
    """((factory, state, product), what held it back: one of CAUSES, or `input:<product>`) of each
    row."""
    months: NDArray[np.int8] = field(default_factory=lambda: np.zeros((0, 0, 0), dtype=np.int8))
    """Months of the year in which it did, [years, rows, members]"""
    lost: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))
    """Units that buyers waited for in the year and the line did not deliver, [years, rows,
    members]"""


@dataclass(frozen=True)
class Candidates:
    """Hold what became of the candidates of programmes, arrays [candidates, members]; months are
    counted from the start, those not reached within the run are not below its length.
    """

    names: Sequence[tuple[str, str, str, str, str]] = ()
    """(programme, candidate, factory, state, product) of each"""
    funded: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))
    """Month in which it first got money"""
    built: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))
    """Month in which half of what was begun first is built"""
    qualified: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int64))
    """Month in which half of what was begun first is qualified"""
    added: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """Capacity built and qualified by the end, units per month"""
    cost: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """Money that it got in the run"""


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
    final_routes: Sequence[int] = field(default=(), kw_only=True)
    """Rows of the routes over which goods come for final use: the second axis of final_flows."""
    final_flows: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)), kw_only=True)
    """Units shipped for final use per calendar year, [years, final routes, members]."""
    final_rest: Floats = field(default_factory=lambda: np.zeros((0, 0)), kw_only=True)
    """Units shipped for final use per month at rest, before the first, [final routes, members]."""
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
    inputs: Sequence[tuple[str, str]] = field(default=(), kw_only=True)
    """(state, product) of what lines buy as inputs, taken together by state: the second axis of
    input_series, the first of input_summary."""
    input_series: Mapping[str, Floats] = field(default_factory=dict, kw_only=True)
    """Metric -> [months, inputs, members], as series; what is not known of inputs is left out."""
    input_summary: Mapping[str, Floats] = field(default_factory=dict, kw_only=True)
    """Metric -> [inputs, members], as summary."""
    bottlenecks: Bottlenecks = field(default_factory=Bottlenecks, kw_only=True)
    candidates: Candidates = field(default_factory=Candidates, kw_only=True)
    warnings: Sequence[str] = field(default=(), kw_only=True)
    """What a reader of the results should know, in whole sentences."""
