"""Goods in whole lots: accounts are exact, books balance to the last bit, and decisions do not see
the lumps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.engine.model import SupplyModel
from sim.engine.run import run, run_chunk
from sim.engine.tape import Tape
from sim.kernels.arrays import Floats
from sim.kernels.lots import whole_lots
from sim.scenario.schema import Scenario
from sim.world.numbering import number
from tests.random_worlds import random_scenario
from tests.worlds import old_supplier, world


def ships(lot: Any = 1, need: float = 0.5, cover: float = 6, **changes: Any) -> Scenario:
    """Return a world in which AAA needs half a ship a month and BBB builds no more."""
    return world(
        **{
            "states": {
                "AAA": {"title": "Buyer", "stock_cover": cover},
                "BBB": {"title": "Old supplier"},
            },
            "products": {
                "engines": {"title": "Ships", "unit": "ships", "lot": lot, "cancellation": 1}
            },
            "factories": {
                "old_plant": {"title": "Old yard", "state": "BBB", "lines": {"engines": need}}
            },
            "needs": {"AAA": {"engines": need}},
            **changes,
        }
    )


def shared(**changes: Any) -> Scenario:
    """Return a world of whole numbers: three states need 10 hulls each, one of them as input of
    ships, and 20 are made.

    So every link is granted 20/3 a month.
    """
    return Scenario.model_validate(
        {
            "name": "shared",
            "title": "Hulls for three",
            "start": "2014-01",
            "months": 60,
            "members": 1,
            "states": {
                name: {"title": name, "stock_cover": 1} for name in ("AAA", "BBB", "CCC", "DDD")
            },
            "products": {
                "hulls": {"title": "Hulls", "unit": "hulls", "lot": 1},
                "ships": {
                    "title": "Ships",
                    "unit": "ships",
                    "inputs": {"hulls": 1},
                    "input_cover": 1,
                    "lot": 2,
                },
            },
            "factories": {
                "foundry": {"title": "Foundry", "state": "DDD", "lines": {"hulls": 30}},
                "yard": {"title": "Yard", "state": "AAA", "lines": {"ships": 10}},
            },
            "needs": {"AAA": {"ships": 10}, "BBB": {"hulls": 10}, "CCC": {"hulls": 10}},
            "trade": {"all": {"exporter": "*", "importer": "*", "product": "*"}},
            "events": {
                "fire": {"kind": "outage", "date": "2014-06", "factory": "foundry", "share": 1 / 3}
            },
            **changes,
        }
    )


def test_half_a_ship_a_month_is_a_ship_every_other_month() -> None:
    """What leaves is 1, 0, 1, 0, as in the month before the start half a ship was built; without
    lots it is 0.5."""
    series = run(ships()).records.series
    np.testing.assert_array_equal(series["received"][:, 0, 0], np.tile([1.0, 0.0], 12))
    np.testing.assert_array_equal(series["in_transit"][:, 0, 0], np.tile([1.0, 0.0], 12))
    np.testing.assert_array_equal(series["fill_rate"][:, 0, 0], 1.0)
    np.testing.assert_allclose(run(ships(lot=None)).records.series["received"], 0.5)


def test_larger_lots_leave_less_often() -> None:
    """Lots of 3: every sixth month; the output and the flows of the year count whole lots
    as well.
    """
    records = run(ships(lot=3)).records
    np.testing.assert_array_equal(
        records.series["received"][:, 0, 0], np.tile([0.0, 0, 0, 0, 3, 0], 4)
    )
    np.testing.assert_array_equal(records.output[:, 0, 0], records.series["received"][:, 0, 0])
    np.testing.assert_array_equal(records.flows[:, 0, 0], [6, 6])


@given(
    st.lists(st.floats(0, 50), min_size=1, max_size=60),
    st.sampled_from([1.0, 2.0, 5.0]),
)
def test_totals_are_exact(granted: list[float], size: float) -> None:
    """What has left and what is in the account is what was granted, and what leaves is whole."""
    account, left = np.zeros((1, 1)), np.zeros((1, 1))
    for each in granted:
        leaving, account = whole_lots(account, np.array([[each]]), np.array([[size]]))
        assert leaving[0, 0] % size == 0
        assert leaving[0, 0] >= 0
        assert -1e-8 < account[0, 0] < size
        left += leaving
    assert left[0, 0] + account[0, 0] == pytest.approx(sum(granted), rel=1e-12, abs=1e-12)


def test_rounding_does_not_hold_a_lot_back() -> None:
    """Ten times a tenth is a whole."""
    account = np.zeros((1, 1))
    for _ in range(10):
        leaving, account = whole_lots(account, np.array([[0.1]]), np.ones((1, 1)))
    assert leaving[0, 0] == 1.0


def test_goods_are_whole_and_the_books_exact() -> None:
    """With whole needs and stocks the goods' residual is 0, not only small, though every link is
    granted thirds."""
    records = run(shared()).records
    assert records.residuals["goods"] == 0.0
    for name in ("received", "used", "stock", "in_transit", "imports"):
        np.testing.assert_array_equal(
            records.series[name], np.rint(records.series[name]), err_msg=name
        )
    np.testing.assert_array_equal(records.output, np.rint(records.output))
    hulls = [need for need, (state, _) in enumerate(records.needs) if state in ("BBB", "CCC")]
    after = records.series["received"][6:, hulls, 0].sum(axis=0)
    np.testing.assert_allclose(
        after,
        run(shared(products=without_lots())).records.series["received"][6:, hulls, 0].sum(axis=0),
        atol=1,
    )


def without_lots() -> dict[str, Any]:
    """Return the products of `shared`, divisible."""
    products = shared().model_dump(by_alias=True, exclude_unset=True)["products"]
    return {
        name: {key: value for key, value in each.items() if key != "lot"}
        for name, each in products.items()
    }


def test_inputs_are_used_when_the_lot_is_whole() -> None:
    """The yard has used as many hulls as there are in the ships that left, not a third more for
    ships in work."""
    model = SupplyModel(shared())
    used = made = 0.0
    for _ in range(60):
        model.step()
        used += model.world.needs.used[model.world.axes.inputs].sum()
        made += model.world.made[1, 0]
        assert model.world.lots is not None
        assert (
            model.world.needs.stock[model.world.axes.inputs] >= model.world.lots.account[-1:] - 1e-9
        ).all()
    assert used == made


def test_decisions_do_not_see_the_lumps() -> None:
    """Orders, what lines are asked for and what is granted are those of the divisible world, when
    stocks cover the wait."""
    model, smooth = (SupplyModel(ships(lot=lot)) for lot in (2, None))
    for _ in range(20):
        model.step()
        smooth.step()
        np.testing.assert_allclose(model.world.links.flow, smooth.world.links.flow, rtol=1e-12)
        np.testing.assert_allclose(model.world.lines.asked, smooth.world.lines.asked, rtol=1e-12)
        np.testing.assert_allclose(
            model.world.lines.perceived, smooth.world.lines.perceived, rtol=1e-12
        )


def test_nothing_changes_without_events_where_flows_are_whole() -> None:
    """A world at rest whose links carry whole lots stays at rest, bit for bit."""
    records = run(shared(events={}, months=36)).records
    for name, values in records.series.items():
        np.testing.assert_array_equal(
            values, np.broadcast_to(values[:1], values.shape), err_msg=name
        )


def test_an_embargo_stops_lots_in_work() -> None:
    """From the month of the ban on nothing leaves, and what was in work is lost."""
    ban = {
        "kind": "cut_off",
        "date": "2014-06",
        "exporter": "BBB",
        "importer": "AAA",
        "until": "2015-01",
    }
    received = run(ships(events={"ban": ban})).records.series["received"][:, 0, 0]
    np.testing.assert_array_equal(received[:5], [1, 0, 1, 0, 1])
    assert (received[5:12] == 0).all()
    np.testing.assert_array_equal(received[12:16], [0, 1, 0, 1])


def test_orders_go_on_until_the_lot_is_whole() -> None:
    """A buyer without stock, whose unmet need is lost, orders on although a large lot has long been
    in work."""
    received = run(ships(lot=3, cover=0)).records.series["received"][:, 0, 0]
    assert received.sum() >= 6


def test_small_needs_with_many_suppliers() -> None:
    """Half a ship a month from five yards: each has a part of one in work, and yet ships are
    finished as they are used."""
    yards = {
        f"yard{each}": {"title": "Yard", "state": "BBB", "lines": {"engines": 0.1}}
        for each in range(5)
    }
    series = run(ships(factories=yards, cover=12, months=120)).records.series
    assert series["received"][:, 0, 0].sum() == pytest.approx(60, abs=5)
    np.testing.assert_array_equal(series["fill_rate"], 1.0)
    poor = run(ships(factories=yards, cover=0, months=120)).records.series
    assert poor["received"][-24:].sum() > 0


def everything(scenario: Scenario, members: list[int]) -> dict[str, Floats]:
    """Run these members as one chunk and return all that was recorded."""
    axes = number(scenario)
    tape = Tape.blank(scenario, axes, len(members))
    run_chunk(scenario, members, axes, tape)
    return {**tape.series, "output": tape.output, "flows": tape.flows}


def test_members_do_not_depend_on_their_company() -> None:
    """Lots, needs and lead times differ by member; each has the same bits in chunks of 1, 3 and
    all."""
    data = old_supplier()
    data["products"]["engines"] |= {"lot": {"value": 3, "low": 1, "high": 7}}
    data["needs"] = {"AAA": {"engines": {"value": 90, "low": 50, "high": 130}}}
    data["trade"]["old"] |= {"lead_months": {"value": 3, "low": 1, "high": 5}}
    data["events"] = {
        "ban": {
            "kind": "cut_off",
            "date": "2014-06",
            "exporter": "BBB",
            "importer": "AAA",
            "share": 0.77,
        }
    }
    scenario = Scenario.model_validate(data)
    together = everything(scenario, list(range(7)))
    for company in ([0], [5], [1, 2, 3], [6, 4, 2]):
        for name, values in everything(scenario, company).items():
            assert np.array_equal(values, together[name][..., company]), name


def test_the_optimum_of_whole_numbers_needs_no_rounding() -> None:
    """Under the allocation rule optimal whole needs and capacities make whole flows, with or
    without lots."""
    rules = {"allocation": "optimal"}
    with_lots, without = (
        run(shared(rules=rules, **changes)).records
        for changes in ({}, {"products": without_lots()})
    )
    np.testing.assert_allclose(
        without.series["received"], np.rint(without.series["received"]), rtol=1e-14
    )
    np.testing.assert_allclose(
        with_lots.series["received"][:, 1:], without.series["received"][:, 1:], rtol=1e-14
    )
    assert with_lots.residuals["goods"] == 0.0


@pytest.mark.parametrize("seed", range(4))
def test_books_balance_in_random_worlds(seed: int) -> None:
    """With lots of several sizes, drawn or not, and nearly as much is used as without them."""
    data = random_scenario(seed).model_dump(by_alias=True, exclude_unset=True)
    sizes: list[Any] = [1, {"value": 3, "low": 1, "high": 6}, None]
    products = {
        name: {**each, "lot": sizes[row % 3]}
        for row, (name, each) in enumerate(data["products"].items())
    }
    records = run(Scenario.model_validate({**data, "products": products}), members=3).records
    assert max(records.residuals.values()) <= 64
    assert (
        records.series["received"].sum()
        > 0.9 * run(random_scenario(seed), members=3).records.series["received"].sum()
    )


def test_a_lot_of_nothing_is_a_fault() -> None:
    """With its place and bounds."""
    data = ships(lot=1).model_dump(by_alias=True, exclude_unset=True)
    data["products"]["engines"]["lot"] = 0
    with pytest.raises(
        sim.ScenarioError, match=r"products.engines.lot: 0 is below 0.001 \(units\)"
    ):
        sim.parse(data)
