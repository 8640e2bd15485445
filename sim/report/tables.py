"""Lay records out as tables: tidy columns with a fixed order of rows and columns, and their CSV
text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray

from sim.files.text import cell
from sim.metrics.derive import with_censored
from sim.records import Floats, Records
from sim.report.statistics import counted, spread

Column = NDArray[np.float64] | NDArray[np.int64] | list[str]
Table = dict[str, Column]
"""Columns of equal length by name."""

FINE = (5, 25, 50, 75, 95)
COARSE = (5, 50, 95)
"""Levels of the quantiles, in percent."""
SPREAD = ("p05", "p50", "p95", "mean", "central")
"""Where a column is the name of a number and of one of these."""
USES = ("final", "input")
"""What a product is needed for: to be used by the state, or by its lines."""
ROWS = 2**16
"""Rows of a CSV file that are written at a time."""
_PLAIN = re.compile(r"\w[\w.+\- ]*")
"""Text that stands in a cell as it is: most text does, and need not be looked at more closely."""


def series(records: Records) -> Table:
    """Tabulate every metric by month, metric, state and product: its spread over the members. Needs
    of states come first, then inputs of their lines.
    """
    return _by_use(records, _series)


def _series(
    records: Records, needs: Sequence[tuple[str, str]], values: Mapping[str, Floats]
) -> Table:
    shape = (len(records.months), len(values), len(needs))
    spreads = {name: np.empty(shape) for name in _spread_names(FINE)}
    for position, each in enumerate(values.values()):
        for name, part in spread(each, records.members, FINE).items():
            spreads[name][:, position] = part
    return {
        "month": _along(records.months, 0, shape),
        "metric": _along(list(values), 1, shape),
        "state": _along([state for state, _ in needs], 2, shape),
        "product": _along([product for _, product in needs], 2, shape),
        **_flat(spreads),
    }


def summary(records: Records) -> Table:
    """Tabulate every summary metric by state, product and metric; a time that may be censored gets
    a row with the share. Needs of states come first, then inputs of their lines.
    """
    return _by_use(records, _summary)


def _summary(
    records: Records, needs: Sequence[tuple[str, str]], values: Mapping[str, Floats]
) -> Table:
    metrics = with_censored(values)
    shape = (len(needs), len(metrics))
    return {
        "state": _along([state for state, _ in needs], 0, shape),
        "product": _along([product for _, product in needs], 0, shape),
        "metric": _along(list(metrics), 1, shape),
        **_described(list(metrics.values()), records.members, shape),
    }


def _by_use(records: Records, tabulate: Callable[..., Table]) -> Table:
    """Put the rows of inputs below those of final use; the column `use` says which is which."""
    kind = "series" if tabulate is _series else "summary"
    final = tabulate(records, records.needs, getattr(records, kind))
    inputs = tabulate(records, records.inputs, getattr(records, f"input_{kind}"))
    counts = [len(each["state"]) for each in (final, inputs)]
    use = [use for use, count in zip(USES, counts, strict=True) for _ in range(count)]
    if not records.inputs:
        return {**final, "use": use}
    return {name: _joined(final[name], inputs[name]) for name in final} | {"use": use}


def _joined(one: Column, other: Column) -> Column:
    if isinstance(one, list):
        return [*one, *other]
    both: Column = np.concatenate((one, np.asarray(other)))
    return both


def flows(records: Records) -> Table:
    """Tabulate the units shipped by calendar year and route; where there are re-exports, with the
    transit state of each.
    """
    shape = (len(records.years), len(records.routes))
    return {
        "year": np.repeat(np.asarray(records.years, dtype=np.int64), len(records.routes)),
        "exporter": _along([exporter for exporter, _, _ in records.routes], 1, shape),
        **({"via": _along(records.vias, 1, shape)} if any(records.vias) else {}),
        "importer": _along([importer for _, importer, _ in records.routes], 1, shape),
        "product": _along([product for _, _, product in records.routes], 1, shape),
        **_flat(spread(records.flows, records.members, COARSE)),
    }


def capacity(records: Records) -> Table:
    """Tabulate by month and line what capacity can be used, output, and what capacity there is."""
    shape = (len(records.months), len(records.lines))
    spreads = {
        what: spread(getattr(records, what), records.members, COARSE)
        for what in ("usable", "output", "capacity")
    }
    return {
        "month": _along(records.months, 0, shape),
        "factory": _along([factory for factory, _, _ in records.lines], 1, shape),
        "state": _along([state for _, state, _ in records.lines], 1, shape),
        "product": _along([product for _, _, product in records.lines], 1, shape),
        **{
            f"{what}_{name}": part[name].ravel()
            for what, part in spreads.items()
            for name in SPREAD
        },
    }


def money(records: Records) -> Table:
    """Tabulate the ledger of money by calendar year, state (`all` for their sum) and item; empty
    where none was kept.
    """
    items = list(records.money)
    shape = (len(records.years) if items else 0, len(records.purses), len(items))
    return {
        "year": np.repeat(
            np.asarray(records.years[: shape[0]], dtype=np.int64), shape[1] * shape[2]
        ),
        "state": _along(records.purses, 1, shape),
        "item": _along(items, 2, shape),
        **_described(list(records.money.values()), records.members, shape),
    }


def events(records: Records) -> Table:
    """Tabulate what was applied when, in the order in which it was recorded."""
    return {
        "month": [row.month for row in records.events],
        "event": [row.event for row in records.events],
        "kind": [row.kind for row in records.events],
        "action": [row.action for row in records.events],
        "targets": [row.targets for row in records.events],
        "count": np.array([row.count for row in records.events], dtype=np.int64),
        "members": np.array([row.members for row in records.events], dtype=np.float64),
    }


def csv(table: Table) -> str:
    """Write a table as CSV: ten significant digits, NaN as an empty cell, infinity as `inf`, lines
    ended by one newline; text so that no spreadsheet takes it for a formula (`text.cell`).
    """
    return "".join(csv_parts(table))


def csv_parts(table: Table) -> Iterator[str]:
    """Write a table as CSV, a block of rows at a time, so that a long one is never in memory as
    text.
    """
    yield ",".join(table) + "\n"
    rows = len(next(iter(table.values()), ()))
    for start in range(0, rows, ROWS):
        block = [column[start : start + ROWS] for column in table.values()]
        yield "\n".join([*map(",".join, zip(*_block_cells(block), strict=True)), ""])


def _block_cells(block: Sequence[Column]) -> Iterator[list[str]]:
    """Write the cells of each column; those of a column like the one before are written once."""
    last, cells = None, []
    for column in block:
        is_number = isinstance(column, np.ndarray)
        if not (is_number and last is not None and np.array_equal(column, last, equal_nan=True)):
            cells = _cells(column)
        last = column if is_number else None
        yield cells


def _spread_names(levels: Sequence[int]) -> list[str]:
    return ["mean", *(f"p{level:02d}" for level in levels), "central"]


def _described(
    values: Sequence[Floats], members: Sequence[int], shape: tuple[int, ...]
) -> dict[str, Column]:
    """Describe numbers that may not apply to all members: their spread, and as `n` how many count.

    Each of `values` has the members last; the table's last axis, of `shape`, runs over them.
    """
    spreads = {name: np.empty(shape) for name in _spread_names(COARSE)}
    count = np.empty(shape, dtype=np.int64)
    for position, each in enumerate(values):
        count[..., position] = counted(each)
        for name, part in spread(each, members, COARSE).items():
            spreads[name][..., position] = part
    return {**_flat(spreads), "n": count.ravel()}


def _along(labels: Sequence[str], axis: int, shape: tuple[int, ...]) -> list[str]:
    """Repeat the labels of one axis over all rows of a table whose last axis runs fastest."""
    each = [label for label in labels for _ in range(prod(shape[axis + 1 :]))]
    return each * prod(shape[:axis])


def _flat(values: Mapping[str, Floats]) -> dict[str, Floats]:
    return {name: part.ravel() for name, part in values.items()}


def _cells(column: Column) -> list[str]:
    if isinstance(column, list):
        written = {text: _quoted(text) for text in set(column)}
        return [written[text] for text in column]
    if column.dtype.kind == "i":
        return [str(number) for number in column.tolist()]
    # adding 0.0 turns -0.0 into 0.0
    cells = list(map("{:.10g}".format, (column + 0.0).tolist()))
    for place in np.flatnonzero(np.isnan(column)).tolist():
        cells[place] = ""
    return cells


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    text = cell(text)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n\r') else text
