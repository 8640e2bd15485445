"""Know the mean and the variance of series that come in month by month, and are not kept."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.blocks import blocks
from sim.kernels.sums import raised

TOGETHER = 4
"""Months that are counted in one go: sums of long arrays leave the processor's cache from month to
month."""


class Moments:
    """Add up series, arrays [rows, members], as distances from their first month: where they do not
    move, their variance is exactly 0.
    """

    def __init__(self, first: Floats) -> None:
        """Begin with the first month."""
        self.months = 1
        self._first = first.copy()
        self._total, self._squares = np.zeros_like(first), np.zeros_like(first)
        self._waiting: list[Floats] = []

    def add(self, values: Floats) -> None:
        """Add a month, whose `values` are not to be changed afterwards."""
        self.months += 1
        self._waiting.append(values)
        if len(self._waiting) == TOGETHER:
            self._count()

    def _count(self) -> None:
        """Add the months that wait, one after the other."""
        for rows in blocks(*self._first.shape):
            first, total, squares = self._first[rows], self._total[rows], self._squares[rows]
            for values in self._waiting:
                gap = values[rows] - first
                total += gap
                gap *= gap
                squares += gap
        self._waiting.clear()

    @property
    def mean(self) -> Floats:
        """Return the mean of the months so far, [rows, members], in the unit of what was added."""
        self._count()
        return self._first + self._total / self.months

    @property
    def variance(self) -> Floats:
        """Return the mean square of the distance from the mean, [rows, members], that unit
        squared.
        """
        self._count()
        return raised(self._squares / self.months - (self._total / self.months) ** 2)
