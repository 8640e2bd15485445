"""Describe programmes: who pays for whom, what they may build, and how hard that is."""

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
    """How lead times spread: pure, all after exactly the build and qualification months; erlang,
    about them as their mean."""
    shape: Shape | None = None
    """How closely, with stages: erlang; the variance is the mean squared over the shape."""
    retool_months: Months | None = None
    """Months in which a factory turns a line of its own to such a product, by its investment rule,
    one at least; null: it cannot."""
    retool_loss: Share = Quantity(value=0)
    """Share of the line's capacity that is lost by turning it."""
    retool_cost: Money = Quantity(value=0)
    """Money per unit per month of capacity that is turned."""


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
    cost_overrun: Overrun = Quantity(value=1)
    """What capital costs are multiplied by; above 0: what costs nothing is not built."""
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
