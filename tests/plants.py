"""Worlds in which plant is built, and what becomes of it: for tests of capacity and upkeep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine.run import run
from sim.errors import ScenarioError
from sim.scenario.loading.load import parse
from sim.scenario.schema import Scenario
from tests.worlds import old_supplier, world

BAN = {"kind": "cut_off", "date": "2014-05", "exporter": "BBB", "importer": "AAA"}
HOME = {
    "factory": "home_plant",
    "product": "engines",
    "build_months": 6,
    "qualification_months": 0,
    "ramp_months": 0,
    "capital_cost": 2,
}


def programme(candidate: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Return a programme that puts 20 money into 10 units a month at the home plant in June
    2014.
    """
    home = HOME | (candidate or {})
    return {
        "title": "Build",
        "chair": "AAA",
        "beneficiaries": ["AAA"],
        "budget": {"2014-06": 20},
        "candidates": {"home": home},
    } | changes


def capacity(
    scenario: Scenario, factory: str = "home_plant", product: str = "engines"
) -> np.ndarray:
    """Run and return a line's usable capacity month by month in the central case."""
    records = run(scenario).records
    assert max(records.residuals.values()) <= 64
    return records.usable[:, [line[::2] for line in records.lines].index((factory, product)), 0]


def built(months: int = 24, events: dict[str, Any] | None = None, **changes: Any) -> np.ndarray:
    """Run with a ban and a programme, and return what the home plant has beyond its 20."""
    programmes = {"build": programme(**changes)}
    return (
        capacity(world(months=months, events={"ban": BAN} | (events or {}), programmes=programmes))
        - 20
    )


def faults(**changes: Any) -> list[str]:
    """Return what the door says of the old supplier's world with some keys changed."""
    with pytest.raises(ScenarioError) as caught:
        parse({**old_supplier(), **changes})
    return [f"{fault.path}: {fault.message}" for fault in caught.value.faults]
