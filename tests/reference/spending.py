"""How a programme shares its money out among its candidates: equations, 10."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.reference.rationing import _levelled
from tests.reference.things import total

if TYPE_CHECKING:
    from tests.reference.projects import Project


@dataclass(slots=True, eq=False)
class Claim:
    """What a candidate wants this month: the money, and what speaks for it."""

    project: Project
    gap: float
    """The money that would close its gap"""
    room: float
    """The money that it can take up this month"""
    months_left: float
    """Months of the run left when what starts now is qualified"""
    need: float
    """What the beneficiaries need of its product in a month"""

    @property
    def money(self) -> float:
        """Return what it wants."""
        return min(self.gap, self.room)


Claims = Sequence[Claim]


def proportional_to_gap(claims: Claims, budget: float) -> list[float]:
    """Grant every candidate the same share of what it could spend."""
    wanted = total(each.money for each in claims)
    share = min(budget / wanted, 1.0) if wanted > 0 else 1.0
    return [each.money * share for each in claims]


def largest_gap_first(claims: Claims, budget: float) -> list[float]:
    """Serve the gap that takes most money first."""
    return _best_first(claims, budget, [each.gap for each in claims])


def best_return(claims: Claims, budget: float) -> list[float]:
    """Serve first who covers most need by the end of the run for the money."""
    scores = []
    for each in claims:
        good = each.project.line.yield_ * max(each.months_left, 0.0)
        cost = each.project.capital_cost * each.need
        scores.append(good / cost if cost > 0 else 0.0)
    return _best_first(claims, budget, scores)


def spread_evenly(claims: Claims, budget: float) -> list[float]:
    """Give all the same, none more than it can use."""
    return _levelled([each.money for each in claims], budget, [1.0] * len(claims))


def equalise_remaining_gap(claims: Claims, budget: float) -> list[float]:
    """Leave all the same gap, as far as each can take money up this month."""

    def granted(left: float) -> list[float]:
        return [min(max(each.gap - left, 0.0), each.room) for each in claims]

    if total(granted(0.0)) <= budget:
        return granted(0.0)
    # what is granted falls evenly from one of these gaps to the next
    bends = sorted(
        {0.0, *(max(each.gap - each.room, 0.0) for each in claims)} | {each.gap for each in claims}
    )
    low = max(each for each in bends if total(granted(each)) >= budget)
    high = min(each for each in bends if each > low)
    most, least = total(granted(low)), total(granted(high))
    return granted(low + (high - low) * (most - budget) / (most - least))


def political_quota(
    claims: Claims, budget: float, shares: Mapping[str, float], within: Any = "proportional_to_gap"
) -> list[float]:
    """Give each state's candidates a fixed share of the budget."""
    granted = [0.0] * len(claims)
    for state, share in shares.items():
        own = [row for row, each in enumerate(claims) if each.project.line.state == state]
        money = _named(within)([claims[row] for row in own], share * budget)
        for row, amount in zip(own, money, strict=True):
            granted[row] = amount
    return granted


def mix(claims: Claims, budget: float, weights: Mapping[str, float]) -> list[float]:
    """Take the weighted mean of other rules."""
    granted = [0.0] * len(claims)
    for name, weight in weights.items():
        for row, amount in enumerate(_named(name)(claims, budget)):
            granted[row] += amount * weight / total(weights.values())
    return granted


PROGRAMME: Mapping[str, Callable[..., list[float]]] = {
    each.__name__: each
    for each in (
        *(proportional_to_gap, largest_gap_first, best_return, spread_evenly),
        *(equalise_remaining_gap, political_quota, mix),
    )
}


def _named(choice: Any) -> Callable[..., list[float]]:
    if isinstance(choice, str):
        return PROGRAMME[choice]
    parameters = {key: each for key, each in choice.items() if key != "rule"}
    return lambda claims, budget: PROGRAMME[choice["rule"]](claims, budget, **parameters)


def _best_first(claims: Claims, budget: float, scores: Sequence[float]) -> list[float]:
    """Serve the highest score first, then the next; those of one score alike."""
    granted, left = [0.0] * len(claims), budget
    for score in sorted(set(scores), reverse=True):
        own = [row for row, each in enumerate(scores) if each == score]
        money = proportional_to_gap([claims[row] for row in own], left)
        for row, amount in zip(own, money, strict=True):
            granted[row] = amount
        left = max(left - total(money), 0.0)
    return granted
