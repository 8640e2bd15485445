"""Share out a supplier's goods among its buyers when there are too few.

A rule is called once a round with all links of the suppliers that follow it: `rule(claims, **parameters) -> granted`
[links, members], units per month. It grants between 0 and the order on each link, and what its line has, or all that
is ordered, in sum. It must not change what it is given.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.kernels import allocation as kernel
from sim.kernels.allocation import Market
from sim.kernels.sums import Bools, Floats
from sim.rules.registry import rule


@dataclass(frozen=True, eq=False)
class Claims:
    """Hold what suppliers are asked for in a round, and by whom."""

    orders: Floats
    """[links, members]: units asked for on each link"""
    supply: Floats
    """[lines, members]: units that each line still has"""
    total: Floats
    """[lines, members]: orders summed over each line's links"""
    market: Market
    """Which line and need each link joins, and sums over them"""
    home: Bools
    """[links]: supplier and buyer are of one state"""
    ally: Bools
    """[links]: supplier and buyer are of one bloc (or one state)"""
    importer: tuple[str, ...]
    """[links]: the buyer's state"""
    usual: Floats
    """[links, members]: flow in the balanced world at the start"""


@rule("allocation", source="Young 1987; ARIO, DisruptSC and the Pichler family share out like this")
def proportional(claims: Claims) -> Floats:
    """Give every buyer the same share of its order."""
    return kernel.proportional(claims.orders, claims.supply, claims.total, claims.market)
