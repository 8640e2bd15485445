"""Share an amount out among claims that exceed it: one water-filling kernel carries several rules.

Every rule grants between 0 and the claim, and in sum the amount or all claims, whichever is less.
Claims are [claims, members], amounts [groups, members], in one unit; `groups` says which claims
draw on which amount. A member whose division is done no longer changes while others go on, so its
numbers do not depend on the other members. Equations 2.2; Young 1987; Thomson 2019.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import GroupSum, divide, total


def proportional(claims: Floats, amount: Floats, groups: GroupSum) -> Floats:
    """Grant each claim the same share of itself."""
    share = np.minimum(divide(amount, groups(claims), otherwise=1.0), 1.0)
    return claims * share.take(groups.group_of_row, axis=0)


def equal_awards(
    claims: Floats, amount: Floats, groups: GroupSum, weight: Floats | None = None
) -> Floats:
    """Grant each claim the same, or in proportion to `weight` [claims, members], but none more than
    it claims.

    Constrained equal awards: `min(claim, level * weight)`, the level such that the grants add up.
    Claims of weight 0 come after all others, alike among themselves.
    """
    if weight is None:
        return _filled(claims, amount, groups, np.ones_like(claims))
    first = np.where(weight > 0, claims, 0.0)
    granted = _filled(first, amount, groups, weight)
    left = np.maximum(amount - groups(first), 0.0)
    return granted + _filled(claims - first, left, groups, np.ones_like(claims))


def _filled(claims: Floats, amount: Floats, groups: GroupSum, weight: Floats) -> Floats:
    """Raise the level until the amount is used up; claims that it reaches on the way are met in
    full, and the rest of the amount is for the others.
    """
    group = groups.group_of_row
    met = (groups(claims) <= amount).take(group, axis=0) | (claims <= 0)
    while True:
        left = np.maximum(amount - groups(np.where(met, claims, 0.0)), 0.0)
        level = divide(left, groups(np.where(met, 0.0, weight))).take(group, axis=0) * weight
        reached = ~met & (claims <= level)
        if not reached.any():
            return np.where(met, claims, level)
        met |= reached


def equal_losses(
    claims: Floats, amount: Floats, groups: GroupSum, weight: Floats | None = None
) -> Floats:
    """Let each claim lose the same, or in proportion to `weight`, but none more than it claims: the
    dual of equal awards.
    """
    lost = equal_awards(claims, np.maximum(groups(claims) - amount, 0.0), groups, weight)
    granted = claims - lost
    # where the amount is small beside the claims, their difference has lost digits: let the grants
    # add up again
    scale = divide(np.minimum(amount, groups(claims)), groups(granted), otherwise=1.0)
    return np.minimum(granted * scale.take(groups.group_of_row, axis=0), claims)


def talmud(claims: Floats, amount: Floats, groups: GroupSum) -> Floats:
    """Share out gains alike up to half of each claim, and from there on losses alike.

    Aumann and Maschler 1985.
    """
    half, total = claims / 2.0, groups(claims)
    gains = equal_awards(half, amount, groups)
    losses = claims - equal_awards(half, np.maximum(total - amount, 0.0), groups)
    return np.where((amount <= total / 2.0).take(groups.group_of_row, axis=0), gains, losses)


def by_rank(claims: Floats, amount: Floats, groups: GroupSum, rank: Ints) -> Floats:
    """Meet claims of the lowest `rank` [claims] first, then the next; within a rank in
    proportion.
    """
    granted, left = np.zeros_like(claims), amount
    for each in np.unique(rank):
        own = np.where((rank == each)[:, None], claims, 0.0)
        granted += proportional(own, left, groups)
        left = np.maximum(left - groups(own), 0.0)
    return granted


def highest_first(claims: Floats, amount: Floats, score: Floats) -> Floats:
    """Meet the claim of the highest `score` [claims, members] first, then the next.

    Claims of one score are met by the same share, so that the order of rows does not decide. All
    claims draw on one amount, [1, members].
    """
    granted = np.empty_like(claims)
    for row, own in enumerate(score):
        before = total(claims * (score > own))
        alike = total(claims * (score == own))
        left = np.clip(amount[0] - before, 0.0, alike)
        granted[row] = np.minimum(claims[row] * divide(left, alike), claims[row])
    return granted


def capped_equal_losses(claims: Floats, most: Floats, amount: Floats, groups: GroupSum) -> Floats:
    """Leave each claim the same part unmet, as far as `most` [claims, members] may be granted of
    it.
    """
    full = np.zeros(claims.shape, dtype=np.bool_)
    while True:
        left = np.maximum(amount - groups(np.where(full, most, 0.0)), 0.0)
        granted = equal_losses(np.where(full, 0.0, claims), left, groups)
        over = ~full & (granted > most)
        if not over.any():
            return np.where(full, most, granted)
        full |= over
