"""Offer finished goods and what capacity and inputs allow to be made this month, by production
rules.

Writes lines.offer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.kernels.arrays import Bools, Floats
from sim.kernels.sums import some
from sim.kernels.terms import RTOL
from sim.rules.production import InputStock
from sim.world import lots
from sim.world.world import Rows, World

Production = Sequence[tuple[Callable[[InputStock], Floats], InputStock, Rows, Rows]]
"""(rule, its inputs' constant numbers, rows of inputs among inputs, rows of lines)"""


def offer(world: World, making: Production) -> None:
    """Set what each line offers this month: finished goods, and what capacity and inputs allow."""
    stock, refusals = lots.in_store(world), world.needs.refusals
    world.lines.offer = _offers(world, making, stock)
    if refusals is not None:
        refusals.offer, lacked = world.lines.offer, refusals.lacked[world.axes.inputs]
        if some(lacked):
            refusals.offer = _offers(world, making, stock + lacked)


def _offers(world: World, making: Production, stock: Floats) -> Floats:
    """Return what capacity allows to be made with inputs of which there are so many in stock,
    [inputs, members]; [lines, members], good units.
    """
    lines = world.lines
    offer = lines.yield_ * lines.usable
    # dust that rounding left of inputs would draw orders; it is dust beside what anybody wants
    dust = RTOL * np.minimum(lines.usable, np.maximum(lines.asked, lines.perceived) / lines.yield_)
    for rule, pantry, inputs, rows in making:
        made = rule(pantry.filled(stock[inputs], world.needs.amount[inputs]))
        starts = np.minimum(lines.usable[rows], made)
        starts[starts < dust[rows]] = 0.0
        offer[rows] = lines.yield_[rows] * starts
    return offer


def starved(world: World, making: Production, delivered: Bools) -> Bools | None:
    """Mark the lines, [lines, members], that can start nothing whatever their capacity, because
    there is none of an input and nobody may deliver any; None: there are no such lines.

    `delivered` [inputs, members] marks the inputs that somebody may deliver.
    """
    if not making or np.count_nonzero(delivered) == delivered.size:
        return None
    axes, needs = world.axes, world.needs
    comes = (needs.stock[axes.inputs] + needs.in_transit[axes.inputs]) > 0
    comes |= delivered
    if np.count_nonzero(comes) == comes.size:
        return None
    found = np.zeros(world.lines.capacity.shape, dtype=np.bool_)
    for rule, pantry, inputs, rows in making:
        amount = needs.amount[inputs]
        # of what comes enough for one start
        found[rows] = rule(pantry.filled(np.where(comes[inputs], amount, 0.0), amount)) <= 0
    return found
