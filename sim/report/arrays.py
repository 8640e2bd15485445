"""Give what a run recorded as one xarray data set, and write that as netCDF."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError
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

    Dimensions: month, final_need, line, route, year, purse, member. Variables: monthly metrics
    [month, final_need, member]; metrics of the run, `run_` before their names [final_need, member];
    usable, output and capacity [month, line, member]; flows [year, route, member]; items of
    money, `money_` before their names [year, purse, member]. Needs, lines
    and routes have their states and products as coordinates. Raises InputError without xarray.
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
    }
    about = {"title": scenario.title, "scenario": scenario.name, "seed": scenario.seed}
    return xr.Dataset(found, _coordinates(records), about | {"source": f"sim {__version__}"})


def write_netcdf(found: xr.Dataset, target: str | os.PathLike[str]) -> Path:
    """Write a data set into a file, whole or not at all, and return its path.

    The file is netCDF 3 with 64-bit offsets, which scipy writes. Raises InputError where it cannot
    be written.
    """
    path = Path(target)
    fresh = path.with_name(f".{path.name}.part")
    try:
        found.to_netcdf(fresh, engine="scipy", format="NETCDF3_64BIT")
        os.replace(fresh, path)
    except OSError as error:
        raise InputError(f"{target}: cannot write: {error.strerror or error}") from error
    finally:
        fresh.unlink(missing_ok=True)
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
        **_beside("line", ("factory", "line_state", "line_product"), records.lines),
        **_beside("route", ("exporter", "importer", "route_product", "via"), routes),
    }


def _beside(
    dimension: str, names: Sequence[str], rows: Sequence[tuple[str, ...]]
) -> dict[str, tuple[str, list[str]]]:
    """Return what the rows of a dimension are, as coordinates of it."""
    return {name: (dimension, [row[place] for row in rows]) for place, name in enumerate(names)}


def _said(table: Mapping[str, Metric], name: str) -> dict[str, str]:
    metric = table.get(name)
    return {"long_name": metric.title, "units": metric.unit} if metric else {}
