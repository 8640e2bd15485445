"""Warn of two things that a reader of the results should know: needs that are short at rest, and
orders that swing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.moments import Moments
from sim.kernels.sums import divide
from sim.metrics.arithmetic import bullwhip
from sim.report.charts.wording import SHORT_OF, counted
from sim.scenario.rule_choices import RuleChoice
from sim.world.axes import Axes
from sim.world.world import Rows, World

WORTH_NOTING = 0.01
"""A lack of less than this share of a need does not count."""
SWINGING = 4.0
"""A run warns of orders whose variance is more than this many times that of demand."""
OFTEN = 0.05
"""A run warns of a need that is short in more than this share of members, even if the central case
is not: as many lie below the band in the tables."""
MOST = 5
"""Most needs that a warning names, the worst first"""


def lacking(world: World) -> Floats:
    """Return the share of each need that stays unmet at rest, [needs, members], of a world before
    its first month.
    """
    demand = world.needs.demand
    met = world.axes.market.by_need(world.links.base_flow)
    return np.maximum(divide(demand - met, demand), 0.0)


def shortage_warnings(axes: Axes, members: Sequence[int], lack: Floats) -> list[str]:
    """Say which needs are short at rest, by how much in the central case, and in which share of
    members; `lack` as `lacking` gives it.
    """
    lack = np.where(lack >= WORTH_NOTING, lack, 0.0)
    central = lack[:, [place for place, member in enumerate(members) if member == 0]].max(
        axis=1, initial=0.0
    )
    share = (lack > 0).mean(axis=1)
    order = np.lexsort((-lack.mean(axis=1), -central)).tolist()
    worst = [row for row in order if central[row] > 0 or share[row] > OFTEN]
    texts = [_shortage_text(axes, row, float(central[row]), lack[row]) for row in worst[:MOST]]
    more = len(worst) - len(texts)
    return texts + (
        [f"so {'are' if more > 1 else 'is'} {counted(more, 'more need')}"] if more else []
    )


def _shortage_text(axes: Axes, need: int, central: float, lack: Floats) -> str:
    state, product = axes.needs[need]
    line, share = int(axes.need_line[need]), float((lack > 0).mean())
    buyer = state if line < 0 else axes.lines[line][0]
    members = "all members" if share == 1 else f"{share:.0%} of the members"
    unmet = (
        f"{central:.0%} of the need stays unmet in the central case"
        if central
        else f"up to {lack.max():.0%} of the need stays unmet"
    )
    also = f", and some in {members}" if lack.size > 1 else ""
    return (
        f"{buyer} is {SHORT_OF} {product} before any event:"
        f" {unmet}{also if central else f' in {members}'}"
    )


def may_swing(choice: RuleChoice) -> bool:
    """Tell whether an ordering rule must be watched: all but the default, which counts all that is
    on order.
    """
    return choice.rule != "hold_cover" or bool(choice.parameters)


class Bullwhip:
    """Note how the orders and the demand of some needs swing, month by month."""

    def __init__(self, rows: Rows, needs: int) -> None:
        self.needs: Ints = np.arange(needs)[rows]
        self._rows = rows
        self._seen: tuple[Moments, Moments] | None = None

    def record(self, world: World) -> None:
        """Note a month."""
        if not self.needs.size:
            return
        orders, demand = (each[self._rows] for each in (world.needs.ordered, world.needs.expected))
        if self._seen is None:
            self._seen = Moments(orders), Moments(demand)
        else:
            for moments, values in zip(self._seen, (orders, demand), strict=True):
                moments.add(values)

    def ratio(self, members: int) -> Floats:
        """Return how much more orders swing than demand, [needs, members]."""
        return bullwhip(*self._seen) if self._seen else np.zeros((self.needs.size, members))


def bullwhip_warnings(axes: Axes, needs: Ints, ratio: Floats) -> list[str]:
    """Say which needs' orders swing while their demand does not; `ratio` [needs, members] as
    `metrics.bullwhip` gives it.
    """
    share = (ratio > SWINGING).mean(axis=1)
    worst = [
        row
        for row in np.argsort(-np.median(ratio, axis=1), kind="stable").tolist()
        if share[row] >= OFTEN
    ]
    texts = [
        _bullwhip_text(axes, int(needs[row]), float(np.max(ratio[row])), float(share[row]))
        for row in worst[:MOST]
    ]
    more = len(worst) - len(texts)
    return texts + ([f"so do the orders of {counted(more, 'more need')}"] if more else [])


def _bullwhip_text(axes: Axes, need: int, ratio: float, share: float) -> str:
    state, product = axes.needs[need]
    line = int(axes.need_line[need])
    buyer = state if line < 0 else axes.lines[line][0]
    members = "" if share == 1 else f", in {share:.0%} of the members"
    return (
        f"orders of {buyer} for {product} swing while demand does not (variance up to {ratio:.0f}"
        f" times that of demand{members}): the ordering rule may not count all that is on order"
    )
