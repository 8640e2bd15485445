"""Time what is built: stages, ramp-up and wear; and count what lines could sell if they had more.
Equations 6.1.
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.limits import Limits
from sim.kernels.market import Market
from sim.kernels.spreading import spread
from sim.kernels.sums import kept_where
from sim.kernels.terms import RTOL

LEAST_STAGE = 0.5
"""Months that a stage takes at least: a shorter one cannot be told from none in steps of a month.
"""


def monthly(share: Floats) -> Floats:
    """Turn shares lost in a year into the shares that, lost month after month, come to the same."""
    shares = [1.0 - math.pow(1.0 - each, 1.0 / 12.0) for each in share.ravel().tolist()]
    return np.array(shares).reshape(share.shape)


def erlang(mean: Floats, shape: Ints, months: int) -> Floats:
    """Spread one unit over the months in which it is finished, [months + 1, rows, members]; the
    last holds all that is later.

    The unit passes `shape` [rows, 1] stages, each a first-order delay of `mean / shape` months,
    stepped by the trapezoidal rule, which keeps the mean (`mean` [rows, members]) and the variance
    (mean^2 / shape) of the Erlang distribution exactly. Stages are at least half a month long:
    where they would be shorter, there are fewer.
    """
    mean = np.maximum(mean, LEAST_STAGE)
    stages = np.minimum(shape, np.floor(mean / LEAST_STAGE))
    length = mean / stages
    first, stays = 1.0 / (1.0 + 2.0 * length), (2.0 * length - 1.0) / (2.0 * length + 1.0)
    leaving = np.zeros((months + 1, *mean.shape))
    leaving[0] = 1.0
    for stage in range(int(stages.max(initial=0))):
        leaving = np.where(stage < stages, _delayed(leaving, first, stays), leaving)
    leaving[-1] = 1.0
    for month in range(months):
        leaving[-1] -= leaving[month]
    np.maximum(leaving[-1], 0.0, out=leaving[-1])
    return leaving


def _delayed(entering: Floats, first: Floats, stays: Floats) -> Floats:
    leaving = np.empty_like(entering)
    leaving[0] = first * entering[0]
    for month in range(1, entering.shape[0]):
        leaving[month] = stays * leaving[month - 1] + first * (
            entering[month] + entering[month - 1]
        )
    return leaving


def half_done(profile: Floats) -> Ints:
    """Return the first month by which half of a unit is finished, [rows, members], of a profile
    [months + 1, rows, members].
    """
    done = np.zeros(profile.shape[1:])
    half = np.zeros(profile.shape[1:], dtype=np.int64)
    for each in profile[:-1]:
        done += each
        half += done < 0.5
    return half


def order_book(
    market: Market,
    shipped: Floats,
    backlog: Floats,
    weight: Floats,
    cap: Floats,
    limits: Limits | None,
    flow: Floats,
    alive: Bools,
) -> Floats:
    """Return what each line could have sold this month, [lines, members], units.

    That is what it `shipped` [lines, members], plus its part of what its buyers still wait for,
    `backlog` [needs, members]. Backlog is spread by `weight` over the links that could carry more
    than their `flow` within `cap` (all [links, members]) and within `limits`; lines that are not
    `alive` [lines, members] have no part in it.
    """
    room = cap - flow
    able = room > np.where(np.isfinite(cap), RTOL * cap, 0.0)
    able &= market.from_lines(alive)
    if limits is not None:
        able[limits.groups.touched] &= limits.has_room(flow, backlog)
    orders = spread(market, backlog, kept_where(able, weight), room, limits, flow)
    return shipped + market.by_line(orders)
