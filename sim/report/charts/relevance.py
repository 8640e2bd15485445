"""Find which events affect what a panel shows, so that it is not marked with all events."""

from __future__ import annotations

from collections.abc import Callable

from sim.scenario.bills import with_inputs
from sim.scenario.event_kinds import (
    Demand,
    Event,
    Funding,
    Lifting,
    ProgrammeStart,
    ProgrammeStop,
    Thrift,
)
from sim.scenario.plant_kinds import Closure, Licence, Outage, Repair, Retool
from sim.scenario.schema import Scenario
from sim.scenario.selectors import factories_of, lines_hit, products_of, states_of
from sim.scenario.trade_kinds import Trading


def bearing_on_need(scenario: Scenario, state: str, product: str) -> set[str]:
    """Name the events that bear on a state's supply of a product or its inputs, directly."""
    goods = with_inputs(scenario, [product])

    def bears(event: Event) -> bool:
        if isinstance(event, Trading):
            return state in states_of(event.importer, scenario) and not goods.isdisjoint(
                products_of(event.product, scenario)
            )
        if isinstance(event, Demand):
            return state in states_of(event.state, scenario) and product in products_of(
                event.product, scenario
            )
        if isinstance(event, Thrift):
            return not goods.isdisjoint(products_of(event.product, scenario)) and not (
                goods.isdisjoint(products_of(event.input, scenario))
            )
        return _bears_on_lines(scenario, event, goods, state)

    return _names(scenario, bears)


def bearing_on_capacity(scenario: Scenario, product: str) -> set[str]:
    """Name the events that put lines of a product out of use, bring them back, turn or license
    them, or pay for new ones.
    """
    return _names(scenario, lambda event: _bears_on_lines(scenario, event, {product}, None))


def _bears_on_lines(
    scenario: Scenario, event: Event, goods: set[str], beneficiary: str | None
) -> bool:
    if isinstance(event, Outage | Closure | Retool | Licence):
        return not goods.isdisjoint(_products_hit(scenario, event))
    if isinstance(event, ProgrammeStart | Funding | ProgrammeStop):
        programme = scenario.programmes[event.programme]
        serves = (
            beneficiary is None
            or programme.beneficiaries == "all"
            or beneficiary in programme.beneficiaries
        )
        return serves and any(
            candidate.product in goods for candidate in programme.candidates.values()
        )
    return False


def _products_hit(scenario: Scenario, event: Outage | Closure | Retool | Licence) -> set[str]:
    if isinstance(event, Outage):
        return {product for _, product in lines_hit(event, scenario)}
    plants = factories_of(event.factory, scenario)
    made = {product for each in plants for product in scenario.factories[each].lines}
    return made.intersection(products_of(event.product, scenario))


def _names(scenario: Scenario, bears: Callable[[Event], bool]) -> set[str]:
    """Name the events that bear, with those that end them."""
    found = {name for name, event in scenario.events.items() if bears(event)}
    ends = {name: _ended(event) for name, event in scenario.events.items()}
    return found | {name for name, ended in ends.items() if not found.isdisjoint(ended)}


def _ended(event: Event) -> list[str]:
    if isinstance(event, Lifting):
        return event.lifts
    return event.repairs if isinstance(event, Repair) else []
