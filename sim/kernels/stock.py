"""Use and hold stocks. Equations 8.1."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats, Ints


def above(floor: Floats, stock: Floats, wanted: Floats) -> Floats:
    """Return what can be used without touching the floor, units, all arrays [needs, members]."""
    return np.minimum(np.maximum(stock - floor, 0.0), wanted)


def raised(cover: Floats, month: int, cut_off: Ints, months_before: float, extra: float) -> Floats:
    """Return the cover, months, with `extra` months from `months_before` months before the month of
    a cut-off until then.

    `cover` and `cut_off` are arrays [needs, members]; months count since the start.
    """
    ahead = (cut_off - months_before <= month) & (month < cut_off)
    return np.where(ahead, cover + extra, cover)
