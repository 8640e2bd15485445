"""Score everything: the shipped case, the casebook, and the precedents themselves."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import sim.precedents as history
from sim.assess.held import Held
from sim.engine.load import load
from sim.errors import InputError
from sim.experiments.backtest import backtest
from sim.experiments.beside import files_beside
from sim.experiments.compare import told_apart
from sim.experiments.scores import Backtest
from sim.experiments.tally import LEVELS, inside_of, known_mean, observed, tally, tally_text
from sim.kernels.arrays import Floats
from sim.precedents.backtest import score_collection
from sim.precedents.scores import cluster_interval
from sim.report.card import Card, Shown
from sim.report.charts.wording import counted
from sim.scenario.loading.shipped import shipped_folder

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.charts.chart import Chart


@dataclass(frozen=True, eq=False, repr=False)
class Everything(Shown):
    """Hold the scores of cases by name, and those of precedents; None where they were not asked
    for.
    """

    cases: Mapping[str, Backtest]
    precedents: history.Backtest | None

    @cached_property
    def table(self) -> pd.DataFrame:
        """Lay the outcomes of all cases out as a frame, a row an outcome, `case` first."""
        import pandas as pd

        frames = [found.table.assign(case=name) for name, found in self.cases.items()]
        if not frames:
            return pd.DataFrame()
        joined = pd.concat(frames, ignore_index=True)
        return joined[["case", *(each for each in joined.columns if each != "case")]]

    def card(self) -> Card:
        """Return what is shown of it at a glance: how well the intervals of each case hold, among
        the outcomes of which one knows.
        """
        import pandas as pd

        seen = observed(self.table) if self.cases else self.table
        rows = [
            (name, len(part), *(known_mean(inside_of(part, level)) for level in LEVELS))
            for name, part in (seen.groupby("case", sort=False) if len(seen) else ())
        ]
        columns = ["case", "outcomes", *(f"inside {level} % intervals" for level in LEVELS)]
        return Card.of_frame(
            f"Backtest of {counted(len(self.cases), 'case')}"
            + ("" if self.precedents is None else " and of precedents"),
            "share of the observed outcomes inside the intervals:",
            pd.DataFrame(rows, columns=columns),
            "cases, precedents, text, table, tables, chart()",
        )

    def chart(self) -> Chart | None:
        """Return at which tenth of their forecast outcomes came; None where none was observed."""
        from sim.report.charts.backtest import calibration
        from sim.report.charts.tables import of_frames

        return calibration(of_frames(self.tables.get, None))

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Return what is written: `backtest`, and `backtest_precedents` where it was asked for."""
        told = {} if self.precedents is None else {"backtest_precedents": self.precedents.table}
        return ({"backtest": self.table} if self.cases else {}) | told

    @property
    def text(self) -> str:
        """Write the scores of each case, how well all of them hold, and the precedents' scores."""
        lines = [f"## {name}\n\n{found.text}\n" for name, found in self.cases.items()]
        if self.cases:
            words, found = "\n".join(held_words(self.table)), tally_text(tally(self.table))
            lines.append(f"## All cases\n\n{found}\n\n{words}\n")
        if self.precedents is not None:
            lines.append(f"## Precedents\n\n{history.described(self.precedents)}")
        return "\n".join(lines)


def held_words(table: pd.DataFrame) -> list[str]:
    """Write how many outcomes the intervals held, with the confidence interval from resampling
    cases.

    This tells how far an interval of a forecast may be trusted: where 90 % intervals held 80 % of
    the outcomes, a reader should read them as 80 % intervals.
    """
    return [each.sentence for each in held_in_cases(table)] or ["Nothing observed."]


def held_in_cases(table: pd.DataFrame) -> list[Held]:
    """Count what the intervals of each level held of observed outcomes; empty where none was."""
    seen = observed(table)
    if not len(seen):
        return []
    held = {level: inside_of(seen, level) for level in LEVELS}
    return _held("cases", held, seen["case"])


def held_in_precedents(found: history.Backtest) -> list[Held]:
    """Count what the intervals of each level held of the shipped milestones."""
    rows = found.table[(found.table["forecast"] != "") & (found.table["shipped"] == "yes")]
    held = {level: history.held_numbers(rows[f"in{level}"]) for level in LEVELS}
    return _held("precedents", held, rows["cluster"])


def _held(forecasts: str, held: Mapping[int, Floats], groups: pd.Series[str]) -> list[Held]:
    """Count the outcomes that lie inside, with the confidence interval of their share from
    resampling groups; groups of which nothing is known do not count, and a level of which nothing
    is known is left out.
    """
    _, clusters = np.unique(groups.to_numpy(dtype=str), return_inverse=True)
    found = []
    for level, inside in held.items():
        known = ~np.isnan(inside)
        if not known.any():
            continue
        low, high = cluster_interval(inside, clusters)
        number = np.unique(clusters[known]).size
        held_of = int(inside[known].sum()), int(known.sum())
        found.append(Held(forecasts, level, *held_of, low, high, number))
    return found


def scored_scenarios(folder: str | os.PathLike[str] | None = None) -> list[Path]:
    """List the scenarios that outcomes stand beside: the shipped case and the casebook, or
    those of a folder. Raises
    InputError where there is none.
    """
    root = shipped_folder() if folder is None else Path(folder)
    found = [root / "baseline.yaml"] if (root / "data/outcomes.csv").exists() else []
    for path in sorted((root / "cases").glob("*_outcomes.csv")):
        found.append(path.with_name(path.name.replace("_outcomes.csv", ".yaml")))
    if not found:
        raise InputError(f"{root}: no scenario with outcomes beside it; name one")
    return found


def backtest_all(
    scenarios: Iterable[str | os.PathLike[str]] | None = None,
    *,
    with_dir: str | os.PathLike[str] | None = None,
    precedents: bool = True,
    members: int | None = None,
    months: int | None = None,
    seed: int | None = None,
) -> Everything:
    """Score scenarios (all that outcomes stand beside, where none is named) and the precedents.

    `with_dir` is a folder of precedents that the fits have not seen; they are scored apart. Raises
    InputError where a file is missing or faulty.
    """
    chosen: Sequence[str | os.PathLike[str]] = (
        scored_scenarios() if scenarios is None else list(scenarios)
    )
    for each in chosen:
        if not Path(files_beside(each).outcomes).exists():
            load(each)  # what is no scenario is told as that
            raise InputError(f"{os.fspath(each)}: no {Path(each).stem}_outcomes.csv beside it")
    # read first: a fault there should not wait for the runs of the cases
    collection = history.load(with_dir) if precedents else None
    names = told_apart([Path(each).stem for each in chosen])
    cases = {
        name: backtest(each, members=members, months=months, seed=seed)
        for name, each in zip(names, chosen, strict=True)
    }
    return Everything(cases, None if collection is None else score_collection(collection))
