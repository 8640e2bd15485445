"""Hold what changes capacity: what programmes and factories build, and what is laid up; and the
programmes themselves; arrays [rows, members].

This is a part of the world (`world.py`); each array says who writes it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sums import NEVER
from sim.world.clocks import Clocks
from sim.world.ramps import Ramps


@dataclass(eq=False)
class Upkeep:
    """Hold how some lines wear, and lay up idle capacity, arrays [rows, members]."""

    wearing: Ints
    """[rows]: lines that lose capacity"""
    wear: Floats
    """Share of capacity that they lose each month"""
    resting: Ints
    """[rows]: lines that lay up idle capacity; the rows of all arrays below"""
    after: Ints
    """Months in a row in which capacity must be idle before it is laid up"""
    back: Ints
    """Months from the recall to use"""
    back_share: Floats
    """Share of capacity that still works after a recall"""
    idle_months: Ints
    """Months in a row, so far, in which some capacity stood idle;
    month/mothballing writes it"""
    idle: Floats
    """The least that stood idle in any of these months, inf before the first; month/mothballing
    writes it"""
    coming: Floats
    """What is on its way back; month/mothballing and events write it"""
    returning: Floats
    """[slots, rows, members]: what comes back in a month is in slot month % slots;
    month/mothballing and events write it"""


@dataclass(eq=False)
class Projects:
    """Hold the programmes' candidates, arrays [projects, members]."""

    delay: Ints
    """Months from money to qualified capacity; month/programmes writes it"""
    qualification: Ints
    """The part of these months that is for qualification"""
    spread: Ints
    """[rows]: projects whose completion is spread about the delay"""
    profile: Floats
    """[slots, spread, members]: of these, the share of capacity that is qualified so many months
    after its start"""
    half: Ints
    """Months until half of what was started is qualified; month/programmes writes it"""
    due: Ints
    """Month in which half of the first start is qualified, NEVER before the first start;
    month/programmes, month/investment and events write it"""
    ramps: Ramps
    """How what is qualified ramps up"""
    capital_cost: Floats
    """Money per unit per month of capacity"""
    max_capacity: Floats
    """Most capacity to be added, inf: no limit; events write it"""
    absorption: Floats
    """Most capacity to be started in a month, inf: no limit"""
    added: Floats
    """Capacity started so far, finished or not; month/capacity, month/programmes, month/investment
    and events write it"""
    started: Floats
    """Capacity started this month; month/programmes, month/investment and events write it"""
    unfinished: Floats
    """Capacity under way; month/capacity, month/programmes, month/investment and events write
    it"""
    matured: Floats
    """Capacity qualified this month; month/capacity writes it"""
    pipeline: Floats
    """[slots, projects, members]: capacity that is qualified in a month is in slot month % slots;
    month/capacity, month/programmes, month/investment and events write it"""
    completed: Ints
    """Month in which half of the first start was qualified, NEVER before; month/capacity
    writes it"""
    cancelled_share: Floats | None
    """Share of unfinished capacity given up each month; None: nobody gives up"""

    clocks: Clocks | None
    """Projects whose lead time does not count from the money; None: all do"""

    @property
    def unramped(self) -> Floats:
        """Return the qualified capacity that does not yet produce, [projects, members]."""
        return self.ramps.unramped

    def completing(self, month: int) -> Ints:
        """Return the month in which each project is completed, this month included, [projects,
        members]; NEVER if it is not yet.
        """
        arriving = self.pipeline[month % self.pipeline.shape[0]] > 0
        now = arriving & (self.due <= month) & (self.completed == NEVER)
        return np.where(now, month, self.completed)


@dataclass(eq=False)
class Works(Projects):
    """Hold what factories do on their own account, arrays [works, members]: build new capacity, or
    convert a line to another product.
    """

    gain: Floats
    """Capacity that arrives for each unit built, or taken from the line that is converted"""
    pressure: Floats
    """[months, works, members]: the order books that factories remember, the last month first;
    month/investment writes it"""
    idle: Floats
    """[months, works, members]: the idle shares of lines that could be converted, likewise;
    month/investment writes it"""
    invested: Floats
    """Money spent this month; month/investment and events write it"""
    lost: Floats
    """Capacity under way that was lost this month; events write it"""


@dataclass(eq=False)
class Programmes:
    """Hold the programmes, arrays [programmes, members]."""

    treasury: Floats
    """Money not yet spent; events and month/programmes write it"""
    active: Bools
    """Whether it may spend; events write it"""
    beneficiary: Bools
    """[programmes, needs]: whether the need counts for the programme"""
    counts: Floats
    """[programmes, needs, members]: the share of what the need lacks that the programme counts; 1
    for its chair's needs, 0 where the need does not count"""
    appropriated: Floats
    """Money received this month; events write it"""
    invested: Floats
    """Money spent this month; month/programmes writes it"""
