"""Compute how much each factor moves an output, by SALib, which never gets what it would answer
wrongly.

If one output is not finite, SALib returns zeros for all factors without a warning; it accepts any
number of outputs that it can divide; and it takes seed 0 as no seed.

Intervals are half-widths from resampling the base points (the trajectories), always with the same
seed, so that the same outputs have the same intervals. Resampling treats base points as
independent; since they fill their space more evenly than that, intervals are wide rather than
narrow.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.errors import InputError
from sim.kernels.arrays import Bools, Floats
from sim.study.designs import Column, carried, in_unit_cube, problem
from sim.study.spec import Design, Factor

STEP = 2 / 3
"""Of a trajectory, as a share of a factor's range."""
RESAMPLES = 100
SEED = 1
ROUNDING = 1e-12
"""Outputs that differ by no more than this share of the largest are the same."""
SEEN = 0.1
"""Share of the largest index from which on a factor is worth a word."""


@dataclass(frozen=True, eq=False)
class Plan(ABC):
    """Hold the points of a design in the order in which SALib draws them, and compute what outputs
    there tell.
    """

    block: ClassVar[str]
    """What its points come in"""
    extra: ClassVar[int]
    """Points of a block beyond one for each factor"""
    numbers: ClassVar[tuple[str, ...]]
    """What is computed of each factor"""
    main: ClassVar[str]
    """The number by which factors are ranked; its interval is `<main>_conf`"""
    beside: ClassVar[str]
    """The number that says what a factor does alone, or how unevenly it acts"""

    size: int
    """How many blocks there are"""
    columns: Mapping[str, Column]
    """Factor -> its number at each point, or the place in its list of values"""
    unit: Floats
    """Where the points lie in the factors' ranges, from 0 to 1, [points, factors]; of a list in the
    order of its values"""
    confidence: float
    """With which an interval holds its number"""

    def indices(self, outputs: Floats) -> dict[str, Floats]:
        """Compute the numbers of each factor, [factors], from outputs [points].

        Raises ValueError for outputs that are not finite, do not vary, or are not one for each of
        exactly the points that the design has.
        """
        points = self.size * (self.unit.shape[1] + self.extra)
        if self.unit.shape[0] != points or outputs.shape != (points,):
            raise ValueError(
                f"{outputs.size} outputs at {self.unit.shape[0]} points; {self.size} times a"
                f" {self.block} is {points}"
            )
        if not np.isfinite(outputs).all():
            raise ValueError("outputs are not finite")
        if flaw := self.flaw(outputs):
            raise ValueError(f"an output that {flaw}")
        found = self._computed(outputs)
        return {name: np.asarray(found[name], dtype=np.float64) for name in self.numbers}

    def flaw(self, outputs: Floats) -> str:
        """Say why finite outputs [points] have nothing to tell; empty where they have."""
        least = ROUNDING * np.abs(outputs).max()
        if np.ptp(outputs) <= least:
            return "is the same at every point: there is nothing to explain"
        return (
            ""
            if self._moved(self._blocks(outputs)) > least
            else "differs at too few points: it takes a larger design"
        )

    def moments(self, outputs: Floats) -> tuple[float, float]:
        """Return mean and variance of outputs [points] over the points that lie anywhere in the
        factors' ranges.
        """
        blocks = self._blocks(outputs)
        return float(blocks.mean()), float(blocks.var())

    @staticmethod
    def shares(main: Floats) -> Floats:
        """Make the main numbers of an output, [factors], comparable with those of others; shares of
        a variance are already.
        """
        return main

    def _blocks(self, outputs: Floats) -> Floats:
        """Lay outputs out by block, those at points that lie anywhere in the factors' ranges:
        [blocks, points of a block].
        """
        return outputs.reshape(self.size, -1)

    @abstractmethod
    def _moved(self, blocks: Floats) -> float:
        """Measure how far outputs [blocks, points of a block] differ where the method looks at
        differences.
        """

    @abstractmethod
    def _computed(self, outputs: Floats) -> Mapping[str, Floats]:
        """Have SALib compute the numbers."""


class Saltelli(Plan):
    """Share an output's variance out: S1 a factor explains alone, in ST it has a part, alone or
    with others.

    A block is a base point A, A with each factor in turn from B, and B. Saltelli et al. 2010,
    Computer Physics Communications 181(2).
    """

    block, extra = "base point", 2
    numbers, main, beside = ("S1", "S1_conf", "ST", "ST_conf"), "ST", "S1"

    def _blocks(self, outputs: Floats) -> Floats:
        return super()._blocks(outputs)[:, [0, -1]]

    def _moved(self, blocks: Floats) -> float:
        return float(np.ptp(blocks))

    def _computed(self, outputs: Floats) -> Mapping[str, Floats]:
        from SALib.analyze import sobol

        given = {"num_resamples": RESAMPLES, "conf_level": self.confidence, "seed": SEED}
        found: Mapping[str, Floats] = sobol.analyze(
            problem(self.unit.shape[1]), outputs, calc_second_order=False, **given
        )
        return found


class Morris(Plan):
    """Tell how far an output moves when a factor goes over its whole range, in the output's units.

    mu is the mean, mu_star the mean size, sigma the standard deviation of what is found at
    different places. A block is a trajectory: from a start each factor in turn moves by two thirds
    of its range, in a list by as many places as that comes to. Morris 1991, Technometrics 33(2);
    Campolongo et al. 2007, Environmental Modelling & Software 22(10).
    """

    block, extra = "trajectory", 1
    numbers, main, beside = ("mu", "mu_star", "mu_star_conf", "sigma"), "mu_star", "sigma"

    @staticmethod
    def shares(main: Floats) -> Floats:
        """Take each factor's part in the effects of all: effects have the output's units."""
        shares: Floats = main / main.sum()
        return shares

    def _moved(self, blocks: Floats) -> float:
        return float(np.ptp(blocks, axis=1).max())

    def _computed(self, outputs: Floats) -> Mapping[str, Floats]:
        from SALib.analyze import morris

        given = {"num_resamples": RESAMPLES, "conf_level": self.confidence, "seed": SEED}
        # SALib takes every step for two thirds of the range
        evened = self._evened(outputs)
        found: Mapping[str, Floats] = morris.analyze(
            problem(self.unit.shape[1]), self.unit, evened, **given
        )
        return found

    def _evened(self, outputs: Floats) -> Floats:
        """Return outputs [points] as if every step had been two thirds of the range: in a list
        steps may be longer or shorter, and of three values not even alike.
        """
        blocks = outputs.reshape(self.size, -1)
        steps = np.abs(np.diff(self.unit.reshape(*blocks.shape, -1), axis=1)).sum(axis=2)
        scale = np.divide(STEP, steps, out=np.ones_like(steps), where=steps > 0)
        rises = np.diff(blocks, axis=1) * scale
        return np.cumsum(np.hstack((blocks[:, :1], rises)), axis=1).ravel()


PLANS: Mapping[str, type[Plan]] = {"saltelli": Saltelli, "morris": Morris}
"""Design -> what can be computed of it."""


def plan(design: Design, factors: Mapping[str, Factor], confidence: float) -> Plan:
    """Draw the points of a design that has a plan.

    Raises InputError where SALib is not installed.
    """
    try:
        import SALib.analyze.morris
        import SALib.analyze.sobol  # noqa: F401
    except ImportError as error:
        raise InputError(
            "sensitivity needs SALib: pip install 'supply-substitution[uq]'"
        ) from error
    unit, columns = in_unit_cube(design, len(factors)), {}
    for each, (path, factor) in enumerate(factors.items()):
        columns[path] = carried(factor, unit[:, each])
        if factor.values is not None:
            unit[:, each] = columns[path] / max(len(factor.values) - 1, 1)
    return PLANS[design.kind](design.points or 0, columns, unit, confidence)


def unsure(main: Floats, conf: Floats) -> Bools:
    """Tell of which factors, [factors], too little is known: their interval is as wide as their
    index itself.

    Those that would not matter much at the upper end of their interval do not count; `conf` is half
    of it.
    """
    wide: Bools = (2 * conf >= main) & (main + conf > SEEN * main.max())
    return wide


def is_too_much(alone: Floats, conf: Floats) -> bool:
    """Tell whether first order indices add up to more than they can, 1, by more than their
    intervals allow.
    """
    return bool(alone.sum() > 1 + conf.sum())
