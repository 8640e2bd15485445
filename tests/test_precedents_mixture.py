"""Test forecasts of precedents: their distribution, their draws, and the parts they split into."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import lognorm, norm

from sim.precedents import Mixture, fits, milestones
from sim.precedents.fit import Fit
from sim.precedents.mixture import parts, total
from sim.precedents.tails import NORMAL, STUDENT

PLAIN = Mixture(np.array([math.log(10.0)]), np.array([0.5]), np.array([1.0]), NORMAL)


def fitted(own: float, shared: float, spread: float = 1e-4) -> Fit:
    """A fit of one effect, 2, that is known to within `spread`."""
    mode = np.array([2.0, math.log(own), math.log(shared)])
    return Fit(mode, np.diag([spread**2, 1e-8, 1e-8]), NORMAL)


def test_one_normal_component_is_a_lognormal() -> None:
    chances = np.array([0.001, 0.05, 0.5, 0.9, 0.999])
    np.testing.assert_allclose(PLAIN.ppf(chances), lognorm(0.5, scale=10).ppf(chances), rtol=1e-4)
    assert PLAIN.quantiles(50) == pytest.approx((10.0,), rel=1e-6)
    assert PLAIN.cdf(0.0) == 0.0
    assert PLAIN.cdf(-3.0) == 0.0


def test_draws_invert_the_distribution() -> None:
    months = fits(milestones()).durations.months("deep", "plant")
    chances = np.linspace(0.01, 0.99, 99)
    np.testing.assert_allclose(months.cdf(months.ppf(chances)), chances, atol=2e-4)


def test_a_draw_has_the_same_bits_in_whatever_company() -> None:
    months = fits(milestones()).ratios.months(24, "deep")
    chances = np.random.default_rng(1).random(101)
    alone = np.array([months.ppf(each) for each in chances])
    by_seven = np.concatenate([months.ppf(chances[at : at + 7]) for at in range(0, 101, 7)])
    assert np.array_equal(months.ppf(chances), alone)
    assert np.array_equal(by_seven, alone)


def test_extreme_chances_give_finite_months() -> None:
    assert np.isfinite(PLAIN.ppf(np.array([0.0, 1.0]))).all()


def test_variances_of_the_parts_add_up() -> None:
    """Own 0.4, shared 0.3, the effect known to 1.2: the log's deviation is 1.3."""
    known = fitted(0.4, 0.3, 1.2)
    low, high = total(known, np.ones(1)).quantiles(5, 95)
    assert math.log(high / low) / (2 * 1.6449) == pytest.approx(1.3, rel=5e-3)
    common, own = parts(known, np.ones(1))
    low, high = common.quantiles(5, 95)
    assert math.log(high / low) / (2 * 1.6449) == pytest.approx(math.hypot(0.3, 1.2), rel=1e-3)
    assert own.quantiles(50)[0] == pytest.approx(1.0, rel=1e-6)


def test_a_narrow_own_part_leaves_no_steps() -> None:
    """Own 0.15 beside shared 1.1: a normal of deviation sqrt(0.15^2 + 1.1^2) at every point."""
    chances = np.linspace(0.05, 0.95, 19)
    found = np.log(total(fitted(0.15, 1.1), np.ones(1)).ppf(chances))
    np.testing.assert_allclose(found, norm(2.0, math.hypot(0.15, 1.1)).ppf(chances), atol=0.01)


def test_the_parts_multiply_to_the_forecast() -> None:
    ratios = fits(milestones()).ratios
    chances = (np.arange(400) + 0.5) / 400
    common, own = ratios.factors(24, "deep")
    product = np.sort(np.outer(24 * common.ppf(chances), own.ppf(chances)).ravel())
    for percent, months in zip(
        (5, 50, 95), ratios.months(24, "deep").quantiles(5, 50, 95), strict=True
    ):
        assert product[int(product.size * percent / 100)] == pytest.approx(months, rel=0.02)


def test_what_the_scales_are_not_known_to_widens_the_tails() -> None:
    mode = np.array([2.0, math.log(0.5), math.log(0.1)])
    sure = Fit(mode, np.diag([1e-8, 1e-8, 1e-8]), STUDENT)
    unsure = Fit(mode, np.diag([1e-8, 0.25, 1e-8]), STUDENT)
    at = np.ones(1)
    assert total(unsure, at).quantiles(99)[0] > 1.2 * total(sure, at).quantiles(99)[0]


def test_a_multiple_is_a_multiple() -> None:
    assert PLAIN.times(3).quantiles(25, 75) == pytest.approx(
        tuple(3 * each for each in PLAIN.quantiles(25, 75))
    )
