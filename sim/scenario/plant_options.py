"""List what factories may do with their own plant: build more of it, or turn a line to another
product.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sim.scenario.plant_kinds import Retool
from sim.scenario.programme import Complexity
from sim.scenario.schema import Scenario
from sim.scenario.selectors import factories_of

BUILDING = "expand_when_pressed"
"""The investment rule that turns no lines: what they could be turned to waits for no orders."""
MEMORY = 36
"""Months that a factory looks back when it decides on its plant."""


class Work(NamedTuple):
    """Name one such thing: who does it, on whose decision, from which line to which."""

    factory: str
    event: str | None
    """The retool event that orders it; None: the factory decides, by its investment rule"""
    source: str | None
    """The product whose line gives its capacity; None: new capacity is built"""
    product: str


def works_of(scenario: Scenario) -> tuple[Work, ...]:
    """List all works, factory by factory: those that events order, then those that it may decide
    on.
    """
    retools = [
        (name, event, factories_of(event.factory, scenario))
        for name, event in scenario.events.items()
        if isinstance(event, Retool)
    ]
    found: list[Work] = []
    for factory in scenario.factories:
        lines = scenario.factories[factory].lines
        found += [
            Work(factory, name, event.from_product, event.to_product)
            for name, event, factories in retools
            if factory in factories and {event.from_product, event.to_product} <= set(lines)
        ]
        found += options(scenario, factory)
    return tuple(found)


def options(scenario: Scenario, factory: str) -> Iterator[Work]:
    """List what a factory may do by its investment rule: expand lines whose product has a class,
    turn others to them.
    """
    choice = scenario.factories[factory].rules.investment or scenario.rules.investment
    if choice.rule == "none":
        return
    turns = choice.rule != BUILDING
    lines = scenario.factories[factory].lines
    for product in lines:
        hard = class_of(scenario, product)
        if hard:
            yield Work(factory, None, None, product)
        if hard and turns and hard.retool_months is not None:
            yield from (
                Work(factory, None, source, product) for source in lines if source != product
            )


def class_of(scenario: Scenario, product: str) -> Complexity | None:
    """Return how hard a product is to take up, where that is known."""
    return scenario.complexity.get(scenario.products[product].complexity or "")
