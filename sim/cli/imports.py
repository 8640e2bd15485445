"""Bring publishers' files into scenarios: `import`. Heavy libraries are imported inside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.common import quiet_option, say
from sim.cli.numbers import YEAR
from sim.report.charts.wording import counted

if TYPE_CHECKING:
    from sim.imports.found import Found

_path = click.Path(path_type=Path)
_file = click.argument("file", type=_path)
_folder = click.argument("folder", type=_path)
_out = click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The folder to write to."
)
_year = click.option("--year", type=YEAR, help="The year of the data.")


@click.group("import")
def imports() -> None:
    """Make tables and a scenario of a publisher's file.

    Run again over a folder that was edited, rows that were edited, added or deleted stay so; all
    others are taken from the file anew.
    """


def _shared(command: Callable[..., Any]) -> Callable[..., Any]:
    return _out(quiet_option(command))


@imports.command()
@_file
@_shared
@click.option(
    "--measure",
    type=click.Choice(["value", "weight", "quantity"]),
    default="value",
    show_default=True,
    help="What trade is counted by: million USD, tonnes, or the file's own units.",
)
@click.option(
    "--flow",
    type=click.Choice(["M", "X"]),
    default="M",
    show_default=True,
    help="Whose books count: M the importers', X the exporters'.",
)
@_year
def comtrade(file: Path, out: Path, quiet: bool, measure: str, flow: str, year: int | None) -> None:
    """Import trade flows from a file of UN Comtrade (CSV)."""
    from sim.imports import comtrade as importer

    _write(importer.comtrade(file, measure=measure, flow=flow, year=year), out, quiet)


@imports.command()
@_folder
@_shared
@click.option("--year", type=YEAR, required=True, help="The table's year.")
@click.option("--publisher", required=True, help="Who published it, for `sources`.")
@click.option("--unit", default="million", show_default=True, help="What money is counted in.")
@click.option(
    "--by-region",
    is_flag=True,
    help="All users in a region have the same suppliers of a product: fewer rows.",
)
def mrio(
    folder: Path, out: Path, quiet: bool, year: int, publisher: str, unit: str, by_region: bool
) -> None:
    """Import an input-output table: a folder with Z, Y and x as pymrio saves them."""
    from sim.imports import mrio as importer

    found = importer.mrio(folder, year=year, publisher=publisher, unit=unit, by_region=by_region)
    _write(found, out, quiet)


@imports.command()
@_file
@_shared
@click.option("--start", type=YEAR, help="Leave out what was delivered before.")
def sipri(file: Path, out: Path, quiet: bool, start: int | None) -> None:
    """Import arms transfers from your own export of SIPRI's trade register."""
    from sim.imports import sipri as importer

    _write(importer.sipri(file, start=start), out, quiet)


def _write(found: Found, out: Path, quiet: bool) -> None:
    """Write what was found, and say what was not taken and what was kept."""
    from sim.imports.folder import write

    done = write(found, out)
    if quiet:
        return
    for why, each in found.left_out.items():
        amount = f"{each.value:,.6g} {each.unit or found.unit}"
        say(f"left out: {why}: {counted(each.rows, 'row')}, {amount}")
    for count, what in (
        (done.edited, "edited, and kept"),
        (done.deleted, "deleted, and stay so"),
        (done.own, "of your own, and kept"),
    ):
        if count:
            say(f"rows {what}: {count:,}")
    if done.beside:
        say(f"{found.kind}.yaml was edited, and kept; the new one is {done.beside}")
    say(f"{out}: {', '.join(done.files)}")
