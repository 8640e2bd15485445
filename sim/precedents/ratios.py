"""Fit how much longer it took than was announced: the ratio of the actual to the announced span."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.precedents.columns import CLASSES
from sim.precedents.durations import LEAST, rows_of, span
from sim.precedents.fit import Fit, Prior, fit
from sim.precedents.mixture import Mixture, parts, total
from sim.precedents.tails import STUDENT, Floats

if TYPE_CHECKING:
    import pandas as pd

AHEAD = 2
"""Months that a statement has to look ahead to enter the fit: nearer ones tell of what is done."""
MIDDLE = 18.0
"""Months ahead at which the effect of the span is nil."""
EFFECTS = ("all", *CLASSES, "no class", "span")
PRIOR = Prior(
    centre=np.zeros(len(EFFECTS)),
    spread=np.array([1.0] + [0.5] * (len(EFFECTS) - 2) + [0.25]),
    own=(math.log(0.5), 0.5),
    shared=(math.log(0.3), 0.5),
)
"""Assumed, and wide: on time in the middle, a seventh to seven times the span; a class makes a
factor of 0.4 to 2.7; a span ten times as long slips by a third to three times as much."""


@dataclass(frozen=True)
class Ratios:
    """The fit of ratios: ask it for a `Mixture` of months after the statement."""

    fitted: Fit

    def months(self, announced: float, kind: str = "") -> Mixture:
        """Return months after the statement until what was announced for so many months later.

        `kind` is the complexity class; empty means not known.
        """
        return total(self.fitted, covariates(announced, kind)).times(max(announced, LEAST))

    def factors(self, announced: float, kind: str = "") -> tuple[Mixture, Mixture]:
        """Return two factors of the announced months: what a programme's candidates share, and
        one's own.

        Their product with the announced months is the forecast; draw the first once for a
        programme.
        """
        return parts(self.fitted, covariates(announced, kind))


def covariates(announced: float, kind: str) -> Floats:
    """Return a row of the design [effects]."""
    named = {"all", kind or "no class"}
    row = np.array([float(effect in named) for effect in EFFECTS])
    row[-1] = math.log(max(announced, AHEAD) / MIDDLE)
    return row


def ratio_table(milestones: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a promise at least two months ahead: `announced_months`, `months`,
    `open`.
    """
    chosen = milestones[milestones["announced"] != ""]
    ahead = span(chosen, "stated_on", "announced")
    chosen = chosen.assign(
        announced_months=ahead,
        months=span(chosen, "stated_on"),
        open=chosen["actual"] == "",
    )
    return chosen[ahead >= AHEAD]


def fit_ratios(milestones: pd.DataFrame) -> Ratios:
    """Fit the ratios of a frame of milestones; without any it is the prior."""
    table = ratio_table(milestones)
    keys = zip(table["announced_months"], table["class"], strict=True)
    ratio = table["months"].to_numpy(dtype=np.float64) / table["announced_months"]
    design = [covariates(ahead, kind) for ahead, kind in keys]
    rows = rows_of(table, design, ratio.to_numpy(dtype=np.float64), len(EFFECTS))
    return Ratios(fit(rows, PRIOR, STUDENT))
