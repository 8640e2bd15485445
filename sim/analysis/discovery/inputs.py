"""Take the factors of a study as inputs of a tree, and as axes of a figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.analysis.discovery.tree import Input, Limit
from sim.study.factors import is_numeric, written
from sim.study.spec import Factor
from sim.study.study import Study


def inputs_of(study: Study) -> list[Input]:
    """Give each factor's values at all points, in the order of the study."""
    found = []
    for (path, factor), cells in zip(
        study.spec.factors.items(), zip(*study.store.points(), strict=True), strict=True
    ):
        names = (
            () if is_numeric(factor) else tuple(dict.fromkeys(map(written, factor.values or ())))
        )
        found.append(
            Input(
                path,
                np.array(
                    [names.index(cell) if names else float(cell) for cell in cells],
                    dtype=np.float64,
                ),
                names,
            )
        )
    return found


def axis_of(factor: Factor, names: Sequence[str]) -> tuple[float, float, bool]:
    """Give the ends of a factor's axis, and whether it is best drawn in ratios; names stand at 0,
    1, ...
    """
    if factor.low is not None and factor.high is not None:
        return factor.low, factor.high, factor.dist == "loguniform"
    ends = [-0.5, len(names) - 0.5] if names else [float(each) for each in factor.values or ()]
    return min(ends), max(ends), False


def spans_of(limit: Limit, names: Sequence[str]) -> list[tuple[float, float]]:
    """Give where a limit lies on its factor's axis; a name takes half a unit on both sides."""
    if not names:
        return [(limit.low, limit.high)]
    return [(place - 0.5, place + 0.5) for place, name in enumerate(names) if name in limit.values]
