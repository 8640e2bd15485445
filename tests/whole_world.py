"""One tiny world in which every part of a month has something to do and every entity and kind of
event occurs: for tests of what nothing may leave out."""

from __future__ import annotations

from typing import Any

from sim.scenario.loading.load import parse
from sim.scenario.schema import Scenario

Tree = dict[str, Any]
MONTHS = 27


def whole_world(**changes: Any) -> Scenario:
    """Return the checked scenario, with some top-level keys replaced."""
    return parse({**whole(), **changes})


def whole() -> Tree:
    """Return it as plain data, new each time: AAA buys vessels and sets, BBB cuts it off, CCC
    passes goods on, DDD is found by search."""
    return {
        "name": "whole",
        "title": "A world with everything in it",
        "start": "2014-01",
        "months": MONTHS,
        "members": 2,
        "seed": 5,
        "rules": _rules(),
        "states": {
            "AAA": {"title": "Buyer", "bloc": "west", "stock_cover": 1, "affinity": {"DDD": 0.7}},
            "BBB": {"title": "Old supplier", "bloc": "east"},
            "CCC": {"title": "Transit"},
            "DDD": {"title": "Far"},
        },
        "products": _products(),
        "complexity": _classes(),
        "factories": _factories(),
        "needs": {
            "AAA": {
                "vessels": {"units": 5, "stock_cover": 1, "initial_stock_cover": 2},
                "sets": {"by_year": {2014: 120, 2015: 180}},
                "meters": {"series": [8, 9, 10, 12], "tier": 1},
                "toys": 1,
            },
            "CCC": {"sets": 2},
        },
        "trade": _trade(),
        "programmes": _programmes(),
        "events": _events(),
        "sources": {"report": {"title": "A report"}},
    }


def _rules() -> Tree:
    return {
        "sourcing": {"rule": "satisfaction_adjusted", "speed": 0.3},
        "search": {
            "rule": "gravity",
            "probability": 0.8,
            "patience": 1,
            "qualification_months": 2,
        },
        "ordering": {"rule": "hold_cover", "adjustment_months": 2.0, "smoothing_months": 2.0},
        "stockpile": {"rule": "build_ahead", "months_before": 4, "extra_months": 2},
        "overtime": {"rule": "ario", "most": 1.2, "months": 4.0},
        "learning": {"rule": "crawford", "best_yield": 0.99, "forgetting": 0.1},
        "pricing": {"rule": "scarcity"},
        "investment": {"rule": "none"},
    }


def _products() -> Tree:
    return {
        "sets": {
            "title": "Sets",
            "unit": "sets",
            "complexity": "easy",
            "learning_rate": 0.2,
            "cancellation": 0.1,
        },
        "meters": {"title": "Meters", "unit": "meters", "complexity": "easy"},
        "toys": {"title": "Toys", "unit": "toys"},
        "vessels": {
            "title": "Vessels",
            "unit": "vessels",
            "inputs": {"sets": {"amount": 1.5}, "meters": {"amount": 0.5}},
            "input_cover": 1,
            "complexity": "hard",
            "lot": 2,
        },
    }


def _classes() -> Tree:
    return {
        "easy": {
            "build_months": 2,
            "qualification_months": 1,
            "ramp_months": 3,
            "capital_cost": 1,
            "retool_months": 2,
            "retool_loss": 0.1,
            "retool_cost": 0.5,
        },
        "hard": {
            "build_months": 4,
            "qualification_months": 2,
            "ramp_months": 4,
            "capital_cost": 3,
            "stages": "erlang",
            "shape": 4,
        },
    }


def _factories() -> Tree:
    lay_up = {"after_months": 2, "return_months": 1, "return_share": 0.8}
    return {
        "old_works": {
            "title": "Old works",
            "state": "BBB",
            "idle_cost": 0.1,
            "usable_share": 0.9,
            "lines": {
                "sets": {
                    "capacity": {"value": 40, "low": 35, "high": 50},
                    "unit_cost": 2,
                    "yield": 0.9,
                    "mothball": lay_up,
                },
                "meters": {
                    "capacity": {"value": 20, "source": "report"},
                    "unit_cost": 1,
                    "utilisation": 0.9,
                },
            },
        },
        "yard": {
            "title": "Yard",
            "state": "AAA",
            "lines": {"vessels": {"capacity": 7, "unit_cost": 9, "decay": 0.1}},
        },
        "home_works": {
            "title": "Home works",
            "state": "AAA",
            "idle_cost": 0.2,
            "rules": {"investment": {"rule": "expand_when_pressed", "for_months": 2}},
            "lines": {
                "sets": {"capacity": 4, "unit_cost": 2},
                "meters": {"capacity": 3, "unit_cost": 1},
                "vessels": 0,
            },
        },
        "turner": {
            "title": "Turner",
            "state": "AAA",
            "rules": {"investment": {"rule": "retool_when_idle", "idle_months": 2}},
            "lines": {
                "meters": {"capacity": 2, "unit_cost": 1, "mothball": lay_up},
                "sets": {"capacity": 2, "unit_cost": 2, "qualified": "2014-04"},
                "toys": {"capacity": 4, "unit_cost": 1},
            },
        },
        "far_works": {
            "title": "Far works",
            "state": "DDD",
            "lines": {"sets": {"capacity": 9, "unit_cost": 3, "mothball": lay_up}},
        },
    }


def _trade() -> Tree:
    return {
        "any": {"exporter": "*", "importer": "*", "product": "*", "unit_cost": 0.1},
        "far": {
            "exporter": "DDD",
            "importer": "*",
            "product": "*",
            "by_search": True,
            "lead_months": 2,
        },
        "old_meters": {
            "exporter": "BBB",
            "importer": "AAA",
            "product": "meters",
            "weight": 2,
            "cap": 14,
            "lead_months": 2,
        },
    }


def _programmes() -> Tree:
    return {
        "north": {
            "title": "North",
            "chair": "AAA",
            "beneficiaries": ["AAA", "CCC"],
            "chair_weight": 2,
            "budget": {"2014-08": 8, "2015-02": 8},
            "cancelled_share": 0.02,
            "candidates": {
                "sets": {
                    "factory": "home_works",
                    "product": "sets",
                    "clock": "decision",
                    "max_capacity": 20,
                    "absorption": 2,
                },
                "meters": {
                    "factory": "home_works",
                    "product": "meters",
                    "ramp": {"shape": "exponential", "half": 2},
                },
                "vessels": {"factory": "home_works", "product": "vessels", "announced_months": 9},
            },
        },
        "south": {
            "title": "South",
            "chair": "CCC",
            "beneficiaries": "all",
            "active": False,
            "budget": {"2014-10": 6},
            "candidates": {
                "sets": {
                    "factory": "far_works",
                    "product": "sets",
                    "build_months": 3,
                    "clock": "decision",
                },
            },
        },
    }


def _events() -> Tree:
    west = {"exporter": "BBB", "importer": "AAA"}
    return {
        "ban": {"kind": "cut_off", "date": "2014-07", **west, "share": 0.8, "phase_in": 2},
        "sanction": {
            "kind": "sanction",
            "date": "2014-09",
            **west,
            "product": "meters",
            "share": 0.9,
            "contracts_until": "2014-12",
        },
        "quota": {"kind": "quota", "date": "2014-08", **west, "product": "sets", "cap": 2},
        "leak": {
            "kind": "leakage",
            "date": "2014-07",
            **west,
            "share": 0.2,
            "end_share": 0.05,
            "until": "2016-01",
        },
        "exempt": {
            "kind": "exemption",
            "date": "2014-10",
            **west,
            "product": "meters",
            "cap": 1,
        },
        "duty": {"kind": "tariff", "date": "2014-05", **west, "rate": 0.1},
        "wary": {
            "kind": "preference",
            "date": "2014-03",
            "until": "2015-01",
            **west,
            "product": "sets",
            "factor": 0.4,
        },
        "toll": {"kind": "tariff", "date": "2014-06", **west, "amount": 0.2},
        "detour": {
            "kind": "reexport",
            "date": "2014-08",
            **west,
            "product": "sets",
            "via": "CCC",
            "capacity": 1,
            "growth": 0.2,
            "decay": 0.05,
            "mark_up": 0.3,
            "unit_cost": 0.1,
            "detection": 0.1,
            "closed_months": 3,
        },
        "relief": {
            "kind": "lifting",
            "date": "2015-02",
            "lifts": ["ban", "quota"],
            "share": 0.7,
            "phase_in": 2,
        },
        "slump": {
            "kind": "demand",
            "date": "2014-03",
            "until": "2014-06",
            "state": "AAA",
            "product": "sets",
            "factor": 0.3,
        },
        "frugal": {
            "kind": "thrift",
            "when": {"metric": "fill_rate", "state": "AAA", "product": "toys", "below": 0.9},
            "input": "sets",
            "factor": 0.8,
            "phase_in": 3,
        },
        "fire": {"kind": "outage", "date": "2014-05", "factory": "turner", "share": 0.5},
        "rebuilt": {
            "kind": "repair",
            "after": {"event": "fire", "months": 4},
            "repairs": ["fire"],
            "share": 0.9,
        },
        "end": {
            "kind": "closure",
            "date": "2015-10",
            "factory": ["turner", "far_works"],
            "product": "*",
        },
        "turned": {
            "kind": "retool",
            "date": "2014-10",
            "factory": "home_works",
            "from_product": "meters",
            "to_product": "sets",
            "share": 0.3,
            "months": 2,
            "loss": 0.1,
        },
        "permit": {
            "kind": "licence",
            "date": "2014-06",
            "factory": "home_works",
            "product": "sets",
            "royalty": 0.1,
        },
        "go": {"kind": "programme_start", "date": "2014-09", "programme": "south"},
        "funds": {
            "kind": "funding",
            "date": "2014-11",
            "programme": "north",
            "amount": 6,
            "months": 3,
        },
        "halt": {"kind": "programme_stop", "date": "2015-12", "programme": "south"},
    }
