"""Read a study: its points, its results and its failures as frames, and the numbers of
single runs.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.load import load
from sim.errors import InputError
from sim.kernels.arrays import Floats
from sim.report.card import Card, Shown
from sim.report.files import MANIFEST
from sim.scenario.schema import Scenario
from sim.scenario.suggestions import meant
from sim.study.formats import lacking, read_results
from sim.study.observables import Measure
from sim.study.reading import frame
from sim.study.spec import SCENARIO, Spec, read_study
from sim.study.store import FAILURES, POINTS, ROWS, SPEC, Store

if TYPE_CHECKING:
    import pandas as pd


class Study(Shown):
    """Read the folder of a study.

    What has been read is kept; open the folder again to see later changes.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        """Open a folder. Raises InputError where there is no study."""
        self.folder = Path(folder)
        self.store = Store(self.folder)

    @cached_property
    def spec(self) -> Spec:
        """Return the description of the study, as it was given."""
        return read_study(self.folder / SPEC).spec

    @cached_property
    def points(self) -> pd.DataFrame:
        """Return the factors' values by point."""
        return self._frame(POINTS)[: self.store.state.points]

    @cached_property
    def results(self) -> pd.DataFrame:
        """Return the spread over members by point, metric, state and product: from CSV with ten
        digits or, from a million lines on, from Parquet with all digits.

        Raises InputError while runs are pending, and where neither can be read.
        """
        self._require_finished()
        return read_results(self.folder, self.store.state.points, len(self.rows))

    @property
    def lacking(self) -> str:
        """Say why `results` of a study that is finished cannot be read; empty where they can."""
        return lacking(self.folder, self.store.state.points * len(self.rows))

    @cached_property
    def failures(self) -> pd.DataFrame:
        """Return the points that failed, each with its error. Raises InputError while runs are
        pending.
        """
        self._require_finished()
        return self._frame(FAILURES)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Return which numbers are kept of each run: metric, state, product."""
        return self._frame(ROWS)

    @cached_property
    def scenario(self) -> Scenario:
        """Return the scenario of the study, with its members; of several scenarios the first."""
        return load(self.folder / self._files[0], members=self.spec.members)

    def card(self) -> Card:
        """Return what is shown of it at a glance: its factors, and how far it has come."""
        points, members = self.store.status.shape
        pending = int(self.store.pending.sum())
        state = "finished" if not pending else f"{pending} of {points * members} runs pending"
        rows = [
            (path, *(_said(each) for each in (factor.low, factor.high, factor.values)))
            for path, factor in self.spec.factors.items()
        ]
        return Card(
            f"{self.folder}: {self.spec.scenario or 'several scenarios'}",
            f"{points} points of {members} members, {self.spec.design.kind}; {state}",
            ("factor", "low", "high", "values"),
            rows,
            "points, results, failures, rows, values(metric, state, product), scenario",
        )

    @property
    def _files(self) -> list[str]:
        several = self.spec.factors[SCENARIO].values if SCENARIO in self.spec.factors else None
        return [str(file) for file in several or [self.spec.scenario]]

    @cached_property
    def start(self) -> str:
        """Return the month, YYYY-MM, in which its runs start. Raises InputError where they start in
        different months.
        """
        found = {load(self.folder / file).start for file in self._files}
        if len(found) != 1 or "start" in self.spec.factors:
            raise InputError(f"{self.folder}: its points start in different months")
        return found.pop()

    def chosen(self, measure: Measure) -> list[tuple[str, str, str]]:
        """List the numbers kept of each run, (metric, state, product), that a metric chooses; see
        also `unkept`.
        """
        kept = self.rows.itertuples(index=False, name=None)
        return [
            (metric, state, product)
            for metric, state, product in kept
            if metric == measure.label
            and measure.state in ("", state)
            and measure.product in ("", product)
        ]

    def unkept(self, measure: Measure) -> str:
        """Say why a metric chooses nothing that is kept; empty where it does."""
        if self.chosen(measure):
            return ""
        metrics = list(dict.fromkeys(self.rows["metric"]))
        if measure.label not in metrics:
            return f"keeps no {measure.label}{meant(measure.label, metrics, 'kept')}"
        needs = [
            f"{state}, {product}"
            for _, state, product in self.chosen(measure._replace(state="", product=""))
        ]
        whose = ", ".join(filter(None, (measure.state, measure.product)))
        return f"keeps no {measure.label} of {whose}{meant(whose, needs, 'kept')}"

    def values(self, metric: str, state: str, product: str) -> Floats:
        """Return one number of every run, [points, members]; NaN where a run failed or where it
        does not apply. Raises InputError for a number that was not kept, or while runs are pending.
        """
        self._require_finished(with_tables=False)
        kept = self.rows.itertuples(index=False, name=None)
        rows = [f"{name} of {whose}, {what}" for name, whose, what in kept]
        asked = f"{metric} of {state}, {product}"
        if asked not in rows:
            raise InputError(f"{self.folder}: keeps no {asked}{meant(asked, rows, 'kept')}")
        return np.array(self.store.values[:, :, rows.index(asked)])

    def _require_finished(self, *, with_tables: bool = True) -> None:
        pending, is_shard = int(self.store.pending.sum()), bool(self.store.state.shard)
        # tables that no manifest stands for are of an earlier stage of the study
        lacks_tables = with_tables and not (self.folder / MANIFEST).exists()
        if not (pending or is_shard or lacks_tables):
            return
        lacks = f"{pending} of {self.store.status.size} runs pending"
        if lacks_tables and not (pending or is_shard):
            lacks = "all runs are done, its manifest is not there"
        raise InputError(f"{self.folder}: is not finished ({lacks}); resume it (--resume)")

    def _frame(self, name: str) -> pd.DataFrame:
        return frame(self.folder / name)


def _said(value: object) -> str:
    return "" if value is None else str(value)
