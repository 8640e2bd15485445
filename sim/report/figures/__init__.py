"""Draw a result: how much of each need is met, who supplies whom, what capacity is built."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from sim.assess.importance import assumed_share
from sim.records import Records
from sim.report.figures import style
from sim.report.figures.capacity import capacity_figure, changes
from sim.report.figures.fill_rate import affected, fill_rate_figure
from sim.report.figures.suppliers import groups, periods, suppliers_figure
from sim.scenario.schema import Scenario

DPI = 130


def draw(scenario: Scenario, records: Records, folder: Path) -> None:
    """Write all figures as PNG into a new folder; equal records give equal bytes on one machine."""
    folder.mkdir()
    with mpl.rc_context(style.RC):
        for name, figure in figures(scenario, records):
            figure.savefig(folder / f"{name}.png", dpi=DPI, metadata={"Software": None})


def figures(scenario: Scenario, records: Records) -> Iterator[tuple[str, Figure]]:
    """Yield each figure with its name; one that would have nothing to show is left out."""
    assumed = assumed_share(scenario, records)
    for state, needs in affected(records).items():
        yield f"fill_rate_{state}", fill_rate_figure(scenario, records, state, needs, assumed)
    began = style.moments(records, scenario.events)
    spans = periods(records.months, records.years, began[0].month if began else None)
    shown = groups(records, spans)
    if shown:
        yield "suppliers", suppliers_figure(scenario, records, spans, shown)
    changed = changes(records)
    if changed:
        yield "capacity", capacity_figure(scenario, records, changed)
