"""Fit how long it took from the start to the first unit or full supply, by class and head start."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.precedents.columns import CLASSES, HEAD_STARTS, months_between
from sim.precedents.fit import Fit, Prior, Rows, fit
from sim.precedents.mixture import Mixture, parts, total
from sim.precedents.tails import STUDENT, Floats

if TYPE_CHECKING:
    import pandas as pd

FIRST, FULL = "first", "full"
MILESTONES = (FIRST, FULL)
"""Milestones whose durations are fitted."""
EVENT = ("case", "milestone", "units", "value")
"""What rows have in common that are statements on one event, as far as a table holds it."""
LEAST = 0.5
"""Months that an event in the month of its start or statement counts for."""
EFFECTS = ("all", *CLASSES, "no class", *HEAD_STARTS, "no head start", FULL)
"""Columns of the design; what has no word has an effect of its own, on which the prior alone
speaks."""
PRIOR = Prior(
    centre=np.array([math.log(36.0)] + [0.0] * (len(EFFECTS) - 2) + [0.5]),
    spread=np.array([1.5] + [1.0] * (len(EFFECTS) - 2) + [0.5]),
    own=(math.log(0.8), 0.5),
    shared=(math.log(0.4), 0.5),
)
"""Assumed, and wide: three years in the middle, within 2 and 700 months; a class or a head start
makes a factor of 1/7 to 7, full supply takes 0.6 to 4.5 times the first unit; cases of one kind
differ by factors of 0.3 to 3."""


@dataclass(frozen=True)
class Durations:
    """The fit of durations: ask it for a `Mixture` of months."""

    fitted: Fit

    def months(self, kind: str = "", head_start: str = "", milestone: str = FIRST) -> Mixture:
        """Return months from the start to a milestone, for a new case of a new programme.

        `kind` is the complexity class; empty means not known, as for `head_start`. Quantiles by
        `quantiles(5, 50, 95)`, draws by `ppf` from uniforms; the uncertainty of the fit is in both.
        """
        return total(self.fitted, covariates(kind, head_start, milestone))

    def factors(
        self, kind: str = "", head_start: str = "", milestone: str = FIRST
    ) -> tuple[Mixture, Mixture]:
        """Return months that a programme's candidates share, and the factor of each one's own."""
        return parts(self.fitted, covariates(kind, head_start, milestone))


def covariates(kind: str, head_start: str, milestone: str) -> Floats:
    """Return a row of the design [effects]."""
    named = {"all", kind or "no class", head_start or "no head start"}
    if milestone == FULL:
        named.add(FULL)
    return np.array([float(effect in named) for effect in EFFECTS])


def duration_table(milestones: pd.DataFrame) -> pd.DataFrame:
    """Return one row per case and milestone `first` or `full` that has a start: `months`, `open`.

    Statements on one milestone tell of one event; an open one counts to its latest news. An event
    in the month of the start took half a month.
    """
    chosen = milestones[milestones["milestone"].isin(MILESTONES) & (milestones["start"] != "")]
    chosen = chosen.assign(open=chosen["actual"] == "", months=span(chosen, "start"))
    chosen = chosen.sort_values("months", kind="stable", ascending=False)
    chosen = chosen.sort_values("open", kind="stable").drop_duplicates(["case", "milestone"])
    return chosen.sort_index()


def span(milestones: pd.DataFrame, since: str, until: str = "") -> Floats:
    """Return months [rows] from a column of dates to another, by default to the end: actual or
    censoring.

    Half a month at least.
    """
    ends = (
        milestones[until]
        if until
        else milestones["actual"].where(milestones["actual"] != "", milestones["censored_at"])
    )
    months = [months_between(*pair) for pair in zip(milestones[since], ends, strict=True)]
    return np.maximum(np.array(months, dtype=np.float64), LEAST)


def rows_of(table: pd.DataFrame, design: Sequence[Floats], values: Floats, width: int) -> Rows:
    """Return the rows of a fit; several statements on one milestone weigh as one together."""
    _, clusters = np.unique(table["cluster"].to_numpy(dtype=str), return_inverse=True)
    keys = [each for each in EVENT if each in table]
    told = table.groupby(keys)["case"].transform("size")
    return Rows(
        logs=np.log(values),
        censored=table["open"].to_numpy(dtype=np.bool_),
        design=np.array(design, dtype=np.float64).reshape(-1, width),
        clusters=clusters.astype(np.int64),
        weights=1.0 / told.to_numpy(dtype=np.float64),
    )


def fit_durations(milestones: pd.DataFrame) -> Durations:
    """Fit the durations of a frame of milestones; without any it is the prior."""
    table = duration_table(milestones)
    keys = zip(table["class"], table["head_start"], table["milestone"], strict=True)
    design = [covariates(*key) for key in keys]
    rows = rows_of(table, design, table["months"].to_numpy(dtype=np.float64), len(EFFECTS))
    return Durations(fit(rows, PRIOR, STUDENT))
