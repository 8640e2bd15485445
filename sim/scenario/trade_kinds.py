"""Describe the kinds of events on trade: what bars deliveries, lets them pass, taxes them, or turns
buyers.

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
    it, of that: 1 % cut off a reserve supplier leaves 99 % of what buyers would take from it. What
    it has refused it refuses again; what waits for another reason it cuts by its share. Of a
    supplier that is short no more would flow than its capacity could make, inputs or none, and it
    would share out to these buyers: half a cut takes half of that, and others may have it.
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
    """Limit deliveries to a number of units per month: a tighter one where several hold.

    What is passed on by a third state counts at either of its borders, with what stays there.
    """

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
    restrictions leave less than that."""

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


class Preference(Trading):
    """Let buyers turn away from a supplier, or to it, of their own accord: for fear of the next
    cut-off, for a brand's good name, or to share out the risk.

    Multiplies their weights for it (trade rules give these, sourcing rules go on from them), also
    where its goods come by a third state. Nothing is barred: what others cannot deliver is still
    bought from it. Events on one delivery multiply.
    """

    kind: Literal["preference"]
    factor: Factor
    """What the weight is multiplied by: below 1 they turn away, above 1 they turn to it. A supplier
    of 90 units in 100 whose weight is halved is asked for 45 / 55 of them, 82."""


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
