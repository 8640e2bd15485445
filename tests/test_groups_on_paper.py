"""Sums and greatest rows by group, on paper."""

from __future__ import annotations

import numpy as np
import pytest

from sim.kernels.greatest import GroupMost
from sim.kernels.sums import GroupSum

GROUP = np.array([2, 0, 2, 2])
VALUES = np.array([[1.0, 8.0], [5.0, 0.5], [3.0, 2.0], [2.0, 16.0]])
"""[rows, members]"""


@pytest.mark.parametrize("width", [1, 2])
def test_the_greatest_row_of_each_group(width: int) -> None:
    """Of those that occur: nothing is in group 1."""
    most = GroupMost(GROUP)
    assert most.groups.tolist() == [0, 2]
    assert most(VALUES[:, :width]).tolist() == [[5, 0.5][:width], [3, 16][:width]]


def test_of_no_rows_there_are_no_groups() -> None:
    most = GroupMost(np.zeros(0, dtype=np.int64))
    assert most(np.zeros((0, 2))).shape == (0, 2)


@pytest.mark.parametrize("width", [1, 2])
def test_rows_are_summed_wherever_they_stand(width: int) -> None:
    """The first, third and last of four; what stands between is none of theirs."""
    by_group = GroupSum(np.array([1, 0, 1]), 3, rows=np.array([0, 2, 3]))
    values = np.ascontiguousarray(VALUES[:, :width])
    assert by_group(values).tolist() == [[3, 2][:width], [3, 24][:width], [0, 0][:width]]
    marks = np.array([[False, True], [True, True], [True, False], [False, False]])
    expected = [[True, False], [False, True], [False, False]]
    assert by_group.any(marks[:, :width]).tolist() == [each[:width] for each in expected]


@pytest.mark.parametrize("group", [[2, 0, 1], [2, 0, 2]], ids=["single", "shared"])
def test_a_group_is_marked_by_any_of_its_rows(group: list[int]) -> None:
    marks = np.array([[True, False], [True, False], [False, True]])
    expected = np.zeros((4, 2), dtype=np.bool_)
    for row, each in enumerate(group):
        expected[each] |= marks[row]
    assert GroupSum(np.array(group), 4).any(marks).tolist() == expected.tolist()
    assert not GroupSum(np.zeros(0, dtype=np.int64), 4).any(marks[:0]).any()
