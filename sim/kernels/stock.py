"""Use and hold stocks. Equations 8.1."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats, Ints

ROUNDING = 1e-12
"""What is short by less than this share of a need is rounding."""


def above(floor: Floats, stock: Floats, wanted: Floats) -> Floats:
    """Return what can be used without touching the floor, units, all arrays [needs, members]."""
    return np.minimum(np.maximum(stock - floor, 0.0), wanted)


def met(used: Floats, need: Floats) -> Floats:
    """Return the units of a month's need that were used in it, arrays of one shape; what catches up
    with earlier months does not count. What is short by rounding alone is met.
    """
    return np.where(used < need * (1.0 - ROUNDING), used, need)


def raised(cover: Floats, month: int, cut_off: Ints, months_before: float, extra: float) -> Floats:
    """Return the cover, months, with `extra` months from `months_before` months before the month of
    a cut-off until then.

    `cover` and `cut_off` are arrays [needs, members]; months count since the start.
    """
    ahead = (cut_off - months_before <= month) & (month < cut_off)
    return np.where(ahead, cover + extra, cover)
