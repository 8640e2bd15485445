"""Let unit cost fall with experience. Model specification 2.4."""

from __future__ import annotations

import numpy as np

from sim.kernels.sums import Floats


def unit_cost(first: Floats, experience: Floats, first_experience: Floats, learning_rate: Floats) -> Floats:
    """Return the cost of the next unit, Crawford's form: `first (X / X0)^b` with b = log2(1 - learning rate).

    All arrays [lines, members]; money per unit, and units ever made, now and at the start.
    """
    slope = np.log2(1.0 - np.minimum(learning_rate, 0.99))
    return first * (experience / first_experience) ** slope
