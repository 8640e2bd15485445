"""Open the folder of a result again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError
from sim.records import Records
from sim.report.card import Card
from sim.report.charts.tables import Tables, of_folder
from sim.report.frames import Frames
from sim.scenario.loading.folders import RESULT, STUDY
from sim.scenario.loading.load import load
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.charts.gallery import Plot

COUNTS = ("year", "n", "count", "rank", "box", "point", "points", "plants", "known", "events")
"""Columns of whole numbers in one table or another."""


@dataclass(frozen=True, eq=False, repr=False)
class SavedResult(Frames):
    """Show what stands in a result folder: its tables, as `Result` gives them, its charts, and the
    scenario that was run.

    Made by `sim.open`. A folder holds what it holds: that of a comparison has `comparison` and no
    series, and none has members one by one. What is missing is told with what is there.
    """

    folder: Path
    _tables: Tables

    @property
    def names(self) -> tuple[str, ...]:
        """Name the tables that the folder holds."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.csv")))

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Give where the result comes from: versions, command, seed, hashes; empty where the folder
        does not say.
        """
        return self._tables.manifest

    @cached_property
    def scenario(self) -> Scenario:
        """Give the scenario as it was run, which `sim.run` takes to the same numbers.

        Raises InputError where the folder holds none, or several.
        """
        path = self.folder / RESULT
        if not path.is_file():
            several = sorted((self.folder / "scenarios").glob("*.yaml"))
            where = f"; see {', '.join(map(str, several))}" if several else ""
            raise InputError(f"{self.folder}: holds no {RESULT}{where}")
        return load(path)

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table by the name of its file: `opened.frame("comparison")`.

        Raises InputError where the folder has no such table.
        """
        if name not in self._tables:
            raise InputError(
                f"{self.folder}: holds no {name}.csv; it holds {', '.join(self.names)}"
            )
        found = self._tables[name]
        # a number that happens to be whole in all rows is no count
        whole = found.select_dtypes("integer").columns.difference(list(COUNTS))
        return found.astype(dict.fromkeys(whole, "float64"))

    @property
    def plot(self) -> Plot:
        """Draw its charts: `opened.plot.fill_rate(states=["RUS"])`, `opened.plot("comparison")`."""
        from sim.report.charts.gallery import Plot

        return Plot(self._tables)

    def card(self) -> Card:
        """Return what is shown of it at a glance."""
        if "summary" in self.names and (self.folder / RESULT).is_file():
            return self.run_card(f"{self.folder}: {self.scenario.title}", self.scenario)
        rows = [[name, *self.frame(name).shape] for name in self.names]
        command = self.manifest.get("command") or "a result"
        offered = 'Give frame("name"), plot("chart"), scenario, manifest'
        return Card(f"{self.folder}: {command}", "", ("table", "rows", "columns"), rows, offered)

    def _recorded(self) -> tuple[Scenario, Records]:
        raise InputError(
            f"{self.folder}: holds the spread over the members and no member alone; run its"
            f" scenario again: sim.run(sim.open({os.fspath(self.folder)!r}).scenario)"
        )


def open_result(folder: str | os.PathLike[str]) -> SavedResult:
    """Open the folder of a result: of a run, a comparison, a stress test, a plan, an analysis.

    Its tables and charts are those that the object had from which it was saved; numbers have ten
    digits. Files are compared with the hashes in the manifest first. Raises InputError for what is
    no result, is a study (`sim.Study` opens it), or is not as it was written.
    """
    place = Path(folder)
    if (place / STUDY).is_file():
        raise InputError(f"{folder}: is a study; sim.Study({os.fspath(folder)!r}) opens it")
    return SavedResult(place, of_folder(place))
