"""Know what plants want to catch up for.

A plant that lacks an input since a cut refused it leaves its customers waiting, and then reckons to
make that, too, as far as its capacity goes. Without the cut nobody would wait for it: what it
orders for that is no new want, of which the cut would let its share come.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import GroupSum, divide, kept_where, raised

DUST = 1e-9
"""Who gets all of an order but for this share of it waits for nothing: it is rounding."""


def extra_use(expected: Floats, perceived: Floats, caught_up: Floats, most: Floats) -> Floats:
    """Return what of the use that plants expect of an input is to catch up; all [inputs, members],
    units of the input.

    `expected` is the use, `perceived` what all that plants are asked for would take, `caught_up`
    what of that is asked for by who waits since cuts refused inputs, and `most` what they can use.
    """
    without = np.minimum(raised(perceived - caught_up), most)
    return np.where(caught_up > 0, raised(expected - without), 0.0)


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
    by_seller: GroupSum
    """Sums those of one need from one state"""

    @classmethod
    def of(cls, market_line: Ints, market_need: Ints, users: Ints, state: Ints, needs: int) -> Self:
        """Find the links of some lines, `users`, given the line and the need of every link; `state`
        [lines] is where lines stand, and there are so many needs.
        """
        links = np.flatnonzero(np.isin(market_line, users))
        line, need = market_line[links], market_need[links]
        sellers, seller = np.unique(state[line] * needs + need, return_inverse=True)
        by_line, by_need = GroupSum(line, state.size), GroupSum(need, needs)
        return cls(links, line, need, by_line, by_need, GroupSum(seller.ravel(), sellers.size))

    def of_others(self, through: Floats) -> Floats:
        """Return which part of what a need waits for it waits for lines of other states, of each
        link, [of them, members], where it waits so much `through` these.

        Lines of one state have the same cuts, so that it is no matter how many they are.
        """
        own = self.by_seller.to_rows(self.by_seller(through))
        return 1.0 - divide(own, self.by_need(through).take(self.need, axis=0))

    def waiting(self, lost: Floats, orders: Floats, flow: Floats) -> tuple[Floats, Floats]:
        """Return what needs wait for more since lines `lost` so much of what they would have made,
        [lines, members], or less where they made more, below 0; and what came of the same orders;
        [of them, members] each. Of these links, [of them, members], these were the `orders`, and
        this is the `flow`.
        """
        own, short = lost.take(self.line, axis=0), orders - flow
        loses = own > 0
        basis = np.where(loses, kept_where(short > DUST * orders, short), flow)
        basis *= divide(lost, self.by_line(basis)).take(self.line, axis=0)
        made = divide(self.by_line(flow), raised(lost.copy()))
        came = kept_where(loses, basis)
        came *= made.take(self.line, axis=0)
        return basis, came

    def lighter(self, through: Floats, lines: Floats) -> Floats:
        """Return which part of what needs wait for they wait for still, [needs, members], where
        they wait `through` these links, [of them, members], for lines of which this part holds,
        [lines, members].
        """
        kept = through * lines.take(self.line, axis=0)
        return divide(self.by_need(kept), self.by_need(through), 1.0)
