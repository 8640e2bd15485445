"""The engine and the reference compute the same months with each of the features of
`fuller_worlds.py`, and with all of them together."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario.loading.load import load
from tests.fuller_worlds import FEATURES, fuller_scenario
from tests.reference import simulate
from tests.test_reference import assert_same

pytestmark = pytest.mark.untraced

TOLERANCE = 1e-9
"""Learning curves take differences of powers, in which rounding grows"""


EXAMPLES = Path(__file__).parents[1] / "scenarios" / "examples"
UNKNOWN = {
    *("beer_game", "build_ahead", "erlang", "expand_when_pressed", "lots", "mothball", "optimal"),
    *("reexport", "retool_when_idle", "satisfaction_adjusted", "search_gravity", "seasonal"),
}
"""Examples of what the reference refuses"""


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.yaml")))
def test_an_example(name: str) -> None:
    scenario = load(EXAMPLES / f"{name}.yaml")
    if name not in UNKNOWN:
        assert_same(scenario, (0, 1) if scenario.members > 1 else (0,), tolerance=TOLERANCE)
        return
    with pytest.raises((KeyError, ValueError)):
        simulate(scenario, 0)


@pytest.mark.parametrize("rng_seed", [4, 8, 27])
@pytest.mark.parametrize("name", FEATURES)
def test_a_feature(name: str, rng_seed: int) -> None:
    assert_same(fuller_scenario(rng_seed, [name]), (0, 2), tolerance=TOLERANCE)


@pytest.mark.parametrize("rng_seed", [*range(101, 107), 220, 246, 306, 334, 386, 655])
def test_all_features(rng_seed: int) -> None:
    """Beyond 106 what rounding left once made a difference, or use that a cut prevented."""
    assert_same(fuller_scenario(rng_seed, FEATURES), (0, 1), tolerance=TOLERANCE)
