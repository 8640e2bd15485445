"""Say in what unit and time base a chosen rate stands."""

from __future__ import annotations

from collections.abc import Sequence

from sim.scenario.quantity import Quantity
from sim.scenario.schema import Scenario

_RATES = ("capacity", "cap", "max_capacity", "absorption")
"""Keys of units per month or year, beside those of needs."""


def rate(scenario: Scenario, path: str, quantity: Quantity | None) -> str:
    """Name what a rate counts, and the time base that the file gives it; empty for other numbers.

    As in "engines per year".
    """
    parts = path.split(".")
    is_need = parts[0] == "needs" and (len(parts) == 3 or parts[-1] == "units")
    is_line = parts[0] == "factories" and parts[-2] == "lines"
    if not (is_need or is_line or parts[-1] in _RATES):
        return ""
    return f"{_counted(scenario, parts)} per {quantity.per if quantity else 'month'}"


def _counted(scenario: Scenario, parts: Sequence[str]) -> str:
    """Name the unit of the product that a path speaks of; "units" where it is of several."""
    match parts:
        case ["needs", _, product, *_] | ["factories", _, "lines", product, *_]:
            return scenario.products[product].unit
        case ["programmes", name, "candidates", candidate, _]:
            product = scenario.programmes[name].candidates[candidate].product
            return scenario.products[product].unit
        case [("trade" | "events") as section, name, _]:
            product = getattr(getattr(scenario, section)[name], "product", "*")
            known = scenario.products.get(product) if isinstance(product, str) else None
            return known.unit if known else "units"
        case _:
            return "units"
