"""Offer what capacity and inputs allow to be made this month, by production rules.

Writes lines.offer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.terms import RTOL
from sim.rules.production import InputStock
from sim.world import lots
from sim.world.world import Rows, World

Production = Sequence[tuple[Callable[[InputStock], Floats], InputStock, Rows, Rows]]
"""(rule, its inputs' constant numbers, rows of inputs among inputs, rows of lines)"""


def offer(world: World, making: Production) -> None:
    """Offer what capacity and inputs allow to be made this month."""
    lines, starts = world.lines, world.lines.usable
    if making:
        starts = starts.copy()
        stock = lots.in_store(world)
        for rule, pantry, inputs, rows in making:
            filled = pantry.filled(stock[inputs], world.needs.amount[inputs])
            starts[rows] = np.minimum(starts[rows], rule(filled))
        # dust that rounding left of inputs would draw orders
        starts[starts < RTOL * lines.usable] = 0.0
    lines.offer = lines.yield_ * starts
