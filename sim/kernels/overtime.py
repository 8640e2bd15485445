"""Let capacity rise for a while when goods are short. Equations 6.2."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.sums import divide, kept_where, raised

DUST = 1e-9
"""A share of what was asked for below this counts as none: it is rounding."""


def scarcity(asked: Floats, output: Floats, *, counts_surplus: bool = False) -> Floats:
    """Return the share of what was asked for that was not made, 0 where nothing was asked for or
    all was made; [lines, members]. With `counts_surplus` it is below 0 where more was made.
    """
    missing = divide(asked - output, asked)
    return kept_where((np.abs(missing) if counts_surplus else missing) > DUST, missing)


def ario(overtime: Floats, scarcity: Floats, most: float, months: float) -> Floats:
    """Return next month's overtime: toward `most` with the scarcity, away from it where that is
    below 0, toward 1 without, over `months`; never below 1; [lines, members].
    """
    moved = overtime + (most - overtime) * scarcity / months
    back = overtime + (1.0 - overtime) / months
    np.copyto(moved, back, where=scarcity == 0)
    return raised(moved, 1.0)
