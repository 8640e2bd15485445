"""Lead new capacity from its start to its line: start, stages, qualification, ramp-up; some of it
may be given up on the way.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.capacity import order_book
from sim.kernels.sums import NEVER, GroupSum, divide, raised, some
from sim.world.projects import Projects
from sim.world.world import World


def count_down(world: World) -> None:
    """Shorten the lead time of what is begun this month by the months that have passed on its
    clock.
    """
    projects, clocks = world.projects, world.projects.clocks
    if clocks is not None:
        purse = world.programmes
        left = clocks.left(purse.active, purse.treasury > 0, world.needs.hit, world.month)
        projects.delay[clocks.rows] = projects.half[clocks.rows] = left


def start(projects: Projects, capacity: Floats, month: int) -> None:
    """Put capacity [projects, members], units per month, under way."""
    pipeline = projects.pipeline
    projects.added += capacity
    projects.unfinished += capacity
    starting = capacity > 0
    first = starting & (projects.due == NEVER)
    if some(first):
        projects.due = np.where(first, month + projects.half, projects.due)
    slots = pipeline.shape[0]
    if projects.spread.size:
        starting[projects.spread] = False
        later = (month + np.arange(projects.profile.shape[0])) % slots
        pipeline[later[:, None], projects.spread] += projects.profile * capacity[projects.spread]
    places = np.flatnonzero(starting)
    later = (month + projects.delay.ravel().take(places)) % slots
    later *= capacity.size
    later += places
    flat = pipeline.reshape(-1)
    flat[later] = flat.take(later) + capacity.ravel().take(places)


def mature(projects: Projects, by_line: GroupSum, month: int) -> Floats | None:
    """Qualify what is due this month, and let what is qualified ramp up; return it by line, [lines,
    members], None for nothing.
    """
    slot, matured = projects.pipeline[month % projects.pipeline.shape[0]], projects.matured
    matured[:] = slot
    projects.ramps.advance(month)
    if not some(matured):
        return None
    slot[:] = 0.0
    projects.ramps.begin(matured)
    projects.unfinished -= matured
    now = projects.due <= month
    now &= matured > 0
    now &= projects.completed == NEVER
    np.copyto(projects.completed, month, where=now)
    return by_line(matured)


def give_up(projects: Projects) -> Floats | None:
    """Give up the `cancelled_share` of unfinished capacity; return how much that is, [projects,
    members]; None: nothing.
    """
    if projects.cancelled_share is None:
        return None
    lost = projects.unfinished * projects.cancelled_share
    projects.pipeline *= 1.0 - projects.cancelled_share
    projects.unfinished -= lost
    projects.added -= lost
    return lost


def in_qualification(projects: Projects, month: int) -> Floats:
    """Return the unfinished capacity that is built and waits to be qualified at the end of a month,
    [projects, members]: what is due within the months of qualification.

    Nothing depends on it: it is for those who look at agents.
    """
    slots = projects.pipeline.shape[0]
    waiting = np.zeros_like(projects.unfinished)
    for step in range(1, int(projects.qualification.max(initial=0)) + 1):
        waiting += np.where(
            step <= projects.qualification, projects.pipeline[(month + step) % slots], 0.0
        )
    return waiting


def under_way(world: World) -> Floats:
    """Count the unfinished capacity by line, whoever builds it, [lines, members]."""
    coming = world.axes.projects_by_line(world.projects.unfinished)
    return (
        coming + world.axes.works_by_line(world.works.unfinished)
        if world.works.delay.size
        else coming
    )


def leave(world: World, lost: Floats) -> None:
    """Take capacity `lost` [lines, members], units per month, from lines, and the same share of
    what still ramps up there.
    """
    lines, axes = world.lines, world.axes
    stays = 1.0 - np.divide(lost, lines.capacity, out=np.zeros_like(lost), where=lines.capacity > 0)
    world.projects.ramps.lose(stays.take(axes.project_line, axis=0))
    world.works.ramps.lose(stays.take(axes.work_line, axis=0))
    lines.capacity -= lost
    world.lost_capacity += lost


def begin(world: World, rows: Ints, wanted: Floats, most: Floats) -> None:
    """Begin works: build `wanted` [rows, members], units per month, or take that much from the
    lines that are converted.

    No line gives up more than `most` [lines, members]; if more is wanted, all its works are reduced
    alike. Nothing begins at closed lines.
    """
    works, axes = world.works, world.axes
    capacity = np.zeros_like(works.unfinished)
    capacity[rows] = np.where(works.max_capacity[rows] > 0, wanted, 0.0)
    turning = axes.work_source >= 0
    if some(turning):
        source = axes.work_source[turning]
        asked = GroupSum(source, len(axes.lines))(capacity[turning])
        given = np.minimum(asked, np.minimum(most, world.lines.capacity))
        capacity[turning] *= np.divide(given, asked, out=np.zeros_like(asked), where=asked > 0)[
            source
        ]
        leave(world, given)
    works.invested += capacity * works.capital_cost
    capacity *= works.gain
    works.started += capacity
    start(works, capacity, world.month)


def in_order(world: World) -> Floats:
    """Return the capacity that is ramped up and not out of use, [lines, members], units started per
    month: what lines can start without overtime.
    """
    axes, lines = world.axes, world.lines
    ready = lines.capacity.copy()
    for projects, by_line in (
        (world.projects, axes.projects_by_line),
        (world.works, axes.works_by_line),
    ):
        if projects.delay.size:
            ready -= by_line(projects.unramped)
    raised(ready)
    ready *= lines.available
    return ready


def at_rest(world: World) -> Floats:
    """Return the capacity that is laid up or on its way back, as far as it works after a recall,
    [lines, members].
    """
    rest, found = world.upkeep, np.zeros_like(world.lines.capacity)
    left = world.lines.mothballed[rest.resting] - rest.coming
    found[rest.resting] = rest.coming + left * rest.back_share
    return found


def at_hand(world: World) -> Floats:
    """Return the capacity on which buyers may count, [lines, members], units started per month:
    what is usable this month, plus what is laid up and would be called back if they waited, as far
    as it works then.
    """
    if not world.upkeep.resting.size:
        return world.lines.usable
    return world.lines.usable + at_rest(world) * world.lines.available


def called_back(world: World) -> Floats:
    """Return how much of the laid-up capacity buyers wait for, beyond what is on its way back
    already, [resting lines, members].
    """
    lines, rest = world.lines, world.upkeep
    rows = rest.resting
    waiting = (order_books(world) - lines.output)[rows] / lines.yield_[rows]
    # of what is called a share is out of use, too
    wanted = divide(waiting - unused(world)[rows], lines.available[rows])
    return raised(np.minimum(lines.mothballed[rows], wanted) - rest.coming)


def wake(world: World, share: Floats) -> Floats:
    """Put a share [lines, members] of what is laid up, or on its way back, to use at once; return
    the capacity that works of it, [lines, members]. The rest of it is lost.
    """
    lines, rest = world.lines, world.upkeep
    taken, works = lines.mothballed * share, at_rest(world) * share
    stays = 1.0 - share
    rest.coming *= stays[rest.resting]
    rest.returning *= stays[rest.resting]
    lines.mothballed *= stays
    lines.capacity += works
    world.lost_capacity += taken - works
    return works


def idle(world: World) -> Floats:
    """Return the capacity that could have been used this month and was not, [lines, members], units
    started per month.

    Unused overtime does not count, nor does capacity that has left its line since.
    """
    lines = world.lines
    return np.maximum(in_order(world) - lines.output / lines.yield_, 0.0)


def unused(world: World) -> Floats:
    """Return the starts that lines could have made this month, including overtime, and did not
    make, [lines, members].
    """
    lines = world.lines
    return np.maximum(lines.usable - lines.output / lines.yield_, 0.0)


def order_books(world: World, growing: Bools | None = None) -> Floats:
    """Return what lines could have sold this month, units [lines, members]; see
    `kernels.capacity.order_book`.

    Lines that have no capacity, or whose capacity is all out of use, get a part of what buyers wait
    for only where `growing` [lines, members].
    """
    lines = world.lines
    alive = (lines.capacity + lines.mothballed) * lines.available > 0
    if growing is not None:
        alive |= growing
    return _order_book(world, alive)


def waited_for(world: World, alive: Bools) -> Floats:
    """Return what buyers wait for and could get from lines that are `alive` [lines, members] if
    only these had more; units [lines, members].
    """
    return raised(_order_book(world, alive) - world.lines.output)


def _order_book(world: World, alive: Bools) -> Floats:
    lines, needs, links = world.lines, world.needs, world.links
    # rounding leaves dust that nobody waits for
    backlog = np.where(needs.backlog > 1e-9 * needs.demand, needs.backlog, 0.0)
    return order_book(
        world.axes.market,
        lines.output,
        backlog,
        world.asking.over_open(links).weight,
        links.cap,
        world.limits,
        links.flow,
        alive,
    )
