"""Match supply with demand over links: spread, ration, reassign.

Buyers spread what they still need over their open links by weight; a supplier with less than it is asked for
rations (here: each claim by the same factor); what is left unmet goes round again over links whose supplier still
has goods. Needs of a lower tier are served to the end before the next tier begins. Model specification 1.1-1.3, 1.7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.kernels.sums import Bools, Floats, GroupSum, Ints, divide

Kind = TypeVar("Kind", bound=np.generic)

RTOL = 1e-12
"""Supply, demand or room below this share of its first amount counts as none."""

Ration = Callable[[Floats, Floats, Floats, "Market"], Floats]
"""(orders [links, members], supply [lines, members], claims [lines, members], market) -> granted [links, members]."""


@dataclass(frozen=True, eq=False)
class Market:
    """Hold who may supply whom: links between lines and needs, and how to sum over either end."""

    line: Ints
    """Supplying line of each link."""
    need: Ints
    """Served need of each link."""
    by_line: GroupSum
    by_need: GroupSum
    tiers: tuple[Bools | None, ...]
    """Links of each tier as a column [links, 1], first served first; a single None stands for all links."""

    @classmethod
    def build(cls, line: Ints, need: Ints, lines: int, needs: int, tier: Ints | None = None) -> Market:
        """Index the links given by their ends; `tier` holds each need's tier, 0 first."""
        levels = np.unique(tier[need]) if tier is not None and need.size else np.zeros(1)
        masks: tuple[Bools | None, ...] = (None,)
        if tier is not None and levels.size > 1:
            masks = tuple((tier[need] == level)[:, None] for level in levels)
        return cls(line, need, GroupSum(line, lines), GroupSum(need, needs), masks)

    @property
    def links(self) -> int:
        """Count the links."""
        return self.line.size

    def from_lines(self, values: NDArray[Kind]) -> NDArray[Kind]:
        """Look up each link's line: [lines, members] -> [links, members]."""
        return values.take(self.line, axis=0)

    def from_needs(self, values: NDArray[Kind]) -> NDArray[Kind]:
        """Look up each link's need: [needs, members] -> [links, members]."""
        return values.take(self.need, axis=0)


@dataclass(frozen=True, eq=False)
class Allocation:
    """Hold what an allocation moved; units per month."""

    flow: Floats
    """[links, members]"""
    shipped: Floats
    """[lines, members]: flow summed over each line's links"""
    received: Floats
    """[needs, members]: flow summed over each need's links"""
    rounds: int


def proportional(orders: Floats, supply: Floats, claims: Floats, market: Market) -> Floats:
    """Grant each claim the same share of itself, supply / claims where that is below 1."""
    return orders * market.from_lines(np.minimum(divide(supply, claims, otherwise=1.0), 1.0))


def spread(market: Market, demand: Floats, weight: Floats, cap: Floats) -> Floats:
    """Spread each need's demand over its links by weight, each link at most its cap: orders [links, members].

    `weight` is 0 on closed links; a need without open links places no orders.
    """
    share = market.from_needs(divide(demand, market.by_need(weight)))
    share *= weight
    np.minimum(share, cap, out=share)
    return share


def allocate(
    market: Market,
    supply: Floats,
    demand: Floats,
    weight: Floats,
    cap: Floats,
    *,
    ration: Ration = proportional,
    rounds: int | None = None,
) -> Allocation:
    """Allocate supply [lines, members] to demand [needs, members], all in units per month.

    `weight` [links, members] is each buyer's preference, 0 on links that are closed; `cap` [links, members] is the
    most that a link may carry, inf where nothing limits it. With `rounds=None` nothing is wasted: no link with
    room is left between a line with goods and a need that wants them. With `rounds=n` each tier stops after n rounds.
    """
    left, wanted = supply.copy(), demand.copy()
    supply_dust, demand_dust = RTOL * supply, RTOL * demand
    room_dust = np.where(np.isfinite(cap), RTOL * cap, 0.0)
    flow = np.zeros(np.broadcast_shapes(weight.shape, cap.shape, (market.links, supply.shape[1])))
    done = 0
    for tier in market.tiers:
        usable = weight if tier is None else weight * tier
        count = 0
        while rounds is None or count < rounds:
            # rounding may fill a link by a hair beyond its cap; it must not give that back in a later round
            room = np.maximum(cap - flow, 0.0)
            active = market.from_lines(left > supply_dust)
            active &= market.from_needs(wanted > demand_dust)
            active &= room > room_dust
            open_weight = usable * active
            if not open_weight.any():
                break
            orders = spread(market, wanted, open_weight, room)
            claims = market.by_line(orders)
            granted = ration(orders, left, claims, market)
            flow += granted
            # a line asked for all it has is empty exactly: rounding dust would cost further rounds
            left = np.where(claims >= left, 0.0, left - claims)
            wanted = np.maximum(wanted - market.by_need(granted), 0.0)
            count += 1
        done = max(done, count)
    return Allocation(flow, market.by_line(flow), market.by_need(flow), done)
