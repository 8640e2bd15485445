"""Watch what holds lines back, and what becomes of the programmes' candidates: what a run keeps of
it, and how it is read off the world after each month. Nothing depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.production import starts_by_input
from sim.kernels.sums import NEVER, GroupSum, divide, raised, some
from sim.kernels.terms import RTOL
from sim.records import CAUSES
from sim.world.axes import Axes
from sim.world.construction import under_way
from sim.world.world import World

LEAST_PART = 1e-9
"""A line whose part of what is missing is below this is not what buyers wait for."""
NEAR = 1e-9
"""Numbers that differ by less than this share are one."""
CAPACITY, QUALIFICATION, RESTRICTION, MONEY = range(len(CAUSES))
INPUT = len(CAUSES)
"""The cause of a line that lacks an input, whichever it is."""


@dataclass(frozen=True, eq=False)
class Holding:
    """Hold what held lines back, members last. Rows are the lines for each of `CAUSES` in turn,
    then the inputs of lines. What a run does not keep is empty.
    """

    months: NDArray[np.int8]
    """Months of the year in which it did, [years, rows, members]"""
    lost: Floats
    """Units that buyers waited for and the line did not deliver, [years, rows, members]"""
    funded: Ints
    """Month in which each candidate first got money, NEVER: not yet, [projects, members]"""
    cost: Floats
    """Money that it got, [projects, members]"""

    @classmethod
    def blank(cls, axes: Axes, years: int, members: int, *, is_kept: bool) -> Holding:
        """Make room for so many members. Pages that nothing is written to take no memory."""
        rows = INPUT * len(axes.lines) + axes.input_line.size
        shape = (years if is_kept else 0, rows, members)
        projects = (len(axes.projects) if is_kept else 0, members)
        return cls(
            np.zeros(shape, dtype=np.int8),
            np.zeros(shape),
            np.full(projects, NEVER),
            np.zeros(projects),
        )

    def part(self, start: int, stop: int) -> Holding:
        """Return the part of the members from `start` up to `stop`."""
        return Holding(*(getattr(self, each.name)[..., start:stop] for each in fields(self)))


class _Short(NamedTuple):
    """Hold what lines did not deliver that buyers waited for, [lines, members], of some lines."""

    lines: Ints
    lost: Floats


@dataclass(frozen=True, eq=False)
class _Suppliers:
    """Hold the links over which buyers would have their goods if all were open."""

    part: Floats
    """[links, members]: the part of each in what its need wants"""
    need: Ints
    """[links]"""
    by_line: GroupSum

    @classmethod
    def of(cls, world: World, part: Floats) -> _Suppliers:
        """Leave out links of which nobody wants anything; `part` is of all links."""
        axes, wanted = world.axes, np.flatnonzero(np.logical_or.reduce(part, axis=1))
        by_line = GroupSum(axes.link_line[wanted], len(axes.lines))
        return cls(part.take(wanted, axis=0), axes.link_need[wanted], by_line)

    def lost(self, lacking: Floats) -> Floats:
        """Share out what needs lack, [needs, members], over their suppliers, [lines, members]."""
        parts = lacking.take(self.need, axis=0)
        parts *= self.part
        return self.by_line(parts)


class Watch:
    """Read off the world, a month at a time, what holds lines back and who gets money."""

    def __init__(self, holding: Holding, world: World) -> None:
        """Prepare to watch; what a line would deliver is told by the weights that the scenario
        gives.
        """
        links, axes = world.links, world.axes
        self.holding = holding
        self._spent = np.zeros_like(world.programmes.treasury)
        self._weight = links.base_weight * (links.base_cap > 0)
        # what is not there yet, or on the way round, keeps nobody waiting
        self._weight[axes.is_reexport] = 0.0
        self._suppliers = _Suppliers.of(world, self._parts(world))
        self._pantries = _Pantries(axes)
        rows = (holding.lost.shape[1], world.width)
        self._months, self._lost = np.zeros(rows, dtype=np.int8), np.zeros(rows)

    def close(self, year: int) -> None:
        """Write what was noted since the last year into the year of this place."""
        self.holding.months[year], self.holding.lost[year] = self._months, self._lost
        self._months[:], self._lost[:] = 0, 0.0

    def record(self, world: World) -> None:
        """Note the month that has just passed."""
        if some(world.programmes.invested):
            self._note_money(world)
        short = self._short(world)
        if short is None:
            return
        causes, waited = _causes(world, short, self._spent), short.lost > 0
        of_input = causes == INPUT
        if some(of_input):
            self._note_inputs(world, short, of_input)
            waited &= ~of_input
        # a line has one cause in a member, so no place is met twice
        causes *= len(world.axes.lines)
        causes += short.lines[:, None]
        waiting = np.flatnonzero(waited)
        place = causes.take(waiting) * world.width
        place += waiting % world.width
        self._months.reshape(-1)[place] += 1
        self._lost.reshape(-1)[place] += short.lost.take(waiting)

    def _note_money(self, world: World) -> None:
        projects, holding = world.projects, self.holding
        self._spent += world.programmes.invested
        holding.cost[:] += projects.started * projects.capital_cost
        first = (projects.started > 0) & (holding.funded == NEVER)
        holding.funded[first] = world.month

    def _short(self, world: World) -> _Short | None:
        """Return what buyers use, have on order and were not sent this month, by the lines that
        they would have had it from; None where nobody lacks anything.

        Each line has the part that its weight gives it, as if all were open.
        """
        needs = world.needs
        lacking = np.minimum(raised(needs.expected - needs.received), needs.backlog)
        lacking *= lacking > RTOL * needs.expected
        if not some(lacking):
            return None
        if world.axes.dormant.size:
            self._suppliers = _Suppliers.of(world, self._parts(world))
        lost = self._suppliers.lost(lacking)
        lines = np.flatnonzero(np.logical_or.reduce(lost, axis=1))
        return _Short(lines, lost.take(lines, axis=0)) if lines.size else None

    def _parts(self, world: World) -> Floats:
        """Return the part of each link in what its need wants, by weight, [links, members]; what
        search has not found has none.
        """
        axes, weight = world.axes, self._weight
        if axes.dormant.size:
            weight = weight.copy()
            weight[axes.dormant] *= world.links.qualified_from < NEVER
        parts = divide(weight, axes.market.from_needs(axes.market.by_need(weight)))
        parts[parts < LEAST_PART] = 0.0
        return parts

    def _note_inputs(self, world: World, short: _Short, held: Bools) -> None:
        """Add up what lines lose for want of an input, where `held` [lines, members], in the rows
        of the inputs that they lack.
        """
        axes = world.axes
        lost = np.zeros(world.lines.usable.shape)
        lost[short.lines] = short.lost * held
        by_input = lost.take(axes.input_line, axis=0) * self._pantries.scarce(world)
        rows = slice(INPUT * len(axes.lines), None)
        self._months[rows] += by_input > 0
        self._lost[rows] += by_input


def _causes(world: World, short: _Short, spent: Floats) -> Ints:
    """Return what holds each line back, [lines, members]: a place in CAUSES, or INPUT.

    A line with goods to spare is not accepted yet, or trade keeps it from its buyers. One that has
    delivered all it could lacks an input; or has capacity that waits for approval; or a programme
    that would build more and has no money left, while what is under way is not enough; or, beyond
    all that, capacity.
    """
    axes, lines, rows = world.axes, world.lines, short.lines
    offer, output, usable = (
        values.take(rows, axis=0) for values in (lines.offer, lines.output, lines.usable)
    )
    yield_ = lines.yield_.take(rows, axis=0)
    causes = np.zeros(offer.shape, dtype=np.int64)
    if axes.project_line.size:
        coming = under_way(world).take(rows, axis=0) * yield_
        poor = _unfunded(world, spent).take(rows, axis=0) & (coming < short.lost)
        np.copyto(causes, MONEY, where=poor)
        np.copyto(causes, QUALIFICATION, where=_in_approval(world).take(rows, axis=0))
    np.copyto(causes, INPUT, where=offer < usable * yield_ * (1.0 - NEAR))
    idle = offer - output > NEAR * offer
    accepted = lines.qualified_from.take(rows, axis=0) <= world.month
    np.copyto(causes, RESTRICTION, where=idle)
    np.copyto(causes, QUALIFICATION, where=idle & ~accepted)
    return causes


def _in_approval(world: World) -> Bools:
    """Return the lines with a candidate that is built and waits to be qualified, [lines,
    members].
    """
    projects, month = world.projects, world.month
    waits = (projects.due - projects.qualification <= month) & (month < projects.due)
    return world.axes.projects_by_line.any(waits & (projects.unfinished > 0))


def _unfunded(world: World, spent: Floats) -> Bools:
    """Return the lines that a programme would build more of if it had any money left, [lines,
    members].
    """
    projects, purse, owner = world.projects, world.programmes, world.axes.project_programme
    room = projects.added < projects.max_capacity * (1.0 - NEAR)
    has_money = purse.treasury > NEAR * spent
    rich = room & (purse.active & has_money).take(owner, axis=0)
    poor = room & (purse.active & ~has_money).take(owner, axis=0)
    by_line = world.axes.projects_by_line
    return by_line.any(poor) & ~by_line.any(rich)


class _Pantries:
    """Look into the stores of lines that have inputs."""

    def __init__(self, axes: Axes) -> None:
        # the inputs of a line stand together
        line, first, self._place = np.unique(
            axes.input_line, return_index=True, return_inverse=True
        )
        self._order = np.arange(float(axes.input_line.size))[:, None]
        self._first, self._line = first, line

    def scarce(self, world: World) -> Bools:
        """Return the input that allowed a line as many units as it started, else the scarcest, one
        a line, [inputs, members].
        """
        needs, lines, inputs = world.needs, world.lines, world.axes.inputs
        starts = starts_by_input(needs.stock[inputs] + needs.used[inputs], needs.amount)
        started = lines.offer.take(self._line, axis=0) / lines.yield_.take(self._line, axis=0)
        started = started.take(self._place, axis=0)
        exact = np.abs(starts - started) <= NEAR * started
        best = self._least(np.where(exact, -1.0, starts))
        # of several that are equally scarce, the first
        return self._least(np.where(best, self._order, np.inf))

    def _least(self, values: Floats) -> Bools:
        """Return which inputs have the least value of their line's, [inputs, members]."""
        least = np.minimum.reduceat(values, self._first, axis=0)
        found: Bools = values == least.take(self._place, axis=0)
        return found
