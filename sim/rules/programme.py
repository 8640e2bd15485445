"""Say how a programme shares its budget out among its candidates.

A rule is called once a month for each programme that follows it: `rule(bids, **parameters) -> money`
[candidates, members], between 0 and `bids.wanted`, at most `bids.budget` in sum. It must not change what it is given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.kernels.sums import Floats, GroupSum, divide
from sim.rules.registry import rule


@dataclass(frozen=True, eq=False)
class Bids:
    """Hold what a programme may spend and on what."""

    wanted: Floats
    """[candidates, members]: money that would close the gap, as far as the candidate can take it up this month"""
    budget: Floats
    """[1, members]: money at hand"""
    together: GroupSum
    """Sums candidates to [1, members]"""


@rule("programme", source="model specification 2.7")
def proportional_to_gap(bids: Bids) -> Floats:
    """Give every candidate the same share of the money that would close its gap."""
    return bids.wanted * np.minimum(divide(bids.budget, bids.together(bids.wanted), otherwise=1.0), 1.0)
