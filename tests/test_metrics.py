"""Metrics against numbers worked by hand and closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from sim import metrics
from sim.kernels.sums import NEVER, GroupSum


def column(values: list[float]) -> np.ndarray:
    """Return a series [months, 1, 1]."""
    return np.array(values, dtype=np.float64).reshape(-1, 1, 1)


HIT = np.array([[2]])


def test_service_counts_only_what_meets_this_months_need() -> None:
    """Catching up is no more than 1, and nothing needed is met."""
    assert metrics.service(np.array([5.0, 12.0, 0.0]), np.array([10.0, 10.0, 0.0])).tolist() == [
        0.5,
        1.0,
        1.0,
    ]
    assert metrics.fill_rate(column([5, 12]), column([10, 10]))[0, 0] == 0.75


def test_recovery_interpolates_and_must_last() -> None:
    """From 0.2 up by 0.2 a month: half of the loss is back after two months, but not where it falls
    again."""
    assert metrics.recovery(column([1, 1, 0.2, 0.4, 0.6, 0.8, 1, 1, 1]), HIT, 0.5)[
        0, 0
    ] == pytest.approx(2.0)
    assert metrics.recovery(column([1, 1, 0.2, 0.4, 0.7, 0.9, 1, 1, 1]), HIT, 0.5)[
        0, 0
    ] == pytest.approx(1 + 0.2 / 0.3)
    assert metrics.recovery(column([1, 1, 0.2, 0.8, 0.3, 0.3, 0.8, 0.8, 0.8]), HIT, 0.5)[
        0, 0
    ] == pytest.approx(3 + 0.3 / 0.5)


def test_recovery_may_not_apply_or_never_come() -> None:
    """NaN where nothing fell or nothing hit, inf where it never comes back for good."""
    assert np.isnan(metrics.recovery(column([1, 1, 1, 1, 1]), HIT, 0.5)[0, 0])
    assert np.isnan(metrics.recovery(column([1, 0, 1, 1, 1]), np.array([[NEVER]]), 0.5)[0, 0])
    assert metrics.recovery(column([1, 1, 0.2, 0.2, 0.2]), HIT, 0.5)[0, 0] == np.inf
    assert metrics.recovery(column([1, 1, 0.2, 0.9, 0.9]), HIT, 0.5)[0, 0] == np.inf


def test_recovery_counts_from_the_start_when_hit_at_once() -> None:
    """Service is taken to have been full before the run."""
    assert metrics.recovery(column([0.5, 0.5, 1, 1, 1]), np.array([[0]]), 0.9)[
        0, 0
    ] == pytest.approx(1 + 0.45 / 0.5)


def test_resilience_loss_of_an_exponential_recovery() -> None:
    """The month sum of 1 - 0.6 exp(-t/10): 6.305 (the trapezoid would give 6.005)."""
    service = column([1.0, *(1 - 0.6 * np.exp(-np.arange(200) / 10))])
    assert metrics.resilience_loss(service, np.array([[1]]))[0, 0] == pytest.approx(6.305, abs=5e-4)


def test_concentration() -> None:
    """Shares .4, .3, .2, .1 give 3000; one supplier 10,000; none NaN."""
    flows = np.array([[0.4], [7.0], [0.3], [0.2], [0.0], [0.1], [0.0]]) * 70
    found = metrics.concentration(flows, GroupSum(np.array([0, 1, 0, 0, 2, 0, 2]), 4))
    assert found[:, 0] == pytest.approx([3000, 10_000, np.nan, np.nan], nan_ok=True)


def test_substitution_ratio() -> None:
    """Others deliver 10 more of the old suppliers' 40: a quarter is replaced; NaN where nothing
    came from them."""
    legacy = np.concatenate([np.full(12, 40.0), np.zeros(12)]).reshape(-1, 1, 1)
    received = legacy + np.concatenate([np.full(12, 20.0), np.full(12, 30.0)]).reshape(-1, 1, 1)
    assert metrics.substitution_ratio(received, legacy, np.array([[12]]))[0, 0] == pytest.approx(
        0.25
    )
    assert np.isnan(metrics.substitution_ratio(received, legacy * 0, np.array([[12]]))[0, 0])
    assert np.isnan(metrics.substitution_ratio(received, legacy, np.array([[0]]))[0, 0])


def test_import_dependence_looks_at_the_last_year() -> None:
    """Imports over receipts in the last twelve months; NaN where nothing was received."""
    received = column([10.0] * 24)
    imports = column([10.0] * 12 + [4.0] * 12)
    assert metrics.import_dependence(imports, received)[0, 0] == pytest.approx(0.4)
    assert np.isnan(metrics.import_dependence(imports * 0, received * 0)[0, 0])
