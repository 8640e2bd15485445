"""Say how much buyers order.

A rule is called once a month with all needs of the buyers that follow it: `rule(position, **parameters) -> ordered`,
units [needs, members]. It must not change what it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from sim.kernels import orders
from sim.kernels.sums import Floats
from sim.rules.registry import rule


@dataclass(frozen=True, eq=False)
class Position:
    """Hold what a buyer knows of its needs when it orders, arrays [needs, members]."""

    expected: Floats
    """Use per month"""
    deferred: Floats
    """Unmet final need that still waits, units"""
    stock: Floats
    """What is left after this month's use, units"""
    on_order: Floats
    """In transit and ordered, units"""
    lead: Floats
    """Mean lead time of the last shipments, months"""
    cover: Floats
    """Months of use to be held in stock"""


@rule("ordering", source="Sterman 1989; model specification 2.5")
def hold_cover(position: Position, *, adjustment_months: Annotated[float, Field(ge=1, le=120)] = 3.0) -> Floats:
    """Order what will be used, and close the gap to the stock cover within some months, counting what is on order."""
    return orders.hold_cover(
        position.expected, position.deferred, position.stock, position.on_order, position.lead, position.cover, adjustment_months
    )
