"""Derive metrics from what is recorded: by month, over a period, and over the whole run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import NEVER, GroupSum
from sim.metrics.metric import HIT, SUPPLIES
from sim.metrics.table import MONTHLY, SUMMARY, over_months

ByGroup = Callable[[Floats], Floats]
Supplies = tuple[Floats, GroupSum]
"""Units by exporting state, [suppliers, members], and the sum of each need's suppliers"""


def by_month(name: str, series: Mapping[str, Floats]) -> Floats:
    """Return a monthly metric, [months, needs, members], out of recorded (or all) series."""
    metric = MONTHLY[name]
    if name in series or metric.compute is None:
        return series[name]
    return metric.compute(*(by_month(each, series) for each in metric.derived))


def all_series(recorded: Mapping[str, Floats]) -> dict[str, Floats]:
    """Add what is derived to what was recorded, in the order in which tables show it."""
    return {
        name: by_month(name, recorded)
        for name, metric in MONTHLY.items()
        if name in recorded or not metric.is_recorded
    }


def over_period(name: str, series: Mapping[str, Floats], months: slice = slice(None)) -> Floats:
    """Return a monthly metric over some months, [needs, members], out of recorded (or all)
    series: flows added up, stocks at the end, shares of the sums.
    """
    metric = MONTHLY[name]
    return over_months(
        metric, *(by_month(each, series)[months] for each in metric.derived or (name,))
    )


def summary(
    series: Mapping[str, Floats],
    supplies: Supplies | None,
    hit: Ints,
    names: Iterable[str] = tuple(SUMMARY),
) -> dict[str, Floats]:
    """Compute metrics of the whole run, each [needs, members].

    `series` holds arrays [months, needs, members], recorded ones at least; `supplies` may be left
    out where no name needs it; `hit` [needs, members] is the month in which each need was first
    hit, NEVER where it was not.
    """
    known: dict[str, Any] = {**series, HIT: hit, SUPPLIES: supplies}
    found: dict[str, Floats] = {}
    for name in names:
        metric = SUMMARY[name]
        for each in metric.derived:
            if each not in known:
                known[each] = by_month(each, series)
        found[name] = metric.compute(*(known[each] for each in metric.derived))
    return found


def never_hit(needs: int, members: int) -> Ints:
    """Say of so many needs that nothing hits them, [needs, members]."""
    return np.full((needs, members), NEVER)


def supplies(units: Floats, serves: Ints, needs: range) -> Supplies:
    """Choose the suppliers of some needs out of `units` [suppliers, members]; `serves` [suppliers],
    rising, numbers the need that each serves.
    """
    first, last = np.searchsorted(serves, (needs.start, needs.stop)).tolist()
    own = slice(first, last)
    return units[own], GroupSum(serves[own] - needs.start, len(needs))


def by_group(group: Sequence[int], groups: int) -> ByGroup:
    """Return what sums the rows of arrays [rows, members] by group, into [groups, members]; the
    same bits at any number of members.
    """
    return GroupSum(np.array(group, dtype=np.int64), groups)


def recorded_for(names: Collection[str]) -> set[str]:
    """Name what must be recorded for these metrics, of any kind: series, and SUPPLIES."""
    found: set[str] = set()
    for name in names:
        if name in MONTHLY:
            metric = MONTHLY[name]
            found |= {name} if metric.is_recorded else recorded_for(metric.derived)
        else:
            inputs = SUMMARY[name].derived
            found |= recorded_for([each for each in inputs if each in MONTHLY])
            found |= {SUPPLIES} & {*inputs}
    return found


def censored_name(name: str) -> str:
    """Name the share of members in which a time is not reached."""
    return f"{name}_censored"


def uncensored_name(name: str) -> str:
    """Return the name of the time that the name of a censored share belongs to, or the name."""
    return next((each for each in SUMMARY if censored_name(each) == name), name)


def with_censored(metrics: Mapping[str, Floats]) -> dict[str, Floats]:
    """Add to times that may not be reached whether they are not: 1 where they are infinite, 0
    where they are finite, NaN where they do not apply.
    """
    result: dict[str, Floats] = {}
    for name, values in metrics.items():
        result[name] = values
        if SUMMARY[name].censored:
            result[censored_name(name)] = np.where(np.isnan(values), np.nan, np.isinf(values))
    return result


def summary_names() -> list[str]:
    """List the metrics of a summary, with the share that is censored after each time."""
    return [
        each
        for name, metric in SUMMARY.items()
        for each in ([name, censored_name(name)] if metric.censored else [name])
    ]
