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
from sim.errors import InputError
from sim.experiments.backtest import backtest
from sim.experiments.beside import files_beside
from sim.experiments.scores import Backtest
from sim.precedents.scores import cluster_interval

if TYPE_CHECKING:
    import pandas as pd

OBSERVED = ("observed", "milestone")
"""Kinds of outcomes that count; claims are shown and do not."""


@dataclass(frozen=True, eq=False)
class Everything:
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
            lines.append("## All cases\n\n" + "\n".join(held_words(self.table)) + "\n")
        if self.precedents is not None:
            lines.append(f"## Precedents\n\n{history.described(self.precedents)}")
        return "\n".join(lines)


def held_words(table: pd.DataFrame) -> list[str]:
    """Write how many outcomes the intervals held, with what resampling cases leaves of it.

    That is how well an interval of a forecast may be trusted: where 90 % intervals held 80 % of
    outcomes, a reader should read them as 80 %.
    """
    seen = table[table["kind"].isin(OBSERVED)]
    if not len(seen):
        return ["Nothing observed."]
    _, cases = np.unique(seen["case"].to_numpy(dtype=str), return_inverse=True)
    lines = []
    for level in (50, 90):
        inside = np.array([float(word == "yes") for word in seen[f"in{level}"]])
        low, high = cluster_interval(inside, cases)
        lines.append(
            f"{level} % intervals held {int(inside.sum())} of {inside.size} observations of"
            f" {cases.max() + 1} cases, {inside.mean():.0%} (resampling cases {low:.0%} to"
            f" {high:.0%}): read them as {inside.mean():.0%}."
        )
    return lines


def scored_scenarios(folder: str | os.PathLike[str] = "scenarios") -> list[Path]:
    """List the scenarios that outcomes stand beside: the shipped case and the casebook. Raises
    InputError where there is none.
    """
    root = Path(folder)
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
            raise InputError(f"{os.fspath(each)}: no {Path(each).stem}_outcomes.csv beside it")
    cases = {
        Path(each).stem: backtest(each, members=members, months=months, seed=seed)
        for each in chosen
    }
    return Everything(cases, history.score(with_dir) if precedents else None)
