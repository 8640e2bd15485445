"""Let lines learn: experience, unit cost and yield, each line by its rule. Lines that cannot learn
cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.learning import slope
from sim.kernels.sums import GroupSum
from sim.rules.learning import Craft, Learnt, Sisterhood
from sim.scenario.rule_choices import RuleChoice
from sim.world.axes import Axes
from sim.world.world import World


@dataclass(frozen=True, eq=False)
class Learner:
    """Hold a rule, the lines that follow it, and what they knew at the start."""

    rule: Callable[[Craft], Learnt]
    lines: Ints
    learns: Bools
    """[lines, members]: in which members the line can learn; in others it stays exactly as it is"""
    craft: Craft

    @classmethod
    def build(
        cls, rule: Callable[[Craft], Learnt], choice: RuleChoice, mask: Bools, world: World
    ) -> Learner:
        """Prepare for the marked lines that can learn in some member: their learning rate is above
        0, and there is something to improve or to forget.
        """
        lines, given = world.lines, choice.parameters
        able = (lines.learning_rate > 0) & mask[:, None]
        # what a line forgets its sisters know no more, whatever its own goods cost
        if given.get("best_yield") is None and not given.get("forgetting"):
            able &= lines.first_unit_cost > 0
        rows = np.flatnonzero(able.any(axis=1))
        sisterhood = _sisterhood(world.axes, lines.experience, lines.first_experience)
        knows = Craft(
            experience=lines.experience[rows],
            output=lines.output[rows],
            first_experience=lines.first_experience[rows],
            first_lot=lines.first_lot[rows],
            unit_cost=lines.unit_cost[rows],
            first_unit_cost=lines.first_unit_cost[rows],
            yield_=lines.yield_[rows],
            first_yield=lines.yield_[rows],
            learning_rate=lines.learning_rate[rows],
            slope=slope(lines.learning_rate[rows]),
            lines=rows,
            sisterhood=sisterhood,
            months=0,
        )
        return cls(rule, rows, able[rows], knows)

    def look(self, world: World) -> Craft:
        """Return what these lines have done by the end of this month."""
        lines, rows = world.lines, self.lines
        seen = lines.experience.view()
        seen.flags.writeable = False
        return replace(
            self.craft,
            experience=lines.experience[rows],
            output=lines.output[rows],
            first_lot=lines.first_lot[rows],
            unit_cost=lines.unit_cost[rows],
            # a licence that has begun since raises it
            first_unit_cost=lines.first_unit_cost[rows],
            yield_=lines.yield_[rows],
            sisterhood=replace(self.craft.sisterhood, experience=seen),
            months=world.month + 1,
        )


def _sisterhood(axes: Axes, experience: Floats, first: Floats) -> Sisterhood:
    _, at_home = np.unique(
        axes.line_product * len(axes.states) + axes.line_state, return_inverse=True
    )
    home = GroupSum(at_home.astype(np.int64), int(at_home.max(initial=-1)) + 1)
    return Sisterhood(axes.lines_by_product, home, experience, first)


def learn(world: World, learners: Sequence[Learner]) -> None:
    """Add this month's output to experience, and set experience, unit cost and yield of lines that
    learn, for the next month.

    This comes last, so that everything else in a month uses the same yield.
    """
    lines = world.lines
    lines.experience += lines.output
    crafts = [each.look(world) for each in learners]
    # all have looked at the same experience before any of it is forgotten
    for each, craft, learnt in [
        (each, craft, each.rule(craft)) for each, craft in zip(learners, crafts, strict=True)
    ]:
        for name, values in zip(Learnt._fields, learnt, strict=True):
            known = getattr(craft, name)
            if values is not known:
                getattr(lines, name)[each.lines] = np.where(each.learns, values, known)
