"""Make the shipped case as the reference can run it: with lead times and ramps in numbers, where
the case lets precedents speak, and clocks that start with the money."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from sim.engine.load import load, parse
from sim.scenario.schema import Scenario

BASELINE = Path(__file__).parents[1] / "scenarios" / "baseline.yaml"
MONTHS = {
    "build_months": {"value": 24, "low": 12, "high": 40},
    "qualification_months": {"value": 8, "low": 4, "high": 15},
    "ramp_months": {"value": 18, "low": 6, "high": 30},
}
"""For the measurement alone: spans as wide as those of the case"""
LEFT_OUT = ("lead_time", "ramp", "clock", "runs_to")


@cache
def case() -> Scenario:
    """Return the case; its world, trade, events and programmes are those of the baseline."""
    data: dict[str, Any] = load(BASELINE).model_dump(by_alias=True, exclude_unset=True)
    for kind in data["complexity"].values():
        _without(kind)
        for key, months in MONTHS.items():
            kind.setdefault(key, months)
    for programme in data["programmes"].values():
        for candidate in programme["candidates"].values():
            _without(candidate)
    return parse(data)


def _without(given: dict[str, Any]) -> None:
    for key in LEFT_OUT:
        given.pop(key, None)
