"""Find what plants order in order to catch up with what cuts kept them from making.

A plant that lacks an input because a cut refused it leaves its customers waiting, and then expects
to make what they wait for, too, as far as its capacity goes. Without the cut nobody would be
waiting: so what the plant orders for that is not a new want of which the cut would let a share
pass.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import GroupSum, divide, kept_where, raised

DUST = 1e-9
"""Who gets all of an order but for this share of it waits for nothing: it is rounding."""


def extra_use(expected: Floats, perceived: Floats, caught_up: Floats, most: Floats) -> Floats:
    """Return the part of the expected use of an input that serves to catch up; all [inputs,
    members], units of the input.

    `expected` is the use that plants expect. `perceived` is what it would take to make all that
    they are asked for; `caught_up` is the part of that for customers who wait because cuts refused
    inputs; `most` is what plants can use.
    """
    without = np.minimum(raised(perceived - caught_up), most)
    return np.where(caught_up > 0, raised(expected - without), 0.0)


class Customers(NamedTuple):
    """Hold the links of lines that use inputs: over these their customers wait for them."""

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
    """Sums the links of one need to lines of one state"""

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
        """Return, for each link, which part of all that its need waits for is due from lines of
        other states than the link's; `through` is what waits over each link; both [of them,
        members].

        Lines of one state have the same cuts, so it must not matter how many there are.
        """
        own = self.by_seller.to_rows(self.by_seller(through))
        return 1.0 - divide(own, self.by_need(through).take(self.place, axis=0))

    def waiting(self, lost: Floats, orders: Floats, flow: Floats) -> tuple[Floats, Floats]:
        """Return what needs wait for more, over each link, because these lines `lost` some of what
        they would have made, and what came of the same orders; both [links, members].

        `lost` [of these lines, members] is below 0 where lines made more than they would have; then
        less waits. `orders` and `flow` [of them, members] are those of these links.
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
        """Return the part of what these needs wait for that they still wait for, [of them,
        members], when cuts have become lighter.

        `through` [of them, members] is what waits over each link, `lines` [of these lines, members]
        the part of it that is left for each line.
        """
        kept = through * lines.take(self.line, axis=0)
        return divide(self.by_need(kept), self.by_need(through), 1.0)
