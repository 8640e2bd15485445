"""Quantities that are normal, lognormal or one of a list: their quantiles, their central value, and
what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.scenario.distributions import REACH, chosen, quantiles
from sim.scenario.quantity import Quantity
from tests.plants import faults

MEMBERS = range(4000)


def test_low_and_high_of_a_lognormal_are_its_points_of_5_and_95_percent() -> None:
    """4 to 25 has the median 10, which member 0 takes; a twentieth lies on each side."""
    number = Quantity.model_validate({"low": 4, "high": 25, "dist": "lognormal"})
    drawn = number.draw(1, "x", MEMBERS)
    assert number.value == drawn[0] == pytest.approx(10)
    assert np.mean(drawn < 4) == pytest.approx(0.05, abs=0.01)
    assert np.mean(drawn > 25) == pytest.approx(0.05, abs=0.01)
    assert np.median(np.log(drawn)) == pytest.approx(np.log(10), abs=0.03)
    u = np.array([[0.05, 0.5, 0.95]])
    found = quantiles("lognormal", u, np.array([[4.0]]), np.array([[25.0]]), np.array([[10.0]]))
    np.testing.assert_allclose(found, [[4, 10, 25]], rtol=1e-12)


def test_a_normal_lies_about_the_middle_and_ends_at_one_in_a_thousand() -> None:
    """2 to 8: 5 in the middle, 5 -+ 3 * 3.09 / 1.645 at the ends."""
    number = Quantity.model_validate({"low": 2, "high": 8, "dist": "normal"})
    reach = 3 * REACH / 1.6448536269514722
    assert number.value == 5
    lowest, highest = (each for _, each in number.bounds[1:])
    assert lowest == pytest.approx(5 - reach)
    assert highest == pytest.approx(5 + reach)
    drawn = number.draw(1, "x", MEMBERS)
    assert drawn.min() >= 5 - reach - 1e-12
    assert np.mean(drawn) == pytest.approx(5, abs=0.1)


def test_one_of_a_list() -> None:
    """12 in one of four, 24 in the others; 24 is the median."""
    np.testing.assert_array_equal(
        chosen(np.array([0.0, 0.24, 0.25, 0.99]), [12.0, 24.0], [1, 3]), [12, 12, 24, 24]
    )
    number = Quantity.model_validate({"dist": "discrete", "values": [12, 24], "chances": [1, 3]})
    drawn = number.draw(1, "x", MEMBERS)
    assert number.value == drawn[0] == 24
    assert set(drawn.tolist()) == {12, 24}
    assert np.mean(drawn == 12) == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize(
    "given",
    [
        {"low": 4, "high": 25, "dist": "lognormal"},
        {"low": 2, "high": 8, "dist": "normal"},
        {"dist": "discrete", "values": [1, 2, 5]},
    ],
)
def test_a_draw_is_the_same_alone_and_in_company(given: dict[str, Any]) -> None:
    """Bit by bit."""
    number = Quantity.model_validate(given)
    together = number.draw(7, "x", range(300))
    for member in (0, 1, 7, 299):
        assert number.draw(7, "x", [member])[0] == together[member]


@pytest.mark.parametrize(
    "given",
    [
        {"low": 4, "high": 25, "dist": "lognormal"},
        {"low": 4, "high": 25, "dist": "normal"},
        {"values": [4, 5, 25], "dist": "discrete"},
    ],
)
def test_a_central_value_of_one_s_own_is_member_0_s_alone(given: dict[str, Any]) -> None:
    """The others draw as if it were not given."""
    medians = {"lognormal": 10, "normal": 14.5, "discrete": 5}
    plain = Quantity.model_validate(given).draw(7, "x", range(50))
    own = Quantity.model_validate(given | {"value": 4}).draw(7, "x", range(50))
    assert (plain[0], own[0]) == (pytest.approx(medians[given["dist"]]), 4)
    assert (plain[1:] == own[1:]).all()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"value": 5, "dist": "lognormal"}, "dist: lognormal needs low and high"),
        ({"low": 0, "high": 5, "value": 1, "dist": "lognormal"}, "needs low above 0"),
        ({"value": 3, "low": 4, "high": 25, "dist": "lognormal"}, "is not between low 4 and high"),
        ({"value": 3, "dist": "discrete", "values": [1, 2]}, "value 3 is none of the values 1, 2"),
        ({"value": 1, "dist": "discrete"}, "go together"),
        ({"value": 1, "values": [1, 2]}, "go together"),
        ({"value": 1, "dist": "discrete", "values": [1, 2], "chances": [1]}, "as many chances"),
        ({"value": 1, "dist": "discrete", "values": [1, 2], "chances": [0, 0]}, "as many chances"),
    ],
)
def test_what_is_refused(given: dict[str, Any], says: str) -> None:
    """With a reason."""
    with pytest.raises(ValidationError, match=says):
        Quantity.model_validate(given)


def test_draws_outside_of_the_bounds_of_a_number_are_refused() -> None:
    """Months of 1 to 5, normal, would be drawn below 0: 3 - 2 * 3.09 / 1.645."""
    told = faults(
        states={
            "AAA": {"title": "A", "stock_cover": {"low": 1, "high": 5, "dist": "normal"}},
            "BBB": {"title": "B"},
        }
    )
    assert told == ["states.AAA.stock_cover.low: draws reach -0.757456 is below 0 (months)"]
