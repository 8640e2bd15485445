"""Tell the world what trade events leave: a cap of each link, and limits of several together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sim.events.limits import TradeLimits
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.kept import remembered, renewed
from sim.kernels.limits import Limits
from sim.kernels.sums import some
from sim.kernels.terms import ANY
from sim.world.world import World


@dataclass(frozen=True, eq=False)
class _Layout:
    """Hold which limits are of one link alone, and which of several, or move with what is asked."""

    active: Ints
    """Groups whose limits links share, or that are shares"""
    alone: Bools
    """[groups, 1]: whose limit is a cap of its link"""


class _Shown(NamedTuple):
    """Hold what the world knows; while the limits are these nothing changes but what leaks."""

    limits: Limits
    layout: _Layout
    lawful: Floats
    """[groups, members]: what they leave without what leaks, units per month"""
    caps: Floats
    """[touched, members]: the cap of each link that is in some group, units per month"""


@dataclass(eq=False)
class Caps:
    """Set the world's caps and limits from those of trade events, where they have changed."""

    trade: TradeLimits
    _layouts: dict[bytes, _Layout] = field(default_factory=dict)
    """By which limits move and which hold"""
    _shown: _Shown | None = None

    def set(self, world: World, *, reopens: bool = True) -> None:
        """Set each link's cap, and what links may carry together, from the limits of the groups.

        A link's own is what it shares with no other and what no other limit is over, too; of what
        it shares only a limit of nothing closes it. Where the limit is a share, the cap is what it
        is a share of, lest it be cut twice. With `reopens` links may have opened or closed for
        another reason, too.
        """
        links, limits, touched = world.links, self.trade.limits, self.trade.groups.touched
        shown = self._shown
        if shown is None or shown.limits is not limits:
            shown = self._look_anew(world)
        elif world.limits is not None:
            world.limits.amount[:] = limits.amount.take(shown.layout.active, axis=0)
        most, moving = _with_leaks(limits, shown.lawful), limits.cut_in_part
        np.copyto(most, limits.most, where=moving & (most > 0))
        own = limits.to_links(np.where(shown.layout.alone | (most <= 0), most, np.inf), np.inf)
        # a trade rule's cap is one of the groups' limits; beside others it is not its link's own
        caps = np.where(links.base_cap.take(touched, axis=0) > 0, own, 0.0)
        if some(caps != shown.caps):
            cap = links.cap.copy()
            cap[touched] = caps
            links.cap = renewed(cap)
            reopens = reopens or some((caps > 0) != (shown.caps > 0))
        self._shown = _Shown(limits, shown.layout, shown.lawful, caps)
        if reopens:
            world.reopen()

    def _look_anew(self, world: World) -> _Shown:
        """Tell the world of other limits, whose links still have the caps that they had."""
        trade, limits = self.trade, self.trade.limits
        lawful = trade.lawful.at(np.full_like(limits.base, ANY))
        layout = self._layout(_with_leaks(limits, lawful), limits.cut_in_part)
        world.limits = limits.only(layout.active) if layout.active.size else None
        return _Shown(limits, layout, lawful, world.links.cap.take(trade.groups.touched, axis=0))

    def _layout(self, most: Floats, moving: Bools) -> _Layout:
        """Say which limits are of one link alone, where each leaves this at `most`, or is a share,
        `moving`, both [groups, members].
        """
        groups, size = self.trade.groups, self.trade.size
        moves = np.logical_or.reduce(moving, axis=1)
        limited = np.logical_or.reduce(most < ANY * 1e-3, axis=1)
        key = moves.tobytes() + limited.tobytes()

        def work() -> _Layout:
            shared = (limited & (size > 1)) | moves
            holds = shared | (limited & groups.crossing(shared))
            alone = (size == 1) & ~groups.crossing(holds, others=True)
            return _Layout(np.flatnonzero(holds), alone[:, None])

        return remembered(self._layouts, key, work)


def _with_leaks(limits: Limits, lawful: Floats) -> Floats:
    """Return what limits leave of anything: what is `lawful`, or leaks, [groups, members]."""
    most = np.maximum(lawful, limits.amount)
    return np.minimum(most, limits.most, out=most)
