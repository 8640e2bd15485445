"""Check that books balance, in multiples of rounding. Equations 14."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats

EPS = float(np.finfo(np.float64).eps)
LIMIT = 64.0
"""Most multiples of eps times gross volume that a residual may reach."""


TINY = 1e-280
"""An amount that counts as rounding of nothing: what is left of stocks that shrink for years by a
factor a month."""


def residuals(
    before: Floats, after: Floats, gained: Floats, lost: Floats, turned: Floats | None = None
) -> Floats:
    """Return |after - before - gained + lost| in multiples of eps times gross volume, elementwise.

    Gross volume is stock before and after, plus all that came, went, or was `turned` over inside,
    which is of the first rows alone. A book without any volume must balance exactly; NaN stays NaN.
    """
    gap = after - before
    gap -= gained
    gap += lost
    np.abs(gap, out=gap)
    gross = np.abs(before)
    gross += np.abs(after)
    gross += gained
    gross += lost
    if turned is not None:
        gross[: len(turned)] += turned
    gross *= EPS
    gross += TINY
    gap /= gross
    return gap
