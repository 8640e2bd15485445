"""Describe the kinds of events: dated changes of trade (`trade_kinds.py`), demand, capacity and
programmes.

What all have, when they begin and end, is in `event_times.py`; what a kind does to the world is in
`sim/events/`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from sim.scenario.event_times import Dated
from sim.scenario.quantity import (
    Factor,
    Money,
    Months,
    Quantity,
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
    Selector,
    Tariff,
)

_OneName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]


class Lifting(Dated):
    """End restrictions (cut_off, sanction, quota) and tariffs, evenly over `phase_in` months.

    Acts on what has begun by then: what begins later holds.
    """

    acts_on: ClassVar = "events"
    kind: Literal["lifting"]
    lifts: list[str]
    """Names of the events that it ends."""
    share: Share = Quantity(value=1)
    """Share of each that is lifted."""

    @property
    def undoes(self) -> list[str]:
        """Return the names of the events that it ends."""
        return self.lifts


class Demand(Dated):
    """Multiply the needs of some states for some products by a factor."""

    acts_on: ClassVar = "needs"
    kind: Literal["demand"]
    state: Selector
    product: Selector = "*"
    factor: Factor
    """What the need is multiplied by."""


class Thrift(Dated):
    """Change how much of an input makers of a product use: they learn to do with less, turn to
    another design, or use it again. Phased in over months; with `when`, once it is scarce or dear.
    """

    acts_on: ClassVar = "inputs"
    kind: Literal["thrift"]
    state: Selector = "*"
    """Where the makers stand."""
    product: Selector = "*"
    """What they make."""
    input: Selector
    """What goes into it."""
    factor: Factor
    """What the amount per unit started is multiplied by."""


class Outage(Dated):
    """Put a share of a factory's capacity out of use."""

    acts_on: ClassVar = "lines"
    kind: Literal["outage"]
    factory: Selector
    product: Selector = "*"
    share: Share = Quantity(value=1)
    """Share of the capacity that is out of use."""


class Repair(Dated):
    """Undo outages, evenly over `phase_in` months; those that begin later hold."""

    acts_on: ClassVar = "events"
    kind: Literal["repair"]
    repairs: list[str]
    """Names of the outages that it ends."""
    share: Share = Quantity(value=1)
    """Share of each outage that is undone."""

    @property
    def undoes(self) -> list[str]:
        """Return the names of the events that it ends."""
        return self.repairs


class Closure(Dated):
    """Close lines for good: their capacity and what is being built there are lost."""

    acts_on: ClassVar = "lines"
    inert_keys: ClassVar = {
        "until": "a closure is for good; an outage with until ends",
        "phase_in": "lines are closed at once; an outage may phase in",
    }
    kind: Literal["closure"]
    factory: Selector
    product: Selector = "*"


class Retool(Dated):
    """Turn a share of a line's capacity to another product of the same factory: it leaves at once,
    and arrives later with a loss.
    """

    acts_on: ClassVar = "lines"
    inert_keys: ClassVar = {
        "until": "lines are turned for good; another retool turns them back",
        "phase_in": (
            "lines are turned at once; several retools, each of a smaller share, may follow one"
            " another"
        ),
    }
    kind: Literal["retool"]
    factory: Selector
    from_product: str
    """The line that gives the capacity."""
    to_product: str
    """A line of the same factory (its capacity may be 0 at the start)."""
    share: Share = Quantity(value=1)
    months: Months
    """Months for which the capacity makes neither."""
    loss: Share = Quantity(value=0)
    """Share of the capacity that is lost."""
    units_of_new_per_old: Factor = Quantity(value=1)
    """Units of the new product for which capacity for one of the old stands; 1 unless somebody
    knows better."""

    @property
    def product(self) -> list[str]:
        """Return the products of the lines that it acts on."""
        return [self.from_product, self.to_product]


class Licence(Dated):
    """Let a line make its product under licence: before this nobody accepts its goods, whatever its
    capacity.
    """

    acts_on: ClassVar = "lines"
    inert_keys: ClassVar = {
        "phase_in": (
            "a licence holds at once; little capacity and a programme that adds to it let output"
            " grow"
        )
    }
    kind: Literal["licence"]
    factory: _OneName
    product: _OneName
    """A line of that factory (its capacity may be 0 at the start)."""
    royalty: Share = Quantity(value=0)
    """Share of the unit cost at the gate that the licensor gets on top of it."""


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
