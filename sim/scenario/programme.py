"""Describe programmes: who pays, for whose needs, what may be built, and how hard that is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.lead_time import STANDARD, Counting, HeadStart
from sim.scenario.names import Name, StateName
from sim.scenario.quantity import (
    CapitalCost,
    Factor,
    Frozen,
    Money,
    Month,
    Months,
    Overrun,
    Precedence,
    Quantity,
    Rate,
    Score,
    Share,
)
from sim.scenario.rule_choices import RuleChoice

Stages = Literal["pure", "erlang"]
Shape = Annotated[int, Field(ge=1, le=60)]
"""Stages of an Erlang lead time."""


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
    """How the lead time is spread. pure: all capacity is ready after exactly the build and
    qualification months. erlang: it becomes ready gradually, with these months as the mean."""
    shape: Shape | None = None
    """With `stages: erlang`, how closely about the mean: the variance is the mean squared, divided
    by the shape."""
    retool_months: Months | None = None
    """Months that a factory takes to convert a line of its own to such a product, by its investment
    rule; at least 1; null: it cannot."""
    retool_loss: Share = Quantity(value=0)
    """Share of the line's capacity that is lost by the conversion."""
    retool_cost: Money = Quantity(value=0)
    """Money per unit per month of capacity that is converted."""


class Candidate(Counting):
    """Describe capacity that a programme may build: where, how fast, at what cost."""

    factory: Name
    product: Name
    """A product for which that factory has a line (its capacity may be 0 at the start)."""
    build_months: Months | None = None
    """Months to the finished plant; null: those of the product's complexity class. The same holds
    for `lead_time`, `clock`, `runs_to` and `ramp`."""
    qualification_months: Months | None = None
    """Months from finished plant to accepted goods; null: the class's."""
    ramp_months: Months | None = None
    """Months from qualification to nine tenths of the full rate; null: the class's."""
    capital_cost: CapitalCost | None = None
    """Money per unit per month of new capacity; null: the class's."""
    head_start: HeadStart | None = None
    """What existed at the time of the decision, for a lead time from precedents: none; a design; or
    a plant that made the product or a near relative, or was half built."""
    stages: Stages | None = None
    """How the lead time is spread; null: as in the class."""
    shape: Shape | None = None
    """With `stages: erlang`, how closely about the mean; null: the class's."""
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
    """The states whose unmet or cut-off needs count when the budget is shared out."""
    chair_weight: Precedence = Quantity(value=1)
    """How many times as much the chair's own needs count as those of other beneficiaries: with 2,
    only half of the others' gaps is seen; 1: all count alike."""
    budget: dict[Month, Money] = {}
    """Money appropriated, by month."""
    candidates: dict[Name, Candidate]
    """The capacity that it may build."""
    rule: RuleChoice | None = None
    """How the budget is shared out; null: the scenario's default."""
    lead_times: Literal["drawn", "announced"] = "drawn"
    """Whether projects take the months drawn or the months officially announced."""
    common_delay: Score = STANDARD
    """How slow all its candidates are in common, where lead times come from precedents or
    announcements, as a standard normal score: 0 is the median, 1.64 the 95 % point. It is one
    uncertain number that many lead times share."""
    slippage: Factor = Quantity(value=1)
    """What drawn build and qualification months are multiplied by; announced ones are not."""
    cost_overrun: Overrun = Quantity(value=1)
    """What capital costs are multiplied by; above 0, since nothing is built that costs nothing."""
    cancelled_share: Share = Quantity(value=0)
    """Share of unfinished capacity that is given up each month; its money is not returned."""
    active: bool = True
    """Whether it may spend from the start; `programme_start` and `programme_stop` events change it.
    """
    exclusive: bool = False
    """Whether lines that have no capacity at the start, and are built by this programme, supply
    only the beneficiaries."""
    source: str | None = None
    note: str | None = None
