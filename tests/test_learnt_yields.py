"""A month goes by one yield, on paper: what lines have learnt counts from the next month on.

AAA needs 60 a month; its own line of 20 starts with a yield of 0.8, learns, and is always busy.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.wrong_numbers import Tree, capital, run, series

approx = pytest.approx


def learning(**line: Any) -> Tree:
    """Make the world; BBB, which makes the rest, is cut off in July."""
    cut = {"kind": "cut_off", "date": "2014-07", "exporter": "BBB", "importer": "AAA"}
    good = {"title": "X", "unit": "x", "learning_rate": 0.2, "cancellation": 1}
    plant = {"title": "Home", "state": "AAA"}
    return {
        "name": "learning",
        "title": "Learning",
        "start": "2014-01",
        "months": 36,
        "rules": {"learning": {"rule": "crawford", "best_yield": 0.9}},
        "states": {"AAA": {"title": "A"}, "BBB": {"title": "B"}},
        "products": {"x": good},
        "factories": {
            "old": {"title": "Old", "state": "BBB", "lines": {"x": 100}},
            "home": {
                **plant,
                "lines": {"x": {"capacity": 20, "yield": 0.8, "unit_cost": 5, **line}},
            },
        },
        "needs": {"AAA": {"x": 60}},
        "trade": {
            "old": {"exporter": "BBB", "importer": "AAA", "product": "x"},
            "home": {"exporter": "AAA", "importer": "AAA", "product": "x"},
        },
        "events": {"cut": cut},
    }


def test_a_programme_builds_on_a_line_whose_yield_grows() -> None:
    """All 60 come from home with 60 / yield starts, of which 20 are there: at a capital cost of 10
    and a yield of 0.8 to 0.9 that is 466.7 to 550."""
    world = learning()
    candidate = {"factory": "home", "product": "x", "capital_cost": 10}
    times = {"build_months": 6, "qualification_months": 0, "ramp_months": 0}
    world["programmes"] = {
        "build": {
            "title": "Build",
            "chair": "AAA",
            "beneficiaries": ["AAA"],
            "budget": {"2014-07": 1000},
            "candidates": {"home": candidate | times},
        }
    }
    result = run(world)
    assert 466.7 < capital(result) < 550
    assert series(result, "received")[-24:] == approx([60.0] * 24)


def test_a_busy_line_whose_yield_grows_is_not_laid_up() -> None:
    result = run(learning(mothball={"after_months": 1}))
    home = result.capacity[result.capacity.factory == "home"]
    assert home.capacity_central.tolist() == [20] * 36


def test_what_holds_a_busy_line_back_is_its_capacity() -> None:
    """It has no inputs that it could lack."""
    held = run(learning()).bottlenecks
    found = held[held.factory == "home"]
    assert found.bound.tolist() == ["capacity"] * 3
    assert found.share.tolist() == [0.5, 1, 1]
