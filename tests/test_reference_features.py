"""The engine and the reference compute the same months with each of the features of
`fuller_worlds.py`, and with all of them together."""

from __future__ import annotations

import pytest

from tests.fuller_worlds import FEATURES, fuller_scenario
from tests.test_reference import assert_same

pytestmark = pytest.mark.untraced

TOLERANCE = 1e-9
"""Learning curves take differences of powers, in which rounding grows"""


@pytest.mark.parametrize("rng_seed", [4, 8, 27])
@pytest.mark.parametrize("name", FEATURES)
def test_a_feature(name: str, rng_seed: int) -> None:
    assert_same(fuller_scenario(rng_seed, [name]), (0, 2), tolerance=TOLERANCE)


@pytest.mark.parametrize("rng_seed", range(100, 106))
def test_all_features(rng_seed: int) -> None:
    assert_same(fuller_scenario(rng_seed, FEATURES), (0, 1), tolerance=TOLERANCE)
