"""Say how states keep and use their stocks.

A rule is called once a month with all final needs of the states that follow it: `rule(store,
**parameters) -> (used, cover)`, two arrays [needs, members]: units to be used this month, between 0
and what is in stock and wanted, and the months of need that orders are to hold in stock. It must
not change what it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field

from sim.kernels import stock
from sim.kernels.arrays import Floats, Ints
from sim.rules.registry import rule

Months = Annotated[float, Field(ge=0, le=600)]


@dataclass(frozen=True, eq=False)
class Store:
    """Hold what a state knows about its stocks, arrays [needs, members] unless said otherwise."""

    stock: Floats
    """Units in store"""
    need: Floats
    """Units needed this month"""
    wanted: Floats
    """Units wanted: this month's need, and need that still waits"""
    cover: Floats
    """Months of need that the scenario wants to be held in stock"""
    tier: Ints
    """[needs, 1]: 0 is served first"""
    cut_off: Ints
    """Month, since the start, in which the first announced restriction hits a link of the need; a
    month after every horizon: none"""
    month: int
    """Months since the start"""

    @property
    def within_reach(self) -> Floats:
        """Return what can be used, units: what is wanted, as far as it is there."""
        return np.minimum(self.stock, self.wanted)


class StockDecision(NamedTuple):
    """Say what to use and what to hold, arrays [needs, members]."""

    used: Floats
    """Units"""
    cover: Floats
    """Months of need"""


@rule("stockpile", source="equations 8.1")
def draw_down(store: Store) -> StockDecision:
    """Use what is in stock as long as it lasts."""
    return StockDecision(store.within_reach, store.cover)


@rule("stockpile", source="equations 8.1")
def reserve(store: Store, *, floor_months: Months) -> StockDecision:
    """Keep `floor_months` of need for the first tier: needs of tier 0 may use all of their stock,
    others what is above the floor.

    Orders hold at least the floor.
    """
    first = store.tier == 0
    floor = floor_months * store.need
    return StockDecision(
        np.where(first, store.within_reach, stock.above(floor, store.stock, store.wanted)),
        np.where(first, store.cover, np.maximum(store.cover, floor_months)),
    )


@rule("stockpile", source="equations 8.1")
def build_ahead(
    store: Store, *, months_before: Months = 12.0, extra_months: Months = 6.0
) -> StockDecision:
    """Hold `extra_months` of need more from `months_before` months before the first restriction
    announced for its suppliers until then.

    Announced is what has a date, or follows at a set time what has one. From the cut-off on the
    stock is drawn down.
    """
    return StockDecision(
        store.within_reach,
        stock.raised(store.cover, store.month, store.cut_off, months_before, extra_months),
    )
