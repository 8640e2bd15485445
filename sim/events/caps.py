"""Tell the world what trade events leave: a cap of each link, and limits of several together."""

from __future__ import annotations

from dataclasses import dataclass, field

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


@dataclass(eq=False)
class Caps:
    """Set the world's caps and limits from those of trade events, where they have changed."""

    trade: TradeLimits
    _layouts: dict[bytes, _Layout] = field(default_factory=dict)
    """By which limits move and which hold"""
    _shown: tuple[Limits, _Layout] | None = None
    """Of which limits, in which layout, the world knows"""

    def set(self, world: World, *, reopens: bool = True) -> None:
        """Set each link's cap, and what links may carry together, from the limits of the groups.

        A link's own is what it shares with no other and what no other limit is over, too; of what
        it shares only a limit of nothing closes it. Where the limit is a share, the cap is what it
        is a share of, lest it be cut twice. With `reopens` links may have opened or closed for
        another reason, too.
        """
        links, limits, touched = world.links, self.trade.limits, self.trade.groups.touched
        most = limits.at(np.full_like(limits.base, ANY))
        moving = limits.cut_in_part
        # while these are the limits, nothing changes but what leaks
        known = self._shown is not None and self._shown[0] is limits
        layout = self._shown[1] if self._shown and known else self._layout(most, moving)
        most = np.where(moving & (most > 0), limits.most, most)
        own = limits.to_links(np.where(layout.alone | (most <= 0), most, np.inf), np.inf)
        caps = np.minimum(links.base_cap.take(touched, axis=0), own)
        if some(caps != links.cap.take(touched, axis=0)):
            cap = links.cap.copy()
            cap[touched] = caps
            links.cap = renewed(cap)
        if world.limits is not None and known:
            world.limits.amount[:] = limits.amount.take(layout.active, axis=0)
        else:
            world.limits = limits.only(layout.active) if layout.active.size else None
            self._shown = limits, layout
        if reopens or some((caps > 0) != links.permitted.take(touched, axis=0)):
            world.reopen()

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
