"""Let buyers weigh their suppliers anew each month, by what they know of their links and what came
of last month's orders.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.kept import renewed
from sim.kernels.sourcing import of_need, satisfied
from sim.kernels.sums import GroupSum, divide, kept_where, some
from sim.rules.sourcing import Offers
from sim.scenario.schema import Scenario
from sim.world.affinity import affinity
from sim.world.construction import at_hand
from sim.world.world import World


@dataclass(eq=False)
class SourcingGroup:
    """Hold all buyers that follow one sourcing rule; arrays [links, members] over their links."""

    rule: Callable[[Offers], Floats]
    needs: Ints
    """[needs]: rows of the world"""
    links: Ints
    """[links]: rows of the world"""
    known: Offers
    """What buyers knew last; a part of it never changes"""
    asked: Floats
    """Units asked for last month; `note` writes it"""
    usual: Floats
    """Share of what was asked that was delivered in the world at rest, at most 1; `note` writes
    it"""
    is_resting: bool = True
    """Whether the world is at rest and no month has passed"""

    def weigh(self, world: World) -> None:
        """Set the weights of the buyers' links by their rule."""
        links, line = world.links, world.axes.link_line[self.links]
        if not self.is_resting:
            self.known = replace(
                self.known,
                satisfaction=satisfied(links.flow[self.links], self.asked, self.usual),
                asked=self.asked > 0,
            )
        base, weight = links.base_weight[self.links], links.weight[self.links]
        if some(base != self.known.base_weight):
            # what buyers have made of their weights goes on from those that events have changed
            weight *= divide(base, self.known.base_weight, otherwise=1.0)
        self.known = replace(
            self.known,
            base_weight=base,
            weight=weight,
            open=(world.open_links() if self.is_resting else links.open)[self.links],
            capacity=at_hand(world)[line],
            unit_cost=world.delivered_costs()[self.links],
        )
        weights = links.weight.copy()
        weights[self.links] = self.rule(self.known)
        links.weight = renewed(weights)

    def note(self, world: World) -> None:
        """Remember what is asked over every link this month.

        Suppliers that delivered at the start count as asked even if they are closed or out of
        order, so that their missing deliveries show.
        """
        links, axes = world.links, world.axes
        base_flow, within = links.base_flow[self.links], self.known.by_need
        live = (links.open & axes.market.from_lines(world.lines.usable > 0))[self.links] | (
            base_flow > 0
        )
        weight = kept_where(live, links.weight[self.links])
        self.asked = weight * of_need(
            divide(world.needs.demand[self.needs], within(weight)), within
        )
        if self.is_resting:
            self.usual = np.minimum(divide(base_flow, self.asked, otherwise=1.0), 1.0)
            self.is_resting = False


def buyers(
    scenario: Scenario, world: World, rule: Callable[[Offers], Floats], mask: Bools
) -> SourcingGroup:
    """Gather the buyers whose needs are marked, [needs], before the world is set at rest."""
    axes = world.axes
    needs = np.flatnonzero(mask)
    links = np.flatnonzero(mask[axes.link_need])
    place = np.cumsum(mask) - 1
    exporter, importer = axes.exporter[links], axes.importer[links]
    blocs = np.array([each.bloc or name for name, each in scenario.states.items()])
    capacity, weight = world.lines.usable[axes.link_line[links]], world.links.base_weight[links]
    known = Offers(
        base_weight=weight,
        weight=weight,
        by_need=GroupSum(place[axes.link_need[links]], needs.size),
        open=world.open_links()[links],
        home=exporter == importer,
        ally=blocs[exporter] == blocs[importer],
        affinity=affinity(scenario, world.members)[importer, exporter],
        capacity=capacity,
        base_capacity=capacity,
        unit_cost=np.zeros_like(weight),
        satisfaction=np.ones_like(weight),
        asked=np.ones(weight.shape, dtype=np.bool_),
        direct=axes.link_via[links] < 0,
    )
    return SourcingGroup(
        rule, needs, links, known, asked=np.zeros_like(weight), usual=np.ones_like(weight)
    )


def choose_suppliers(world: World, choosing: Sequence[SourcingGroup]) -> None:
    """Let buyers weigh their suppliers anew, and tell the lines what they are asked for."""
    weigh(world, choosing)
    world.lines.asked = world.asking.ask(world)
    note(world, choosing)


def weigh(world: World, choosing: Sequence[SourcingGroup]) -> None:
    """Let buyers weigh their suppliers by their rules."""
    for each in choosing:
        each.weigh(world)


def note(world: World, choosing: Sequence[SourcingGroup]) -> None:
    """Let buyers remember what they ask of whom."""
    for each in choosing:
        each.note(world)
