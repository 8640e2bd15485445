"""Say how buyers weigh their suppliers.

A rule is called once a month, and once to set the world at rest, with all links of the buyers that
follow it: `rule(offers, **parameters) -> weight` [links, members], at least 0; only ratios among
the links of one need matter. It must not change what it is given. A rule whose result does not
change while its offers do not keeps a world at rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from sim.kernels import sourcing as kernel
from sim.kernels.arrays import Bools, Floats
from sim.kernels.sums import GroupSum
from sim.rules.registry import rule

Ratio = Annotated[float, Field(ge=1, le=1e12)]
"""How many times more a preferred supplier weighs."""


@dataclass(frozen=True, eq=False)
class Offers:
    """Hold what buyers know of their links, arrays [links, members] unless said otherwise."""

    base_weight: Floats
    """The preference that the scenario gives, as events change it"""
    weight: Floats
    """The preference of last month"""
    by_need: GroupSum
    """Sums links to [needs, members]; `by_need.group_of_row` is each link's need"""
    open: Bools
    """The supplier is qualified and some goods may flow"""
    home: Bools
    """[links]: supplier and buyer are of one state"""
    ally: Bools
    """[links]: supplier and buyer are of one bloc (or one state)"""
    affinity: Floats
    """How close the buyer's state feels to the supplier's, 0 to 1"""
    capacity: Floats
    """What the supplying line can start this month, plus what it has laid up and would call back if
    buyers waited, units per month, for all its buyers together"""
    base_capacity: Floats
    """The same at the start"""
    unit_cost: Floats
    """Landed cost, money per unit: last month's price at the gate, plus transport, mark-up and
    tariffs"""
    satisfaction: Floats
    """Share of what was asked for last month that came, relative to the usual share at the start, 0
    to 1"""
    asked: Bools
    """Whether anything was asked for last month; at rest all are"""
    direct: Bools
    """[links]: whether goods do not go through a third state"""


@rule("sourcing", source="fixed trade shares, BoARIO's default (Juhel 2023); equations 3")
def fixed(offers: Offers) -> Floats:
    """Keep the weights that the scenario gives."""
    return offers.base_weight


@rule("sourcing", source="BoARIO, order type `alt`; equations 3")
def capacity_adjusted(offers: Offers) -> Floats:
    """Scale weights by the ratio of each supplier's usable capacity to its capacity at the start.

    For a supplier without capacity at the start, the mean capacity of the need's other suppliers at
    the start is taken.
    """
    return kernel.by_capacity(
        offers.base_weight, offers.capacity, offers.base_capacity, offers.by_need, offers.direct
    )


@rule("sourcing", source="DisruptSC (exponent 1, speed 1); equations 3")
def satisfaction_adjusted(
    offers: Offers,
    *,
    speed: Annotated[float, Field(ge=0, le=1)] = 0.2,
    exponent: Annotated[float, Field(ge=0, le=10)] = 1.0,
    floor: Annotated[float, Field(ge=0, le=1)] = 0.05,
) -> Floats:
    """Turn away from suppliers that deliver less of what they are asked for than they used to.

    Each month weights move by a share `speed` towards last month's weights times satisfaction to
    the power of `exponent`, scaled to shares of the need; no link falls below `floor` times its
    share in the scenario. A supplier regains weight only as others lose it. Suppliers that could
    not be asked are not judged.
    """
    return kernel.by_satisfaction(
        offers.weight,
        offers.base_weight,
        offers.satisfaction,
        offers.by_need,
        speed,
        exponent,
        floor,
        offers.asked,
    )


@rule("sourcing", source="multinomial logit; equations 3")
def cheapest(
    offers: Offers,
    *,
    sensitivity: Annotated[float, Field(ge=0, le=1000)] = 5.0,
    preference: Annotated[float, Field(ge=0, le=10)] = 0.0,
) -> Floats:
    """Prefer suppliers with a lower landed cost.

    A supplier that is a share x dearer than the need's cheapest gets `exp(-sensitivity x)` times
    its weight in the scenario. `preference` is the mark-up that is accepted for allies: with 0.1,
    an ally that is a tenth dearer counts as equally cheap.
    """
    cost = np.where(offers.ally[:, None], offers.unit_cost / (1.0 + preference), offers.unit_cost)
    return kernel.by_cost(offers.base_weight, cost, offers.open, offers.by_need, sensitivity)


@rule("sourcing", source="equations 3")
def home_first(offers: Offers, *, ratio: Ratio = 1e12) -> Floats:
    """Ask suppliers at home before all others.

    Their weight is multiplied by `ratio`. With the default, others get exactly what home cannot
    deliver, as long as unmet demand goes on to further rounds (`rounds: null`); a smaller ratio is
    a softer preference.
    """
    return offers.base_weight * np.where(offers.home, ratio, 1.0)[:, None]


@rule("sourcing", source="equations 3")
def bloc_first(offers: Offers, *, ratio: Ratio = 1e12) -> Floats:
    """Ask suppliers in the buyer's own bloc, including its own state, before all others; otherwise
    as `home_first`.
    """
    return offers.base_weight * np.where(offers.ally, ratio, 1.0)[:, None]


@rule("sourcing", source="equations 3")
def loyalty(offers: Offers, *, strength: Annotated[float, Field(ge=0, le=20)] = 1.0) -> Floats:
    """Scale weights by political affinity to the power of `strength`; an affinity of 0 rules a
    supplier out.
    """
    return offers.base_weight * np.power(offers.affinity, strength)
