"""Turn finished projects into capacity, and capacity into what is usable this month.

Writes lines.capacity, first_lot and usable, and world.lost_projects.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.learning import lot
from sim.world.construction import give_up, in_order, mature
from sim.world.world import World


def update(world: World) -> None:
    """Turn finished projects into capacity, which then ramps up; leave out what is out of use."""
    axes, lines = world.axes, world.lines
    building = [
        each
        for each in ((world.projects, axes.projects_by_line), (world.works, axes.works_by_line))
        if each[0].delay.size
    ]
    for projects, by_line in building:
        matured = mature(projects, by_line, world.month)
        if matured is not None:
            lines.capacity += matured
            first = lot(lines.capacity, lines.yield_)
            np.copyto(lines.first_lot, first, where=lines.first_lot == 0)
    given_up = give_up(world.projects)
    if given_up is not None:
        world.lost_projects += given_up
    lines.usable = in_order(world)
