"""Make a study's tables when all is done: results by point, failures, and the manifest, a part at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import InputError
from sim.report.files import MANIFEST
from sim.report.manifest import origin
from sim.report.statistics import spread
from sim.report.tables import COARSE, Table
from sim.report.tables import csv as table_text
from sim.study.experiment import Experiment
from sim.study.store import FAILURE_KEYS, FAILURES, Store, replace_file, replacing, writing

if TYPE_CHECKING:
    import pyarrow

RESULTS, PARQUET = "results.csv", "results.parquet"
_PART = 2**22
"""Numbers laid out at a time."""


def finish(store: Store, experiment: Experiment, *, parquet: bool = False) -> None:
    """Write what a finished study shows. The same study gives the same bytes, whoever ran it and however often it was resumed.

    Raises InputError where the folder cannot be written.
    """
    folder = store.folder
    with writing(folder):
        _write_results(store, experiment, parquet=parquet or (folder / PARQUET).exists())
        failures = store.failures()
        texts = [[str(point), *told] for point, told in failures.items()]
        table: Table = {key: [cells[place] for cells in texts] for place, key in enumerate(FAILURE_KEYS)}
        replace_file(folder / FAILURES, table_text(table))
        replace_file(folder / MANIFEST, json.dumps(_manifest(folder, experiment, len(failures)), indent=2, ensure_ascii=False) + "\n")


def tables(store: Store, experiment: Experiment) -> Iterator[Table]:
    """Tabulate the spread over members by point, metric, state and product, some points at a time; failed points have no rows."""
    rows = experiment.rows
    step = max(_PART // (len(rows) * experiment.members), 1)
    succeeded = np.flatnonzero(~store.failed)
    values = store.values
    for start in range(0, succeeded.size, step):
        points = succeeded[start : start + step]
        found = spread(np.moveaxis(values[points], 1, -1), range(experiment.members), COARSE)
        yield {
            "point": np.repeat(points, len(rows)),
            "metric": [row.metric for row in rows] * points.size,
            "state": [row.state for row in rows] * points.size,
            "product": [row.product for row in rows] * points.size,
            **{name: each.ravel() for name, each in found.items()},
        }


def _write_results(store: Store, experiment: Experiment, *, parquet: bool) -> None:
    with ExitStack() as stack:
        stream = stack.enter_context(replacing(store.folder / RESULTS))
        columns = stack.enter_context(_Parquet(store.folder / PARQUET)) if parquet else None
        header = "point,metric,state,product,mean,p05,p50,p95,central\n"
        stream.write(header.encode())
        for table in tables(store, experiment):
            stream.write(table_text(table).partition("\n")[2].encode())
            if columns:
                columns.write(table)


class _Parquet:
    """Write tables of the same columns to one Parquet file, put in its place at the end."""

    def __init__(self, path: Path) -> None:
        self.pyarrow = require_pyarrow()
        self.stack, self.path, self.writer = ExitStack(), path, None

    def __enter__(self) -> _Parquet:
        self.stream = self.stack.enter_context(replacing(self.path))
        return self

    def __exit__(self, *error: Any) -> None:
        if self.writer is not None:
            self.writer.close()
        self.stack.__exit__(*error)
