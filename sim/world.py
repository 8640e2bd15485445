"""Hold the numbers of the simulated world: arrays [rows, members], and who writes which.

The rows are numbered in `axes.py`; the arrays are filled at the start by `build.py` and changed, in place or by
assignment, by the steps of a month (`steps.py`) and by events (`events.py`) alone. Units: goods in units, rates in
units per month, money in the scenario's currency, times in months.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.axes import Axes
from sim.kernels.sums import Bools, Floats, Ints

NEVER = 1_000_000
"""A month after every horizon."""


@dataclass(eq=False)
class Lines:
    """Hold the production lines, arrays [lines, members]."""

    capacity: Floats
    """Usable capacity when nothing is out and everything is ramped up; steps.capacity and closures write it"""
    available: Floats
    """Share of capacity not out; events write it"""
    usable: Floats
    """Capacity of this month; steps.capacity writes it"""
    yield_: Floats
    """Good units per unit started"""
    finished: Floats
    """Finished goods in stock; steps.allocation writes it"""
    offer: Floats
    """Most good units that could be shipped this month; steps.production writes it"""
    output: Floats
    """Good units made this month; steps.allocation writes it"""
    shipped: Floats
    """Units shipped this month; steps.allocation writes it"""
    asked: Floats
    """Units asked for this month by the buyers' weights; steps.sourcing writes it"""
    perceived: Floats
    """Demand per month that the line reckons with; steps.learning writes it"""
    experience: Floats
    """Good units ever made, counting `first_experience` before the start; steps.learning writes it"""
    first_experience: Floats
    unit_cost: Floats
    """Money per unit at the gate; steps.learning writes it"""
    first_unit_cost: Floats
    learning_rate: Floats
    """Share by which unit cost falls with each doubling of experience"""
    qualified_from: Ints
    """[lines]: first month in which buyers accept its goods"""


@dataclass(eq=False)
class Needs:
    """Hold final needs (first) and inputs of lines, arrays [needs, members]."""

    base: Floats
    """Units per month before events, final needs only"""
    series_rows: Ints
    """Final needs whose base changes month by month"""
    series: Floats
    """[months, series_rows, members]: their base"""
    factor: Floats
    """What events make of the base, final needs only; events write it"""
    final: Floats
    """This month's final need; steps.final_use writes it"""
    amount: Floats
    """Units of an input per unit started, input needs only"""
    cancellation: Floats
    """Share of unmet need given up each month"""
    cover: Floats
    """Months of use to be held in stock"""
    stock: Floats
    """In the state's or the factory's store; steps.arrivals, final_use and allocation write it"""
    backlog: Floats
    """Ordered, not cancelled and not shipped; steps.orders and allocation write it"""
    deferred: Floats
    """Unmet final need that still waits, final needs only; steps.final_use writes it"""
    in_transit: Floats
    """Shipped and not arrived; steps.arrivals and shipping write it"""
    pipeline: Floats
    """[slots, needs, members]: what arrives in the months whose number leaves this remainder"""
    lead: Floats
    """Mean lead time of the last shipments; steps.shipping writes it"""
    expected: Floats
    """Use per month that orders reckon with; steps.orders writes it"""
    ordered: Floats
    """New orders of this month; steps.orders writes it"""
    cancelled: Floats
    """Orders cancelled this month; steps.orders writes it"""
    demand: Floats
    """Open orders put to the market this month; steps.orders writes it"""
    received: Floats
    """Shipped to the need this month; steps.allocation writes it"""
    used: Floats
    """Used this month; steps.final_use and allocation write it"""
    spending: Floats
    """Money for this month's deliveries; steps.shipping writes it"""


@dataclass(eq=False)
class Links:
    """Hold the permitted links, arrays [links, members]."""

    weight: Floats
    """The buyer's preference; sourcing rules write it"""
    base_weight: Floats
    """The preference that the scenario gives"""
    cap: Floats
    """Most units per month, inf where nothing limits the link; events write it"""
    base_cap: Floats
    """The cap before events"""
    open: Bools
    """Whether the supplier is qualified and the cap is above 0; events write it"""
    restricted: Bools
    """Whether a restriction holds on the link; events write it"""
    base_flow: Floats
    """Flow in the balanced world at the start"""
    flow: Floats
    """Units shipped this month; steps.allocation writes it"""
    unit_cost: Floats
    """Money per unit for transport and mark-up"""
    lead: Ints
    """Months from shipment to use"""
    lead_groups: Sequence[tuple[int, Bools | None]] = field(default_factory=list)
    """Each lead time that occurs, with the links and members that have it; None stands for all"""


@dataclass(eq=False)
class Projects:
    """Hold the programmes' candidates, arrays [projects, members]."""

    delay: Ints
    """Months from money to qualified capacity"""
    ramp_keep: Floats
    """Share of unramped capacity that is still unramped a month later"""
    capital_cost: Floats
    """Money per unit per month of capacity"""
    max_capacity: Floats
    """Most capacity to be added, inf: no limit"""
    absorption: Floats
    """Most capacity to be started in a month, inf: no limit"""
    added: Floats
    """Capacity started so far, finished or not; steps.programmes writes it"""
    started: Floats
    """Capacity started this month; steps.programmes writes it"""
    unfinished: Floats
    """Capacity under way; steps.capacity and programmes write it"""
    matured: Floats
    """Capacity qualified this month; steps.capacity writes it"""
    pipeline: Floats
    """[slots, projects, members]: capacity that is qualified in the months whose number leaves this remainder"""
    unramped: Floats
    """Qualified capacity that does not yet produce; steps.capacity writes it"""
    completed: Ints
    """Month of the first qualified capacity, NEVER before; steps.capacity writes it"""


@dataclass(eq=False)
class Programmes:
    """Hold the programmes, arrays [programmes, members]."""

    treasury: Floats
    """Money not yet spent; events and steps.programmes write it"""
    active: Bools
    """Whether it may spend; events write it"""
    beneficiary: Bools
    """[programmes, needs]: whether the need counts for the programme"""
    appropriated: Floats
    """Money received this month; events write it"""
    invested: Floats
    """Money spent this month; steps.programmes writes it"""


@dataclass(eq=False)
class World:
    """Hold everything that changes from month to month, for the members of one chunk."""

    axes: Axes
    members: Sequence[int]
    lines: Lines
    needs: Needs
    links: Links
    projects: Projects
    programmes: Programmes
    lost_capacity: Floats
    """[lines, members]: capacity closed this month; events write it"""
    lost_projects: Floats
    """[projects, members]: capacity under way that was lost this month; events write it"""
    month: int = 0

    @property
    def width(self) -> int:
        """Count the members of the chunk."""
        return len(self.members)

    def grow(self, values: Floats) -> Floats:
        """Repeat a column [rows, 1] for all members."""
        return np.repeat(values, self.width, axis=1)
