"""Share out a supplier's goods among its buyers when there are too few.

A rule is called once a round with all links of the suppliers that follow it: `rule(claims,
**parameters) -> granted` [links, members], units per month. On each link it grants between 0 and
the order; the grants of a line add up to what the line has or, if that is less, to all orders. It
must not change what it is given. A buyer that asks a line over several ways, as through third
states, has one link for all of them here. Under every rule, needs of a lower tier are served to the
end before the next tier.

One rule, `optimal`, sees the whole market instead of one round's claims; only the scenario as a
whole can choose it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from sim.kernels import claims as kernels
from sim.kernels import rationing as kernel
from sim.kernels.allocation import Allocation
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.least_cost import least_cost
from sim.kernels.limits import Limits
from sim.kernels.market import Market
from sim.rules.names import Named
from sim.rules.registry import rule

Names = NDArray[np.str_]


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
    importer: Names
    """[links]: the buyer's state"""
    bloc: Names
    """[links]: the bloc of the buyer's state, or the state itself"""
    plant: Names
    """[links]: the factory that buys an input; empty for a state's final use"""
    made: Names
    """[links]: the product that the factory makes of it; empty for final use"""
    usual: Floats
    """[links, members]: flow in the world at rest"""

    def of(self, group: str) -> Bools:
        """Mark the links, [links], whose buyer belongs to a group: home, ally, other, final, a
        state, a bloc, a factory, or the makers of a product.
        """
        known = {
            "home": self.home,
            "ally": self.ally,
            "other": ~self.ally,
            "final": self.plant == "",
        }
        if group in known:
            found: Bools = known[group]
            return found
        names = (self.importer, self.bloc, self.plant, self.made)
        marked: Bools = np.logical_or.reduce([each == group for each in names])
        return marked

    def rank(self, groups: Sequence[str]) -> Ints:
        """Return, for each link, the place of the first group to which its buyer belongs, [links];
        the number of groups where none fits.
        """
        rank = np.full(self.importer.size, len(groups))
        for place in reversed(range(len(groups))):
            rank[self.of(groups[place])] = place
        return rank


@dataclass(frozen=True, eq=False)
class Whole:
    """Hold the whole market of a month."""

    market: Market
    supply: Floats
    """[lines, members]: units that can be shipped"""
    demand: Floats
    """[needs, members]: units wanted"""
    cap: Floats
    """[links, members]: most units per month, 0 on closed links"""
    cost: Floats
    """[links, members]: money per unit: last month's price at the gate, and delivery"""
    tier: Ints
    """[needs]: who is served first"""
    limits: Limits | None
    """What several links may carry together; None: nothing beyond each link's cap"""
    lot: Floats
    """[links]: decides among flows of equal cost: the one with the least sum of lot times flow is
    taken"""


def _once(order: list[str]) -> list[str]:
    for place, group in enumerate(order):
        if group in order[:place]:
            raise PydanticCustomError("twice", "'{group}' is named twice", {"group": group})
    return order


Buyer = Annotated[str, Named("factory, product, state or bloc", ("home", "ally", "other", "final"))]
"""A group of buyers; a product stands for those who make it."""
Order = Annotated[
    list[Buyer],
    Field(min_length=1),
    AfterValidator(_once),
]
Share = Annotated[float, Field(ge=0, le=1)]
Weights = Annotated[dict[Buyer, Annotated[float, Field(ge=0.001, le=1000)]], Field(min_length=1)]


@rule("allocation", source="Young 1987; ARIO, DisruptSC and the Pichler family share out like this")
def proportional(claims: Claims, *, weights: Weights | None = None) -> Floats:
    """Give every buyer the same share of its order, or a share in proportion to its weight.

    `weights`: how much more than others some groups of buyers get of each unit that they ordered;
    groups as in `tiers`; buyers of no group weigh 1. Nobody gets more than it ordered.
    """
    if weights is None:
        return kernel.proportional(claims.orders, claims.supply, claims.total, claims.market)
    weight = np.array([*weights.values(), 1.0])[claims.rank(list(weights))]
    return kernels.equal_awards(
        claims.orders, claims.supply, claims.market.by_line, claims.orders * weight[:, None]
    )


@rule("allocation", source="lexicographic; equations 2.2")
def tiers(claims: Claims, *, order: Order) -> Floats:
    """Serve groups of buyers one after the other, within a group in proportion to orders.

    `order` lists the groups: home (the supplier's state), ally (its bloc, including home unless
    listed before), other (neither), final (states, not factories), names of states and blocs,
    factories by name, or products, for those who make them. A buyer belongs to the first group that
    fits; buyers that fit none come last.
    """
    by_line = claims.market.by_line
    return kernels.by_rank(claims.orders, claims.supply, by_line, claims.rank(order))


@rule("allocation", source="lexicographic; equations 2.2")
def home_first(claims: Claims) -> Floats:
    """Serve the supplier's own state first, then its bloc, then the others."""
    return tiers(claims, order=["home", "ally", "other"])


@rule("allocation", source="lexicographic; equations 2.2")
def bloc_first(claims: Claims) -> Floats:
    """Serve the supplier's bloc, its own state included, before the others."""
    return tiers(claims, order=["ally", "other"])


@rule(
    "allocation",
    source="constrained equal awards: Thomson 2019; with weights as in Inoue and Todo's simulator",
)
def equal_awards(claims: Claims, *, by: Literal["order", "usual"] = "order") -> Floats:
    """Give every buyer the same number of units, but none more than it ordered: this protects small
    buyers.

    `by`: order, every buyer gets the same; usual, each in proportion to its flow at the start, and
    buyers that had none come last.
    """
    return kernels.equal_awards(
        claims.orders, claims.supply, claims.market.by_line, claims.usual if by == "usual" else None
    )


@rule("allocation", source="constrained equal losses: Thomson 2019")
def equal_losses(claims: Claims) -> Floats:
    """Let every buyer go short of the same number of units, but none of more than it ordered: this
    protects large buyers.
    """
    return kernels.equal_losses(claims.orders, claims.supply, claims.market.by_line)


@rule("allocation", source="Aumann and Maschler 1985")
def talmud(claims: Claims) -> Floats:
    """Give all buyers the same number of units, up to half of each order; beyond that let all lose
    the same number. Neither small nor large buyers are protected.
    """
    return kernels.talmud(claims.orders, claims.supply, claims.market.by_line)


@rule("allocation", source="Han et al. 2025, arXiv:2504.17120")
def guarantee_plus_priority(
    claims: Claims, *, guarantee: Share, order: Order | None = None
) -> Floats:
    """Grant the weighted mean of proportional (with weight `guarantee`, 0 to 1) and tiers, so that
    nobody is left with nothing.

    `order`: as in tiers; home, ally, other if not given.
    """
    first = tiers(claims, order=order or ["home", "ally", "other"])
    return np.minimum(guarantee * proportional(claims) + (1.0 - guarantee) * first, claims.orders)


@rule("allocation", source="linear programming by HiGHS; equations 2.3")
def optimal(whole: Whole) -> Allocation:
    """Deliver as much as possible, lower tiers first, and do so at least cost over the whole market
    at once.

    Buyers' weights do not count, except that links of weight 0 are closed. Among flows of equal
    cost the one with the most domestic deliveries is taken; if several are left, random numbers
    decide that links draw under their names. This is the reference that shows how far other rules
    are from the best. It solves linear programmes for every member and month, so use few members,
    at most 200.
    """
    return least_cost(
        whole.market,
        whole.supply,
        whole.demand,
        whole.cap,
        whole.cost,
        whole.tier,
        whole.limits,
        whole.lot,
    )
