"""Tabulate what became of the candidates of programmes: the table `programmes`."""

from __future__ import annotations

import numpy as np

from sim.assess.substitution import months_by
from sim.records import Records
from sim.report.statistics import spread
from sim.report.tables import COARSE, SPREAD, Column, Table

STAGES = ("funded", "built", "qualified")
KEYS = ("programme", "candidate", "factory", "state", "product")


def programmes(records: Records) -> Table:
    """Tabulate for each candidate of each programme when it first got money, and when half of what
    was begun with that was built, and qualified; what capacity it added, and what it cost.

    The name of a stage is the share of the members that reach it within the run; `_p05`, `_p50`,
    `_p95` are the months by which 5, 50, 95 % of all members have, YYYY-MM, `inf` where they never
    do; `_central` is that of the central case.
    """
    candidates = records.candidates
    table: Table = {
        name: [each[place] for each in candidates.names] for place, name in enumerate(KEYS)
    }
    for stage in STAGES:
        table |= _stage(stage, records)
    for name in ("added", "cost"):
        values = getattr(candidates, name).reshape(len(candidates.names), len(records.members))
        found = spread(values, records.members, COARSE)
        table |= {f"{name}_{each}": found[each] for each in SPREAD}
    return table


def _stage(stage: str, records: Records) -> dict[str, Column]:
    """Say by which months a stage is reached."""
    months, rows = records.months, getattr(records.candidates, stage)
    reached = np.where(rows < len(months), rows, np.inf)
    quantiles = [months_by(each, months) for each in reached]
    first = list(records.members).index(0) if 0 in records.members else None
    central = [
        "" if first is None else months[int(row[first])] if np.isfinite(row[first]) else "inf"
        for row in reached
    ]
    return {
        stage: np.isfinite(reached).mean(axis=1) if len(rows) else np.zeros(0),
        **{
            f"{stage}_p{level:02d}": [each[place] for each in quantiles]
            for place, level in enumerate(COARSE)
        },
        f"{stage}_central": central,
    }
