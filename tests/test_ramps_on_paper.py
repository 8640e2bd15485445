"""Capacity that ramps up, month by month, on paper."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.world import ramps
from sim.world.ramps import Ramps

HALF = 1 / math.log(2)
"""Time constant, months, of an exponential that halves what is missing each month."""


def built(months: int = 6) -> Ramps:
    """Lay out three plants with two members: linear over 4 months or 2, halving what is missing or
    at once, and an S over 2 months or at once.
    """
    lengths = np.array([[4.0, 2.0], [HALF, 0.0], [2.0, 0.0]])
    return Ramps.build(["linear", "exponential", "s_curve"], lengths, months)


def told(plant: Ramps) -> list[list[float]]:
    """Return what does not produce yet, plant by plant."""
    return np.round(plant.unramped, 12).tolist()


def test_what_is_qualified_ramps_up() -> None:
    """Of 8 units three quarters are idle in the first month, then half, a quarter, and none; of an
    S over two months half, as at the end of the first month half is reached."""
    plant = built()
    found = []
    for month in range(5):
        plant.advance(month)
        if month == 0:
            plant.begin(np.full((3, 2), 8.0))
        found.append(told(plant))
    assert [[row[0] for row in each] for each in found] == [
        [6, 4, 4],
        [4, 2, 0],
        [2, 1, 0],
        [0, 0.5, 0],
        [0, 0.25, 0],
    ]
    assert [[row[1] for row in each] for each in found] == [[4, 0, 0]] + [[0, 0, 0]] * 4


def test_what_begins_later_is_added() -> None:
    """8 in the first month and 8 in the second, linear over 4: 6; 4 and 6; 2 and 4; 2; none."""
    plant = built()
    found = []
    for month in range(5):
        plant.advance(month)
        if month < 2:
            plant.begin(np.array([[8.0, 0.0]] + [[0.0, 0.0]] * 2))
        found.append(told(plant)[0][0])
    assert found == [6, 10, 6, 2, 0]


def test_what_is_lost_comes_no_more() -> None:
    """A half of what ramps up is lost in the second month at the first plant, all at the second."""
    plant = built()
    plant.advance(0)
    plant.begin(np.full((3, 2), 8.0))
    plant.advance(1)
    plant.lose(np.array([[0.5, 1.0], [1.0, 1.0], [1.0, 1.0]]))
    plant.stop(np.array([[False, False], [True, False], [False, False]]))
    assert told(plant) == [[2, 0], [0, 0], [0, 0]]
    plant.advance(2)
    assert told(plant)[0] == [1, 0]
    plant.advance(3)
    assert told(plant) == [[0, 0]] * 3


@pytest.mark.parametrize("months", [1, 2, 3])
def test_a_ramp_may_outlast_the_run(months: int) -> None:
    """In its last month 8 units begin to ramp up: 6 are idle."""
    plant = built(months)
    for month in range(months):
        plant.advance(month)
    plant.begin(np.full((3, 2), 8.0))
    assert told(plant)[0] == [6, 4]


def test_no_ramp_is_exponential() -> None:
    """Then nothing is kept from month to month but what is to come."""
    plant = Ramps.build(["linear", "linear"], np.array([[2.0], [0.0]]), 4)
    assert plant.keep is None
    assert plant.first.tolist() == [[0.5], [0.0]]
    assert len(plant.rises) == 1


@pytest.mark.parametrize("worth", [0, 3, 40])
def test_bands_change_no_number(worth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many ramps of other lengths are looked at together."""
    random = np.random.Generator(np.random.PCG64(1))
    lengths = np.floor(random.random((6, 3)) * 14)

    def run() -> list[np.ndarray]:
        plant, found = Ramps.build(["linear", "s_curve"] * 3, lengths, 20), []
        for month in range(20):
            plant.advance(month)
            if month in (0, 3, 11, 19):
                plant.begin(np.full((6, 3), month + 1.0))
            if month == 5:
                plant.lose(np.full((6, 3), 0.75))
            found.append(plant.unramped.copy())
        return found

    together = run()
    counts = {len(each.bands) for each in Ramps.build(["linear"] * 6, lengths, 20).rises}
    monkeypatch.setattr(ramps, "WORTH", worth)
    assert counts == {1}
    assert len(Ramps.build(["linear"] * 6, lengths, 20).rises[0].bands) > 1
    for one, other in zip(together, run(), strict=True):
        np.testing.assert_array_equal(one, other)
