"""Turn series into the numbers that a summary shows. Equations 12.

A need is hit in the first month in which an event restricts one of its links; what happened "after"
is counted from there. NaN: does not apply; inf: not reached within the run.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.kernels.sums import NEVER, Floats, GroupSum, Ints, total
from sim.kernels.systemic import esri

__all__ = [
    "bullwhip",
    "concentration",
    "cost_of_substitution",
    "esri",
    "fill_rate",
    "import_dependence",
    "met",
    "recovery",
    "resilience_loss",
    "service",
    "substitution_cost",
    "substitution_ratio",
    "summarise",
    "unmet",
]

STAY = 3
"""Months that a recovery must last to count."""
YEAR = 12
CALM = 0.1
"""Standard deviation of orders, as a share of mean demand, that counts as no swing."""


def met(used: Floats, need: Floats) -> Floats:
    """Return the units of a month's need that were used in it; what catches up with earlier months
    does not count.
    """
    return np.minimum(used, need)


def service(used: Floats, need: Floats) -> Floats:
    """Return the fill rate month by month, the share of need met (beta service level): 1 where
    nothing is needed.
    """
    return np.divide(met(used, need), need, out=np.ones_like(need), where=need > 0)


def fill_rate(used: Floats, need: Floats) -> Floats:
    """Return the share of need met on time, over the first axis: [months, needs, members] ->
    [needs, members].
    """
    # month by month: what is met in all months at once would not fit the processor's cache
    return service(used=total(map(met, used, need), need.shape[1:]), need=total(need))


def unmet(used: Floats, need: Floats) -> Floats:
    """Return the units of need not met on time, summed over the first axis: [months, needs,
    members] -> [needs, members].
    """
    return total(
        (each - met(part, each) for part, each in zip(used, need, strict=True)), need.shape[1:]
    )


def recovery(service: Floats, hit: Ints, share: float) -> Floats:
    """Return the months from `hit` until `share` of the lost service is regained and stays so for
    three months.

    `service` [months, ...] is a fill rate; its usual level is the mean before `hit` [...] (1 when
    hit at once). Counted from the lowest point on, with linear interpolation between months. inf:
    not regained; NaN: never hit or never fell.
    """
    months = service.shape[0]
    flat, begin = service.reshape(months, -1), np.clip(hit.ravel(), 0, months)
    result = np.full(begin.size, np.nan)
    for month in np.unique(begin[begin < months]).tolist():
        columns = np.flatnonzero(begin == month)
        result[columns] = _recovery(flat[:, columns], month, share)
    return result.reshape(hit.shape)


def _recovery(service: Floats, hit: int, share: float) -> Floats:
    """Return the recovery of columns that are all hit in the same month, [columns]."""
    usual = np.ascontiguousarray(service[:hit].T).mean(axis=1) if hit else np.ones(service.shape[1])
    after = service[hit:]
    lowest, every = after.argmin(axis=0), np.arange(service.shape[1])
    low = after[lowest, every]
    goal = low + share * (usual - low)
    reached = after >= goal - 1e-12
    stays = np.zeros_like(reached)
    last = max(after.shape[0] - STAY + 1, 0)
    stays[:last] = np.logical_and.reduce([reached[each : each + last] for each in range(STAY)])
    stays &= np.arange(after.shape[0])[:, None] >= lowest
    month = stays.argmax(axis=0)
    step = after[month, every] - after[month - 1, every]
    back = np.divide(after[month, every] - goal, step, out=np.zeros_like(goal), where=step > 0)
    found = np.where(stays.any(axis=0), month - back, np.inf)
    return np.where(low >= usual - 1e-9, np.nan, found)


def resilience_loss(service: Floats, hit: Ints) -> Floats:
    """Sum the service lost after `hit` against the mean before it, month by month; [needs,
    members]. Bruneau et al. 2003.
    """
    before, after = _before(service.shape, hit), _after(service.shape, hit)
    count = total(before)
    usual = np.divide(total(service * before), count, out=np.ones(hit.shape), where=count > 0)
    return total(np.maximum(usual - service, 0.0) * after)


def substitution_ratio(received: Floats, legacy: Floats, hit: Ints) -> Floats:
    """Return how much of the old suppliers' deliveries others have replaced, in units, in the last
    year.

    Others' deliveries in the last twelve months above those of the twelve before `hit`, over the
    old suppliers' then. `legacy` [months, needs, members] is what arrived from suppliers that a
    restriction hit. Gross: falling need is not counted as substitution. NaN where nothing came from
    them.
    """
    window = _before(received.shape, hit) & ~_before(received.shape, hit - YEAR)
    months = np.maximum(total(window), 1)
    old = total(legacy * window) / months
    others = total((received - legacy) * window) / months
    recent = (received - legacy)[-YEAR:]
    last = total(recent) / len(recent)
    usable = (old > 0) & window.any(axis=0)
    ratio: Floats = np.divide(last - others, old, out=np.full(hit.shape, np.nan), where=usable)
    return ratio


def import_dependence(imports: Floats, received: Floats) -> Floats:
    """Return the imported share of what was received in the last twelve months, [needs,
    members].
    """
    every = total(received[-YEAR:])
    share: Floats = np.divide(
        total(imports[-YEAR:]), every, out=np.full(every.shape, np.nan), where=every > 0
    )
    return share


def substitution_cost(spending: Floats, received: Floats, hit: Ints) -> Floats:
    """Return what a unit delivered in the last twelve months cost more than one in the twelve
    before `hit`, [needs, members].

    Money per unit, delivery with it. NaN where nothing was delivered in either, or nothing was ever
    hit.
    """
    window = _before(received.shape, hit) & ~_before(received.shape, hit - YEAR)
    before, last = total(received * window), total(received[-YEAR:])
    usable = (before > 0) & (last > 0) & (hit < received.shape[0])
    nothing = np.full(hit.shape, np.nan)
    new: Floats = np.divide(total(spending[-YEAR:]), last, out=nothing.copy(), where=usable)
    old: Floats = np.divide(total(spending * window), before, out=nothing, where=usable)
    return new - old


def cost_of_substitution(extra: Floats, capital: Floats, idle: Floats, delivered: Floats) -> Floats:
    """Return what substitution costs per unit delivered: dearer goods, capital and idle capacity;
    NaN where nothing was delivered.

    All arrays of one shape: money beyond what the same units cost at the start, money invested,
    money that capacity idle beyond that at the start costs, and units.
    """
    cost: Floats = np.divide(
        extra + capital + idle, delivered, out=np.full_like(delivered, np.nan), where=delivered > 0
    )
    return cost


def bullwhip(orders: Floats, demand: Floats) -> Floats:
    """Return the variance of orders over that of demand, both [months, needs, members] -> [needs,
    members].

    Swings of a tenth of mean demand count as none: they are added to the variance of demand.
    """
    months = orders.shape[0]
    mean_orders, mean_demand = total(orders) / months, total(demand) / months
    swing, usual = (
        total((orders - mean_orders) ** 2) / months,
        total((demand - mean_demand) ** 2) / months,
    )
    floor = usual + (CALM * mean_demand) ** 2
    ratio: Floats = np.divide(swing, floor, out=np.where(swing > 0, np.inf, 0.0), where=floor > 0)
    return ratio


def concentration(flows: Floats, by_need: GroupSum) -> Floats:
    """Return the Herfindahl-Hirschman index of flows by supplier, [suppliers, members] -> [needs,
    members], 0 to 10,000.

    `by_need` sums the suppliers of each need.
    """
    every = by_need(flows)
    whole = every.take(by_need.group_of_row, axis=0)
    shares = np.divide(flows, whole, out=np.zeros_like(flows), where=whole > 0)
    return np.where(every > 0, 1e4 * by_need(shares**2), np.nan)


def summarise(
    series: Mapping[str, Floats],
    last_flows: Floats,
    routes: list[tuple[str, str, str]],
    needs: list[tuple[str, str]],
    hit: Ints,
) -> dict[str, Floats]:
    """Compute every metric of a summary, each [needs, members].

    `series` holds arrays [months, needs, members]; `last_flows` [routes, members] the units of the
    last calendar year; `hit` [needs, members] the month in which each need was first hit, NEVER
    where it was not.
    """
    need, used, fill = series["need"], series["used"], series["fill_rate"]
    served, after = met(used, need), _after(need.shape, np.where(hit < NEVER, hit, 0))
    place = {need: row for row, need in enumerate(needs)}
    supplying = [row for row, (_, *need) in enumerate(routes) if tuple(need) in place]
    suppliers = GroupSum(
        np.array([place[routes[row][1:]] for row in supplying], dtype=np.int64), len(needs)
    )
    return {
        "fill_rate": service(total(served), total(need)),
        "fill_rate_after": service(total(served * after), total(need * after)),
        "unmet": total(series["unmet"]),
        "backlog_end": series["backlog"][-1],
        "substitution_ratio": substitution_ratio(series["received"], series["legacy"], hit),
        "T50": recovery(fill, hit, 0.5),
        "T90": recovery(fill, hit, 0.9),
        "resilience_loss": np.where(hit < NEVER, resilience_loss(fill, hit), 0.0),
        "import_dependence": import_dependence(series["imports"], series["received"]),
        "hhi": concentration(last_flows[supplying], suppliers),
        "leaked": total(series["leaked"]),
        "spending": total(series["spending"]),
        "substitution_cost": substitution_cost(series["spending"], series["received"], hit),
    }


def _before(shape: tuple[int, ...], hit: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    month = np.arange(shape[0]).reshape(-1, *(1,) * (len(shape) - 1))
    return month < hit


def _after(shape: tuple[int, ...], hit: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return ~_before(shape, hit)
