"""Check the bills of materials: every input is made somewhere, and what is made of itself leaves
something over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.scenario.loading.source_tree import Path
from sim.scenario.schema import Product, Scenario


def bill_findings(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """List inputs that no line makes, and circular bills of materials that use up what they
    make.
    """
    made = {product for factory in scenario.factories.values() for product in factory.lines}
    for name, product in scenario.products.items():
        for each in product.inputs:
            if each not in made:
                yield ("products", name, "inputs", each), f"no line makes '{each}'"
    names = list(scenario.products)
    use = _use(scenario)
    for circle in _circles(use > 0):
        radius = float(np.abs(np.linalg.eigvals(use[np.ix_(circle, circle)])).max())
        if radius >= 1 - 1e-9:
            walk = [names[each] for each in _walk_round(use > 0, circle[0])]
            message = (
                f"circular bill of materials uses up what it makes: {' -> '.join(walk)} (spectral"
                f" radius {radius:.3g}, must be below 1)"
            )
            yield ("products", walk[0], "inputs", walk[1]), message


def _use(scenario: Scenario) -> NDArray[np.float64]:
    """Tabulate the most that a good unit of each product may use of each input, [product,
    input].
    """
    rows = {name: row for row, name in enumerate(scenario.products)}
    use = np.zeros((len(rows), len(rows)))
    for name, product in scenario.products.items():
        worst = _worst_yield(scenario, name)
        for each, amount in _most(product).items():
            use[rows[name], rows[each]] = amount / worst
    return use


def _most(product: Product) -> dict[str, float]:
    amounts = {name: each.amount for name, each in product.inputs.items()}
    return {
        name: amount.value if amount.high is None else amount.high
        for name, amount in amounts.items()
    }


def _worst_yield(scenario: Scenario, product: str) -> float:
    lines = (
        factory.lines[product]
        for factory in scenario.factories.values()
        if product in factory.lines
    )
    return min(
        (line.yield_.value if line.yield_.low is None else line.yield_.low for line in lines),
        default=1.0,
    )


def _circles(uses: NDArray[np.bool_]) -> list[list[int]]:
    """Group the products that are, at some remove, made of one another; a product made of itself is
    a group.
    """
    reach = uses.copy()
    for each in range(len(reach)):
        reach |= np.outer(reach[:, each], reach[each])
    mutual = reach & reach.T
    groups = {
        tuple(np.flatnonzero(mutual[each]).tolist()) for each in np.flatnonzero(reach.diagonal())
    }
    return [list(group) for group in sorted(groups)]


def _walk_round(uses: NDArray[np.bool_], start: int) -> list[int]:
    """Find a shortest way from a product of a circle through its inputs back to itself."""
    walks = deque([[start]])
    seen: set[int] = set()
    while True:
        walk = walks.popleft()
        for each in np.flatnonzero(uses[walk[-1]]).tolist():
            if each == start:
                return [*walk, each]
            if each not in seen:
                seen.add(each)
                walks.append([*walk, each])
