"""Find what a selector selects.

A selector is a name, a list of names, or `*` for all; where states are meant, a bloc stands for its
states.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from sim.scenario.names import Name, Selector, StateName
from sim.scenario.plant_kinds import Outage
from sim.scenario.schema import Scenario

ALL = "*"
FINAL = "final"
"""The user of what a state needs itself, not its factories."""


def names_in(selector: Selector) -> Sequence[str]:
    """List the names that a selector holds, as written."""
    return (selector,) if isinstance(selector, str) else selector


def states_of(selector: Selector, scenario: Scenario) -> tuple[str, ...]:
    """List the states selected, blocs resolved, in the order of the scenario."""
    names = frozenset(names_in(selector))
    return tuple(state for state in scenario.states if _selects(names, state, scenario))


def products_of(selector: Selector, scenario: Scenario) -> tuple[str, ...]:
    """List the products selected, in the order of the scenario."""
    return _named(selector, scenario.products)


def factories_of(selector: Selector, scenario: Scenario) -> tuple[str, ...]:
    """List the factories selected, in the order of the scenario."""
    return _named(selector, scenario.factories)


def lines_hit(event: Outage, scenario: Scenario) -> dict[tuple[str, str], str | None]:
    """Look up the lines that an outage hits: (factory, product) -> the name in its `sizes` that
    says how much of it is out; None: its `share`.
    """
    lines = _lines_of(event, scenario)
    sized = {line[:2]: next(filter(event.sizes.__contains__, line), None) for line in lines}
    return {line: name for line, name in sized.items() if name or event.is_selecting}


def _lines_of(
    event: Outage, scenario: Scenario
) -> Iterator[tuple[str, str, StateName, Name | None]]:
    """List the lines that factories, states and products select: by what names each goes."""
    states = set(states_of(event.state or ALL, scenario))
    goods = set(products_of(event.product or ALL, scenario))
    for name in factories_of(event.factory or ALL, scenario):
        factory = scenario.factories[name]
        for product in factory.lines:
            if factory.state in states and product in goods:
                yield name, product, factory.state, scenario.states[factory.state].bloc


def _selects(names: Collection[str], state: str, scenario: Scenario) -> bool:
    return state in names or scenario.states[state].bloc in names or ALL in names


def _named(selector: Selector, known: Mapping[str, object]) -> tuple[str, ...]:
    """List the known names that a selector holds, in their own order."""
    names = frozenset(names_in(selector))
    if ALL in names:
        return tuple(known)
    found = [name for name in names if name in known]
    return tuple(found) if len(found) < 2 else tuple(name for name in known if name in names)
