"""Write a folder of tables and figures that a study made: whole or not at all, with a manifest."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.files import MANIFEST, replaced
from sim.report.manifest import hashes, origin
from sim.scenario.loading.dump import dump
from sim.scenario.schema import Scenario
from sim.text import cell

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


def save_tables(
    directory: str | os.PathLike[str],
    scenario: Scenario,
    tables: Mapping[str, pd.DataFrame],
    *,
    figures: Mapping[str, Callable[[], Figure]] | None = None,
    command: str | None = None,
) -> Path:
    """Write each table as `<name>.csv`, the scenario they come from, and a manifest; an older
    result there is replaced.

    Each of `figures` is drawn when its turn comes and written as `figures/<name>.png`; equal
    figures give equal bytes on one machine. Raises InputError where the folder cannot be written or
    holds what is not a result.
    """
    with replaced(directory) as folder:
        for name, table in tables.items():
            text = _harmless(table).to_csv(index=False, float_format="%.10g", lineterminator="\n")
            (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="\n")
        (folder / "scenario.yaml").write_text(dump(scenario), encoding="utf-8", newline="\n")
        if figures:
            _draw(folder / "figures", figures)
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


def _draw(folder: Path, figures: Mapping[str, Callable[[], Figure]]) -> None:
    import matplotlib as mpl  # a second that tables can do without

    from sim.report.figures import DPI, style
    from sim.report.figures.glyphs import missing_glyphs_said

    folder.mkdir()
    with missing_glyphs_said(), mpl.rc_context(style.RC):
        for name, drawn in figures.items():
            drawn().savefig(folder / f"{name}.png", dpi=DPI, metadata={"Software": None})
