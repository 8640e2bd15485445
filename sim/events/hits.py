"""Note what restrictions do to a month's allocation: what leaked, and whom they hit."""

from __future__ import annotations

import numpy as np

from sim.events.limits import NEARLY, TradeLimits
from sim.events.timeline import Timeline
from sim.events.trade import Restriction
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.kept import renewed
from sim.kernels.sums import NEVER, some
from sim.world.world import World

NEARLY_NOTHING = 1e-9
"""A want or a supply below this share of what it is a part of counts as none."""


def observe(limits: TradeLimits, world: World) -> None:
    """Note what leaked this month, and which needs a restriction hit for the first time."""
    links, groups, flow = world.links, limits.groups, world.links.flow
    needs = world.needs
    backlog, old = (
        each.take(groups.need, axis=0) for each in (needs.backlog, needs.demand - needs.ordered)
    )
    if limits.limits.is_share:
        # a share is of all that was not refused before
        of_group = groups.by_need_group.group_of_row
        is_cut = limits.limits.odds.take(of_group, axis=0) > 0
        old = np.where(is_cut, limits.limits.refused(groups.need, of_group), old)
    needs.passed[:] = limits.limits.passing(needs.received, needs.backlog)
    carried = limits.limits.carried(flow)
    wanted = groups.by_need_group(np.maximum(backlog - old, 0.0) * _counts_needs(limits))
    roundabout = np.flatnonzero(world.axes.is_reexport)
    links.leaking[:] = 0.0
    links.leaking[roundabout] = 1.0
    leaks = limits.limits.amount > limits.lawful.amount
    if leaks.any():
        lawful = np.where(leaks, limits.lawful.at(carried + wanted), np.inf)
        beyond = limits.limits.shares_beyond(lawful, flow)
        links.leaking[groups.touched] = np.maximum(links.leaking[groups.touched], beyond)
    if roundabout.size:
        links.acted[roundabout] |= flow[roundabout] > 0
    now = limits.barred | _bars_buyers(limits, world, carried, wanted)
    if now.any():
        limits.acted |= now
        _note_hits(limits, world, now)


def _counts_needs(limits: TradeLimits) -> Floats:
    """Return whether a need counts in a group that serves it, [claims, members], 1 or 0."""
    if limits.limits.counted is None:
        return np.ones((1, 1))
    counted = limits.groups.by_claim(limits.limits.counted.astype(np.float64))
    return (counted > 0).astype(np.float64)


def _bars_buyers(limits: TradeLimits, world: World, carried: Floats, wanted: Floats) -> Bools:
    """Return where buyers stay short of what a supplier still has and may not deliver."""
    lines, groups = world.lines, limits.groups
    spare = lines.offer - lines.output > NEARLY_NOTHING * lines.offer
    spare &= lines.qualified_from <= world.month
    reach = spare.take(world.axes.link_line[groups.link], axis=0)
    reach &= world.links.weight.take(groups.link, axis=0) > 0
    if limits.limits.counted is not None:
        reach &= limits.limits.counted
    # what a trade rule bars, no restriction does
    would = np.minimum(carried + wanted, limits.limits.most)
    # rounding leaves dust of what was ordered and came
    bars: Bools = (
        (wanted > NEARLY_NOTHING * groups.wanted(world.needs.demand))
        & (groups.by_group(reach.astype(np.float64)) > 0)
        & (limits.lawful.left(would) < would * NEARLY)
    )
    return bars


def _note_hits(limits: TradeLimits, world: World, now: Bools) -> None:
    """Note over which links restrictions act `now`, and the month in which needs are first hit.

    A need may turn to a supplier, or begin, long after a restriction first acted there.
    """
    groups, links, needs = limits.groups, world.links, world.needs
    acts = 1.0 - limits.limits.to_links(1.0 - now.astype(np.float64)) > 0
    touched = groups.touched
    links.acted[touched] |= acts
    need = world.axes.link_need[touched]
    short = needs.backlog[need] > NEARLY_NOTHING * needs.demand[need]
    served = (links.base_flow[touched] > 0) | (links.flow[touched] > 0)
    hit = acts & (served | short) & (needs.hit[need] > world.month)
    if some(hit):
        first = needs.hit.copy()
        np.minimum.at(first, need, np.where(hit, world.month, NEVER))
        needs.hit = renewed(first)


def announced(limits: TradeLimits, world: World, line: Timeline) -> Ints:
    """Return the month from which a restriction is known to bar each need's suppliers.

    [needs, members]; NEVER: not that is known.
    """
    hit = np.full(world.needs.hit.shape, NEVER)
    carried = world.links.base_flow > 0
    for effect, rows in zip(limits.effects, limits.of_effect, strict=True):
        if not isinstance(effect, Restriction):
            continue
        own = slice(-1, None) if effect.together else slice(None)
        begin, end = line.begin[effect.row], line.end[effect.row]
        months = np.where(effect.bars(limits.limits.base[rows[own]]) & (begin < end), begin, NEVER)
        for group, month in zip(rows[own].tolist(), months, strict=True):
            links = limits.groups.link[limits.groups.group == group]
            known = np.where(carried[links], month, NEVER)
            np.minimum.at(hit, world.axes.link_need[links], known)
    return hit
