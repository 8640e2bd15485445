"""Note what restrictions do to a month's allocation: what leaked, and whom they hit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.events.limits import NEARLY, TradeLimits
from sim.events.timeline import Timeline
from sim.events.trade import Restriction
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.kept import renewed
from sim.kernels.limits import Limits
from sim.kernels.refusals import Refusals
from sim.kernels.sums import NEVER, raised, some
from sim.kernels.terms import RTOL
from sim.world.world import World

NEARLY_NOTHING = 1e-9
"""A want or a supply below this share of what it is a part of counts as none."""


@dataclass(frozen=True, eq=False)
class _View:
    """Hold the groups that must be looked at, as long as the limits stay as they are."""

    of: Limits
    """The limits of all groups for which this view holds"""
    rows: Ints
    """The groups to look at"""
    lawful: Limits
    """What these may carry without what leaks"""
    leaking: Bools
    """[all groups]: in which goods may leak in some member"""
    looks: bool
    """Whether some restriction has not yet hit all that it can hit"""
    line: Ints
    """[pairs]: the supplier of the pair's link"""
    need: Ints
    """[touched]: the need of each link"""
    place: Ints
    """[touched]: the place of each link among the links of all groups"""
    is_reexport: Floats
    """[touched, 1]: 1 where all that comes over the link has leaked, 0 elsewhere"""


class Observer:
    """Look at what restrictions do, month by month.

    A restriction that has acted on all its links, and hit all their needs, is not looked at again.
    """

    def __init__(self, trade: TradeLimits, world: World) -> None:
        """Prepare to look; nothing has been seen yet."""
        self._trade = trade
        self._roundabout = np.flatnonzero(world.axes.is_reexport)
        self._left = np.ones((trade.groups.touched.size, world.width), dtype=np.bool_)
        """[touched, members]: where no restriction has acted yet, or the need has not been hit"""
        self._view: _View | None = None

    def observe(self, world: World) -> None:
        """Note what leaked this month, and which needs a restriction hit for the first time."""
        links, trade = world.links, self._trade
        if self._roundabout.size:
            links.acted[self._roundabout] |= links.flow[self._roundabout] > 0
        self._note_refusals(world)
        leaks = trade.limits.amount > trade.lawful.amount
        leaking = np.logical_or.reduce(leaks, axis=1)
        view = self._view
        if view is None or view.of is not trade.limits or some(leaking > view.leaking):
            view = self._view = self._look_anew(world, leaking)
            # all goods that are re-exported have leaked
            links.leaking[:] = 0.0
            links.leaking[self._roundabout] = 1.0
        if not view.rows.size:
            return
        carried = view.lawful.carried(links.flow)
        if some(view.leaking):
            would = _would(view, world, carried)
            # where more comes than is let through, it comes by what restrictions leave
            most = trade.limits.amount.take(view.rows, axis=0) * (1.0 + RTOL)
            _note_leaks(view, world, leaks.take(view.rows, axis=0) & (carried <= most), would)
        if view.looks:
            now = trade.barred.take(view.rows, axis=0) | _bars_buyers(view, world, carried)
            if some(now):
                _note_hits(view, world, now, trade.carried.take(view.place, axis=0))
                self._note_left(view, world)

    def _note_refusals(self, world: World) -> None:
        """Note what cuts have refused, beginning with the first month of a partial cut."""
        needs, limits, axes = world.needs, self._trade.limits, world.axes
        if needs.refusals is None and limits.is_share:
            sizes = axes.final, axes.customers.links.size
            needs.refusals = Refusals.none(needs.backlog.shape, *sizes)
        if needs.refusals is not None:
            flow, backlog = world.links.flow, needs.backlog
            needs.refusals = limits.refusing(needs.refusals, flow, backlog)

    def _look_anew(self, world: World, leaking: Bools) -> _View:
        """Choose the groups to look at: those in which goods may leak, `leaking` [groups], and
        those whose restrictions have not yet hit all that they can.
        """
        trade, groups, axes = self._trade, self._trade.groups, world.axes
        left = self._rows_left()
        rows = np.flatnonzero(leaking | left)
        lawful = trade.lawful.only(rows)
        own = lawful.groups
        return _View(
            of=trade.limits,
            rows=rows,
            lawful=lawful,
            leaking=leaking,
            looks=some(left),
            line=axes.link_line[own.link],
            need=axes.link_need[own.touched],
            place=np.searchsorted(groups.touched, own.touched),
            is_reexport=axes.is_reexport[own.touched].astype(np.float64)[:, None],
        )

    def _rows_left(self) -> Bools:
        """Mark the restricted groups, [groups], with links to look at."""
        limits, groups = self._trade.limits, self._trade.groups
        left = np.logical_or.reduce(self._left, axis=1)
        of_group = np.zeros(groups.by_group.groups, dtype=np.bool_)
        of_group[groups.group[left[np.searchsorted(groups.touched, groups.link)]]] = True
        return of_group & ((limits.fixed < np.inf) | (limits.share < 1.0)).any(axis=1)

    def _note_left(self, view: _View, world: World) -> None:
        """Note which links must still be looked at; if they become fewer, choose groups anew."""
        seen = world.links.acted.take(view.lawful.groups.touched, axis=0)
        seen &= world.needs.hit.take(view.need, axis=0) <= world.month
        before = np.logical_or.reduce(self._left[view.place], axis=1)
        self._left[view.place] = ~seen
        if some(before != np.logical_or.reduce(~seen, axis=1)):
            self._view = None


def _wanted(view: _View, world: World) -> Floats:
    """Return what the needs of each group still want, [rows, members]: what is left of this month's
    orders, and of older orders the part that was not refused.
    """
    needs, groups = world.needs, view.lawful.groups
    backlog, demand, ordered = (
        each.take(groups.need, axis=0) for each in (needs.backlog, needs.demand, needs.ordered)
    )
    old = demand - ordered
    if view.lawful.is_share:
        # a share is of all that was not refused before
        of_group = groups.by_need_group.group_of_row
        is_cut = view.lawful.odds.take(of_group, axis=0) > 0
        old = np.where(is_cut, view.lawful.refused(groups.need, of_group), old)
    wanted = raised(backlog - old)
    if view.lawful.counted is not None:
        # a need counts in a group where one of its links does
        wanted *= groups.by_claim(view.lawful.counted.astype(np.float64)) > 0
    return groups.by_need_group(wanted)


def _would(view: _View, world: World, carried: Floats) -> Floats:
    """Return what would flow were nothing cut in part, [rows, members]: what is `carried`, and what
    cuts kept away.
    """
    kept_away, lawful = world.links.kept_away, view.lawful
    if kept_away is None:
        return carried
    kept = kept_away.over(lawful.groups.link)
    if lawful.counted is not None:
        kept *= lawful.counted
    return carried + lawful.groups.by_group(kept)


def _note_leaks(view: _View, world: World, leaks: Bools, would: Floats) -> None:
    """Note what leaks of what flows, where goods may leak, and so much `would` flow, both [rows,
    members].
    """
    links, touched = world.links, view.lawful.groups.touched
    lawful = np.where(leaks, view.lawful.at(would), np.inf)
    beyond = view.lawful.shares_beyond(lawful, links.flow)
    links.leaking[touched] = np.maximum(view.is_reexport, beyond)


def _bars_buyers(view: _View, world: World, carried: Floats) -> Bools:
    """Return where buyers stay short of what a supplier still has and may not deliver; so much is
    `carried`, [rows, members].
    """
    lines, limits, groups = world.lines, view.lawful, view.lawful.groups
    wanted = _wanted(view, world)
    offer, output, accepted = (
        each.take(view.line, axis=0) for each in (lines.offer, lines.output, lines.qualified_from)
    )
    reach = offer - output > NEARLY_NOTHING * offer
    reach &= accepted <= world.month
    reach &= world.links.weight.take(groups.link, axis=0) > 0
    if limits.counted is not None:
        reach &= limits.counted
    # what a trade rule bars is not barred by a restriction
    would = np.minimum(carried + wanted, limits.most)
    # a backlog may be rounding error of what was ordered and came
    bars: Bools = (
        (wanted > NEARLY_NOTHING * groups.wanted(world.needs.demand))
        & (groups.by_group(reach.astype(np.float64)) > 0)
        & (view.lawful.left(would) < would * NEARLY)
    )
    return bars


def _note_hits(view: _View, world: World, now: Bools, carried: Bools) -> None:
    """Note the links of groups whose restrictions act `now` [rows, members], and the month in which
    these first hit needs: over links that have `carried` goods, [touched, members], or if the need
    waits for goods.

    A need may turn to a supplier, or begin, long after a restriction first acted there.
    """
    links, needs, need = world.links, world.needs, view.need
    touched = view.lawful.groups.touched
    acts = ~view.lawful.let(~now)
    links.acted[touched] |= acts
    hit = acts & (needs.hit.take(need, axis=0) > world.month)
    if not some(hit):
        return
    backlog, demand = (each.take(need, axis=0) for each in (needs.backlog, needs.demand))
    flow = links.flow.take(touched, axis=0)
    # goods that come, or wait, only by rounding error do not count
    hit &= carried | (np.maximum(flow, backlog) > NEARLY_NOTHING * demand)
    if some(hit):
        first = needs.hit.copy()
        np.minimum.at(first, need, np.where(hit, world.month, NEVER))
        needs.hit = renewed(first)


def announced(limits: TradeLimits, world: World, line: Timeline) -> Ints:
    """Return the month from which a restriction is known to bar each need's suppliers, [needs,
    members]; NEVER where no such restriction is known.
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
