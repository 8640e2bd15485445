"""Describe what events may happen to plants: outages, repairs, closures, retooling, licences."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from sim.scenario.event_times import Dated
from sim.scenario.names import Name, Selector
from sim.scenario.quantity import Factor, Months, Quantity, Share


class Outage(Dated):
    """Put a share of some capacity out of use: of all lines that its factories, states and products
    select together, of all lines of those that it names in `sizes`, or of these among those.
    """

    acts_on: ClassVar = "lines"
    kind: Literal["outage"]
    factory: Selector | None = None
    state: Selector | None = None
    product: Selector | None = None
    share: Share = Quantity(value=1)
    """Share of the capacity that is out of use."""
    sizes: dict[Name, Share] = {}
    """Shares of those that another share than `share` holds for: by factory, product, state or
    bloc; of several names that fit a line the first in this order counts. Without a factory, state
    or product the outage hits these alone."""

    @property
    def is_selecting(self) -> bool:
        """Tell whether it says whom it hits otherwise than by `sizes`."""
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
    """Turn a share of a line's capacity to another product of the same factory: it leaves at once,
    and arrives later with a loss. Laid-up capacity is turned alike, as far as it still works.
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
    """Months for which the capacity makes neither; with 0 it makes the new product at once."""
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
    factory: Name
    product: Name
    """A line of that factory (its capacity may be 0 at the start)."""
    royalty: Share = Quantity(value=0)
    """Share of the unit cost at the gate that the licensor gets on top of it."""
