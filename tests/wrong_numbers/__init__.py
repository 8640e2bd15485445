"""Read the small worlds of this folder, and the central case of what their runs say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

import sim

FOLDER = Path(__file__).parent
Tree = dict[str, Any]


def path(name: str) -> Path:
    """Return the file of a case."""
    return FOLDER / name / "case.yaml"


def data(name: str) -> Tree:
    """Read a case as plain data, to be edited."""
    read: Tree = yaml.safe_load(path(name).read_text(encoding="utf-8"))
    return read


def run(case: str | Tree, *sets: str) -> sim.Result:
    """Run a case, given by its name or as plain data, with some values set."""
    return sim.run(sim.parse(data(case) if isinstance(case, str) else case, sets))


def series(result: sim.Result, metric: str, state: str = "AAA", product: str = "") -> list[float]:
    """Return a metric of a state's need month by month; the need of the only product, or of one."""
    frame = result.series
    chosen = (frame.metric == metric) & (frame.state == state) & (frame.use == "final")
    if product:
        chosen &= frame["product"] == product
    found: list[float] = frame[chosen].central.tolist()
    assert len(found) == result.scenario.months
    return found


def summary(result: sim.Result, metric: str, state: str = "AAA", product: str = "") -> float:
    """Return a number of the summary; not a number where its cell is empty."""
    frame = result.summary
    chosen = (frame.metric == metric) & (frame.state == state) & (frame.use == "final")
    if product:
        chosen &= frame["product"] == product
    (found,) = frame[chosen].central.tolist()
    return float(found)


def shipped(result: sim.Result, year: int, exporter: str, importer: str, product: str) -> float:
    """Return the units that one state shipped to another in a year, whichever way they took."""
    flows = result.flows
    chosen = (flows.year == year) & (flows["product"] == product)
    chosen &= (flows.exporter == exporter) & (flows.importer == importer)
    return float(flows[chosen].central.sum())


def capital(result: sim.Result) -> float:
    """Return what all states invested in the whole run."""
    money = result.money
    return float(money[(money.state == "all") & (money.item == "capital")].central.sum())


def begins(result: sim.Result, event: str, action: str = "begins") -> dict[str, float]:
    """Return the months in which an event begins, each with the share of the members."""
    rows = result.events[(result.events.event == event) & (result.events.action == action)]
    return dict(zip(rows.month, rows.members, strict=True))


def fates(result: sim.Result) -> dict[str, float]:
    """Return the fates of the only need at the end, each with its probability."""
    rows = result.fates[(result.fates.year == "end") & (result.fates.probability > 0)]
    return dict(zip(rows.fate, rows.probability, strict=True))
