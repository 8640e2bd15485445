"""Set in the world what trade events leave: a cap for each link, and limits for groups of links."""

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
    """Hold which limits can be set as the cap of one link, and which cannot, since several links
    share them or they depend on what is asked.
    """

    active: Ints
    """The groups whose limit several links share, or is a share of what would flow"""
    alone: Bools
    """[groups, 1]: whether the group's limit is the cap of its only link"""


class _Shown(NamedTuple):
    """Hold what has been set in the world; while `limits` is this object, only leaks change."""

    limits: Limits
    layout: _Layout
    lawful: Floats
    """[groups, members]: what the limits leave without what leaks, units per month"""
    caps: Floats
    """[touched, members]: the cap of each link that is in some group, units per month"""


@dataclass(eq=False)
class Caps:
    """Set the world's caps and limits from those of trade events, where they have changed."""

    trade: TradeLimits
    _layouts: dict[bytes, _Layout] = field(default_factory=dict)
    """Layouts by the flags of which groups are shares and which limit anything"""
    _shown: _Shown | None = None

    def set(self, world: World, *, reopens: bool = True) -> None:
        """Set each link's cap, and what links may carry together, from the limits of the groups.

        A limit becomes a link's cap if the group has no other link and no other limit holds for the
        link; a limit of 0 closes links in any case. A limit that is a share does not become a cap,
        which would cut twice; then the cap is the group's `most`. `reopens` says that links may
        have opened or closed for another reason.
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
        # caps of trade rules are among the groups' limits, so `base_cap` only tells closed links
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
        """Set new limits in the world; caps stay as they are until `set` changes them."""
        trade, limits = self.trade, self.trade.limits
        lawful = trade.lawful.at(np.full_like(limits.base, ANY))
        layout = self._layout(_with_leaks(limits, lawful), limits.cut_in_part)
        world.limits = limits.only(layout.active) if layout.active.size else None
        return _Shown(limits, layout, lawful, world.links.cap.take(trade.groups.touched, axis=0))

    def _layout(self, most: Floats, moving: Bools) -> _Layout:
        """Return which limits are caps of one link, given what each leaves of anything, `most`, and
        which are shares, `moving`, both [groups, members].
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
    """Return what limits leave of any amount: what is `lawful` or leaks, [groups, members]."""
    most = np.maximum(lawful, limits.amount)
    return np.minimum(most, limits.most, out=most)
