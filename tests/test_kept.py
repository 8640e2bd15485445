"""What is kept of arrays is worked out anew when one of them is another, and never out of date."""

from __future__ import annotations

import numpy as np
import pytest

from sim.kernels.arrays import Bools
from sim.kernels.kept import Kept, renewed
from sim.kernels.sums import GroupSum


def test_it_works_once_for_the_same_arrays() -> None:
    asked: list[Bools] = []

    def count(flags: Bools) -> int:
        asked.append(flags)
        return int(flags.sum())

    kept, flags = Kept(count), renewed(np.array([True, False]))
    assert [kept(flags), kept(flags), kept(renewed(flags.copy(), flags))] == [1, 1, 1]
    assert len(asked) == 1
    assert kept(renewed(np.array([True, True]), flags)) == 2
    assert len(asked) == 2


def test_what_may_change_in_place_is_refused() -> None:
    with pytest.raises(ValueError, match="may change in place"):
        Kept(lambda flags: flags.sum())(np.array([True]))


def test_nobody_writes_into_a_renewed_array() -> None:
    flags = renewed(np.array([True, False]))
    with pytest.raises(ValueError, match="read-only"):
        flags[0] = False


def test_any_of_a_group() -> None:
    """Rows 0 and 2 belong to group 1, row 1 to group 0, and group 2 has none."""
    groups = GroupSum(np.array([1, 0, 1]), 3)
    flags = np.array([[False, True], [False, True], [True, False]])
    assert groups.any(flags).tolist() == [[False, True], [True, True], [False, False]]
