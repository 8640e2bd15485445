"""Say what goes into what: a line's own bill of materials, or its product's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sim.scenario.schema import Input, Scenario


def bill_of(scenario: Scenario, factory: str, product: str) -> Mapping[str, Input]:
    """Return what a line takes: input -> how much of it."""
    own = scenario.factories[factory].lines[product].inputs
    return scenario.products[product].inputs if own is None else own


def bill_path(scenario: Scenario, factory: str, product: str) -> str:
    """Return where the scenario gives what a line takes."""
    if scenario.factories[factory].lines[product].inputs is None:
        return f"products.{product}.inputs"
    return f"factories.{factory}.lines.{product}.inputs"


def bills(scenario: Scenario) -> Iterator[tuple[str, Mapping[str, Input]]]:
    """List each bill of materials once, with the product that it makes: first those of products,
    then those that lines have of their own.
    """
    for name, product in scenario.products.items():
        yield name, product.inputs
    for factory in scenario.factories.values():
        for name, line in factory.lines.items():
            if line.inputs is not None:
                yield name, line.inputs


def inputs_by_product(scenario: Scenario) -> Mapping[str, Collection[str]]:
    """Look up what goes into each product, by its own bill or by that of any of its lines."""
    found: dict[str, dict[str, None]] = {name: {} for name in scenario.products}
    for product, bill in bills(scenario):
        found[product].update(dict.fromkeys(bill))
    return found


def with_inputs(scenario: Scenario, products: Collection[str]) -> set[str]:
    """Name some products and all that goes into them, at any depth."""
    taken = inputs_by_product(scenario)
    found, ahead = set(products), list(products)
    while ahead:
        fresh = set(taken[ahead.pop()]) - found
        found |= fresh
        ahead += fresh
    return found
