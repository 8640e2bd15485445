"""Define the distributions of what the fits leave unexplained: normal, Student's t of 4 degrees."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Tail:
    """A symmetric standard distribution, location 0 and scale 1; functions take any shape."""

    log_density: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    """Derivative of the log density."""
    log_later: Callable[[Floats], Floats]
    """Log of the probability of more than x: what a censored row contributes."""
    cdf: Callable[[Floats], Floats]

    def log_later_slope(self, x: Floats) -> Floats:
        """Return the derivative of `log_later`: minus the hazard."""
        hazard: Floats = -np.exp(self.log_density(x) - self.log_later(x))
        return hazard


def _t4_log_later(x: Floats) -> Floats:
    """Return the log of the upper tail, (1 - s)^2 (2 + s) / 4 with s = x / sqrt(4 + x^2), without
    cancelling.
    """
    root = np.sqrt(4 + x * x)
    short = 4 / (root * (root + np.abs(x)))  # 1 - |s|
    rest = np.where(x > 0, short, 2 - short)
    logs: Floats = 2 * np.log(rest) + np.log(3 - rest) - math.log(4)
    return logs


def _t4_cdf(x: Floats) -> Floats:
    """Return the distribution function, 1/2 + 3/4 s - 1/4 s^3 with s = x / sqrt(4 + x^2)."""
    sine = x / np.sqrt(4 + x * x)
    chance: Floats = 0.5 + sine * (0.75 - 0.25 * sine * sine)
    return chance


NORMAL = Tail(
    log_density=lambda x: -0.5 * x * x - 0.5 * math.log(2 * math.pi),
    slope=lambda x: -x,
    log_later=lambda x: np.asarray(log_ndtr(-x)),
    cdf=lambda x: np.asarray(ndtr(x)),
)
"""The normal; on the log of months it gives the lognormal."""

STUDENT = Tail(
    log_density=lambda x: math.log(3 / 8) - 2.5 * np.log1p(x * x / 4),
    slope=lambda x: -5 * x / (4 + x * x),
    log_later=_t4_log_later,
    cdf=_t4_cdf,
)
"""Student's t of 4 degrees: a few cases far out widen the scale less than they do a normal's."""


@cache
def normal_grid(number: int) -> tuple[Floats, Floats]:
    """Return so many even points within six deviations, and weights that integrate over a standard
    normal; weights add up to 1.

    Of what is no narrower than their distance nothing is lost (the trapezoidal rule; Trefethen and
    Weideman 2014). Gauss-Hermite points would pass over it: of 15 the middle ones lie 0.8 apart.
    """
    points = np.linspace(-6.0, 6.0, number)
    masses = np.exp(-0.5 * points * points)
    return points, masses / masses.sum()


@cache
def normal_nodes(number: int) -> tuple[Floats, Floats]:
    """Return points and weights that integrate what is smooth over a standard normal
    (Gauss-Hermite); weights add up to 1.
    """
    nodes, masses = np.polynomial.hermite_e.hermegauss(number)
    return nodes, masses / masses.sum()
