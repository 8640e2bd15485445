"""Make tables of results by hand, so that what a chart draws can be checked on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.report.charts.chart import Chart
from sim.report.charts.names import Names
from sim.report.charts.tables import Tables, of_result
from sim.report.result import Result
from sim.scenario.schema import Scenario
from tests.recorded import records, scenario

NAMES = Names(
    states={"AAA": "Buyerland", "BBB": "Sellerland"},
    products={"engines": "Engines", "turbines": "Turbines"},
    units={"engines": "engines", "turbines": "sets"},
    currency="million",
)


def tables(
    names: Names = NAMES, manifest: Mapping[str, Any] | None = None, **frames: Any
) -> Tables:
    """Give tables of these frames: column -> values, or a frame."""
    made = {name: pd.DataFrame(frame) for name, frame in frames.items()}
    return Tables(made.get, names, manifest or {})


def recorded(**changes: Any) -> Tables:
    """Give the tables of the result that `tests.recorded` makes."""
    world: Scenario = changes.pop("scenario", None) or scenario()
    members = changes.pop("members", range(5))
    return of_result(Result(world, records(members, **changes)))


def series(
    fill: Mapping[tuple[str, str], list[float]], start: int = 2014, spread: float = 0.0
) -> pd.DataFrame:
    """Give a `series` of fill rates by need; `spread` lies between the median and each end."""
    rows = []
    for (state, product), values in fill.items():
        for place, value in enumerate(values):
            month = f"{start + place // 12}-{place % 12 + 1:02d}"
            ends = max(value - spread, 0.0), min(value + spread, 1.0)
            rows.append(
                (
                    month,
                    "fill_rate",
                    state,
                    product,
                    value,
                    ends[0],
                    ends[0],
                    value,
                    *ends[1:] * 2,
                    value,
                )
            )
    columns = [
        "month",
        "metric",
        "state",
        "product",
        "mean",
        "p05",
        "p25",
        "p50",
        "p75",
        "p95",
        "central",
    ]
    return pd.DataFrame(rows, columns=columns)


def flows(rows: list[tuple[int, str, str, str, float]]) -> pd.DataFrame:
    """Give `flows` of (year, exporter, importer, product, units), a tenth of them to each side."""
    made = [(*row, 0.9 * row[-1], row[-1], 1.1 * row[-1], row[-1]) for row in rows]
    columns = ["year", "exporter", "importer", "product", "mean", "p05", "p50", "p95", "central"]
    return pd.DataFrame(made, columns=columns)


def begins(*events: tuple[str, str]) -> pd.DataFrame:
    """Give `events` that begin, as (month, name), in all members."""
    rows = [(month, name, "cut_off", "begins", "links", 1, 1.0) for month, name in events]
    columns = ["month", "event", "kind", "action", "targets", "count", "members"]
    return pd.DataFrame(rows, columns=columns)


def drawn(chart: Chart | None, panel: int = 0, rows: str = "rows") -> pd.DataFrame:
    """Give the data that a panel draws."""
    assert chart is not None
    return chart.panels[panel].rows[rows].reset_index(drop=True)


def titles(chart: Chart | None) -> list[str]:
    """Give the titles of the panels."""
    assert chart is not None
    return [panel.title for panel in chart.panels]
