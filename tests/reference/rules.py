"""The rules by which the reference's agents decide, by family and name: a new rule is one function
and one entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any

from sim.scenario.rule_choices import RuleChoice
from tests.reference.buying import ORDERING, SOURCING
from tests.reference.crafts import LEARNING, OVERTIME, PRICING
from tests.reference.rationing import ALLOCATION
from tests.reference.spending import PROGRAMME
from tests.reference.things import total

if TYPE_CHECKING:
    from tests.reference.things import Input


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


def ario_psi(
    inputs: Sequence[Input], usual: float, psi: float = 0.8, cover_months: float | None = None
) -> float:
    """Slow down before stocks run out."""
    return min(
        (
            each.stock
            / each.amount
            / max(psi * (each.cover if cover_months is None else cover_months), 1.0)
            for each in inputs
        ),
        default=inf,
    )


def _scarcest(inputs: Sequence[Input], kinds: Sequence[str]) -> float:
    return min(
        (each.stock / each.amount for each in inputs if each.criticality in kinds), default=inf
    )


RULES: Mapping[str, Mapping[str, Callable[..., Any]]] = {
    "allocation": ALLOCATION,
    "sourcing": SOURCING,
    "ordering": ORDERING,
    "production": {
        "leontief": leontief,
        "strongly_critical": strongly_critical,
        "half_critical": half_critical,
        "weakly_critical": weakly_critical,
        "linear": linear,
        "ario_psi": ario_psi,
    },
    "programme": PROGRAMME,
    "pricing": PRICING,
    "overtime": OVERTIME,
    "learning": LEARNING,
}


def chosen(family: str, choice: RuleChoice) -> Callable[..., Any]:
    """Return a rule with its parameters filled in."""
    function = RULES[family][choice.rule]
    return partial(function, **choice.parameters) if choice.parameters else function
