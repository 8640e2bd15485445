"""Sum up the numbers of large tables, which the ledger of evidence does not list one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sim.scenario.column_table import LARGE, ColumnTable, columns_of
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Scenario

LargeTables = Mapping[str, ColumnTable[Any]]


def large_tables(scenario: Scenario) -> LargeTables:
    """List the blocks of a scenario that are large tables."""
    return {key: each for key, each in columns_of(scenario).items() if len(each) > LARGE}


def without_tables(scenario: Scenario, tables: LargeTables) -> Scenario:
    """Return a scenario with nothing in these blocks."""
    return scenario.model_copy(update={key: {} for key in tables}) if tables else scenario


def together(tables: LargeTables) -> Iterator[tuple[str, Quantity]]:
    """Give a path, `trade.*.weight`, and a number for all that a key of a table holds: their mean,
    lowest and highest.
    """
    for block, table in tables.items():
        for key, own in table.numbers.items():
            given = own.value[np.isfinite(own.value)]
            if given.size:
                least, most = float(given.min()), float(given.max())
                said = {
                    "value": min(max(float(given.mean()), least), most),
                    "low": least,
                    "high": most,
                    "dist": "fixed",
                    "note": f"mean, lowest and highest of {given.size:,} numbers of a table",
                }
                yield f"{block}.*.{key}", Quantity.model_validate({**said, **own.said})


def counted(tables: LargeTables) -> Counter[str]:
    """Count the numbers by confidence, and as `bare` those of the assumed ones that stand alone."""
    found: Counter[str] = Counter()
    for table in tables.values():
        for own in table.numbers.values():
            given = np.isfinite(own.value)
            found[own.said.get("confidence", "assumed")] += int(given.sum())
            if "source" not in own.said:
                found["bare"] += int((given & np.isnan(own.low)).sum())
    return found
