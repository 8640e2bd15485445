"""Describe the kinds of events on trade: those that bar deliveries, let them pass or tax them, and
those that change whom buyers prefer.

What they do is in `sim/events/`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from sim.scenario.event_times import Dated
from sim.scenario.names import Selector
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
    the cut-off, a share of that: if 1 % of a reserve supplier's deliveries is cut, 99 % of what
    buyers would take from it still comes. Orders that a cut-off has refused stay refused; of orders
    that wait for another reason it cuts its share. From a supplier that is short, no more would
    flow than these buyers' part of what its capacity could make: a cut by half takes half of that,
    which the supplier's other buyers may have.
    """

    is_lifted: ClassVar = True
    kind: Literal["cut_off"]
    share: Share = Quantity(value=1)
    """Share of the deliveries that is cut; 1: all."""


class Sanction(Trading):
    """Bar new deliveries at once and cut running contracts later.

    Until contracts end, as much may flow as at the start of the run or, if that is more, as just
    before the sanction. After that only what `share` leaves of it may flow.
    """

    is_lifted: ClassVar = True
    kind: Literal["sanction"]
    share: Share = Quantity(value=1)
    """Share of this flow that is cut once contracts have ended."""
    contracts_until: Month | None = None
    """The month in which contracts in force end; null: they end at once."""


class Quota(Trading):
    """Limit deliveries to a number of units per month; of several quotas the tightest holds.

    Goods that a third state passes on count at both borders that they cross, like goods that stay.
    """

    is_lifted: ClassVar = True
    kind: Literal["quota"]
    cap: Rate
    """Most units per month."""
    pairs: Pairs = "each"
    """Whether `cap` holds for each exporter, importer and product separately, or for all of them
    together; of these, those that are exempt as a whole do not count."""


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
    """Time constant: in so many months the excess over `end_share` falls to 37 % of itself, again
    and again; null: it falls evenly."""

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
    """Share of deliveries that is exempt: of the flow at the start of the run or, where more would
    flow without restrictions, of that."""
    pairs: Pairs = "each"
    """Whether `cap` holds for each exporter, importer and product separately, or for all of them
    together; of these, those that restrictions leave as much anyway do not count."""

    @model_validator(mode="after")
    def _check_one(self) -> Exemption:
        if (self.cap is None) == (self.share is None):
            raise PydanticCustomError("exemption", "give exactly one of cap, share")
        if self.cap is None and self.pairs == "together":
            raise PydanticCustomError("exemption", "pairs: together needs cap")
        return self


class Tariff(Trading):
    """Raise what deliveries cost the buyer, by a share of the price at the gate or by an amount.

    A tariff on either leg of a re-export counts. Several tariffs on one delivery add up. Buyers
    turn to other suppliers only if their sourcing rule looks at costs.
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


class Preference(Trading):
    """Let buyers turn away from a supplier, or to it, of their own accord: for fear of the next
    cut-off, for the sake of a brand's good name, or to spread the risk.

    This multiplies the buyers' weights for the supplier, which trade rules give and sourcing rules
    may change, also where its goods come through a third state. Nothing is barred: what others
    cannot deliver is still bought from it. The factors of several events multiply.
    """

    kind: Literal["preference"]
    factor: Factor
    """What the weight is multiplied by: below 1 buyers turn away, above 1 they turn to it. If a
    supplier of 90 units in 100 gets half the weight, it is asked for 100 x 45 / 55 = 82."""


class Reexport(Trading):
    """Let goods pass restrictions through a third state that buys them and sells them on.

    It has a link of its own from each of the exporter's lines to each of the importer's needs. An
    event that acts on either of its two legs acts on it: a cut-off between exporter and transit
    state, or between transit state and importer, ends it. Its deliveries count as leaked.
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
    """Months from the exporter's shipment to use, including the stay in the transit state; rounded
    to whole months."""
    weight: Weight = Quantity(value=1)
    """The importer's preference for it, shared equally by the exporter's lines."""
    detection: Share = Quantity(value=0)
    """Probability each month, once goods pass, that it is found out; in the central case it is when
    these have added up to 1/2, 3/2 and so on."""
    closed_months: Months = Quantity(value=12)
    """Months for which it is closed when found out."""
