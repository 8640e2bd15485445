"""Say what a selector selects, and which trade rule holds for whom.

A selector is a name, a list of names, or `*` for all; where states are meant, a bloc stands for its
states.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sim.scenario.event_kinds import Selector
from sim.scenario.schema import Scenario, Trade

ALL = "*"
_NAMED, _BY_BLOC, _AS_ALL = 2, 1, 0


class Route(NamedTuple):
    """Name whose goods may go to whom: the states of a line and of a buyer of the same product."""

    exporter: str
    importer: str
    product: str


def names_in(selector: Selector) -> Sequence[str]:
    """List the names that a selector holds, as written."""
    return (selector,) if isinstance(selector, str) else selector


def states_of(selector: Selector, scenario: Scenario) -> tuple[str, ...]:
    """List the states selected, blocs resolved, in the order of the scenario."""
    return tuple(
        state for state in scenario.states if _state_rank(selector, state, scenario) is not None
    )


def products_of(selector: Selector, scenario: Scenario) -> tuple[str, ...]:
    """List the products selected, in the order of the scenario."""
    return tuple(
        product for product in scenario.products if _name_rank(selector, product) is not None
    )


def factories_of(selector: Selector, scenario: Scenario) -> tuple[str, ...]:
    """List the factories selected, in the order of the scenario."""
    return tuple(
        factory for factory in scenario.factories if _name_rank(selector, factory) is not None
    )


def routes(scenario: Scenario) -> tuple[Route, ...]:
    """List every route between a line and a buyer, permitted or not; buyers are needs and the
    inputs of lines.
    """
    lines = dict.fromkeys(
        (factory.state, product)
        for factory in scenario.factories.values()
        for product in factory.lines
    )
    buyers = {
        (state, product): None for state, needs in scenario.needs.items() for product in needs
    }
    buyers |= {
        (state, name): None
        for state, product in lines
        for name in scenario.products[product].inputs
    }
    importers: dict[str, list[str]] = {}
    for state, product in buyers:
        importers.setdefault(product, []).append(state)
    return tuple(
        Route(state, importer, product)
        for state, product in lines
        for importer in importers.get(product, ())
    )


def specificity(rule: Trade, route: Route, scenario: Scenario) -> int | None:
    """Say how narrowly a trade rule selects a route: 0 (`*` throughout) to 6 (three names); None
    where it does not.

    Exporter and importer count 2 by their own name, 1 by their bloc; the product counts 2 by its
    name. Each member of a list counts for itself.
    """
    product = _name_rank(rule.product, route.product)
    if product is None:
        return None
    exporter, importer = (
        _state_rank(rule.exporter, route.exporter, scenario),
        _state_rank(rule.importer, route.importer, scenario),
    )
    return None if exporter is None or importer is None else product + exporter + importer


def permitting_rules(scenario: Scenario, exporter: str, importer: str, product: str) -> list[str]:
    """Name the most specific trade rules of a route: one in a scenario that was checked, or
    none.
    """
    route = Route(exporter, importer, product)
    found = {name: specificity(rule, route, scenario) for name, rule in scenario.trade.items()}
    best = max((rank for rank in found.values() if rank is not None), default=None)
    return [name for name, rank in found.items() if best is not None and rank == best]


def permitting_rule(scenario: Scenario, exporter: str, importer: str, product: str) -> str | None:
    """Name the trade rule that holds for a route, alone; None where no rule speaks of it."""
    return next(iter(permitting_rules(scenario, exporter, importer, product)), None)


def _state_rank(selector: Selector, state: str, scenario: Scenario) -> int | None:
    names = names_in(selector)
    if state in names:
        return _NAMED
    if scenario.states[state].bloc in names:
        return _BY_BLOC
    return _AS_ALL if ALL in names else None


def _name_rank(selector: Selector, name: str) -> int | None:
    names = names_in(selector)
    if name in names:
        return _NAMED
    return _AS_ALL if ALL in names else None
