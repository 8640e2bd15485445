"""Join rows of two tables by equal keys, as arrays."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Ints


def matched(keys: Ints, among: Ints) -> tuple[Ints, Ints]:
    """Find for each key the rows that have it: (place in `keys`, row of `among`), key by key, the
    rows of one key rising.

    Takes time in proportion to what it finds, beside sorting `among`.
    """
    order = np.argsort(among, kind="stable")
    known = among[order]
    first = np.searchsorted(known, keys)
    place, at = spread_out(first, np.searchsorted(known, keys, side="right") - first)
    return place, order[at]


def spread_out(first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Write out ranges, each of `count` numbers from `first` on: (which range, number)."""
    place = np.repeat(np.arange(count.size), count)
    return place, np.arange(place.size) + np.repeat(first - np.cumsum(count) + count, count)
