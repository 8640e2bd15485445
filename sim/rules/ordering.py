"""Say how much buyers order.

A rule is called once a month with all needs of the buyers that follow it: `rule(position,
**parameters) -> ordered`, units [needs, members]. It must not change what it is given; what it
perceives it may keep, by `position.perceive`. (The rules below, which look at each need by itself,
are called with some of the needs at a time where there are many.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from sim.kernels import orders
from sim.kernels.arrays import Floats, Ints
from sim.rules.registry import rule

Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, eq=False)
class Memory:
    """Remember the use per month that some buyers perceive."""

    values: Floats
    """Of all needs of the world, [needs, members]; at first what they use at rest"""
    rows: Ints | slice
    """The needs of these buyers"""

    def move(self, seen: Floats, share: float) -> Floats:
        """Move it by a share of the way to what is seen, [needs, members], and return it."""
        self.values[self.rows] = orders.smoothed(self.values[self.rows], seen, share)
        return self.values[self.rows]


@dataclass(frozen=True, eq=False)
class Position:
    """Hold what a buyer knows of its needs when it orders, arrays [needs, members]."""

    expected: Floats
    """Expected use per month. Of a state: this month's need, or what its stock plan needs when this
    month's orders arrive. Of a factory: what it takes to make the demand that its lines perceive"""
    deferred: Floats
    """Unmet final need that still waits, units"""
    stock: Floats
    """What is left after this month's use, units; the use of an input, which is still ahead, is
    taken as expected"""
    on_order: Floats
    """In transit and ordered, units"""
    lead: Floats
    """Mean lead time of the last shipments, months"""
    cover: Floats
    """Months of use to be held in stock"""
    ahead: Floats
    """[needs, 1]: 1 where this month's use is still ahead (inputs), 0 where it has happened (final
    needs)"""
    memory: Memory
    count_owed: Callable[[], Floats]
    look_back: Callable[[], tuple[Floats, Floats]]
    month: int
    """Months since the start"""
    in_work: Floats | None = None
    """What suppliers have granted that is not yet a whole lot, units; None: no goods come in
    lots"""
    planned: Floats | None = None
    """What stock and orders together should be before this month's order, units, for needs whose
    stock follows a season, a ceiling or targets; NaN for other needs; None: there are none"""

    def perceive(self, share: float) -> Floats:
        """Smooth the use per month: by `share` of the way from what was perceived last month to
        what is expected now.
        """
        return self.memory.move(self.expected, share)

    def left(self, use: Floats) -> Floats:
        """Return what is left in stock after this month's use, where `use` is what an input's line
        will take of it.
        """
        return self.stock + self.ahead * (self.expected - use)

    def waiting(self, use: Floats) -> Floats:
        """Return unmet final need that still waits, plus what is to be held `beyond_cover`, units;
        do not change the array.
        """
        return self.deferred if self.planned is None else self.deferred + self.beyond_cover(use)

    def beyond_cover(self, use: Floats) -> Floats | float:
        """Return how much more than the cover, and what lead times keep in transit, a stock that
        follows a plan and orders should hold, units; `use` is the monthly use in which cover and
        lead are counted.
        """
        if self.planned is None:
            return 0.0
        more = self.planned - (self.cover + self.lead - 1.0) * use
        return np.where(np.isnan(more), 0.0, more)

    @property
    def owed(self) -> Floats:
        """Return what the buyer itself still owes, units: deferred need, or the inputs for what its
        lines' customers wait for.
        """
        return self.count_owed()

    @property
    def last_use(self) -> Floats:
        """Return the input that it takes to make last month's output again, or what a state has
        used this month, units.
        """
        return self._last[0]

    @property
    def last_demand(self) -> Floats:
        """Return the input that it takes to make all that the line was asked for last month, as far
        as its capacity goes, or what a state needs this month, units.
        """
        return self._last[1]

    @cached_property
    def _last(self) -> tuple[Floats, Floats]:
        return self.look_back()


@rule("ordering", source="Sterman 1989; equations 8.2")
def hold_cover(
    position: Position,
    *,
    adjustment_months: Annotated[float, Field(ge=1, le=120)] = 3.0,
    smoothing_months: Annotated[float, Field(ge=1, le=120)] = 1.0,
) -> Floats:
    """Order what will be used, and close the gap to the stock cover, counting what is on order.

    The gap is closed within about `adjustment_months` (1: at once, an order-up-to policy). Expected
    use is smoothed over `smoothing_months` (1: what this month needs); it is demand that is
    smoothed, never what was delivered or made.
    """
    use, stock = position.expected, position.stock
    if smoothing_months > 1:
        use = position.perceive(1.0 / smoothing_months)
        stock = position.left(use)
    return orders.hold_cover(
        use,
        position.waiting(use),
        stock,
        position.on_order,
        position.lead,
        position.cover,
        adjustment_months,
        position.in_work,
    )


@rule(
    "ordering", source="Sterman 1989, Management Science 35(3); Edali & Yasarcan 2014, JASSS 17(4)2"
)
def anchored(
    position: Position,
    *,
    forecast_share: Share = 0.36,
    gap_share: Share = 0.26,
    line_share: Share = 0.34,
    target_months: Annotated[float, Field(ge=0, le=600)] | None = None,
    steady_months: Annotated[int, Field(ge=0, le=1200)] = 0,
) -> Floats:
    """Anchor on perceived use, and adjust for the gaps in stock and in what is on order, as people
    do in experiments.

    Each month perceived use moves by the share `forecast_share` (theta) of the way to the use that
    is seen. Orders are perceived use, plus `gap_share` (alpha) of the gap between the target and
    the stock net of what is owed, where only `line_share` (beta) of what is on order is counted:
    below 1, orders swing more than demand. The target is `target_months` of perceived use; if not
    given, the stock cover plus `line_share` of what the lead time keeps in transit beyond the next
    month. In the first `steady_months` it orders what it perceives. The defaults of the shares are
    the means of the players of the beer game.
    """
    use = position.perceive(forecast_share)
    if position.month < steady_months:
        return use
    if target_months is None:
        months = position.cover + line_share * (position.lead - 1.0)
        target = months * use + position.beyond_cover(use)
    else:
        target = target_months * use
    gap = target - (position.left(use) - position.owed) - line_share * position.on_order
    return orders.anchor_and_adjust(use, orders.uncovered(gap, position.in_work), gap_share)


@rule(
    "ordering",
    source="Hallegatte 2014, Risk Analysis 34(1); Inoue & Todo 2019, Nature Sustainability 2",
)
def replace_use(
    position: Position,
    *,
    adjustment_months: Annotated[float, Field(ge=1, le=1000)] = 3.0,
    target: Literal["use", "demand"] = "use",
    sheds_surplus: bool = True,
) -> Floats:
    """Order what last month's output takes, and close a part of the gap to the stock cover, as
    firms do in ARIO and in Inoue and Todo's model.

    The gap is closed within about `adjustment_months`. The cover is counted in months of `target`:
    of last month's use, or of what last month's demand would take as far as capacity goes; both
    with this month's yield and input amounts. For an input, the cover is what should be left after
    this month's use. `sheds_surplus`: whether a stock above its target lowers orders. Since lower
    output means fewer inputs, and fewer inputs lower output, a network may shrink for good after a
    temporary shock.
    """
    use = position.last_use
    base = position.last_demand if target == "demand" else use
    months = position.cover + position.lead
    months -= 1.0
    months += position.ahead
    in_stock = position.ahead * position.expected
    in_stock += position.stock
    owed = position.deferred
    if position.planned is not None:
        owed = owed + position.beyond_cover(base)
    deficit = np.subtract(owed, in_stock, out=in_stock)
    deficit -= position.on_order
    return orders.replace_use(
        use,
        base,
        months,
        deficit,
        adjustment_months,
        position.in_work,
        sheds_surplus=sheds_surplus,
    )
