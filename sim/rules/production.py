"""Say how scarce inputs limit a line.

A rule is called once a month with all inputs of the lines that follow it: `rule(pantry,
**parameters) -> starts` [lines, members], units started per month, inf where inputs do not limit.
It must not change what it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.production import scarcest, starts_by_input, total
from sim.kernels.sums import GroupSum
from sim.rules.registry import rule


@dataclass(frozen=True, eq=False)
class InputStock:
    """Hold the inputs in stock, arrays [inputs, members] unless said otherwise."""

    stock: Floats
    """Units in store"""
    amount: Floats
    """Units per unit started"""
    line: Ints
    """[inputs]: line that the input is for, rising"""
    by_line: GroupSum
    critical: Bools
    """[inputs]: production stops without it"""
    important: Bools
    """[inputs]: whether it is important, which some rules look at"""
    usual: Floats
    """[lines, members]: units started per month in the world at rest"""
    cover: Floats
    """Months of use that the scenario wants to be held in stock"""

    def filled(self, stock: Floats, amount: Floats) -> InputStock:
        """Return the same lines with this stock and these amounts, [inputs, members]."""
        return InputStock(
            stock,
            amount,
            self.line,
            self.by_line,
            self.critical,
            self.important,
            self.usual,
            self.cover,
        )

    def scarcest(self, among: Bools) -> Floats:
        """Count the starts that the scarcest of some inputs allows, [lines, members]; inf where
        there is none.
        """
        starts = starts_by_input(self.stock, self.amount)
        return self.least(starts if among.all() else np.where(among[:, None], starts, np.inf))

    def least(self, starts: Floats) -> Floats:
        """Take the least of the starts [inputs, members] for each line, [lines, members]; inf where
        it has no inputs.
        """
        return scarcest(starts, self.by_line)


@rule("production", source="Leontief; equations 5")
def leontief(pantry: InputStock) -> Floats:
    """Let the scarcest input limit output, whatever its criticality."""
    return pantry.least(starts_by_input(pantry.stock, pantry.amount))


@rule("production", source="Pichler et al. 2022, JEDC 144:104527")
def strongly_critical(pantry: InputStock) -> Floats:
    """Let the scarcest critical or important input limit output."""
    return pantry.scarcest(pantry.critical | pantry.important)


@rule("production", source="Pichler et al. 2022, JEDC 144:104527")
def half_critical(pantry: InputStock) -> Floats:
    """Let critical inputs limit output fully, and important ones by half: without an important
    input, half of the usual output goes on.
    """
    important = pantry.scarcest(pantry.important)
    return np.minimum(pantry.scarcest(pantry.critical), (important + pantry.usual) / 2.0)


@rule("production", source="Pichler et al. 2022, JEDC 144:104527")
def weakly_critical(pantry: InputStock) -> Floats:
    """Let only critical inputs limit output."""
    return pantry.scarcest(pantry.critical)


@rule("production", source="Pichler et al. 2022, JEDC 144:104527")
def linear(pantry: InputStock) -> Floats:
    """Let every input replace every other: output is limited by the sum of stocks divided by the
    sum of amounts.
    """
    return total(pantry.stock, pantry.amount, pantry.by_line)


@rule("production", source="Hallegatte 2014, Risk Analysis 34(1); BoARIO; equations 5")
def ario_psi(
    pantry: InputStock,
    *,
    psi: Annotated[float, Field(ge=0, le=1)] = 0.8,
    cover_months: Annotated[float, Field(ge=0, le=600)] | None = None,
) -> Floats:
    """Slow down before stocks run out: output falls as soon as an input covers less than `psi` of
    its reference cover.

    The reference is `cover_months` of use; if not given, the input's own cover. With stock I,
    amount a per start and reference s, x = x_opt min(1, I / (psi s a x_opt)), which is the lesser
    of x_opt and I / (psi s a). Where psi s is less than a month, the stock itself is the limit, as
    under Leontief.
    """
    months: Floats | float = (
        np.maximum(psi * pantry.cover, 1.0)
        if cover_months is None
        else max(psi * cover_months, 1.0)
    )
    return pantry.least(starts_by_input(pantry.stock, pantry.amount * months))
