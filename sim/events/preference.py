"""Let buyers turn to a supplier, or away from it, by another weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.events.borders import links_between
from sim.events.effect import Effect, Scope
from sim.kernels.arrays import Floats, Ints
from sim.scenario import trade_kinds as kinds
from sim.world.world import World

LEAST = 1e-9
"""A weight never falls below this share of itself, so that it can rise again, and so that what
nobody else can deliver is still bought there."""


@dataclass(eq=False)
class Preference(Effect):
    """Multiply the weights that the scenario gives; buyers go by it once they weigh suppliers."""

    family: ClassVar = "preferences"
    factor: Floats

    @classmethod
    def compile(cls, scope: Scope, event: kinds.Preference) -> Preference:  # type: ignore[override]
        """Find the links and draw the factor."""
        rows = links_between(scope, event)
        return cls(event, scope.row, rows, scope.draw(event.factor, "factor"))

    @classmethod
    def reset(cls, world: World) -> None:
        """Set the preferences that buyers start from to what the scenario gives."""
        world.links.base_weight[:] = world.links.given_weight

    def hold(self, world: World, force: Floats, begin: Ints) -> None:
        """Multiply by the factor as far as it holds."""
        # the factor is exactly 1 where nothing moves, so that months in which the event moves in
        # other members do not change a bit of this one
        held = np.maximum(1.0 + (self.factor - 1.0) * force, LEAST)
        world.links.base_weight[self.rows] *= held
