"""Take the world through the steps of a month. The order stands in `model.py`; the arithmetic in `kernels/`.

Each step reads the world and writes what `world.py` says it writes. Where agents decide, the step is handed their
rules, each with the rows that it decides for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from sim import lots
from sim.bidding import Commission
from sim.capacity import give_up, mature, start, under_way
from sim.kernels.allocation import spread
from sim.kernels.sums import NOTHING, Floats, Ints, divide, raised
from sim.rules.ordering import Memory, Position
from sim.rules.production import Pantry
from sim.search import Seekers
from sim.sourcing import Buyers
from sim.stockpile import Keeper, release
from sim.world import Trade, World

Rows = Ints | slice
"""Rows of the world that one rule decides for; a slice where they stand together."""
Sourcing = Sequence[Buyers]
Ordering = Sequence[tuple[Callable[[Position], Floats], Rows]]
Production = Sequence[tuple[Callable[[Pantry], Floats], Pantry, Rows, Rows]]
"""(rule, its inputs' constant numbers, rows of inputs among inputs, rows of lines)"""

PERCEPTION_MONTHS = 3.0
"""Months over which a line smooths the demand that it perceives. Assumed."""


def arrivals(world: World) -> None:
    """Unload what arrives this month into stocks."""
    needs = world.needs
    slot = needs.pipeline[world.month % needs.pipeline.shape[0]]
    needs.stock += slot
    needs.in_transit -= slot
    slot[:] = 0.0


def capacity(world: World) -> None:
    """Turn finished projects into capacity, which then ramps up; take out what is out of use."""
    axes, lines = world.axes, world.lines
    building = [each for each in ((world.projects, axes.projects_by_line), (world.works, axes.works_by_line)) if each[0].delay.size]
    for projects, by_line in building:
        matured = mature(projects, by_line, world.month)
        if matured is not None:
            lines.capacity += matured
    world.lost_projects += give_up(world.projects)
    ready = lines.capacity.copy()
    for projects, by_line in building:
        ready -= by_line(projects.unramped)
    np.multiply(raised(ready), lines.available, out=lines.usable)


def final_use(world: World, keepers: Sequence[Keeper] = ()) -> None:
    """Let states use goods from stock, up to their need and what is still deferred."""
    needs, final = world.needs, slice(0, world.axes.final)
    needs.final[:] = needs.base
    if needs.series_rows.size:
        needs.final[needs.series_rows] = needs.series[world.month]
    needs.final *= needs.factor
    wanted = needs.final + needs.deferred
    used = np.minimum(needs.stock[final], wanted)
    release(world, wanted, used, keepers)
    needs.used[final] = used
    needs.stock[final] -= used
    needs.deferred = (wanted - used) * (1.0 - needs.cancellation[final])


def orders(world: World, ordering: Ordering) -> None:
    """Cancel a part of the backlog and place new orders."""
    axes, needs, lines = world.axes, world.needs, world.lines
    needs.cancelled = needs.cancellation * needs.backlog
    backlog = needs.backlog - needs.cancelled
    starts = np.minimum(lines.usable, lines.perceived / lines.yield_)
    needs.expected[: axes.final] = needs.final
    needs.expected[axes.inputs] = needs.amount * starts.take(axes.input_line, axis=0)
    stock = needs.stock.copy()
    stock[axes.inputs] = lots.in_store(world) - needs.expected[axes.inputs]
    deferred = np.zeros_like(stock)
    deferred[: axes.final] = needs.deferred
    on_order, in_work = needs.in_transit + backlog, lots.in_work(world)
    for rule, rows in ordering:
        position = Position(
            expected=needs.expected[rows],
            deferred=deferred[rows],
            stock=stock[rows],
            on_order=on_order[rows],
            lead=needs.lead[rows],
            cover=needs.cover[rows],
            ahead=axes.use_ahead[rows],
            memory=Memory(needs.perceived, rows),
            count_owed=partial(_owed, world, backlog, rows),
            month=world.month,
            in_work=None if in_work is None else in_work[rows],
        )
        needs.ordered[rows] = rule(position)
    needs.demand = backlog + needs.ordered


def _owed(world: World, backlog: Floats, rows: Rows) -> Floats:
    """Count what buyers owe: a state what it defers, a line the inputs of what its own customers still wait for."""
    axes, links = world.axes, world.links
    waiting = axes.market.by_line(spread(axes.market, backlog, links.weight * links.open, links.cap))
    inputs = world.needs.amount * (waiting / world.lines.yield_).take(axes.input_line, axis=0)
    return np.concatenate((world.needs.deferred, inputs))[rows]


def sourcing(world: World, choosing: Sourcing) -> None:
    """Let buyers weigh their suppliers anew, and tell the lines what they are asked for."""
    axes, needs, links = world.axes, world.needs, world.links
    weigh(world, choosing)
    reachable = links.weight * (links.open & axes.market.from_lines(world.lines.usable > 0))
    world.lines.asked = axes.market.by_line(spread(axes.market, needs.demand, reachable, links.cap))
    note(world, choosing)


def weigh(world: World, choosing: Sourcing) -> None:
    """Let buyers weigh their suppliers by their rules."""
    for each in choosing:
        each.weigh(world)


def note(world: World, choosing: Sourcing) -> None:
    """Let buyers remember what they ask of whom."""
    for each in choosing:
        each.note(world)


def search(world: World, seeking: Sequence[Seekers]) -> None:
    """Let buyers that stay short look for suppliers that they do not have."""
    for each in seeking:
        each.look(world)


def production(world: World, making: Production) -> None:
    """Offer what is finished and what capacity and inputs allow to be made this month."""
    lines, starts = world.lines, world.lines.usable
    if making:
        starts = starts.copy()
        stock = lots.in_store(world)
        for rule, pantry, inputs, rows in making:
            starts[rows] = np.minimum(starts[rows], rule(pantry.filled(stock[inputs])))
    lines.offer = lines.finished + lines.yield_ * starts


def allocation(world: World, trade: Trade) -> None:
    """Ship what is offered to those who ordered, and make what is shipped beyond finished stock."""
    axes, needs, lines, links = world.axes, world.needs, world.lines, world.links
    result = trade(world, lines.offer, needs.demand)
    links.flow = result.flow
    needs.received = result.received
    needs.backlog = raised(needs.demand - result.received)
    lines.shipped = np.minimum(result.shipped, lines.offer)
    lines.output = raised(lines.shipped - lines.finished)
    lines.finished = lines.finished + lines.output - lines.shipped
    lots.depart(world)
    if axes.input_line.size:
        use = needs.amount * (world.made / lines.yield_).take(axes.input_line, axis=0)
        use = np.minimum(use, needs.stock[axes.inputs])
        needs.used[axes.inputs] = use
        needs.stock[axes.inputs] -= use


def shipping(world: World) -> None:
    """Send this month's shipments on their way, each by its lead time."""
    needs = world.needs
    slots, led, sent, leaving = needs.pipeline.shape[0], np.zeros_like(needs.received), world.sent, world.leaving
    for group in world.links.lead_groups:
        arriving = group.add_up(leaving)
        needs.pipeline[(world.month + group.lead) % slots] += arriving
        needs.in_transit += arriving
        arriving *= group.lead
        led += arriving
    np.divide(led, sent, out=needs.lead, where=sent > NOTHING)


def perception(world: World) -> None:
    """Let lines reckon with the demand that they were asked for."""
    lines = world.lines
    asked = np.maximum(lines.asked, lines.shipped)
    lines.perceived += (asked - lines.perceived) / PERCEPTION_MONTHS


def programmes(world: World, budgeting: Sequence[Commission]) -> None:
    """Spend the programmes' money on projects that close the gaps of their beneficiaries."""
    projects, purse = world.projects, world.programmes
    projects.started[:] = 0.0
    purse.invested[:] = 0.0
    spending = [each for each in budgeting if (purse.active[each.row] & (purse.treasury[each.row] > 0)).any()]
    if not spending:
        return
    room = raised(np.minimum(projects.max_capacity - projects.added, projects.absorption))
    short, coming = shortages(world)
    for commission in spending:
        row, rows = commission.row, commission.rows
        budget = np.where(purse.active[row], purse.treasury[row], 0.0)[None, :]
        money = commission.share_out(world, commission.gap(world, short, coming), room[rows], budget)
        purse.invested[row] = np.minimum(commission.together(money), purse.treasury[row])[0]
        projects.started[rows] = divide(money, projects.capital_cost[rows])
    purse.treasury -= purse.invested
    start(projects, projects.started, world.month)


def shortages(world: World) -> tuple[Floats, Floats]:
    """Return what buyers lack, [needs, members], and what projects will add, [products, members], good units per month.

    Buyers lack what they use beyond what reaches them over unrestricted links; projects add what they have idle or under way.
    """
    axes, needs, links, lines = world.axes, world.needs, world.links, world.lines
    free = axes.market.by_need(np.where(links.restricted, 0.0, links.flow))
    short = raised(needs.expected - free)
    coming, rows = under_way(world) * lines.yield_, axes.project_lines
    coming[rows] += raised((lines.capacity * lines.yield_ - lines.output).take(rows, axis=0))
    return short, axes.lines_by_product(coming)
