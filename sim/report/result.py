"""Hold the result of a run: tables as pandas frames, and a folder of files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sim.assess.evidence import ledger
from sim.assess.fates import fates
from sim.errors import InputError
from sim.records import Records
from sim.report import tables
from sim.report.bottlenecks import bottlenecks
from sim.report.card import Card
from sim.report.files import MANIFEST, replaced
from sim.report.frames import Frames
from sim.report.manifest import hashes, manifest
from sim.report.programmes import programmes
from sim.report.shortened import is_large, shortened
from sim.scenario.column_table import LARGE, columns_of
from sim.scenario.loading.column_text import table_of, told_of
from sim.scenario.loading.dump import dump
from sim.scenario.schema import Scenario
from sim.scenario.suggestions import unknown

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
    "bottlenecks": bottlenecks,
    "programmes": programmes,
}
CASE_TABLES: Mapping[str, Callable[[Scenario, Records], tables.Table]] = {
    "fates": fates,
}
"""Tables that need the scenario beside what was recorded."""
SOURCES = "sources"
"""The ledger of evidence"""
KEPT = ("fates", "bottlenecks", "programmes")
"""Tables that are kept once they are made."""


@dataclass(frozen=True, eq=False, repr=False)
class Result(Frames):
    """Hold a scenario as it was run and what its run recorded."""

    scenario: Scenario
    """With every override applied: running it again gives the same numbers."""
    records: Records
    wall_seconds: float = 0.0
    all_rows: bool = False
    """Whether tables list every need, line and route of a large world, more than 100,000 of either:
    otherwise those that were hit, and totals"""
    _kept: dict[str, tables.Table] = field(default_factory=dict, init=False)

    @property
    def plot(self) -> Plot:
        """Draw its charts: `result.plot.fill_rate(states=["RUS"])`."""
        from sim.report.charts.gallery import Plot
        from sim.report.charts.tables import of_result

        return Plot(of_result(self))

    @property
    def names(self) -> tuple[str, ...]:
        """Name the tables."""
        return (*TABLES, *CASE_TABLES, SOURCES)

    @property
    def is_short(self) -> bool:
        """Tell whether its tables leave out what was not hit."""
        return not self.all_rows and is_large(self.records)

    @cached_property
    def _shown(self) -> Records:
        return shortened(self.records) if self.is_short else self.records

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table by its name. Raises InputError where there is none."""
        import pandas as pd  # half a second that a run from the command line can do without

        if name not in self.names:
            raise InputError(unknown("table", name, self.names))
        return pd.DataFrame(self.table(name))

    def card(self) -> Card:
        """Return what is shown of it at a glance."""
        return self.run_card(f"{self.scenario.name}: {self.scenario.title}", self.scenario)

    def _recorded(self) -> tuple[Scenario, Records]:
        return self.scenario, self.records

    def table(self, name: str) -> tables.Table:
        """Give a table by name, as columns; what takes a while to make and is small is kept."""
        if name not in self._kept:
            made = self._made(name)
            if name not in KEPT:
                return made
            self._kept[name] = made
        return self._kept[name]

    def _made(self, name: str) -> tables.Table:
        if name == SOURCES:
            return ledger(self.scenario, all_rows=not self.is_short)
        if name in TABLES:
            return TABLES[name](self._shown)
        return CASE_TABLES[name](self.scenario, self._shown)

    def save(
        self, directory: str | os.PathLike[str], *, figures: bool = True, command: str | None = None
    ) -> Path:
        """Write the result folder, whole or not at all; an older result there is replaced.

        With `figures`, the page report.html is written beside the tables.

        Raises InputError where the folder cannot be written or holds what is not a result.
        """
        with replaced(directory) as folder:
            for name in self.names:
                _write_parts(folder / f"{name}.csv", tables.csv_parts(self.table(name)))
            _write_scenario(self.scenario, folder)
            if figures:
                from sim.report.charts.tables import of_result
                from sim.report.page import write_page  # altair takes a while to import

                about = manifest(self.scenario, self._shown, self.wall_seconds, command, {})
                write_page(of_result(self, about), folder)
            description = manifest(
                self.scenario, self._shown, self.wall_seconds, command, hashes(folder)
            )
            _write(folder / MANIFEST, json.dumps(description, indent=2, ensure_ascii=False) + "\n")
        return Path(directory)


def _write_scenario(scenario: Scenario, folder: Path) -> None:
    """Write a scenario that can be run again; blocks that are large tables as tables beside it."""
    large = {key: each for key, each in columns_of(scenario).items() if len(each) > LARGE}
    named = {key: {"table": f"{key}.csv", **told_of(each)} for key, each in large.items()}
    _write(folder / "scenario.yaml", dump(scenario, named))
    for key, each in large.items():
        _write_parts(folder / f"{key}.csv", table_of(each))


def _write(path: Path, text: str) -> None:
    _write_parts(path, [text])


def _write_parts(path: Path, parts: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(parts)
