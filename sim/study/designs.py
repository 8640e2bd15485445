"""Choose the points of a study: which values of its factors are run together.

Most designs are drawn by scipy; Saltelli's and Morris's come from SALib, the extra `uq`. Points are
drawn in the unit cube and mapped to the factors by their quantile functions.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.loading.source_tree import Path
from sim.study.spec import LISTED, Design, Factor, Spec

Floats = NDArray[np.float64]
Column = Floats | NDArray[np.int64]
"""The values of a factor, one a point: numbers of an interval, or places in its list of values."""

_POWERS_OF_TWO = ("sobol", "saltelli")


def design_findings(spec: Spec) -> Iterator[tuple[Path, str]]:
    """List, as (path, message), where the design and the factors do not fit."""
    kind, design = spec.design.kind, spec.design
    if kind in LISTED:
        yield from _listed_findings(spec)
    elif design.points is None:
        yield ("design",), f"{kind} needs points, how many"
    elif kind in _POWERS_OF_TWO and design.points & (design.points - 1):
        below = 2 ** (design.points.bit_length() - 1)
        yield (
            ("design", "points"),
            f"{design.points} is not a power of two, which {kind} needs: {below} or {2 * below}",
        )
    if kind in _SALIB and _salib() is None:
        yield ("design", "kind"), f"{kind} needs SALib: pip install 'supply-substitution[uq]'"


def _listed_findings(spec: Spec) -> Iterator[tuple[Path, str]]:
    """List what is wrong with a design whose points are the values of the factors."""
    kind, counts = spec.design.kind, {}
    for path, factor in spec.factors.items():
        if factor.values is None:
            yield ("factors", path), f"a {kind} needs values, not an interval"
        else:
            counts[path] = len(factor.values)
    for key in sorted({"points", "seed"} & spec.design.model_fields_set):
        yield (
            ("design", key),
            f"does nothing in a {kind}: its points are the values of the factors",
        )
    if kind == "list" and len(set(counts.values())) > 1:
        told = ", ".join(f"{path} has {count}" for path, count in counts.items())
        yield ("design",), f"a list needs as many values of each factor: {told}"


def columns(design: Design, factors: Mapping[str, Factor]) -> dict[str, Column]:
    """Choose the points: for each factor its values, one a point. The same design gives the same
    points.

    random, sobol and saltelli of more points begin with the points of fewer.
    """
    if design.kind in LISTED:
        places = [range(len(factor.values or ())) for factor in factors.values()]
        rows = zip(*places, strict=True) if design.kind == "list" else itertools.product(*places)
        table = np.array(list(rows), dtype=np.int64).reshape(-1, len(factors))
        return {path: table[:, each] for each, path in enumerate(factors)}
    unit = in_unit_cube(design, len(factors))
    return {
        path: carried(factor, unit[:, each]) for each, (path, factor) in enumerate(factors.items())
    }


def in_unit_cube(design: Design, factors: int) -> Floats:
    """Draw the points of a design that draws, [points, factors], before they are carried over to
    the factors.
    """
    return _DRAWN[design.kind](design.points or 0, factors, design.seed)


def carried(factor: Factor, unit: Floats) -> Column:
    """Map numbers in [0, 1] to a factor: to its interval by the quantile function, or to its values
    in equal parts.
    """
    if factor.values is not None:
        return np.minimum((unit * len(factor.values)).astype(np.int64), len(factor.values) - 1)
    low, high = float(factor.low or 0.0), float(factor.high or 0.0)
    if factor.dist == "loguniform":
        # math.exp each: numpy may round exp differently at another number of points
        span = math.log(high / low)
        inner = np.array([low * math.exp(span * each) for each in unit.tolist()])
    elif factor.dist == "triangular":
        mode = (low + high) / 2 if factor.mode is None else factor.mode
        rising = low + np.sqrt(unit * (high - low) * (mode - low))
        falling = high - np.sqrt((1 - unit) * (high - low) * (high - mode))
        inner = np.where(unit < (mode - low) / (high - low), rising, falling)
    else:
        inner = low + (high - low) * unit
    column: Floats = np.clip(inner, low, high)
    return column


def _random(points: int, factors: int, seed: int) -> Floats:
    return np.random.default_rng(seed).random((points, factors))


def _latin_hypercube(points: int, factors: int, seed: int) -> Floats:
    from scipy.stats import qmc

    return np.asarray(qmc.LatinHypercube(factors, seed=np.random.default_rng(seed)).random(points))


def _sobol(points: int, factors: int, seed: int) -> Floats:
    from scipy.stats import qmc

    return np.asarray(qmc.Sobol(factors, seed=np.random.default_rng(seed)).random(points))


def _saltelli(points: int, factors: int, seed: int) -> Floats:
    """Draw the N (factors + 2) points of first and total order indices."""
    # SALib takes seed 0 for none
    drawn = _salib().sobol.sample(problem(factors), points, calc_second_order=False, seed=seed + 1)
    return np.asarray(drawn, dtype=np.float64)


def _morris(points: int, factors: int, seed: int) -> Floats:
    """Draw trajectories of factors + 1 points each, on four levels."""
    return np.asarray(
        _salib().morris.sample(problem(factors), points, seed=seed + 1), dtype=np.float64
    )


_DRAWN: Mapping[str, Callable[[int, int, int], Floats]] = {
    "random": _random,
    "latin_hypercube": _latin_hypercube,
    "sobol": _sobol,
    "saltelli": _saltelli,
    "morris": _morris,
}
_SALIB = ("saltelli", "morris")


def problem(factors: int) -> dict[str, Any]:
    """Describe the unit cube in SALib's words."""
    return {
        "num_vars": factors,
        "names": [f"x{each}" for each in range(factors)],
        "bounds": [[0.0, 1.0]] * factors,
    }


def _salib() -> Any:
    """Give SALib's samplers, None where it is not installed."""
    try:
        import SALib.sample.morris
        import SALib.sample.sobol
    except ImportError:
        return None
    return SALib.sample
