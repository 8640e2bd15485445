"""Take the factors of a study as inputs of a tree."""

from __future__ import annotations

import numpy as np

from sim.analysis.discovery.tree import Input
from sim.study.factors import is_numeric, written
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
