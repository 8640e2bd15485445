"""Write spreads as people read them, and lay them out as a table with a column a month or year."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

Row = tuple[Sequence[str], str, str]
"""(what it is of, the column's heading, the text of the cell)"""


def spread(write: Callable[[float], str], middle: float, low: float, high: float) -> str:
    """Write a middle with its ends in brackets, once where all are alike."""
    said, ends = write(middle), (write(low), write(high))
    return said if ends[0] == ends[1] == said else f"{said} ({ends[0]} to {ends[1]})"


def wide(index: Sequence[str], rows: Iterable[Row]) -> pd.DataFrame:
    """Lay cells out, a row for each of what they are of, a column for each heading, both as they
    come.
    """
    import pandas as pd

    table: dict[tuple[str, ...], dict[str, str]] = {}
    headings: dict[str, None] = {}
    for of, heading, text in rows:
        table.setdefault(tuple(of), {})[heading] = text
        headings[heading] = None
    columns = sorted(headings)
    lines = [(*of, *(cells.get(name, "-") for name in columns)) for of, cells in table.items()]
    return pd.DataFrame(lines, columns=[*index, *columns])
