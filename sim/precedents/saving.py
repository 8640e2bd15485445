"""Write tables of precedents, and their chart, into a folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.files.aside import aside, replace_file
from sim.files.text import cell

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd


def save(
    directory: str | os.PathLike[str],
    tables: Mapping[str, pd.DataFrame],
    chart: alt.TopLevelMixin | None = None,
) -> Path:
    """Write each table as `<name>.csv` and the chart as `announced_against_actual.svg`; older
    files of these names stand until the new ones are whole.

    Raises InputError where the folder cannot be written.
    """
    folder = Path(directory)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            harmless = table.map(lambda each: cell(each) if isinstance(each, str) else each)
            text = harmless.to_csv(index=False, float_format="%.10g", lineterminator="\n")
            replace_file(folder / f"{name}.csv", text)
        if chart is not None:
            with aside(folder / "announced_against_actual.svg") as fresh:
                chart.save(fresh, format="svg")
    except OSError as error:
        raise InputError(f"{directory}: cannot write: {error.strerror or error}") from error
    return folder
