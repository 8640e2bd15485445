"""Read the files of a study so that damage is told with the file's name, never with a traceback."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from sim.files.disk import opened
from sim.files.text import from_cell
from sim.report.files import readable
from sim.report.tables import COARSE

if TYPE_CHECKING:
    import pandas as pd

RESULTS, PARQUET = "results.csv", "results.parquet"
"""A study's table of results: a file, and a folder of parts."""
SPREAD = ("mean", *(f"p{level:02d}" for level in COARSE), "central")
"""Columns of a study's results that hold numbers."""


def array(path: Path, kind: str, least: tuple[int, ...], sizes: tuple[int, ...] = ()) -> Any:
    """Open an array on disk, at least as large as this in its first axes, and of these sizes in the
    others.

    Raises InputError where it is not there, damaged, or another one.
    """
    with readable(path):
        opened(path).close()
        found = npy.open_memmap(path, mode="r")
        if found.dtype != np.dtype(kind) or found.ndim != len(least) + len(sizes):
            raise ValueError("holds an array of another kind")
        enough = all(have >= want for have, want in zip(found.shape, least, strict=False))
        if not enough or found.shape[len(least) :] != sizes:
            raise ValueError(f"holds an array of the shape {found.shape}")
        return found


def statuses(path: Path, shape: tuple[int, int], worst: int) -> NDArray[np.uint8]:
    """Read what has become of each run. Raises InputError."""
    with readable(path):
        found: NDArray[np.uint8] = np.array(array(path, "|u1", shape)[: shape[0], : shape[1]])
        if found.size and found.max() > worst:
            raise ValueError(f"holds a status of {found.max()}")
        return found


def cells(path: Path, width: int | None = None) -> list[tuple[str, ...]]:
    """Read the lines of a table without the first, each as wide as the first, or as `width`.

    Raises InputError.
    """
    with readable(path):
        with opened(path) as stream, io.TextIOWrapper(stream, "utf-8", newline="") as text:
            head, *rest = [tuple(map(from_cell, line)) for line in csv.reader(text, strict=True)]
        if any(len(line) != (width or len(head)) for line in (head, *rest)):
            raise ValueError("its lines are not equally long")
        return rest


def frame(path: Path) -> pd.DataFrame:
    """Read a table as a frame. Raises InputError."""
    import pandas as pd

    with readable(path):
        # an empty cell is no number; a state may well be called NA
        opened(path).close()
        found = pd.read_csv(path, keep_default_na=False, na_values={key: [""] for key in SPREAD})
        for name, column in found.items():
            if column.dtype.kind not in "fiub":
                if name in SPREAD and len(found):
                    raise ValueError("holds text where numbers belong")
                found[name] = [
                    from_cell(each) if isinstance(each, str) else each for each in column
                ]
        return found


def mapping(path: Path) -> Mapping[str, Any]:
    """Read a mapping of JSON. Raises InputError."""
    with readable(path), opened(path) as stream:
        found = json.loads(stream.read().decode("utf-8"))
        if not isinstance(found, dict):
            raise ValueError("no mapping")
        return found
