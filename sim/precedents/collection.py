"""Give the collection of precedents as frames: cases, milestones and ramps, shipped ones and your
own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.precedents import columns
from sim.precedents.reading import Faults, Row, Table, check_cells, read_table
from sim.precedents.relations import check_cases, check_milestones

if TYPE_CHECKING:
    import pandas as pd

HERE = Path(__file__).parent / "data"
"""The shipped folder."""


@dataclass(frozen=True, eq=False)
class Collection:
    """Cases, milestones and ramps as they stand in the files, a row each, texts; empty cells are
    "".

    Milestones carry their case's `cluster`, `class` and `head_start`. `shipped` is true for rows of
    the package. Frames are to be read, not written to.
    """

    cases: pd.DataFrame
    milestones: pd.DataFrame
    ramps: pd.DataFrame


def load(with_dir: str | os.PathLike[str] | None = None) -> Collection:
    """Return the shipped collection, followed by the rows of one's own folder.

    The folder holds `cases.csv` and `milestones.csv` of the shipped columns, and `ramps.csv` if
    wanted. Raises InputError where the folder is missing, PrecedentsError with every fault and its
    place otherwise.
    """
    shipped = _shipped()
    if with_dir is None:
        return shipped
    import pandas as pd

    pairs = zip(_frames(shipped), _frames(_read(Path(with_dir), shipped)), strict=True)
    every, said, points = (pd.concat(pair, ignore_index=True) for pair in pairs)
    return Collection(every.drop_duplicates("case", ignore_index=True), said, points)


def cases(with_dir: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Return a frame of the cases."""
    return load(with_dir).cases.copy()


def milestones(with_dir: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Return a frame of the milestones, announced against actual, with class and head start."""
    return load(with_dir).milestones.copy()


def ramps(with_dir: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Return a frame of points of ramps."""
    return load(with_dir).ramps.copy()


@cache
def _shipped() -> Collection:
    """Read the shipped folder once."""
    return _read(HERE, None)


def _frames(each: Collection) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the three frames in order."""
    return each.cases, each.milestones, each.ramps


def _read(folder: Path, shipped: Collection | None) -> Collection:
    """Read and check a folder; a milestone may name a shipped case. Raises InputError,
    PrecedentsError.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; it holds cases.csv and milestones.csv")
    faults = Faults()
    found = {
        "cases": read_table(folder / "cases.csv", columns.CASES, columns.MORE_CASES, faults),
        "milestones": read_table(
            folder / "milestones.csv", columns.MILESTONES, columns.MORE_MILESTONES, faults
        ),
        "ramps": Table(folder / "ramps.csv", columns.RAMPS, [], []),
    }
    if (folder / "ramps.csv").exists():
        found["ramps"] = read_table(folder / "ramps.csv", columns.RAMPS, columns.MORE_RAMPS, faults)
    faults.raise_any()
    for kind, table in found.items():
        check_cells(table, kind, faults)
    known = {} if shipped is None else _by_name(shipped.cases)
    check_cases(found["cases"], known, faults)
    names = {row["case"] for row in found["cases"].rows} | set(known)
    check_milestones(found["milestones"], names | found["cases"].odd_names, faults)
    faults.raise_any()
    return _collected(found, shipped)


def _by_name(frame: pd.DataFrame) -> dict[str, Row]:
    """Return rows by their case."""
    rows = frame.astype(str).to_dict("records")
    return {str(row["case"]): {str(k): str(v) for k, v in row.items()} for row in rows}


def _collected(found: dict[str, Table], shipped: Collection | None) -> Collection:
    """Turn checked tables into frames."""
    import pandas as pd

    every = {
        "cases": (*columns.CASES, *columns.MORE_CASES),
        "milestones": (*columns.MILESTONES, *columns.MORE_MILESTONES),
        "ramps": (*columns.RAMPS, *columns.MORE_RAMPS),
    }
    frames = {
        kind: pd.DataFrame(table.rows, columns=list(every[kind]), dtype=object)
        .fillna("")
        .assign(shipped=shipped is None)
        for kind, table in found.items()
    }
    known = frames["cases"] if shipped is None else pd.concat([shipped.cases, frames["cases"]])
    by_case = known.drop_duplicates("case").set_index("case")
    keys = {"cluster": "cluster", "class": "complexity", "head_start": "head_start"}
    named = frames["milestones"]["case"]
    joined = {new: named.map(by_case[old]) for new, old in keys.items()}
    return Collection(frames["cases"], frames["milestones"].assign(**joined), frames["ramps"])
