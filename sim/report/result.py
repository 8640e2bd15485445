"""Hold the result of a run: tables as pandas frames, and a folder of files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sim.assess.evidence import ledger
from sim.assess.fates import fates
from sim.records import Records
from sim.report import tables
from sim.report.files import MANIFEST, replaced
from sim.report.manifest import hashes, manifest
from sim.scenario.loading.dump import dump
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.charts.gallery import Plot

TABLES: Mapping[str, Callable[[Records], tables.Table]] = {
    "series": tables.series,
    "summary": tables.summary,
    "flows": tables.flows,
    "capacity": tables.capacity,
    "money": tables.money,
    "events": tables.events,
}
CASE_TABLES: Mapping[str, Callable[[Scenario, Records], tables.Table]] = {
    "fates": fates,
    "sources": lambda scenario, _: ledger(scenario),
}
"""Tables that need the scenario beside what was recorded."""


@dataclass(frozen=True, eq=False)
class Result:
    """Hold a scenario as it was run and what its run recorded."""

    scenario: Scenario
    """With every override applied: running it again gives the same numbers."""
    records: Records
    wall_seconds: float = 0.0

    @cached_property
    def series(self) -> pd.DataFrame:
        """Give the spread of every metric by month, metric, state and product."""
        return self._frame("series")

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Give the spread of every summary metric by state, product and metric."""
        return self._frame("summary")

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Give the spread of units shipped by year, exporter, importer and product."""
        return self._frame("flows")

    @cached_property
    def capacity(self) -> pd.DataFrame:
        """Give the spread of what is usable, of output and of capacity by month and line."""
        return self._frame("capacity")

    @cached_property
    def money(self) -> pd.DataFrame:
        """Give the spread of the ledger of money by year, state and item."""
        return self._frame("money")

    @cached_property
    def events(self) -> pd.DataFrame:
        """Give what was applied when, to how many links, lines or needs, in which share of the
        members.
        """
        return self._frame("events")

    @cached_property
    def fates(self) -> pd.DataFrame:
        """Give the probability of each fate of each need that was hit, by year and at the end, and
        who substituted when.
        """
        return self._frame("fates")

    @cached_property
    def sources(self) -> pd.DataFrame:
        """Give the ledger of evidence: each number that the scenario gives, its interval and where
        it comes from.
        """
        return self._frame("sources")

    @property
    def plot(self) -> Plot:
        """Draw its charts: `result.plot.fill_rate(states=["RUS"])`."""
        from sim.report.charts.gallery import Plot

        return Plot(self)

    def _table(self, name: str) -> tables.Table:
        return (
            TABLES[name](self.records)
            if name in TABLES
            else CASE_TABLES[name](self.scenario, self.records)
        )

    def _frame(self, name: str) -> pd.DataFrame:
        import pandas as pd  # half a second that a run from the command line can do without

        return pd.DataFrame(self._table(name))

    def save(
        self, directory: str | os.PathLike[str], *, figures: bool = True, command: str | None = None
    ) -> Path:
        """Write the result folder, whole or not at all; an older result there is replaced.

        With `figures`, the page report.html is written beside the tables.

        Raises InputError where the folder cannot be written or holds what is not a result.
        """
        with replaced(directory) as folder:
            for name in (*TABLES, *CASE_TABLES):
                _write_parts(folder / f"{name}.csv", tables.csv_parts(self._table(name)))
            _write(folder / "scenario.yaml", dump(self.scenario))
            if figures:
                from sim.report.charts.tables import of_result
                from sim.report.page import write_page  # altair takes a while to import

                about = manifest(self.scenario, self.records, self.wall_seconds, command, {})
                write_page(of_result(self, about), folder)
            description = manifest(
                self.scenario, self.records, self.wall_seconds, command, hashes(folder)
            )
            _write(folder / MANIFEST, json.dumps(description, indent=2, ensure_ascii=False) + "\n")
        return Path(directory)


def _write(path: Path, text: str) -> None:
    _write_parts(path, [text])


def _write_parts(path: Path, parts: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(parts)
