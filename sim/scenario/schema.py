"""Describe a scenario: states, products, factories, needs, trade, programmes, sources.

The text under a field is its documentation. Events and the choice of rules have files of their own.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sim.scenario.column_table import InColumns
from sim.scenario.event_kinds import Event
from sim.scenario.lead_time import STANDARD, Counting, HeadStart
from sim.scenario.names import Name, Selector, StateName
from sim.scenario.need import Need
from sim.scenario.origin import Traced
from sim.scenario.provenance import Collection, Source
from sim.scenario.quantity import (
    CapitalCost,
    Coefficient,
    Factor,
    Frozen,
    LeadMonths,
    Lot,
    Money,
    Month,
    Months,
    Precedence,
    Quantity,
    Rate,
    Score,
    Share,
    Weight,
    Yield,
    month_labels,
)
from sim.scenario.rule_choices import FactoryRules, RuleChoice, Rules, StateRules
from sim.scenario.trade_kinds import Pairs

Stages = Literal["pure", "erlang"]
Shape = Annotated[int, Field(ge=1, le=60)]
"""Stages of an Erlang lead time."""


class State(Frozen):
    """Describe a country."""

    title: str
    bloc: Name | None = None
    """The group of states it belongs to; it stands for its states in trade rules and events."""
    affinity: dict[Name, Share] = {}
    """How close it feels to other states or blocs, 0 to 1; a state's name counts before its bloc's.
    Where not given: 1 to itself and its bloc, 0.5 to others. Sourcing by `loyalty` and the search
    of suppliers go by it."""
    rules: StateRules = StateRules()
    """The rules by which it decides, where not the scenario's."""
    stock_cover: Months = Quantity(value=0)
    """Months of need that the state holds in stock of every product, unless the need says
    otherwise."""


class Input(Frozen):
    """Describe one input of a product."""

    amount: Coefficient
    """Units of the input per unit started."""
    criticality: Literal["critical", "important", "minor"] = "critical"
    """What a lack of it does: critical stops production, important halves it, minor does not matter
    (by production rule)."""

    @model_validator(mode="before")
    @classmethod
    def _accept_amount(cls, data: Any) -> Any:
        is_plain_quantity = isinstance(data, dict) and "value" in data
        return (
            {"amount": data}
            if is_plain_quantity or (isinstance(data, (int, float)) and not isinstance(data, bool))
            else data
        )


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
    """A class of `complexity`: how long its capacity takes to build, qualify and ramp up, and what
    that costs."""
    learning_rate: Share = Quantity(value=0)
    """Share by which unit cost falls with each doubling of a line's cumulative output (Wright)."""
    lot: Lot | None = None
    """Units in which the product is shipped, as ships come one by one; null: any amount."""
    cancellation: Share = Quantity(value=0)
    """Share of unmet need given up each month: 0 waits for ever, 1 is lost at once."""


class Complexity(Counting):
    """Describe how hard a class of products is to take up."""

    build_months: Months | None = None
    """Months to the finished plant; with the next key or, in place of both, `lead_time`."""
    qualification_months: Months | None = None
    """Months from finished plant to accepted goods."""
    ramp_months: Months | None = None
    """Months from qualification to nine tenths of the full rate; 0: full output at once."""
    capital_cost: CapitalCost
    """Money per unit per month of new capacity."""
    stages: Stages = "pure"
    """How lead times spread: pure, all after exactly the build and qualification months; erlang,
    about them as their mean."""
    shape: Shape | None = None
    """How closely, with stages: erlang; the variance is the mean squared over the shape."""
    retool_months: Months | None = None
    """Months in which a factory turns a line of its own to such a product, by its investment rule;
    null: it cannot."""
    retool_loss: Share = Quantity(value=0)
    """Share of the line's capacity that is lost by turning it."""
    retool_cost: Money = Quantity(value=0)
    """Money per unit per month of capacity that is turned."""


class Mothball(Frozen):
    """Lay up capacity that stands idle; it comes back when buyers wait for more than the line can
    make.
    """

    after_months: Months
    """Months in a row in which capacity stands idle before it is laid up; at least 1."""
    return_months: Months = Quantity(value=0)
    """Months from the call to use, beyond the next month."""
    return_share: Share = Quantity(value=1)
    """Share of what is called back that still works; the rest is lost."""


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
    """Share of its capacity that the line loses in a year, used or not."""
    mothball: Mothball | None = None
    """How idle capacity is laid up and called back; null: it stays ready."""
    inputs: dict[Name, Input] | None = None
    """The line's own bill of materials, in place of the product's; null: the product's."""

    @model_validator(mode="before")
    @classmethod
    def _accept_capacity(cls, data: Any) -> Any:
        is_plain_quantity = isinstance(data, dict) and "value" in data
        return (
            {"capacity": data}
            if is_plain_quantity or (isinstance(data, (int, float)) and not isinstance(data, bool))
            else data
        )


class Factory(Frozen):
    """Describe a plant and its lines."""

    title: str
    state: StateName
    """The state in which it stands."""
    lines: dict[Name, Line]
    """One line a product, keyed by the product."""
    usable_share: Share = Quantity(value=1)
    """Share of the nominal capacity of an old plant that is really there."""
    idle_cost: Share = Quantity(value=0)
    """What a unit of capacity costs while it stands idle, as a share of the unit cost; nobody is
    billed, the ledger of money shows it."""
    rules: FactoryRules = FactoryRules()
    """The rules by which it decides, where not the scenario's."""
    note: str | None = None


class Trade(Frozen):
    """Permit exporter's lines to supply importer's needs; the most specific rule for a link holds,
    alone.
    """

    exporter: Selector
    importer: Selector
    product: Selector
    user: Selector = "*"
    """Who uses it there: `final` for the state itself, a factory, or the makers of a product; a
    name, a list of names, or `*` for all."""
    weight: Weight = Quantity(value=1)
    """The importer's preference for this exporter, shared equally by the exporter's lines; 0
    permits nothing, for good."""
    by_search: bool = False
    """Whether such a link is there only once the importer's search has opened it; nothing is
    permitted to those who do not search."""
    cap: Rate | None = None
    """Most that may flow, units per month."""
    pairs: Pairs = "each"
    """Whether `cap` holds for each exporter, importer and product, or for all named together."""
    unit_cost: Money = Quantity(value=0)
    """Money per unit for transport and mark-up, on top of the line's own unit cost."""
    lead_months: LeadMonths = Quantity(value=1)
    """Months from shipment to use, rounded to whole months; 1: shipped this month, usable next
    month."""
    source: str | None = None
    note: str | None = None


class Candidate(Counting):
    """Describe capacity that a programme may build: where, how fast, at what cost."""

    factory: Name
    product: Name
    """A line of that factory (its capacity may be 0 at the start)."""
    build_months: Months | None = None
    """Months to the finished plant; the product's complexity class's where not given, as for
    `lead_time`, `clock`, `runs_to` and `ramp`."""
    qualification_months: Months | None = None
    """Months from finished plant to accepted goods; the class's where not given."""
    ramp_months: Months | None = None
    """Months from qualification to nine tenths of the full rate; the class's where not given."""
    capital_cost: CapitalCost | None = None
    """Money per unit per month of new capacity; the class's where not given."""
    head_start: HeadStart | None = None
    """What stood ready at the decision, for a lead time from precedents: none; a design; a plant
    that made the product or a near relative, or stood half built."""
    stages: Stages | None = None
    """How lead times spread; the class's where not given."""
    shape: Shape | None = None
    """How closely, with stages: erlang; the class's where not given."""
    max_capacity: Rate | None = None
    """Most capacity that the programme may add here; null: no limit."""
    absorption: Rate | None = None
    """Most capacity that may be started here in one month; null: no limit."""
    announced_months: Months | None = None
    """The officially announced months from money to first output, used when the programme's
    `lead_times` is announced."""
    note: str | None = None


class Programme(Frozen):
    """Describe a funded effort that builds capacity for its beneficiaries."""

    title: str
    chair: StateName
    """The state that leads it and pays."""
    beneficiaries: list[StateName] | Literal["all"]
    """Whose unmet or cut-off needs count when the budget is shared out."""
    chair_weight: Precedence = Quantity(value=1)
    """How many times as much the chair's own needs count as another beneficiary's, of whose gap
    only that part is seen; 1: alike."""
    budget: dict[Month, Money] = {}
    """Money appropriated, by month."""
    candidates: dict[Name, Candidate]
    """The capacity that it may build."""
    rule: RuleChoice | None = None
    """How the budget is shared out; the scenario's default where not given."""
    lead_times: Literal["drawn", "announced"] = "drawn"
    """Whether projects take the months drawn or the months officially announced."""
    common_delay: Score = STANDARD
    """Where what all its candidates' lead times from precedents or announcements have in common
    lies: 0 the median, 1.64 the point of 95 %. One unknown for many numbers."""
    slippage: Factor = Quantity(value=1)
    """What drawn build and qualification months are multiplied by; announced ones are not."""
    cost_overrun: Factor = Quantity(value=1)
    """What capital costs are multiplied by."""
    cancelled_share: Share = Quantity(value=0)
    """Share of unfinished capacity that is given up each month; its money is not returned."""
    active: bool = True
    """Whether it may spend from the start; `programme_start` and `programme_stop` events change it.
    """
    exclusive: bool = False
    """Whether lines without capacity at the start, when built by this programme, supply the
    beneficiaries alone."""
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
    """How many members the ensemble has: versions of the same world, each with its own draw of
    every uncertain number; member 0 takes the central values."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    """The root of all draws: the same seed gives the same numbers."""
    currency: str = "money"
    """What one unit of money is: million USD of 2014."""
    rules: Rules = Rules()
    """The rules by which all decide who do not choose their own."""
    states: dict[StateName, State]
    """Countries, keyed by their codes."""
    products: dict[Name, Product]
    """Categories of goods."""
    complexity: dict[Name, Complexity] = {}
    """Classes of how hard a product is to take up."""
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
    """Precedents that tell of this very case."""

    @property
    def month_labels(self) -> list[str]:
        """List the simulated months, YYYY-MM."""
        return list(month_labels(self.start, self.months))
