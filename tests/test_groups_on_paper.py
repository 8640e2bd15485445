"""Sums and greatest rows by group, on paper."""

from __future__ import annotations

import numpy as np
import pytest

from sim.kernels.greatest import GroupMost
from sim.kernels.kept_away import KeptAway
from sim.kernels.sums import GroupSum
from sim.world.lead_groups import LeadGroups

GROUP = np.array([2, 0, 2, 2])
VALUES = np.array([[1.0, 8.0], [5.0, 0.5], [3.0, 2.0], [2.0, 16.0]])
"""[rows, members]"""


@pytest.mark.parametrize("width", [1, 2])
def test_the_greatest_row_of_each_group(width: int) -> None:
    """Of those that occur: nothing is in group 1."""
    most = GroupMost(GROUP)
    assert most.groups.tolist() == [0, 2]
    assert most(VALUES[:, :width]).tolist() == [[5, 0.5][:width], [3, 16][:width]]


def test_groups_with_a_row_that_is_marked() -> None:
    """Those above 2."""
    assert GroupMost(GROUP)(VALUES > 2).tolist() == [[True, False], [True, True]]


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


def test_links_by_lead_time() -> None:
    """Links 0 and 1 serve need 0, link 2 serves need 1. One month for all of link 0, two for link 1
    and one member of link 2, three for the other."""
    lead, need = np.array([[1, 1], [2, 2], [2, 3]]), np.array([0, 0, 1])
    found = LeadGroups.build(lead, need, 2)
    assert [each.lead for each in found.groups] == [1, 2, 3]
    assert [each.rows.tolist() for each in found.groups] == [[0], [1, 2], [2]]
    assert not any(each.is_all for each in found.groups)
    goods = np.array([[1.0, 2.0], [4.0, 8.0], [16.0, 32.0]])
    sums = [each.add_up(goods).tolist() for each in found.groups]
    assert sums == [[[1, 2], [0, 0]], [[4, 8], [16, 0]], [[0, 0], [0, 32]]]
    assert found.vary
    assert found.varying is None
    assert found.of_varying(goods) is goods


def test_mean_lead_times_that_may_change() -> None:
    """Those of needs that some link takes other than a month to serve: of one, or of none."""
    need, values = np.array([0, 0, 1, 2]), np.array([[1.0], [2.0], [4.0]])
    found = LeadGroups.build(np.array([[1], [1], [2], [1]]), need, 3)
    assert found.varying is not None
    assert found.varying.tolist() == [1]
    assert found.vary
    assert found.of_varying(values).tolist() == [[2]]
    same = LeadGroups.build(np.ones((4, 1), dtype=np.int64), need, 3)
    assert not same.vary
    assert [each.is_all for each in same.groups] == [True]
    assert same.groups[0].add_up(np.ones((4, 1))).tolist() == [[2], [1], [1]]
    zero = LeadGroups.build(np.array([[0], [1], [1], [1]]), need, 3)
    assert zero.vary
    assert zero.of_varying(values).tolist() == [[1]]


def test_what_was_kept_away_over_some_links() -> None:
    """2 and 3 over links 1 and 4 of the first member, 5 and 7 of the second; nothing over others,
    below, between and above."""
    held = np.array([[2.0, 5.0], [3.0, 7.0]])
    kept = KeptAway(np.array([1, 4]), held)
    assert kept.over(np.array([0, 1, 3, 4, 6])).tolist() == [[0, 0], [2, 5], [0, 0], [3, 7], [0, 0]]
    assert held.tolist() == [[2, 5], [3, 7]]
