"""Use goods from the states' stocks: as much as is needed, or as a stockpile rule says.

Writes needs.final, used, stock and deferred, and needs.cover where a stockpile rule sets it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.rules.stockpile import StockDecision, Store
from sim.world.world import World


@dataclass(frozen=True, eq=False)
class StockPolicy:
    """Hold a stockpile rule, the final needs of the states that follow it, and what the rule knows
    of these that does not change.
    """

    rule: Callable[[Store], StockDecision]
    needs: Ints
    store: Store

    @classmethod
    def build(
        cls, rule: Callable[[Store], StockDecision], mask: Bools, world: World, cut_off: Ints
    ) -> StockPolicy:
        """Prepare for the final needs marked; `cut_off` [needs, members] is the month of each
        need's first announced restriction.
        """
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


def use(world: World, keepers: Sequence[StockPolicy] = ()) -> None:
    """Let states use goods from stock, up to their need and what is still deferred."""
    needs, final = world.needs, slice(0, world.axes.final)
    np.multiply(needs.base, needs.factor, out=needs.final)
    rows = needs.series_rows
    if rows.size:
        needs.final[rows] = needs.series[world.month] * needs.factor[rows]
    needs.final += needs.added
    plans = world.stock_plans
    if plans is not None:
        plans.use = needs.final[plans.rows]
        needs.final[plans.rows] *= plans.in_season(world.month)
    wanted = needs.final + needs.deferred
    used = np.minimum(needs.stock[final], wanted, out=needs.used[final])
    release(world, wanted, used, keepers)
    if needs.refusals is not None:
        needs.refusals.use(needs.stock[final], wanted, used, needs.lasting[final])
    needs.stock[final] -= used
    wanted -= used
    wanted *= needs.lasting[final]
    needs.deferred = wanted


def held_at_rest(world: World, keepers: Sequence[StockPolicy]) -> Floats:
    """Return the months of need that states hold when all goes on as it is, [final needs, members]:
    what the scenario wants held, or what rules make of it.
    """
    needs, held = world.needs, world.needs.cover[: world.axes.final].copy()
    for keeper in keepers:
        need, known = needs.base[keeper.needs], keeper.store
        store = replace(known, stock=known.cover * need, need=need, wanted=need)
        held[keeper.needs] = keeper.rule(store)[1]
    return held


def release(world: World, wanted: Floats, used: Floats, keepers: Sequence[StockPolicy]) -> None:
    """Set what is used of the stocks, `used` [final needs, members], and the cover that orders are
    to hold, for needs with a stockpile rule.

    `wanted` [final needs, members] is this month's need plus what is still deferred. No rule can
    use more than is there.
    """
    needs = world.needs
    for keeper in keepers:
        rows = keeper.needs
        stock, goal = needs.stock[rows], wanted[rows]
        answer = keeper.rule(
            replace(
                keeper.store, stock=stock, need=needs.final[rows], wanted=goal, month=world.month
            )
        )
        used[rows] = np.clip(answer[0], 0.0, np.minimum(stock, goal))
        needs.cover[rows] = answer[1]
