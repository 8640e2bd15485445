"""Work out what buyers know of their needs when they order, of all needs or of some.

Most rules decide for consecutive final needs or inputs; then nothing is worked out for other needs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.refusals import Refusals
from sim.kernels.spreading import spread
from sim.kernels.sums import everywhere
from sim.rules.ordering import Memory, Position
from sim.world import lots
from sim.world.world import Rows, World


@dataclass(frozen=True, eq=False)
class Positions:
    """Hold what buyers know of this month."""

    world: World
    expected: Floats
    """Expected use per month, on which orders are based, [needs, members]"""
    backlog: Floats
    """Ordered, not cancelled and not shipped, [needs, members]"""
    planned: Floats | None
    """What stock and orders are to hold, NaN without a plan, [needs, members]; None: no plans"""
    store: Floats
    """Inputs in store, [inputs, members]"""
    in_work: Floats | None
    """What is in work, [needs, members]; None: no goods come in lots"""
    perceived: Floats
    """The use per month that buyers perceive, [needs, members]; rules write it"""
    refusals: Refusals | None = None
    """What they would have in addition had cuts refused nothing; None: they are not asked this"""
    extra: Floats | None = None
    """By how much less lines would then use of inputs, [inputs, members]; None: nothing"""

    @classmethod
    def now(cls, world: World, backlog: Floats, planned: Floats | None) -> Positions:
        """Return what buyers know now."""
        store, in_work = lots.in_store(world), lots.in_work(world)
        needs = world.needs
        return cls(world, needs.expected, backlog, planned, store, in_work, needs.perceived)

    def without(self, refusals: Refusals, extra: Floats) -> Positions:
        """Return what buyers would know had cuts refused nothing and did lines not expect `extra`
        use of inputs, [inputs, members], to catch up; what they then perceive is not remembered.
        """
        expected = self.expected.copy()
        expected[self.world.axes.inputs] -= extra
        return replace(
            self,
            expected=expected,
            backlog=self.backlog - refusals.waiting,
            perceived=self.perceived.copy(),
            refusals=refusals,
            extra=extra,
        )

    def of(self, rows: Rows) -> Position:
        """Return what is known of some needs."""
        world, needs, work = self.world, self.world.needs, self.in_work
        stock = self._either(rows, needs.stock[: world.axes.final], self._left)
        deferred, refusals = needs.deferred, self.refusals
        if refusals is not None:
            stock = stock + refusals.lacked[rows]
            deferred = deferred - refusals.deferred
        return Position(
            expected=self.expected[rows],
            deferred=self._either(rows, deferred, self._nothing),
            stock=stock,
            on_order=needs.in_transit[rows] + self.backlog[rows],
            lead=needs.lead[rows],
            cover=needs.cover[rows],
            ahead=self._ahead(rows),
            memory=Memory(self.perceived, rows),
            count_owed=partial(self._owed, rows),
            look_back=partial(self._last, rows),
            month=world.month,
            in_work=None if work is None else work[rows],
            planned=None if self.planned is None else self.planned[rows],
        )

    def _either(self, rows: Rows, final: Floats, inputs: Callable[[slice], Floats]) -> Floats:
        """Return values for some needs: those of `final` [final needs, members], or those that
        `inputs` returns for a slice of inputs.
        """
        size, everything = final.shape[0], len(self.world.axes.needs)
        if isinstance(rows, slice):
            first, last, _ = rows.indices(everything)
            if last <= size:
                return final[rows]
            if first >= size:
                return inputs(slice(first - size, last - size))
        return np.concatenate((final, inputs(slice(0, everything - size))))[rows]

    def _ahead(self, rows: Rows) -> Floats:
        """Mark with 1 those whose use is still ahead, [needs, 1]."""
        axes = self.world.axes
        ahead = axes.use_ahead[rows]
        if isinstance(rows, slice) and rows.indices(len(axes.needs))[0] >= axes.final:
            return everywhere(ahead.shape, 1.0)
        return ahead

    def _nothing(self, own: slice) -> Floats:
        return everywhere((own.stop - own.start, self.world.width), 0.0)

    def _left(self, own: slice) -> Floats:
        """Return what is left of inputs after the use expected."""
        return self.store[own] - self.expected[self.world.axes.inputs][own]

    def _taken(self, starts: Floats, own: slice) -> Floats:
        """Return what lines' `starts` [lines, members] take of inputs."""
        taken = self.world.axes.inputs_by_line.to_rows(starts, own)
        taken *= self.world.needs.amount[own]
        return taken

    def _owed(self, rows: Rows) -> Floats:
        """Return what buyers owe: a state its deferred need, a line the inputs for what its own
        customers still wait for.
        """
        deferred, refusals = self.world.needs.deferred, self.refusals
        if refusals is not None:
            deferred = deferred - refusals.deferred
        return self._either(rows, deferred, partial(self._taken, self._waiting))

    def _last(self, rows: Rows) -> tuple[Floats, Floats]:
        """Return what buyers used last month, and what last month's demand would have taken as far
        as capacity goes; of states, the same of this month, whose use has happened.
        """
        needs = self.world.needs
        used_up, (starts, able) = needs.used[: self.world.axes.final], self._starts
        used = self._either(rows, used_up, partial(self._taken, starts))
        if self.refusals is not None:
            used = used + self.refusals.lost[rows]
        return used, self._either(rows, needs.final, partial(self._taken, able))

    @cached_property
    def _starts(self) -> tuple[Floats, Floats]:
        """Return what lines started last month, and what all that they were asked for would have
        taken, as far as capacity goes, [lines, members].
        """
        lines = self.world.lines
        return lines.output / lines.yield_, np.minimum(lines.usable, lines.asked / lines.yield_)

    @cached_property
    def _waiting(self) -> Floats:
        """Return the starts that what lines' customers still wait for would take, [lines,
        members].
        """
        market, links, asking = self.world.axes.market, self.world.links, self.world.asking
        shares, cap, limits = asking.over_open(links), asking.caps(links), self.world.limits
        orders = spread(market, self.backlog, shares.weight, cap, limits, together=shares.together)
        return market.by_line(orders) / self.world.lines.yield_
