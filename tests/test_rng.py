"""Draws depend on (seed, name, member) and on nothing else."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.rng import BLOCK, uniforms
from sim.scenario.quantity import Quantity


@given(st.lists(st.integers(0, 3 * BLOCK), min_size=1, max_size=20), st.integers(0, 2**63 - 1))
def test_a_member_draws_the_same_in_any_company(members: list[int], seed: int) -> None:
    """Alone, in any order, with any others."""
    together = uniforms(seed, "a.b", members)
    for column, member in enumerate(members):
        assert uniforms(seed, "a.b", [member])[0, 0] == together[0, column]


def test_longer_horizons_keep_earlier_draws() -> None:
    """Row i does not depend on how many rows are drawn."""
    assert np.array_equal(
        uniforms(1, "noise", range(50), size=3), uniforms(1, "noise", range(50), size=9)[:3]
    )


def test_names_and_seeds_separate_streams() -> None:
    """Another name or seed gives other numbers; values are uniform on [0, 1)."""
    base = uniforms(1, "x", range(5000))
    assert not np.array_equal(base, uniforms(1, "y", range(5000)))
    assert not np.array_equal(base, uniforms(2, "x", range(5000)))
    assert base.min() >= 0
    assert base.max() < 1
    assert abs(base.mean() - 0.5) < 0.02
    assert abs(np.corrcoef(base[0], uniforms(1, "y", range(5000))[0])[0, 1]) < 0.05


def test_member_0_is_the_central_case() -> None:
    """Member 0 takes the value, others draw within the interval, around the mode."""
    quantity = Quantity(value=300, low=270, high=400)
    drawn = quantity.draw(5, "q", range(4000))
    assert drawn[0] == 300
    assert (drawn[1:] >= 270).all()
    assert (drawn[1:] <= 400).all()
    assert abs(drawn[1:].mean() - (270 + 300 + 400) / 3) < 2


def test_distributions() -> None:
    """Uniform and loguniform fill their intervals; fixed and bare numbers never vary; per year
    becomes per month."""
    members = range(1, 4001)
    uniform = Quantity(value=5, low=0, high=10, dist="uniform").draw(1, "u", members)
    assert abs(uniform.mean() - 5) < 0.2
    assert uniform.min() < 0.1
    assert uniform.max() > 9.9
    log = Quantity(value=1, low=0.01, high=100, dist="loguniform").draw(1, "l", members)
    assert abs(np.log10(log).mean()) < 0.1
    assert set(Quantity(value=5, low=0, high=10, dist="fixed").draw(1, "f", members)) == {5.0}
    assert set(Quantity(value=24, per="year").draw(1, "f", members)) == {2.0}
