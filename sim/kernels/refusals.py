"""Remember what partial cuts have refused, so that it is not asked of them again. Equations 9.1.

For each unit that came over a cut, the cut has refused a fixed number of units of the same orders;
these go on waiting. A buyer that lacks goods orders differently from how it would have ordered
without the cut: again what it cancelled, more to catch up, a second time what it forgot to be on
order, and less while refused orders are on order. So buyers are also asked what they would order
had everything come, and only this is a new want. Otherwise the cut would wear off by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sums import GroupSum, divide, kept_where, raised, some

NEARLY_ALL = 1.0 - 1e-12
"""A share of what was refused from which on it counts as all"""
HAIR = 1e-9
"""A share of what is ordered more up to which it counts as nothing"""


class Lightest(NamedTuple):
    """Hold the lightest cut of each need whose suppliers may be cut by different shares: an order
    that another cut refused may still pass that one.

    The *odds* of a cut are the units that it refuses for each unit that it lets pass.
    """

    odds: Floats
    """Its odds, [cut needs, members]; 0: no cut takes a share"""
    link_odds: Floats
    """The same for the need of each cut link, where the link is cut, [cut links, members]"""

    @classmethod
    def among(cls, link_odds: Floats, by_need: GroupSum) -> Lightest:
        """Find it among the odds of each need's cut links, `link_odds` [cut links, members]."""
        least = np.full((by_need.groups, link_odds.shape[1]), np.inf)
        np.minimum.at(least, by_need.group_of_row, np.where(link_odds > 0, link_odds, np.inf))
        of_links = np.minimum(by_need.to_rows(least), link_odds)
        odds = np.where(np.isfinite(least), least, 0.0)
        return cls(odds, of_links)

    def refused(self, passed: Floats) -> Floats:
        """Return what it would have refused of orders of which `passed` came; inf where no cut
        takes a share; both [cut needs, members].
        """
        return np.multiply(self.odds, passed, out=np.full_like(passed, np.inf), where=self.odds > 0)


class CutNeeds(NamedTuple):
    """Hold the needs to which cuts refuse something in some member, and the links that are cut."""

    needs: Ints
    """These needs, ascending"""
    odds: Floats
    """The greatest odds of the cuts of each need, [of them, members]"""
    whole: Bools
    """Where a cut lets nothing pass, [of them, members]"""
    links: Ints
    """The links of which a cut takes a share in some member, ascending"""
    link_odds: Floats
    """The odds of the cuts of each link, [of them, members]"""
    by_need: GroupSum
    """Sums these links to these needs"""
    lightest: Lightest


@dataclass(eq=False)
class Refusals:
    """Hold what partial cuts have refused, and what buyers would have had it come; arrays [needs,
    members] unless said otherwise, units.
    """

    waiting: Floats
    """What still waits because cuts refused it: R of equations 9.1"""
    passed_each: Floats
    """What came over cut links, of the same orders, for each unit refused; 0: no cut took a share
    so far"""
    by_lines: Bools
    """Where some of it waits for lines that lack inputs"""
    lacked: Floats
    """What would be in stock beyond what is there: L of equations 9.1; below 0: stock that is there
    only because use was lost"""
    lost: Floats
    """What would have been used beyond what was used, in the last month; by a state, in this one"""
    deferred: Floats
    """Unmet use that waits because of that: D of equations 9.1, [final needs, members]"""
    catching_up: Floats
    """What lines are asked for, as they perceive it, by customers who wait because cuts refused
    inputs, in units of each input, [inputs, members]; month/refused writes it"""
    caught_others: Floats
    """The part of that which is for customers who wait for lines of other states, [inputs,
    members]; month/refused writes it"""
    caught_passed: Floats
    """What came over cut links of the orders that those customers wait for, [inputs, members];
    month/refused writes it"""
    through: Floats
    """For which lines that lack inputs needs wait, [links of lines with inputs, members]; only the
    proportions among one need's links matter; month/refused writes it"""
    offer: Floats
    """What lines would have offered this month had cuts refused no inputs, [lines, members];
    month/production writes it"""

    @classmethod
    def none(cls, shape: tuple[int, ...], final: int, links: int) -> Refusals:
        """Begin with nothing refused: `shape` is [needs, members], `final` the number of final
        needs, and `links` that of the links of lines that use inputs.
        """
        waiting, passed_each, lacked, lost = (np.zeros(shape) for _ in range(4))
        by_lines = np.zeros(shape, dtype=np.bool_)
        inputs = shape[0] - final
        rows = (final, inputs, inputs, inputs, links, 0)
        rest = (np.zeros((count, *shape[1:])) for count in rows)
        deferred, catching_up, others, passed, through, offer = rest
        return cls(
            waiting=waiting,
            passed_each=passed_each,
            by_lines=by_lines,
            lacked=lacked,
            lost=lost,
            deferred=deferred,
            catching_up=catching_up,
            caught_others=others,
            caught_passed=passed,
            through=through,
            offer=offer,
        )

    def use(self, stock: Floats, wanted: Floats, used: Floats, lasting: Floats) -> None:
        """Find what states would have used beyond what they `used` of their `stock`.

        `wanted` is what they wanted to use, deferred need included; the share `lasting` of what
        they do not get is deferred. All [final needs, members].
        """
        final = slice(self.deferred.shape[0])
        lacked = self.lacked[final]
        would = np.minimum(raised(stock + lacked), wanted - self.deferred)
        # a rule that holds goods back would also hold back those that did not come
        lost = kept_where(used >= np.minimum(stock, wanted), would - used)
        self.lacked[final], self.lost[final] = lacked - lost, lost
        self.deferred = raised(lasting * (self.deferred + lost))

    @property
    def tells(self) -> bool:
        """Return whether any buyer would be in another position had everything come."""
        known = (self.waiting, self.lacked, self.lost, self.deferred, self.catching_up)
        return any(map(some, known))

    @property
    def passed(self) -> Floats:
        """Return what came over cut links, of the same orders as what waits."""
        return self.waiting * self.passed_each

    def cancel(self, cancellation: Floats) -> None:
        """Cancel a share of what waits; what is cancelled is still lacking."""
        self.waiting = self.waiting * (1.0 - cancellation)

    def order(self, more: Floats, most: Floats, extra: Floats | None = None) -> None:
        """Count as refused what buyers order `more` than they would had nothing been refused; where
        that is below 0, it turns as much of what was refused into a new want. No more can wait than
        `most`.

        Lines also order more because they expect `extra` use [inputs, members] (None: nothing) to
        catch up for customers who wait. Where these wait for lines of other states, the units
        refused for each unit that came are those of the orders that the customers wait for.
        """
        # a hair more or less is rounding
        more = kept_where(np.abs(more) > HAIR * most, more)
        if extra is not None and some(extra):
            self._catch_up(more, extra)
        whole = self.waiting + more
        self.waiting = np.minimum(raised(whole.copy()), most)
        self.lacked = self.lacked + (self.waiting - whole)

    def _catch_up(self, more: Floats, extra: Floats) -> None:
        """Change what came for each unit refused, of inputs of which lines order `more` for the
        customers of other lines: mix what it was with what it is for these customers' orders.
        """
        inputs = slice(self.deferred.shape[0], None)
        theirs = extra * divide(self.caught_others, self.catching_up)
        if not some(theirs):
            return
        each, waiting, further = (
            self.passed_each[inputs],
            self.waiting[inputs],
            raised(+more[inputs]),
        )
        # only states put use off
        pool = np.maximum(self.lacked[inputs], waiting)
        # what was refused and waits is on order already, so it is not ordered again
        own = pool - waiting + extra - theirs
        passed = own * each + theirs * divide(self.caught_passed, self.caught_others)
        known = divide(pool * each + further * divide(passed, own + theirs), pool + further)
        grows = (further > 0) & (theirs > HAIR * further)
        self.passed_each[inputs] = np.where(grows, known, each)

    def lose(self, lost: Floats, needs: Ints, more: Floats, came: Floats) -> None:
        """Note the use of inputs that lines `lost` [inputs, members], and what some needs therefore
        wait for `more`, of orders of which `came` was shipped, both [of them, members].

        Of these orders, what came for each unit refused is the same as of the inputs.
        """
        inputs = slice(self.deferred.shape[0], None)
        self.lacked[inputs], self.lost[inputs] = self.lacked[inputs] - lost, lost
        pool, grows = self.pool_of(needs), more > 0
        each, before = (v.take(needs, axis=0) for v in (self.passed_each, self.waiting))
        known = divide(pool * each + came, pool + more)
        self.passed_each[needs] = np.where(grows, known, each)
        self.by_lines[needs] |= grows
        waiting = raised(before + more)
        # what waits more than before did not come
        self.lacked[needs] += waiting - before
        self.waiting[needs] = waiting

    def taken(self, cuts: CutNeeds, came: Floats, backlog: Floats) -> Refusals:
        """Return what is known after a month in which `came` was shipped over the links of `cuts`,
        [of them, members]; changes this object.

        No more can wait than the needs' `backlog` [needs, members]. Members in which nothing is cut
        any more forget everything.
        """
        needs, takes_part = cuts.needs, cuts.odds > 0
        # a cut that has become lighter would have refused less of the same orders; those that wait
        # for lines are not meant here
        part = np.where(self.by_lines.take(needs, axis=0), 1.0, self.still_refused(cuts))
        self.lighten(needs, part)
        each, before = (v.take(needs, axis=0) for v in (self.passed_each, self.waiting))
        pool = self.pool_of(needs)
        waiting = before + cuts.by_need(came * cuts.link_odds)
        waiting = np.minimum(waiting, backlog.take(needs, axis=0))
        # one order may be refused by several cuts: the lightest tells how much came of it
        measure = np.minimum(pool, cuts.lightest.refused(pool * each))
        measure += cuts.by_need(came * cuts.lightest.link_odds)
        passed = pool * each + cuts.by_need(kept_where(cuts.link_odds > 0, came))
        pool += waiting - before
        passed *= divide(np.minimum(measure, pool), measure)
        self.passed_each[needs] = np.where(pool > 0, divide(passed, pool), each)
        all_waiting = np.minimum(self.waiting, backlog)
        all_waiting[needs] = waiting
        # what is more does not come, and what is less has come
        self.lacked = self.lacked + (all_waiting - self.waiting)
        self.waiting = all_waiting
        return self.where(np.logical_or.reduce(takes_part | cuts.whole, axis=0))

    def pool_of(self, needs: Ints) -> Floats:
        """Return what was refused to some needs, ascending, and has not come since, whether it
        still waits or was cancelled, [of them, members].
        """
        final = needs.searchsorted(self.deferred.shape[0])
        pool = self.lacked.take(needs, axis=0)
        pool[:final] += self.deferred.take(needs[:final], axis=0)
        return np.maximum(pool, self.waiting.take(needs, axis=0), out=pool)

    def still_refused(self, cuts: CutNeeds) -> Floats:
        """Return the share of what was refused that cuts would refuse now, [cut needs, members]; 1
        unless they have become lighter.
        """
        part = cuts.odds * self.passed_each.take(cuts.needs, axis=0)
        # a hair less is rounding
        return np.where((cuts.odds > 0) & (part < NEARLY_ALL), part, 1.0)

    def lighten(self, needs: Ints, part: Floats) -> None:
        """Keep a `part` of what was refused to some needs, ascending, both [of them, members], as
        if their cuts had been lighter all along.
        """
        if np.count_nonzero(part == 1.0) == part.size:
            return
        for each in (self.waiting, self.lacked, self.lost):
            each[needs] *= part
        self.passed_each[needs] = divide(self.passed_each.take(needs, axis=0), part)
        final = needs.searchsorted(self.deferred.shape[0])
        self.deferred[needs[:final]] *= part[:final]

    def where(self, members: Bools) -> Refusals:
        """Return the same in some members, a mask [members], with nothing refused in the others."""
        if np.count_nonzero(members) == members.size:
            return self
        kept = {
            each.name: np.where(members, getattr(self, each.name), 0)
            for each in fields(self)
            if each.name not in ("by_lines", "offer")
        }
        return replace(self, by_lines=self.by_lines & members, **kept)
