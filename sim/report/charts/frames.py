"""Go through the rows of a frame; their types are the table's, which pandas does not know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def fields(frame: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows with a field for each column."""
    return iter(frame.itertuples())


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as mappings by column."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def single(frame: pd.DataFrame, place: int = 0) -> dict[str, Any]:
    """Return one row as a mapping by column."""
    return records(frame.iloc[[place]])[0]


def largest(frame: pd.DataFrame, column: str) -> dict[str, Any]:
    """Return the row with the largest number in a column, the first of equals."""
    return single(frame.sort_values(column, ascending=False, kind="stable"))


def groups(frame: pd.DataFrame, by: str | Sequence[str]) -> list[tuple[Any, pd.DataFrame]]:
    """Return the parts of a frame by the values of columns, in order of appearance."""
    names = by if isinstance(by, str) else list(by)
    return [(key, part) for key, part in frame.groupby(names, sort=False)]
