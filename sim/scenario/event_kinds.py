"""Describe the kinds of events: dated changes of trade, demand, capacity and programmes.

What all have, when they begin and end, is in `event_times.py`; what a kind does to the world is in
`sim/events/`.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sim.scenario.event_times import Dated
from sim.scenario.quantity import (
    Factor,
    LeadMonths,
    Money,
    Month,
    Months,
    Quantity,
    Rate,
    Share,
    Weight,
)

Selector = str | list[str]
"""A name, a list of names, or `*` for all; where states are meant, a bloc stands for its states."""


_OneName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]


class Trading(Dated):
    """Hold what every trade event has: whose deliveries of what to whom."""

    exporter: Selector
    importer: Selector
    product: Selector = "*"


class CutOff(Trading):
    """Stop a share of the deliveries: caps each link at what is left of its flow at the start of
    the run.
    """

    kind: Literal["cut_off"]
    share: Share = Quantity(value=1)
    """Share of the starting flow that is cut; 1 cuts all, also on links without flow at the start.
    """


class Sanction(Trading):
    """Bar new deliveries at once and cut running contracts later: caps at the starting flow, then
    at what is left of it.
    """

    kind: Literal["sanction"]
    share: Share = Quantity(value=1)
    """Share of the starting flow that is cut once contracts have ended."""
    contracts_until: Month | None = None
    """The month in which contracts in force end; null: they end at once."""


class Quota(Trading):
    """Limit deliveries to a number of units per month, per exporter, importer and product."""

    kind: Literal["quota"]
    cap: Rate


class Leakage(Trading):
    """Let a share of the starting flow through whatever restrictions hold, falling to `end_share`.

    It falls evenly until `until`, or, with `settles_months`, fast at first and then ever more
    slowly, as enforcement settles.
    """

    idle: ClassVar = {
        "phase_in": "goods leak at once; a small share, a larger end_share and until let it grow"
    }
    kind: Literal["leakage"]
    share: Share
    end_share: Share | None = None
    """Share that still leaks at `until`, or in the end with `settles_months`; as `share` where not
    given."""
    settles_months: Months | None = None
    """Months in which the excess over `end_share` falls to 37 %, time and again (time constant);
    null: it falls evenly."""

    @model_validator(mode="after")
    def _check_end(self) -> Leakage:
        if self.end_share is not None and self.until is None and self.settles_months is None:
            raise PydanticCustomError("leakage", "end_share needs until or settles_months")
        if self.settles_months is not None and self.end_share is None:
            raise PydanticCustomError("leakage", "settles_months needs end_share")
        return self


class Exemption(Trading):
    """Exempt deliveries from restrictions up to `cap` units per month, or up to `share` of the
    starting flow.
    """

    kind: Literal["exemption"]
    cap: Rate | None = None
    share: Share | None = None

    @model_validator(mode="after")
    def _check_one(self) -> Exemption:
        if (self.cap is None) == (self.share is None):
            raise PydanticCustomError("exemption", "give exactly one of cap, share")
        return self


class Reexport(Trading):
    """Let goods pass restrictions through a third state that buys them and sells them on.

    Opens a link of its own from each of the exporter's lines to each of the importer's needs. Other
    events act on it as on its two legs: a cut-off between exporter and transit state, or transit
    state and importer, ends it. Its deliveries count as leaked.
    """

    kind: Literal["reexport"]
    via: str
    """The transit state."""
    capacity: Rate
    """Units per month at first, per exporter, importer and product; shared equally by the links."""
    growth: Share = Quantity(value=0)
    """Units of new capacity a month for each unit that passes beyond 80 % of the capacity."""
    decay: Share = Quantity(value=0)
    """Share of the capacity that is lost each month."""
    mark_up: Factor = Quantity(value=0)
    """Share of the price at the gate that the transit state adds to it."""
    unit_cost: Money = Quantity(value=0)
    """Money per unit for transport, on top of that."""
    lead_months: LeadMonths = Quantity(value=2)
    """Months from the exporter's shipment to use, the stay in the transit state included; rounded
    to whole months."""
    weight: Weight = Quantity(value=1)
    """The importer's preference for it, shared equally by the exporter's lines."""
    detection: Share = Quantity(value=0)
    """Probability a month, once goods pass, that it is found out; the central case: when this has
    added up to 1/2, 3/2 ..."""
    closed_months: Months = Quantity(value=12)
    """Months for which it is closed when found out."""


class Lifting(Dated):
    """End restrictions (cut_off, sanction, quota), evenly over `phase_in` months."""

    kind: Literal["lifting"]
    lifts: list[str]
    """Names of the events that it ends."""
    share: Share = Quantity(value=1)
    """Share of each restriction that is lifted."""


class Demand(Dated):
    """Multiply the needs of some states for some products by a factor."""

    kind: Literal["demand"]
    state: Selector
    product: Selector = "*"
    factor: Factor


class Outage(Dated):
    """Put a share of a factory's capacity out of use."""

    kind: Literal["outage"]
    factory: Selector
    product: Selector = "*"
    share: Share = Quantity(value=1)


class Repair(Dated):
    """Undo outages, evenly over `phase_in` months."""

    kind: Literal["repair"]
    repairs: list[str]
    """Names of the outages that it ends."""
    share: Share = Quantity(value=1)
    """Share of each outage that is undone."""


class Closure(Dated):
    """Close lines for good: their capacity and what is being built there are lost."""

    idle: ClassVar = {
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

    idle: ClassVar = {
        "until": "lines are turned for good; another retool turns them back",
        "phase_in": (
            "lines are turned at once; several retools, each of a smaller share, may follow one"
            " another"
        ),
    }
    kind: Literal["retool"]
    factory: Selector
    from_product: str
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


class Licence(Dated):
    """Let a line make its product under licence: before this nobody accepts its goods, whatever its
    capacity.
    """

    idle: ClassVar = {
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

    idle: ClassVar = {
        "until": "a programme that has started goes on; a programme_stop ends it",
        "phase_in": (
            "a programme may spend at once; a budget or funding in parts lets its spending grow"
        ),
    }
    kind: Literal["programme_start"]
    programme: str


class Funding(Dated):
    """Give a programme money, at once or in equal parts over `months`."""

    idle: ClassVar = {
        "until": "money is not taken back; months says over how many it is paid",
        "phase_in": "money is paid in equal parts over months; several fundings let it grow",
    }
    kind: Literal["funding"]
    programme: str
    amount: Money
    months: Annotated[int, Field(ge=1, le=1200)] = 1


class ProgrammeStop(Dated):
    """Stop a programme's spending; what has been started is finished."""

    idle: ClassVar = {
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
    | Reexport
    | Lifting
    | Demand
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
