"""Describe a scenario: states, products, factories, needs, trade, programmes, sources.

The text under a field is its documentation. Events and the choice of rules have files of their own.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sim.scenario.column_table import InColumns
from sim.scenario.event_kinds import Event
from sim.scenario.names import Name, Selector, StateName
from sim.scenario.need import Need
from sim.scenario.origin import Traced
from sim.scenario.programme import Complexity, Programme
from sim.scenario.provenance import Collection, Source
from sim.scenario.quantity import (
    Coefficient,
    Frozen,
    LeadMonths,
    Lot,
    Money,
    Month,
    Months,
    Quantity,
    Rate,
    Share,
    Weight,
    Yield,
    in_full,
    month_labels,
)
from sim.scenario.rule_choices import FactoryRules, Rules, StateRules
from sim.scenario.trade_kinds import Pairs


class State(Frozen):
    """Describe a country."""

    title: str
    bloc: Name | None = None
    """The group of states that it belongs to; trade rules and events may name the bloc in place of
    its states."""
    affinity: dict[Name, Share] = {}
    """How close it is politically to other states or blocs, 0 to 1; a state's own name takes
    precedence over its bloc's. Where not given: 1 to itself and to its bloc, 0.5 to others (to
    itself always 1, whatever is said of its bloc). Sourcing by `loyalty` and the search for
    suppliers use it."""
    rules: StateRules = StateRules()
    """The rules by which it decides, in place of the scenario's."""
    stock_cover: Months = Quantity(value=0)
    """Months of need that the state holds in stock of every product, unless the need says
    otherwise."""


class Input(Frozen):
    """Describe one input of a product."""

    amount: Coefficient
    """Units of the input per unit started."""
    criticality: Literal["critical", "important", "minor"] = "critical"
    """What a lack of it does, under production rules that look at it: critical stops production,
    important halves it, minor does not matter."""

    @model_validator(mode="before")
    @classmethod
    def _accept_amount(cls, data: Any) -> Any:
        return in_full(data, "amount")


class Product(Frozen):
    """Describe a category of goods."""

    title: str
    unit: str
    """What one unit is: engines, vehicles, sets."""
    inputs: dict[Name, Input] = {}
    """The bill of materials: units of each input per unit started."""
    input_cover: Months = Quantity(value=0)
    """Months of use that makers of this product hold of each input."""
    complexity: Name | None = None
    """Its class, one of `complexity`: how long its capacity takes to build, qualify and ramp up,
    and what that costs."""
    learning_rate: Share = Quantity(value=0)
    """Share by which unit cost falls with each doubling of a line's cumulative output (Wright)."""
    lot: Lot | None = None
    """The size of the lots in which the product is shipped, such as 1 for ships; null: any amount
    may be shipped."""
    cancellation: Share = Quantity(value=0)
    """Share of unmet need that is given up each month: with 0 it waits for ever, with 1 it is lost
    at once."""


class Mothball(Frozen):
    """Lay up capacity that stands idle; it comes back when buyers wait for more than the line can
    make.
    """

    after_months: Months
    """Months in a row in which capacity stands idle before it is laid up; at least 1."""
    return_months: Months = Quantity(value=0)
    """Months from the recall to use, beyond the next month."""
    return_share: Share = Quantity(value=1)
    """Share of the capacity called back that still works; the rest is lost."""


class Line(Frozen):
    """Describe a production line: one product at one factory."""

    capacity: Rate
    """Nominal units per month."""
    utilisation: Share = Quantity(value=1)
    """Share of nominal capacity that can be run month after month."""
    qualified: Month | None = None
    """The month from which buyers accept its goods; null: from the start."""
    yield_: Yield = Field(Quantity(value=1), alias="yield")
    """Good units per unit started."""
    unit_cost: Money = Quantity(value=0)
    """Money per unit at the factory gate, before learning."""
    decay: Share = Quantity(value=0)
    """Share of its capacity that the line loses in a year, used or not; laid-up capacity loses
    none."""
    mothball: Mothball | None = None
    """How idle capacity is laid up and called back; null: it stays ready."""
    inputs: Annotated[dict[Name, Input] | None, InColumns] = None
    """The line's own bill of materials, in place of the product's; null: the product's."""

    @model_validator(mode="before")
    @classmethod
    def _accept_capacity(cls, data: Any) -> Any:
        return in_full(data, "capacity")


class Factory(Frozen):
    """Describe a plant and its lines."""

    title: str
    state: StateName
    """The state in which it stands."""
    lines: dict[Name, Line]
    """One line a product, keyed by the product."""
    usable_share: Share = Quantity(value=1)
    """Share of the nominal capacity that really exists, as of an old plant."""
    idle_cost: Share = Quantity(value=0)
    """What a unit of capacity costs while it stands idle, as a share of the unit cost without the
    royalty of a licence; nobody is billed, the ledger of money shows it."""
    rules: FactoryRules = FactoryRules()
    """The rules by which it decides, in place of the scenario's."""
    note: str | None = None


class Trade(Frozen):
    """Permit the exporter's lines to supply the importer's needs. For each link only the most
    specific rule holds.
    """

    exporter: Selector
    importer: Selector
    product: Selector
    user: Selector = "*"
    """Who uses the product there: `final` for the state itself, a factory, or a product for all its
    makers; a name, a list of names, or `*` for all users."""
    weight: Weight = Quantity(value=1)
    """The importer's preference for this exporter, shared equally by the exporter's lines; 0
    forbids the trade for good."""
    by_search: bool = False
    """Whether a link opens only when the importer's search has found it; importers that do not
    search never get it."""
    cap: Rate | None = None
    """Most that may flow, units per month."""
    pairs: Pairs = "each"
    """Whether `cap` holds for each exporter, importer and product separately, or for all of them
    together."""
    unit_cost: Money = Quantity(value=0)
    """Money per unit for transport and mark-up, on top of the line's own unit cost."""
    lead_months: LeadMonths = Quantity(value=1)
    """Months from shipment to use, rounded to whole months; 1: shipped this month, usable next
    month."""
    source: str | None = None
    note: str | None = None


class Scenario(Traced):
    """Hold a whole, checked scenario."""

    name: Name
    """The name of its result folder."""
    title: str
    """What it is about, in a line."""
    description: str = ""
    """What it assumes and what to look at."""
    start: Month
    """The first month that is simulated."""
    months: Annotated[int, Field(ge=1, le=1200)]
    """How many months are simulated."""
    members: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    """How many members the ensemble has. A member is a version of the world with its own draw of
    every uncertain number; member 0 takes the central values."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    """The root of all draws: the same seed gives the same numbers."""
    currency: str = "money"
    """What one unit of money is: million USD of 2014."""
    rules: Rules = Rules()
    """The rules of all agents that do not choose their own."""
    states: dict[StateName, State]
    """Countries, keyed by their codes."""
    products: dict[Name, Product]
    """Categories of goods."""
    complexity: dict[Name, Complexity] = {}
    """Classes of how hard it is to begin making a product."""
    factories: dict[Name, Factory]
    """Plants and their production lines."""
    needs: dict[StateName, dict[Name, Need]]
    """What each state uses of which product: state, then product."""
    trade: Annotated[dict[Name, Trade], InColumns] = {}
    """Who may supply whom; the most specific rule for a link holds."""
    events: dict[Name, Event] = {}
    """Dated changes: cut-offs, sanctions, outages, money and more."""
    programmes: dict[Name, Programme] = {}
    """Funded efforts that build capacity."""
    sources: dict[Name, Source] = {}
    """Where numbers and facts were published."""
    precedents: Collection = Collection()
    """Which precedents are about this very case."""

    @property
    def month_labels(self) -> list[str]:
        """List the simulated months, YYYY-MM."""
        return list(month_labels(self.start, self.months))
