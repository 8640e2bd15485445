"""What buyers make of their suppliers: each sourcing rule by hand, at rest, and against the fixed
shares."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.model import SupplyModel
from sim.engine.run import run
from sim.kernels import sourcing as kernel
from sim.kernels.sums import NEVER, GroupSum
from sim.scenario.schema import Scenario
from sim.world.affinity import affinity
from tests.random_worlds import random_scenario
from tests.test_model import everything
from tests.worlds import propulsion_world, world

pytestmark = pytest.mark.untraced

RULES: list[Any] = [
    "capacity_adjusted",
    {"rule": "satisfaction_adjusted", "speed": 0.5, "exponent": 1.5},
    {"rule": "cheapest", "sensitivity": 3.0, "preference": 0.2},
    "home_first",
    "bloc_first",
    {"rule": "loyalty", "strength": 2.0},
]
NAMES = [each if isinstance(each, str) else each["rule"] for each in RULES]


def two_suppliers(rule: Any, **changes: Any) -> Scenario:
    """Return a world in which AAA buys 100 engines a month from BBB and its ally CCC, half from
    each."""
    ally, other = {"title": "Ally", "bloc": "pact"}, {"title": "Other"}
    plants = {
        "BBB": ("other_plant", 100, 8),
        "CCC": ("ally_plant", 100, 10),
        "AAA": ("home_plant", 20, 10),
    }
    return world(
        **{
            "states": {
                "AAA": {"title": "Buyer", "bloc": "pact", "rules": {"sourcing": rule}},
                "BBB": other,
                "CCC": ally,
            },
            "factories": {
                name: {
                    "title": name,
                    "state": state,
                    "lines": {"engines": {"capacity": capacity, "unit_cost": cost}},
                }
                for state, (name, capacity, cost) in plants.items()
            },
            "trade": {
                "from_other": {
                    "exporter": "BBB",
                    "importer": "AAA",
                    "product": "engines",
                    "unit_cost": 2,
                },
                "from_ally": {
                    "exporter": "CCC",
                    "importer": "AAA",
                    "product": "engines",
                    "unit_cost": 1,
                },
                "home": {"exporter": "AAA", "importer": "AAA", "product": "engines", "weight": 0},
            },
            **changes,
        }
    )


def flows(scenario: Scenario, months: int = 12) -> np.ndarray:
    """Return the central case's flows month by month, [months, links]; links stand line by line."""
    model = SupplyModel(scenario, (0,))
    found = []
    for _ in range(months):
        model.step()
        found.append(model.world.links.flow[:, 0].copy())
    return np.array(found)


def weights(scenario: Scenario, months: int) -> np.ndarray:
    """Return the central case's weights month by month as shares, [months, links] of a
    single need.
    """
    model = SupplyModel(scenario, (0,))
    found = []
    for _ in range(months):
        model.step()
        found.append(model.world.links.weight[:, 0] / model.world.links.weight[:, 0].sum())
    return np.array(found)


def outage(plant: str = "other_plant", share: float = 0.6, **keys: Any) -> dict[str, Any]:
    """Return an outage in March 2014."""
    return {"kind": "outage", "date": "2014-03", "factory": plant, "share": share, **keys}


def test_capacity_adjusted_follows_capacity() -> None:
    """A plant that keeps 40 of 100 is asked for 40 parts, the other for 100: 28.57 and 71.43."""
    flow = flows(two_suppliers("capacity_adjusted", events={"fire": outage(until="2014-06")}))
    np.testing.assert_allclose(flow[:2], [[50, 50]] * 2)
    np.testing.assert_allclose(flow[2:5], [[400 / 14, 1000 / 14]] * 3)
    np.testing.assert_allclose(flow[5:], [[50, 50]] * 7)


def test_capacity_adjusted_counts_new_plants_against_the_others() -> None:
    """A new plant of half their mean size weighs half of what the scenario gives it: 100, 100 and
    50 parts."""
    base, capacity = np.ones((3, 1)), np.array([[100.0], [100.0], [50.0]])
    start = np.array([[100.0], [100.0], [0.0]])
    found = kernel.by_capacity(base, capacity, start, GroupSum(np.zeros(3, dtype=np.int64), 1))
    np.testing.assert_allclose(found[:, 0], [1, 1, 0.5])
    alone = kernel.by_capacity(
        base[:1], np.array([[7.0]]), np.zeros((1, 1)), GroupSum(np.zeros(1, dtype=np.int64), 1)
    )
    assert alone[0, 0] == 1


def test_satisfaction_adjusted_turns_away_from_who_fails() -> None:
    """Asked for 50, 40 came: 0.8 against 1, so shares go half the way to 4/9 and 5/9, once, and
    stay when all is well again."""
    rule = {"rule": "satisfaction_adjusted", "speed": 0.5}
    found = weights(two_suppliers(rule, events={"fire": outage(until="2014-04")}), 6)
    np.testing.assert_allclose(found[:3], [[0.5, 0.5]] * 3, rtol=1e-12)
    np.testing.assert_allclose(
        found[3:], [[0.5 * 0.5 + 0.5 * 4 / 9, 0.5 * 0.5 + 0.5 * 5 / 9]] * 3, rtol=1e-12
    )


def test_satisfaction_adjusted_keeps_a_floor() -> None:
    """Without one, a dead supplier's share falls to nothing; with one it keeps its part, and with
    it a way back."""
    floor = {"rule": "satisfaction_adjusted", "speed": 1.0, "floor": 0.1}
    none = {"rule": "satisfaction_adjusted", "speed": 1.0, "floor": 0.0}
    events = {
        "fire": outage(share=1, until="2014-09"),
        "strike": outage("ally_plant", 0.9, date="2014-10", until="2014-12"),
    }
    kept, lost = (weights(two_suppliers(rule, events=events), 14)[:, 0] for rule in (floor, none))
    assert kept[5] == pytest.approx(0.05 / 1.05)
    assert lost[5] == 0
    assert kept[12] > 3 * kept[7]
    assert lost[12] == 0


def test_satisfaction_counts_an_embargo() -> None:
    """Suppliers cut off lose trust like any that fails: when the ban is lifted, the old shares do
    not come back."""
    rule = {"rule": "satisfaction_adjusted", "speed": 0.5}
    ban = {
        "kind": "cut_off",
        "date": "2014-03",
        "until": "2014-06",
        "exporter": "BBB",
        "importer": "AAA",
    }
    flow = flows(two_suppliers(rule, events={"ban": ban}))
    np.testing.assert_allclose(flow[2:5, 0], 0)
    np.testing.assert_allclose(flow[:2, 0], 50)
    assert (flow[5:, 0] < 25).all()


def test_cheapest_is_logit_in_relative_cost() -> None:
    """10 against 11 at the door, a tenth dearer: exp(-0.5) at a sensitivity of 5; a preference of
    10 % for allies evens it out."""
    cheap = flows(two_suppliers({"rule": "cheapest", "sensitivity": 5}))
    share = 1 / (1 + np.exp(-0.5))
    np.testing.assert_allclose(cheap, [[100 * share, 100 * (1 - share)]] * 12, rtol=1e-12)
    even = flows(two_suppliers({"rule": "cheapest", "sensitivity": 5, "preference": 0.1}))
    np.testing.assert_allclose(even, [[50, 50]] * 12, rtol=1e-12)


def test_cheapest_sees_costs_change_and_closed_offers_go() -> None:
    """The cheapest that is open sets the measure; nobody's weight falls to nothing; what costs
    nothing beats all."""
    group, base = GroupSum(np.zeros(3, dtype=np.int64), 1), np.ones((3, 1))
    cost, is_open = np.array([[1.0], [2.0], [4.0]]), np.array([[False], [True], [True]])
    found = kernel.by_cost(base, cost, is_open, group, 3.0)
    np.testing.assert_allclose(found[:, 0], [1, 1, np.exp(-3)])
    free = kernel.by_cost(
        base, np.array([[0.0], [1.0], [0.0]]), ~np.zeros((3, 1), dtype=np.bool_), group, 3.0
    )
    np.testing.assert_allclose(free[:, 0], [1, np.exp(-100), 1])
    assert (kernel.by_cost(base, cost, np.zeros((3, 1), dtype=np.bool_), group, 0.0) == 1).all()


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("home_first", [40, 40, 20]), ("bloc_first", [0, 100, 0]), ("fixed", [40, 40, 20])],
)
def test_home_and_bloc_come_first(rule: str, expected: list[float]) -> None:
    """Home delivers its 20, others share the rest; the bloc, home and ally alike, delivers all it
    can before others are asked."""
    trade = {"any": {"exporter": "*", "importer": "AAA", "product": "engines"}}
    flow = flows(two_suppliers(rule, trade=trade))
    if rule == "bloc_first":
        np.testing.assert_allclose(flow, [[0, 80, 20]] * 12, atol=1e-9)
    else:
        np.testing.assert_allclose(flow, [expected] * 12, atol=1e-9)


def test_home_first_asks_others_for_the_rest_alone() -> None:
    """A need that home can cover leaves others nothing; a modest ratio is a preference, 3 to 1 and
    1."""
    trade = {"any": {"exporter": "*", "importer": "AAA", "product": "engines"}}
    small = {"AAA": {"engines": 15}}
    np.testing.assert_allclose(
        flows(two_suppliers("home_first", trade=trade, needs=small)), [[0, 0, 15]] * 12, atol=1e-9
    )
    soft = {"rule": "home_first", "ratio": 3}
    np.testing.assert_allclose(
        flows(two_suppliers(soft, trade=trade, needs=small)), [[3, 3, 9]] * 12, rtol=1e-12
    )


def test_loyalty_scales_by_affinity() -> None:
    """1 to the ally, 0.5 to others by default, 0.25 if the scenario says so; squared at strength 2;
    a state's own name counts first."""
    np.testing.assert_allclose(flows(two_suppliers("loyalty")), [[100 / 3, 200 / 3]] * 12)
    scenario = two_suppliers("loyalty").model_dump(by_alias=True, exclude_unset=True)
    scenario["states"]["AAA"]["affinity"] = {"BBB": 0.25, "pact": 0.75}
    np.testing.assert_allclose(flows(Scenario.model_validate(scenario)), [[25, 75]] * 12)
    scenario["states"]["AAA"]["rules"]["sourcing"] = {"rule": "loyalty", "strength": 2}
    np.testing.assert_allclose(flows(Scenario.model_validate(scenario)), [[10, 90]] * 12)
    scenario["states"]["AAA"]["affinity"] = {"BBB": 0.5, "pact": 0.1, "CCC": 0.5}
    np.testing.assert_allclose(flows(Scenario.model_validate(scenario)), [[50, 50]] * 12)


def test_what_a_state_feels_for_its_bloc_it_does_not_feel_for_itself() -> None:
    """It is 1 to itself, unless it names itself."""
    scenario = two_suppliers("loyalty").model_dump(by_alias=True, exclude_unset=True)
    found = []
    for said in ({"pact": 0.4}, {"pact": 0.4, "AAA": 0.9}):
        scenario["states"]["AAA"] |= {"bloc": "pact", "affinity": said}
        found.append(affinity(Scenario.model_validate(scenario), [0])[0, :, 0].tolist())
    names = list(scenario["states"])
    places = [names.index(name) for name in ("AAA", "CCC")]
    assert [[each[place] for place in places] for each in found] == [[1.0, 0.4], [0.9, 0.4]]


def test_affinity_differs_by_member() -> None:
    """It is a quantity like any other, drawn by name; member 0 has its central value."""
    scenario = two_suppliers("loyalty", members=4).model_dump(by_alias=True, exclude_unset=True)
    scenario["states"]["AAA"]["affinity"] = {"BBB": {"value": 0.5, "low": 0.2, "high": 0.9}}
    found = run(Scenario.model_validate(scenario)).records.flows[0, 0]
    assert found[0] == pytest.approx(1200 / 3)
    assert np.unique(found).size == 4


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_world_at_rest_stays_at_rest(rule: Any) -> None:
    """Without events nothing changes under any rule, to 1e-12 for 60 months, in every member."""
    quiet = {
        name: each
        for name, each in propulsion_world().model_dump(by_alias=True, exclude_unset=True).items()
        if name != "programmes"
    }
    quiet["products"]["turbines"].pop("learning_rate")
    scenario = Scenario.model_validate(
        {**quiet, "events": {}, "months": 60, "rules": {"sourcing": rule}}
    )
    for name, values in everything(scenario, [0, 1, 2, 3]).items():
        if name != "flows":
            np.testing.assert_allclose(
                values,
                np.broadcast_to(values[:1], values.shape),
                rtol=1e-12,
                atol=1e-12,
                err_msg=name,
            )


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_each_rule_changes_the_outcome(rule: Any) -> None:
    """Switching from fixed shares to it changes who delivers, in a world with a fire and a home
    plant."""
    changes: dict[str, Any] = {
        "trade": {"any": {"exporter": "*", "importer": "AAA", "product": "engines"}},
        "events": {"fire": outage(share=0.95, until="2014-06")},
        "needs": {"AAA": {"engines": 45}},
    }
    base, other = (run(two_suppliers(each, **changes)).records.flows for each in ("fixed", rule))
    assert np.abs(base - other).max() > 1


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
@pytest.mark.parametrize("seed", [2, 5])
def test_books_balance_and_members_keep_their_bits(rule: Any, seed: int) -> None:
    """In random worlds, under every rule: the books close, and a member alone or among others is
    the same."""
    scenario = random_scenario(seed, rules={"sourcing": rule})
    together = everything(scenario, list(range(6)))
    for company in ([4], [0], [1, 3, 5]):
        for name, values in everything(scenario, company).items():
            assert np.array_equal(values, together[name][..., company]), (name, company)


def test_factories_weigh_their_suppliers_too() -> None:
    """The rule of a factory holds for its inputs and for nobody else's."""
    scenario = propulsion_world(months=24).model_dump(by_alias=True, exclude_unset=True)
    scenario["factories"]["yard"]["rules"] = {"sourcing": "home_first"}
    model = SupplyModel(Scenario.model_validate(scenario), (0,))
    axes, links = model.world.axes, model.world.links
    mine = (axes.link_need >= axes.final) & (axes.exporter == axes.importer)
    assert (links.weight[mine] >= 1e11 * links.base_weight[mine]).all()
    assert np.array_equal(links.weight[~mine], links.base_weight[~mine])


@given(
    st.lists(
        st.tuples(st.floats(0, 10), st.floats(0, 1), st.integers(0, 2)), min_size=1, max_size=9
    ),
    st.floats(0, 1),
    st.floats(0, 3),
)
def test_satisfaction_weights_are_shares(
    links: list[tuple[float, float, int]], speed: float, exponent: float
) -> None:
    """They add up to 1 in every need with any weight, but for what the floor adds; equal
    satisfaction changes no share."""
    weight = np.array([[each[0]] for each in links])
    satisfaction = np.array([[each[1]] for each in links])
    by_need = GroupSum(np.array([each[2] for each in links]), 3)
    found = kernel.by_satisfaction(weight, weight, satisfaction, by_need, speed, exponent, 0.1)
    total, any_weight = by_need(found), by_need(weight) > 1e-280
    assert (total[any_weight] <= 1.1 + 1e-12).all()
    assert (total[any_weight] >= 1 - 1e-12).all()
    equal = kernel.by_satisfaction(
        weight, weight, np.full_like(weight, 0.7), by_need, speed, exponent, 0.1
    )
    share = np.divide(
        weight,
        kernel.of_need(by_need(weight), by_need),
        out=np.zeros_like(weight),
        where=weight > 1e-280,
    )
    np.testing.assert_allclose(
        equal[weight > 1e-280], share[weight > 1e-280], rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("width", [1, 3])
def test_kernels_give_the_same_bits_at_any_width(width: int) -> None:
    """A member's weights do not depend on how many members stand beside it."""
    rng = np.random.default_rng(7)
    links, members = 13, 6
    base, other, cost = (rng.random((links, members)) for _ in range(3))
    by_need = GroupSum(rng.integers(0, 4, links), 4)

    def all_of(part: slice) -> list[np.ndarray]:
        a, b, c = (np.ascontiguousarray(each[:, part]) for each in (base, other, cost))
        return [
            kernel.by_capacity(a, b, np.where(c > 0.5, c, 0.0), by_need),
            kernel.by_satisfaction(a, c, b, by_need, 0.3, 1.7, 0.05),
            kernel.by_cost(a, c, b > 0.3, by_need, 4.0),
        ]

    whole = all_of(slice(None))
    for start in range(0, members, width):
        for one, every in zip(all_of(slice(start, start + width)), whole, strict=True):
            assert np.array_equal(one, every[:, start : start + width])


def test_a_weight_is_no_embargo() -> None:
    """A tenth of the weight of a lone supplier changes nothing; a cut-off of nine tenths leaves a
    tenth."""
    alone: dict[str, Any] = {
        "factories": {
            "old_plant": {"title": "Old plant", "state": "BBB", "lines": {"engines": 200}}
        }
    }
    link = {"exporter": "BBB", "importer": "AAA", "product": "engines", "weight": 0.1}
    weak = run(world(**alone, trade={"old": link})).records
    full = run(world(**alone, trade={"old": link | {"weight": 1}})).records
    ban = {"kind": "cut_off", "date": "2014-05", "exporter": "BBB", "importer": "AAA", "share": 0.9}
    cut = run(world(**alone, trade={"old": link}, events={"ban": ban})).records
    assert np.array_equal(weak.series["received"], full.series["received"])
    np.testing.assert_allclose(cut.series["received"][4:, 0, 0], 10)


def test_one_round_wastes_what_a_small_supplier_displaces() -> None:
    """Braess: with `rounds: 1` a new small supplier takes half of the orders and cannot fill them;
    served to the end, it helps."""
    plants = {"old_plant": {"title": "Old plant", "state": "BBB", "lines": {"engines": 100}}}
    more = plants | {
        "small_plant": {"title": "Small plant", "state": "AAA", "lines": {"engines": 10}}
    }
    trade = {"any": {"exporter": "*", "importer": "*", "product": "*"}}
    goods = {"engines": {"title": "Engines", "unit": "engines", "cancellation": 1}}

    def received(factories: dict[str, Any], rounds: int | None) -> float:
        scenario = world(
            factories=factories,
            trade=trade,
            products=goods,
            needs={"AAA": {"engines": 105}},
            rules={"rounds": rounds},
        )
        return float(run(scenario).records.series["received"][-1, 0, 0])

    assert received(plants, 1) == pytest.approx(100)
    assert received(more, 1) == pytest.approx(62.5)
    assert received(more, None) == pytest.approx(105)


@pytest.mark.parametrize(("home", "hit"), [(120, NEVER), (90, 7)])
def test_a_ban_on_who_comes_after_home_hits_who_lacks_something(home: float, hit: int) -> None:
    """Home makes all 100, but for a crumb: nobody has lost a supplier, and nobody fills a stock
    ahead of that; or 90, and a ban in August takes the rest."""
    scenario = world(
        factories={
            "home": {"title": "Home", "state": "AAA", "lines": {"engines": home}},
            "abroad": {"title": "Abroad", "state": "BBB", "lines": {"engines": 200}},
        },
        trade={"any": {"exporter": "*", "importer": "AAA", "product": "*"}},
        rules={"sourcing": "home_first", "stockpile": "build_ahead"},
        events={
            "ban": {"kind": "cut_off", "date": "2014-08", "exporter": "BBB", "importer": "AAA"}
        },
    )
    model = SupplyModel(scenario)
    for _ in range(7):
        model.step()
    stock = model.world.needs.stock.item()
    model.run_model()
    assert model.world.needs.hit.item() == hit
    assert (stock > 1) == (hit < NEVER)
