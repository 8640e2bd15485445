"""Note, month by month, what is needed to tell why lines were held back: the state of candidates,
and the inputs that lines had in stock.

A year is looked at in one go, with its months side by side as if they were members: arrays [rows,
months, members].
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.greatest import GroupMost
from sim.kernels.production import starts_by_input
from sim.kernels.sums import GroupSum
from sim.world.axes import Axes
from sim.world.world import World

YEAR = 12
NEAR = 1e-9
"""Numbers that differ by a smaller share count as equal."""


class Candidates:
    """Note what programmes could do for lines, and what is under way there."""

    def __init__(self, world: World) -> None:
        axes, width = world.axes, world.width
        self.lines, line = np.unique(axes.project_line, return_inverse=True)
        """Lines with candidates"""
        self._qualification = world.projects.qualification[:, None].astype(np.int32)
        self._by_line = GroupSum(line, self.lines.size)
        self._any = GroupMost(line)
        self._works_by_line, self._owner = axes.works_by_line, axes.project_programme
        projects = (line.size, YEAR, width)
        programmes = (len(axes.programmes), YEAR, width)
        self._unfinished = np.empty(projects)
        self._works = np.empty((len(axes.works), YEAR, width))
        self._yield = np.empty((self.lines.size, YEAR, width))
        self._month = np.empty((YEAR, 1), dtype=np.int32)
        self._due = np.empty(projects, dtype=np.int32)
        self._room = np.empty(projects, dtype=np.bool_)
        self._active = np.empty(programmes, dtype=np.bool_)
        self._rich = np.empty(programmes, dtype=np.bool_)

    def note(self, world: World, place: int, spent: Floats) -> None:
        """Note the month that has just passed in this place of the year; `spent` is the money that
        each programme has spent so far, [programmes, members].
        """
        projects, purse = world.projects, world.programmes
        self._unfinished[:, place] = projects.unfinished
        self._works[:, place] = world.works.unfinished
        self._yield[:, place] = world.lines.yield_.take(self.lines, axis=0)
        self._month[place] = world.month
        self._due[:, place] = projects.due
        np.less(projects.added, projects.max_capacity * (1.0 - NEAR), out=self._room[:, place])
        np.greater(purse.treasury, NEAR * spent, out=self._rich[:, place])
        self._active[:, place] = purse.active

    def in_approval(self, months: int) -> Bools:
        """Return where a candidate is built and waits to be qualified, in the first so many months
        noted, [lines with candidates, months, members].
        """
        due, month = self._due[:, :months], self._month[:months]
        waits: Bools = (due - self._qualification <= month) & (month < due)
        waits &= self._unfinished[:, :months] > 0
        return self._any(waits)

    def unfunded(self, months: int, lost: Floats) -> Bools:
        """Return where a programme would build more if it had any money left, and what is under way
        is less than what is `lost` [lines, months, members]; of the shape of `in_approval`.
        """
        active, has_money = self._active[:, :months], self._rich[:, :months]
        room = self._room[:, :months]
        rich = self._any(room & (active & has_money).take(self._owner, axis=0))
        poor = self._any(room & (active & ~has_money).take(self._owner, axis=0))
        is_little: Bools = self._coming(months) < lost.take(self.lines, axis=0)
        return is_little & poor & ~rich

    def _coming(self, months: int) -> Floats:
        """Count what is under way, whoever builds it, in good units a month; of the shape of
        `in_approval`.
        """
        unfinished, works, yield_ = (
            each[:, :months] for each in (self._unfinished, self._works, self._yield)
        )
        coming = self._by_line(unfinished.reshape(len(unfinished), -1))
        if len(works):
            coming += self._works_by_line(works.reshape(len(works), -1)).take(self.lines, axis=0)
        return coming.reshape(yield_.shape) * yield_


class Pantries:
    """Note what lines that have inputs had of them, and what they offered."""

    def __init__(self, axes: Axes, width: int) -> None:
        # the inputs of a line stand together
        self.lines, self._first, self._line, counts = np.unique(
            axes.input_line, return_index=True, return_inverse=True, return_counts=True
        )
        """Lines that have inputs"""
        self._later = [
            (np.flatnonzero(counts > place), self._first[counts > place] + place)
            for place in range(1, counts.max(initial=0))
        ]
        self.inputs = axes.input_line.size
        inputs, lines = (self.inputs, YEAR, width), (self.lines.size, YEAR, width)
        self._had, self._amount = np.empty(inputs), np.empty(inputs)
        self._offer, self._yield = np.empty(lines), np.empty(lines)

    def note(self, world: World, place: int) -> None:
        """Note the month that has just passed in this place of the year."""
        needs, inputs, lines = world.needs, world.axes.inputs, world.lines
        np.add(needs.stock[inputs], needs.used[inputs], out=self._had[:, place])
        self._amount[:, place] = needs.amount
        self._offer[:, place] = lines.offer.take(self.lines, axis=0)
        self._yield[:, place] = lines.yield_.take(self.lines, axis=0)

    def scarcest(self, months: int) -> Ints:
        """Return the input, counted among all inputs, that allowed a line as many units as it
        started, else the scarcest, in the first so many months noted, [lines that have inputs,
        months, members]; of several that are equally scarce, the first.
        """
        had, amount, offer, yield_ = (
            each[:, :months] for each in (self._had, self._amount, self._offer, self._yield)
        )
        starts = starts_by_input(had, amount)
        started = (offer / yield_).take(self._line, axis=0)
        starts = np.where(np.abs(starts - started) <= NEAR * started, -1.0, starts)
        least = starts.take(self._first, axis=0)
        found: Ints = np.broadcast_to(self._first[:, None, None], least.shape).copy()
        for lines, inputs in self._later:
            best, next_ = least.take(lines, axis=0), starts.take(inputs, axis=0)
            is_less = next_ + NEAR * np.abs(next_) < best
            least[lines] = np.minimum(next_, best)
            found[lines] = np.where(is_less, inputs[:, None, None], found.take(lines, axis=0))
        return found
