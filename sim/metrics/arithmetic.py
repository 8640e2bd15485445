"""The arithmetic of metrics: pure functions of arrays, members last. Equations 12.

A need is hit in the first month in which an event restricts one of its links; what happened "after"
is counted from there. NaN: does not apply; inf: not reached within the run.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.moments import Moments
from sim.kernels.stock import met
from sim.kernels.sums import NEVER, GroupSum, total

STAY = 3
"""Months that a recovery must last to count."""
_NEAR = 1e-9
"""Service that is this much below the usual level has not fallen."""
_DUST = 1e-12
"""Deliveries that are this share of all in the run are rounding."""
YEAR = 12
CALM = 0.1
"""Standard deviation of orders, as a share of mean demand, that counts as no swing."""


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
    """Return the units of a month's need that were not used in it; arrays of any one shape."""
    return need - met(used, need)


def fill_rate_after(used: Floats, need: Floats, hit: Ints) -> Floats:
    """Return the share of need met on time from `hit` [needs, members] on, or of the whole run
    where that is NEVER: [months, needs, members] -> [needs, members].
    """
    after = _after(need.shape, np.where(hit < NEVER, hit, 0))
    return service(total(met(used, need) * after), total(need * after))


def recovery(service: Floats, hit: Ints, share: float) -> Floats:
    """Return the months from `hit` until `share` of the lost service is regained and stays so for
    three months.

    `service` [months, ...] is a fill rate; its usual level is the mean before `hit` [...] (1 if
    there is no month before). The loss is measured at the lowest point between the first fall below
    the usual level and its return to it for three months; a later fall does not count. Recovery is
    looked for from that point on, with linear interpolation between months. inf: not regained; NaN:
    never hit or never fell.
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
    after, every = service[hit:], np.arange(service.shape[1])
    months = np.arange(after.shape[0])[:, None]
    fallen = after < usual - _NEAR
    first = fallen.argmax(axis=0)
    back, returns = _lasting(~fallen & (months >= first))
    story = (months >= first) & (months < np.where(returns, back, after.shape[0]))
    lowest = np.where(story, after, np.inf).argmin(axis=0)
    low = after[lowest, every]
    goal = low + share * (usual - low)
    month, found = _lasting((after >= goal - 1e-12) & (months >= lowest))
    step = after[month, every] - after[month - 1, every]
    over = np.divide(after[month, every] - goal, step, out=np.zeros_like(goal), where=step > 0)
    return np.where(fallen.any(axis=0), np.where(found, month - over, np.inf), np.nan)


def _lasting(holds: Bools) -> tuple[Ints, Bools]:
    """Return the first month from which something holds for STAY months, and whether there is one;
    [months, columns] -> [columns].
    """
    stays = np.zeros_like(holds)
    last = max(holds.shape[0] - STAY + 1, 0)
    stays[:last] = np.logical_and.reduce([holds[each : each + last] for each in range(STAY)])
    found: Bools = np.logical_or.reduce(stays)
    return stays.argmax(axis=0), found


def resilience_loss(service: Floats, hit: Ints) -> Floats:
    """Sum the service lost from `hit` on, compared with the mean before it, over the months;
    [needs, members]. Bruneau et al. 2003.

    If the need is never hit, or is hit in the first month, the service lost is compared with 1,
    over the whole run.
    """
    since = np.where(hit < NEVER, hit, 0)
    before, after = _before(service.shape, since), _after(service.shape, since)
    count = total(before)
    usual = np.divide(total(service * before), count, out=np.ones(hit.shape), where=count > 0)
    return total(np.maximum(usual - service, 0.0) * after)


def substitution_ratio(received: Floats, legacy: Floats, hit: Ints) -> Floats:
    """Return how much of the old suppliers' deliveries others have replaced, in units, in the last
    year.

    That is by how much others delivered more in the last twelve months than in the twelve before
    `hit`, divided by what the old suppliers delivered in these twelve. `legacy` [months, needs,
    members] is what arrived from suppliers that a restriction hit. A need that falls does not count
    as substitution. NaN where nothing came from the old suppliers.
    """
    window = _before(received.shape, hit) & ~_before(received.shape, hit - YEAR)
    months = np.maximum(total(window), 1)
    old = total(legacy * window) / months
    others = total((received - legacy) * window) / months
    recent = (received - legacy)[-YEAR:]
    last = total(recent) / len(recent)
    usable = comes(old * months, received) & window.any(axis=0)
    ratio: Floats = np.divide(last - others, old, out=np.full(hit.shape, np.nan), where=usable)
    return ratio


def import_dependence(imports: Floats, received: Floats) -> Floats:
    """Return the imported share of what was received in the last twelve months, [needs,
    members].
    """
    every = total(received[-YEAR:])
    share: Floats = np.divide(
        total(imports[-YEAR:]),
        every,
        out=np.full(every.shape, np.nan),
        where=comes(every, received),
    )
    return share


def substitution_cost(spending: Floats, received: Floats, hit: Ints) -> Floats:
    """Return by how much a unit delivered in the last twelve months cost more than one in the
    twelve before `hit`, [needs, members].

    Money per unit, including delivery. NaN where nothing was delivered in one of the two, or
    nothing was ever hit.
    """
    window = _before(received.shape, hit) & ~_before(received.shape, hit - YEAR)
    before, last = total(received * window), total(received[-YEAR:])
    usable = comes(before, received) & comes(last, received) & (hit < received.shape[0])
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


def bullwhip(orders: Moments, demand: Moments) -> Floats:
    """Return the variance of orders over that of demand, [needs, members].

    Swings of a tenth of mean demand count as none: they are added to the variance of demand.
    """
    swing = orders.variance
    floor = demand.variance + (CALM * demand.mean) ** 2
    ratio: Floats = np.divide(swing, floor, out=np.where(swing > 0, np.inf, 0.0), where=floor > 0)
    return ratio


def concentration(flows: Floats, by_need: GroupSum, received: Floats) -> Floats:
    """Return the Herfindahl-Hirschman index of flows by supplier, [suppliers, members] -> [needs,
    members], 0 to 10,000.

    `by_need` sums the suppliers of each need; `received` [months, needs, members] is what came in
    the whole run.
    """
    every = by_need(flows)
    whole = every.take(by_need.group_of_row, axis=0)
    shares = np.divide(flows, whole, out=np.zeros_like(flows), where=whole > 0)
    return np.where(comes(every, received), 1e4 * by_need(shares**2), np.nan)


def comes(units: Floats, received: Floats) -> Bools:
    """Tell whether units [needs, members] are more than rounding beside all that was `received`
    [months, needs, members].
    """
    found: Bools = units > _DUST * total(received)
    return found


def _before(shape: tuple[int, ...], hit: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    month = np.arange(shape[0]).reshape(-1, *(1,) * (len(shape) - 1))
    return month < hit


def _after(shape: tuple[int, ...], hit: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return ~_before(shape, hit)
