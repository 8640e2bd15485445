"""Check the bills of materials: every input is made somewhere, and what is made of itself leaves
something over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import numpy as np

from sim.scenario.bills import most_taken
from sim.scenario.loading.source_tree import Path
from sim.scenario.schema import Input, Scenario

if TYPE_CHECKING:
    from scipy.sparse import csr_array


MOST_DENSE = 100
"""Products of a circle whose matrix is small enough to ask for all of its eigenvalues."""

Uses = Mapping[str, Mapping[str, float]]
"""Product -> input -> the most units that a good unit may use"""


def bill_findings(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """List inputs that no line makes, and circular bills of materials that use up what they
    make.
    """
    worst = _worst_yields(scenario)
    bills = _bills(scenario)
    for found in bills.values():
        for path, bill in found:
            for each in bill:
                if each not in worst:
                    yield (*path, each), f"no line makes '{each}'"
    uses = {
        name: {each: amount / worst.get(name, 1.0) for each, amount in _least(found).items()}
        for name, found in bills.items()
    }
    for circle in _circles(uses):
        radius = _spectral_radius(uses, circle)
        if radius >= 1 - 1e-9:
            walk = _walk_round(uses, circle[0])
            message = (
                f"circular bill of materials uses up what it makes: {' -> '.join(walk)} (spectral"
                f" radius {radius:.3g}, must be below 1)"
            )
            yield (*bills[walk[0]][0][0], walk[1]), message


def _bills(scenario: Scenario) -> dict[str, list[tuple[Path, Mapping[str, Input]]]]:
    """List the bills of materials by which each product is made, each with its place: the
    product's, where any line goes by it or none has another, and those that lines have of their
    own.
    """
    found: dict[str, list[tuple[Path, Mapping[str, Input]]]] = {}
    by_product = set(scenario.products)
    for factory, plant in scenario.factories.items():
        for name, line in plant.lines.items():
            if line.inputs is not None:
                path = ("factories", factory, "lines", name, "inputs")
                found.setdefault(name, []).append((path, line.inputs))
    by_product -= found.keys()
    by_product |= {
        name
        for plant in scenario.factories.values()
        for name, line in plant.lines.items()
        if line.inputs is None
    }
    for name, product in scenario.products.items():
        if name in by_product:
            found.setdefault(name, []).insert(0, (("products", name, "inputs"), product.inputs))
    return {name: found[name] for name in scenario.products}


def _least(bills: Sequence[tuple[Path, Mapping[str, Input]]]) -> dict[str, float]:
    """Give what a unit takes of each input by the bill that takes the least of it, at the upper end
    of what is not known.
    """
    (_, first), *others = bills
    names = list(first)
    for _, bill in others:
        # of very many bills few, if any, have anything in common
        if names:
            names = [name for name in names if name in bill]
    taken = [most_taken(bill) for _, bill in bills] if names else []
    return {name: min(bill[name] for bill in taken) for name in names}


def _worst_yields(scenario: Scenario) -> dict[str, float]:
    """Give the lowest yield that any line of each product may have."""
    worst: dict[str, float] = {}
    for factory in scenario.factories.values():
        for product, line in factory.lines.items():
            low = line.yield_.least
            worst[product] = min(low, worst.get(product, low))
    return worst


def _circles(uses: Uses) -> list[list[str]]:
    """Group the products that are, at some remove, made of one another, in the order of the
    scenario; a product made of itself is a group.
    """
    try:
        TopologicalSorter(uses).prepare()
    except CycleError:
        pass
    else:
        return []
    from scipy.sparse.csgraph import connected_components

    names = list(uses)
    _, group = connected_components(_matrix(uses, names), connection="strong")
    members: dict[int, list[str]] = {}
    for name, each in zip(names, group.tolist(), strict=True):
        members.setdefault(each, []).append(name)
    return [each for each in members.values() if len(each) > 1 or each[0] in uses[each[0]]]


def _matrix(uses: Uses, names: Sequence[str]) -> csr_array:
    """Tabulate what some products use of one another, [product, input]."""
    from scipy.sparse import csr_array

    rows = {name: row for row, name in enumerate(names)}
    found = [
        (rows[name], rows[each], amount)
        for name in names
        for each, amount in uses[name].items()
        if each in rows
    ]
    products, inputs, amounts = zip(*found, strict=True)
    return csr_array((amounts, (products, inputs)), shape=(len(names), len(names)))


def _spectral_radius(uses: Uses, circle: Sequence[str]) -> float:
    matrix = _matrix(uses, circle)
    if len(circle) > MOST_DENSE:
        from scipy.sparse.linalg import ArpackError, eigs

        try:
            found = eigs(matrix, k=1, v0=np.ones(len(circle)), return_eigenvectors=False)
            return float(np.abs(found).max())
        except ArpackError:
            # many eigenvalues as large as one another, as of a single long circle
            pass
    return float(np.abs(np.linalg.eigvals(matrix.toarray())).max())


def _walk_round(uses: Uses, start: str) -> list[str]:
    """Find a shortest way from a product of a circle through its inputs back to itself."""
    user: dict[str, str] = {}
    waiting = deque([start])
    while start not in user:
        product = waiting.popleft()
        for each in uses[product]:
            if each not in user:
                user[each] = product
                waiting.append(each)
    walk = [start, user[start]]
    while walk[-1] != start:
        walk.append(user[walk[-1]])
    return walk[::-1]
