"""Define each chart once: tables of a result -> what was found, data of panels, one specification.

The page, pictures (PNG, SVG, PDF) and notebooks are all made from these definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sim.report.charts.capacity import capacity
from sim.report.charts.chart import Chart, Key, Panel
from sim.report.charts.choice import ANY, Choice
from sim.report.charts.comparison import comparison
from sim.report.charts.cost import cost
from sim.report.charts.fates import fates
from sim.report.charts.fill_rate import fill_rate
from sim.report.charts.sensitivity import sensitivity
from sim.report.charts.stress import stress
from sim.report.charts.suppliers import suppliers
from sim.report.charts.tables import Tables, of_folder, of_frames, of_result

__all__ = [
    "ANY",
    "CHARTS",
    "Chart",
    "Choice",
    "Definition",
    "Key",
    "Panel",
    "Tables",
    "available",
    "of_folder",
    "of_frames",
    "of_result",
]


@dataclass(frozen=True)
class Definition:
    """Hold how a chart is made, and of which tables."""

    make: Callable[[Tables, Choice], Chart | None]
    """Return None where there is nothing to show"""
    tables: tuple[str, ...]


CHARTS: Mapping[str, Definition] = {
    "fill_rate": Definition(fill_rate, ("series",)),
    "suppliers": Definition(suppliers, ("flows",)),
    "fates": Definition(fates, ("fates",)),
    "capacity": Definition(capacity, ("capacity",)),
    "cost": Definition(cost, ("money",)),
    "comparison": Definition(comparison, ("comparison",)),
    "stress": Definition(stress, ("criticality",)),
    "sensitivity": Definition(sensitivity, ("sensitivity",)),
}


def available(tables: Tables) -> list[str]:
    """Name the charts whose tables a result has."""
    return [name for name, each in CHARTS.items() if tables.has(*each.tables)]
