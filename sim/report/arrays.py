"""Give what a run recorded as one xarray data set, and write that as netCDF."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import InputError
from sim.files.aside import aside
from sim.metrics.metric import Metric
from sim.metrics.table import MONTHLY, SUMMARY
from sim.records import Records
from sim.scenario.schema import Scenario
from sim.version import __version__

if TYPE_CHECKING:
    import xarray as xr

EXTRA = "pip install 'supply-substitution[netcdf]'"
OF_THE_RUN = "run_"
"""Begins the name of a metric of the whole run: some have a monthly one of the same name."""
LINES = {
    "usable": "capacity that can be used in the month",
    "output": "good units made",
    "capacity": "capacity that is permanently usable",
}


def data_set(scenario: Scenario, records: Records) -> xr.Dataset:
    """Return the records as a data set, members last, without copying them.

    Dimensions: month, final_need, input, line, route, year, purse, cause, candidate, member.
    Variables: monthly metrics
    [month, final_need, member]; metrics of the run, `run_` before their names [final_need, member];
    usable, output and capacity [month, line, member]; flows [year, route, member]; items of
    money, `money_` before their names [year, purse, member]; metrics of inputs, `input_` before
    their names (`input_run_` those of the run) [month, input, member]; what held lines back,
    `held_months` and `held_lost` [year, cause, member]; of programmes' candidates the months of
    `funded`, `built` and `qualified` (counted from the start; -1: not in the run), `added` and
    `cost` [candidate, member]. Needs, lines, causes, candidates and routes have what they are of as
    coordinates. Raises InputError without xarray.
    """
    try:
        import xarray as xr
    except ImportError as error:
        raise InputError(f"to_xarray and to_netcdf need xarray: {EXTRA}") from error

    monthly, line = ("month", "final_need", "member"), ("month", "line", "member")
    summary, purse = ("final_need", "member"), ("year", "purse", "member")
    found: dict[str, Any] = {
        **{key: (monthly, each, _said(MONTHLY, key)) for key, each in records.series.items()},
        **{
            OF_THE_RUN + key: (summary, each, _said(SUMMARY, key))
            for key, each in records.summary.items()
        },
        **{
            key: (line, getattr(records, key), {"long_name": text, "units": "units a month"})
            for key, text in LINES.items()
        },
        "flows": (
            ("year", "route", "member"),
            records.flows,
            {"long_name": "units shipped", "units": "units a year"},
        ),
        **{f"money_{item}": (purse, each) for item, each in records.money.items()},
        **_of_inputs(records),
        **_of_causes(records),
        **_of_candidates(records),
    }
    about = {"title": scenario.title, "scenario": scenario.name, "seed": scenario.seed}
    return xr.Dataset(found, _coordinates(records), about | {"source": f"sim {__version__}"})


def _of_inputs(records: Records) -> dict[str, Any]:
    """Return the metrics of what lines of a state buy together."""
    if not records.inputs:
        return {}
    monthly, summary = ("month", "input", "member"), ("input", "member")
    found: dict[str, Any] = {
        f"input_{key}": (monthly, each, _said(MONTHLY, key))
        for key, each in records.input_series.items()
    }
    return found | {
        f"input_{OF_THE_RUN}{key}": (summary, each, _said(SUMMARY, key))
        for key, each in records.input_summary.items()
    }


def _of_causes(records: Records) -> dict[str, Any]:
    """Return what held lines back."""
    held, cause = records.bottlenecks, ("year", "cause", "member")
    if not held.rows:
        return {}
    words = {"long_name": "months in which it held the line back", "units": "months a year"}
    lost = {"long_name": "units that buyers waited for and did not get", "units": "units a year"}
    return {"held_months": (cause, held.months, words), "held_lost": (cause, held.lost, lost)}


def _of_candidates(records: Records) -> dict[str, Any]:
    """Return what became of the candidates of programmes."""
    made, last = records.candidates, len(records.months)
    if not made.names:
        return {}
    stages = {
        stage: np.where(months < last, months, -1)
        for stage, months in (
            ("funded", made.funded),
            ("built", made.built),
            ("qualified", made.qualified),
        )
    }
    months = {"units": "months from the start, -1: not in the run"}
    found: dict[str, Any] = {
        stage: (("candidate", "member"), values, months | {"long_name": f"month of: {stage}"})
        for stage, values in stages.items()
    }
    amounts = {
        "added": (made.added, {"long_name": "capacity added", "units": "units a month"}),
        "cost": (made.cost, {"long_name": "money received", "units": "money"}),
    }
    return found | {name: (("candidate", "member"), *each) for name, each in amounts.items()}


def write_netcdf(found: xr.Dataset, target: str | os.PathLike[str]) -> Path:
    """Write a data set into a file, whole or not at all, and return its path.

    The file is netCDF 3 with 64-bit offsets, which scipy writes. Raises InputError where it cannot
    be written.
    """
    path = Path(target)
    try:
        with aside(path) as fresh:
            found.to_netcdf(fresh, engine="scipy", format="NETCDF3_64BIT")
    except OSError as error:
        raise InputError(f"{target}: cannot write: {error.strerror or error}") from error
    return path


def _coordinates(records: Records) -> dict[str, Any]:
    vias = records.vias or [""] * len(records.routes)
    routes = [(*route, via) for route, via in zip(records.routes, vias, strict=True)]
    return {
        "month": list(records.months),
        "member": list(records.members),
        "year": list(records.years),
        "purse": list(records.purses),
        "final_need": list(map(" ".join, records.needs)),
        "line": [f"{factory} {product}" for factory, _, product in records.lines],
        **_beside("final_need", ("state", "product"), records.needs),
        **_labels("input", ("input_state", "input_product"), records.inputs),
        **_labels(
            "cause",
            ("cause_factory", "cause_state", "cause_product", "bound"),
            [(*line, bound) for line, bound in records.bottlenecks.rows],
        ),
        **_labels(
            "candidate",
            ("programme", *(f"candidate_{key}" for key in ("name", "factory", "state", "product"))),
            records.candidates.names,
        ),
        **_beside("line", ("factory", "line_state", "line_product"), records.lines),
        **_beside("route", ("exporter", "importer", "route_product", "via"), routes),
    }


def _beside(
    dimension: str, names: Sequence[str], rows: Sequence[tuple[str, ...]]
) -> dict[str, tuple[str, list[str]]]:
    """Return what the rows of a dimension are, as coordinates of it."""
    return {name: (dimension, [row[place] for row in rows]) for place, name in enumerate(names)}


def _labels(
    dimension: str, names: Sequence[str], rows: Sequence[tuple[str, ...]]
) -> dict[str, Any]:
    """Return a dimension labelled by what its rows are, and that as coordinates; none where there
    are no rows.
    """
    if not rows:
        return {}
    return {dimension: list(map(" ".join, rows)), **_beside(dimension, names, rows)}


def _said(table: Mapping[str, Metric], name: str) -> dict[str, str]:
    metric = table.get(name)
    return {"long_name": metric.title, "units": metric.unit} if metric else {}
