"""Remember what cuts that take a share have refused: it is not refused a second time.

Of orders that wait, a cut has refused so many for each unit of the same orders that came over it.
Refused orders may be cancelled, and the buyer, who lacks the goods, orders them anew. Without the
cut it would have them, and would not order them: they count as refused before. Otherwise a cut
would heal by cancelling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sums import GroupSum, divide, kept_where, raised


class CutNeeds(NamedTuple):
    """Hold the needs that cuts refuse something in some member, and the links over which."""

    needs: Ints
    """Ascending"""
    odds: Floats
    """The most that a cut refuses them for each unit that comes, [of them, members]"""
    whole: Bools
    """Where a cut lets nothing come, [of them, members]"""
    links: Ints
    """Those that a cut takes a share of in some member, ascending"""
    link_odds: Floats
    """What cuts refuse for each unit that comes over them, [of them, members]"""
    by_need: GroupSum
    """Sums these links to these needs"""


@dataclass(eq=False)
class Refusals:
    """Hold what cuts that take a share have refused, and what came over them beside that; arrays
    [needs, members], units.
    """

    waiting: Floats
    """What still waits because cuts refused it"""
    passed: Floats
    """What came over cut links, of the same orders"""
    given_up: Floats
    """Of what cuts refused, what was cancelled, and the buyer still lacks and has not ordered
    again"""
    passed_besides: Floats
    """What came over cut links, of the same orders as what was given up"""
    unused: Floats
    """What was needed this month or last and will never be used; month/final_use and
    month/ordering write it"""

    @classmethod
    def none(cls, shape: tuple[int, ...]) -> Refusals:
        """Begin: nothing came over a cut, and nothing was refused."""
        return cls(*(np.zeros(shape) for _ in range(5)))

    def give_up(self, cancellation: Floats) -> None:
        """Move the share of what waits that buyers cancel to what is given up; what will not be
        used is lacked no more.
        """
        cancelled, came = self.waiting * cancellation, self.passed * cancellation
        whole = self.given_up + cancelled
        self.given_up = raised(whole - self.unused)
        self.passed_besides = (self.passed_besides + came) * divide(self.given_up, whole)
        self.waiting, self.passed = self.waiting - cancelled, self.passed - came

    def order_again(self, more: Floats) -> None:
        """Let what is ordered and was given up before wait from now on. `more` is ordered than
        would be, had what was given up come.
        """
        again = np.minimum(self.given_up, raised(more))
        came = self.passed_besides * divide(again, self.given_up)
        self.given_up, self.passed_besides = self.given_up - again, self.passed_besides - came
        self.waiting, self.passed = self.waiting + again, self.passed + came

    def taken(self, cuts: CutNeeds, came: Floats, refused: Floats, backlog: Floats) -> Refusals:
        """Return the same after a month in which so much `came` over cut links to the needs of
        `cuts`, [of them, members], and so much was `refused`. No more can wait than their `backlog`
        [needs, members]; of other needs nothing is known.
        """
        result, needs = Refusals.none(self.passed.shape), cuts.needs
        takes_part = cuts.odds > 0
        counts = takes_part | cuts.whole
        waiting, passed, given_up, besides = (
            kept_where(counts, each.take(needs, axis=0))
            for each in (self.waiting, self.passed, self.given_up, self.passed_besides)
        )
        # a cut that takes less than before has refused less of the same orders
        at_most = np.where(takes_part, cuts.odds * passed, waiting)
        waiting = np.minimum(waiting, at_most) + refused
        waits = backlog.take(needs, axis=0)
        left = np.minimum(waiting, waits)
        result.passed[needs] = (passed + came) * divide(left, waiting)
        # one that lets nothing come refuses all
        all_waits = ~takes_part & (passed + besides > 0)
        result.waiting[needs] = np.where(all_waits, waits, left)
        result.given_up[needs], result.passed_besides[needs] = given_up, besides
        return result
