"""Match supply with demand over links: spread, ration, reassign.

Buyers spread what they still need over their open links by weight; a supplier with less than it is asked for
rations (here: each claim by the same factor); what is left unmet goes round again over links whose supplier still
has goods. Needs of a lower tier are served to the end before the next tier begins. Model specification 1.1-1.3, 1.7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
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
    product: Ints | None = None
    """[needs]: what each need is of, where that is known; links of one product never compete with another's."""
    _parts: dict[tuple[int, ...], tuple[Ints, Market]] = field(default_factory=dict)

    @classmethod
    def build(cls, line: Ints, need: Ints, lines: int, needs: int, tier: Ints | None = None, product: Ints | None = None) -> Market:
        """Index the links given by their ends; `tier` holds each need's tier, 0 first, `product` what it is of."""
        levels = np.unique(tier[need]) if tier is not None and need.size else np.zeros(1)
        masks: tuple[Bools | None, ...] = (None,)
        if tier is not None and levels.size > 1:
            masks = tuple((tier[need] == level)[:, None] for level in levels)
        return cls(line, need, GroupSum(line, lines), GroupSum(need, needs), masks, product)

    def part(self, needs: Bools) -> tuple[Ints, Market]:
        """Return the links of the products of some needs, as rows, and the market of these links alone."""
        if self.product is None:
            return np.arange(self.links), self
        wanted = np.unique(self.product[needs])
        key = tuple(wanted.tolist())
        if key not in self._parts:
            rows = np.flatnonzero(np.isin(self.product[self.need], wanted))
            self._parts[key] = rows, Market.build(self.line[rows], self.need[rows], self.by_line.groups, self.by_need.groups)
        return self._parts[key]

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
    granted = market.from_lines(np.minimum(divide(supply, claims, otherwise=1.0), 1.0))
    granted *= orders
    return granted


def spread(market: Market, demand: Floats, weight: Floats, cap: Floats) -> Floats:
    """Spread each need's demand over its links by weight, each link at most its cap: orders [links, members].

    `weight` is 0 on closed links; a need without open links places no orders.
    """
    orders = market.from_needs(divide(demand, market.by_need(weight)))
    orders *= weight
    np.minimum(orders, cap, out=orders)
    return orders


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
    trading = _Trading(supply, demand, ration)
    usable = weight * (cap > 0)
    flow = np.zeros_like(usable)
    done = 0
    for tier in market.tiers:
        opened = usable if tier is None else usable * tier
        count = trading.round(market, opened, cap, flow) if rounds != 0 else 0
        rest = None if rounds is None else rounds - 1
        if count and rest != 0:
            count += _reassign(trading, market, opened, cap, flow, rest)
        done = max(done, count)
    return Allocation(flow, market.by_line(flow), market.by_need(flow), done)


def _reassign(trading: _Trading, market: Market, weight: Floats, cap: Floats, flow: Floats, rounds: int | None) -> int:
    """Offer what is unmet to whoever has goods left, round by round; adds to `flow` and returns the number of rounds.

    Only links of products that still have both are looked at: after the first round these are few.
    """
    open_weight = trading.open_links(market, weight, cap, flow)
    asking = trading.asking(market.by_need(open_weight)).any(axis=1)
    if not asking.any():
        return 0
    rows, part = (np.arange(market.links), market) if trading.ration is not proportional else market.part(asking)
    some_flow, some_weight, some_cap = flow[rows], weight[rows], cap[rows]
    count = 0
    while (rounds is None or count < rounds) and trading.round(part, some_weight, some_cap, some_flow, again=True):
        count += 1
    flow[rows] = some_flow
    return count


class _Trading:
    """Hold what lines still have and needs still want while an allocation goes on."""

    def __init__(self, supply: Floats, demand: Floats, ration: Ration) -> None:
        self.left, self.wanted = supply, demand
        self.ration = ration
        self._supply_dust, self._demand_dust = RTOL * supply, RTOL * demand

    def round(self, market: Market, weight: Floats, cap: Floats, flow: Floats, *, again: bool = False) -> int:
        """Spread and ration once over these links, adding to `flow`; return 1, or 0 when nothing was left to do."""
        open_weight = self.open_links(market, weight, cap, flow if again else None)
        share = self.asking(market.by_need(open_weight))
        if not share.any():
            return 0
        orders = market.from_needs(share)
        orders *= open_weight
        np.minimum(orders, cap - flow if again else cap, out=orders)
        if again:
            # a full link may have rounded to a hair above its cap
            np.maximum(orders, 0.0, out=orders)
        claims = market.by_line(orders)
        granted = self.ration(orders, self.left, claims, market)
        flow += granted
        # a line asked for all it has is empty exactly: rounding dust would cost further rounds
        self.left = np.where(claims >= self.left, 0.0, self.left - claims)
        self.wanted = np.maximum(self.wanted - market.by_need(granted), 0.0)
        return 1

    def open_links(self, market: Market, weight: Floats, cap: Floats, flow: Floats | None) -> Floats:
        """Return the weights of links whose line has goods and which have room, 0 elsewhere; None: nothing has flowed yet."""
        open_weight = market.from_lines((self.left > self._supply_dust).astype(np.float64))
        open_weight *= weight
        if flow is not None:
            full = cap * (1.0 - RTOL)
            open_weight *= flow < full
        return open_weight

    def asking(self, total: Floats) -> Floats:
        """Return what each need asks for per unit of open weight `total`, [needs, members]; 0 where it wants nothing."""
        return divide(np.where(self.wanted > self._demand_dust, self.wanted, 0.0), total)
