"""The rules by which the reference's agents decide, by family and name: a new rule is one function
and one entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any

from sim.scenario.rule_choices import RuleChoice
from tests.reference.things import total

if TYPE_CHECKING:
    from tests.reference.things import Input, Link, Need


def proportional(orders: Sequence[float], supply: float, claims: float) -> list[float]:
    """Grant every order the same share."""
    if claims <= supply:
        return list(orders)
    share = supply / claims
    return [order * share for order in orders]


def fixed(links: Sequence[Link]) -> None:
    """Leave the weights as the scenario gives them."""


def hold_cover(
    need: Need, stock: float, deferred: float, on_order: float, adjustment_months: float = 3.0
) -> float:
    """Order the expected use and a part of the gap to the target."""
    target = (need.cover + need.lead - 1.0) * need.expected + deferred
    order = need.expected + (target - stock - on_order) / adjustment_months
    # less is rounding
    return order if order > 1e-14 * abs(stock + on_order) else 0.0


def leontief(inputs: Sequence[Input], usual: float) -> float:
    """Let every input limit."""
    return _scarcest(inputs, ("critical", "important", "minor"))


def strongly_critical(inputs: Sequence[Input], usual: float) -> float:
    """Let critical and important inputs limit."""
    return _scarcest(inputs, ("critical", "important"))


def half_critical(inputs: Sequence[Input], usual: float) -> float:
    """Let critical inputs limit, and important ones by half."""
    return min(_scarcest(inputs, ("critical",)), (_scarcest(inputs, ("important",)) + usual) / 2.0)


def weakly_critical(inputs: Sequence[Input], usual: float) -> float:
    """Let critical inputs limit."""
    return _scarcest(inputs, ("critical",))


def linear(inputs: Sequence[Input], usual: float) -> float:
    """Let every input stand for every other."""
    if not inputs:
        return inf
    return total(each.stock / each.amount * each.amount for each in inputs) / total(
        each.amount for each in inputs
    )


def proportional_to_gap(wanted: Sequence[float], budget: float) -> list[float]:
    """Grant every candidate the same share of what it could spend."""
    claims = total(wanted)
    share = min(budget / claims, 1.0) if claims > 0 else 1.0
    return [each * share for each in wanted]


def _scarcest(inputs: Sequence[Input], kinds: Sequence[str]) -> float:
    return min(
        (each.stock / each.amount for each in inputs if each.criticality in kinds), default=inf
    )


RULES: Mapping[str, Mapping[str, Callable[..., Any]]] = {
    "allocation": {"proportional": proportional},
    "sourcing": {"fixed": fixed},
    "ordering": {"hold_cover": hold_cover},
    "production": {
        "leontief": leontief,
        "strongly_critical": strongly_critical,
        "half_critical": half_critical,
        "weakly_critical": weakly_critical,
        "linear": linear,
    },
    "programme": {"proportional_to_gap": proportional_to_gap},
}


def chosen(family: str, choice: RuleChoice) -> Callable[..., Any]:
    """Return a rule with its parameters filled in."""
    function = RULES[family][choice.rule]
    return partial(function, **choice.parameters) if choice.parameters else function
