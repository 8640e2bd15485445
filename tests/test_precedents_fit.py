"""Test the fits of precedents: likelihood, prior, Laplace's spread, shared parts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.stats import multivariate_normal, norm, t

from sim.precedents import fit_durations, fit_ramps, fit_ratios, load, milestones
from sim.precedents.durations import PRIOR, covariates, duration_table
from sim.precedents.fit import Prior, Rows, fit, log_likelihood
from sim.precedents.tails import NORMAL, STUDENT

NO_SHARED = math.log(1e-9)


def rows(logs: list[float], censored: list[bool] | None = None, **changed: Any) -> Rows:
    """Rows of one common effect, each its own cluster."""
    number = len(logs)
    given: dict[str, Any] = {
        "logs": np.array(logs),
        "censored": np.array(censored or [False] * number),
        "design": np.ones((number, 1)),
        "clusters": np.arange(number),
        "weights": np.ones(number),
    }
    return Rows(**(given | changed))


def flat(own: float, sure: float = 1e-6, spread: float = 1e6) -> Prior:
    """A prior that fixes the own scale and switches the shared one off."""
    return Prior(np.zeros(1), np.full(1, spread), (math.log(own), sure), (NO_SHARED, 1e-6))


def test_the_likelihood_of_seen_and_open_rows_is_density_and_upper_tail() -> None:
    value, _ = log_likelihood(
        np.array([1.0, math.log(2.0), NO_SHARED]), rows([3.0, 1.0], [False, True]), NORMAL
    )
    assert value == pytest.approx(norm.logpdf(3.0, 1.0, 2.0) + math.log(0.5))


def test_students_t_has_four_degrees() -> None:
    x = np.array([-30.0, -2.0, 0.0, 0.5, 3.0, 200.0])
    np.testing.assert_allclose(STUDENT.log_density(x), t.logpdf(x, 4), rtol=1e-12)
    np.testing.assert_allclose(STUDENT.log_later(x), t.logsf(x, 4), rtol=1e-9)
    np.testing.assert_allclose(STUDENT.cdf(x), t.cdf(x, 4), atol=1e-15)


@pytest.mark.parametrize("tail", [NORMAL, STUDENT])
def test_the_gradient_is_that_of_the_likelihood(tail: Any) -> None:
    given = rows([1.0, 2.5, 0.3, 4.0], [False, True, False, True], clusters=np.array([0, 0, 1, 1]))
    at = np.array([1.2, -0.3, -0.4])
    _, gradient = log_likelihood(at, given, tail)
    for each in range(3):
        step = np.eye(3)[each] * 1e-6
        rise = log_likelihood(at + step, given, tail)[0] - log_likelihood(at - step, given, tail)[0]
        assert gradient[each] == pytest.approx(rise / 2e-6, rel=1e-6)


def test_rows_of_a_cluster_are_jointly_normal() -> None:
    """Two rows that share a draw: a bivariate normal with the shared variance off the diagonal."""
    given = rows([0.4, 1.3], clusters=np.array([0, 0]))
    value, _ = log_likelihood(np.array([0.5, math.log(0.8), math.log(0.5)]), given, NORMAL)
    covariance = 0.8**2 * np.eye(2) + 0.5**2
    expected = multivariate_normal([0.5, 0.5], covariance).logpdf([0.4, 1.3])
    assert value == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("number", "own", "shared"), [(2, 0.15, 1.1), (40, 0.5, 0.5)])
def test_a_cluster_may_know_its_draw_well(number: int, own: float, shared: float) -> None:
    """Two rows close together, or many: their joint density is that of a multivariate normal, also
    where the draw that they share lies within a tenth of its deviation."""
    logs = 1.3 + own * np.linspace(-1.0, 1.0, number)
    given = rows(list(logs), clusters=np.zeros(number, dtype=np.int64))
    value, _ = log_likelihood(np.array([0.5, math.log(own), math.log(shared)]), given, NORMAL)
    covariance = own**2 * np.eye(number) + shared**2
    expected = multivariate_normal(np.full(number, 0.5), covariance).logpdf(logs)
    assert value == pytest.approx(expected, abs=1e-6)


def test_ramps_are_fitted_alike_by_closer_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each curve has two rows, close together, so their shared draw is known well."""
    found = fit_ramps(load()).fitted
    monkeypatch.setattr("sim.precedents.fit.POINTS", 385)
    closer = fit_ramps(load()).fitted
    np.testing.assert_allclose(found.mode, closer.mode, atol=1e-4)
    np.testing.assert_allclose(found.covariance, closer.covariance, atol=1e-4)


def test_a_weight_counts_as_so_many_rows() -> None:
    at = np.array([0.3, 0.1, NO_SHARED])
    twice = log_likelihood(at, rows([1.0, 1.0]), STUDENT)[0]
    assert log_likelihood(at, rows([1.0], weights=np.array([2.0])))[0] == pytest.approx(twice)


def test_a_normal_mean_has_its_textbook_posterior() -> None:
    """Scale 2, four rows of mean 3, prior 0 within 1: precision 4/4 + 1, mean 3 * 1/2."""
    found = fit(rows([1.0, 2.0, 4.0, 5.0]), flat(2.0, spread=1.0), NORMAL)
    assert found.mode[0] == pytest.approx(1.5, abs=1e-4)
    assert found.covariance[0, 0] == pytest.approx(0.5, rel=1e-4)


def test_laplace_of_a_scale_has_its_textbook_spread() -> None:
    """The log of a normal scale about a known mean has the variance 1 / (2 n)."""
    logs = [1.0, -1.0, 3.0, -3.0]
    prior = Prior(np.zeros(1), np.full(1, 1e-6), (0.0, 1e3), (NO_SHARED, 1e-6))
    found = fit(rows(logs), prior, NORMAL)
    assert found.own == pytest.approx(math.sqrt(5.0), rel=1e-4)
    assert found.covariance[1, 1] == pytest.approx(1 / 8, rel=1e-3)


def test_censored_lognormal_agrees_with_scipy() -> None:
    months = np.array([3.0, 8.0, 14.0, 30.0, 55.0, 90.0])
    happened = np.array([1, 1, 0, 1, 0, 1])
    data = stats.CensoredData.right_censored(np.log(months), happened == 0)
    centre, spread = stats.norm.fit(data)
    prior = Prior(np.zeros(1), np.full(1, 1e4), (0.0, 1e3), (NO_SHARED, 1e-6))
    ours = fit(rows(list(np.log(months)), list(happened == 0)), prior, NORMAL)
    assert ours.mode[0] == pytest.approx(centre, rel=1e-3)
    assert ours.own == pytest.approx(spread, rel=1e-3)


def test_an_open_row_pulls_up_and_is_not_an_event() -> None:
    seen = fit(rows([1.0, 2.0, 3.0]), flat(1.0), NORMAL).mode[0]
    still = fit(rows([1.0, 2.0, 3.0], [False, False, True]), flat(1.0), NORMAL).mode[0]
    without = fit(rows([1.0, 2.0]), flat(1.0), NORMAL).mode[0]
    assert still > seen > without


def test_without_rows_the_prior_speaks() -> None:
    none = milestones().iloc[:0]
    found = fit_durations(none).fitted
    np.testing.assert_allclose(found.mode, PRIOR.centres, atol=1e-6)
    np.testing.assert_allclose(np.diag(found.covariance), PRIOR.spreads**2, rtol=1e-6)
    assert fit_ratios(none).months(20).quantiles(50)[0] == pytest.approx(20, rel=0.01)


def test_one_case_moves_its_class_most_and_the_others_a_little() -> None:
    """Partial pooling: two slow deep cases make deep slow, and all the rest a bit slower."""
    none = milestones().iloc[:0]
    frame = milestones()
    some = frame[(frame["case"] == "ind_cryo") | (frame["case"] == "chn_ws10")]
    before, after = fit_durations(none), fit_durations(some)

    def middle(fitted: Any, kind: str) -> float:
        return float(fitted.months(kind, "design").quantiles(50)[0])

    deep = middle(after, "deep") / middle(before, "deep")
    simple = middle(after, "simple") / middle(before, "simple")
    assert deep > simple > 1.2


def test_statements_on_one_milestone_are_one_duration() -> None:
    table = duration_table(milestones())
    assert not table.duplicated(["case", "milestone"]).any()
    full = table[(table["case"] == "rus_vk2500") & (table["milestone"] == "full")]
    assert list(full["months"]) == [142.0]  # 2011-06 to 2023-04
    assert full["open"].all()


def test_a_word_that_is_not_known_has_an_effect_that_only_the_prior_knows() -> None:
    fitted = fit_durations(milestones())
    at = covariates("", "", "first")
    assert at.sum() == 3
    narrow = fitted.months("deep", "plant").quantiles(5, 95)
    wide = fitted.months("", "").quantiles(5, 95)
    assert wide[1] / wide[0] > narrow[1] / narrow[0]


def test_classes_and_head_starts_rank_as_history_does() -> None:
    fitted = fit_durations(milestones())
    kinds = [
        fitted.months(kind, "design").quantiles(50)[0]
        for kind in ("simple", "system", "process", "deep", "platform")
    ]
    assert kinds == sorted(kinds)
    heads = [fitted.months("deep", head).quantiles(50)[0] for head in ("plant", "design", "none")]
    assert heads == sorted(heads)
    assert fitted.months("deep", "plant", "full").quantiles(50)[0] > heads[0]


def test_programmes_share_part_of_their_delay() -> None:
    """By hand, on a larger set: a shared deviation of 0.33, an own one of 0.50."""
    found = fit_ratios(milestones()).fitted
    assert 0.15 < found.shared < 0.4
    assert 0.4 < found.own < 0.6
    common, own = fit_durations(milestones()).factors("deep", "plant")
    assert common.quantiles(50)[0] > 12
    assert own.quantiles(50)[0] == pytest.approx(1.0)
