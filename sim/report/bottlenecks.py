"""Tabulate what held lines back: the table `bottlenecks`."""

from __future__ import annotations

import numpy as np

from sim.records import Records
from sim.report.statistics import spread
from sim.report.tables import COARSE, SPREAD, Table


def bottlenecks(records: Records) -> Table:
    """Tabulate, by calendar year and line, what held the line back, in which share of the members
    and months, and the units lost to it.

    Only causes that held a line back in some member and month of the year have a row. A member in
    which a cause never did has lost 0 units, so quantiles are over all members.
    """
    held, labels = records.bottlenecks, [int(month[:4]) for month in records.months]
    years = held.months.shape[0]
    length = np.array([labels.count(year) for year in records.years[:years]])
    share = held.months.mean(axis=2) / length[:, None] if held.rows else np.zeros((years, 0))
    place = np.argwhere(share > 0)
    rows = [held.rows[row] for row in place[:, 1].tolist()]
    lost = held.lost[place[:, 0], place[:, 1]]
    spreads = spread(lost.reshape(len(rows), len(records.members)), records.members, COARSE)
    return {
        "year": np.array([records.years[year] for year in place[:, 0]], dtype=np.int64),
        **{
            name: [line[at] for line, _ in rows]
            for at, name in enumerate(("factory", "state", "product"))
        },
        "bound": [bound for _, bound in rows],
        "share": share[place[:, 0], place[:, 1]],
        **{f"lost_{name}": spreads[name] for name in SPREAD},
    }
