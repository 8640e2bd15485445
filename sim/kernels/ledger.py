"""Check that books balance, in multiples of rounding. Model specification 2.9."""

from __future__ import annotations

import numpy as np

from sim.kernels.sums import Floats

EPS = float(np.finfo(np.float64).eps)
LIMIT = 64.0
"""Most multiples of eps times gross volume that a residual may reach."""


def residuals(before: Floats, after: Floats, gained: Floats, lost: Floats, turned: Floats) -> Floats:
    """Return |after - before - gained + lost| in multiples of eps times gross volume, elementwise.

    Gross volume is stock before and after, plus all that came, went, or was turned over inside. A book without any
    volume must balance exactly, otherwise its residual is inf; NaN stays NaN.
    """
    gap = np.abs((after - before) - (gained - lost))
    gross = np.abs(before) + np.abs(after) + np.abs(gained) + np.abs(lost) + np.abs(turned)
    return np.divide(gap, EPS * gross, out=np.where(gap == 0, 0.0, np.inf), where=gross != 0)
