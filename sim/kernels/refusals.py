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
from sim.kernels.sums import GroupSum, divide, kept_where, raised, some


class Lightest(NamedTuple):
    """Hold the lightest cut of each need, where some need has suppliers that are cut differently:
    the orders that any of its cuts refused pass at least that one.
    """

    odds: Floats
    """What it refuses for each unit that comes, 0: no cut takes a share, [cut needs, members]"""
    link_odds: Floats
    """The same for the needs of cut links where these are cut, [cut links, members]"""

    @classmethod
    def among(cls, link_odds: Floats, by_need: GroupSum) -> Lightest | None:
        """Find it among what the cut links of each need refuse; None: these are cut alike."""
        least = np.full((by_need.groups, link_odds.shape[1]), np.inf)
        np.minimum.at(least, by_need.group_of_row, np.where(link_odds > 0, link_odds, np.inf))
        of_links = np.minimum(by_need.to_rows(least), link_odds)
        odds = np.where(np.isfinite(least), least, 0.0)
        return cls(odds, of_links) if some(of_links < link_odds) else None

    def refused(self, passed: Floats) -> Floats:
        """Return what it would have refused of orders of which so much passed, inf without one,
        [cut needs, members].
        """
        return np.multiply(self.odds, passed, out=np.full_like(passed, np.inf), where=self.odds > 0)


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
    lightest: Lightest | None
    """None: all links of each need are cut alike"""


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

    def taken(self, cuts: CutNeeds, came: Floats, backlog: Floats) -> Refusals:
        """Return the same after a month in which so much `came` over the links of `cuts`, [of them,
        members]. No more can wait than their needs' `backlog` [needs, members]; of other needs
        nothing is known.
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
        before = np.minimum(waiting, at_most)
        waiting = before + cuts.by_need(came * cuts.link_odds)
        waits = backlog.take(needs, axis=0)
        measure = waiting
        if cuts.lightest is not None:
            # what one refused another may refuse, too: once is enough to know the lightest
            before = np.minimum(before, cuts.lightest.refused(passed))
            measure = before + cuts.by_need(came * cuts.lightest.link_odds)
        left = np.minimum(waiting, waits)
        known = passed + besides
        passed = passed + cuts.by_need(kept_where(cuts.link_odds > 0, came))
        result.passed[needs] = passed * divide(np.minimum(measure, waits), measure)
        # one that lets nothing come refuses all
        all_waits = ~takes_part & (known > 0)
        result.waiting[needs] = np.where(all_waits, waits, left)
        result.given_up[needs], result.passed_besides[needs] = given_up, besides
        return result
