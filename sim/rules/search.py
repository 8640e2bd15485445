"""Say when buyers look for suppliers that they do not have, and whom they are likely to find.

A rule is called once a month with all needs of the buyers that follow it: `rule(prospects,
**parameters) -> Search`. It must not change what it is given. `sim/month/search.py` then draws what
is found, and opens the link.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from sim.kernels.arrays import Floats, Ints
from sim.kernels.sums import NOTABLY
from sim.rules.registry import rule


@dataclass(frozen=True, eq=False)
class Prospects:
    """Hold how buyers were served this month, and who might serve them."""

    fill: Floats
    """[needs, members]: units received over units on order, 0 to 1; 1 where nothing was on order"""
    waited: Floats
    """[needs, members]: what the rule returned last month; 0 at the start and after a find"""
    need: Ints
    """[links]: the need that each link not yet found would serve, a row of `fill`"""
    capacity: Floats
    """[links, members]: what the line can start this month, plus what it has laid up and would call
    back if buyers waited, units per month"""
    affinity: Floats
    """[links, members]: how close the buyer's state feels to the supplier's, 0 to 1"""


@dataclass(frozen=True, eq=False)
class Search:
    """Hold what buyers do to find suppliers."""

    waited: Floats
    """[needs, members]: the months for which they have been short, or whatever else the rule must
    remember until next month"""
    chance: Floats
    """[needs, members]: probability of finding one supplier this month"""
    pull: Floats
    """[links, members]: how likely each supplier is to be the one that is found, in proportion; 0:
    never"""
    qualification_months: float
    """Months from the find to the first shipment"""


@rule("search", source="links are those of the trade rules alone; equations 4")
def none(prospects: Prospects) -> Search:
    """Never look for new suppliers."""
    return Search(
        prospects.waited, np.zeros_like(prospects.fill), np.zeros_like(prospects.capacity), 0.0
    )


@rule("search", source="gravity; equations 4")
def gravity(
    prospects: Prospects,
    *,
    probability: Annotated[float, Field(ge=0, le=1)] = 0.1,
    patience: Annotated[int, Field(ge=1, le=600)] = 3,
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.95,
    qualification_months: Annotated[float, Field(ge=0, le=600)] = 12.0,
) -> Search:
    """Look for a supplier after some months of shortage; which one is drawn by capacity times
    affinity.

    A buyer is short in a month in which it receives less than `threshold` of its open orders. After
    `patience` such months in a row it finds a supplier with `probability` a month; after a find it
    is patient again. The supplier ships after `qualification_months`, from the next month on at the
    earliest.
    """
    is_short = prospects.fill < threshold * (1.0 - NOTABLY)
    waited = np.where(is_short, prospects.waited + 1.0, 0.0)
    chance = np.where(waited >= patience, probability, 0.0)
    return Search(waited, chance, prospects.capacity * prospects.affinity, qualification_months)
