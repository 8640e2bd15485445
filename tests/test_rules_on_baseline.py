"""Switching to any rule changes the shipped case, where the case gives it something to decide."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.engine.run import run
from sim.rules import registry
from sim.rules.registry import Rule

pytestmark = pytest.mark.untraced

BASELINE = Path(__file__).parent.parent / "scenarios/baseline.yaml"
DEFAULTS = {
    ("allocation", "proportional"),
    ("sourcing", "fixed"),
    ("search", "none"),
    ("ordering", "hold_cover"),
    ("stockpile", "draw_down"),
    ("production", "leontief"),
    ("overtime", "none"),
    ("investment", "none"),
    ("learning", "crawford"),
    ("pricing", "at_cost"),
    ("programme", "proportional_to_gap"),
}
PARAMETERS: dict[str, dict[str, Any]] = {
    "tiers": {"order": ["home", "ally", "other"]},
    "guarantee_plus_priority": {"guarantee": 0.3},
    "political_quota": {"shares": {"RUS": 0.5, "BLR": 0.3, "KAZ": 0.2}},
    "mix": {"weights": {"largest_gap_first": 0.5, "spread_evenly": 0.5}},
    "build_ahead": {"months_before": 12, "extra_months": 6},
    "reserve": {"floor_months": 6},
    "retool_when_idle": {"idle_share": 0.3, "idle_months": 3, "margin": 5.0},
    "mark_up": {"share": 0.2},
    "scarcity": {"premium": 0.5},
    "optimal": {},
}
SETS: dict[str, list[str]] = {
    # what a rule needs before it can differ: classes of inputs, a later tier, learning, months
    # enough
    "strongly_critical": [
        "products.helicopter_engines.inputs.helicopter_engine_parts={amount: 1, criticality: minor}"
    ],
    "half_critical": [
        "products.helicopter_engines.inputs.helicopter_engine_parts={amount: 1, criticality:"
        " important}"
    ],
    "weakly_critical": [
        "products.helicopter_engines.inputs.helicopter_engine_parts={amount: 1, criticality:"
        " important}"
    ],
    "reserve": ["needs.RUS.helicopter_engines.tier=1"],
    "retool_when_idle": [
        f"complexity.{name}.{key}"
        for name in ("simple_components", "hard_components")
        for key in ("retool_months=6", "retool_loss=0.1", "retool_cost=0.01")
    ],
    "wright": ["products.helicopter_engines.learning_rate=0.2"],
}


def chosen() -> list[Rule]:
    """List the rules of sim's own that are nobody's default."""
    return [each for each in registry.rules() if (each.family, each.name) not in DEFAULTS]


@cache
def recorded(family: str | None, name: str | None, sets: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Run the central case and one member of the baseline to 2018, with a rule for everyone."""
    choice = (
        {}
        if family is None
        else {"rules": {family: {"rule": name, **PARAMETERS.get(name or "", {})}}}
    )
    records = run(sim.load(BASELINE, [*sets, "months=84"], members=2, **choice)).records
    return {**records.series, "output": records.output, "usable": records.usable}


@pytest.mark.parametrize("rule", chosen(), ids=lambda rule: f"{rule.family}-{rule.name}")
def test_switching_to_it_changes_the_baseline(rule: Rule) -> None:
    """Some series differs from that under the default rules."""
    sets = tuple(SETS.get(rule.name, []))
    usual, other = recorded(None, None, sets), recorded(rule.family, rule.name, sets)
    assert any(not np.array_equal(values, other[name]) for name, values in usual.items())


def test_every_default_is_a_rule() -> None:
    """And each family has one."""
    assert {(each.family, each.name) for each in registry.rules()} >= DEFAULTS
    assert {family for family, _ in DEFAULTS} == set(registry.FAMILIES)
