"""Make worlds of any size in which everything grows with the number of lines: 33 links a line.

Each product has ten makers and 33 buyers: in the first of five stages all are final needs, below it
twenty are inputs of the stage above. Each exporter of each product has a trade rule of its own
beside one for all, one line in a hundred is cut off, and a third of the numbers are drawn.
"""

from __future__ import annotations

from random import Random
from typing import Any

Tree = dict[str, Any]

MAKERS, BUYERS, STAGES, INPUTS = 10, 33, 5, 2
LINKS_OF_A_LINE = BUYERS
LINES_OF_A_FACTORY = 5
AMOUNT = 0.2
"""Units of each input per unit."""
SLACK = 1.25
"""Capacity over what is needed."""
MONTHS = 12


def world(lines: int, seed: int = 0) -> Tree:
    """Return a scenario of so many lines, a multiple of 50, as plain data."""
    rng = Random(seed)
    states = [state_name(row) for row in range(max(BUYERS, round(2 * lines**0.5)))]
    products = [f"product_{row}" for row in range(lines // MAKERS)]
    makers = {product: rng.sample(states, MAKERS) for product in products}
    inputs = _inputs(products)
    needs = _needs(rng, states, products)
    return {
        "name": f"world_of_{lines}",
        "title": f"A world of {lines} lines",
        "start": "2024-01",
        "months": MONTHS,
        "states": {
            name: {"title": f"State {name}", "bloc": f"bloc_{row % 5}"}
            for row, name in enumerate(states)
        },
        "products": {
            name: {
                "title": name.capitalize(),
                "unit": "pieces",
                "inputs": dict.fromkeys(inputs[name], AMOUNT),
                "input_cover": 1,
            }
            for name in products
        },
        "factories": _factories(rng, makers, _demand(products, needs, inputs)),
        "needs": needs,
        "trade": _trade(rng, makers),
        "events": _events(makers),
        "sources": {"survey": {"title": "A made-up survey"}},
    }


def state_name(row: int) -> str:
    """Write a number below 17,576 in three capital letters."""
    return "".join(chr(ord("A") + row // 26**place % 26) for place in (2, 1, 0))


def _inputs(products: list[str]) -> dict[str, list[str]]:
    """Give each product of a stage two inputs of the next stage, and each of these two users."""
    width = len(products) // STAGES
    return {
        name: []
        if row >= width * (STAGES - 1)
        else [products[width * (row // width + 1) + (row + step) % width] for step in range(INPUTS)]
        for row, name in enumerate(products)
    }


def _needs(rng: Random, states: list[str], products: list[str]) -> Tree:
    needs: Tree = {}
    for row, product in enumerate(products):
        is_finished = row < len(products) // STAGES
        for state in rng.sample(states, BUYERS - (0 if is_finished else INPUTS * MAKERS)):
            needs.setdefault(state, {})[product] = _number(rng, rng.uniform(1, 10))
    return needs


def _demand(products: list[str], needs: Tree, inputs: dict[str, list[str]]) -> dict[str, float]:
    """Return what is needed of each product at rest, units per month."""
    demand = dict.fromkeys(products, 0.0)
    for wanted in needs.values():
        for product, number in wanted.items():
            demand[product] += number["value"] if isinstance(number, dict) else number
    for product in products:
        for each in inputs[product]:
            demand[each] += AMOUNT * demand[product]
    return demand


def _factories(rng: Random, makers: dict[str, list[str]], demand: dict[str, float]) -> Tree:
    """Put each state's lines into factories of five."""
    by_state: dict[str, list[str]] = {}
    for product, exporters in makers.items():
        for state in exporters:
            by_state.setdefault(state, []).append(product)
    return {
        f"{state.lower()}_{first}": {
            "title": f"Plant {first} of {state}",
            "state": state,
            "lines": {
                product: {
                    "capacity": _number(rng, SLACK * demand[product] / MAKERS),
                    "unit_cost": round(rng.uniform(1, 5), 2),
                }
                for product in made[first : first + LINES_OF_A_FACTORY]
            },
        }
        for state, made in by_state.items()
        for first in range(0, len(made), LINES_OF_A_FACTORY)
    }


def _trade(rng: Random, makers: dict[str, list[str]]) -> Tree:
    rules: Tree = {"any": {"exporter": "*", "importer": "*", "product": "*"}}
    for product, exporters in makers.items():
        for state in exporters:
            rules[f"{state}_{product}"] = {
                "exporter": state,
                "importer": "*",
                "product": product,
                "weight": _number(rng, rng.uniform(0.5, 2)),
                "unit_cost": round(rng.uniform(0.1, 1), 2),
                "lead_months": rng.randint(1, 3),
            }
    return rules


def _events(makers: dict[str, list[str]]) -> Tree:
    """Cut off the first exporter of every tenth product."""
    return {
        f"cut_off_{product}": {
            "kind": "cut_off",
            "date": "2024-04",
            "exporter": exporters[0],
            "importer": "*",
            "product": product,
        }
        for product, exporters in list(makers.items())[::10]
    }


def _number(rng: Random, value: float) -> Any:
    """Return a number, or one time in three a quantity that members draw."""
    value = round(value, 3)
    if rng.random() < 2 / 3:
        return value
    return {
        "value": value,
        "low": round(0.8 * value, 3),
        "high": round(1.2 * value, 3),
        "source": "survey",
        "confidence": "estimated",
    }
