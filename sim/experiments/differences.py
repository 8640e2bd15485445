"""Compute the differences of two runs, member by member."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.metrics.table import SUMMARY
from sim.records import Records
from sim.report.statistics import spread
from sim.report.tables import Table

LEVELS = (5, 50, 95)
ALL = "*"
"""Stands for all products of a state."""
TIE = 1e-4
"""Numbers that differ by less than this share of the larger one are a tie."""

Need = tuple[str, str]
"""(state, product)"""


def paired(
    one: Floats, other: Floats, higher: Bools, members: Sequence[int]
) -> dict[str, Floats | Ints]:
    """Describe the differences of two arrays [rows, members], pair by pair; `higher` [rows, 1] says
    where more is better.

    A member with NaN on either side does not count, and a row without any is NaN; two infinite
    numbers are equal.
    """
    difference = np.subtract(one, other, out=np.zeros_like(one), where=one != other)
    counted = ~np.isnan(difference)
    tie = np.isfinite(difference) & (
        np.abs(difference) <= TIE * np.fmax(np.abs(one), np.abs(other))
    )
    better = np.where(tie, 0.5, np.where(higher, difference > 0, difference < 0))
    count = counted.sum(axis=1)
    with np.errstate(invalid="ignore"):  # the mean of inf and -inf is NaN
        spreads = spread(difference, members, LEVELS)
    p_better = np.divide(
        (better * counted).sum(axis=1), count, out=np.full(count.shape, np.nan), where=count > 0
    )
    return {**spreads, "p_better": p_better, "n": count}


def together(one: Floats, other: Floats, mean: Bools) -> tuple[Floats, Floats]:
    """Take the needs of two arrays [needs, metrics, members] together, by mean or by sum, `mean`
    [metrics, 1].

    A need with NaN on either side does not count; NaN where none does. Both results are [metrics,
    members].
    """
    counted = ~(np.isnan(one) | np.isnan(other))
    count = counted.sum(axis=0)
    parts = np.where(mean, np.maximum(count, 1), 1)
    first, second = (
        np.where(count > 0, np.where(counted, side, 0.0).sum(axis=0) / parts, np.nan)
        for side in (one, other)
    )
    return first, second


def differences(
    labels: tuple[str, str], base: Records, other: Records, needs: Sequence[Need]
) -> Table:
    """Tabulate the base less another run: each of `needs`, then each state's needs together.

    `labels` name the two; for the columns see `Comparison.columns`.
    """
    metrics = [name for name in base.summary if name in other.summary]
    one, two = (_values(records, needs, metrics) for records in (base, other))
    keys = [(*need, metric) for need in needs for metric in metrics]
    parts = [(one.reshape(len(keys), -1), two.reshape(len(keys), -1))]
    totals = np.array([bool(SUMMARY[metric].together) for metric in metrics])
    added = list(compress(metrics, totals))
    mean = np.array([[SUMMARY[metric].together == "mean"] for metric in added])
    for state, rows in _needs_by_state(needs).items():
        parts.append(together(one[rows][:, totals], two[rows][:, totals], mean))
        keys += [(state, ALL, metric) for metric in added]
    ones, twos = map(np.concatenate, zip(*parts, strict=True))
    return {**_labels(labels, keys), **paired(ones, twos, _more_is_better(keys), base.members)}


def _needs_by_state(needs: Sequence[Need]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row, (state, _) in enumerate(needs):
        found.setdefault(state, []).append(row)
    return found


def _labels(labels: tuple[str, str], keys: Sequence[tuple[str, str, str]]) -> dict[str, list[str]]:
    """Make the columns that name the rows of (state, product, metric)."""
    return {
        "base": [labels[0]] * len(keys),
        "other": [labels[1]] * len(keys),
        **{
            name: [key[place] for key in keys]
            for place, name in enumerate(("state", "product", "metric"))
        },
    }


def _more_is_better(keys: Sequence[tuple[str, str, str]]) -> Bools:
    return np.array([[SUMMARY[metric].better == "more"] for _, _, metric in keys])


def _values(records: Records, needs: Sequence[tuple[str, str]], metrics: Sequence[str]) -> Floats:
    """Collect summary metrics, [needs, metrics, members]."""
    rows = [records.needs.index(need) for need in needs]
    return np.stack([records.summary[metric][rows] for metric in metrics], axis=1)
