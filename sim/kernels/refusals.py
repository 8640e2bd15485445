"""Remember what cuts that take a share have refused: it is not refused a second time.

Of orders that wait, a cut has refused so many for each unit of the same orders that came over it.
Refused orders may be cancelled, and the buyer, who lacks the goods, orders them anew. Without the
cut it would have them, and would not order them: they count as refused before. Otherwise a cut
would heal by cancelling.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import divide, kept_where, raised


@dataclass(eq=False)
class Refusals:
    """Hold what came over cut links and what was given up, while a cut takes a share; arrays
    [needs, members], units.
    """

    passed: Floats
    """What came over cut links, of the same orders as what still waits"""
    given_up: Floats
    """Cancelled, of goods that the buyer still lacks and has not ordered again"""
    passed_besides: Floats
    """What came over cut links, of the same orders as what was given up"""
    unused: Floats
    """What was needed this month or last and will never be used; month/final_use and
    month/ordering write it"""

    @classmethod
    def none(cls, shape: tuple[int, ...]) -> Refusals:
        """Begin: nothing came over a cut, and nothing is given up."""
        return cls(*(np.zeros(shape) for _ in range(4)))

    def give_up(self, cancelled: Floats, cancellation: Floats) -> None:
        """Move what buyers cancel, a share of what waits, to what is given up; what will not be
        used is lacked no more.
        """
        whole = self.given_up + cancelled
        self.given_up = raised(whole - self.unused)
        came = self.passed_besides + self.passed * cancellation
        self.passed_besides = came * divide(self.given_up, whole)
        self.passed = self.passed - self.passed * cancellation

    def order_again(self, more: Floats) -> Floats:
        """Return how much of what is ordered was given up before; it waits from now on. `more` is
        ordered than would be, had what was given up come.
        """
        again = np.minimum(self.given_up, raised(more))
        came = self.passed_besides * divide(again, self.given_up)
        self.given_up, self.passed_besides = self.given_up - again, self.passed_besides - came
        self.passed = self.passed + came
        return again

    def taken(self, needs: Ints, came: Floats, backlog: Floats, odds: Floats) -> Refusals:
        """Return the same after a month in which so much `came` over cut links to these `needs`,
        [of them, members], whose `backlog` [needs, members] waits; the cuts refuse them `odds` [of
        them, members] units for each that comes. Of others nothing is known.
        """
        result = Refusals.none(self.passed.shape)
        passed, besides = self.passed.take(needs, axis=0), self.passed_besides.take(needs, axis=0)
        # what was given up before anything came over a cut was not refused by it
        counts = (odds > 0) & (passed + besides > 0)
        given_up = kept_where(counts, self.given_up.take(needs, axis=0))
        passed += came
        result.passed[needs] = np.minimum(passed, divide(backlog.take(needs, axis=0), odds))
        result.passed_besides[needs] = np.minimum(besides, divide(given_up, odds))
        result.given_up[needs] = given_up
        return result
