"""Watch whether buyers' orders swing more than their demand, where their rules may let them: the bullwhip."""

from __future__ import annotations

import numpy as np

from sim.axes import Axes
from sim.kernels.sums import Floats, Ints
from sim.metrics import bullwhip
from sim.scenario.rule_choices import RuleChoice
from sim.world import World

WORTH_SAYING = 4.0
"""Orders whose variance is more than so many times that of demand are warned of."""
OFTEN = 0.05
"""In at least this share of members."""
MOST = 5
"""Needs that are named, the worst first."""


def may_swing(choice: RuleChoice) -> bool:
    """Tell whether an ordering rule is to be watched: all but the default, which counts all that is on order."""
    return choice.rule != "hold_cover" or bool(choice.parameters)


class Swings:
    """Note the orders and the demand of some needs, month by month."""

    def __init__(self, needs: Ints) -> None:
        self.needs = needs
        self._orders: list[Floats] = []
        self._demand: list[Floats] = []

    def record(self, world: World) -> None:
        """Note a month."""
        if self.needs.size:
            self._orders.append(world.needs.ordered[self.needs])
            self._demand.append(world.needs.expected[self.needs])

    def ratio(self, members: int) -> Floats:
        """Return how much more orders swing than demand, [needs, members]."""
        return bullwhip(np.array(self._orders), np.array(self._demand)) if self._orders else np.zeros((self.needs.size, members))


def warnings(axes: Axes, needs: Ints, ratio: Floats) -> list[str]:
    """Say which needs' orders swing while their demand does not; `ratio` [needs, members] as `metrics.bullwhip` gives it."""
    share = (ratio > WORTH_SAYING).mean(axis=1)
    worst = [row for row in np.argsort(-np.median(ratio, axis=1), kind="stable").tolist() if share[row] >= OFTEN]
    texts = [_text(axes, int(needs[row]), float(np.max(ratio[row])), float(share[row])) for row in worst[:MOST]]
    more = len(worst) - len(texts)
    return texts + ([f"so do the orders of {more} more need{'s' if more > 1 else ''}"] if more else [])


def _text(axes: Axes, need: int, ratio: float, share: float) -> str:
    state, product = axes.needs[need]
    line = int(axes.need_line[need])
    buyer = state if line < 0 else axes.lines[line][0]
    members = "" if share == 1 else f", in {share:.0%} of the members"
    return (
        f"orders of {buyer} for {product} swing while demand does not (variance up to {ratio:.0f} times that of demand{members}): "
        "the ordering rule may not count all that is on order"
    )
