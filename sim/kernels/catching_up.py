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
    lines: Ints
    """The lines that use inputs, ascending"""
    line: Ints
    """The place of each link's line among them"""
    fed: Ints
    """The place of each input's line among them, [inputs]"""
    need: Ints
    """The need of each"""
    needs: Ints
    """These needs, ascending"""
    place: Ints
    """The place of each link's need among them"""
    by_line: GroupSum
    """Sums these links to these lines"""
    by_need: GroupSum
    """Sums these links to these needs"""
    by_seller: GroupSum
    """Sums those of one need from one state"""

    @classmethod
    def of(cls, market_line: Ints, market_need: Ints, users: Ints, state: Ints, needs: int) -> Self:
        """Find the links of the lines that use inputs, `users` [inputs], given the line and the
        need of every link; `state` [lines] is where lines stand, and there are so many needs.
        """
        links = np.flatnonzero(np.isin(market_line, users))
        lines, fed = np.unique(users, return_inverse=True)
        line, need = market_line[links], market_need[links]
        sellers, seller = np.unique(state[line] * needs + need, return_inverse=True)
        served, place = np.unique(need, return_inverse=True)
        line, place = np.searchsorted(lines, line), place.ravel()
        return cls(
            links,
            lines,
            line,
            fed.ravel(),
            need,
            served,
            place,
            by_line=GroupSum(line, lines.size),
            by_need=GroupSum(place, served.size),
            by_seller=GroupSum(seller.ravel(), sellers.size),
        )

    def to_inputs(self, values: Floats) -> Floats:
        """Give each input what its line has, [of these lines, members] -> [inputs, members]."""
        return values.take(self.fed, axis=0)

    def of_others(self, through: Floats) -> Floats:
        """Return which part of what a need waits for it waits for lines of other states, of each
        link, [of them, members], where it waits so much `through` these.

        Lines of one state have the same cuts, so that it is no matter how many they are.
        """
        own = self.by_seller.to_rows(self.by_seller(through))
        return 1.0 - divide(own, self.by_need(through).take(self.place, axis=0))

    def waiting(self, lost: Floats, orders: Floats, flow: Floats) -> tuple[Floats, Floats]:
        """Return what needs wait for more since these lines `lost` so much of what they would have
        made, [of them, members], or less where they made more, below 0; and what came of the same
        orders; [links, members] each. Of these links, [of them, members], these were the `orders`,
        and this is the `flow`.
        """
        own = lost.take(self.line, axis=0)
        loses = own > 0
        basis = np.where(loses, raised(orders - flow), flow)
        basis *= divide(lost, self.by_line(basis)).take(self.line, axis=0)
        made = divide(self.by_line(flow), raised(lost.copy()))
        came = kept_where(loses, basis)
        came *= made.take(self.line, axis=0)
        return basis, came

    def lighter(self, through: Floats, lines: Floats) -> Floats:
        """Return which part of what these needs wait for they wait for still, [of them, members],
        where they wait `through` these links, [of them, members], for these lines, of which this
        part holds, [of them, members].
        """
        kept = through * lines.take(self.line, axis=0)
        return divide(self.by_need(kept), self.by_need(through), 1.0)
