"""Know the mean and the variance of series that come in month by month, and are not kept."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.blocks import blocks
from sim.kernels.sums import raised


class Moments:
    """Add up series, arrays [rows, members], as distances from their first month: where they do not
    move, their variance is exactly 0.
    """

    def __init__(self, first: Floats) -> None:
        """Begin with the first month."""
        self.months = 1
        self._first = first.copy()
        self._total, self._squares = np.zeros_like(first), np.zeros_like(first)

    def add(self, values: Floats) -> None:
        """Add a month."""
        for rows in blocks(slice(0, values.shape[0]), values.shape[1]):
            gap = values[rows] - self._first[rows]
            self._total[rows] += gap
            gap *= gap
            self._squares[rows] += gap
        self.months += 1

    @property
    def mean(self) -> Floats:
        """Return the mean of the months so far, [rows, members], in the unit of what was added."""
        return self._first + self._total / self.months

    @property
    def variance(self) -> Floats:
        """Return the mean square of the distance from the mean, [rows, members], that unit
        squared.
        """
        return raised(self._squares / self.months - (self._total / self.months) ** 2)
