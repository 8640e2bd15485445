"""Write a folder of tables and a page that a study made: whole or not at all, with a manifest."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sim.files.text import cell
from sim.report.files import MANIFEST, replaced
from sim.report.manifest import hashes, origin
from sim.scenario.loading.dump import dump
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd


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
        for name, table in tables.items():
            text = _harmless(table).to_csv(index=False, float_format="%.10g", lineterminator="\n")
            (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="\n")
        (folder / "scenario.yaml").write_text(dump(scenario), encoding="utf-8", newline="\n")
        if figures:
            from sim.report.charts.tables import of_frames
            from sim.report.page import write_page  # altair takes a while to import

            write_page(of_frames(tables.get, scenario, origin(scenario, command)), folder)
        description = origin(scenario, command) | {"files": hashes(folder)}
        (folder / MANIFEST).write_text(
            json.dumps(description, indent=2, ensure_ascii=False) + "\n",
            encoding="utf-8",
            newline="\n",
        )
    return Path(directory)


def _harmless(table: pd.DataFrame) -> pd.DataFrame:
    """Write the text of a table so that no spreadsheet takes it for a formula."""
    return table.map(lambda each: cell(each) if isinstance(each, str) else each)
