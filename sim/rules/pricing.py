"""Say what factories ask for their goods.

A rule is called once a month, when the goods are shared out, with all lines that follow it:
`rule(quote, **parameters) -> price` [lines, members], money per unit at the gate. It must not
change what it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from sim.kernels import prices
from sim.kernels.arrays import Floats
from sim.rules.registry import rule


@dataclass(frozen=True, eq=False)
class Quote:
    """Hold what lines know when they set their prices, arrays [lines, members]."""

    unit_cost: Floats
    """Money per unit"""
    asked: Floats
    """Units asked for by the buyers' weights"""
    offer: Floats
    """Most units that could be shipped this month"""
    shipped: Floats
    """Units shipped this month"""


@rule("pricing", source="prices are unit costs; equations 11")
def at_cost(quote: Quote) -> Floats:
    """Ask what a unit costs."""
    return quote.unit_cost


@rule("pricing", source="cost-plus pricing, as in defence contracts; equations 11")
def mark_up(quote: Quote, *, share: Annotated[float, Field(ge=0, le=100)]) -> Floats:
    """Ask what a unit costs and a share of it more."""
    return prices.marked_up(quote.unit_cost, share)


@rule("pricing", source="bounded adjustment to excess demand, Arrow & Hahn 1971; equations 11")
def scarcity(
    quote: Quote,
    *,
    premium: Annotated[float, Field(ge=0, le=100)] = 0.5,
    most: Annotated[float, Field(ge=0, le=100)] = 1.0,
) -> Floats:
    """Ask a higher price the more is asked for than can be shipped.

    The mark-up is `premium` times the excess of orders (including those that wait) over what the
    line can ship, as a share of the latter; at most `most`.
    """
    return prices.marked_up(
        quote.unit_cost, prices.scarcity_premium(quote.asked, quote.offer, premium, most)
    )
