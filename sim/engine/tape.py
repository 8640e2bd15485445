"""Hold what a run records: the arrays that are made beforehand, for all months and members."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from sim.engine.ledger import blank
from sim.engine.watch import Holding
from sim.kernels.arrays import Floats
from sim.metrics.table import MONTHLY
from sim.scenario.quantity import month_number
from sim.scenario.schema import Scenario
from sim.world.axes import Axes

LINES: Mapping[str, str] = {
    "usable": "lines.usable",
    "output": "made",
    "capacity": "lines.capacity",
}
"""What is recorded of lines, by the path of the world's array, [lines, members]"""
PARTS = (*LINES, "flows", "supplies", "money", "spent", "inputs", "holding")
"""What a tape may hold besides series."""


def recorded() -> list[str]:
    """List the names of the monthly metrics that are recorded."""
    return [name for name, metric in MONTHLY.items() if metric.is_recorded]


def recorded_of_inputs() -> list[str]:
    """List the names of those that are also recorded for inputs of lines."""
    return [name for name in recorded() if MONTHLY[name].of_inputs]


@dataclass(frozen=True, eq=False)
class Tape:
    """Hold the arrays into which a run records, members last.

    Arrays that are not to be recorded are empty. A part of a tape, for some members, shares its
    arrays.
    """

    months: int
    series: dict[str, Floats]
    """Metric -> [months, final needs, members]"""
    usable: Floats
    """[months, lines, members]"""
    output: Floats
    """[months, lines, members]"""
    capacity: Floats
    """[months, lines, members]"""
    flows: Floats
    """[years, routes, members]"""
    final_flows: Floats
    """The part of them that is for final use, [years, final routes, members]"""
    final_rest: Floats
    """The same of a month at rest, [final routes, members]"""
    supplies: Floats
    """Units of the last calendar year, by exporting state and what it serves, [suppliers,
    members]"""
    money: dict[str, Floats]
    """Item of the ledger -> [years, states, members]"""
    spent: Floats
    """By each programme, in the whole run, [programmes, members]"""
    of_inputs: Floats
    """[metrics, months, inputs, members]: what all lines of a state do with an input"""
    holding: Holding

    @property
    def inputs(self) -> dict[str, Floats]:
        """Return what is recorded of inputs of lines: metric -> [months, inputs, members]."""
        return dict(zip(recorded_of_inputs(), self.of_inputs, strict=False))

    @classmethod
    def blank(
        cls, scenario: Scenario, axes: Axes, members: int, only: Collection[str] | None = None
    ) -> Tape:
        """Make a tape for `members` members; `only` names the series and other parts to record;
        None: all.
        """
        first, months = month_number(scenario.start), scenario.months
        years = (first + months - 1) // 12 - first // 12 + 1
        kept = set((*recorded(), *PARTS) if only is None else only)
        shapes = _shapes(axes, months, years, members, kept)
        # not yet written: pages that nothing is written to take no memory
        arrays = {name: np.empty(shape) for name, shape in shapes.items()}
        return cls(
            months=months,
            series={name: arrays[name] for name in recorded() if name in kept},
            usable=arrays["usable"],
            output=arrays["output"],
            capacity=arrays["capacity"],
            flows=arrays["flows"],
            final_flows=arrays["final_flows"],
            final_rest=arrays["final_rest"],
            supplies=arrays["supplies"],
            money=blank(axes, years, members) if "money" in kept else {},
            spent=np.empty((len(axes.programmes) if "spent" in kept else 0, members)),
            of_inputs=arrays["inputs"],
            holding=Holding.blank(axes, years, members, is_kept="holding" in kept),
        )

    def part(self, start: int, stop: int) -> Tape:
        """Return the part of the members from `start` up to `stop`."""
        own = np.s_[..., start:stop]
        series, money = (
            {name: each[own] for name, each in part.items()} for part in (self.series, self.money)
        )
        return Tape(
            self.months,
            series,
            self.usable[own],
            self.output[own],
            self.capacity[own],
            self.flows[own],
            self.final_flows[own],
            self.final_rest[own],
            self.supplies[own],
            money,
            self.spent[own],
            self.of_inputs[own],
            self.holding.part(start, stop),
        )


def _shapes(
    axes: Axes, months: int, years: int, members: int, kept: Collection[str]
) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array by its name."""
    lines, inputs = len(axes.lines), len(axes.input_needs)
    routes, finals = (axes.route_count, axes.final_routes[0].size) if "flows" in kept else (0, 0)
    years = years if "flows" in kept else 0
    return {
        **{name: (months, axes.final, members) for name in recorded() if name in kept},
        **{part: (months if part in kept else 0, lines, members) for part in LINES},
        "flows": (years, routes, members),
        "final_flows": (years, finals, members),
        "final_rest": (finals, members),
        "supplies": (axes.suppliers[0].size if "supplies" in kept else 0, members),
        "inputs": (
            (len(recorded_of_inputs()), months, inputs, members)
            if "inputs" in kept
            else (0, 0, 0, members)
        ),
    }
