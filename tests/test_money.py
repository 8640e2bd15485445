"""The ledger of money: prices by rule, who pays whom, and what substitution costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.ledger import MoneyLedger, blank
from sim.engine.model import SupplyModel
from sim.engine.run import run
from sim.kernels.sums import NEVER
from sim.metrics.arithmetic import cost_of_substitution, substitution_cost
from sim.records import Records
from sim.rules.pricing import Quote, at_cost, scarcity
from sim.scenario.schema import Scenario
from tests.company import assert_rests, assert_same_in_any_company
from tests.on_paper import built
from tests.random_worlds import random_scenario
from tests.worlds import old_supplier, propulsion_world, world

BAN = {"kind": "cut_off", "date": "2015-01", "exporter": "BBB", "importer": "AAA"}


def priced(rule: Any = "at_cost", need: float = 100, **changes: Any) -> Scenario:
    """Return the old-supplier world at prices: 2 a unit and 0.5 for delivery from the old plant, 3
    from home; three years."""
    plants = old_supplier()["factories"]
    plants["old_plant"]["lines"]["engines"] = {"capacity": 200, "unit_cost": 2}
    plants["home_plant"]["lines"]["engines"] = {"capacity": 50, "unit_cost": 3}
    trade = old_supplier()["trade"]
    trade["old"]["unit_cost"] = 0.5
    needs = {"AAA": {"engines": {"units": need}}}
    return world(
        **{
            "months": 36,
            "factories": plants,
            "trade": trade,
            "needs": needs,
            "rules": {"pricing": rule},
            **changes,
        }
    )


def item(records: Records, name: str, state: str) -> np.ndarray:
    """Return an item of a state's ledger, year by year, of the central case."""
    return records.money[name][:, list(records.purses).index(state), 0]


def test_the_ledger_by_hand() -> None:
    """80 at 2.50 and 20 at 3 a month: 260, of which 160 are the old plant's, 60 the home plant's,
    40 the carriers'."""
    records = run(priced()).records
    assert records.purses == ("AAA", "BBB", "all")
    np.testing.assert_allclose(item(records, "purchases", "AAA"), 12 * 260)
    np.testing.assert_allclose(item(records, "delivery", "AAA"), 12 * 40)
    np.testing.assert_allclose(item(records, "sales", "AAA"), 12 * 60)
    np.testing.assert_allclose(item(records, "sales", "BBB"), 12 * 160)
    assert (
        item(records, "purchases", "BBB").sum()
        == item(records, "capital", "all").sum()
        == item(records, "extra", "all").sum()
        == 0
    )
    np.testing.assert_allclose(records.series["spending"][:, 0, 0], 260)


@pytest.mark.parametrize("seed", range(4))
def test_what_buyers_pay_is_what_sellers_and_carriers_get(seed: int) -> None:
    """In every year, in any world; and the book of payments closes every month."""
    records = run(
        random_scenario(
            seed, rules={"pricing": "scarcity", "learning": {"rule": "wright", "forgetting": 0.1}}
        )
    ).records
    money = {name: values[:, -1] for name, values in records.money.items()}
    assert money["purchases"].sum() > 0
    np.testing.assert_allclose(money["purchases"], money["sales"] + money["delivery"], rtol=1e-12)
    assert 0 < records.residuals["payments"] <= 64


def test_all_is_the_sum_of_the_states() -> None:
    money = run(propulsion_world()).records.money
    for name in ("purchases", "delivery", "sales", "capital", "idle", "extra"):
        np.testing.assert_allclose(
            money[name][:, -1], money[name][:, :-1].sum(axis=1), rtol=1e-12, err_msg=name
        )


LEARNING = {"engines": {"title": "Engines", "unit": "engines", "learning_rate": 0.2}}


def test_at_cost_is_the_unit_cost() -> None:
    """Of the month: what lines learn in it shows in what they ask in the next."""
    model = SupplyModel(priced(products=LEARNING), (0,))
    lines, cost = model.world.lines, model.world.lines.unit_cost.copy()
    model.step()
    np.testing.assert_array_equal(lines.price, cost)
    assert (lines.unit_cost < cost).all()
    quote = Quote(*(np.full((1, 1), each) for each in (5.0, 9.0, 3.0, 3.0)))
    assert at_cost(quote)[0, 0] == 5


def test_buyers_go_by_what_was_asked_last_whatever_rules_others_follow() -> None:
    """A mark-up of nothing is no mark-up, also where costs fall and buyers look at them."""
    plain = priced(products=LEARNING, rules={"sourcing": "cheapest"})
    data = plain.model_dump(by_alias=True, exclude_unset=True)
    data["factories"]["home_plant"]["rules"] = {"pricing": {"rule": "mark_up", "share": 0}}
    one, other = (run(each).records.flows for each in (plain, Scenario.model_validate(data)))
    np.testing.assert_array_equal(one, other)


def test_mark_up_raises_prices_from_the_start() -> None:
    """By its share of the unit cost, not of delivery: 80 x (2.6 + 0.5) + 20 x 3.9."""
    records = run(priced({"rule": "mark_up", "share": 0.3})).records
    np.testing.assert_allclose(records.series["spending"][:, 0, 0], 80 * 3.1 + 20 * 3.9)
    np.testing.assert_allclose(item(records, "sales", "BBB"), 12 * 80 * 2.6)
    assert_rests(priced({"rule": "mark_up", "share": 0.3}))


def test_one_factory_may_ask_more() -> None:
    """Others sell at cost."""
    data = priced().model_dump(by_alias=True, exclude_unset=True)
    data["factories"]["home_plant"]["rules"] = {"pricing": {"rule": "mark_up", "share": 1.0}}
    assert run(Scenario.model_validate(data)).records.series["spending"][0, 0, 0] == pytest.approx(
        80 * 2.5 + 20 * 6
    )


@pytest.mark.parametrize(
    ("asked", "offer", "price"),
    [
        (80, 100, 10),
        (100, 100, 10),
        (150, 100, 12.5),
        (300, 100, 20),
        (900, 100, 20),
        (5, 0, 20),
        (0, 0, 10),
    ],
)
def test_scarcity_by_hand(asked: float, offer: float, price: float) -> None:
    """Half of what is asked for too much, at most double."""
    quote = Quote(*(np.full((1, 1), float(each)) for each in (10, asked, offer, min(asked, offer))))
    assert scarcity(quote)[0, 0] == pytest.approx(price)
    assert scarcity(quote, premium=0.0)[0, 0] == 10


def test_scarcity_in_a_run() -> None:
    """A ban sends orders for 100 a month to a plant of 50: once too much, at a premium of 0.2 for
    each time."""
    products = {"engines": {"title": "Engines", "unit": "engines", "cancellation": 1}}
    records = run(
        priced(
            {"rule": "scarcity", "premium": 0.2, "most": 5.0},
            products=products,
            events={"ban": BAN},
        )
    ).records
    spending = records.series["spending"][:, 0, 0]
    np.testing.assert_allclose(spending[:12], 260)
    np.testing.assert_allclose(spending[12:], 50 * 3 * (1 + 0.2 * 1.0))


def test_scarcity_is_bounded() -> None:
    """However long the queue."""
    records = run(priced({"rule": "scarcity", "most": 0.25}, events={"ban": BAN})).records
    np.testing.assert_allclose(records.series["spending"][20:, 0, 0], 50 * 3 * 1.25)


def test_scarcity_leaves_a_world_at_rest_alone() -> None:
    assert_rests(priced("scarcity"))


def test_substitution_cost_by_hand() -> None:
    """60 a month at 3 and the rest at 2.50 before; 50 at 3 a unit after: 3 - 2.60."""
    records = run(priced(events={"ban": BAN})).records
    assert records.summary["substitution_cost"][0, 0] == pytest.approx(3 - 2.6)
    assert np.isnan(run(priced()).records.summary["substitution_cost"][0, 0])


def test_substitution_cost_of_what_does_not_apply() -> None:
    """Nothing delivered before or after, hit at the start, or never: no number."""
    ones = np.ones((36, 1, 1))
    hit = np.array([[12]])
    assert substitution_cost(ones * 5, ones, hit)[0, 0] == 0
    for got, when in (
        (0 * ones, 12),
        (ones, 0),
        (ones, NEVER),
        (np.where(np.arange(36)[:, None, None] < 12, 1.0, 0.0), 12),
    ):
        assert np.isnan(substitution_cost(5 * ones, got, np.array([[when]]))[0, 0])


def with_programme() -> Scenario:
    """Return a ban, and a programme that builds 30 a month at home for 4 money each, ready a year
    later."""
    capacity = {"build_months": 12, "qualification_months": 0, "ramp_months": 0, "capital_cost": 4}
    home = {"factory": "home_plant", "product": "engines", **capacity}
    build = {
        "title": "Build",
        "chair": "AAA",
        "beneficiaries": ["AAA"],
        "budget": {"2015-01": 120},
        "candidates": {"home": home},
    }
    return priced(events={"ban": BAN}, programmes={"build": build})


def substituting(**changes: Any) -> Records:
    """Run that with lost sales and an idle cost of a tenth at the home plant."""
    data = with_programme().model_dump(by_alias=True, exclude_unset=True)
    data["factories"]["home_plant"]["idle_cost"] = 0.1
    data["products"]["engines"]["cancellation"] = 1
    return run(Scenario.model_validate({**data, **changes})).records


def test_cost_of_substitution_by_hand() -> None:
    """Goods at 3 instead of 2.60, 120 of capital, and home capacity of 50 of which 30 stood idle,
    at 0.3 each, until the ban."""
    records = substituting()
    np.testing.assert_allclose(item(records, "capital", "AAA"), [0, 120, 0])
    np.testing.assert_allclose(item(records, "idle", "AAA"), [12 * 30 * 0.3, 0, 0], atol=1e-9)
    np.testing.assert_allclose(
        item(records, "extra", "AAA"), [0, 12 * 50 * 0.4, 12 * 80 * 0.4], atol=1e-9
    )
    cost = item(records, "substitution", "AAA")
    assert np.isnan(cost[0])
    assert cost[1] == pytest.approx((12 * 50 * 0.4 + 120 - 12 * 30 * 0.3) / (12 * 50))
    assert cost[2] == pytest.approx((12 * 80 * 0.4 - 12 * 30 * 0.3) / (12 * 80))
    np.testing.assert_allclose(item(records, "substitution", "all")[1:], cost[1:])
    assert np.isnan(item(records, "substitution", "BBB")).all()


def test_extra_counts_from_the_month_of_the_hit() -> None:
    """A tariff makes goods dearer until the ban begins in December: that month alone counts, in
    which home's 50 cost 3 instead of 2.60."""
    pair = {"exporter": "BBB", "importer": "AAA"}
    tariff = {"kind": "tariff", "date": "2014-06", "until": "2014-12", "rate": 0.2, **pair}
    ban = {"kind": "cut_off", "date": "2014-12", **pair}
    records = run(priced(events={"tariff": tariff, "ban": ban})).records
    assert item(records, "purchases", "AAA")[0] == pytest.approx(
        11 * 260 + 6 * 80 * 2 * 0.2 + 50 * 3
    )
    assert item(records, "extra", "AAA")[0] == pytest.approx(50 * 0.4)
    assert item(records, "substitution", "AAA")[0] == pytest.approx(0.4)


def test_who_had_nothing_at_the_start_compares_with_what_suppliers_asked() -> None:
    """Who begins in the second year would have paid 2.60 as others do: 80 parts at 2.50, 20 at 3.
    After the ban home's 50 cost 3."""
    needs = {"AAA": {"engines": {"series": [0] * 12 + [100] * 24}}}
    ban = {**BAN, "date": "2016-01"}
    records = run(priced(needs=needs, events={"ban": ban})).records
    assert item(records, "purchases", "AAA")[2] == pytest.approx(12 * 50 * 3)
    assert item(records, "extra", "AAA") == pytest.approx([0, 0, 12 * 50 * 0.4])


def test_idle_cost_is_billed_to_nobody() -> None:
    """It changes the ledger and nothing else."""
    with_idle, without = substituting(), run(priced(events={"ban": BAN})).records
    assert item(with_idle, "idle", "AAA")[0] > 0
    assert item(without, "idle", "AAA").sum() == 0
    assert np.array_equal(with_idle.series["spending"][:12], without.series["spending"][:12])


def test_capital_is_paid_by_the_chair() -> None:
    """As much as the treasury lost."""
    records = run(propulsion_world()).records
    chair = list(records.purses).index("AAA")
    paid = records.money["capital"].sum(axis=0)
    assert (paid[chair] > 0).all()
    assert (np.delete(paid, [chair, len(records.purses) - 1], axis=0) == 0).all()
    model = SupplyModel(propulsion_world(), (0, 1, 2, 3))
    for _ in range(model.case.months):
        model.step()
    budget = np.zeros(4)
    for month in (29, 41):
        budget += sum(money for _, money in model.events.budget[month])
    np.testing.assert_allclose(paid[chair], budget - model.world.programmes.treasury[0], rtol=1e-12)


def test_inputs_hit_by_a_ban_cost_extra_too() -> None:
    """The yard pays for turbines what its state pays for no final good of its own."""
    data = propulsion_world(members=1).model_dump(by_alias=True, exclude_unset=True)
    data["factories"]["turbine_plant"]["rules"] = {"pricing": {"rule": "scarcity", "most": 2.0}}
    records = run(Scenario.model_validate(data)).records
    assert item(records, "extra", "AAA")[2:].sum() > 0


@given(*[st.floats(0, 1e6)] * 3, st.just(0.0) | st.floats(1e-6, 1e6))
def test_cost_of_substitution_adds_up(
    extra: float, capital: float, idle: float, delivered: float
) -> None:
    found = cost_of_substitution(*(np.full(1, each) for each in (extra, capital, idle, delivered)))[
        0
    ]
    assert (
        np.isnan(found)
        if delivered == 0
        else found == pytest.approx((extra + capital + idle) / delivered)
    )


@pytest.mark.parametrize(
    "rule", [{"rule": "mark_up", "share": 0.2}, {"rule": "scarcity", "premium": 1.0}]
)
def test_company_changes_no_bit(rule: Any) -> None:
    assert_same_in_any_company(propulsion_world(rules={"pricing": rule}))


def test_prices_change_money_and_no_goods() -> None:
    """Nothing but what is paid."""
    plain, dear = (
        run(propulsion_world()).records,
        run(propulsion_world(rules={"pricing": {"rule": "mark_up", "share": 0.2}})).records,
    )
    assert np.array_equal(plain.flows, dear.flows)
    assert not np.array_equal(plain.money["sales"], dear.money["sales"])


def test_the_table_of_money() -> None:
    """Tidy, by year, state and item."""
    frame = run(with_programme()).money
    row = frame[(frame.year == 2015) & (frame.state == "AAA") & (frame.item == "capital")]
    assert row["central"].item() == row["mean"].item() == 120
    spread = ["mean", "p05", "p50", "p95", "central", "n"]
    assert list(frame.columns) == ["year", "state", "item", *spread]
    assert (frame[frame.item == "capital"].n == 1).all()
    assert (frame[(frame.item == "substitution") & (frame.year == 2014)].n == 0).all()
    assert len(frame) == 3 * 3 * 7


def test_opening_prices_count_what_is_good() -> None:
    """Of 100 units started half are good: 50 are offered and 80 asked for, 0.6 times too many; a
    premium of a half makes 2 money 2.6."""
    plants = priced().model_dump(by_alias=True, exclude_unset=True)["factories"]
    plants["old_plant"]["lines"]["engines"] = {"capacity": 100, "yield": 0.5, "unit_cost": 2}
    model = SupplyModel(priced("scarcity", factories=plants), (0,))
    assert model.world.lines.price[:, 0].tolist() == pytest.approx([2.6, 3])


def test_a_state_invests_what_its_programmes_and_its_factories_do() -> None:
    """7 a month of the programme that AAA chairs and 5 of the works at home, in each of two months;
    CCC's factory invests 3. Next year there is nothing."""
    products = {"engines": {"title": "Engines", "unit": "engines", "complexity": "hard"}}
    hard = {"build_months": 1, "qualification_months": 0, "ramp_months": 0, "capital_cost": 1}
    rules = {"investment": "expand_when_pressed"}
    world = built(products=products, complexity={"hard": hard}, rules=rules).world
    book = blank(world.axes, 2, 1)
    ledger = MoneyLedger(book, world)
    names = [each.factory for each in world.axes.works]
    world.programmes.invested[:], world.works.invested[:] = 7, 0
    world.works.invested[names.index("home")], world.works.invested[names.index("ally")] = 5, 3
    ledger.record(world)
    ledger.record(world)
    ledger.close(world, 0)
    ledger.close(world, 1)
    capital = dict(zip(world.axes.states, book["capital"][:, :, 0].T.tolist(), strict=True))
    assert capital == {"AAA": [24, 0], "BBB": [0, 0], "CCC": [6, 0], "DDD": [0, 0]}
