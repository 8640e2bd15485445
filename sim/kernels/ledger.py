"""Check that books balance, in multiples of rounding. Equations 14."""

from __future__ import annotations

from functools import reduce

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.blocks import blocks

EPS = float(np.finfo(np.float64).eps)
LIMIT = 64.0
"""Most multiples of eps times gross volume that a residual may reach."""


NOTHING = 1e-280 / EPS
"""Volumes below this need not balance: stocks that shrink by a factor a month for years leave
them."""


def residuals(
    change: Floats, gained: Floats, lost: Floats, stood: Floats, turned: Floats | None = None
) -> Floats:
    """Return |change - gained + lost| as a share of gross volume, elementwise; `change` and `stood`
    are written over.

    Gross volume is what was there before and after (`stood`), plus all that was gained, lost, or
    `turned` over inside; `turned` may be given for the first rows only. A book without any volume
    must balance exactly; NaN stays NaN.
    """
    change -= gained
    change += lost
    np.abs(change, out=change)
    stood += gained
    stood += lost
    if turned is not None:
        stood[: len(turned)] += turned
    stood += NOTHING
    change /= stood
    return change


def worst_residual(before: Floats, after: Floats, gained: Floats, *lost: Floats) -> float:
    """Return the largest residual of an account that is never below 0, all arrays [rows, members],
    as a share of gross volume; NaN where any is.
    """
    worst = 0.0
    for rows in blocks(*before.shape):
        stood, stands = before[rows], after[rows]
        went = reduce(np.add, [each[rows] for each in lost])
        found = residuals(stands - stood, gained[rows], went, stood + stands)
        worst = found.max(initial=worst)
    return float(worst)
