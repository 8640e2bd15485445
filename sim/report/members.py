"""Lay out what single members did: as a tidy frame."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import InputError
from sim.records import Floats, Records
from sim.report.charts.choice import Choice
from sim.scenario.suggestions import unknown

if TYPE_CHECKING:
    import pandas as pd


def member_frame(
    records: Records,
    metrics: Collection[str] = (),
    states: Collection[str] = (),
    products: Collection[str] = (),
) -> pd.DataFrame:
    """Return what each member has of each need in each month, a column a metric.

    Columns: member, month (YYYY-MM), state, product, then the metrics of series.csv in their units;
    a row for each member, need and month, in this order. Raises InputError for names that the run
    has not.
    """
    import pandas as pd

    chosen = _metrics(records, metrics)
    needs = _needs(records, Choice(states, products))
    months, members = len(records.months), len(records.members)

    def along(values: Floats) -> Floats:
        return values[:, needs].transpose(2, 1, 0).ravel()

    rows = [records.needs[need] for need in needs]
    return pd.DataFrame(
        {
            "member": np.repeat(np.asarray(records.members), len(needs) * months),
            "month": list(records.months) * (len(needs) * members),
            "state": [state for state, _ in rows for _ in range(months)] * members,
            "product": [product for _, product in rows for _ in range(months)] * members,
            **{name: along(records.series[name]) for name in chosen},
        }
    )


def _metrics(records: Records, asked: Collection[str]) -> list[str]:
    wrong = [name for name in asked if name not in records.series]
    if wrong:
        raise InputError("\n".join(unknown("metric", name, records.series) for name in wrong))
    return [name for name in records.series if not asked or name in asked]


def _needs(records: Records, choice: Choice) -> list[int]:
    choice.check(*([need[place] for need in records.needs] for place in (0, 1)))
    return [row for row, need in enumerate(records.needs) if choice.takes(*need)]
