"""How states keep and use their stocks: drawn down, reserved, built up ahead of a cut-off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.engine.run import run
from sim.errors import RuleError
from sim.kernels.sums import NEVER
from sim.rules import registry
from sim.rules.stockpile import Store, build_ahead, draw_down, reserve
from tests.company import assert_rests, assert_same_in_any_company
from tests.worlds import old_supplier, propulsion_world, world

BAN = {"kind": "cut_off", "date": "2015-01", "exporter": "BBB", "importer": "AAA"}


def store(**changes: Any) -> Store:
    """Return two needs of 10 a month with 25 in stock, 3 still waited for, of tier 0 and tier 1."""
    column = np.array([[1.0], [1.0]])
    numbers = {
        "stock": 25 * column,
        "need": 10 * column,
        "wanted": 13 * column,
        "cover": 2 * column,
    }
    fixed = {"tier": np.array([[0], [1]]), "cut_off": np.array([[24], [NEVER]]), "month": 0}
    return Store(**{**numbers, **fixed, **changes})


def stocks(
    rule: Any = "draw_down", tier: int = 0, months: int = 24, **need: Any
) -> dict[str, np.ndarray]:
    """Run a cut-off in January 2015 with two months in stock, and return the buyer's series."""
    needs = {"AAA": {"engines": {"units": 100, "stock_cover": 2, "tier": tier, **need}}}
    states = {**old_supplier()["states"], "AAA": {"title": "Buyer", "rules": {"stockpile": rule}}}
    records = run(world(months=months, needs=needs, states=states, events={"ban": BAN})).records
    return {name: each[:, 0, 0] for name, each in records.series.items()}


def test_draw_down_uses_what_there_is() -> None:
    """What is needed and waited for, or all that is left."""
    np.testing.assert_array_equal(draw_down(store()).used, [[13], [13]])
    np.testing.assert_array_equal(draw_down(store(stock=np.array([[5.0], [0.0]]))).used, [[5], [0]])
    np.testing.assert_array_equal(draw_down(store()).cover, [[2], [2]])


def test_reserve_keeps_its_floor_from_all_but_the_first_tier() -> None:
    """25 in stock and a floor of two months, 20: the first tier gets 13, the other 5, and holds at
    least two months."""
    kept = reserve(store(), floor_months=2)
    np.testing.assert_array_equal(kept.used, [[13], [5]])
    np.testing.assert_array_equal(reserve(store(), floor_months=3).used, [[13], [0]])
    np.testing.assert_array_equal(reserve(store(), floor_months=3).cover, [[2], [3]])


@pytest.mark.parametrize(("month", "cover"), [(0, 2), (11, 2), (12, 8), (23, 8), (24, 2)])
def test_build_ahead_raises_its_cover_before_the_cut_off(month: int, cover: float) -> None:
    """From a year before it until it, where one is announced."""
    kept = build_ahead(store(month=month))
    np.testing.assert_array_equal(kept.cover, [[cover], [2]])
    np.testing.assert_array_equal(kept.used, [[13], [13]])


def test_the_first_tier_draws_on_its_reserve_the_others_do_not() -> None:
    """After the cut-off 20 a month arrive; with 200 in stock and a floor of 150 the second tier has
    50 to add."""
    first, second = (
        stocks({"rule": "reserve", "floor_months": 1.5}),
        stocks({"rule": "reserve", "floor_months": 1.5}, tier=1),
    )
    np.testing.assert_allclose(first["stock"][[11, 13, 15]], [200, 120, 0], atol=1e-9)
    np.testing.assert_allclose(second["stock"][[11, 13, 15]], [200, 150, 150], atol=1e-9)
    np.testing.assert_allclose(second["used"][12:16], [100, 70, 20, 20], atol=1e-9)
    assert second["stock"][-1] == pytest.approx(150)


def test_a_reserve_of_no_months_is_none() -> None:
    """It does what draw_down does, bit for bit."""
    for name, values in stocks({"rule": "reserve", "floor_months": 0.0}, tier=1).items():
        assert np.array_equal(values, stocks()[name]), name


def test_build_ahead_fills_the_store_in_time() -> None:
    """The buyer orders 3 months of need more from July on, and meets its need for three months
    longer."""
    ahead, plain = (
        stocks({"rule": "build_ahead", "months_before": 6.0, "extra_months": 3.0}),
        stocks(),
    )
    assert np.array_equal(ahead["stock"][:6], plain["stock"][:6])
    assert (np.diff(ahead["stock"][6:12]) > 0).all()
    assert 400 < ahead["stock"][11] < 500
    # 20 a month go on coming, so that each month of need in stock lasts longer
    short = [int(np.argmax(each["fill_rate"] < 1)) for each in (plain, ahead)]
    assert short[1] >= short[0] + 3


def test_only_what_is_announced_is_prepared_for() -> None:
    """A cut-off of others' goods, or one without a date of its own yet, raises no cover."""
    rule = {"rule": "build_ahead", "months_before": 6.0}
    own = {"ban": BAN, "more": BAN | {"date": "2014-02", "importer": "BBB", "exporter": "AAA"}}
    needs = {"AAA": {"engines": {"units": 100, "stock_cover": 2}}, "BBB": {"engines": 10}}
    trade = {"any": {"exporter": "*", "importer": "*", "product": "*"}}
    states = {**old_supplier()["states"], "AAA": {"title": "Buyer", "rules": {"stockpile": rule}}}

    def first_rise(**changes: Any) -> int:
        stock = run(world(needs=needs, trade=trade, states=states, **changes)).records.series[
            "stock"
        ][:, 0, 0]
        return int(np.argmax(stock > stock[0] + 1e-6))

    assert first_rise(events=own) == first_rise(events={"ban": BAN}) == 7
    assert first_rise(events={"more": own["more"]}) == 0


@pytest.mark.parametrize("rule", [{"rule": "reserve", "floor_months": 1.0}, "build_ahead"])
def test_a_world_at_rest_stays_at_rest(rule: Any) -> None:
    """A floor below the cover, and nothing announced, change nothing."""
    cover = {"value": 2, "low": 1, "high": 4}
    states = {
        "AAA": {"title": "Buyer", "stock_cover": cover},
        "BBB": {"title": "Old"},
        "CCC": {"title": "Ally", "stock_cover": 2},
    }
    assert_rests(propulsion_world(states=states, rules={"stockpile": rule}))


@pytest.mark.parametrize(
    "rule",
    [{"rule": "reserve", "floor_months": 1.0}, {"rule": "build_ahead", "months_before": 3.0}],
)
def test_company_changes_no_bit(rule: Any) -> None:
    assert_same_in_any_company(propulsion_world(rules={"stockpile": rule}))


def test_the_scenarios_rule_holds_for_states_without_their_own() -> None:
    """The default of all states, and the choice of one: CCC would hold no stock without it, and
    has the reserve of a month's need from the start."""
    world = propulsion_world(rules={"stockpile": {"rule": "reserve", "floor_months": 1.0}})
    assert world.needs["CCC"]["optics"].tier == 1
    records = run(world).records
    row = records.needs.index(("CCC", "optics"))
    np.testing.assert_allclose(records.series["stock"][:, row, 0], 4)
    np.testing.assert_allclose(records.series["fill_rate"][:, row, 0], 1)


def test_who_starts_with_less_than_its_reserve_builds_it_up() -> None:
    """Of 100 a month and a floor of 300: 100 are there, 100 come, and neither is touched."""
    found = stocks({"rule": "reserve", "floor_months": 3.0}, tier=1, initial_stock_cover=1)
    assert found["used"][0] == 0
    np.testing.assert_allclose(found["stock"][3:12], 300)
    held = stocks({"rule": "reserve", "floor_months": 3.0}, tier=1)
    np.testing.assert_allclose(held["used"][:12], 100)
    np.testing.assert_allclose(held["stock"][:12], 300)


amounts = st.floats(0, 1e6)


@given(amounts, amounts, amounts, st.floats(0, 600), st.integers(0, 1))
def test_no_rule_uses_what_is_not_there(
    stock: float, need: float, waiting: float, floor: float, tier: int
) -> None:
    """Use lies between nothing and both stock and want; a reserve never uses more than drawing
    down."""
    column = np.ones((1, 1))
    place = Store(
        stock * column,
        need * column,
        (need + waiting) * column,
        column,
        np.array([[tier]]),
        np.array([[NEVER]]),
        3,
    )
    for kept in (draw_down(place), reserve(place, floor_months=floor), build_ahead(place)):
        assert 0 <= kept.used[0, 0] <= min(stock, need + waiting)
        assert kept.used[0, 0] <= draw_down(place).used[0, 0]
        assert kept.cover[0, 0] >= 1


def answers(family: str, answer: Any) -> None:
    """Run a scenario in which all follow a rule of this family that answers so to what it
    is given.
    """

    def ours(given: Any) -> Any:
        """Answer."""
        return answer(given)

    sim.rule(family)(ours)
    run(propulsion_world(months=6, rules={family: "ours"}))


@pytest.mark.parametrize(
    ("family", "answer", "message"),
    [
        (
            "stockpile",
            lambda store: store.stock,
            "stockpile rule ours, followed by AAA, .*: returned ndarray, not a tuple of 2 arrays",
        ),
        ("stockpile", lambda store: (store.stock, store.stock * np.nan), "returned NaN"),
        (
            "learning",
            lambda craft: (craft.unit_cost, craft.unit_cost),
            "returned tuple, not a tuple of 3 arrays",
        ),
        (
            "learning",
            lambda craft: (craft.experience, craft.unit_cost / 0, craft.yield_),
            "returned an infinite number",
        ),
        ("overtime", lambda effort: effort.overtime[:1], r"returned the shape \(1, 4\)"),
        ("pricing", lambda quote: quote.unit_cost - 9, "below 0"),
        ("pricing", lambda quote: quote.unit_cost.__imul__(2), "wrote into what it was given"),
    ],
)
def test_rules_from_outside_are_watched(
    monkeypatch: pytest.MonkeyPatch, family: str, answer: Any, message: str
) -> None:
    """Also those that answer with several arrays."""
    monkeypatch.setattr(registry, "_RULES", dict(registry._RULES))
    with pytest.raises(RuleError, match=message), np.errstate(divide="ignore", invalid="ignore"):
        answers(family, answer)


def test_a_stockpile_rule_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """It decides, but cannot use what is not there."""
    monkeypatch.setattr(registry, "_RULES", dict(registry._RULES))

    @sim.rule("stockpile")
    def half(store: Store) -> tuple[np.ndarray, np.ndarray]:
        """Use half of what is wanted, and ask for more than there is where nothing is wanted."""
        return np.where(store.month < 6, store.wanted / 2, 1e9), store.cover

    found = stocks("half")
    np.testing.assert_allclose(found["used"][0], 50)
    assert found["stock"].min() == 0
