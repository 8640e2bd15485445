"""Write a long table as Parquet in parts, and read it: a file for each block of points, so that no
more than a part is in memory. pyarrow, an extra, is imported where it is used.

A folder of such files is what `pandas.read_parquet` and other readers of Parquet take for a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.files.aside import replacing
from sim.files.disk import opened, replacing_folder
from sim.report.files import readable
from sim.scenario.tables.parquet import NEEDED
from sim.study.reading import SPREAD
from sim.study.store import LABELS

if TYPE_CHECKING:
    import pandas as pd

NumberColumn = NDArray[np.float64] | NDArray[np.int64]
Labels = Mapping[str, Sequence[str]]
"""Column -> its text in each row of a point"""

COUNT = "n"
"""The column with the number of members behind a row's mean and quantiles."""
LINES = 2**17
"""Lines of a part, at most, unless a single point has more."""


def has_pyarrow() -> bool:
    """Tell whether pyarrow is installed."""
    return find_spec("pyarrow") is not None


def require_pyarrow() -> None:
    """Raise InputError where pyarrow is not installed."""
    if not has_pyarrow():
        raise InputError(NEEDED)


def blocks(points: int, rows: int) -> Iterator[slice]:
    """Cut the points of a study into those of one part each; `rows` is what each point has."""
    step = max(LINES // rows, 1)
    for start in range(0, points, step):
        yield slice(start, min(start + step, points))


def write_parts(
    place: Path, labels: Labels, parts: Iterable[Iterable[Mapping[str, NumberColumn]]]
) -> None:
    """Write a table as a folder of parts in the place of an older one.

    `labels` tell the rows of a point apart, and each part is given in pieces that hold the numbers
    of whole points. Raises OSError.
    """
    with replacing_folder(place) as fresh:
        for number, pieces in enumerate(parts):
            with replacing(fresh / _name(number)) as stream:
                stream.write(_part(labels, pieces))


def read_parts(place: Path, count: int) -> pd.DataFrame:
    """Read a table of so many parts as a frame.

    Raises InputError with the name of a part that is not there or damaged.
    """
    import pyarrow as pa

    whole = pa.concat_tables([_read(place / _name(number)) for number in range(count)])
    frame: pd.DataFrame = whole.to_pandas(split_blocks=True, self_destruct=True)
    return frame


def _name(number: int) -> str:
    return f"part-{number:06}.parquet"


def _schema() -> Any:
    import pyarrow as pa

    return pa.schema(
        [
            ("point", pa.int64()),
            *((name, pa.string()) for name in LABELS),
            *((name, pa.float64()) for name in SPREAD),
            (COUNT, pa.int64()),
        ]
    )


def _part(labels: Labels, pieces: Iterable[Mapping[str, NumberColumn]]) -> Any:
    """Lay out the bytes of a part, with sums by which damage is seen; all that repeats is text."""
    import pyarrow as pa
    from pyarrow import parquet

    schema = _schema()
    narrow = pa.schema([field for field in schema if field.name not in labels])
    numbers = pa.concat_tables(
        [narrow.empty_table(), *(pa.table(dict(each), schema=narrow) for each in pieces)]
    )
    rows = len(next(iter(labels.values())))
    place = pa.array(np.arange(numbers.num_rows) % rows)
    text = {name: pa.array(each, pa.string()).take(place) for name, each in labels.items()}
    columns = [text[name] if name in text else numbers[name] for name in schema.names]
    sink = pa.BufferOutputStream()
    parquet.write_table(
        pa.table(columns, schema=schema),
        sink,
        compression="zstd",
        use_dictionary=list(labels),
        write_page_checksum=True,
    )
    return sink.getvalue()


def _read(path: Path) -> Any:
    from pyarrow import parquet

    with readable(path), opened(path) as stream:
        found = parquet.ParquetFile(stream, page_checksum_verification=True).read()
        if found.schema != _schema():
            raise ValueError("holds other columns")
        return found
