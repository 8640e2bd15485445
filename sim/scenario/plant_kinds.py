"""Describe what events may happen to plants: outages, repairs, closures, retooling, licences."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from sim.scenario.event_times import Dated
from sim.scenario.names import Name, Selector
from sim.scenario.quantity import Factor, Months, Quantity, Share


class Outage(Dated):
    """Put a share of some capacity out of use: that of all lines to which the factories, states and
    products given all apply. `sizes` may give some of these lines other shares or, given alone,
    names the lines that are hit.
    """

    acts_on: ClassVar = "lines"
    kind: Literal["outage"]
    factory: Selector | None = None
    state: Selector | None = None
    product: Selector | None = None
    share: Share = Quantity(value=1)
    """Share of the capacity that is out of use."""
    sizes: dict[Name, Share] = {}
    """Other shares than `share`, by the name of a factory, product, state or bloc; if several names
    fit a line, the first kind in this order counts. Without `factory`, `state` and `product` the
    outage hits only lines named here."""

    @property
    def is_selecting(self) -> bool:
        """Tell whether it selects lines by factory, state or product, not by `sizes` alone."""
        return any(each is not None for each in (self.factory, self.state, self.product))

    @model_validator(mode="after")
    def _check_target(self) -> Outage:
        if not self.is_selecting and not self.sizes:
            raise PydanticCustomError(
                "outage", "give at least one of factory, state, product, sizes"
            )
        if not self.is_selecting and "share" in self.model_fields_set:
            raise PydanticCustomError(
                "outage", "share does nothing: without factory, state or product sizes says it all"
            )
        return self


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
    """Convert a share of a line's capacity to another product of the same factory: it leaves at
    once and arrives later, less a loss. This includes laid-up capacity as far as it still works.
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
    """Months for which the capacity makes neither product; with 0 it makes the new one at once."""
    loss: Share = Quantity(value=0)
    """Share of the capacity that is lost."""
    units_of_new_per_old: Factor = Quantity(value=1)
    """How many units of capacity for the new product one unit for the old product becomes; 1 unless
    you know better."""

    @property
    def product(self) -> list[str]:
        """Return the products of the lines that it acts on."""
        return [self.from_product, self.to_product]


class Licence(Dated):
    """Let a line make its product under licence: before the licence nobody accepts its goods,
    whatever its capacity.
    """

    acts_on: ClassVar = "lines"
    inert_keys: ClassVar = {
        "phase_in": (
            "a licence holds at once; little capacity and a programme that adds to it let output"
            " grow"
        )
    }
    kind: Literal["licence"]
    factory: Name
    product: Name
    """A line of that factory (its capacity may be 0 at the start)."""
    royalty: Share = Quantity(value=0)
    """Share of the unit cost at the gate that the licensor gets on top of it."""
