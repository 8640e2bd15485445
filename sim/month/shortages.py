"""Say what programmes see each month: who lacks goods, and which lines have or will have some."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats
from sim.kernels.sums import raised, some
from sim.month.production import Production, starved
from sim.world.construction import at_rest, under_way, waited_for
from sim.world.world import World

IDLE = WAITS = 1e-9
"""A share of what is offered, or wanted, below this counts as none: it is rounding."""


class Shortage(NamedTuple):
    """Hold what programmes see of buyers and lines, good units per month."""

    short: Floats
    """[needs, members]: what buyers lack"""
    coming: Floats
    """[lines, members]: what lines will have for them, with what is idle"""
    building: Floats
    """[lines, members]: the same without what is idle"""
    idles: Bools
    """[lines, members]: which lines stand idle, or have laid up what nobody calls back"""
    waits: Bools
    """[needs, members]: who waits: what is idle beside them cannot reach them"""
    fit: Bools
    """[lines, members]: which lines could use more capacity"""


def coming_of(seen: Shortage, barred: Bools | None) -> Floats:
    """Return what lines will have, [lines, members]: where they are `barred`, nothing idle."""
    return seen.coming if barred is None else np.where(barred, seen.building, seen.coming)


def shortages(world: World, making: Production) -> Shortage:
    """Say what programmes see this month.

    Buyers lack what they use beyond what reaches them lawfully; lines add what they have under way,
    what they have laid up and buyers wait for and, where somebody builds and buyers accept their
    goods, what they could have made, or could call back, and was not wanted. Fit are lines that are
    in order, do not lack inputs for what they have, and may get some for more.
    """
    axes, needs, links, lines = world.axes, world.needs, world.links, world.lines
    free = axes.market.by_need((1.0 - links.leaking) * links.flow)
    short = raised(needs.expected - free)
    ramping = axes.projects_by_line(world.projects.unramped)
    if world.works.delay.size:
        ramping += axes.works_by_line(world.works.unramped)
    building = (under_way(world) + ramping) * lines.yield_ * lines.available
    idle = raised(lines.offer - lines.output)
    counted = (lines.qualified_from <= world.month) & _built(world)
    idle *= counted
    idles = idle > IDLE * lines.offer
    if some(lines.mothballed):
        rest, back = _laid_up(world)
        left = (rest - back) * counted
        building += back
        idle += left
        idles |= left > IDLE * rest
    return Shortage(
        short,
        coming=building + idle,
        building=building,
        idles=idles,
        waits=needs.backlog > WAITS * needs.demand,
        fit=(lines.available > 0) & ~lacks_inputs(world) & ~starved(world, making),
    )


def _laid_up(world: World) -> tuple[Floats, Floats]:
    """Return what lines could make of what they have laid up, and how much of it buyers wait for,
    so that it is called back: [lines, members] each, good units per month.
    """
    lines = world.lines
    rest = at_rest(world) * lines.yield_ * lines.available * ~lacks_inputs(world)
    return rest, np.minimum(rest, waited_for(world, rest > 0))


def _built(world: World) -> Bools:
    """Return which lines a programme has added to, or has money to, [lines, members]."""
    purse, projects = world.programmes, world.projects
    spends = (purse.active & (purse.treasury > 0)).take(world.axes.project_programme, axis=0)
    return world.axes.projects_by_line.any(spends | (projects.added > 0))


def lacks_inputs(world: World) -> Bools:
    """Return which lines could start more than their inputs allow, [lines, members]."""
    lines = world.lines
    wanted = lines.usable * lines.yield_
    lacks: Bools = lines.offer < wanted * (1.0 - 1e-9)
    return lacks
