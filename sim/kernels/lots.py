"""Ship in whole lots what is granted in any amounts."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats

DUST = 1e-9
"""Share of a lot that may be missing for rounding's sake; the account then goes below 0 by as much,
so that totals are exact."""


def whole_lots(account: Floats, granted: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Add what is granted to the account; return what leaves in whole lots, and the account after
    that.

    All arrays [links, members], units. With 0.5 granted a month and lots of 1, what leaves is 0, 1,
    0, 1 and so on.
    """
    full = account + granted
    leaving = size * np.maximum(np.floor(full / size + DUST), 0.0)
    return leaving, full - leaving
