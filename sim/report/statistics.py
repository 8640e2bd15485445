"""Describe the spread of numbers over the members: mean, quantiles and the central case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.records import Floats


def spread(values: Floats, members: Sequence[int], levels: Iterable[int]) -> dict[str, Floats]:
    """Summarise the last axis (the members): `mean`, `p05`, `p50`, ... for each level in percent,
    and `central`.

    Each entry has the shape of `values` without its last axis. A member with NaN does not count;
    where none counts, and for `central` where member 0 was not simulated, the entry is NaN.
    Quantiles are linear between neighbours; beside an infinite neighbour they take the nearer of
    the two.
    """
    ordered = np.sort(values, axis=-1)
    numbers = counted(values)
    return {
        "mean": _mean(values, numbers),
        **{f"p{level:02d}": _quantile(ordered, numbers, level / 100) for level in levels},
        "central": central(values, members),
    }


def typical(values: Floats, members: Sequence[int], levels: Iterable[int]) -> dict[str, Floats]:
    """Summarise as `spread` what applies to at least half of the members; NaN elsewhere, as it
    tells nothing of the middle member.
    """
    is_rare = 2 * counted(values) < values.shape[-1]
    return {
        name: np.where(is_rare, np.nan, each)
        for name, each in spread(values, members, levels).items()
    }


def counted(values: Floats) -> NDArray[np.int64]:
    """Count the members behind mean and quantiles: those of the last axis that are no NaN."""
    result: NDArray[np.int64] = np.count_nonzero(~np.isnan(values), axis=-1)
    return result


def central(values: Floats, members: Sequence[int]) -> Floats:
    """Take member 0 from the last axis; NaN where it was not simulated."""
    column = list(members).index(0) if 0 in members else None
    return np.full(values.shape[:-1], np.nan) if column is None else values[..., column].copy()


def _mean(values: Floats, numbers: NDArray[np.int64]) -> Floats:
    total = np.nansum(values, axis=-1)
    mean: Floats = np.divide(total, numbers, out=np.full(total.shape, np.nan), where=numbers > 0)
    return mean


def _quantile(ordered: Floats, numbers: NDArray[np.int64], share: float) -> Floats:
    """Interpolate in the sorted members, NaN last, of which so many are `numbers`."""
    position = np.maximum(numbers - 1, 0) * share
    below = np.floor(position).astype(np.intp)
    weight = position - below
    left = np.take_along_axis(ordered, below[..., None], axis=-1)[..., 0]
    right = np.take_along_axis(ordered, np.ceil(position).astype(np.intp)[..., None], axis=-1)[
        ..., 0
    ]
    finite = np.isfinite(left) & np.isfinite(right)
    step = np.subtract(right, left, out=np.zeros_like(left), where=finite)
    # from the nearer end, so that rounding never leaves the interval
    return np.where(weight < 0.5, left + step * weight, right - step * (1 - weight))
