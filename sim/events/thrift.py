"""Let thrift change how much of an input makers use for a unit of what they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.events.effect import Effect, Scope, marked
from sim.kernels.arrays import Floats, Ints
from sim.scenario import event_kinds as kinds
from sim.scenario.selectors import products_of, states_of
from sim.world.world import World


@dataclass(eq=False)
class Thrift(Effect):
    """Multiply the amount of an input per unit started."""

    family: ClassVar = "thrift"
    factor: Floats

    @classmethod
    def compile(cls, scope: Scope, event: kinds.Thrift) -> Thrift:  # type: ignore[override]
        """Find the inputs of the makers and draw the factor."""
        axes, scenario = scope.axes, scope.scenario
        maker = axes.line_product[axes.input_line]
        found = marked(axes.need_state[axes.inputs], axes.states, states_of(event.state, scenario))
        found &= marked(maker, axes.products, products_of(event.product, scenario))
        wanted = products_of(event.input, scenario)
        found &= marked(axes.need_product[axes.inputs], axes.products, wanted)
        return cls(event, scope.row, np.flatnonzero(found), scope.draw(event.factor, "factor"))

    @classmethod
    def reset(cls, world: World) -> None:
        """Set amounts to what the scenario gives."""
        world.needs.amount[:] = world.needs.full_amount

    def hold(self, world: World, force: Floats, begin: Ints) -> None:
        """Multiply by the factor as far as it holds."""
        world.needs.amount[self.rows] *= 1.0 + (self.factor - 1.0) * force
