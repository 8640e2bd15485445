"""Read Parquet files as the records of a table. pyarrow, an extra, is imported where it is used."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from math import isfinite, isnan
from typing import Any

from sim.errors import Fault, Place, ScenarioError
from sim.files.text import CONTROLS
from sim.scenario.loading.bounds import MOST_BYTES, MOST_CELLS

NEEDED = "Parquet needs pyarrow: pip install 'supply-substitution[parquet]'"


def parquet_rows(data: bytes, file: str) -> Iterator[tuple[int, list[str]]]:
    """List the header and the rows, each with its line, cells as text; lines are those of the
    table, with the header as line 1.

    Raises ScenarioError where pyarrow is not there, or cannot read it, or it is too large.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise ScenarioError([Fault(Place(file), "", NEEDED)]) from None
    try:
        opened = parquet.ParquetFile(io.BytesIO(data))
        _check_size(opened.metadata, file)
        names, columns = _columns(opened)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        message = f"no Parquet file: {str(error).splitlines()[0]}"
        raise ScenarioError([Fault(Place(file), "", message)]) from None
    yield 1, names
    for line, cells in enumerate(zip(*columns, strict=True), start=2):
        yield line, list(cells)


def _check_size(found: Any, file: str) -> None:
    """Refuse what would be too large when it is unpacked. Raises ScenarioError."""
    size = sum(found.row_group(each).total_byte_size for each in range(found.num_row_groups))
    if found.num_rows * found.num_columns > MOST_CELLS or size > MOST_BYTES:
        message = f"more than {MOST_CELLS:,} cells or {MOST_BYTES // 1024**2} MB when unpacked"
        raise ScenarioError([Fault(Place(file), "", message)])


def _columns(opened: Any) -> tuple[list[str], list[list[str]]]:
    table = opened.read()
    columns = [[_cell(value) for value in column.to_pylist()] for column in table.columns]
    return [_cell(name) for name in table.column_names], columns


def _cell(value: object) -> str:
    """Write a value as text, a whole number without a point: a column of years, or of codes, is
    one of floats where it has a blank, and of decimals where a database wrote it. What is no text
    at all is written as nobody would write it in a table.
    """
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    if isinstance(value, float | Decimal) and isfinite(value) and value == int(value):
        return str(int(value))
    if isinstance(value, bool):
        return str(value).lower()
    return CONTROLS.sub("\ufffd", repr(value) if isinstance(value, float) else str(value))
