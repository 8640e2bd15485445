"""Say what goes into what: a line's own bill of materials, or its product's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from sim.scenario.column_table import ColumnTable
from sim.scenario.schema import Input, Scenario


def bill_of(scenario: Scenario, factory: str, product: str) -> Mapping[str, Input]:
    """Return what a line takes: input -> how much of it."""
    own = scenario.factories[factory].lines[product].inputs
    return scenario.products[product].inputs if own is None else own


def bills_of(scenario: Scenario) -> Iterator[Mapping[str, Input]]:
    """List what each line takes, as `bill_of`, factory by factory."""
    for factory in scenario.factories.values():
        for product, line in factory.lines.items():
            yield scenario.products[product].inputs if line.inputs is None else line.inputs


def placed_bill(scenario: Scenario, factory: str, product: str) -> tuple[str, Mapping[str, Input]]:
    """Return where the scenario gives what a line takes, and that."""
    own = scenario.factories[factory].lines[product].inputs
    if own is None:
        return f"products.{product}.inputs", scenario.products[product].inputs
    return f"factories.{factory}.lines.{product}.inputs", own


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


def most_taken(bill: Mapping[str, Input]) -> Mapping[str, float]:
    """Look up the most that a unit may take of each input: the upper end of what is not known."""
    if isinstance(bill, ColumnTable):
        amount = bill.column("amount")
        if amount.is_exact:
            return dict(zip(bill.names, amount.value.tolist(), strict=True))
        most = np.where(np.isnan(amount.high), amount.value, amount.high)
        return dict(zip(bill.names, most.tolist(), strict=True))
    return {name: each.amount.most for name, each in bill.items()}


def criticalities(scenario: Scenario) -> NDArray[np.str_]:
    """List how critical each input of the lines is, line by line."""
    found: list[str] = []
    count: list[int] = []
    for bill in bills_of(scenario):
        if isinstance(bill, ColumnTable):
            found.append(bill.default("criticality"))
            count.append(len(bill))
        else:
            found += [each.criticality for each in bill.values()]
            count += [1] * len(bill)
    return np.repeat(np.array(found, dtype=np.str_), np.array(count, dtype=np.int64))


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
