"""Track what lines would have made had cuts refused them no inputs. Equations 9.1.

Their customers wait for that: it is written into the needs' `refusals`.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.catching_up import extra_use
from sim.kernels.refusals import Refusals
from sim.kernels.sums import divide, raised, some
from sim.kernels.terms import RTOL
from sim.month.positions import Positions
from sim.world.world import World

DUST = 1e-9
"""If less than this share of what a need wants was refused, that is rounding error."""


def make(world: World, months: float) -> None:
    """Find what lines would have made beyond what they made, and count it as refused to their
    customers, who would have it; lines smooth what they are asked for over so many `months`.
    """
    needs, lines, axes = world.needs, world.lines, world.axes
    refusals, inputs, own = needs.refusals, axes.inputs, axes.customers
    if refusals is None or not own.links.size:
        return
    before = _lighten(world, refusals)
    waiting, caught = refusals.waiting.take(own.need, axis=0), refusals.catching_up
    if not (some(refusals.lacked[inputs]) or some(waiting) or some(caught)):
        refusals.lost[inputs] = 0.0
        refusals.through[:] = 0.0
        return
    shares = world.asking.over_open(world.links)
    part = shares.weight.take(own.links, axis=0)
    part /= shares.together.take(own.need, axis=0)
    part_waiting, to_inputs = part * waiting, own.to_inputs
    waited = own.by_line(part_waiting)
    if before is not None:
        lighter = to_inputs(divide(waited, own.by_line(part * before), 1.0))
        caught, refusals.caught_others = caught * lighter, refusals.caught_others * lighter
    asked, offer, would, yield_ = (
        each.take(own.lines, axis=0)
        for each in (lines.asked, lines.offer, refusals.offer, lines.yield_)
    )
    takes = needs.amount / to_inputs(yield_)
    refusals.catching_up = caught + (to_inputs(waited) * takes - caught) / months
    _note_others(world, refusals, part_waiting, takes, months)
    lost = np.minimum(raised(asked - waited), would)
    lost -= np.minimum(asked, offer)
    lost[np.abs(lost) <= RTOL * asked] = 0.0
    orders = part * needs.demand.take(own.need, axis=0)
    more, came = own.waiting(lost, orders, world.links.flow.take(own.links, axis=0))
    # the proportions are kept, and scaled to what waits now
    waits = refusals.waiting.take(own.needs, axis=0)
    known = divide(waits, own.by_need(refusals.through)).take(own.place, axis=0)
    refusals.through = raised(refusals.through * known + more)
    refusals.lose(to_inputs(lost) * takes, own.needs, own.by_need(more), own.by_need(came))


def _note_others(
    world: World, refusals: Refusals, part_waiting: Floats, takes: Floats, months: float
) -> None:
    """Note what lines are asked for by customers who wait for lines of other states, and what came
    of the same orders; `part_waiting` [of them, members] waits over the links of customers, `takes`
    [inputs, members] is the input that a unit takes.
    """
    own, to_inputs = world.axes.customers, world.axes.customers.to_inputs
    others = part_waiting * own.of_others(refusals.through)
    asked, passed = refusals.caught_others, refusals.caught_passed
    now = to_inputs(own.by_line(others)) * takes
    refusals.caught_others = asked + (now - asked) / months
    others *= refusals.passed_each.take(own.need, axis=0)
    now = to_inputs(own.by_line(others)) * takes
    refusals.caught_passed = passed + (now - passed) / months


def _lighten(world: World, refusals: Refusals) -> Floats | None:
    """Where the cuts of inputs have become lighter, reduce what was refused to the customers of
    lines that lacked these inputs, and so on down the chain; the rest becomes a new want.

    Return what waited over the links of customers before, [of them, members]; None where nothing
    has changed.
    """
    axes, own, limits = world.axes, world.axes.customers, world.limits
    if limits is None or not limits.is_share:
        return None
    needs, still = limits.cut_needs.needs, refusals.still_refused(limits.cut_needs)
    # where only rounding error was refused, no cut has become lighter
    refused, demand = refusals.pool_of(needs), world.needs.demand.take(needs, axis=0)
    still[refusals.by_lines.take(needs, axis=0) | (refused <= DUST * demand)] = 1.0
    if not some(still[needs >= axes.final] < 1.0):
        return None
    part = np.ones_like(refusals.waiting)
    part[needs] = still
    firsts, by_lines = axes.inputs_by_line.firsts, refusals.by_lines.take(own.needs, axis=0)
    # no chain is longer than there are lines
    for _ in axes.lines:
        lines = np.minimum.reduceat(part[axes.inputs], firsts, axis=0)
        before, lighter = part.take(own.needs, axis=0), own.lighter(refusals.through, lines)
        after = np.where(by_lines, np.minimum(before, lighter), before)
        if np.array_equal(before, after):
            break
        part[own.needs] = after
    waited = refusals.waiting.take(own.need, axis=0)
    refusals.lighten(own.needs, np.where(by_lines, part.take(own.needs, axis=0), 1.0))
    return waited


def without(world: World, refusals: Refusals, positions: Positions) -> Positions | None:
    """Return the positions that buyers would have had cuts refused nothing; None: those that they
    do have.
    """
    needs, lines, axes = world.needs, world.lines, world.axes
    if not refusals.tells:
        return None
    to_inputs = axes.inputs_by_line.to_rows
    perceived = to_inputs(lines.perceived) / to_inputs(lines.yield_) * needs.amount
    most = to_inputs(lines.usable) * needs.amount
    extra = extra_use(needs.expected[axes.inputs], perceived, refusals.catching_up, most)
    return positions.without(refusals, extra)
