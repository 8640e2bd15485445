"""Say how buyers weigh their suppliers.

A rule is called once a month with all links of the buyers that follow it: `rule(offers, **parameters) -> weight`
[links, members], at least 0; only ratios among the links of one need matter. It must not change what it is given.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.kernels.sums import Floats
from sim.rules.registry import rule


@dataclass(frozen=True, eq=False)
class Offers:
    """Hold what buyers know of their links, arrays [links, members]."""

    base_weight: Floats
    """The preference that the scenario gives"""
    weight: Floats
    """The preference of last month"""


@rule("sourcing", source="fixed trade shares; BoARIO's default")
def fixed(offers: Offers) -> Floats:
    """Keep the weights that the scenario gives."""
    return offers.base_weight
