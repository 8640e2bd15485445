"""Let states keep and use their stocks by rules of their own; those that draw them down need none of this."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.kernels.sums import Bools, Floats, Ints
from sim.rules.stockpile import Keeping, Store
from sim.world import World


@dataclass(frozen=True, eq=False)
class Keeper:
    """Hold a rule, the final needs of the states that follow it, and what it knows of them that does not change."""

    rule: Callable[[Store], Keeping]
    needs: Ints
    store: Store

    @classmethod
    def build(cls, rule: Callable[[Store], Keeping], mask: Bools, world: World, cut_off: Ints) -> Keeper:
        """Prepare for the final needs marked; `cut_off` [needs, members] is the month of each need's first announced restriction."""
        rows = np.flatnonzero(mask)
        nothing = np.zeros((rows.size, world.width))
        return cls(
            rule,
            rows,
            Store(
                stock=nothing,
                need=nothing,
                wanted=nothing,
                cover=world.needs.cover[rows],
                tier=world.axes.need_tier[rows, None],
                cut_off=cut_off[rows],
                month=0,
            ),
        )


def release(world: World, wanted: Floats, used: Floats, keepers: Sequence[Keeper]) -> None:
    """Set what is used of the stocks, `used` [final needs, members], and what orders are to hold, where rules say so.

    `wanted` holds this month's need and what is still deferred. No rule can use what is not there.
    """
    needs = world.needs
    for keeper in keepers:
        rows = keeper.needs
        stock, goal = needs.stock[rows], wanted[rows]
        answer = keeper.rule(replace(keeper.store, stock=stock, need=needs.final[rows], wanted=goal, month=world.month))
        used[rows] = np.clip(answer[0], 0.0, np.minimum(stock, goal))
        needs.cover[rows] = answer[1]
