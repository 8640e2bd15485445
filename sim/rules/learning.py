"""Say how unit cost and yield change with experience.

A rule is called once a month with all lines that follow it and learn: `rule(craft, **parameters) ->
(experience, unit_cost, yield)`, three arrays [lines, members]: units of experience kept, money per
unit, good units per unit started. It must not change what it is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

import numpy as np
from pydantic import Field

from sim.kernels import learning as kernel
from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import GroupSum, divide
from sim.rules.registry import rule

Share = Annotated[float, Field(ge=0, le=1)]
Loss = Annotated[float, Field(ge=0, lt=1)]
Growth = Annotated[float, Field(ge=0, le=10)]
BestYield = Annotated[float, Field(ge=0.01, le=1)]
Sisters = Literal["all", "state"]


@dataclass(frozen=True, eq=False)
class Sisterhood:
    """Know which lines make the same product, everywhere and within a state, and their experience,
    [all lines, members].
    """

    everywhere: GroupSum
    at_home: GroupSum
    experience: Floats
    first_experience: Floats

    def others(self, lines: Ints, sisters: Sisters) -> tuple[Floats, Floats]:
        """Return the experience of each line's sisters, now and at the start, [lines, members]."""
        group = self.everywhere if sisters == "all" else self.at_home
        now, then = (
            group(values).take(group.group_of_row[lines], axis=0) - values[lines]
            for values in (self.experience, self.first_experience)
        )
        return np.maximum(now, 0.0), np.maximum(then, 0.0)


@dataclass(frozen=True, eq=False)
class Craft:
    """Hold what lines have done and learnt, arrays [lines, members] unless said otherwise."""

    experience: Floats
    """Good units ever made, including this month's"""
    output: Floats
    """Good units made this month"""
    first_experience: Floats
    """Those made before the start"""
    first_lot: Floats
    """A day's work at the capacity that the line had first, units: experience is counted in such
    lots"""
    unit_cost: Floats
    """Money per unit"""
    first_unit_cost: Floats
    """Money that a unit cost at the start, with the royalties of licences"""
    yield_: Floats
    """Good units per unit started"""
    first_yield: Floats
    learning_rate: Floats
    """Share by which cost falls with each doubling of experience"""
    slope: Floats
    """Exponent of the learning curve for this rate"""
    lines: Ints
    """[lines]: their rows among all lines"""
    sisterhood: Sisterhood
    months: int
    """Months since the start, including this one"""


class Learnt(NamedTuple):
    """Say what lines know now, arrays [lines, members]."""

    experience: Floats
    unit_cost: Floats
    yield_: Floats


@rule(
    "learning",
    source="Crawford 1944; Benkard 2000; Lafond, Greenwald & Farmer 2022; equations 7",
)
def crawford(
    craft: Craft,
    *,
    batch: bool = False,
    forgetting: Loss = 0.0,
    spill_over: Share = 0.0,
    sisters: Sisters = "all",
    experience_share: Share = 1.0,
    growth: Growth = 0.1,
    best_yield: BestYield | None = None,
) -> Learnt:
    """Let the cost of the next unit fall by the learning rate with each doubling of experience.

    Experience is counted in lots, each a day's work at the capacity that the line had first. The
    scenario's unit cost is that of the first lot or, of a line that is there at the start, of the
    next one after ten years of work at rest. With `batch`, goods cost the mean over the units made
    this month, not the cost of the next lot. A share `forgetting` of experience is lost in a year.
    `spill_over` adds this share of the experience of `sisters`: all lines of the product, or those
    in the same state. Only `experience_share` of the fall comes from experience; the rest comes
    with time, as if experience grew by `growth` a year. Yield rises from the line's own towards
    `best_yield` as cost falls.
    """
    curve = kernel.crawford_batch if batch else lambda unit, _, slope: kernel.crawford(unit, slope)
    return _learn(
        craft, curve, forgetting, (spill_over, sisters), (experience_share, growth), best_yield
    )


@rule(
    "learning",
    source="Wright 1936; Benkard 2000; Lafond, Greenwald & Farmer 2022; equations 7",
)
def wright(
    craft: Craft,
    *,
    batch: bool = False,
    forgetting: Loss = 0.0,
    spill_over: Share = 0.0,
    sisters: Sisters = "all",
    experience_share: Share = 1.0,
    growth: Growth = 0.1,
    best_yield: BestYield | None = None,
) -> Learnt:
    """Let the average cost of all units so far fall by the learning rate with each doubling: new
    lines learn faster at first.

    The parameters are those of `crawford`.
    """
    curve = (
        kernel.wright_batch
        if batch
        else lambda unit, size, slope: kernel.wright_batch(unit, np.ones_like(size), slope)
    )
    return _learn(
        craft, curve, forgetting, (spill_over, sisters), (experience_share, growth), best_yield
    )


def _learn(
    craft: Craft,
    curve: Callable[[Floats, Floats, Floats], Floats],
    forgetting: float,
    spill: tuple[float, Sisters],
    trend: tuple[float, float],
    best_yield: float | None,
) -> Learnt:
    """Follow a `curve`, (lot, lots of the batch, slope) -> cost as a share of the first lot's, with
    forgetting, spill-over, progress by time, and yield.
    """
    slope = craft.slope
    experience = (
        kernel.remembered(craft.experience, craft.output, forgetting)
        if forgetting
        else craft.experience
    )
    now, then = (
        kernel.next_lot(each, craft.first_experience, craft.first_lot)
        for each in (experience, craft.first_experience)
    )
    if spill[0]:
        others = craft.sisterhood.others(craft.lines, spill[1])
        now, then = (
            own + spill[0] * divide(each, craft.first_lot)
            for own, each in zip((now, then), others, strict=True)
        )
    size = divide(craft.output, craft.first_lot)
    progress = curve(now, size, slope) / curve(then, np.ones_like(then), slope)
    if trend[0] < 1.0:
        progress = kernel.with_trend(progress, slope, *trend, craft.months)
    yield_ = (
        craft.yield_
        if best_yield is None
        else kernel.better_yield(craft.first_yield, best_yield, progress)
    )
    return Learnt(experience, craft.first_unit_cost * progress, yield_)
