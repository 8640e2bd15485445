"""Define a forecast: a mixture of shifted, scaled standard distributions of the log of months."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtri

from sim.precedents.fit import POINTS, Fit
from sim.precedents.tails import NORMAL, Floats, Tail, normal_grid, normal_nodes

SCALE_NODES = 5
"""Points of the quadrature over each of the two scales."""
LEAST = 25
"""Points at least of the integral over what a cluster shares; half a deviation apart."""
TABLED = 801
"""Points at which the distribution is tabled."""
REACH = 3.7
"""Normal scores between which draws lie: all but one in five thousand on each side."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """A distribution of months (or of a factor) with the uncertainty of the fit in it.

    The logs are a mixture: component k lies at `locations[k]`, is `scales[k]` wide and weighs
    `weights[k]`.
    """

    locations: Floats
    scales: Floats
    weights: Floats
    tail: Tail

    def cdf(self, months: Floats | float) -> Floats:
        """Return the probability of at most so many months; 0 below and at 0 months. Any shape."""
        given = np.asarray(months, dtype=np.float64)
        with np.errstate(divide="ignore"):
            logs = np.log(np.maximum(given, 0.0))[..., None]
        return np.asarray(
            (self.tail.cdf((logs - self.locations) / self.scales) * self.weights).sum(axis=-1)
        )

    @cached_property
    def _table(self) -> tuple[Floats, Floats]:
        """Return normal scores and the logs of months that stand there, both rising."""
        middle = float(self.weights @ self.locations)
        wide = float(np.sqrt(self.weights @ (self.scales**2 + (self.locations - middle) ** 2)))
        logs = middle + wide * np.sinh(np.linspace(-4.0, 4.0, TABLED))
        scores = ndtri(self.cdf(np.exp(np.clip(logs, -700.0, 700.0))))
        kept = np.isfinite(scores) & (np.abs(scores) < REACH + 1)
        rising = np.maximum.accumulate(scores[kept])
        first = np.append(True, np.diff(rising) > 0)
        return rising[first], logs[kept][first]

    def at_scores(self, scores: Floats | float) -> Floats:
        """Return the months at standard normal scores, element by element; scores beyond 3.7 count
        as 3.7.
        """
        known, logs = self._table
        near = np.clip(np.asarray(scores, dtype=np.float64), -REACH, REACH)
        found = np.asarray(np.interp(near, known, logs))
        # math.exp number by number: numpy may round exp differently at another array width
        return np.array([math.exp(each) for each in found.ravel().tolist()]).reshape(found.shape)

    def ppf(self, chances: Floats | float) -> Floats:
        """Return the months that are not passed with these probabilities, element by element.

        A pure function: the same chance gives the same bits in whatever company, so a scenario's
        draws by name may feed it. Chances beyond 1 in 9000 on either side count as that.
        """
        return self.at_scores(ndtri(np.asarray(chances, dtype=np.float64)))

    def quantiles(self, *percents: float) -> tuple[float, ...]:
        """Return the months at percentages: `quantiles(5, 50, 95)`."""
        return tuple(float(each) for each in self.ppf(np.array(percents) / 100))

    def times(self, factor: float) -> Mixture:
        """Return the distribution of a multiple."""
        return Mixture(self.locations + np.log(factor), self.scales, self.weights, self.tail)


def _scales(found: Fit) -> tuple[Floats, Floats]:
    """Return points of the two log scales [points, 2] that stand for Laplace's spread, and their
    weights.
    """
    nodes, masses = normal_nodes(SCALE_NODES)
    pairs = np.array([(a, b) for a in nodes for b in nodes])
    weights = np.array([a * b for a in masses for b in masses])
    root = np.linalg.cholesky(found.covariance[-2:, -2:])
    return found.mode[-2:] + pairs @ root.T, weights


def _location(found: Fit, known: Floats, scales: Floats) -> tuple[Floats, float]:
    """Return the location's mean [points] given the scales, and its variance, at the covariates
    `known`.
    """
    effects, between = found.covariance[:-2, :-2], found.covariance[:-2, -2:]
    gain = np.linalg.solve(found.covariance[-2:, -2:], between.T).T
    means = known @ found.mode[:-2] + (scales - found.mode[-2:]) @ (known @ gain)
    variance = float(known @ (effects - gain @ between.T) @ known)
    return means, variance


def total(found: Fit, known: Floats) -> Mixture:
    """Return the forecast of one new case in a new cluster, at the covariates `known` [effects].

    What a cluster shares, with what the fit does not know, is a row of components no further apart
    than twice the width of a case's own part: else the distribution would rise in steps.
    """
    scales, weights = _scales(found)
    means, variance = _location(found, known, scales)
    own, shared = np.exp(scales).T
    reach = np.sqrt(variance + shared**2)
    wanted = math.ceil(6.0 * float((reach / own).max())) + 1
    nodes, masses = normal_grid(min(max(wanted, LEAST), POINTS))
    locations = (means[:, None] + reach[:, None] * nodes).ravel()
    each = (weights[:, None] * masses).ravel()
    return Mixture(locations, np.repeat(own, nodes.size), each, found.tail)


def parts(found: Fit, known: Floats) -> tuple[Mixture, Mixture]:
    """Return the part that a cluster's cases share, with what the fit does not know, and a case's
    own part.

    Their product is the forecast of one case; cases of a cluster share the first draw. The median
    of the second is 1.
    """
    scales, weights = _scales(found)
    means, variance = _location(found, known, scales)
    own, shared = np.exp(scales).T
    common = Mixture(means, np.sqrt(variance + shared**2), weights, NORMAL)
    return common, Mixture(np.zeros(own.size), own, weights, found.tail)
