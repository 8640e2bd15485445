"""What turning to or away from a supplier does: buyers weigh it differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.events.borders import links_between
from sim.events.effect import Effect, Scope
from sim.kernels.arrays import Floats, Ints
from sim.kernels.kept import renewed
from sim.kernels.sums import divide
from sim.scenario import trade_kinds as kinds
from sim.world.world import World

LEAST = 1e-9
"""A weight that falls to nothing keeps this share, so that it may rise again and what nobody else
can deliver is still bought there."""


@dataclass(eq=False)
class Preference(Effect):
    """Multiply the weights of links, and those that sourcing rules have made of them."""

    family: ClassVar = "preferences"
    factor: Floats

    @classmethod
    def compile(cls, scope: Scope, event: kinds.Preference) -> Preference:  # type: ignore[override]
        """Find the links and draw the factor."""
        factor = scope.draw(event.factor, "factor")
        return cls(event, scope.row, links_between(scope, event), factor)

    @classmethod
    def reset(cls, world: World) -> None:
        """Take back what events of this family have multiplied weights by."""
        links = world.links
        back = divide(links.given_weight, links.base_weight, otherwise=1.0)
        links.weight = renewed(links.weight * back)
        links.base_weight[:] = links.given_weight

    def hold(self, world: World, force: Floats, begin: Ints) -> None:
        """Multiply by the factor as far as it holds."""
        held = np.maximum(1.0 + (self.factor - 1.0) * force, LEAST)
        weight = world.links.weight.copy()
        weight[self.rows] *= held
        world.links.weight = renewed(weight)
        world.links.base_weight[self.rows] *= held
