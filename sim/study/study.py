"""Read a study: its points, its results and its failures as frames, and the numbers of single runs."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import InputError
from sim.kernels.sums import Floats
from sim.study.measures import Row, rows_of
from sim.study.results import RESULTS
from sim.study.spec import Spec, read_study
from sim.study.store import FAILURES, POINTS, SPEC, Store

if TYPE_CHECKING:
    import pandas as pd


class Study:
    """Show what stands in the folder of a study. What is read is kept; open it anew to see later changes."""

    def __init__(self, folder: str | os.PathLike[str], temporary: TemporaryDirectory[str] | None = None) -> None:
        """Open a folder; one that is temporary goes with the study. Raises InputError where there is no study."""
        self.folder = Path(folder)
        self.store = Store(self.folder)
        self._temporary = temporary

    @cached_property
    def spec(self) -> Spec:
        """Give the study as it was asked for."""
        return read_study(self.folder / SPEC).spec

    @cached_property
    def points(self) -> pd.DataFrame:
        """Give the factors' values by point."""
        return self._frame(POINTS)[: self.store.state.points]

    @cached_property
    def results(self) -> pd.DataFrame:
        """Give the spread over members by point, metric, state and product. Raises InputError while runs are pending."""
        self._require_finished()
        return self._frame(RESULTS)

    @cached_property
    def failures(self) -> pd.DataFrame:
        """Give the points that failed, each with its error. Raises InputError while runs are pending."""
        self._require_finished()
        return self._frame(FAILURES)
