"""Say how far lines run beyond their capacity when they are short.

A rule is called once a month, after goods are allocated, with all lines that follow it:
`rule(effort, **parameters) -> overtime` [lines, members], the factor by which next month's usable
capacity is multiplied; 1: no overtime. It must not change what it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from sim.kernels import overtime as kernel
from sim.kernels.arrays import Floats
from sim.rules.registry import rule


@dataclass(frozen=True, eq=False)
class Effort:
    """Hold the overtime of lines, what they were asked for and what they made, arrays [lines,
    members].
    """

    overtime: Floats
    """The factor by which usable capacity was multiplied this month"""
    asked: Floats
    """Units asked for by the buyers' weights"""
    output: Floats
    """Good units made"""


@rule("overtime", source="no overtime; equations 6.2")
def none(effort: Effort) -> Floats:
    """Never run beyond capacity."""
    return np.ones_like(effort.overtime)


@rule("overtime", source="Hallegatte 2008; BoARIO; equations 6.2")
def ario(
    effort: Effort,
    *,
    most: Annotated[float, Field(ge=1, le=3)] = 1.25,
    months: Annotated[float, Field(ge=1, le=1000)] = 12.0,
    counts_surplus: bool = False,
) -> Floats:
    """Run up to `most` times capacity: overtime rises faster the more is missing, and returns to
    none when nothing is, over about `months`.

    What buyers asked for by their weights and the line did not make is missing, even if others then
    made it. `counts_surplus`: whether overtime falls by the share that was made beyond what was
    asked for, as fast as it would rise, instead of steadily.
    """
    missing = kernel.scarcity(effort.asked, effort.output, counts_surplus=counts_surplus)
    return kernel.ario(effort.overtime, missing, most, months)
