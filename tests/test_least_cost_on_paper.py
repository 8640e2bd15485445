"""The least-cost flow, and what a rule gives away against it, on paper: edges and small units."""

from __future__ import annotations

import numpy as np
import pytest

from sim.kernels.least_cost import least_cost, myopia
from sim.kernels.market import Market
from sim.kernels.optimal import NOBODY, Together, _scale, _Transport, transport
from tests.on_paper import column

LINE, NEED = np.array([0, 1]), np.array([0, 0])


def market() -> Market:
    """Return two suppliers of one buyer."""
    return Market.build(LINE, NEED, 2, 1)


@pytest.mark.parametrize("unit", [1, 0.01])
def test_the_cheaper_link_carries_what_it_can(unit: float) -> None:
    """Of 1 wanted half comes over the cheap link, whose cap that is, the rest over the other; in
    the second member the cheap one is closed, in the third the other, in the fourth nothing is
    wanted. In units and in hundreds."""
    supply, demand = np.ones((2, 4)) * unit, np.array([[1, 1, 1, 0.0]]) * unit
    cap = np.array([[0.5, 0, 0.5, 0.5], [9, 9, 0, 9]]) * unit
    cost = np.array([[1.0], [2.0]]).repeat(4, axis=1)
    found = least_cost(market(), supply, demand, cap, cost, np.array([0]))
    np.testing.assert_allclose(found.flow / unit, [[0.5, 0, 0.5, 0], [0.5, 1, 0, 0]])
    np.testing.assert_allclose(found.received / unit, [[1, 1, 0.5, 0]])
    np.testing.assert_allclose(found.shipped, found.flow)
    assert found.rounds == 1


def given_away(
    flow: list[float], cost: list[float], wanted: float = 1.0, unmet: float = 1.0
) -> tuple[float, float]:
    """Compare a flow over two links with the best one."""
    rows = column(9, 9), column(wanted), column(*flow), column(9, 9), column(*cost)
    supply, demand, own, cap, paid = rows
    shares, excess = myopia(market(), supply, demand, own, cap, paid, unmet)
    return float(shares[0]), float(excess[0])


@pytest.mark.parametrize(
    ("flow", "cost", "wanted", "expected"),
    [
        # 0.4 is paid for what costs 0.1
        ([0, 1], [0.1, 0.4], 1, (1, 3)),
        ([1, 0], [0.1, 0.4], 1, (1, 0)),
        # half at 0.4, and 1 for each that is missing: 0.7
        ([0, 0.5], [0.1, 0.4], 1, (0.5, 6)),
        ([0, 0], [0.1, 0.4], 1, (0, 9)),
        # more than is wanted costs what it costs, and nothing is missing
        ([0, 2], [0.1, 0.4], 1, (2, 7)),
        # what could be had for nothing was paid for, or not
        ([0, 1], [0, 0.4], 1, (1, np.inf)),
        ([1, 0], [0, 0.4], 1, (1, 0)),
        # nothing is wanted, or nothing is worth its cost
        ([0, 0], [0.1, 0.4], 0, (1, 0)),
        ([0, 0], [2, 4], 1, (1, 0)),
        ([0, 0.01], [0.1, 0.4], 0.01, (1, 3)),
    ],
)
def test_what_a_flow_gives_away(
    flow: list[float], cost: list[float], wanted: float, expected: tuple[float, float]
) -> None:
    """The share that flows of the best flow, and by how much more it costs; 1 a unit that is
    missing."""
    assert given_away(flow, cost, wanted) == pytest.approx(expected)


def test_each_member_is_compared_by_itself() -> None:
    one, two = np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([[0.1, 0.1], [0.4, 0.4]])
    many = np.full((2, 2), 9.0)
    shares, excess = myopia(market(), many, np.ones((1, 2)), one, many, two, 1.0)
    assert shares.tolist() == pytest.approx([1, 1])
    assert excess.tolist() == pytest.approx([3, 0])


def problem(whole: float, together: Together = NOBODY) -> _Transport:
    """Return a problem of two suppliers, of 4 and 3 and a part, and two buyers of 10; the first
    sends to both, at most 2 to the second, the other to the second alone."""
    line, need = np.array([0, 0, 1]), np.array([0, 1, 1])
    cap = np.array([np.inf, 2, np.inf])
    supply = np.array([4 + whole, 3 + whole])
    return _Transport.build(line, need, supply, np.array([10.0, 10.0]), cap, together)


def feasible(asked: _Transport, *flow: float) -> list[float]:
    """Take the tolerance out of a flow."""
    scale = asked.scale[asked.target]
    found: list[float] = (asked._feasible(np.array(flow) / scale) * scale).tolist()
    return found


def test_nobody_sends_or_receives_more_than_there_is() -> None:
    """The second link carries 2 at most; of 4.5 the first supplier then sends 6: three quarters of
    both are left. A flow within all bounds stays as it is."""
    asked = problem(0.5)
    assert asked.scale.tolist() == [8, 8, 8, 8]
    assert feasible(asked, 4, 3, 3.5) == pytest.approx([3, 1.5, 3.5])
    assert feasible(asked, 2.25, 1.25, 3.125) == [2.25, 1.25, 3.125]
    assert feasible(asked, 0, 0, 7) == pytest.approx([0, 0, 3.5])
    assert feasible(asked, 0, 0, 0) == [0, 0, 0]


def test_whole_amounts_get_whole_flows() -> None:
    assert feasible(problem(0), 2.0000001, 1.9999999, 3) == [2, 2, 3]
    assert feasible(problem(0.5), 2.0000001, 1.5, 3) == pytest.approx([2.0000001, 1.5, 3])


def test_no_limit_of_several_links_is_passed() -> None:
    """Links 1 and 2 may carry 3 together, 0 and 1 no more than 2.5: each link keeps the least part
    that one of its limits leaves of it."""
    links, groups = np.array([1, 2, 0, 1]), np.array([0, 0, 1, 1])
    asked = problem(0.5, Together(links, groups, np.array([3.0, 2.5])))
    assert feasible(asked, 2, 2, 3) == pytest.approx([2 * 0.625, 2 * 0.6, 3 * 0.6])
    assert feasible(asked, 0.5, 1, 1.5) == [0.5, 1, 1.5]
    assert feasible(asked, 0.25, 0, 0) == [0.25, 0, 0]


def test_a_limit_holds_where_more_is_wanted_than_it() -> None:
    """Of 3 wanted the cheap link and its sister may carry 2 together: the rest comes at 9."""
    line, need = np.array([0, 1, 2]), np.array([0, 0, 0])
    goods, wants, cost = np.full(3, 5.0), np.array([3.0]), np.array([1.0, 2.0, 9.0])
    pair = np.array([0, 1]), np.array([0, 0])
    for most, flow, paid in ((2, [2, 0, 1], 11), (3, [3, 0, 0], 3), (np.inf, [3, 0, 0], 3)):
        found = transport(
            line, need, goods, wants, cost, together=Together(*pair, np.array([float(most)]))
        )
        assert found.flow.tolist() == pytest.approx(flow)
        assert found.cost == pytest.approx(paid)


def test_amounts_are_divided_by_a_power_of_two() -> None:
    """The greatest that is not above the largest of them, whatever its sign."""
    largest = [(10, 8), (-10, 8), (8, 8), (0.75, 0.5), (1, 1), (0, 1)]
    assert [(each, _scale(np.array([each, 0.0]))) for each, _ in largest] == largest
    assert _scale(np.zeros(0)) == 1
