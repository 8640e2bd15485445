"""Let events change needs and factories: demand, outages, closures, retooling, licences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.events.effect import Effect, Scope, marked
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.sums import NEVER, GroupSum, divide
from sim.scenario import event_kinds as kinds
from sim.scenario import plant_kinds as described
from sim.scenario.names import Selector
from sim.scenario.selectors import factories_of, lines_hit, products_of, states_of
from sim.world.construction import begin as begin_works
from sim.world.construction import wake
from sim.world.projects import Projects
from sim.world.world import World


@dataclass(eq=False)
class Demand(Effect):
    """Multiply needs by a factor, or add units to them."""

    family: ClassVar = "demand"
    size: Floats

    @classmethod
    def compile(cls, scope: Scope, event: kinds.Demand) -> Demand:  # type: ignore[override]
        """Find the final needs and draw the factor or the units."""
        axes, final = scope.axes, slice(0, scope.axes.final)
        states = states_of(event.state, scope.scenario)
        goods = products_of(event.product, scope.scenario)
        found = marked(axes.need_state[final], axes.states, states)
        found &= marked(axes.need_product[final], axes.products, goods)
        key = "factor" if event.units is None else "units"
        size = scope.draw(getattr(event, key), key)
        return cls(event, scope.row, np.flatnonzero(found), size)

    @classmethod
    def reset(cls, world: World) -> None:
        """Set needs to what the scenario gives."""
        world.needs.factor[:] = 1.0
        world.needs.added[:] = 0.0

    def hold(self, world: World, force: Floats, begin: Ints) -> None:
        """Multiply, or add, as far as it holds."""
        if isinstance(self.event, kinds.Demand) and self.event.units is not None:
            world.needs.added[self.rows] += self.size * force
        else:
            world.needs.factor[self.rows] *= 1.0 + (self.size - 1.0) * force


@dataclass(eq=False)
class Outage(Effect):
    """Put a share of lines' capacity out of use."""

    family: ClassVar = "outages"
    share: Floats
    """[members], or [lines, members] where lines differ"""

    @classmethod
    def compile(cls, scope: Scope, event: described.Outage) -> Outage:  # type: ignore[override]
        """Find the lines and draw the shares."""
        hit = lines_hit(event, scope.scenario)
        share = scope.draw(event.share, "share")
        if event.sizes:
            known = {name: scope.draw(each, f"sizes.{name}") for name, each in event.sizes.items()}
            share = np.array([known.get(name or "", share) for name in hit.values()])
        rows = np.array([scope.axes.line_rows[line] for line in hit], dtype=np.int64)
        return cls(event, scope.row, rows, share)

    @classmethod
    def reset(cls, world: World) -> None:
        """Put all capacity in order."""
        world.lines.available[:] = 1.0

    def hold(self, world: World, force: Floats, begin: Ints) -> None:
        """Leave what is not out."""
        world.lines.available[self.rows] *= 1.0 + ((1.0 - self.share) - 1.0) * force


@dataclass(eq=False)
class Closure(Effect):
    """Close lines for good: capacity and projects there are lost, and no new ones begin."""

    family: ClassVar = "closures"

    @classmethod
    def compile(cls, scope: Scope, event: described.Closure) -> Closure:  # type: ignore[override]
        """Find the lines."""
        return cls(event, scope.row, lines_of(scope, event.factory, event.product))

    def act(self, world: World, begins: Bools, since: Ints) -> None:
        """Close the lines."""
        closing, lines = begins[None, :], world.lines
        for plant in (lines.capacity, lines.mothballed):
            lost = np.where(closing, plant[self.rows], 0.0)
            world.lost_capacity[self.rows] += lost
            plant[self.rows] -= lost
        resting = np.isin(world.upkeep.resting, self.rows)[:, None] & closing
        world.upkeep.coming[resting] = 0.0
        world.upkeep.returning[:, resting] = 0.0
        axes, works = world.axes, world.works
        month = world.month
        self._stop(world.projects, axes.project_line, world.lost_projects, closing, month)
        self._stop(works, axes.work_line, works.lost, closing, month)

    def _stop(self, plant: Projects, owner: Ints, gone: Floats, closing: Bools, month: int) -> None:
        """Give up what is being built at the lines that close this month, and bar more."""
        there = np.isin(owner, self.rows)[:, None] & closing
        gone[there] += plant.unfinished[there]
        plant.added[there] -= plant.unfinished[there]
        # what is not built by now never will be
        plant.due[there & (plant.due - plant.qualification >= month)] = NEVER
        for each in (plant.unfinished, plant.max_capacity):
            each[there] = 0.0
        plant.ramps.stop(there)
        plant.pipeline[:, there] = 0.0


def completing(world: World, closures: Sequence[Effect], begin: Ints) -> Ints:
    """Return the month in which each project is completed, this month included, [projects,
    members]; NEVER if it is not yet, or if its line closes this month.

    `begin` [events, members] is the first month of events.
    """
    projects, line = world.projects, world.axes.project_line
    found = projects.completing(world.month)
    for each in closures:
        lost = np.isin(line, each.rows)[:, None] & (begin[each.row] == world.month)
        found = np.where(lost, projects.completed, found)
    return found


@dataclass(eq=False)
class Retool(Effect):
    """Turn a share of lines' capacity to another product."""

    family: ClassVar = "retooling"
    share: Floats

    @classmethod
    def compile(cls, scope: Scope, event: described.Retool) -> Retool:  # type: ignore[override]
        """Find the works that the event orders, and draw the share."""
        works = enumerate(scope.axes.works)
        rows = [row for row, work in works if work.event == scope.name]
        return cls(
            event, scope.row, np.array(rows, dtype=np.int64), scope.draw(event.share, "share")
        )

    @staticmethod
    def begin(world: World, acting: list[tuple[Retool, Bools]]) -> None:
        """Begin all works that are ordered this month together, so that their order cannot matter.

        Each takes its share of what its line has now, in use or laid up; together they take at most
        all of it. Of laid-up capacity only what would work after a recall is converted.
        """
        if not acting:
            return
        lines, rows = world.lines, np.concatenate([effect.rows for effect, _ in acting])
        shares = np.concatenate(
            [
                np.repeat(np.where(begins, effect.share, 0.0)[None, :], effect.rows.size, axis=0)
                for effect, begins in acting
            ]
        )
        shares[world.works.max_capacity[rows] <= 0] = 0.0
        source = world.axes.work_source[rows]
        together = GroupSum(source, len(world.axes.lines))(shares)
        woken = wake(world, np.minimum(together, 1.0))
        # `woken` is for all shares of a line together: each gets its part of that
        whole = lines.capacity - woken + divide(woken, together)
        begin_works(world, rows, shares * whole[source], lines.capacity)


@dataclass(eq=False)
class Licence(Effect):
    """Qualify a line, and charge the licensor's royalty."""

    family: ClassVar = "licences"
    royalty: Floats
    """Share of the unit cost"""
    qualified: int
    """Month in which the line is qualified apart from the licence"""

    @classmethod
    def compile(cls, scope: Scope, event: described.Licence) -> Licence:  # type: ignore[override]
        """Find the line, draw the royalty, and place the line's own qualification."""
        qualified = scope.scenario.factories[event.factory].lines[event.product].qualified
        month = scope.month(qualified) if qualified else -NEVER
        rows = lines_of(scope, event.factory, event.product)
        return cls(event, scope.row, rows, scope.draw(event.royalty, "royalty"), month)

    def act(self, world: World, begins: Bools, since: Ints) -> None:
        """Charge the royalty from the first month on, but not on idle capacity."""
        lines, raised = world.lines, np.where(begins, 1.0 + self.royalty, 1.0)
        lines.unit_cost[self.rows] *= raised
        lines.first_unit_cost[self.rows] *= raised
        if lines.idle_cost is not None:
            lines.idle_cost[self.rows] /= raised

    def hold(self, world: World, force: Floats, begin: Ints) -> None:
        """Qualify the line while the licence holds."""
        since = np.maximum(begin, self.qualified)
        world.lines.qualified_from[self.rows] = np.where(force > 0, since, NEVER)


def lines_of(scope: Scope, factory: Selector, product: Selector) -> Ints:
    """Find the lines of some factories for some products."""
    axes = scope.axes
    plants = factories_of(factory, scope.scenario)
    goods = products_of(product, scope.scenario)
    found = marked(axes.line_factory, axes.factories, plants)
    found &= marked(axes.line_product, axes.products, goods)
    return np.flatnonzero(found)
