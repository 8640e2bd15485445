"""Fit a log duration or log ratio to cases: censored rows, pooled effects, a part shared by a
cluster.

The model of row i in cluster c is

    log y_i = x_i . effects + shared * z_c + own * e_i

with z standard normal, e standard normal or Student's t, and independent normal priors on the
effects and on the logs of both scales (partial pooling; Gelman and Hill 2007, chapters 11-12). A
row that has not happened contributes the probability of later than its censoring date (Kalbfleisch
and Prentice 2002, section 3.2). The shared part is integrated out over even points, close enough
for a cluster whose rows leave little room for its draw; the mode is found by scipy, and its spread
is Laplace's: the inverse of the curvature there (Tierney and Kadane 1986).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from sim.errors import SimError
from sim.precedents.tails import STUDENT, Bools, Floats, Ints, Tail, normal_grid

POINTS = 193
"""Points of the integral over the shared part, a sixteenth of its deviation apart."""
STEP = 1e-4
"""Step of the differences that give the curvature; the parameters are logs, of order one."""


@dataclass(frozen=True)
class Prior:
    """Independent normal priors: of the effects [effects], and of the logs of the two scales."""

    centre: Floats
    spread: Floats
    own: tuple[float, float]
    shared: tuple[float, float]

    @property
    def centres(self) -> Floats:
        """Centres of all parameters [effects + 2]."""
        return np.append(self.centre, [self.own[0], self.shared[0]])

    @property
    def spreads(self) -> Floats:
        """Standard deviations of all parameters [effects + 2]."""
        return np.append(self.spread, [self.own[1], self.shared[1]])


@dataclass(frozen=True)
class Rows:
    """Rows of a fit: what they took, as logs, and what is known of them."""

    logs: Floats
    """[rows] log of the months or of the ratio; of the censoring date where it has not happened."""
    censored: Bools
    """[rows] it had not happened by then."""
    design: Floats
    """[rows, effects]"""
    clusters: Ints
    """[rows] rows of one number share a draw."""
    weights: Floats
    """[rows] 1, or less where several rows tell of one event."""


@dataclass(frozen=True)
class Fit:
    """Mode and spread of the parameters: the effects, then the logs of the own and the shared
    scale.
    """

    mode: Floats
    covariance: Floats
    tail: Tail

    @property
    def own(self) -> float:
        """Scale of each case's own part, on the log."""
        return float(np.exp(self.mode[-2]))

    @property
    def shared(self) -> float:
        """Standard deviation of the part shared by a cluster, on the log."""
        return float(np.exp(self.mode[-1]))


def log_likelihood(parameters: Floats, rows: Rows, tail: Tail = STUDENT) -> tuple[float, Floats]:
    """Return the log likelihood of the rows and its gradient [effects + 2]; the shared part is
    integrated out.
    """
    if not rows.logs.size:
        return 0.0, np.zeros(parameters.size)
    effects, own, shared = parameters[:-2], np.exp(parameters[-2]), np.exp(parameters[-1])
    nodes, masses = normal_grid(POINTS)
    away = (rows.logs - rows.design @ effects)[:, None] - shared * nodes  # [rows, nodes]
    scaled, late = away / own, rows.censored[:, None]
    each = np.where(late, tail.log_later(scaled), tail.log_density(scaled) - np.log(own))
    slopes = np.where(late, tail.log_later_slope(scaled), tail.slope(scaled)) / own
    weights = rows.weights[:, None]
    member = rows.clusters == np.unique(rows.clusters)[:, None]  # [clusters, rows]
    joint = member.astype(np.float64) @ (weights * each) + np.log(masses)
    totals = logsumexp(joint, axis=1)
    belief = np.exp(joint - totals[:, None])  # [clusters, nodes]: where the cluster's draw lies
    weighted = weights * (member.T.astype(np.float64) @ belief)  # [rows, nodes]
    by_location = -(weighted * slopes)
    by_own = weighted * (-scaled * slopes * own - np.where(late, 0.0, 1.0))
    gradient = np.append(
        rows.design.T @ by_location.sum(axis=1),
        [by_own.sum(), (by_location * shared * nodes).sum()],
    )
    return float(totals.sum()), gradient


def fit(rows: Rows, prior: Prior, tail: Tail = STUDENT) -> Fit:
    """Return the maximum a posteriori and Laplace's spread. Without rows it is the prior.

    The search starts at the prior, so it depends on the rows given and on nothing else. Raises
    SimError where scipy finds no mode.
    """
    from scipy.optimize import minimize

    centres, spreads = prior.centres, prior.spreads

    def downhill(parameters: Floats) -> tuple[float, Floats]:
        value, gradient = log_likelihood(parameters, rows, tail)
        away = (parameters - centres) / spreads
        return 0.5 * float(away @ away) - value, away / spreads - gradient

    found = minimize(downhill, centres, jac=True, method="BFGS", options={"gtol": 1e-6})
    mode = np.asarray(found.x, dtype=np.float64)
    if np.abs(downhill(mode)[1]).max() > 1e-3:
        raise SimError(f"precedents: the fit found no mode: {found.message}")
    steps = STEP * np.eye(mode.size)
    rises = [(downhill(mode + step)[1] - downhill(mode - step)[1]) / (2 * STEP) for step in steps]
    curvature = np.array(rises)
    spread = np.linalg.inv((curvature + curvature.T) / 2).astype(np.float64)
    return Fit(mode, spread, tail)
