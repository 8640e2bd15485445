"""Hold what an output tells of the factors, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.analysis.outputs import Output
from sim.analysis.sensitivity.indices import Plan
from sim.kernels.arrays import Floats, Ints


@dataclass(frozen=True, eq=False)
class Explained:
    """Hold what an output tells of the factors, arrays [factors]."""

    output: Output
    numbers: Mapping[str, Floats]
    """S1, S1_conf, ST, ST_conf, or mu, mu_star, mu_star_conf, sigma"""
    shares: Floats
    best: Ints
    """Places of the factors, the one that matters most first"""
    mean: float
    variance: float
    """Over the points"""

    @classmethod
    def of(cls, output: Output, values: Floats, ready: Plan) -> Explained:
        """Compute it from an output [points] in the order of the plan."""
        numbers = ready.indices(values)
        main = numbers[ready.main]
        return cls(
            output,
            numbers,
            ready.shares(main),
            np.argsort(-main, kind="stable"),
            *ready.moments(values),
        )

    def half(self, name: str) -> Floats:
        """Return half the width of a number's interval; NaN where it has none."""
        return self.numbers.get(f"{name}_conf", np.full(self.best.shape, np.nan))


class Words(NamedTuple):
    """Hold what a kind of design tells, for people."""

    main: str
    """Of the number by which factors are ranked"""
    beside: str
    """Of the number beside it"""
    share: str
    """What is compared between outputs"""


WORDS: Mapping[str, Words] = {
    "saltelli": Words(
        "alone or with others",
        "alone",
        "share of an output's variance in which a factor has a part",
    ),
    "morris": Words(
        "mean size of its effect",
        "how much that varies from place to place",
        "a factor's part in the effects of all on an output",
    ),
}
