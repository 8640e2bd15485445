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

    acts_on: ClassVar = "links"
    exporter: Selector
    importer: Selector
    product: Selector = "*"


Pairs = Literal["each", "together"]


class CutOff(Trading):
    """Stop a share of the deliveries between two states.

    What is left is a share of the flow at the start of the run or, where more would flow without
    it, of that: 1 % cut off a reserve supplier leaves 99 % of what buyers would take from it. What
    it has refused it refuses again; what waits for another reason it cuts by its share.
    """

    is_lifted: ClassVar = True
    kind: Literal["cut_off"]
    share: Share = Quantity(value=1)
    """Share of the deliveries that is cut; 1 cuts all."""


class Sanction(Trading):
    """Bar new deliveries at once and cut running contracts later.

    Until contracts end, as much may flow as at the start of the run or, if that is more, as just
    before the sanction; then what is left of it.
    """

    is_lifted: ClassVar = True
    kind: Literal["sanction"]
    share: Share = Quantity(value=1)
    """Share of this flow that is cut once contracts have ended."""
    contracts_until: Month | None = None
    """The month in which contracts in force end; null: they end at once."""


class Quota(Trading):
    """Limit deliveries to a number of units per month: a tighter one where several hold."""

    is_lifted: ClassVar = True
    kind: Literal["quota"]
    cap: Rate
    """Most units per month."""
    pairs: Pairs = "each"
    """Whether `cap` holds for each exporter, importer and product, or for all named together that
    are not exempt as a whole."""


class Leakage(Trading):
    """Let a share of the starting flow through whatever restrictions hold, falling to `end_share`.

    It falls evenly until `until`, or, with `settles_months`, fast at first and then ever more
    slowly, as enforcement settles.
    """

    inert_keys: ClassVar = {
        "phase_in": "goods leak at once; a small share, a larger end_share and until let it grow"
    }
    kind: Literal["leakage"]
    share: Share
    """Share of the starting flow that leaks at first."""
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
    """Exempt deliveries from restrictions up to `cap` units per month, or up to a share of them.

    What is exempt is lawful; what leaks beside it is not.
    """

    kind: Literal["exemption"]
    cap: Rate | None = None
    """Most units per month that are exempt."""
    share: Share | None = None
    """Share of the flow at the start of the run or, where more would flow without restrictions, of
    that."""
    pairs: Pairs = "each"
    """Whether `cap` holds for each exporter, importer and product, or for all named together that
    something restricts."""

    @model_validator(mode="after")
    def _check_one(self) -> Exemption:
        if (self.cap is None) == (self.share is None):
            raise PydanticCustomError("exemption", "give exactly one of cap, share")
        if self.cap is None and self.pairs == "together":
            raise PydanticCustomError("exemption", "pairs: together needs cap")
        return self


class Tariff(Trading):
    """Raise what deliveries cost the buyer, by a share of the price at the gate or by an amount.

    Acts on either leg of a re-export. Tariffs on one delivery add up. Buyers turn to other
    suppliers only where their sourcing rule looks at costs.
    """

    is_lifted: ClassVar = True
    kind: Literal["tariff"]
    rate: Factor | None = None
    """Share of the price at the gate: 0.25 for 25 %."""
    amount: Money | None = None
    """Money per unit."""

    @model_validator(mode="after")
    def _check_one(self) -> Tariff:
        if (self.rate is None) == (self.amount is None):
            raise PydanticCustomError("tariff", "give exactly one of rate, amount")
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
    """Units per month at first, for each exporter, importer and product."""
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
