"""Discover where a condition holds: the parts of the factors' ranges, as boxes in words, in tables
and as a chart.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.conditions import Condition, conditions_of, held, unknowns
from sim.analysis.discovery.boxes import Box, Found, boxes
from sim.analysis.discovery.tree import Input, Limit
from sim.errors import InputError
from sim.kernels.sums import Ints
from sim.report.study import save_tables
from sim.scenario.suggestions import listed
from sim.study.factors import is_numeric, written
from sim.study.store import FAILED
from sim.study.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.charts.chart import Chart

FEWEST_POINTS = 20
"""Points without which no boxes are sought."""
MOST_DEPTH, MOST_MASS = 6, 0.5
"""Of more limits nobody reads; of larger boxes there is no more than one."""


def discover(
    study: Study | str | os.PathLike[str],
    when: str,
    *,
    depth: int = 3,
    threshold: float = 0.5,
    mass: float = 0.05,
) -> Discovery:
    """Find the parts of the factors' ranges in which a condition holds, as in `fill_rate[RUS,
    engines, 2018] < 0.8`.

    `study` is finished, or its folder; `when` is as `conditions_of` takes it. A box has at most
    `depth` limits and at least `mass` of the points, and the condition holds in at least
    `threshold` of its runs. Runs that failed or to which the condition does not apply are not
    counted. Raises InputError with all that is wrong, with fewer than FEWEST_POINTS points of which
    it is known, and without scikit-learn.
    """
    found = study if isinstance(study, Study) else Study(study)
    conditions = conditions_of(when)
    faults = [*_option_faults(depth, threshold, mass), *unknowns(found, conditions)]
    if faults:
        raise InputError("\n".join(faults))
    holds, known = held(found, conditions)
    counts, runs = holds.sum(axis=1), known.sum(axis=1)
    some = runs > 0
    if some.sum() < FEWEST_POINTS:
        told = f"whether {_joined(conditions)} is known of {some.sum()} points"
        raise InputError(
            f"{found.folder}: {told}, too few to tell where; it takes {FEWEST_POINTS}, better 100"
        )
    inputs = tuple(each._replace(values=each.values[some]) for each in _inputs(found))
    parts = boxes(inputs, counts[some], runs[some], depth=depth, threshold=threshold, mass=mass)
    return Discovery(found, conditions, counts, runs, inputs, parts, threshold)


@dataclass(frozen=True, eq=False)
class Discovery:
    """Hold where a condition holds."""

    study: Study
    conditions: tuple[Condition, ...]
    holds: Ints
    """[points]: runs in which it holds"""
    known: Ints
    """[points]: runs of which that is known"""
    inputs: tuple[Input, ...]
    """The factors, at the points of which it is known"""
    found: Found
    """The boxes among those points"""
    threshold: float

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Give the boxes, the largest coverage first; none where no part of the ranges
        stands out.
        """
        return tuple(box for box in self.found.boxes if box.limits)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Tabulate the limits of each box by factor, those that bind, with what the box holds
        repeated.

        `low` and `high` are NaN where open; `values` lists what a factor that is not numbers may
        be. `coverage` is the share of the runs in which it holds that lie in the box, `density` the
        share of the box's runs in which it holds, `mass` the share of all runs in the box, `points`
        how many points that are.
        """
        import pandas as pd

        rows = [
            (
                number,
                each.factor,
                _or_nan(each.low),
                _or_nan(each.high),
                "; ".join(each.values),
                *box.quality,
            )
            for number, box in enumerate(self.boxes, 1)
            for each in box.limits
        ]
        return pd.DataFrame(
            rows,
            columns=[
                "box",
                "factor",
                "low",
                "high",
                "values",
                "coverage",
                "density",
                "mass",
                "points",
            ],
        )

    @cached_property
    def quality(self) -> pd.DataFrame:
        """Tabulate what each box holds, and `all` together; `left_out`: what boxes hold of points
        that they were not fitted to.
        """
        import pandas as pd

        each = [
            (str(number), self.where(box), *box.quality) for number, box in enumerate(self.boxes, 1)
        ]
        whole = (
            [("all", "", *self.found.together), ("left_out", "", *self.found.left_out)]
            if self.boxes
            else []
        )
        return pd.DataFrame(
            [*each, *whole], columns=["box", "where", "coverage", "density", "mass", "points"]
        )

    @cached_property
    def points(self) -> pd.DataFrame:
        """Tabulate the points: the factors' values, the share of runs in which it holds, of how
        many runs that is known.
        """
        share = np.divide(
            self.holds, self.known, out=np.full(self.known.shape, np.nan), where=self.known > 0
        )
        return self.study.points.assign(share=share, known=self.known)

    @property
    def text(self) -> str:
        """Say where it holds, in words."""
        return "\n".join([self.head, *(self._told() if self.boxes else [self._nothing()])])

    @property
    def head(self) -> str:
        """Say in how many of which runs it holds."""
        points, members = self.study.store.status.shape
        runs, failed = int(self.known.sum()), int((self.study.store.status == FAILED).sum())
        left = {"failed": failed, "to which it does not apply": points * members - runs - failed}
        told = " and ".join(f"{count:,} {which}" for which, count in left.items() if count)
        without = f", without {told}" if told else ""
        share = _percent(int(self.holds.sum()) / runs)
        return (
            f"{_joined(self.conditions)} in {share} of {runs:,} runs ({points:,} points of"
            f" {members:,} members{without})."
        )

    def where(self, box: Box) -> str:
        """Write the limits of a box in words, numbers to three digits or as many as tell them from
        their neighbours.
        """
        spans = {each.factor: float(np.ptp(each.values)) for each in self.inputs}
        names = {each.factor: each.names for each in self.inputs}
        return " and ".join(
            _limit(each, spans[each.factor], names[each.factor]) for each in box.limits
        )

    def chart(self) -> Chart | None:
        """Return the points and the boxes in the plane of two factors; None without a box."""
        from sim.report.charts.discovery import discovery
        from sim.report.charts.tables import of_frames

        tables = {"boxes": self.table, "quality": self.quality, "points": self.points}
        return discovery(of_frames(tables.get, self.study.scenario))

    def save(
        self, folder: str | os.PathLike[str], *, figures: bool = True, command: str | None = None
    ) -> Path:
        """Write boxes.csv, quality.csv, points.csv, the page and a manifest into a
        folder, whole or not at all.

        An older result there is replaced; without a box there is no chart. Raises InputError where
        the folder cannot be written or holds what is not ours.
        """
        tables = {"boxes": self.table, "quality": self.quality, "points": self.points}
        return save_tables(folder, self.study.scenario, tables, figures=figures, command=command)

    def _told(self) -> Iterator[str]:
        """Say where the boxes are, and how well they do."""
        if self.found.is_below:
            yield (
                f"In no part does it hold in {_percent(self.threshold)} of the runs or more; this"
                " one comes nearest."
            )
        is_one = len(self.boxes) == 1
        for number, box in enumerate(self.boxes, 1):
            told = (
                f"{_percent(box.quality.coverage)} of these lie where {self.where(box)}: it holds"
                f" in {_percent(box.quality.density)}"
            )
            yield (
                f"{'' if is_one else f'{number}. '}{told} of the runs there ({box.quality.points}"
                " points)."
            )
        together, left_out = self.found.together, self.found.left_out
        if not is_one:
            alike = (
                " (they overlap)"
                if sum(box.quality.points for box in self.boxes) > together.points
                else ""
            )
            told = (
                f"{_percent(together.coverage)} of these, and it holds in"
                f" {_percent(together.density)} of the runs there."
            )
            yield f"Together{alike}: {told}"
        if not self.found.is_below:
            dense = (
                ""
                if math.isnan(left_out.density)
                else f", and it holds in {_percent(left_out.density)} of the runs there"
            )
            yield (
                "Tried on points that they were not fitted to, such boxes hold"
                f" {_percent(left_out.coverage)} of these{dense}."
            )

    def _nothing(self) -> str:
        """Say why there is no box."""
        shares = self.holds[self.known > 0] / self.known[self.known > 0]
        if shares.min() == shares.max():
            told = {0.0: "It holds nowhere", 1.0: "It holds everywhere"}.get(
                shares[0], "It holds in the same share of runs at every point"
            )
            return f"{told}: no factor changes that."
        if self.found.boxes:
            share = _percent(self.threshold)
            return (
                f"In every part of the ranges it holds in {share} of the runs or more; a higher"
                " threshold tells them apart."
            )
        return (
            "No factor tells where: no part of the ranges differs from the rest by more than"
            " chance."
        )


def _option_faults(depth: int, threshold: float, mass: float) -> Iterator[str]:
    if not 1 <= depth <= MOST_DEPTH:
        yield f"depth: {depth} is no number of limits for a box; give one from 1 to {MOST_DEPTH}"
    if not 0 < threshold <= 1:
        yield f"threshold: {threshold:g} is no share of runs; give one above 0, at most 1"
    if not 0 <= mass <= MOST_MASS:
        yield (
            f"mass: {mass:g} is no share of the points for a box; give one from 0 to {MOST_MASS:g}"
        )


def _inputs(study: Study) -> list[Input]:
    """Give each factor's values at all points, in the order of the study."""
    found = []
    for (path, factor), cells in zip(
        study.spec.factors.items(), zip(*study.store.points(), strict=True), strict=True
    ):
        names = (
            () if is_numeric(factor) else tuple(dict.fromkeys(map(written, factor.values or ())))
        )
        found.append(
            Input(
                path,
                np.array(
                    [names.index(cell) if names else float(cell) for cell in cells],
                    dtype=np.float64,
                ),
                names,
            )
        )
    return found


def _limit(limit: Limit, span: float, names: Sequence[str]) -> str:
    """Write a limit in words; `span` is how far the factor's values lie apart, `names` what it may
    be where it is not numbers.
    """
    out = [each for each in names if each not in limit.values]
    if names:
        return (
            f"{limit.factor} is not {out[0]}"
            if len(out) == 1 < len(limit.values)
            else f"{limit.factor} is {listed(limit.values)}"
        )
    low, high = (_number(each, span) for each in (limit.low, limit.high))
    if math.isinf(limit.low) or math.isinf(limit.high):
        return (
            f"{limit.factor} is below {high}"
            if math.isinf(limit.low)
            else f"{limit.factor} is above {low}"
        )
    return f"{limit.factor} is between {low} and {high}"


def _number(value: float, span: float) -> str:
    """Write a number to three significant digits, or more where it would move by over a hundredth
    of the span.
    """
    digits = (float(f"{value:.{each}g}") for each in range(3, 17))
    return f"{next((each for each in digits if abs(each - value) <= span / 100), value):,.15g}"


def _percent(share: float) -> str:
    """Write a share; only nothing is 0 %, and only all is 100 %."""
    if 0 < share < 0.005:
        return "less than 1 %"
    return "over 99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"


def _joined(conditions: Sequence[Condition]) -> str:
    return " and ".join(map(str, conditions))


def _or_nan(value: float) -> float:
    return value if math.isfinite(value) else math.nan
