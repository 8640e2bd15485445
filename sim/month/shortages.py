"""Work out what programmes see each month: who lacks goods, and which lines (will) have some."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats
from sim.kernels.sums import kept_where, raised, some
from sim.kernels.terms import RTOL
from sim.month.commission_rows import Buyers
from sim.month.commissions import Commissions
from sim.month.production import Production, starved
from sim.world.construction import at_rest, under_way, waited_for
from sim.world.world import World

IDLE = WAITS = 1e-9
"""A smaller share of what is offered, or wanted, is rounding error."""


class Shortage(NamedTuple):
    """Hold what programmes see of buyers and lines, good units per month."""

    short: Floats
    """[buyers' needs, members]: what buyers lack"""
    coming: Floats
    """[lines, members]: what lines will have for them, including what is idle"""
    building: Floats
    """[lines, members]: the same without what is idle"""
    idles: Bools
    """[lines, members]: which lines stand idle, or have laid up what nobody calls back"""
    waits: Bools
    """[buyers' needs, members]: who waits; if a line that reaches them is idle, its goods cannot
    come"""
    fit: Bools
    """[lines, members]: which lines could use more capacity"""


def shortages(
    world: World, making: Production, commissions: Commissions, spends: Bools
) -> Shortage:
    """Return what programmes see this month; `spends` [programmes, members] marks those that have
    money to spend.

    Buyers lack what they expect to use beyond what reaches them lawfully. Lines will have what is
    under way, and what they have laid up and buyers wait for. Where somebody builds and buyers
    accept the goods, they also have what they could have made, or could call back, and nobody
    wanted. A line is fit if it is in order, does not lack inputs for the capacity that it has, and
    may get inputs for more.
    """
    axes, needs, lines = world.axes, world.needs, world.lines
    rows = commissions.buyers.needs
    building = axes.projects_by_line(world.projects.unramped)
    if world.works.delay.size:
        building += axes.works_by_line(world.works.unramped)
    building += under_way(world)
    building *= lines.yield_
    building *= lines.available
    idle = raised(lines.offer - lines.output)
    counted = (lines.qualified_from <= world.month) & _built(world, spends)
    idle = kept_where(counted, idle)
    idles = idle > IDLE * lines.offer
    if world.upkeep.resting.size and some(lines.mothballed):
        rest, back = _laid_up(world)
        left = (rest - back) * counted
        building += back
        idle += left
        idles |= left > IDLE * rest
    fit = has_inputs(world)
    fit &= lines.available > 0
    starving = starved(world, making, commissions.delivered(world.links.permitted))
    if starving is not None:
        fit &= ~starving
    idle += building
    expected, demand, hit = (
        each.take(rows, axis=0) for each in (needs.expected, needs.demand, needs.hit)
    )
    # who runs down a stock, and may buy as ever, lacks no more than is ordered
    wanted = np.where(hit > world.month, np.minimum(expected, demand), expected)
    return Shortage(
        beyond(wanted, _lawful(world, commissions.buyers)),
        coming=idle,
        building=building,
        idles=idles,
        waits=needs.backlog.take(rows, axis=0) > WAITS * demand,
        fit=fit,
    )


def beyond(wanted: Floats, had: Floats) -> Floats:
    """Return what is wanted beyond what is had; differences that are rounding error count as 0,
    since a programme that begins to build, however little, counts as having built.
    """
    missing = wanted - np.maximum(had, 0.0)
    return kept_where(missing > RTOL * wanted, missing)


def _lawful(world: World, buyers: Buyers) -> Floats:
    """Return what reaches buyers lawfully this month, [buyers' needs, members], units."""
    arriving = world.links.leaking.take(buyers.links, axis=0)
    np.subtract(1.0, arriving, out=arriving)
    arriving *= world.links.flow.take(buyers.links, axis=0)
    return buyers.by_need(arriving)


def _laid_up(world: World) -> tuple[Floats, Floats]:
    """Return what lines could make with the capacity that they have laid up, and the part of it
    that is called back because buyers wait for it; both [lines, members], good units per month.
    """
    lines = world.lines
    rest = at_rest(world) * lines.yield_ * lines.available * has_inputs(world)
    return rest, np.minimum(rest, waited_for(world, rest > 0))


def _built(world: World, spends: Bools) -> Bools:
    """Mark the lines to which a programme has added, or has money to add, [lines, members]."""
    axes = world.axes
    built = spends.take(axes.project_programme, axis=0)
    built |= world.projects.added > 0
    return axes.projects_by_line.any(built)


def has_inputs(world: World) -> Bools:
    """Return which lines have inputs for all that they could start, [lines, members]."""
    lines = world.lines
    wanted = lines.usable * lines.yield_
    wanted *= 1.0 - 1e-9
    enough: Bools = lines.offer >= wanted
    return enough
