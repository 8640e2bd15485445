"""Share out a supplier's goods among its buyers when there are too few.

A rule is called once a round with all links of the suppliers that follow it:
`rule(orders, supply, claims, market, **parameters) -> granted`, with orders and granted [links, members], supply and
claims (the orders summed) [lines, members], all in units per month. It grants between 0 and the order on each link,
and `min(supply, claims)` on each line in sum. It must not change what it is given.
"""

from __future__ import annotations

from sim.kernels import allocation as kernel
from sim.kernels.allocation import Market
from sim.kernels.sums import Floats
from sim.rules.registry import rule


@rule("allocation", source="Young 1987; ARIO, DisruptSC and the Pichler family share out like this")
def proportional(orders: Floats, supply: Floats, claims: Floats, market: Market) -> Floats:
    """Give every buyer the same share of its order."""
    return kernel.proportional(orders, supply, claims, market)
