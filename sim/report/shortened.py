"""Shorten the records of a large world to what a reader can look at: what was hit, and totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.metrics.derive import all_series, by_group, never_hit, summary
from sim.metrics.metric import SUPPLIES
from sim.metrics.table import MONTHLY, SUMMARY
from sim.records import Floats, Records
from sim.scenario.column_table import LARGE

Bools = NDArray[np.bool_]

ALL = "all"
"""Stands for all states, or all factories, of a total."""


def is_large(records: Records) -> bool:
    """Tell whether a run has more needs, lines or routes than its tables list one by one."""
    return max(len(records.needs), len(records.lines), len(records.routes)) > LARGE


def note(records: Records) -> str:
    """Say what the tables of a large world hold."""
    hit = int(_hit(records).sum())
    return (
        f"tables and page hold the {hit:,} needs that were hit, of {len(records.needs):,},"
        " the routes to them, the lines of their products, and totals by product as state all;"
        " --all-rows (in Python: all_rows=True) lists all"
    )


def shortened(records: Records) -> Records:
    """Return what was recorded of the needs that a restriction hit, of the routes to them and of
    the lines of their products; then, for each product, what all needs, routes and lines come to.
    Of inputs of lines those stay that came from a supplier that was hit.

    A total is of the state `all`; a ratio of totals is no mean of ratios, and what is no sum (the
    concentration of suppliers) is left empty.
    """
    needs = _Needs(_hit(records), records.needs, records.series, records.summary)
    came = records.input_series.get("legacy", np.zeros((1, len(records.inputs), 1)))
    told = records.input_series, records.input_summary
    inputs = _Needs(_any(came > 0, (0, 2)), records.inputs, *told)
    known = {*_chosen(records.needs, needs.marks)}
    products = {product for _, product in known}
    routes = _Rows(_marks(route[1:] in known for route in records.routes), records.routes)
    lines = _Rows(_marks(line[-1] in products for line in records.lines), records.lines)
    final = np.array(records.final_routes, dtype=np.int64)
    of_hit = routes.marks[final]
    final = final[of_hit]
    kept_vias = _chosen(records.vias, routes.marks) if records.vias else []
    shape = (len(routes.goods), len(records.members))
    never = never_hit(len(needs.goods), len(records.members))
    return replace(
        records,
        needs=needs.names(),
        hit=np.concatenate([records.hit[needs.marks], never]),
        series=needs.with_totals_by_month(),
        summary=needs.with_totals_of_the_run(records),
        inputs=inputs.names(),
        input_series=inputs.with_totals_by_month(),
        input_summary=inputs.with_totals_of_the_run(records),
        routes=routes.names(),
        acted=np.concatenate([records.acted[routes.marks], np.zeros(shape, dtype=np.bool_)]),
        vias=[*kept_vias, *("" for _ in routes.goods)] if records.vias else (),
        flows=routes.with_totals(records.flows),
        final_routes=(np.cumsum(routes.marks) - 1)[final].tolist(),
        final_flows=records.final_flows[:, of_hit],
        final_rest=records.final_rest[of_hit],
        lines=lines.names(),
        usable=lines.with_totals(records.usable),
        output=lines.with_totals(records.output),
        capacity=lines.with_totals(records.capacity),
        warnings=[*records.warnings, note(records)],
    )


class _Rows:
    """Keep some rows of an axis, and put behind them what all come to by product."""

    def __init__(self, marks: Bools, names: Sequence[tuple[str, ...]]) -> None:
        self.marks, self._names = marks, names
        self.goods = list(dict.fromkeys(name[-1] for name in names))
        place = {product: row for row, product in enumerate(self.goods)}
        self.together = by_group([place[name[-1]] for name in names], len(self.goods))

    def names(self) -> list[Any]:
        """Name the rows; a total is of all states and factories."""
        width = len(self._names[0]) - 1 if self._names else 0
        return [*_chosen(self._names, self.marks), *((*[ALL] * width, each) for each in self.goods)]

    def with_totals(self, values: Floats) -> Floats:
        """Keep some of [times, rows, members], and add the totals."""
        summed = np.array([self.together(each) for each in values])
        shape = (len(values), len(self.goods), values.shape[2])
        return np.concatenate([values[:, self.marks], summed.reshape(shape)], axis=1)


class _Needs(_Rows):
    """Keep some needs, and put behind them what all come to by product."""

    def __init__(
        self,
        marks: Bools,
        names: Sequence[tuple[str, str]],
        series: Mapping[str, Floats],
        told: Mapping[str, Floats],
    ) -> None:
        super().__init__(marks, names)
        self._series, self._summary = series, told

    @cached_property
    def _totals(self) -> Mapping[str, Floats]:
        """Return all series of the totals, [months, products, members]."""
        recorded = {
            name: np.array([self.together(month) for month in values])
            for name, values in self._series.items()
            if MONTHLY[name].is_recorded
        }
        return all_series(recorded) if recorded else {}

    def with_totals_by_month(self) -> dict[str, Floats]:
        """Return each series, [months, needs, members]."""
        return {
            name: np.concatenate([values[:, self.marks], self._totals[name]], axis=1)
            for name, values in self._series.items()
        }

    def with_totals_of_the_run(self, records: Records) -> dict[str, Floats]:
        """Return each metric of the run, [needs, members]; NaN of totals where it is no sum."""
        names = [name for name in self._summary if SUPPLIES not in SUMMARY[name].derived]
        never = never_hit(len(self.goods), len(records.members))
        totals = summary(self._totals, None, never, names) if self._totals else {}
        blank = np.full(never.shape, np.nan)
        return {
            name: np.concatenate([values[self.marks], totals.get(name, blank)])
            for name, values in self._summary.items()
        }


def _any(marks: Bools, axes: int | tuple[int, ...]) -> Bools:
    found: Bools = np.logical_or.reduce(marks, axis=axes)
    return found


def _hit(records: Records) -> Bools:
    """Mark the needs that a restriction hit in some member."""
    return _any(records.hit < len(records.months), 1)


def _marks(found: Iterable[bool]) -> Bools:
    return np.fromiter(found, dtype=np.bool_)


def _chosen(names: Sequence[Any], marks: Bools) -> list[Any]:
    return [names[row] for row in np.flatnonzero(marks).tolist()]
