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


def propulsion_world(**changes: Any) -> Scenario:
    """Make a world with a bill of materials (unit = turbine + gear), drawn numbers, a ban, leakage
    and a programme."""
    lead = {"value": 2, "low": 1, "high": 4}
    budget = {"value": 300, "low": 200, "high": 500}
    months = {"value": 18, "low": 12, "high": 30}
    return Scenario.model_validate(
        {
            "name": "propulsion",
            "title": "Propulsion units from turbines and gears",
            "start": "2012-01",
            "months": 72,
            "members": 4,
            "seed": 3,
            "states": {
                "AAA": {"title": "Buyer", "stock_cover": {"value": 2, "low": 0, "high": 4}},
                "BBB": {"title": "Old supplier"},
                "CCC": {"title": "Ally"},
            },
            "products": {
                "turbines": {"title": "Turbines", "unit": "sets", "learning_rate": 0.15},
                "gears": {"title": "Gears", "unit": "sets", "cancellation": 0.05},
                "propulsion_units": {
                    "title": "Propulsion units",
                    "unit": "sets",
                    "inputs": {"turbines": 1, "gears": {"amount": 2, "criticality": "important"}},
                    "input_cover": 1,
                },
                "optics": {"title": "Optics", "unit": "sights", "cancellation": 1},
            },
            "factories": {
                "yard": {
                    "title": "Yard",
                    "state": "AAA",
                    "lines": {"propulsion_units": {"capacity": 12, "yield": 0.9}},
                },
                "turbine_plant": {
                    "title": "Turbine plant",
                    "state": "BBB",
                    "lines": {
                        "turbines": {
                            "capacity": {"value": 30, "low": 25, "high": 40},
                            "unit_cost": 2,
                        }
                    },
                },
                "gear_plant": {"title": "Gear plant", "state": "BBB", "lines": {"gears": 60}},
                "home_turbines": {
                    "title": "Home turbines",
                    "state": "AAA",
                    "lines": {"turbines": {"capacity": 1, "unit_cost": 3}, "gears": 0},
                },
                "lens_maker": {
                    "title": "Lens maker",
                    "state": "CCC",
                    "lines": {"optics": 40, "gears": 2},
                },
            },
            "needs": {
                "AAA": {"propulsion_units": {"value": 8, "low": 6, "high": 10}, "optics": 5},
                "CCC": {"optics": {"units": 4, "tier": 1}},
            },
            "trade": {
                "anything": {"exporter": "*", "importer": "*", "product": "*", "lead_months": lead},
                "gears": {
                    "exporter": "BBB",
                    "importer": "AAA",
                    "product": "gears",
                    "weight": 3,
                    "lead_months": 1,
                    "unit_cost": 0.1,
                },
            },
            "events": {
                "ban": {
                    "kind": "cut_off",
                    "date": "2014-03",
                    "exporter": "BBB",
                    "importer": "AAA",
                    "share": {"value": 0.9, "low": 0.7, "high": 1},
                    "phase_in": 6,
                },
                "leak": {
                    "kind": "leakage",
                    "date": "2014-03",
                    "until": "2016-03",
                    "exporter": "BBB",
                    "importer": "AAA",
                    "share": {"value": 0.3, "low": 0.1, "high": 0.6},
                    "end_share": 0,
                },
            },
            "programmes": {
                "build": {
                    "title": "Build",
                    "chair": "AAA",
                    "beneficiaries": ["AAA"],
                    "budget": {"2014-06": budget, "2015-06": budget},
                    "candidates": {
                        "turbines": {
                            "factory": "home_turbines",
                            "product": "turbines",
                            "build_months": months,
                            "qualification_months": 6,
                            "ramp_months": 6,
                            "capital_cost": 20,
                        },
                        "gears": {
                            "factory": "home_turbines",
                            "product": "gears",
                            "build_months": months,
                            "qualification_months": 12,
                            "ramp_months": 0,
                            "capital_cost": 10,
                            "absorption": 1,
                        },
                    },
                }
            },
            **changes,
        }
    )
