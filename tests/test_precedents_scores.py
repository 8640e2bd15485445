"""Test the scores of precedents against numbers on paper and against scoringrules."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scoringrules
from scipy.stats import kstest, lognorm

from sim.precedents.rivals import logistic, span_rule
from sim.precedents.scores import (
    HORIZON,
    cluster_interval,
    correlation,
    crps,
    effective_number,
    flatness,
    held,
    pit,
    point_crps,
)
from sim.precedents.tails import Floats


def uniform(months: Floats) -> Floats:
    """Evenly within ten months."""
    return np.clip(months / 10, 0, 1)


def test_crps_of_a_uniform_on_paper() -> None:
    """Outcome 4 of 0 to 10: 4^3/300 + 6^3/300."""
    assert crps(uniform, 4.0, censored=False) == pytest.approx(280 / 300, rel=2e-3)


def test_a_censored_row_is_judged_up_to_its_date_only() -> None:
    """Open at 5: the integral of (y/10)^2 up to 5. Open at 12: all of it, and two months more."""
    assert crps(uniform, 5.0, censored=True) == pytest.approx(125 / 300, rel=1e-4)
    assert crps(uniform, 12.0, censored=True) == pytest.approx(1000 / 300 + 2, rel=1e-3)


def test_crps_of_a_lognormal_agrees_with_scoringrules() -> None:
    for months in (2.0, 12.0, 40.0, 150.0):
        ours = crps(lognorm(0.6, scale=20).cdf, months, censored=False)
        theirs = scoringrules.crps_lognormal(months, math.log(20), 0.6)
        assert ours == pytest.approx(theirs, rel=1e-3)


def test_beyond_the_horizon_all_are_open() -> None:
    late = crps(uniform, 2 * HORIZON, censored=False)
    assert late == crps(uniform, HORIZON, censored=True)
    assert point_crps(10.0, 2 * HORIZON, censored=False) == HORIZON - 10


def test_a_date_scores_its_distance() -> None:
    assert point_crps(24.0, 30.0, censored=False) == 6
    assert point_crps(24.0, 20.0, censored=False) == 4
    assert point_crps(24.0, 30.0, censored=True) == 6
    assert point_crps(24.0, 20.0, censored=True) == 0

    def step(months: Floats) -> Floats:
        return (months >= 24).astype(np.float64)

    assert crps(step, 30.0, censored=False) == pytest.approx(6, abs=0.2)


def test_the_pit_of_an_open_row_lies_between_its_censoring_and_one() -> None:
    before = np.array([0.2, 0.7, 0.7])
    drawn = pit(before, np.array([False, True, True]))
    assert drawn[0] == 0.2
    assert ((drawn[1:] >= 0.7) & (drawn[1:] <= 1)).all()
    assert drawn[1] != drawn[2]
    assert np.array_equal(drawn, pit(before, np.array([False, True, True])))


def test_the_pit_of_a_true_forecast_is_flat_however_many_are_open() -> None:
    truth = np.random.default_rng(3).random(4000)
    still = truth > 0.6
    drawn = pit(np.where(still, 0.6, truth), still)
    assert flatness(drawn, drawn.size)[1] > 0.01


def test_flatness_is_kolmogorov_and_smirnovs() -> None:
    values = np.array([0.1, 0.4, 0.45, 0.9])
    theirs = kstest(values, "uniform", method="exact")
    assert flatness(values, 4) == pytest.approx((theirs.statistic, theirs.pvalue))
    assert flatness(np.array([0.5]), 1)[0] == 0.5


def test_an_interval_holds_or_not_or_nobody_knows() -> None:
    before = np.array([0.5, 0.02, 0.98, 0.98, 0.5, np.nan])
    censored = np.array([False, False, False, True, True, False])
    expected = [1, 0, 0, 0, np.nan, np.nan]
    np.testing.assert_array_equal(held(before, censored, 0.9), expected)


def test_correlation_on_paper() -> None:
    """Clusters (0, 2), (4, 6): within 2, between 16: (16 - 2) / (16 + 2)."""
    values, clusters = np.array([0.0, 2.0, 4.0, 6.0]), np.array([0, 0, 1, 1])
    assert correlation(values, clusters) == pytest.approx(14 / 18)
    assert effective_number(values, clusters) == pytest.approx(4 / (1 + 14 / 18))


def test_alike_rows_of_a_cluster_are_worth_one_row() -> None:
    values = np.array([1.0, 1.0, 1.0, 5.0, 5.0, 5.0])
    assert effective_number(values, np.array([0, 0, 0, 1, 1, 1])) == pytest.approx(2.0)
    assert effective_number(values, np.arange(6)) == 6
    assert effective_number(np.array([]), np.array([])) == 0


def test_clusters_are_drawn_whole() -> None:
    """Of two clusters, one all 1 and one all 0, a draw has mean 0, 1/2 or 1."""
    values, clusters = np.array([1.0, 1.0, 0.0, 0.0]), np.array([0, 0, 1, 1])
    assert cluster_interval(values, clusters) == (0.0, 1.0)
    assert cluster_interval(np.ones(4), clusters) == (1.0, 1.0)
    assert cluster_interval(values, clusters) == cluster_interval(values, clusters)


@pytest.mark.parametrize("values", [[1.0, 0.0, np.nan], [1.0, np.nan, np.nan], [np.nan] * 3])
def test_of_one_cluster_alone_there_is_no_interval(values: list[float]) -> None:
    """However many are there: that one cluster always gives its own mean says nothing of others."""
    found = cluster_interval(np.array(values), np.array([0, 0, 1]))
    assert [math.isnan(end) for end in found] == [True, True]


def test_many_clusters_of_one_give_the_usual_interval() -> None:
    values = np.repeat([1.0, 0.0], [80, 20])
    low, high = cluster_interval(values, np.arange(100))
    assert low == pytest.approx(0.72, abs=0.02)
    assert high == pytest.approx(0.87, abs=0.02)


def test_the_rivals() -> None:
    assert logistic(np.array([30.0, 48.0, -1.0])) == pytest.approx([0.5, 0.9, 0.0])
    rule = span_rule(np.array([10.0, 20.0, 60.0]))
    assert rule(np.array([10.0, 20.0, 60.0])) == pytest.approx([0, 0.2, 1])
    nothing = span_rule(np.array([5.0]))
    assert nothing(np.array([HORIZON / 2])) == pytest.approx([0.5])
