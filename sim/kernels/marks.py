"""Join marks of which None marks nothing."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Bools


def either(where: Bools, one: Bools | None, other: Bools | None) -> Bools | None:
    """Return `one` in some members, the `other` elsewhere; None marks nothing."""
    if one is None and other is None:
        return None
    flags: Bools = np.where(where, False if one is None else one, False if other is None else other)
    return flags


def both(one: Bools | None, other: Bools | None) -> Bools | None:
    """Return what either marks; None marks nothing."""
    if one is None or other is None:
        return one if other is None else other
    return one | other
