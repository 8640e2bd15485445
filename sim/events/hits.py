"""Note, once goods have been allocated, what restrictions did: what leaked, and whom they hit."""

from __future__ import annotations

import numpy as np

from sim.events.limits import NEARLY, TradeLimits
from sim.kernels.kept import renewed
from sim.kernels.sums import NEVER, Bools, Floats, some
from sim.world.world import World

NEARLY_NOTHING = 1e-9
"""A want or a supply below this share of what it is a part of counts as none."""


class Observer:
    """Look at what trade limits did to a month's allocation."""

    def __init__(self, trade: TradeLimits, world: World) -> None:
        """Find the ends of the links that are limited."""
        axes, groups = world.axes, trade.groups
        self.trade = trade
        self._line = axes.link_line[groups.link]
        self._need = axes.link_need[groups.touched]
        self._roundabout = np.flatnonzero(axes.is_reexport)
        # all that comes the way round has leaked
        self._always = axes.is_reexport[groups.touched].astype(np.float64)[:, None]
        self._left = np.ones((groups.touched.size, world.width), dtype=np.bool_)
        self._groups_left = np.ones((groups.by_group.groups, world.width), dtype=np.bool_)

    def observe(self, world: World) -> None:
        """Note what leaked this month, and which needs a restriction hit for the first time."""
        links, groups, needs = world.links, self.trade.groups, world.needs
        limits, legal = self.trade.limits, self.trade.lawful
        links.leaking[groups.touched] = self._always
        if self._roundabout.size:
            links.acted[self._roundabout] |= links.flow[self._roundabout] > 0
        leaks = limits.amount > legal.amount
        has_leaks, is_left = some(leaks), some(self._left)
        if not has_leaks and not is_left:
            return
        backlog, demand, ordered = (
            each.take(groups.need, axis=0) for each in (needs.backlog, needs.demand, needs.ordered)
        )
        old = demand - ordered
        carried = groups.carried(links.flow)
        wanted = groups.by_need_group(np.maximum(backlog - old, 0.0))
        if has_leaks:
            lawful = np.where(leaks, legal.at(carried + wanted), np.inf)
            beyond = limits.shares_beyond(lawful, links.flow)
            links.leaking[groups.touched] = np.maximum(self._always, beyond)
        if is_left:
            now = self.trade.barred
            if some(self._groups_left & ~now):
                now = now | self._bars_buyers(world, carried, wanted)
            if some(now):
                self._note_hits(world, now)
                self._note_left(world)

    def _note_left(self, world: World) -> None:
        """Note over which links something is still to be seen: no restriction has acted there yet,
        or the need has not been hit.
        """
        links, groups = world.links, self.trade.groups
        seen = links.acted.take(groups.touched, axis=0)
        seen &= world.needs.hit.take(self._need, axis=0) <= world.month
        self._left = ~seen
        place = np.searchsorted(groups.touched, groups.link)
        self._groups_left = groups.by_group.any(self._left.take(place, axis=0))

    def _bars_buyers(self, world: World, carried: Floats, wanted: Floats) -> Bools:
        """Return where buyers stay short of what a supplier still has and may not deliver."""
        lines, trade = world.lines, self.trade
        groups = trade.groups
        spare = lines.offer - lines.output > NEARLY_NOTHING * lines.offer
        spare &= lines.qualified_from <= world.month
        reach = spare.take(self._line, axis=0)
        reach &= world.links.weight.take(groups.link, axis=0) > 0
        # what a trade rule bars, no restriction does
        would = np.minimum(carried + wanted, trade.limits.most)
        # rounding leaves dust of what was ordered and came
        bars: Bools = (
            (wanted > NEARLY_NOTHING * groups.wanted(world.needs.demand))
            & (groups.by_group(reach.astype(np.float64)) > 0)
            & (trade.lawful.left(would) < would * NEARLY)
        )
        return bars

    def _note_hits(self, world: World, now: Bools) -> None:
        """Note over which links restrictions act `now`, and the month in which needs are first hit.

        A need may turn to a supplier, or begin, long after a restriction first acted there.
        """
        groups, links, needs = self.trade.groups, world.links, world.needs
        acts = 1.0 - groups.to_links(1.0 - now.astype(np.float64)) > 0
        touched = groups.touched
        links.acted[touched] |= acts
        need = self._need
        hit = acts & (needs.hit.take(need, axis=0) > world.month)
        if not some(hit):
            return
        short = needs.backlog[need] > NEARLY_NOTHING * needs.demand[need]
        hit &= (links.base_flow[touched] > 0) | (links.flow[touched] > 0) | short
        if some(hit):
            first = needs.hit.copy()
            np.minimum.at(first, need, np.where(hit, world.month, NEVER))
            needs.hit = renewed(first)
