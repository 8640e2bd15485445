"""Tiny named worlds that several tests share; each could be shown to a user."""

from __future__ import annotations

from typing import Any

from sim.scenario.schema import Scenario


def world(**changes: Any) -> Scenario:
    """Make a checked scenario from `old_supplier` with some top-level keys replaced."""
    return Scenario.model_validate({**old_supplier(), **changes})


def old_supplier() -> dict[str, Any]:
    """Return a world in which AAA buys engines from BBB's plant and its own, 80 to 20."""
    return {
        "name": "old_supplier",
        "title": "An old supplier and a home plant",
        "start": "2014-01",
        "months": 24,
        "members": 1,
        "seed": 1,
        "states": {"AAA": {"title": "Buyer"}, "BBB": {"title": "Old supplier"}},
        "products": {"engines": {"title": "Engines", "unit": "engines"}},
        "factories": {
            "old_plant": {"title": "Old plant", "state": "BBB", "lines": {"engines": 200}},
            "home_plant": {"title": "Home plant", "state": "AAA", "lines": {"engines": 20}},
        },
        "needs": {"AAA": {"engines": 100}},
        "trade": {
            "old": {"exporter": "BBB", "importer": "AAA", "product": "engines", "weight": 0.8},
            "home": {"exporter": "AAA", "importer": "AAA", "product": "engines", "weight": 0.2},
        },
    }
