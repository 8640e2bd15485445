"""Describe the kinds of events: dated changes of trade (`trade_kinds.py`), plants
(`plant_kinds.py`), needs and programmes.

When events begin and end, which all kinds have in common, is in `event_times.py`; what a kind does
to the world is in `sim/events/`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sim.scenario.event_times import Dated
from sim.scenario.names import Selector
from sim.scenario.plant_kinds import Closure, Licence, Outage, Repair, Retool
from sim.scenario.quantity import (
    Factor,
    Money,
    Quantity,
    Rate,
    Share,
)
from sim.scenario.trade_kinds import (
    CutOff,
    Exemption,
    Leakage,
    Preference,
    Quota,
    Reexport,
    Sanction,
    Tariff,
)


class Lifting(Dated):
    """End restrictions (cut_off, sanction, quota), tariffs and changes of demand, evenly over
    `phase_in` months.

    Only events that have begun by then are lifted; one that begins later holds.
    """

    acts_on: ClassVar = "events"
    kind: Literal["lifting"]
    lifts: list[str]
    """Names of the events that it ends."""
    share: Share = Quantity(value=1)
    """Share of each event that is lifted."""

    @property
    def undoes(self) -> list[str]:
        """Return the names of the events that it ends."""
        return self.lifts


class Demand(Dated):
    """Multiply the needs of some states for some products by a factor, or add units to them.

    So a need may appear, and vanish again: give it 0 under `needs`, and let an event add to it.
    Factors multiply the scenario's need; units are added to the product.
    """

    is_lifted: ClassVar = True
    acts_on: ClassVar = "needs"
    kind: Literal["demand"]
    state: Selector
    product: Selector = "*"
    factor: Factor | None = None
    """What the need is multiplied by."""
    units: Rate | None = None
    """Units per month that are added to each of the needs; to the mean month of a need that has a
    `profile`."""

    @model_validator(mode="after")
    def _check_one(self) -> Demand:
        if (self.factor is None) == (self.units is None):
            raise PydanticCustomError("demand", "give exactly one of factor, units")
        return self


class Thrift(Dated):
    """Change how much of an input the makers of a product use: they learn to do with less, turn to
    another design, or reuse it. It may phase in over months or, with `when`, begin once the input
    is scarce.
    """

    acts_on: ClassVar = "inputs"
    kind: Literal["thrift"]
    state: Selector = "*"
    """The state of the makers."""
    product: Selector = "*"
    """The product that they make."""
    input: Selector
    """The input of which they use more or less."""
    factor: Factor
    """What the amount per unit started is multiplied by."""


class ProgrammeStart(Dated):
    """Let a programme spend."""

    acts_on: ClassVar = "programmes"
    inert_keys: ClassVar = {
        "until": "a programme that has started goes on; a programme_stop ends it",
        "phase_in": (
            "a programme may spend at once; a budget or funding in parts lets its spending grow"
        ),
    }
    kind: Literal["programme_start"]
    programme: str


class Funding(Dated):
    """Give a programme money, at once or in equal parts over `months`."""

    acts_on: ClassVar = "programmes"
    inert_keys: ClassVar = {
        "until": "money is not taken back; months says over how many it is paid",
        "phase_in": "money is paid in equal parts over months; several fundings let it grow",
    }
    kind: Literal["funding"]
    programme: str
    amount: Money
    """Money in all."""
    months: Annotated[int, Field(ge=1, le=1200)] = 1
    """Months over which it is paid, in equal parts."""


class ProgrammeStop(Dated):
    """Stop a programme's spending; what has been started is finished."""

    acts_on: ClassVar = "programmes"
    inert_keys: ClassVar = {
        "until": "a programme that has stopped stays so; a programme_start lets it go on",
        "phase_in": "a programme stops at once; smaller budgets before let its spending shrink",
    }
    kind: Literal["programme_stop"]
    programme: str


Event = Annotated[
    CutOff
    | Sanction
    | Quota
    | Leakage
    | Exemption
    | Tariff
    | Preference
    | Reexport
    | Lifting
    | Demand
    | Thrift
    | Outage
    | Repair
    | Closure
    | Retool
    | Licence
    | ProgrammeStart
    | Funding
    | ProgrammeStop,
    Field(discriminator="kind"),
]
