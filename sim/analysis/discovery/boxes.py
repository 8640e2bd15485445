"""Find the parts of the factors' ranges in which something holds: boxes, put together from the
leaves of a tree.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.analysis.discovery.tree import Input, Limit, Tree, grown
from sim.kernels.arrays import Bools, Ints

MOST_DEPTH, MOST_MASS = 6, 0.5
"""Of more limits nobody reads; of larger boxes there is no more than one."""


class Quality(NamedTuple):
    """Say how well a part of the points is where it holds."""

    coverage: float
    """Share of the runs in which it holds that lie there; NaN where it holds in none"""
    density: float
    """Share of the runs there in which it holds; NaN where there are none"""
    mass: float
    """Share of all runs that lie there"""
    points: int


class Box(NamedTuple):
    """Hold a part of the factors' ranges."""

    limits: tuple[Limit, ...]
    """Those that bind, one a factor, the most telling first"""
    inside: Bools
    """[points]"""
    quality: Quality


@dataclass(frozen=True, eq=False)
class Found:
    """Hold the boxes found."""

    boxes: tuple[Box, ...]
    """Largest coverage first; none where no factor tells, one without limits where it holds often
    enough in all parts"""
    is_below: bool
    """It holds often enough in no part: the box is the one that comes nearest"""
    together: Quality
    left_out: Quality
    """The same of boxes fitted without a part of the points, on those, part by part; NaN where
    `is_below`"""
    gains: Mapping[str, float]
    """How much of the variance of single runs each factor's cuts take away"""


def boxes(
    inputs: Sequence[Input],
    holds: Ints,
    known: Ints,
    *,
    depth: int = 3,
    threshold: float = 0.5,
    mass: float = 0.05,
) -> Found:
    """Find the boxes in which something holds in at least `threshold` of the runs.

    `holds` [points] counts the runs of each point in which it holds, `known` [points], above 0,
    those of which that is known. A box has at most `depth` limits, and at least `mass` of the
    points (see `grown`). Neighbouring leaves that are one box together are merged; a limit that
    only keeps a box apart from others is left out, so that boxes may overlap. The same data give
    the same boxes. Raises InputError without scikit-learn.
    """
    tree = grown(inputs, holds / known, known.astype(np.float64), depth, mass)

    def is_dense(inside: Bools) -> bool:
        return quality(inside, holds, known).density >= threshold

    chosen = _chosen(tree, [is_dense(each) for each in tree.inside])
    if not chosen and tree.below:
        return _nearest(tree, inputs, holds, known)
    among = _among(tree, chosen)

    def may_widen(inside: Bools) -> bool:
        return not (inside & ~among).any() and is_dense(inside)

    wide = [_widened(tree.limits[node], inputs, may_widen) for node in chosen]
    found = [_box(each, inputs, holds, known) for each in wide]
    left_out = quality(tree.predicted >= threshold, holds, known)
    together = quality(among, holds, known)
    return Found(tuple(_distinct(found)), False, together, left_out, tree.gains)


def _nearest(tree: Tree, inputs: Sequence[Input], holds: Ints, known: Ints) -> Found:
    """Return the densest leaf alone, of a tree without a dense one."""
    leaves = [node for node in range(len(tree.inside)) if node not in tree.below]
    best = max(leaves, key=lambda node: quality(tree.inside[node], holds, known).density)
    box = _box(tree.limits[best], inputs, holds, known)
    nothing = Quality(math.nan, math.nan, math.nan, 0)
    return Found((box,), True, quality(tree.inside[best], holds, known), nothing, tree.gains)


def _among(tree: Tree, nodes: Sequence[int]) -> Bools:
    """Tell which points lie below any of these nodes, [points]."""
    nowhere = np.zeros(tree.inside.shape[1], dtype=np.bool_)
    found: Bools = np.logical_or.reduce([nowhere, *tree.inside[nodes]])
    return found


def _box(limits: tuple[Limit, ...], inputs: Sequence[Input], holds: Ints, known: Ints) -> Box:
    inside = _inside(limits, inputs)
    return Box(limits, inside, quality(inside, holds, known))


def quality(inside: Bools, holds: Ints, known: Ints) -> Quality:
    """Say how well the points `inside` [points] are where it holds; `holds` and `known` [points]
    count runs.
    """
    held, runs, whole = int(holds[inside].sum()), int(known[inside].sum()), int(holds.sum())
    return Quality(
        held / whole if whole else math.nan,
        held / runs if runs else math.nan,
        runs / int(known.sum()),
        int(inside.sum()),
    )


def _chosen(tree: Tree, dense: Sequence[bool]) -> list[int]:
    """List the nodes below which every leaf is dense, `dense` [nodes], and that are not below
    another; none of a root alone.
    """
    whole = list(dense)
    for node, pair in reversed([*tree.below.items()]):
        whole[node] = all(whole[child] for child in pair)
    parts = {child for node, pair in tree.below.items() if whole[node] for child in pair}
    return (
        [node for node, is_whole in enumerate(whole) if is_whole and node not in parts]
        if tree.below
        else []
    )


def _widened(
    limits: tuple[Limit, ...], inputs: Sequence[Input], is_allowed: Callable[[Bools], bool]
) -> tuple[Limit, ...]:
    """Take away, one after the other, each end of a limit, or let in each name, that keeps points
    out that are allowed.
    """
    names = {each.factor: each.names for each in inputs}
    for place in range(len(limits)):
        for end in _ends(limits[place], names):
            wider = _without(limits[place], end, names[limits[place].factor])
            tried = (*limits[:place], wider, *limits[place + 1 :])
            inside = _inside(tried, inputs)
            if inside.sum() > _inside(limits, inputs).sum() and is_allowed(inside):
                limits = tried
    return tuple(each for each in limits if each != Limit(each.factor, values=names[each.factor]))


def _ends(limit: Limit, names: Mapping[str, tuple[str, ...]]) -> list[str]:
    """List the ends at which a limit might be opened: names that it keeps out, or low and high."""
    out = [each for each in names[limit.factor] if each not in limit.values]
    return out or ["low", "high"]


def _without(limit: Limit, end: str, names: Sequence[str]) -> Limit:
    """Open a limit at one end, or to one more name."""
    if names:
        return limit._replace(
            values=tuple(each for each in names if each in limit.values or each == end)
        )
    return limit._replace(low=-math.inf) if end == "low" else limit._replace(high=math.inf)


def _inside(limits: Sequence[Limit], inputs: Sequence[Input]) -> Bools:
    """Tell which points keep to the limits, [points]."""
    inside = np.ones(inputs[0].values.size, dtype=np.bool_)
    for each in inputs:
        for limit in (limit for limit in limits if limit.factor == each.factor):
            places = [place for place, name in enumerate(each.names) if name in limit.values]
            inside &= (
                np.isin(each.values, places)
                if each.names
                else (each.values > limit.low) & (each.values <= limit.high)
            )
    return inside


def _distinct(found: Sequence[Box]) -> Iterator[Box]:
    """List boxes by coverage, without those that lie in another."""
    kept: list[Box] = []
    for box in sorted(found, key=lambda box: -box.quality.coverage):
        if all((box.inside & ~each.inside).any() for each in kept):
            kept.append(box)
            yield box


def option_faults(depth: int, threshold: float, mass: float) -> Iterator[str]:
    """List what is wrong with options of `boxes`."""
    if not 1 <= depth <= MOST_DEPTH:
        yield f"depth: {depth} is no number of limits for a box; give one from 1 to {MOST_DEPTH}"
    if not 0 < threshold <= 1:
        yield f"threshold: {threshold:g} is no share of runs; give one above 0, at most 1"
    if not 0 <= mass <= MOST_MASS:
        yield (
            f"mass: {mass:g} is no share of the points for a box; give one from 0 to {MOST_MASS:g}"
        )
