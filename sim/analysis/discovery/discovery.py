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
from sim.analysis.discovery.boxes import Box, Found, boxes, option_faults
from sim.analysis.discovery.inputs import inputs_of
from sim.analysis.discovery.tree import Input
from sim.analysis.discovery.words import limit_in_words, percent
from sim.errors import InputError
from sim.kernels.arrays import Ints
from sim.report.card import Card, Shown
from sim.report.study import save_tables
from sim.study.store import FAILED
from sim.study.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.charts.chart import Chart

FEWEST_POINTS = 20
"""Points without which no boxes are sought."""


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
    conditions = conditions_of(when, "when")
    faults = [*option_faults(depth, threshold, mass), *unknowns(found, conditions)]
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
    inputs = tuple(each._replace(values=each.values[some]) for each in inputs_of(found))
    parts = boxes(inputs, counts[some], runs[some], depth=depth, threshold=threshold, mass=mass)
    return Discovery(found, conditions, counts, runs, inputs, parts, threshold)


@dataclass(frozen=True, eq=False, repr=False)
class Discovery(Shown):
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
        that they were not fitted to. `when` is the condition.
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
        found = pd.DataFrame(
            [*each, *whole], columns=["box", "where", "coverage", "density", "mass", "points"]
        )
        return found.assign(when=_joined(self.conditions))

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
        share = percent(int(self.holds.sum()) / runs)
        return (
            f"{_joined(self.conditions)} in {share} of {runs:,} runs ({points:,} points of"
            f" {members:,} members{without})."
        )

    def card(self) -> Card:
        """Return what is shown of it at a glance: the boxes, and what they hold."""
        told = "boxes, those that hold most of these runs first:" if self.boxes else self._nothing()
        return Card.of_frame(
            self.head,
            told,
            self.quality.drop(columns="when"),
            "boxes, text, table, quality, points, chart(), save()",
        )

    def where(self, box: Box) -> str:
        """Write the limits of a box in words, numbers to three digits or as many as tell them from
        their neighbours.
        """
        spans = {each.factor: float(np.ptp(each.values)) for each in self.inputs}
        names = {each.factor: each.names for each in self.inputs}
        return " and ".join(
            limit_in_words(each, spans[each.factor], names[each.factor]) for each in box.limits
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
                f"In no part does it hold in {percent(self.threshold)} of the runs or more; this"
                " one comes nearest."
            )
        is_one = len(self.boxes) == 1
        for number, box in enumerate(self.boxes, 1):
            told = (
                f"{percent(box.quality.coverage)} of these lie where {self.where(box)}: it holds"
                f" in {percent(box.quality.density)}"
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
                f"{percent(together.coverage)} of these, and it holds in"
                f" {percent(together.density)} of the runs there."
            )
            yield f"Together{alike}: {told}"
        if not self.found.is_below:
            dense = (
                ""
                if math.isnan(left_out.density)
                else f", and it holds in {percent(left_out.density)} of the runs there"
            )
            yield (
                "Tried on points that they were not fitted to, such boxes hold"
                f" {percent(left_out.coverage)} of these{dense}."
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
            share = percent(self.threshold)
            return (
                f"In every part of the ranges it holds in {share} of the runs or more; a higher"
                " threshold tells them apart."
            )
        return (
            "No factor tells where: no part of the ranges differs from the rest by more than"
            " chance."
        )


def _joined(conditions: Sequence[Condition]) -> str:
    return " and ".join(map(str, conditions))


def _or_nan(value: float) -> float:
    return value if math.isfinite(value) else math.nan
