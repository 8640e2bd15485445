"""Rank firms by their economic systemic risk: `esri`. Heavy libraries are imported inside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.common import folder_for, quiet_option, say, set_option, where
from sim.cli.numbers import Real
from sim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 12
"""Firms that are printed."""


@click.command()
@click.argument("source", type=click.Path())
@set_option
@click.option(
    "--market", is_flag=True, help="A failing firm is missed less where others make the same."
)
@click.option(
    "--tolerance",
    type=Real(min=0, max=1),
    default=0.01,
    show_default=True,
    help="A shock spreads until no firm falls by more than this share in a step.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The result folder; results/<name of the scenario or table>_esri by default.",
)
@quiet_option
def esri(
    source: str,
    sets: tuple[str, ...],
    market: bool,
    tolerance: float,
    out: Path | None,
    quiet: bool,
) -> None:
    """Rank firms by how much output falls with each: the economic systemic risk index.

    SOURCE is a table of links (CSV or Parquet) with the columns supplier, buyer, amount and, where
    there are any, industry (the supplier's) and class (essential, non-essential or negligible). Or
    it is a scenario, of which the factories and what flows at rest are taken. Writes esri.csv.
    """
    from sim.experiments.systemic import is_table

    of_source = _of_table if is_table(source) else _of_scenario
    table, folder = of_source(source, sets, market, tolerance, out)
    if not quiet:
        shown = table[["firm", "output", "esri", "downstream", "upstream"]].head(SHOWN)
        say(shown.to_string(index=False, float_format="{:.3g}".format))
        say(f"output in {table['unit'].iloc[0]}")
        say(where(folder))


def _of_table(
    source: str, sets: tuple[str, ...], market: bool, tolerance: float, out: Path | None
) -> tuple[pd.DataFrame, Path]:
    from sim.experiments.links import read_links
    from sim.experiments.systemic import of_links
    from sim.report.study import save_of_table

    if sets:
        raise InputError(f"--set: {sets[0]}: a table of links has no values to set")
    folder = folder_for(out, Path("results", f"{Path(source).stem}_esri"))
    links = read_links(source)
    table = of_links(links, market=market, tolerance=tolerance)
    command = click.get_current_context().obj
    save_of_table(folder, (source, links.sha256), {"esri": table}, command=command)
    return table, folder


def _of_scenario(
    source: str, sets: tuple[str, ...], market: bool, tolerance: float, out: Path | None
) -> tuple[pd.DataFrame, Path]:
    import sim
    from sim.experiments.systemic import of_scenario
    from sim.report.study import save_tables

    scenario = sim.load(source, sets)
    folder = folder_for(out, Path("results", f"{scenario.name}_esri"))
    table = of_scenario(scenario, market=market, tolerance=tolerance)
    save_tables(folder, scenario, {"esri": table}, command=click.get_current_context().obj)
    return table, folder
