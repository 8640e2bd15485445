"""Describe the choice of rules: the scenario's defaults, and what a state or a factory chooses in
their place.

The text under a field is its documentation. The rules themselves stand in `sim/rules/`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sim.scenario.quantity import Frozen


class RuleChoice(Frozen):
    """Name a rule, with its parameters where it takes any: `proportional` or `{rule: tiers, order:
    [...]}`.
    """

    rule: str
    parameters: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _accept_name_or_flat_mapping(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"rule": data}
        if isinstance(data, dict) and "parameters" not in data:
            return {
                "rule": data.get("rule"),
                "parameters": {key: value for key, value in data.items() if key != "rule"},
            }
        return data


class StateRules(Frozen):
    """Choose the rules by which a state decides; what is not chosen is the scenario's default."""

    sourcing: RuleChoice | None = None
    """How the state weighs its suppliers."""
    search: RuleChoice | None = None
    """How the state looks for suppliers that it does not have."""
    ordering: RuleChoice | None = None
    """How much the state orders."""
    stockpile: RuleChoice | None = None
    """How the state keeps and uses its stocks."""


class FactoryRules(Frozen):
    """Choose the rules by which a factory works; what is not chosen is the scenario's default."""

    allocation: RuleChoice | None = None
    """How a factory short of goods shares them out among its buyers."""
    sourcing: RuleChoice | None = None
    """How the factory weighs its suppliers of inputs."""
    search: RuleChoice | None = None
    """How the factory looks for suppliers of inputs that it does not have."""
    ordering: RuleChoice | None = None
    """How much of its inputs the factory orders."""
    production: RuleChoice | None = None
    """How scarce inputs limit output."""
    overtime: RuleChoice | None = None
    """How far the factory runs beyond its capacity when it is short."""
    learning: RuleChoice | None = None
    """How unit cost and yield change with experience."""
    pricing: RuleChoice | None = None
    """What the factory asks for its goods."""
    investment: RuleChoice | None = None
    """When the factory adds capacity, or converts a line to another product, on its own account."""


class Rules(Frozen):
    """Choose the scenario's default rule of each family."""

    allocation: RuleChoice = RuleChoice(rule="proportional")
    """How a supplier short of goods shares them out among its buyers."""
    sourcing: RuleChoice = RuleChoice(rule="fixed")
    """How a buyer weighs its suppliers."""
    search: RuleChoice = RuleChoice(rule="none")
    """How a buyer looks for suppliers that it does not have: those that no trade rule names, or one
    with `by_search`."""
    ordering: RuleChoice = RuleChoice(rule="hold_cover")
    """How much a buyer orders."""
    stockpile: RuleChoice = RuleChoice(rule="draw_down")
    """How states keep and use their stocks."""
    production: RuleChoice = RuleChoice(rule="leontief")
    """How scarce inputs limit output."""
    overtime: RuleChoice = RuleChoice(rule="none")
    """How far factories run beyond their capacity when they are short."""
    learning: RuleChoice = RuleChoice(rule="crawford")
    """How unit cost and yield change with experience."""
    pricing: RuleChoice = RuleChoice(rule="at_cost")
    """What factories ask for their goods."""
    investment: RuleChoice = RuleChoice(rule="none")
    """When factories add capacity, or convert lines to other products, on their own account."""
    programme: RuleChoice = RuleChoice(rule="proportional_to_gap")
    """How a programme shares its budget out among its candidates."""
    rounds: Annotated[int, Field(ge=1)] | None = None
    """How many rounds the allocation has: in each, buyers ask suppliers that still have goods for
    what they still want. 1: nobody asks twice; null: until nothing is wasted."""
    perception_months: Annotated[float, Field(ge=1, le=120)] = 3.0
    """Months over which a line smooths the demand that it expects when it orders inputs and offers
    goods; 1: it expects what it was asked for last month. The default of 3 is assumed."""
    decisions: Literal["after_events", "before_events"] = "after_events"
    """Whether buyers order and weigh their suppliers, and factories decide on overtime, after the
    month's events, which they then know, or before them. With before_events, overtime depends on
    this month's orders and last month's output, and a need that an event changes is changed a month
    later."""
