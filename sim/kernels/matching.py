"""Join rows of two tables by equal keys, as arrays."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Ints

FEW = 4
"""Times their number below which keys are counted, and not sorted."""


def present(keys: Ints) -> Ints:
    """Return the different keys, rising, of small ones that are never below 0: in a tenth of the
    time that `np.unique` takes.
    """
    return np.flatnonzero(np.bincount(keys))


def numbered(keys: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the different keys, rising, the first place of each, and for each key which it is;
    keys are never below 0.
    """
    most = int(keys.max(initial=-1)) + 1
    if most < FEW * keys.size:
        place = np.full(most, -1)
        place[keys[::-1]] = np.arange(keys.size)[::-1]
        different = np.flatnonzero(place >= 0)
        first = place[different]
        place[different] = np.arange(different.size)
        return different, first, place.take(keys)
    # asked for places, NumPy sorts in a way that is fast where keys come in rising runs
    different, first, which = np.unique(keys, return_index=True, return_inverse=True)
    return different, first, which


def matched(keys: Ints, among: Ints) -> tuple[Ints, Ints]:
    """Find for each key the rows that have it: (place in `keys`, row of `among`), key by key, the
    rows of one key rising.

    Takes time in proportion to what it finds, beside sorting `among`.
    """
    order = np.argsort(among, kind="stable")
    known = among[order]
    place, at = spread_out(*found_among(keys, known))
    return place, order[at]


def found_among(keys: Ints, known: Ints) -> tuple[Ints, Ints]:
    """Find for each key the rows of a rising list that have it: (the first, their number)."""
    if not known.size:
        return np.zeros_like(keys), np.zeros_like(keys)
    first = np.searchsorted(known, keys)
    ends = np.append(np.flatnonzero(np.diff(known)) + 1, known.size)
    after = np.repeat(ends, np.diff(ends, prepend=0))
    nearest = np.minimum(first, known.size - 1)
    return first, np.where(known[nearest] == keys, after[nearest] - first, 0)


def spread_out(first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Write out ranges, each of `count` numbers from `first` on: (which range, number)."""
    place = np.repeat(np.arange(count.size), count)
    return place, np.arange(place.size) + np.repeat(first - np.cumsum(count) + count, count)
