"""Choose the formats of a study's table of results, and read it from either format.

Results that a spreadsheet can open are CSV, longer ones Parquet in parts; the other format is
written on demand, and tables that are in a folder are kept up to date.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.report.files import hashes_in
from sim.scenario.tables.parquet import NEEDED
from sim.study.parquet_parts import blocks, has_pyarrow, read_parts
from sim.study.reading import PARQUET, RESULTS, frame

if TYPE_CHECKING:
    import pandas as pd

LARGE = 10**6
"""Lines from which on results are Parquet; a spreadsheet opens 1,048,576."""


def due(folder: Path, lines: int, *, csv: bool = False, parquet: bool = False) -> set[str]:
    """Name the tables of results, of so many lines, that a finished study lacks: its own, those
    asked for, and those that stand there but not in its manifest.

    Parquet is none of them where pyarrow is not installed.
    """
    wanted = {_own(lines), *standing(folder)}
    wanted |= {name for name, is_asked in ((RESULTS, csv), (PARQUET, parquet)) if is_asked}
    if not has_pyarrow():
        wanted.discard(PARQUET)
    return wanted - (standing(folder) & listed(folder))


def standing(folder: Path) -> set[str]:
    """Name the tables of results in a folder."""
    return {name for name in (RESULTS, PARQUET) if (folder / name).exists()}


def listed(folder: Path) -> set[str]:
    """Name what the manifest of a folder lists, folders in it as a whole."""
    return {name.partition("/")[0] for name in hashes_in(folder)}


def read_results(folder: Path, points: int, rows: int) -> pd.DataFrame:
    """Read the results of a study with so many numbers, `rows`, at each point: from its own table,
    or the other where that one cannot be read.

    Raises InputError where neither can, or where it is damaged.
    """
    if told := lacking(folder, points * rows):
        raise InputError(f"{folder}: {told}")
    if _readable(folder, points * rows)[0] == RESULTS:
        return frame(folder / RESULTS)
    return read_parts(folder / PARQUET, len(list(blocks(points, rows))))


def lacking(folder: Path, lines: int) -> str:
    """Say why the results of a study that is finished cannot be read here; empty where they can."""
    if _readable(folder, lines):
        return ""
    if has_pyarrow():
        return "has no table of its results; resume it (--resume)"
    return (
        f"{lines:,} lines of results are written as Parquet, and as CSV only on request. {NEEDED};"
        " resume the study (--resume) then, or with --csv (csv=True)"
    )


def _own(lines: int) -> str:
    """Name the table that results of so many lines are written as unless more is asked for."""
    return PARQUET if lines >= LARGE else RESULTS


def _readable(folder: Path, lines: int) -> list[str]:
    """Name the tables that can be read here, the study's own first."""
    names = standing(folder) if has_pyarrow() else standing(folder) - {PARQUET}
    own = _own(lines)
    return sorted(names, key=lambda name: name != own)
