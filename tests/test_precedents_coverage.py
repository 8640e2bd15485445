"""Make up history as the model of precedents has it, fit it, and see how often forecasts of cases
in new clusters hold what they promise: also where there is little history.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.kernels.arrays import Floats
from sim.precedents import fits, milestones
from sim.precedents.durations import rows_of
from sim.precedents.fit import Rows, fit
from sim.precedents.mixture import total
from sim.precedents.ratios import EFFECTS, PRIOR, covariates, ratio_table
from sim.precedents.tails import STUDENT

pytestmark = pytest.mark.untraced

HISTORIES, CASES = 40, 50
LEVELS = (0.5, 0.9)


@cache
def shipped() -> tuple[Rows, Floats]:
    """The rows of the shipped promises, and the mode of their fit."""
    table = ratio_table(milestones())
    keys = zip(table["announced_months"], table["class"], strict=True)
    design = [covariates(ahead, kind) for ahead, kind in keys]
    ratios = np.ones(len(table))
    return rows_of(table, design, ratios, len(EFFECTS)), fits(milestones()).ratios.fitted.mode


def held(clusters: int | None) -> tuple[float, ...]:
    """Return the shares of new cases within the middle half and the middle 90 % of their forecasts,
    by fits on the shipped rows of so many clusters, or all, with made-up outcomes.
    """
    rows, mode = shipped()
    own, shared = np.exp(mode[-2:])
    rng = np.random.default_rng(11)
    before = []
    for _ in range(HISTORIES):
        every = np.unique(rows.clusters)
        kept = every if clusters is None else rng.choice(every, clusters, replace=False)
        some = np.isin(rows.clusters, kept)
        drawn = shared * rng.standard_normal(every.size)[rows.clusters]
        logs = rows.design @ mode[:-2] + drawn + own * rng.standard_t(4, rows.logs.size)
        open_ = np.zeros(int(some.sum()), dtype=np.bool_)
        found = fit(
            Rows(logs[some], open_, rows.design[some], rows.clusters[some], np.ones(open_.size)),
            PRIOR,
            STUDENT,
        )
        for row in rng.integers(rows.logs.size, size=CASES):
            then = rows.design[row] @ mode[:-2] + shared * rng.standard_normal()
            months = np.exp(then + own * rng.standard_t(4))
            before.append(float(total(found, rows.design[row]).cdf(months)))
    away = np.abs(np.array(before) - 0.5)
    return tuple(float((away <= level / 2).mean()) for level in LEVELS)


@pytest.mark.parametrize("clusters", [None, 8])
def test_forecasts_hold_what_they_promise_on_new_clusters(clusters: int | None) -> None:
    half, most = held(clusters)
    assert 0.44 <= half <= 0.56
    assert 0.86 <= most <= 0.94
