"""Say when factories add capacity, or convert a line to another product, on their own account.

A rule is called once a month with all that the factories that follow it may do: `rule(prospects,
**parameters) -> size` [options, members], units per month of capacity, to be built or to be taken
from the line that is converted; 0: nothing is done. It must not change what it is given. No line
gives up more than stands idle. What is begun takes the months, the capital cost and the loss of the
product's complexity class; one unit of the old product's capacity becomes one of the new.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sums import NOTABLY, GroupSum, divide
from sim.rules.registry import rule
from sim.scenario.plant_options import MEMORY

Lookback = Annotated[int, Field(ge=1, le=MEMORY)]
Pressure = Annotated[float, Field(ge=1, le=1000)]
Margin = Annotated[float, Field(ge=0, le=10)]
Payback = Annotated[float, Field(ge=0, le=1200)]


@dataclass(frozen=True, eq=False)
class Prospects:
    """Hold what factories may do: add to a line, by building new capacity or by converting another
    line; arrays [options, members] unless said otherwise.
    """

    builds: Bools
    """[options]: whether new capacity is built; otherwise another line of the factory is
    converted"""
    line: Ints
    """[options]: number of the line to be added to; several options may add to one"""
    capacity: Floats
    """Capacity of the line to be added to, units started per month"""
    pressure: Floats
    """[months, options, members]: the line's order book (what it shipped, and its part of its
    buyers' backlog) divided by what it could make with all capacity that is there or under way; the
    last month first, 0 before the start and before the last decision"""
    short: Floats
    """Good units per month by which this month's order book exceeds what the line could make"""
    idle: Floats
    """[months, options, members]: share of the line to be converted that stood idle, in the months
    of `pressure`; 0 where new capacity is built"""
    spare: Floats
    """Units per month of the line to be converted that stand idle now; 0 where new capacity is
    built"""
    arriving: Floats
    """Good units per month that one unit of size adds"""
    unit_cost: Floats
    """What making a unit costs, money"""
    price: Floats
    """What a unit is sold for at the gate, money"""
    cost: Floats
    """Money per unit of size"""

    def pays(self, size: Floats, margin: float, payback_months: float) -> Bools:
        """Tell whether the additional sales of `payback_months` of use cover the cost of adding
        `size`, [options, members].

        A unit earns its price less its unit cost, and at least `margin` of its unit cost, since
        most worlds sell at cost.
        """
        sold = np.minimum(size * self.arriving, self.short)
        earned = np.maximum(self.price - self.unit_cost, margin * self.unit_cost)
        return earned * sold * payback_months >= self.cost * size * (1.0 - NOTABLY)

    def within_short(self, size: Floats) -> Floats:
        """Cut sizes, [options, members], that together would add more to a line than it is short
        of, all alike.
        """
        by_line = GroupSum(self.line, self.line.max(initial=-1) + 1)
        added = by_line(size * self.arriving).take(self.line, axis=0)
        over = added > self.short * (1.0 + NOTABLY)
        return size * np.divide(self.short, added, out=np.ones_like(size), where=over)


@rule("investment", source="equations 6.4")
def none(prospects: Prospects) -> Floats:
    """Do nothing: capacity changes by programmes and events alone."""
    return np.zeros_like(prospects.capacity)


@rule("investment", source="equations 6.4; the thresholds are assumed")
def expand_when_pressed(
    prospects: Prospects,
    *,
    pressure: Pressure = 1.1,
    for_months: Lookback = 6,
    share: Annotated[float, Field(gt=0, le=10)] = 0.2,
    margin: Margin = 0.1,
    payback_months: Payback = 120.0,
) -> Floats:
    """Add a `share` of a line's capacity when its order book has stayed above `pressure` times what
    it can make for `for_months`.

    This is done only if it pays: what the additional units earn, at least a `margin` (share of unit
    cost) each, must cover the capital cost within `payback_months` of use. After a decision the
    line is watched for as many months again. A line without capacity adds nothing.
    """
    size = share * prospects.capacity
    pressed = prospects.pressure[:for_months].min(axis=0) > pressure + NOTABLY
    return np.where(
        prospects.builds[:, None] & pressed & prospects.pays(size, margin, payback_months),
        size,
        0.0,
    )


@rule("investment", source="equations 6.4; the thresholds are assumed")
def retool_when_idle(
    prospects: Prospects,
    *,
    idle_months: Lookback = 6,
    idle_share: Annotated[float, Field(gt=0, le=1)] = 0.5,
    pressure: Pressure = 1.1,
    margin: Margin = 0.1,
    payback_months: Payback = 120.0,
) -> Floats:
    """Convert idle capacity to another product of the factory for which buyers wait, as much as
    they wait for; where several lines may be converted to it, each by its part of what all of them
    would give.

    The idle line must have had `idle_share` of its capacity idle for `idle_months`, and the other
    line's order book must have stayed above `pressure` times what it can make for as long; and it
    must pay, as in expand_when_pressed, with the cost of retooling.
    """
    size = np.minimum(prospects.spare, divide(prospects.short, prospects.arriving))
    pressed = prospects.pressure[:idle_months].min(axis=0) > pressure + NOTABLY
    idle = prospects.idle[:idle_months].min(axis=0) >= idle_share - NOTABLY
    turns = ~prospects.builds[:, None] & idle & pressed
    turns &= prospects.pays(size, margin, payback_months)
    return prospects.within_short(np.where(turns, size, 0.0))
