"""Remember what cuts that take a share have refused: it is not refused a second time.

Of orders that wait, a cut has refused so many for each unit of the same orders that came over it.
Who lacks the goods orders otherwise than without the cut: anew what was cancelled, more to catch
up, twice what is forgotten, less while what was refused is on order. So buyers are asked what they
would order had all come, and this alone is a new want: otherwise a cut would heal by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sums import GroupSum, divide, kept_where, raised, some

NEARLY_ALL = 1.0 - 1e-12
"""A part of what was refused that counts as all."""
HAIR = 1e-9
"""A part of what is ordered for which no more is ordered."""


class Lightest(NamedTuple):
    """Hold the lightest cut of each need, which may have suppliers that are cut differently: the
    orders that any of its cuts refused pass at least that one.
    """

    odds: Floats
    """What it refuses for each unit that comes, 0: no cut takes a share, [cut needs, members]"""
    link_odds: Floats
    """The same for the needs of cut links where these are cut, [cut links, members]"""

    @classmethod
    def among(cls, link_odds: Floats, by_need: GroupSum) -> Lightest:
        """Find it among what the cut links of each need refuse."""
        least = np.full((by_need.groups, link_odds.shape[1]), np.inf)
        np.minimum.at(least, by_need.group_of_row, np.where(link_odds > 0, link_odds, np.inf))
        of_links = np.minimum(by_need.to_rows(least), link_odds)
        odds = np.where(np.isfinite(least), least, 0.0)
        return cls(odds, of_links)

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
    lightest: Lightest


@dataclass(eq=False)
class Refusals:
    """Hold what cuts that take a share have refused, and how buyers would stand had it come; arrays
    [needs, members], units.
    """

    waiting: Floats
    """What still waits because cuts refused it"""
    passed_each: Floats
    """What came over cut links, of the same orders, for each unit refused; 0: no cut took a share
    so far"""
    by_lines: Bools
    """Where some of it waits for lines that lack inputs"""
    lacked: Floats
    """What would be in stock beside what is; below 0: what is there to make good for lost use"""
    lost: Floats
    """What would have been used last, of a state this month, beside what was"""
    deferred: Floats
    """Unmet use that waits for that, [final needs, members]"""
    catching_up: Floats
    """What lines perceive to be asked for by customers who wait since cuts refused inputs, in units
    of each input, [inputs, members]; month/refused writes it"""
    caught_others: Floats
    """What of that is by customers who wait for lines of other states, [inputs, members];
    month/refused writes it"""
    caught_passed: Floats
    """What came over cuts of the same orders as that, [inputs, members]; month/refused writes
    it"""
    through: Floats
    """For which lines that lack inputs needs wait, [links of such lines, members]: of one need they
    tell the proportions; month/refused writes it"""
    offer: Floats
    """What lines would have offered this month, [lines, members]; month/production writes it"""

    @classmethod
    def none(cls, shape: tuple[int, ...], final: int, links: int) -> Refusals:
        """Begin: nothing came over a cut, and nothing was refused; so many needs are final, and so
        many links are those of lines that use inputs.
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
        """Find what states would have used beside what they `used` of their `stock`, who `wanted`
        so much with what they had deferred and defer the `lasting` part of what they do not get;
        [final needs, members] each.
        """
        final = slice(self.deferred.shape[0])
        lacked = self.lacked[final]
        would = np.minimum(raised(stock + lacked), wanted - self.deferred)
        # a rule that holds goods back would do so of more, too
        lost = np.where(used < np.minimum(stock, wanted), 0.0, would - used)
        self.lacked[final], self.lost[final] = lacked - lost, lost
        self.deferred = raised(lasting * (self.deferred + lost))

    @property
    def tells(self) -> bool:
        """Return whether anybody would stand otherwise."""
        known = (self.waiting, self.lacked, self.lost, self.deferred, self.catching_up)
        return any(map(some, known))

    @property
    def passed(self) -> Floats:
        """Return what came over cut links, of the same orders as what waits."""
        return self.waiting * self.passed_each

    def cancel(self, cancellation: Floats) -> None:
        """Cancel the share of what waits that buyers give up: they lack it still."""
        self.waiting = self.waiting * (1.0 - cancellation)

    def order(self, more: Floats, most: Floats, extra: Floats | None = None) -> None:
        """Count as refused what buyers order `more` than they would had nothing been refused, be it
        anew or twice; and as a new want what they order less since what was refused is on order. No
        more can wait than `most`.

        Lines order more, too, since they expect `extra` use, [inputs, members], None: nothing, to
        catch up for customers who wait: where these wait for lines elsewhere, as much was refused
        of that for each unit that came as of what they wait for.
        """
        # a hair more or less is rounding
        more = kept_where(np.abs(more) > HAIR * most, more)
        if extra is not None and some(extra):
            self._catch_up(more, extra)
        whole = self.waiting + more
        self.waiting = np.clip(whole, 0.0, most)
        self.lacked = self.lacked + (self.waiting - whole)

    def _catch_up(self, more: Floats, extra: Floats) -> None:
        """Mix what came for each unit refused of inputs with that of what customers wait for whom
        other lines leave waiting, as far as it is for them that lines order `more`.
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
        # what was refused and waits is on order: of it no more is ordered
        own = pool - waiting + extra - theirs
        passed = own * each + theirs * divide(self.caught_passed, self.caught_others)
        known = divide(pool * each + further * divide(passed, own + theirs), pool + further)
        grows = (further > 0) & (theirs > HAIR * further)
        self.passed_each[inputs] = np.where(grows, known, each)

    def lose(self, lost: Floats, more: Floats, came: Floats) -> None:
        """Take note of use of inputs that lines `lost`, [inputs, members], and of what buyers wait
        for `more` since lines did, when so much `came` of the same orders, [needs, members] each:
        of the inputs as much came over cuts for each unit that was refused.
        """
        inputs = slice(self.deferred.shape[0], None)
        self.lacked[inputs], self.lost[inputs] = self.lacked[inputs] - lost, lost
        pool, grows = self.pool_of(np.arange(more.shape[0])), more > 0
        known = divide(pool * self.passed_each + came, pool + more)
        self.passed_each = np.where(grows, known, self.passed_each)
        self.by_lines = self.by_lines | grows
        self._wait(raised(self.waiting + more))

    def _wait(self, waiting: Floats) -> None:
        """Let so much wait: what is more does not come, and what is less has come."""
        self.lacked = self.lacked + (waiting - self.waiting)
        self.waiting = waiting

    def taken(self, cuts: CutNeeds, came: Floats, backlog: Floats) -> Refusals:
        """Take note of a month in which so much `came` over the links of `cuts`, [of them,
        members], and return what is known then. No more can wait than the needs' `backlog` [needs,
        members]; where nothing is cut any more nothing is known.
        """
        needs, takes_part = cuts.needs, cuts.odds > 0
        # a cut that takes less than before has refused less of the same orders, but not of those
        # that wait for lines
        part = np.where(self.by_lines.take(needs, axis=0), 1.0, self.still_refused(cuts))
        self.lighten(needs, part)
        each, before = (v.take(needs, axis=0) for v in (self.passed_each, self.waiting))
        pool = self.pool_of(needs)
        waiting = before + cuts.by_need(came * cuts.link_odds)
        waiting = np.minimum(waiting, backlog.take(needs, axis=0))
        # what one refused another may refuse, too: once is enough to know the lightest
        measure = np.minimum(pool, cuts.lightest.refused(pool * each))
        measure += cuts.by_need(came * cuts.lightest.link_odds)
        passed = pool * each + cuts.by_need(kept_where(cuts.link_odds > 0, came))
        pool += waiting - before
        passed *= divide(np.minimum(measure, pool), measure)
        self.passed_each[needs] = np.where(pool > 0, divide(passed, pool), each)
        all_waiting = np.minimum(self.waiting, backlog)
        all_waiting[needs] = waiting
        self._wait(all_waiting)
        return self.where(np.logical_or.reduce(takes_part | cuts.whole, axis=0))

    def pool_of(self, needs: Ints) -> Floats:
        """Return what was refused some needs and is not made good, whether it waits or not."""
        final = np.flatnonzero(needs < self.deferred.shape[0])
        pool = self.lacked.take(needs, axis=0)
        pool[final] += self.deferred.take(needs[final], axis=0)
        return np.maximum(pool, self.waiting.take(needs, axis=0), out=pool)

    def still_refused(self, cuts: CutNeeds) -> Floats:
        """Return which part of what was refused cuts refuse now, [cut needs, members]."""
        part = cuts.odds * self.passed_each.take(cuts.needs, axis=0)
        # a hair less is rounding
        return np.where((cuts.odds > 0) & (part < NEARLY_ALL), part, 1.0)

    def lighten(self, needs: Ints, part: Floats) -> None:
        """Keep so much of what is known of some needs, [of them, members], as if their cuts had
        taken less all along.
        """
        if np.count_nonzero(part == 1.0) == part.size:
            return
        for each in (self.waiting, self.lacked, self.lost):
            each[needs] *= part
        self.passed_each[needs] = divide(self.passed_each.take(needs, axis=0), part)
        final = needs < self.deferred.shape[0]
        self.deferred[needs[final]] *= part[final]

    def where(self, members: Bools) -> Refusals:
        """Return the same in some members, [members]; nothing is known in others."""
        if np.count_nonzero(members) == members.size:
            return self
        kept = {
            each.name: np.where(members, getattr(self, each.name), 0)
            for each in fields(self)
            if each.name not in ("by_lines", "offer")
        }
        return replace(self, by_lines=self.by_lines & members, **kept)
