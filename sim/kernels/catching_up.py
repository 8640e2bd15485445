"""Know what plants want to catch up for.

A plant that lacks an input since a cut refused it leaves its customers waiting, and then reckons to
make that, too, as far as its capacity goes. Without the cut nobody would wait for it: what it
orders for that is no new want, of which the cut would let its share come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sums import GroupSum, divide, kept_where, raised


@dataclass(eq=False)
class CatchingUp:
    """Hold what plants reckon with because their customers wait for what cuts kept them from
    making; arrays [inputs, members], units of the input that it takes.
    """

    perceived: Floats
    """What of it plants were asked for, smoothed as they smooth demand"""
    extra: Floats
    """What of the use that they expect this month is for that"""

    @classmethod
    def none(cls, shape: tuple[int, ...]) -> CatchingUp:
        """Begin: nobody waits."""
        return cls(np.zeros(shape), np.zeros(shape))

    def where(self, members: Bools) -> CatchingUp:
        """Return the same in some members, [members]; 0 in others."""
        perceived, extra = (np.where(members, each, 0.0) for each in (self.perceived, self.extra))
        return CatchingUp(perceived, extra)

    def perceive(self, asked: Floats, months: float) -> None:
        """Smooth what is asked for over so many months."""
        self.perceived = self.perceived + (asked - self.perceived) / months

    def expect(self, expected: Floats, perceived: Floats, most: Floats) -> None:
        """Tell what of the `expected` use is for that: of the use `perceived` for all that plants
        are asked for, when they can use as much as `most`.
        """
        without = np.minimum(raised(perceived - self.perceived), most)
        self.extra = np.where(self.perceived > 0, raised(expected - without), 0.0)


class Customers(NamedTuple):
    """Hold the links of lines that use inputs, over which their customers wait with them."""

    links: Ints
    """Ascending"""
    line: Ints
    """The line of each"""
    need: Ints
    """The need of each"""
    by_line: GroupSum
    """Sums these links to all lines"""
    by_need: GroupSum
    """Sums these links to all needs"""

    @classmethod
    def of(
        cls, market_line: Ints, market_need: Ints, users: Ints, lines: int, needs: int
    ) -> Customers:
        """Find the links of some lines, `users`, given the line and the need of every link; there
        are so many lines and needs.
        """
        links = np.flatnonzero(np.isin(market_line, users))
        line, need = market_line[links], market_need[links]
        return cls(links, line, need, GroupSum(line, lines), GroupSum(need, needs))

    def waiting(self, lost: Floats, orders: Floats, flow: Floats) -> tuple[Floats, Floats]:
        """Return what needs wait for more since lines `lost` so much of what they would have made,
        [lines, members], or less where they made more, below 0; and what came of the same orders;
        [needs, members] each. Of these links, [of them, members], these were the `orders`, and this
        is the `flow`.
        """
        own = lost.take(self.line, axis=0)
        loses = own > 0
        basis = np.where(loses, raised(orders - flow), flow)
        basis *= divide(lost, self.by_line(basis)).take(self.line, axis=0)
        made = divide(self.by_line(flow), raised(lost.copy()))
        came = kept_where(loses, basis)
        came *= made.take(self.line, axis=0)
        return self.by_need(basis), self.by_need(came)
