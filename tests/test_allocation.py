"""Properties of the allocation that hold for every market (equations 2)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernels.allocation import allocate
from sim.kernels.arrays import Floats, Ints
from sim.kernels.groups import Groups
from sim.kernels.limits import Limits
from sim.kernels.market import Market
from sim.kernels.sums import GroupSum

pytestmark = pytest.mark.untraced

AMOUNTS = st.one_of(st.just(0.0), st.floats(1e-3, 1e3))


@dataclass(frozen=True)
class Case:
    """Hold a random market with its numbers."""

    line: Ints
    need: Ints
    tier: Ints
    supply: Floats
    demand: Floats
    weight: Floats
    cap: Floats

    def market(self) -> Market:
        return Market.build(
            self.line, self.need, self.supply.shape[0], self.demand.shape[0], self.tier
        )

    def allocate(self, rounds: int | None = None):
        return allocate(
            self.market(), self.supply, self.demand, self.weight, self.cap, rounds=rounds
        )


@st.composite
def cases(draw: st.DrawFn, members: int = 3) -> Case:
    """Draw markets with empty rows, closed links, caps of 0 and inf, ties and tiers."""
    lines, needs = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    links = draw(
        st.lists(
            st.tuples(st.integers(0, lines - 1), st.integers(0, needs - 1)),
            max_size=15,
            unique=True,
        )
    )
    links.sort()

    def array(rows: int, values: st.SearchStrategy[float]) -> Floats:
        flat = draw(st.lists(values, min_size=rows * members, max_size=rows * members))
        return np.array(flat).reshape(rows, members)

    return Case(
        line=np.array([line for line, _ in links], dtype=np.int64),
        need=np.array([need for _, need in links], dtype=np.int64),
        tier=np.array(
            draw(st.lists(st.integers(0, 2), min_size=needs, max_size=needs)), dtype=np.int64
        ),
        supply=array(lines, AMOUNTS),
        demand=array(needs, AMOUNTS),
        weight=array(len(links), st.one_of(st.just(0.0), st.just(1.0), st.floats(1e-3, 10))),
        cap=array(len(links), st.one_of(st.just(0.0), st.just(np.inf), st.floats(1e-2, 100))),
    )


@given(cases())
def test_feasible_and_conserving(case: Case) -> None:
    """Nothing is negative, nobody ships more than there is or receives more than asked, caps hold,
    both ends agree."""
    result = case.allocate()
    close = 1 + 1e-12
    assert (result.flow >= 0).all()
    assert (result.shipped <= case.supply * close).all()
    assert (result.received <= case.demand * close).all()
    assert (result.flow <= case.cap * close).all()
    np.testing.assert_allclose(result.shipped.sum(axis=0), result.received.sum(axis=0), rtol=1e-12)


@given(cases())
def test_no_waste(case: Case) -> None:
    """No open link with room is left between a line with goods and a need that wants them."""
    result = case.allocate()
    goods = (case.supply - result.shipped)[case.line] > 1e-9 * case.supply[case.line]
    wants = (case.demand - result.received)[case.need] > 1e-9 * case.demand[case.need]
    room = case.cap - result.flow > 1e-9 * np.where(np.isfinite(case.cap), case.cap, 0.0)
    assert not (goods & wants & room & (case.weight > 0)).any()


@given(cases())
def test_closed_links_ship_exactly_nothing(case: Case) -> None:
    """Links without weight or with a cap of 0 carry 0, not dust."""
    result = case.allocate()
    assert (result.flow[(case.weight == 0) | (case.cap == 0)] == 0.0).all()


@given(cases())
def test_strict_tiers(case: Case) -> None:
    """What the first tier gets does not depend on the others."""
    alone = Case(
        case.line,
        case.need,
        case.tier,
        case.supply,
        np.where(case.tier[:, None] == case.tier.min(), case.demand, 0.0),
        case.weight,
        case.cap,
    )
    first = case.tier == case.tier.min()
    assert np.array_equal(alone.allocate().received[first], case.allocate().received[first])


@given(cases(), st.sampled_from([1e-9, 0.5, 1e3]))
def test_homogeneous(case: Case, scale: float) -> None:
    """Scaling all amounts scales the flows; scaling the weights changes nothing."""
    result = case.allocate().flow
    scaled = Case(
        case.line,
        case.need,
        case.tier,
        case.supply * scale,
        case.demand * scale,
        case.weight * 7.0,
        case.cap * scale,
    )
    np.testing.assert_allclose(scaled.allocate().flow, result * scale, rtol=1e-9, atol=1e-9 * scale)


@given(cases(), st.randoms(use_true_random=False))
def test_order_of_links_does_not_matter(case: Case, random) -> None:
    """Shuffling the links shuffles the flows."""
    order = list(range(case.line.size))
    random.shuffle(order)
    order = np.array(order, dtype=np.int64)
    shuffled = Case(
        case.line[order],
        case.need[order],
        case.tier,
        case.supply,
        case.demand,
        case.weight[order],
        case.cap[order],
    )
    np.testing.assert_allclose(
        shuffled.allocate().flow, case.allocate().flow[order], rtol=1e-9, atol=1e-9
    )


@given(cases(members=5), st.sampled_from([None, 1, 2]))
def test_bits_do_not_depend_on_the_chunk(case: Case, rounds: int | None) -> None:
    """Every member gets the same bits alone and in company."""
    together = case.allocate(rounds).flow
    for member in range(5):
        own = slice(member, member + 1)
        alone = Case(
            case.line,
            case.need,
            case.tier,
            case.supply[:, own],
            case.demand[:, own],
            case.weight[:, own],
            case.cap[:, own],
        )
        assert np.array_equal(alone.allocate(rounds).flow[:, 0], together[:, member])


@given(cases(), st.integers(1, 4))
def test_rounds_are_monotone(case: Case, rounds: int) -> None:
    """More rounds never move less in sum, and enough of them waste nothing."""
    fewer, more = case.allocate(rounds).flow.sum(), case.allocate(rounds + 1).flow.sum()
    assert more >= fewer * (1 - 1e-12)
    assert case.allocate(200).flow.sum() == pytest.approx(case.allocate().flow.sum())


def test_a_weight_does_not_stop_a_lone_supplier() -> None:
    """The trap of leakage as a weight: a tenth of the weight changes nothing, a cap of a tenth
    does."""
    market = Market.build(np.array([0]), np.array([0]), 1, 1)
    supply, demand, free = np.array([[50.0]]), np.array([[50.0]]), np.array([[np.inf]])
    assert allocate(market, supply, demand, np.array([[0.1]]), free).flow[0, 0] == 50.0
    assert allocate(market, supply, demand, np.array([[1.0]]), np.array([[5.0]])).flow[0, 0] == 5.0


def test_one_round_can_lose_by_opening_a_supplier() -> None:
    """The Braess effect of the literature's single round: a tiny new supplier lowers deliveries;
    all rounds cure it."""
    market = Market.build(np.array([0, 1]), np.array([0, 0]), 2, 1)
    weight, cap, demand = np.ones((2, 1)), np.full((2, 1), np.inf), np.array([[10.0]])
    closed, opened = np.array([[10.0], [0.0]]), np.array([[10.0], [0.05]])
    assert allocate(market, closed, demand, weight, cap, rounds=1).received[0, 0] == pytest.approx(
        10.0
    )
    assert allocate(market, opened, demand, weight, cap, rounds=1).received[0, 0] == pytest.approx(
        5.05
    )
    assert allocate(market, opened, demand, weight, cap).received[0, 0] == pytest.approx(10.0)


def test_empty_market() -> None:
    """Without links nothing moves and nothing warns."""
    none = np.array([], dtype=np.int64)
    result = allocate(
        Market.build(none, none, 2, 3, np.array([0, 1, 2])),
        np.ones((2, 4)),
        np.ones((3, 4)),
        np.ones((0, 4)),
        np.ones((0, 4)),
    )
    assert result.shipped.shape == (2, 4)
    assert result.received.sum() == 0.0
    assert result.rounds == 0


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 10_000))
def test_group_sums_have_the_same_bits_at_any_width_and_by_either_way(
    rows: int, groups: int, seed: int
) -> None:
    """Sums by group do not depend on how many members stand side by side."""
    random = np.random.Generator(np.random.PCG64(seed))
    values = random.standard_normal((rows, 33)) * 10.0 ** random.integers(-8, 8, (rows, 33))
    total = GroupSum(random.integers(0, groups, rows), groups)
    together = total(values)
    for width in (1, 2, 3, 7, 8, 16, 17):
        assert np.array_equal(total(np.ascontiguousarray(values[:, :width])), together[:, :width])
        # not contiguous: scipy's own product
        assert np.array_equal(total(values[:, :width]), together[:, :width])


@pytest.mark.parametrize("rounds", [2, None])
def test_what_a_later_tier_wants_leaves_no_room_in_a_limit(rounds: int | None) -> None:
    """Half of what would flow from the first line is cut off; a need of the next tier wants 10,000
    of it. The need of the first tier turns to the second line at once: 45 and 55. The first line
    has 1,000, of which 90 and 910 would flow, and half does."""
    line, need = np.array([0, 0, 1]), np.array([0, 1, 0])
    market = Market.build(line, need, 2, 2, np.array([0, 1]))
    groups = Groups.build([np.array([0, 1])], need)
    half = replace(Limits.none(groups, np.zeros((1, 1)), 2), share=np.full((1, 1), 0.5))
    supply, demand = np.array([[1000.0], [1000.0]]), np.array([[100.0], [10_000.0]])
    weight, cap = np.array([[0.9], [1.0], [0.1]]), np.full((3, 1), np.inf)
    result = allocate(market, supply, demand, weight, cap, limits=half, rounds=rounds)
    assert result.flow[:, 0] == pytest.approx([45, 455, 55])
    assert result.rounds == 2


def test_dust_of_room_below_a_limit_is_none() -> None:
    """A limit of 1 of which all but rounding is carried leaves nothing for another."""
    groups = Groups.build([np.array([0, 1])], np.array([0, 1]))
    limits = Limits.none(groups, np.zeros((1, 1)), 2)
    limits.most[:] = 1.0
    orders, flow = np.array([[0.0], [5.0]]), np.array([[1.0 - 1e-15], [0.0]])
    limits.trim(orders, None, flow)
    assert orders.tolist() == [[0.0], [0.0]]


@pytest.mark.parametrize("rounds", [None, 1])
def test_who_gets_no_more_than_rounding_leaves_over_gets_nothing(rounds: int | None) -> None:
    """100 for the first, who asks for 90, and what rounding leaves of it for the second."""
    market = Market.build(np.array([0, 0]), np.array([0, 1]), 1, 2)

    def first_come(orders: Floats, supply: Floats, claims: Floats, market: Market) -> Floats:
        return np.minimum(orders, np.array([[90.0], [1.5e-14]]))

    found = allocate(
        market,
        np.array([[90.0]]),
        np.array([[90.0], [50.0]]),
        np.ones((2, 1)),
        None,
        ration=first_come,
        rounds=rounds,
    )
    assert found.flow[:, 0].tolist() == [90, 0]
    assert found.received[:, 0].tolist() == [90, 0]
    assert found.shipped[0, 0] == 90
