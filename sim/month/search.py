"""Open links that buyers' search has found. Equations 4.

The links that may be found are there from the start, closed (`world/linking.py`). A find is
qualified some months later; from then on the link is like any other. Each need and each candidate
draws under its own name, so that an additional candidate changes a member only if it is the one
that is found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim import rng
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sourcing import happens
from sim.kernels.sums import NEVER, GroupSum, divide
from sim.rules.search import Prospects, Search
from sim.scenario.schema import Scenario
from sim.world.affinity import affinity
from sim.world.construction import at_hand
from sim.world.world import World


@dataclass(eq=False)
class SearchGroup:
    """Hold all buyers that follow one search rule."""

    rule: Callable[[Prospects], Search]
    seed: int
    months: int
    needs: Ints
    """[needs]: rows of the world"""
    names: list[str]
    """[needs]: their names, under which they draw"""
    dormant: Ints
    """[links]: rows among the world's dormant links"""
    lines: list[str]
    """[links]: names of their lines, under which they draw"""
    by_need: GroupSum
    """Sums these links to [needs, members]"""
    affinity: Floats
    """[links, members]"""
    waited: Floats
    """[needs, members]: what the rule noted; `look` writes it"""
    expected: Floats
    """[needs, members]: the sum of the probabilities of a find so far; `look` writes it"""
    draws: dict[int, Floats] = field(default_factory=dict)
    """Need -> [months, members], drawn when it is first short"""

    def look(self, world: World) -> None:
        """Let buyers look at how this month went, and set from which month on the links that they
        find may ship.
        """
        links, rows = world.links, world.axes.dormant[self.dormant]
        line = world.axes.link_line[rows]
        demand = world.needs.demand[self.needs]
        fill = divide(world.needs.received[self.needs], demand, otherwise=1.0)
        plan = self.rule(
            Prospects(
                fill,
                self.waited,
                self.by_need.group_of_row,
                at_hand(world)[line],
                self.affinity,
            )
        )
        self.waited = plan.waited
        if not (plan.chance > 0).any():
            return
        is_free = (
            (links.qualified_from[self.dormant] == NEVER)
            & (links.cap[rows] > 0)
            & (world.lines.qualified_from[line] <= world.month)
        )
        pull = np.where(is_free, plan.pull, 0.0)
        chance = np.where(self.by_need((pull > 0).astype(np.float64)) > 0, plan.chance, 0.0)
        central = np.asarray(world.members) == 0
        looking = np.flatnonzero((chance > 0).any(axis=1))
        found = happens(self._draw(world, looking), chance, self.expected, central)
        self.waited = np.where(found, 0.0, self.waited)
        ready = world.month + max(int(plan.qualification_months + 0.5), 1)
        for need in np.flatnonzero(found.any(axis=1)).tolist():
            own = np.flatnonzero(self.by_need.group_of_row == need)
            # by name, so that of candidates alike not the order in the file decides
            own = own[np.argsort([self.lines[each] for each in own.tolist()], kind="stable")]
            best = own[self._race(world, need, own, pull[own], central).argmin(axis=0)]
            members = np.flatnonzero(found[need])
            links.qualified_from[self.dormant[best[members]], members] = ready

    def _draw(self, world: World, looking: Ints) -> Floats:
        """Return this month's draw of each need, [needs, members]; those that have never looked
        draw nothing.
        """
        for need in looking.tolist():
            if need not in self.draws:
                self.draws[need] = rng.uniforms(
                    self.seed, f"{self.names[need]}.search", world.members, self.months
                )
        result = np.ones((self.needs.size, world.width))
        for need, draws in self.draws.items():
            result[need] = draws[world.month]
        return result

    def _race(self, world: World, need: int, own: Ints, pull: Floats, central: Bools) -> Floats:
        """Return a number for each candidate, [candidates, members], of which the least wins: an
        exponential time whose rate is the pull, so that a candidate wins with a probability in
        proportion to its pull. In the central case the strongest pull wins; of several that are
        equal, the first.
        """
        names = (f"{self.names[need]}.search.{self.lines[each]}.{world.month}" for each in own)
        uniform = np.concatenate([rng.uniforms(self.seed, name, world.members) for name in names])
        time = np.where(central, 1.0, -np.log(1.0 - uniform))
        return divide(time, pull, otherwise=np.inf)


def seekers(
    scenario: Scenario, world: World, rule: Callable[[Prospects], Search], mask: Bools
) -> SearchGroup:
    """Gather the buyers whose needs are marked, [needs]."""
    axes = world.axes
    needs = np.flatnonzero(mask)
    dormant = np.flatnonzero(mask[axes.link_need[axes.dormant]])
    links = axes.dormant[dormant]
    place = np.cumsum(mask) - 1
    return SearchGroup(
        rule=rule,
        seed=scenario.seed,
        months=scenario.months,
        needs=needs,
        names=[_name(world, need) for need in needs.tolist()],
        dormant=dormant,
        lines=[".".join(axes.lines[line]) for line in axes.link_line[links].tolist()],
        by_need=GroupSum(place[axes.link_need[links]], needs.size),
        affinity=affinity(scenario, world.members)[axes.importer[links], axes.exporter[links]],
        waited=np.zeros((needs.size, world.width)),
        expected=np.zeros((needs.size, world.width)),
    )


def _name(world: World, need: int) -> str:
    state, product = world.axes.needs[need]
    line = world.axes.need_line[need]
    return (
        f"needs.{state}.{product}"
        if line < 0
        else ".".join(("factories", *world.axes.lines[line], "inputs", product))
    )


def look_for_suppliers(world: World, seeking: Sequence[SearchGroup]) -> None:
    """Let buyers that stay short look for suppliers that they do not have."""
    for each in seeking:
        each.look(world)
