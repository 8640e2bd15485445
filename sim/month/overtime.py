"""Let lines run beyond capacity by overtime rules, where there are such rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sim.kernels.arrays import Floats
from sim.rules.overtime import Effort
from sim.world.world import Rows, World

Working = Sequence[tuple[Callable[[Effort], Floats], Rows]]
"""(rule, lines that follow it)"""


def begin(world: World, working: Working) -> None:
    """Begin with no overtime; the array is made only where some line may run beyond capacity."""
    if working:
        world.lines.overtime = np.ones_like(world.lines.capacity)


def extend(world: World, working: Working) -> None:
    """Multiply this month's usable capacity by the overtime."""
    lines = world.lines
    if working and lines.overtime is not None:
        lines.usable *= lines.overtime


def adjust(world: World, working: Working) -> None:
    """Set next month's overtime by what was asked for and made in this one."""
    lines = world.lines
    if lines.overtime is None:
        return
    asked = world.asking.but_crumbs(world)
    for rule, rows in working:
        lines.overtime[rows] = rule(Effort(lines.overtime[rows], asked[rows], lines.output[rows]))
