"""Hold the place of an allocation: a market or a part of it, with weights, caps and limits; and
what is known of its first round beforehand.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.limits import Limits
from sim.kernels.market import Market, Part
from sim.kernels.spreading import Asked
from sim.kernels.sums import some
from sim.kernels.terms import RTOL


class Capped(NamedTuple):
    """Hold the links that have a cap in some member."""

    links: Ints
    most: Floats
    """[of them, members]: what they may carry at most"""

    @classmethod
    def none(cls, width: int) -> Capped:
        """Return no links, for `width` members."""
        return cls(np.zeros(0, dtype=np.int64), np.zeros((0, width)))

    @classmethod
    def of(cls, cap: Floats) -> Capped:
        """Find them by the most that each link may carry, [links, members]; inf: no cap."""
        links = np.flatnonzero(np.logical_or.reduce(cap < np.inf, axis=1))
        return cls(links, cap.take(links, axis=0))

    def close(self, weight: Floats, flow: Floats) -> Capped:
        """Set to 0, in place, the `weight` of links whose `flow` has reached their cap, both
        [links, members]; return these capped links, or none if all of them are closed.
        """
        if not self.links.size:
            return self
        own = weight.take(self.links, axis=0)
        own *= flow.take(self.links, axis=0) < self.most * (1.0 - RTOL)
        weight[self.links] = own
        return self if some(own) else Capped.none(own.shape[1])

    def within(self, part: Part) -> Capped:
        """Return the same of a part of the market."""
        links, place = part.inside(self.links)
        return Capped(links, self.most.take(place, axis=0))


class Place(NamedTuple):
    """Hold the place of an allocation: a market or a part of one, with weights, caps and limits."""

    market: Market
    weight: Floats
    """[links, members]: each buyer's preference, 0 on links that are closed to it"""
    capped: Capped
    limits: Limits | None

    def within(self, part: Part) -> Place:
        """Return a part of this place."""
        limits = self.limits
        if limits is not None:
            limits = limits.within(part.links, part.market.need)
        weight = self.weight.take(part.links, axis=0)
        return Place(part.market, weight, self.capped.within(part), limits)


class Opening(NamedTuple):
    """Hold what is known of an allocation's first round beforehand, for needs of one tier."""

    weight: Floats
    """[links, members]: preference, 0 on links that are closed or whose line has no goods"""
    together: Floats
    """[needs, members]: its sum by need, above 0 also where there is nothing to be had"""
    asked: Asked | None
    """What is asked for then; None: that is not known"""
    capped: Capped
    """What links may carry at most"""
