"""Say which needs stay unmet in the world at rest, before any event: their suppliers are full, closed to them, or not there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.axes import Axes
from sim.kernels.sums import Floats, divide
from sim.world import World

WORTH_SAYING = 0.01
"""A lack of less than this share of a need counts as none."""
OFTEN = 0.05
"""A need that lacks nothing in the central case is warned of in more than this share of members: so many lie below the tables' band."""
MOST = 5
"""Needs that are named, the worst first."""


def lacking(world: World) -> Floats:
    """Return the share of each need that stays unmet at rest, [needs, members], of a world before its first month."""
    demand = world.needs.demand
    met = world.axes.market.by_need(world.links.base_flow)
    return np.maximum(divide(demand - met, demand), 0.0)


def warnings(axes: Axes, members: Sequence[int], lack: Floats) -> list[str]:
    """Say which needs are short at rest, by how much in the central case, and in which share of members; `lack` as `lacking` gives it."""
    lack = np.where(lack >= WORTH_SAYING, lack, 0.0)
    central = lack[:, [place for place, member in enumerate(members) if member == 0]].max(axis=1, initial=0.0)
    share = (lack > 0).mean(axis=1)
    order = np.lexsort((-lack.mean(axis=1), -central)).tolist()
    worst = [row for row in order if central[row] > 0 or share[row] > OFTEN]
    texts = [_text(axes, row, float(central[row]), lack[row]) for row in worst[:MOST]]
    more = len(worst) - len(texts)
    return texts + ([f"so {'are' if more > 1 else 'is'} {more} more need{'s' if more > 1 else ''}"] if more else [])


def _text(axes: Axes, need: int, central: float, lack: Floats) -> str:
    state, product = axes.needs[need]
    line, share = int(axes.need_line[need]), float((lack > 0).mean())
    buyer = state if line < 0 else axes.lines[line][0]
    members = "all members" if share == 1 else f"{share:.0%} of the members"
    unmet = f"{central:.0%} of the need stays unmet in the central case" if central else f"up to {lack.max():.0%} of the need stays unmet"
    also = f", and some in {members}" if lack.size > 1 else ""
    return f"{buyer} is short of {product} before any event: {unmet}{also if central else f' in {members}'}"
