"""Let factories decide whether to add or convert capacity on their own account, and begin what they
decide on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import divide
from sim.rules.investment import Prospects
from sim.world.construction import at_rest, begin, idle, order_books, under_way
from sim.world.world import World

Investing = Sequence[tuple[Callable[[Prospects], Floats], Ints | slice]]
"""(rule, rows of works)"""


def invest(world: World, investing: Investing) -> None:
    """Show factories their order books and idle lines, and begin the works that their rules decide
    on.
    """
    if not investing:
        return
    works = world.works
    together = _look(world)
    size = np.zeros_like(works.unfinished)
    for rule, rows in investing:
        size[rows] = rule(_some(together, rows))
    begin(world, np.arange(size.shape[0]), size, idle(world))
    decided = size > 0
    for memory in (works.pressure, works.idle):
        memory[:, decided] = 0.0


def _look(world: World) -> Prospects:
    """Return what all factories may do, and remember this month's order books and idle shares."""
    axes, lines, works = world.axes, world.lines, world.works
    builds = axes.work_source < 0
    source = np.where(builds, 0, axes.work_source)
    growing = np.zeros(lines.capacity.shape, dtype=np.bool_)
    turning = axes.work_chosen & ~builds
    growing[axes.work_line[turning]] = works.max_capacity[turning] > 0
    orders = order_books(world, growing)
    able = (lines.capacity + at_rest(world) + under_way(world)) * lines.yield_
    pressure = np.divide(orders, able, out=np.where(orders > 0, np.inf, 0.0), where=able > 0)
    spare = np.where(builds[:, None], 0.0, np.minimum(idle(world), lines.capacity)[source])
    for memory, now in (
        (works.pressure, pressure[axes.work_line]),
        (works.idle, divide(spare, lines.capacity[source])),
    ):
        memory[1:] = memory[:-1]
        memory[0] = now
    return Prospects(
        builds=builds,
        line=axes.work_line,
        capacity=lines.capacity[axes.work_line],
        pressure=works.pressure,
        short=np.maximum(orders - able, 0.0)[axes.work_line],
        idle=works.idle,
        spare=spare,
        arriving=works.gain * lines.yield_[axes.work_line],
        unit_cost=lines.unit_cost[axes.work_line],
        price=lines.price[axes.work_line],
        cost=works.capital_cost,
    )


def _some(together: Prospects, rows: Ints | slice) -> Prospects:
    """Return what the factories that follow one rule may do."""
    parts = {each.name: getattr(together, each.name) for each in fields(together)}
    return Prospects(
        **{name: part[:, rows] if part.ndim == 3 else part[rows] for name, part in parts.items()}
    )
