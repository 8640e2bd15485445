"""Grow a tree that divides the points of a study, factor by factor, so that shares differ most
between the two sides (CART).

Breiman, Friedman, Olshen and Stone 1984, Classification and Regression Trees; scikit-learn grows
and prunes it.

Runs of one point share its factors, and all points share the members' draws, so runs are not
independent observations, but points are. Therefore the tree sees each point as one row: the share
of its runs in which something holds, weighted by their number. Cuts by the variance of these shares
are the same as cuts of single runs by Gini's index. How far to prune is judged on whole points that
are left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.errors import InputError
from sim.kernels.arrays import Bools, Floats

FOLDS = 5
"""Parts of the points, each left out in turn."""
LEAST_POINTS = 5
"""Points that a leaf holds at least."""


class Input(NamedTuple):
    """Hold a factor's values at the points."""

    factor: str
    values: Floats
    """[points]: numbers, or places in `names`"""
    names: tuple[str, ...] = ()
    """What is chosen from, where that is not numbers"""


class Limit(NamedTuple):
    """Hold what is asked of one factor."""

    factor: str
    low: float = -math.inf
    """Above this"""
    high: float = math.inf
    """At most this"""
    values: tuple[str, ...] = ()
    """Of a factor that is not numbers: what it may be"""


@dataclass(frozen=True, eq=False)
class Tree:
    """Hold a pruned tree: nodes, each a part of the points, the root first, which is all of
    them.
    """

    below: Mapping[int, tuple[int, int]]
    """The two nodes below each that is cut, in the order of nodes; what is not cut is a leaf"""
    inside: Bools
    """[nodes, points]"""
    limits: Sequence[tuple[Limit, ...]]
    """[nodes]: what cuts it out, from the root down, one a factor"""
    gains: Mapping[str, float]
    """How much each factor's cuts take away of the variance of single runs, as a share of it"""
    predicted: Floats
    """[points]: each point's share as trees, pruned alike, tell it that have not seen the point"""


def grown(inputs: Sequence[Input], shares: Floats, runs: Floats, depth: int, mass: float) -> Tree:
    """Grow a tree of at most `depth` cuts one below the other, whose leaves hold at least `mass` of
    the points.

    `shares` [points] are told apart, weighted by `runs` [points]. The tree is pruned to the
    smallest whose error on points left out is within one standard error of the least. Cuts lie
    midway between points; of several factors that cut the points alike, the first counts. The same
    points give the same tree. Raises InputError without scikit-learn.
    """
    columns = _columns(inputs)
    # a tree sees nothing of numbers but their order, and scikit-learn only their first seven digits
    order = np.stack(
        [np.unique(each.values, return_inverse=True)[1] for each in columns], axis=1
    ).astype(np.float64)
    wood = _Wood(order, shares, runs, depth, mass)
    alpha, predicted = wood.pruning()
    found = wood.tree(np.ones(shares.size, dtype=np.bool_), alpha)
    inside = found.decision_path(order).toarray().T.astype(np.bool_)
    pairs = zip(
        found.tree_.children_left.tolist(), found.tree_.children_right.tolist(), strict=True
    )
    below = {node: pair for node, pair in enumerate(pairs) if pair[0] >= 0}
    regions: list[dict[str, Limit]] = [{} for _ in inside]
    gains: dict[str, float] = {}
    for node, (one, other) in below.items():
        column, is_below, at = _cut(columns, inside[one], inside[other])
        regions[one] = _narrowed(regions[node], column, at, is_below=is_below)
        regions[other] = _narrowed(regions[node], column, at, is_below=not is_below)
        gains[column.factor] = gains.get(column.factor, 0.0) + _gain(
            shares, runs, inside[one], inside[other]
        )
    return Tree(below, inside, [tuple(each.values()) for each in regions], gains, predicted)


@dataclass(frozen=True, eq=False)
class _Wood:
    """Grow trees on some of the points."""

    order: Floats
    """[points, columns]: ranks"""
    shares: Floats
    runs: Floats
    depth: int
    mass: float

    def tree(self, rows: Bools, alpha: float) -> Any:
        """Grow a tree on the points `rows`, and prune it where a leaf takes away less than `alpha`
        of the variance.
        """
        return self._seedling(rows, alpha).fit(
            self.order[rows], self.shares[rows], sample_weight=self.runs[rows]
        )

    def pruning(self) -> tuple[float, Floats]:
        """Choose how far to prune; also predict each point's share, [points], by a tree so pruned
        that has not seen it.
        """
        alphas = self._alphas()
        # drawn, for in a grid every so many points are alike
        part = (
            np.random.default_rng((FOLDS, self.shares.size)).permutation(self.shares.size) % FOLDS
        )
        predicted = np.empty((len(alphas), self.shares.size))
        for out in (part == each for each in range(FOLDS)):
            for place, alpha in enumerate(alphas):
                predicted[place, out] = self.tree(~out, alpha).predict(self.order[out])
        weight = self.runs / self.runs.sum()
        losses = (predicted - self.shares) ** 2
        errors = (losses * weight).sum(axis=1)
        best = int(errors.argmin())
        margin = math.sqrt(float(((weight * (losses[best] - errors[best])) ** 2).sum()))
        most = int(np.flatnonzero(errors <= errors[best] + margin)[-1])
        return alphas[most], predicted[most]

    def _alphas(self) -> list[float]:
        """List an `alpha` for each size of the tree, down to the root alone: midway, in ratio,
        between where its size changes.
        """
        whole = self._seedling(np.ones(self.shares.size, dtype=np.bool_))
        path = whole.cost_complexity_pruning_path(self.order, self.shares, sample_weight=self.runs)
        alphas = np.maximum(path.ccp_alphas, 0.0)
        return [*np.sqrt(alphas[:-1] * alphas[1:]).tolist(), 2 * float(alphas[-1]) + 1]

    def _seedling(self, rows: Bools, alpha: float = 0.0) -> Any:
        try:
            from sklearn.tree import DecisionTreeRegressor
        except ImportError as error:
            raise InputError(
                "discovery needs scikit-learn: pip install 'supply-substitution[uq]'"
            ) from error
        least = max(LEAST_POINTS, math.ceil(self.mass * int(rows.sum())))
        return DecisionTreeRegressor(
            max_depth=self.depth, min_samples_leaf=least, ccp_alpha=alpha, random_state=0
        )


class _Column(NamedTuple):
    """Hold what a tree can cut by: numbers, or 1 where a choice is `name` and 0 elsewhere."""

    factor: str
    values: Floats
    name: str = ""
    names: tuple[str, ...] = ()


def _columns(inputs: Sequence[Input]) -> list[_Column]:
    found = []
    for each in inputs:
        marks = [
            _Column(each.factor, (each.values == place) * 1.0, name, each.names)
            for place, name in enumerate(each.names)
        ]
        found += marks or [_Column(each.factor, each.values)]
    return found


def _cut(columns: Sequence[_Column], one: Bools, other: Bools) -> tuple[_Column, bool, float]:
    """Name the first column that tells these points apart, whether `one` lies below the cut, and
    where that is.
    """
    return next(
        (column, low is one, _between(column.values[low].max(), column.values[high].min()))
        for column in columns
        for low, high in ((one, other), (other, one))
        if column.values[low].max() < column.values[high].min()
    )


def _between(low: float, high: float) -> float:
    """Give the middle of two numbers, below the higher one even where nothing is between."""
    middle = float(low + high) / 2
    return middle if middle < high else float(low)


def _narrowed(
    region: Mapping[str, Limit], column: _Column, at: float, *, is_below: bool
) -> dict[str, Limit]:
    """Put one more limit on a region."""
    old = region.get(column.factor, Limit(column.factor, values=column.names))
    if column.name:
        new = old._replace(
            values=tuple(each for each in old.values if (each == column.name) != is_below)
        )
    else:
        new = old._replace(high=at) if is_below else old._replace(low=at)
    return {**region, column.factor: new}


def _gain(shares: Floats, runs: Floats, one: Bools, other: Bools) -> float:
    """Say how much of the variance of single runs goes when two parts are told apart, as a share of
    that of all runs.
    """
    (first, few), (second, many) = (
        (float(np.average(shares[each], weights=runs[each])), float(runs[each].sum()))
        for each in (one, other)
    )
    mean = float(np.average(shares, weights=runs))
    return (
        few * many / (few + many) * (first - second) ** 2 / (mean * (1 - mean) * float(runs.sum()))
    )
