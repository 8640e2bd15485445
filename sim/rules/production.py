"""Say how scarce inputs limit a line.

A rule is called once a month with all inputs of the lines that follow it: `rule(pantry, **parameters) -> starts`
[lines, members], units started per month, inf where inputs do not limit. It must not change what it is given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sim.kernels.production import scarcest, starts_by_input, total
from sim.kernels.sums import Bools, Floats, GroupSum, Ints
from sim.rules.registry import rule


@dataclass(frozen=True, eq=False)
class Pantry:
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
    """[inputs]: production suffers without it"""
    usual: Floats
    """[lines, members]: units started per month in the balanced world"""

    def filled(self, stock: Floats) -> Pantry:
        """Return the same lines with this stock, [inputs, members]."""
        return replace(self, stock=stock)

    def scarcest(self, among: Bools) -> Floats:
        """Count the starts that the scarcest of some inputs allows, [lines, members]; inf where there is none."""
        starts = starts_by_input(self.stock, self.amount)
        return scarcest(np.where(among[:, None], starts, np.inf), self.line, self.by_line.groups)


@rule("production", source="Leontief; model specification 2.1")
def leontief(pantry: Pantry) -> Floats:
    """Let the scarcest input limit output, whatever its criticality."""
    return pantry.scarcest(np.ones_like(pantry.critical))


@rule("production", source="Pichler et al. 2022, JEDC 144:104527")
def strongly_critical(pantry: Pantry) -> Floats:
    """Let the scarcest critical or important input limit output."""
    return pantry.scarcest(pantry.critical | pantry.important)


@rule("production", source="Pichler et al. 2022, JEDC 144:104527")
def half_critical(pantry: Pantry) -> Floats:
    """Let critical inputs limit output fully, important ones by half: without one, half of the usual output goes on."""
    important = pantry.scarcest(pantry.important)
    return np.minimum(pantry.scarcest(pantry.critical), (important + pantry.usual) / 2.0)


@rule("production", source="Pichler et al. 2022, JEDC 144:104527")
def weakly_critical(pantry: Pantry) -> Floats:
    """Let only critical inputs limit output."""
    return pantry.scarcest(pantry.critical)


@rule("production", source="Pichler et al. 2022, JEDC 144:104527")
def linear(pantry: Pantry) -> Floats:
    """Let every input stand for every other: the sum of stocks over the sum of amounts limits output."""
    return total(starts_by_input(pantry.stock, pantry.amount), pantry.amount, pantry.by_line)
