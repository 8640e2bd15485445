"""Say how a programme shares its budget out among its candidates.

A rule is called once a month for each programme that follows it: `rule(bids, **parameters) ->
money` [candidates, members], between 0 and `bids.wanted`, at most `bids.budget` in sum; what is not
spent stays in the treasury. It must not change what it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from sim.kernels import claims as kernels
from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import NOTHING, GroupSum, raised
from sim.rules.guard import guarded
from sim.rules.names import Named, NamedRule
from sim.rules.registry import find, rule


@dataclass(frozen=True, eq=False)
class BudgetRequest:
    """Hold what a programme may spend, and on what; money, arrays [candidates, members] unless said
    otherwise.
    """

    wanted: Floats
    """Money that would close the gap, as far as the candidate can absorb it this month"""
    budget: Floats
    """[1, members]: money at hand"""
    together: GroupSum
    """Sums candidates to [1, members]"""
    gap: Floats
    """Money that would close the gap, whether or not the candidate can absorb it"""
    state: NDArray[np.str_]
    """[candidates]: state of the candidate's factory"""
    count_returns: Callable[[], Floats]
    """A function that returns, for one unit of money, the share of the beneficiaries' monthly need
    that the candidate would cover, summed over the months of the run that are left once its
    capacity is there; [candidates, members]"""

    def part(self, rows: Ints, budget: Floats) -> BudgetRequest:
        """Return some of the candidates with a budget of their own."""
        together = GroupSum(np.zeros(rows.size, dtype=np.int64), 1)
        return BudgetRequest(
            self.wanted[rows],
            budget,
            together,
            self.gap[rows],
            self.state[rows],
            lambda: self.count_returns()[rows],
        )


def _at_most_all(shares: dict[str, float]) -> dict[str, float]:
    if sum(shares.values()) > 1 + 1e-9:
        raise PydanticCustomError(
            "shares",
            "the shares add up to {total}, above 1",
            {"total": f"{sum(shares.values()):g}"},
        )
    return shares


def _some(weights: dict[str, float]) -> dict[str, float]:
    if not any(weights.values()):
        raise PydanticCustomError("weights", "no weight is above 0")
    return weights


Plain = Annotated[str, NamedRule("programme")]
"""A rule of this family that takes no parameters."""
Share = Annotated[float, Field(ge=0, le=1)]
Shares = Annotated[
    dict[Annotated[str, Named("state")], Share], Field(min_length=1), AfterValidator(_at_most_all)
]
Weights = Annotated[
    dict[Plain, Annotated[float, Field(ge=0, le=1e12)]], Field(min_length=1), AfterValidator(_some)
]


@rule("programme", source="equations 10")
def proportional_to_gap(bids: BudgetRequest) -> Floats:
    """Give every candidate the same share of the money that would close its gap."""
    share = bids.budget / raised(np.maximum(bids.together(bids.wanted), bids.budget), NOTHING)
    return bids.wanted * share


@rule("programme", source="equations 10")
def largest_gap_first(bids: BudgetRequest) -> Floats:
    """Close the gap that takes most money, as far as possible this month, then the next largest."""
    return kernels.highest_first(bids.wanted, bids.budget, bids.gap)


@rule("programme", source="constrained equal losses: Thomson 2019; equations 10")
def equalise_remaining_gap(bids: BudgetRequest) -> Floats:
    """Leave every candidate the same gap, in money, as far as each can absorb money this month."""
    return kernels.capped_equal_losses(bids.gap, bids.wanted, bids.budget, bids.together)


@rule("programme", source="constrained equal awards: Thomson 2019; equations 10")
def spread_evenly(bids: BudgetRequest) -> Floats:
    """Give every candidate the same money, but none more than it can use."""
    return kernels.equal_awards(bids.wanted, bids.budget, bids.together)


@rule("programme", source="equations 10")
def best_return(bids: BudgetRequest) -> Floats:
    """Serve first the candidate that covers most need for the money by the end of the run, then the
    next.

    The return is good units per unit of capacity, times the months that are left when the capacity
    is qualified, divided by its capital cost and by the beneficiaries' monthly need of the product.
    So cheap and quick capacity for needs of few units comes first.
    """
    return kernels.highest_first(bids.wanted, bids.budget, bids.count_returns())


@rule("programme", source="equations 10")
def political_quota(
    bids: BudgetRequest, *, shares: Shares, within: Plain = "proportional_to_gap"
) -> Floats:
    """Give each state's candidates a fixed share of the money at hand in a month, whatever their
    gaps.

    `shares`: state -> share of the money, at most 1 in sum; states that are not named get nothing.
    `within`: the rule that shares a state's part out among its candidates. What a state cannot use
    stays in the treasury, and is shared anew next month, by the same shares.
    """
    inner = guarded(find("programme", within), {}, [political_quota.__name__])
    money = np.zeros_like(bids.wanted)
    for state, share in shares.items():
        rows = np.flatnonzero(bids.state == state)
        if rows.size:
            money[rows] = inner(bids.part(rows, share * bids.budget))
    return money


@rule("programme", source="equations 10")
def mix(bids: BudgetRequest, *, weights: Weights) -> Floats:
    """Take the weighted mean of other rules.

    `weights`: rule -> weight; only their ratios matter.
    """
    money, whole = np.zeros_like(bids.wanted), sum(weights.values())
    for name, weight in weights.items():
        money += (weight / whole) * guarded(find("programme", name), {}, [mix.__name__])(bids)
    return np.minimum(money, bids.wanted)
