"""Explain the spread of results by what members draw: linear regression of ranks on ranks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from sim.records import Floats

LEAST_MEMBERS = 20
"""Members, the central case not counted, without which no regression is made."""
MEMBERS_PER_INPUT = 5
"""Members for each input that a regression may hold."""
CHANCE = 0.05
"""Probability with which noise alone may bring any input into a regression (Bonferroni)."""


@dataclass(frozen=True, eq=False)
class Fit:
    """Hold a rank regression: how much of a number's spread over the members which inputs
    explain.
    """

    members: int
    """Members that count"""
    inputs: list[int]
    """Rows of the inputs that explain something, the first to come in first"""
    coefficients: Floats
    """Standardised rank regression coefficients of these inputs"""
    shares: Floats
    """Shares of the variance of the ranks (coefficient times rank correlation); they add up to R
    squared"""
    remark: str = ""
    """Why nothing could be fitted"""

    @property
    def r2(self) -> float:
        """Return R squared, the share of the variance of the ranks that is explained; NaN where
        nothing could be fitted.
        """
        return math.nan if self.remark else float(self.shares.sum())


def rank_regression(inputs: Floats, values: Floats) -> Fit:
    """Explain `values` [members] by `inputs` [inputs, members]: linear regression of ranks on
    ranks, forward selection.

    An input comes in while the correlation of its ranks with what is left is larger than noise
    alone would bring forth among so many inputs (CHANCE), and while there are MEMBERS_PER_INPUT
    members for each. Members with NaN do not count; infinite values rank highest or lowest. Nothing
    is fitted to a constant, nor with fewer than LEAST_MEMBERS members.
    """
    counted = ~np.isnan(values)
    size = int(counted.sum())
    target = _standard(values[None, counted])[0]
    if size < LEAST_MEMBERS or not target.any():
        return Fit(
            size,
            [],
            np.zeros(0),
            np.zeros(0),
            "constant" if size >= LEAST_MEMBERS else f"applies to {size} members only",
        )
    ranks = _standard(inputs[:, counted])
    candidates = max(int(ranks.any(axis=1).sum()), 1)
    least = float(special.ndtri(1 - CHANCE / (2 * candidates))) / math.sqrt(size - 1)
    chosen: list[int] = []
    coefficients, left = np.zeros(0), target
    while len(chosen) < size // MEMBERS_PER_INPUT and left.std() > 1e-9:
        correlation = np.abs(ranks @ left) / (size * left.std())
        correlation[chosen] = 0.0
        if correlation.max(initial=0.0) <= least:
            break
        chosen.append(int(correlation.argmax()))
        coefficients = np.linalg.lstsq(ranks[chosen].T, target, rcond=None)[0]
        left = target - coefficients @ ranks[chosen]
    return Fit(size, chosen, coefficients, coefficients * (ranks[chosen] @ target) / size)


def _standard(values: Floats) -> Floats:
    """Rank each row, [rows, members], ties alike, and scale ranks to mean 0 and variance 1; a
    constant row is 0.
    """
    ranks: Floats = stats.rankdata(values, axis=1)
    ranks -= ranks.mean(axis=1, keepdims=True)
    spread = ranks.std(axis=1, keepdims=True)
    scaled: Floats = np.divide(ranks, spread, out=np.zeros_like(ranks), where=spread > 0)
    return scaled
