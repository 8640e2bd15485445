"""Follow how buyers would stand had cuts refused nothing.

Writes refusals: what lines would have made of inputs that they lack, for whom their customers wait.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.catching_up import extra_use
from sim.kernels.refusals import Refusals
from sim.kernels.sums import raised, some
from sim.kernels.terms import RTOL
from sim.month.positions import Positions
from sim.world.world import World

DUST = 1e-9
"""What was refused of less than this share of what a need wants is rounding."""


def make(world: World, months: float) -> None:
    """Find what lines would have made beside what they did, and let it wait, too: their customers
    would have it. Lines smooth over so many months what they are asked for.
    """
    needs, lines, axes = world.needs, world.lines, world.axes
    refusals, inputs, own = needs.refusals, axes.inputs, axes.customers
    if refusals is None or not own.links.size:
        return
    _lighten(world, refusals)
    waiting, caught = refusals.waiting.take(own.need, axis=0), refusals.catching_up
    if not (some(refusals.lacked[inputs]) or some(waiting) or some(caught)):
        refusals.lost[inputs] = 0.0
        return
    shares = world.asking.over_open(world.links)
    part = shares.weight.take(own.links, axis=0)
    part /= shares.together.take(own.need, axis=0)
    waited = own.by_line(part * waiting)
    takes = needs.amount / axes.inputs_by_line.to_rows(lines.yield_)
    asked = axes.inputs_by_line.to_rows(waited) * takes
    refusals.catching_up = caught + (asked - caught) / months
    lost = np.minimum(raised(lines.asked - waited), refusals.offer)
    lost -= np.minimum(lines.asked, lines.offer)
    lost[np.abs(lost) <= RTOL * lines.asked] = 0.0
    orders = part * needs.demand.take(own.need, axis=0)
    more, came = own.waiting(lost, orders, world.links.flow.take(own.links, axis=0))
    refusals.lose(axes.inputs_by_line.to_rows(lost) * takes, more, came)


def _lighten(world: World, refusals: Refusals) -> None:
    """Where cuts refuse less of inputs than before, let those wait for less who wait for lines that
    lacked these, and so on down the chain: the rest is a new want.
    """
    axes, own, limits = world.axes, world.axes.customers, world.limits
    if limits is None or not limits.is_share:
        return
    needs, still = limits.cut_needs.needs, refusals.still_refused(limits.cut_needs)
    # of what was refused to nobody but for rounding nothing is refused less
    refused, demand = (each.take(needs, axis=0) for each in (refusals.pool, world.needs.demand))
    still[refusals.by_lines.take(needs, axis=0) | (refused <= DUST * demand)] = 1.0
    if not some(still[needs >= axes.final] < 1.0):
        return
    part, lines = np.ones_like(refusals.waiting), np.ones_like(world.lines.output)
    part[needs] = still
    before = np.zeros_like(part)
    while not np.array_equal(before, part):
        before = part.copy()
        np.minimum.at(lines, axes.input_line, part[axes.inputs])
        of_links = np.where(refusals.by_lines[own.need], lines[own.line], 1.0)
        np.minimum.at(part, own.need, of_links)
    refusals.lighten(np.arange(len(part)), np.where(refusals.by_lines, part, 1.0))
    refusals.catching_up *= lines[axes.input_line]


def without(world: World, refusals: Refusals, positions: Positions) -> Positions | None:
    """Return what buyers would know had cuts refused nothing; None: what they do."""
    needs, lines, axes = world.needs, world.lines, world.axes
    if not refusals.tells:
        return None
    to_inputs = axes.inputs_by_line.to_rows
    perceived = to_inputs(lines.perceived / lines.yield_) * needs.amount
    most = to_inputs(lines.usable) * needs.amount
    extra = extra_use(needs.expected[axes.inputs], perceived, refusals.catching_up, most)
    return positions.without(refusals, extra)
