"""Claims rules: published tables, the properties of equations 2.2, and the same bits in
any company."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.kernels import claims as kernels
from sim.kernels.arrays import Floats
from sim.kernels.market import Market
from sim.kernels.sums import GroupSum
from sim.rules import find
from sim.rules.allocation import Claims

pytestmark = pytest.mark.untraced

EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())["claims"]
NAMES = {"prop": "proportional", "cea": "equal_awards", "cel": "equal_losses", "talmud": "talmud"}
"""The published tables' names of rules, and ours."""
RULES: dict[str, dict[str, object]] = {
    "proportional": {},
    "equal_awards": {},
    "equal_losses": {},
    "talmud": {},
    "home_first": {},
    "bloc_first": {},
    "tiers": {"order": ["CCC", "home"]},
    "guarantee_plus_priority": {"guarantee": 0.4},
}
STATES = ("AAA", "BBB", "CCC", "DDD")
"""The supplier is in AAA; its bloc is that of AAA and BBB."""
AMOUNTS = st.one_of(st.just(0.0), st.sampled_from([1.0, 2.0, 50.0]), st.floats(1e-3, 1e3))


def one_supplier(
    orders: Floats,
    supply: Floats,
    states: tuple[str, ...] | None = None,
    usual: Floats | None = None,
) -> Claims:
    """Return the claims, [buyers, members], of one supplier in AAA, buyers living in `states`."""
    buyers = orders.shape[0]
    names = np.array(states or [STATES[each % len(STATES)] for each in range(buyers)])
    market = Market.build(np.zeros(buyers, dtype=np.int64), np.arange(buyers), 1, buyers)
    home, ally = names == "AAA", np.isin(names, ("AAA", "BBB"))
    return Claims(
        orders,
        supply,
        market.by_line(orders),
        market,
        home,
        ally,
        names,
        np.where(ally, "pact", names),
        np.full(buyers, ""),
        np.full(buyers, ""),
        orders if usual is None else usual,
    )


def share_out(name: str, orders: Floats, supply: Floats, **options: object) -> Floats:
    """Call an allocation rule by its name."""
    granted: Floats = find("allocation", name).bound(RULES[name])(
        one_supplier(orders, supply, **options)
    )
    return granted


def column(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)[:, None]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("estate", EXPECTED["d=100,200,300"])
def test_table_of_aumann_and_maschler(name: str, estate: str) -> None:
    """Claims of 100, 200 and 300 on 100 to 500."""
    granted = share_out(NAMES[name], column(100, 200, 300), column(float(estate)))
    np.testing.assert_allclose(
        granted[:, 0], EXPECTED["d=100,200,300"][estate][name], rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("name", NAMES)
def test_published_example_of_four_claims(name: str) -> None:
    """Claims of 2, 4, 7 and 8 on 10."""
    granted = share_out(NAMES[name], column(2, 4, 7, 8), column(10))
    np.testing.assert_allclose(granted[:, 0], EXPECTED["E=10,d=2,4,7,8"][name], rtol=0, atol=1e-14)


def test_contested_garment() -> None:
    """One claims the whole cloak, the other half of it: three quarters and one."""
    np.testing.assert_allclose(
        share_out("talmud", column(1, 0.5), column(1)), column(0.75, 0.25), atol=1e-15
    )


@pytest.mark.parametrize(
    ("name", "granted"),
    [
        ("proportional", (5, 15, 30)),
        ("equal_awards", (10, 20, 20)),
        ("equal_losses", (0, 10, 40)),
        ("talmud", (5, 15, 30)),
        ("home_first", (10, 30, 10)),
        ("bloc_first", (10, 30, 10)),
        ("tiers", (0, 0, 50)),
        ("guarantee_plus_priority", (8, 24, 18)),
    ],
)
def test_who_bears_a_shortage_of_half(name: str, granted: tuple[float, ...]) -> None:
    """Orders of 10, 30 and 60 from the supplier's state, its ally and another; only 50 are
    there.
    """
    np.testing.assert_allclose(
        share_out(name, column(10, 30, 60), column(50), states=("AAA", "BBB", "CCC")),
        column(*granted),
        atol=1e-13,
    )


def test_home_comes_before_allies_only_where_the_rule_says_so() -> None:
    """With 20 for a home order of 20 and an ally's of 20: home_first serves home, bloc_first both
    alike."""
    states, orders = ("AAA", "BBB", "CCC"), column(20, 20, 20)
    np.testing.assert_allclose(
        share_out("home_first", orders, column(20), states=states), column(20, 0, 0)
    )
    np.testing.assert_allclose(
        share_out("bloc_first", orders, column(20), states=states), column(10, 10, 0)
    )


def test_groups_of_tiers() -> None:
    """A buyer belongs to the first group that fits, by state, bloc or word; those that fit none
    come last."""
    claims = one_supplier(column(10, 10, 10, 10), column(15), states=STATES)
    tiers = find("allocation", "tiers").function
    np.testing.assert_allclose(tiers(claims, order=["DDD"]), column(5 / 3, 5 / 3, 5 / 3, 10))
    np.testing.assert_allclose(tiers(claims, order=["other", "home"]), column(0, 0, 7.5, 7.5))
    np.testing.assert_allclose(tiers(claims, order=["home", "pact"]), column(10, 5, 0, 0))


def test_equal_awards_by_usual_flow() -> None:
    """With weights 1, 2 and 3 and 30 for orders of 30 each: 5, 10 and 15; a buyer without a usual
    flow comes last."""
    by_usual = find("allocation", "equal_awards").bound({"by": "usual"})
    orders = column(30, 30, 30)
    np.testing.assert_allclose(
        by_usual(one_supplier(orders, column(30), usual=column(1, 2, 3))), column(5, 10, 15)
    )
    np.testing.assert_allclose(
        by_usual(one_supplier(orders, column(40), usual=column(1, 1, 0))), column(20, 20, 0)
    )
    np.testing.assert_allclose(
        by_usual(one_supplier(orders, column(70), usual=column(1, 5, 0))), column(30, 30, 10)
    )


def test_equal_losses_by_weight() -> None:
    """With weights 1 and 2, of 30 missing the second bears 20."""
    groups = GroupSum(np.zeros(2, dtype=np.int64), 1)
    np.testing.assert_allclose(
        kernels.equal_losses(column(40, 40), column(50), groups, column(1, 2)), column(30, 20)
    )


def test_inflated_orders() -> None:
    """Needs are 4 and 8, goods 10; doubling the first order pays under proportional, and not under
    equal awards."""
    honest, inflated = column(4, 8), column(8, 8)
    np.testing.assert_allclose(
        share_out("proportional", honest, column(10)), column(10 / 3, 20 / 3)
    )
    np.testing.assert_allclose(share_out("proportional", inflated, column(10)), column(5, 5))
    useful = [
        np.minimum(share_out("equal_awards", orders, column(10))[0, 0], 4.0)
        for orders in (honest, inflated)
    ]
    assert useful == [4.0, 4.0]


@st.composite
def markets(draw: st.DrawFn, members: int = 3) -> tuple[Floats, Floats]:
    """Draw orders [buyers, members] of one supplier and its goods [1, members]."""
    buyers = draw(st.integers(1, 6))
    orders = draw(st.lists(AMOUNTS, min_size=buyers * members, max_size=buyers * members))
    supply = draw(st.lists(AMOUNTS, min_size=members, max_size=members))
    return np.array(orders).reshape(buyers, members), np.array(supply).reshape(1, members)


every_rule = pytest.mark.parametrize("name", RULES)


@every_rule
@given(markets())
def test_efficient_and_within_orders(name: str, market: tuple[Floats, Floats]) -> None:
    """All goods go out, or all orders are met; nobody gets less than nothing or more than it
    ordered."""
    orders, supply = market
    granted = share_out(name, orders, supply)
    assert (granted >= 0).all()
    assert (granted <= orders * (1 + 1e-14)).all()
    np.testing.assert_allclose(
        granted.sum(axis=0), np.minimum(supply[0], orders.sum(axis=0)), rtol=1e-13
    )


@every_rule
@given(markets(), st.sampled_from([1e-9, 0.5, 1e3]))
def test_homogeneous(name: str, market: tuple[Floats, Floats], scale: float) -> None:
    """What is granted scales with orders and goods."""
    orders, supply = market
    np.testing.assert_allclose(
        share_out(name, orders * scale, supply * scale),
        share_out(name, orders, supply) * scale,
        rtol=1e-9,
        atol=1e-9 * scale,
    )


@every_rule
@given(markets())
def test_equals_are_treated_equally(name: str, market: tuple[Floats, Floats]) -> None:
    """Two buyers of one state with the same order get the same."""
    orders, supply = market
    twice = np.concatenate((orders, orders))
    states = tuple(STATES[each % len(STATES)] for each in range(len(orders))) * 2
    granted = share_out(name, twice, supply, states=states)
    np.testing.assert_array_equal(granted[: len(orders)], granted[len(orders) :])


@every_rule
@given(markets(), st.floats(0, 100))
def test_nobody_loses_when_there_is_more(
    name: str, market: tuple[Floats, Floats], more: float
) -> None:
    """Each grant rises with the goods."""
    orders, supply = market
    assert (share_out(name, orders, supply + more) >= share_out(name, orders, supply) - 1e-9).all()


@every_rule
@given(markets(), st.randoms(use_true_random=False))
def test_order_of_buyers_does_not_matter(
    name: str, market: tuple[Floats, Floats], random: Callable
) -> None:
    """Shuffling the buyers shuffles the grants."""
    orders, supply = market
    order = list(range(len(orders)))
    random.shuffle(order)
    states = tuple(STATES[each % len(STATES)] for each in range(len(orders)))
    shuffled = share_out(name, orders[order], supply, states=tuple(states[each] for each in order))
    np.testing.assert_allclose(
        shuffled, share_out(name, orders, supply, states=states)[order], rtol=1e-9, atol=1e-9
    )


@st.composite
def suppliers(draw: st.DrawFn, members: int = 7) -> tuple[Floats, Floats, GroupSum]:
    """Draw claims on several amounts, in any order of rows."""
    rows, groups = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    group = np.array(
        draw(st.lists(st.integers(0, groups - 1), min_size=rows, max_size=rows)), dtype=np.int64
    )
    seed = draw(st.integers(0, 10_000))
    random = np.random.Generator(np.random.PCG64(seed))
    claims = random.exponential(10.0, (rows, members)) * 10.0 ** random.integers(
        -3, 3, (rows, members)
    )
    return (
        claims * (random.random(claims.shape) < 0.8),
        random.exponential(20.0, (groups, members)),
        GroupSum(group, groups),
    )


KERNELS: dict[str, Callable[[Floats, Floats, GroupSum], Floats]] = {
    "proportional": kernels.proportional,
    "equal_awards": kernels.equal_awards,
    "equal_losses": kernels.equal_losses,
    "talmud": kernels.talmud,
    "weighted": lambda claims, amount, groups: kernels.equal_awards(
        claims, amount, groups, np.floor(claims)
    ),
    "by_rank": lambda claims, amount, groups: kernels.by_rank(
        claims, amount, groups, np.arange(len(claims)) % 3
    ),
    "capped": lambda claims, amount, groups: kernels.capped_equal_losses(
        claims, claims / 2.0, amount, groups
    ),
    "highest_first": lambda claims, amount, _: kernels.highest_first(
        claims, amount[:1], np.floor(claims)
    ),
}


@pytest.mark.parametrize("name", KERNELS)
@given(suppliers())
def test_bits_do_not_depend_on_the_chunk(name: str, case: tuple[Floats, Floats, GroupSum]) -> None:
    """Every member gets the same bits in chunks of 1, 3 and all."""
    claims, amount, groups = case
    together = KERNELS[name](claims, amount, groups)
    for width in (1, 3):
        for start in range(0, claims.shape[1], width):
            own = np.s_[:, start : start + width]
            alone = KERNELS[name](
                np.ascontiguousarray(claims[own]), np.ascontiguousarray(amount[own]), groups
            )
            assert np.array_equal(alone, together[own])


@pytest.mark.parametrize("name", [name for name in KERNELS if name != "highest_first"])
@given(suppliers())
def test_suppliers_do_not_mix(name: str, case: tuple[Floats, Floats, GroupSum]) -> None:
    """Each amount is shared out as if the others were not there."""
    claims, amount, groups = case
    together = KERNELS[name](claims, amount, groups)
    for group in range(groups.groups):
        own = groups.group_of_row == group
        rank = np.flatnonzero(own) % 3
        lone = GroupSum(np.zeros(own.sum(), dtype=np.int64), 1)
        alone = (
            kernels.by_rank(claims[own], amount[[group]], lone, rank)
            if name == "by_rank"
            else KERNELS[name](claims[own], amount[[group]], lone)
        )
        np.testing.assert_allclose(alone, together[own], rtol=1e-12, atol=1e-12)


@given(suppliers())
def test_a_cap_on_what_may_be_granted(case: tuple[Floats, Floats, GroupSum]) -> None:
    """With caps, equal losses uses up the amount as far as the caps allow, and who is not capped is
    left with the same."""
    claims, amount, groups = case
    most = claims / 2.0
    granted = kernels.capped_equal_losses(claims, most, amount, groups)
    assert (granted <= most * (1 + 1e-12)).all()
    np.testing.assert_allclose(
        groups(granted), np.minimum(amount, groups(most)), rtol=1e-9, atol=1e-12
    )
    free = (granted > 0) & (granted < most * (1 - 1e-9))
    level = np.where(free, claims - granted, -np.inf)
    for group in range(groups.groups):
        own = groups.group_of_row == group
        lowest, highest = (
            np.where(free, claims - granted, np.inf)[own].min(axis=0, initial=np.inf),
            level[own].max(axis=0, initial=-np.inf),
        )
        both = np.isfinite(lowest)
        np.testing.assert_allclose(lowest[both], highest[both], rtol=1e-7, atol=1e-9)
