"""Write a folder of tables and a page that a study made: whole or not at all, with a manifest."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.files.text import cell
from sim.report.files import MANIFEST, replaced
from sim.report.manifest import hashes, origin, origin_of_many, origin_of_table
from sim.scenario.loading.dump import dump
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.charts.chart import Chart


def save_tables(
    directory: str | os.PathLike[str],
    scenario: Scenario,
    tables: Mapping[str, pd.DataFrame],
    *,
    figures: bool = False,
    command: str | None = None,
) -> Path:
    """Write each table as `<name>.csv`, the scenario they come from, and a manifest; an older
    result there is replaced.

    With `figures`, the page report.html is written beside the tables. Raises
    InputError where the folder cannot be written or holds what is not a result.
    """
    with replaced(directory) as folder:
        _write_tables(folder, tables)
        (folder / "scenario.yaml").write_text(dump(scenario), encoding="utf-8", newline="\n")
        if figures:
            from sim.report.charts.tables import of_frames
            from sim.report.page import write_page  # altair takes a while to import

            write_page(of_frames(tables.get, scenario, origin(scenario, command)), folder)
        _write_manifest(folder, origin(scenario, command))
    return Path(directory)


def save_of_table(
    directory: str | os.PathLike[str],
    source: tuple[str, str],
    tables: Mapping[str, pd.DataFrame],
    *,
    command: str | None = None,
) -> Path:
    """Write tables that were made of a table, `source` its file and sha256; otherwise as
    `save_tables`.
    """
    with replaced(directory) as folder:
        _write_tables(folder, tables)
        _write_manifest(folder, origin_of_table(*source, command))
    return Path(directory)


def save_of_many(
    directory: str | os.PathLike[str],
    tables: Mapping[str, pd.DataFrame],
    chart: Chart | None,
    *,
    command: str | None = None,
) -> Path:
    """Write tables that were made of several scenarios, and a chart where there is one, by its
    name; otherwise as `save_tables`.
    """
    with replaced(directory) as folder:
        _write_tables(folder, tables)
        if chart:
            chart.save(folder / f"{chart.name}.svg")
        _write_manifest(folder, origin_of_many(command))
    return Path(directory)


def _write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    for name, table in tables.items():
        text = _harmless(table).to_csv(index=False, float_format="%.10g", lineterminator="\n")
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="\n")


def _write_manifest(folder: Path, description: dict[str, Any]) -> None:
    text = json.dumps(description | {"files": hashes(folder)}, indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def _harmless(table: pd.DataFrame) -> pd.DataFrame:
    """Write the text of a table so that no spreadsheet takes it for a formula."""
    return table.map(lambda each: cell(each) if isinstance(each, str) else each)
