"""Write tables of precedents, and their chart, into a folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.files.text import cell

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd


def save(
    directory: str | os.PathLike[str],
    tables: Mapping[str, pd.DataFrame],
    chart: alt.TopLevelMixin | None = None,
) -> Path:
    """Write each table as `<name>.csv` and the chart as `announced_against_actual.svg`; files of
    these names are replaced.

    Raises InputError where the folder cannot be written.
    """
    folder = Path(directory)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            harmless = table.map(lambda each: cell(each) if isinstance(each, str) else each)
            text = harmless.to_csv(index=False, float_format="%.10g", lineterminator="\n")
            (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="\n")
        if chart is not None:
            chart.save(folder / "announced_against_actual.svg")
    except OSError as error:
        raise InputError(f"{directory}: cannot write: {error.strerror or error}") from error
    return folder
