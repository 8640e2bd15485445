"""Steps of a month on paper: what whole worlds would hardly feel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine.model import SupplyModel
from sim.engine.run import run
from sim.kernels.learning import lot
from sim.rules import registry
from sim.rules.investment import Prospects
from sim.scenario.schema import Scenario
from tests import wrong_numbers
from tests.test_events import programme
from tests.test_investment import BAN, EXPAND, pressed
from tests.test_search import GRAVITY, searching, shipped
from tests.worlds import old_supplier, world
from tests.wrong_numbers import capital, data, series


def invested(yield_: float, payback: float) -> float:
    """Return what the home plant invests in all where so much of what it starts is good."""
    data = pressed(EXPAND | {"payback_months": payback})
    data["factories"]["home_plant"]["lines"]["engines"] |= {"yield": yield_}
    records = run(Scenario.model_validate(data)).records
    return float(records.money["capital"][:, -1, 0].sum())


def test_a_lot_is_a_day_of_good_units() -> None:
    """Of 60 started a month half are good: a thirtieth of 30."""
    assert lot(np.array([[60.0]]), np.array([[0.5]])).tolist() == [[1]]


@pytest.mark.parametrize(
    ("yield_", "payback", "pays"),
    [(1.0, 14.9, False), (1.0, 15.1, True), (0.5, 29.9, False), (0.5, 30.1, True)],
)
def test_an_investment_pays_by_the_good_units_that_it_adds(
    yield_: float, payback: float, pays: bool
) -> None:
    """A unit of capacity costs 3 and earns a tenth of a unit cost of 2 for each good one: 0.2 a
    month, or 0.1 where half are good."""
    assert (invested(yield_, payback) > 0) == pays


@pytest.mark.parametrize(("need", "invests"), [(0.54, False), (0.56, True)])
def test_a_small_line_is_pressed_like_a_large_one(need: float, invests: bool) -> None:
    """Half a unit a month, and orders of 8 or 12 per cent more, all of them lost when unmet; the
    rule waits for a tenth."""
    data: dict[str, Any] = pressed(EXPAND | {"payback_months": 1200})
    data["factories"]["home_plant"]["lines"]["engines"] |= {"capacity": 0.5}
    data["needs"] = {"AAA": {"engines": need}}
    records = run(Scenario.model_validate(data)).records
    assert (records.money["capital"][:, -1, 0].sum() > 0) == invests


def test_whoever_is_left_is_asked_for_all() -> None:
    """The old plant burns down. At rest the home plant is asked for 20 and ships 20, at 2 each;
    from May on it is asked for 100, four times more than it has: the price is 2 (1 + 0.1 x 4)."""
    plants = old_supplier()["factories"]
    plants["old_plant"]["lines"]["engines"] = {"capacity": 200, "unit_cost": 1}
    plants["home_plant"]["lines"]["engines"] = {"capacity": 20, "unit_cost": 2}
    products = {"engines": {"title": "Engines", "unit": "engines", "cancellation": 1}}
    fire = {"kind": "outage", "date": "2014-05", "factory": "old_plant"}
    rules = {"pricing": {"rule": "scarcity", "premium": 0.1}}
    records = run(
        world(factories=plants, products=products, events={"fire": fire}, rules=rules)
    ).records
    paid = records.series["spending"][3:7, 0, 0]
    assert paid == pytest.approx([80 * 1 + 20 * 2, 56, 56, 56])


def test_what_was_in_use_stands_idle_for_as_many_months_as_any() -> None:
    """80 of 80 are used until the ban of May; from then on all stands idle, and after six months of
    that, in November, it is laid up."""
    plants = old_supplier()["factories"]
    plants["old_plant"]["lines"]["engines"] = {"capacity": 80, "mothball": {"after_months": 6}}
    left = run(world(factories=plants, events={"ban": BAN})).records.usable[:, 0, 0]
    assert left.tolist() == [80] * 10 + [0] * 14


def test_who_has_found_a_supplier_is_patient_again() -> None:
    """220 are needed, and 20 made at home. Short in March, April and May, the buyer finds the
    friend, who ships 100 from June on; short in the next three it finds the stranger."""
    rule = GRAVITY | {"probability": 1.0, "patience": 3, "qualification_months": 0.0}
    flow = shipped(searching(rule, needs={"AAA": {"engines": 220}}))
    first = {plant: int(np.argmax(each > 0)) for plant, each in flow.items() if each.any()}
    assert (first["friend_plant"], first["strange_plant"]) == (5, 8)


def test_what_was_seen_before_a_decision_counts_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that builds 1 whenever it has seen three months of pressure sees, from the ban of May
    on, 5 times what 20 can make; from the decision of July on 100 / 21 for three months, then
    100 / 22, and each time 0 for all before. Rules from outside are asked twice."""
    monkeypatch.setattr(registry, "_RULES", dict(registry._RULES))
    seen: list[list[float]] = []

    def eager(prospects: Prospects) -> np.ndarray:
        """Build 1 after three months of pressure."""
        pressed = prospects.pressure[:, 0]
        seen.append(pressed[:4, 0].round(9).tolist())
        assert not prospects.spare[prospects.builds].any()
        return np.where(prospects.builds[:, None] & (pressed[:3] > 1.5).all(axis=0), 1.0, 0.0)

    registry.rule("investment")(eager)
    run(Scenario.model_validate(pressed("eager", months=12)), members=1)
    one, two = round(100 / 21, 9), round(100 / 22, 9)
    assert seen[8::2] == [
        [5, 1, 1, 1],
        [5, 5, 1, 1],
        [5, 5, 5, 1],
        [one, 0, 0, 0],
        [one, one, 0, 0],
        [one, one, one, 0],
        [two, 0, 0, 0],
        [two, two, 0, 0],
    ]


def test_a_plant_that_is_not_there_takes_no_orders() -> None:
    """Of 100 the home plant makes 20, and all the rest waits for it, 5 times what it can make,
    though another plant might be built, half of whose orders these would be."""
    data = pressed(EXPAND | {"pressure": 4.9})
    data["factories"]["second_plant"] = {
        "title": "Second",
        "state": "AAA",
        "lines": {"engines": 0},
        "rules": {"investment": EXPAND},
    }
    records = run(Scenario.model_validate(data)).records
    home = [line[0] for line in records.lines].index("home_plant")
    assert records.usable[[20, 21], home, 0].tolist() == [20, 30]


@pytest.mark.parametrize("unit", [1, 0.001])
def test_two_programmes_for_two_buyers_close_both_gaps(unit: float) -> None:
    """AAA and CCC lack 50 each, and each builds it at home for 10 a unit, in one month, out of
    600: what is begun in April 2014 is there in September; in units and in thousands."""
    scenario = data("two_programmes")
    scenario["states"]["CCC"] = {"title": "C"}
    scenario["factories"]["fb"]["lines"]["x"] = 100 * unit
    scenario["factories"]["fc"] = {"title": "FC", "state": "CCC", "lines": {"x": 0}}
    scenario["needs"] = {"AAA": {"x": 50 * unit}, "CCC": {"x": 50 * unit}}
    for name, end in (("t", "BBB"), ("h", "CCC")):
        scenario["trade"][f"{name}c"] = {**scenario["trade"][name], "importer": "CCC"}
        scenario["trade"][f"{name}c"]["exporter"] = end
    scenario["events"]["c"]["importer"] = ["AAA", "CCC"]
    for name, state, factory in (("p", "AAA", "fa"), ("p2", "CCC", "fc")):
        own = scenario["programmes"][name]
        own |= {"chair": state, "beneficiaries": [state], "budget": {"2014-04": 600 * unit}}
        own["candidates"]["k"]["factory"] = factory
    result = wrong_numbers.run(scenario)
    assert capital(result) == pytest.approx(1000 * unit)
    for state in ("AAA", "CCC"):
        received = [each / unit for each in series(result, "received", state)]
        assert received == pytest.approx([50] * 2 + [0] * 6 + [50] * 22)


def test_a_plant_without_capacity_is_asked_for_nothing() -> None:
    """It takes no part of what buyers ask, so that they judge the others by all of it: a world with
    such a plant is one without."""
    rule = {"sourcing": {"rule": "satisfaction_adjusted", "speed": 0.5}}
    base = old_supplier()
    base["states"]["CCC"] = {"title": "Ally"}
    base["products"]["engines"]["cancellation"] = 1
    base |= {"rules": rule, "events": {"ban": {**BAN, "share": 0.25}}}
    new = {"exporter": "CCC", "importer": "AAA", "product": "engines", "weight": 0.5}
    future = {"title": "Future", "state": "CCC", "lines": {"engines": 0}}
    more = {
        "trade": base["trade"] | {"new": new},
        "factories": base["factories"] | {"future": future},
    }
    without, with_it = (
        run(Scenario.model_validate({**base, **each})).records.series["received"]
        for each in ({}, more)
    )
    np.testing.assert_allclose(without, with_it)


def test_a_programme_builds_for_a_plant_that_is_accepted_when_it_is_ready() -> None:
    """Money comes in January, capacity six months later, and buyers accept the plant from May."""
    plants = old_supplier()["factories"]
    plants["home_plant"]["lines"]["engines"] = {"capacity": 20, "qualified": "2014-05"}
    ban = {"kind": "cut_off", "exporter": "BBB", "importer": "AAA", "date": "2014-01"}
    build = programme(budget={"2014-01": 20})
    model = SupplyModel(world(factories=plants, events={"ban": ban}, programmes={"build": build}))
    model.step()
    assert model.world.programmes.invested.sum() == pytest.approx(20)


def test_who_is_new_is_asked_as_soon_as_he_may_deliver() -> None:
    """The home plant is accepted from April on: a third of the orders go to it from then."""
    plants = old_supplier()["factories"]
    plants["old_plant"]["lines"]["engines"] = {"capacity": 200}
    plants["home_plant"]["lines"]["engines"] = {"capacity": 100, "qualified": "2014-04"}
    model = SupplyModel(world(factories=plants, rules={"sourcing": "satisfaction_adjusted"}))
    own = model.world.axes.exporter == model.world.axes.importer
    asked = []
    for _ in range(5):
        model.step()
        (buyers,) = model.policies.sourcing
        asked.append(float(buyers.asked[own[buyers.links]].sum()))
    assert [each > 0 for each in asked] == [False, False, False, True, True]
