"""Watch what holds lines back, and what becomes of the programmes' candidates.

It is read from the world after each month; nothing in the simulation depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.notes import NEAR, YEAR, Candidates, Pantries
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sums import NEVER, GroupSum, divide, kept_where, some
from sim.kernels.terms import RTOL
from sim.records import CAUSES
from sim.world.axes import Axes
from sim.world.world import World

LEAST_PART = 1e-9
"""Buyers do not wait for a line whose part of what is missing is smaller than this."""
CAPACITY, MONEY, QUALIFICATION, INPUT, RESTRICTION, NOTHING = range(6)
"""What holds a line back; of several that would, the last. NOTHING: nobody waits for the line."""
IN_ORDER = [CAPACITY, QUALIFICATION, RESTRICTION, MONEY]
"""Those of CAUSES, in that order"""


@dataclass(frozen=True, eq=False)
class Holding:
    """Hold what held lines back, members last.

    Rows are all lines for each of `CAUSES` in turn, then the inputs of lines. Arrays that a run
    does not keep are empty.
    """

    months: NDArray[np.int8]
    """Number of months of the year in which the cause held the line back, [years, rows, members]"""
    lost: Floats
    """Units that buyers waited for and the line did not deliver, [years, rows, members]"""
    funded: Ints
    """Month in which each candidate first got money, NEVER: not yet, [projects, members]"""
    cost: Floats
    """Money that each candidate got, [projects, members]"""

    @classmethod
    def blank(cls, axes: Axes, years: int, members: int, *, is_kept: bool) -> Holding:
        """Make the arrays for so many members; pages of memory that are never written to cost
        nothing.
        """
        rows = len(CAUSES) * len(axes.lines) + axes.input_line.size
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


class Watch:
    """Read from the world, month by month, what holds lines back and which candidates get money.

    Months in which buyers lack anything are noted, and analysed once a year.
    """

    def __init__(self, holding: Holding, world: World) -> None:
        """Prepare to watch; what each line would deliver follows from the scenario's weights."""
        axes, width = world.axes, world.width
        self.holding = holding
        self._spent = np.zeros_like(world.programmes.treasury)
        self._suppliers = _Suppliers(world)
        self._candidates, self._pantries = Candidates(world), Pantries(axes, width)
        shape = (len(axes.lines), YEAR, width)
        self._lost = np.empty(shape)
        self._starving = np.empty(shape, dtype=np.bool_)
        self._idle, self._accepted = self._starving.copy(), self._starving.copy()
        self._months = 0

    def record(self, world: World) -> None:
        """Note the month that has just passed."""
        if some(world.programmes.invested):
            self._note_money(world)
        missing = self._suppliers.missing(world)
        if missing is None:
            return
        place, lines = self._months, world.lines
        self._lost[:, place] = self._suppliers.by_line(missing)
        most = lines.usable * lines.yield_
        most *= 1.0 - NEAR
        np.less(lines.offer, most, out=self._starving[:, place])
        np.greater(lines.offer - lines.output, NEAR * lines.offer, out=self._idle[:, place])
        self._accepted[:, place] = self._suppliers.accepted(world, missing)
        self._candidates.note(world, place, self._spent)
        self._pantries.note(world, place)
        self._months += 1

    def close(self, year: int) -> None:
        """Write what was noted since the last call into the year at this place."""
        months, self._months = self._months, 0
        if not months:
            self.holding.months[year], self.holding.lost[year] = 0, 0.0
            return
        lost = self._lost[:, :months]
        places = self._places(self._causes(months)).ravel()
        lines, _, width = lost.shape
        rows = (NOTHING + 1) * lines
        size = (rows + self._pantries.inputs) * width
        self._write(year, self.holding.months, np.bincount(places, minlength=size))
        self._write(year, self.holding.lost, np.bincount(places, lost.ravel(), size))

    def _write(self, year: int, kept: NDArray[Any], sums: NDArray[Any]) -> None:
        """Write sums by place into a year of what is kept, [years, rows, members]."""
        _, rows, width = kept.shape
        inputs = self._pantries.inputs
        by_cause, by_input = np.split(sums, [sums.size - inputs * width])
        by_cause = by_cause.reshape(NOTHING + 1, -1)[IN_ORDER]
        kept[year, : rows - inputs] = by_cause.reshape(-1, width)
        kept[year, rows - inputs :] = by_input.reshape(-1, width)

    def _note_money(self, world: World) -> None:
        projects, holding, cost = world.projects, self.holding, self.holding.cost
        self._spent += world.programmes.invested
        cost += projects.started * projects.capital_cost
        first = (projects.started > 0) & (holding.funded == NEVER)
        if some(first):
            holding.funded[first] = world.month

    def _causes(self, months: int) -> NDArray[np.uint8]:
        """Return what held each line back in the months noted, [lines, months, members].

        If a line has goods to spare, buyers do not accept them yet, or trade keeps them from its
        buyers. If it has delivered all it could, it lacks an input; or it has capacity that waits
        for approval; or a programme would build more, has no money left, and what is under way is
        not enough; or else it lacks capacity.
        """
        lost, starving = self._lost[:, :months], self._starving[:, :months]
        idle, accepted = self._idle[:, :months], self._accepted[:, :months]
        causes = _marked(starving & ~idle, INPUT)
        candidates = self._candidates
        if candidates.lines.size:
            rows = candidates.lines
            own = causes.take(rows, axis=0)
            waits = candidates.in_approval(months)
            np.maximum(own, _marked(waits, QUALIFICATION), out=own)
            np.maximum(own, _marked(candidates.unfunded(months, lost), MONEY), out=own)
            causes[rows] = own
        np.maximum(causes, _marked(idle & ~accepted, QUALIFICATION), out=causes)
        np.maximum(causes, _marked(idle & accepted, RESTRICTION), out=causes)
        return np.maximum(causes, _marked(lost == 0, NOTHING), out=causes)

    def _places(self, causes: NDArray[np.uint8]) -> Ints:
        """Return the place at which each month of a line is counted, of the shape of `causes`: all
        lines with their members for each cause in turn, then all inputs of lines.
        """
        lines, months, width = causes.shape
        places: Ints = np.multiply(causes, lines * width, dtype=np.int64)
        places += np.arange(lines * width).reshape(lines, 1, width)
        pantries = self._pantries
        if pantries.lines.size:
            rows = pantries.lines
            of_inputs = pantries.scarcest(months) + (NOTHING + 1) * lines
            of_inputs *= width
            of_inputs += np.arange(width)
            lacks = causes.take(rows, axis=0) == INPUT
            places[rows] = np.where(lacks, of_inputs, places.take(rows, axis=0))
        return places


def _marked(where: Bools, mark: int) -> NDArray[np.uint8]:
    """Return a mark where it holds, 0 elsewhere."""
    return where.view(np.uint8) * np.uint8(mark)


class _Suppliers:
    """Hold the links over which buyers would get their goods if all were open."""

    def __init__(self, world: World) -> None:
        links, axes = world.links, world.axes
        self._weight = links.base_weight * (links.base_cap > 0)
        # what is not there yet, or on the way round, keeps nobody waiting
        self._weight[axes.is_reexport] = 0.0
        self._weigh(world)

    def _weigh(self, world: World) -> None:
        """Find the part of each link in what its need wants, by weight; what search has not found
        has none.
        """
        axes, weight = world.axes, self._weight
        self._found = world.links.qualified_from < NEVER
        if axes.dormant.size:
            weight = weight.copy()
            weight[axes.dormant] *= self._found
        part = divide(weight, axes.market.from_needs(axes.market.by_need(weight)))
        part[part < LEAST_PART] = 0.0
        # links of which nobody wants anything are left out
        wanted = np.flatnonzero(np.logical_or.reduce(part, axis=1))
        self._part, self._links = part.take(wanted, axis=0), wanted
        self._need = axes.link_need[wanted]
        self.by_line = GroupSum(axes.link_line[wanted], len(axes.lines))

    def missing(self, world: World) -> Floats | None:
        """Return what buyers need, have on order and were not sent this month, by the links over
        which they would have had it, [links kept, members]; None: nobody lacks anything.

        Each line has the part that its weight gives it, as if all links were open.
        """
        needs = world.needs
        lacking = needs.expected - needs.received
        np.minimum(lacking, needs.backlog, out=lacking)
        lacks = lacking > RTOL * needs.expected
        if not some(lacks):
            return None
        if self._found.size and some(self._found != (world.links.qualified_from < NEVER)):
            self._weigh(world)
        parts = kept_where(lacks, lacking).take(self._need, axis=0)
        parts *= self._part
        return parts

    def accepted(self, world: World, missing: Floats) -> Bools:
        """Mark the lines whose goods are accepted by someone who lacks them, [lines, members]; who
        has only found a supplier does not accept its goods yet.
        """
        links, month = world.links, world.month
        accepted: Bools = world.lines.qualified_from <= month
        waits = self._found & (links.qualified_from > month)
        if some(waits):
            ready = np.ones(links.flow.shape, dtype=np.bool_)
            ready[world.axes.dormant] = ~waits
            accepted &= self.by_line.any((missing > 0) & ready.take(self._links, axis=0))
        return accepted
