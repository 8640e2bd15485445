"""Factories that add capacity, or turn an idle line to another product, on their own account."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim
from sim.engine.agents import FactoryAgent
from sim.engine.model import SupplyModel
from sim.engine.run import run, run_chunk
from sim.engine.tape import Tape
from sim.errors import RuleError, ScenarioError
from sim.rules import registry
from sim.rules.investment import Prospects
from sim.scenario.loading.load import parse
from sim.scenario.schema import Scenario
from sim.world.numbering import number
from tests.worlds import old_supplier, propulsion_world

BAN = {"kind": "cut_off", "date": "2014-05", "exporter": "BBB", "importer": "AAA"}
HARD = {
    "build_months": 8,
    "qualification_months": 4,
    "ramp_months": 0,
    "capital_cost": 3,
    "retool_months": 5,
}
EXPAND = {"rule": "expand_when_pressed", "pressure": 1.1, "for_months": 6, "share": 0.5}
RETOOL = {"rule": "retool_when_idle", "idle_months": 4}


def pressed(
    rule: Any = EXPAND, *, months: int = 48, hard: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    """Return the old supplier's world after a ban in May 2014: 20 made of a need of 100, what is
    missed is lost; 2 money each."""
    base = old_supplier() | {
        "months": months,
        "events": {"ban": BAN},
        "complexity": {"hard": HARD | (hard or {})},
    }
    base["products"] = {
        "engines": {"title": "Engines", "unit": "engines", "complexity": "hard", "cancellation": 1}
    }
    base["factories"]["home_plant"] |= {
        "lines": {"engines": {"capacity": 20, "unit_cost": 2}},
        "rules": {"investment": rule},
    }
    return base | changes


def idle(rule: Any = RETOOL, **changes: Any) -> dict[str, Any]:
    """Return a world whose home plant sells 30 engines abroad, then none, and makes 5 of 25 gears
    when its supplier of them is lost."""
    base = old_supplier() | {
        "complexity": {"hard": HARD | {"retool_loss": 0.2, "retool_cost": 1}},
        "months": 36,
    }
    base["products"] = {
        "engines": {"title": "Engines", "unit": "engines"},
        "gears": {"title": "Gears", "unit": "gears", "complexity": "hard", "cancellation": 1},
    }
    base["factories"]["old_plant"]["lines"] = {"gears": 50}
    base["factories"]["home_plant"] |= {
        "lines": {"engines": 40, "gears": {"capacity": 5, "unit_cost": 1}},
        "rules": {"investment": rule},
    }
    base["needs"] = {"AAA": {"gears": 25}, "BBB": {"engines": 30}}
    base["trade"] = {"any": {"exporter": "*", "importer": "*", "product": "*"}}
    base["events"] = {"ban": BAN, "answer": BAN | {"exporter": "AAA", "importer": "BBB"}}
    return base | changes


def capacity(data: dict[str, Any], product: str = "engines") -> np.ndarray:
    """Run and return the home plant's usable capacity month by month."""
    records = run(Scenario.model_validate(data)).records
    assert max(records.residuals.values()) <= 64
    return records.usable[
        :, [line[::2] for line in records.lines].index(("home_plant", product)), 0
    ]


# --- expansion
# -------------------------------------------------------------------------------------------------


def test_a_factory_expands_when_its_order_book_stays_above_its_capacity() -> None:
    """Six months from May: 10 more are begun in October, again in April, and stand a year later;
    none without the rule."""
    came = capacity(pressed())
    np.testing.assert_allclose(came[[9, 20, 21, 26, 27]], [20, 20, 30, 30, 40])
    np.testing.assert_allclose(capacity(pressed("none")), 20)


def test_a_factory_looks_for_as_long_as_it_is_told() -> None:
    """Three months instead of six: August instead of October; and a shorter lead time, 2 months
    after."""
    came = capacity(
        pressed(EXPAND | {"for_months": 3}, hard={"build_months": 2, "qualification_months": 0})
    )
    np.testing.assert_allclose(came[[7, 8, 9, 10, 11]], [20, 30, 30, 30, 45])


def test_a_factory_stops_when_its_order_book_is_met() -> None:
    """20, 30, 45 and so on by halves, until a tenth of 100 is missing at most; then no more."""
    came = capacity(pressed(hard={"build_months": 1, "qualification_months": 0}, months=120))
    np.testing.assert_allclose(np.unique(came.round(9)), [20, 30, 45, 67.5, 101.25])
    patient = capacity(
        pressed(
            EXPAND | {"pressure": 3.0},
            hard={"build_months": 1, "qualification_months": 0},
            months=120,
        )
    )
    np.testing.assert_allclose(patient[-1], 45)


@pytest.mark.parametrize(("payback", "steps"), [(15.1, True), (14.9, False)])
def test_a_factory_expands_only_if_it_pays(payback: float, steps: bool) -> None:
    """10 units at a tenth of 2 earn 2 a month; the step costs 30: 15 months."""
    came = capacity(pressed(EXPAND | {"margin": 0.1, "payback_months": payback}))
    assert (came[-1] > 20) == steps
    assert capacity(pressed(EXPAND | {"margin": 0.05, "payback_months": payback}))[-1] == 20


def test_a_scarcity_premium_pays_for_an_expansion() -> None:
    """At cost 40 months would not do; at three times the cost 2 months do."""
    shy = EXPAND | {"margin": 0.01, "payback_months": 40.0}
    assert capacity(pressed(shy))[-1] == 20
    assert (
        capacity(
            pressed(shy, rules={"pricing": {"rule": "scarcity", "premium": 1.0, "most": 2.0}})
        )[-1]
        > 20
    )


def test_an_expansion_takes_what_its_class_takes() -> None:
    """Its stages, its ramp and its cost; the factory shows what it builds and what it spends."""
    slow = capacity(pressed(hard={"ramp_months": 6}))
    assert 20 < slow[23] < 30
    spread = capacity(pressed(hard={"stages": "erlang", "shape": 2}))
    assert 20 < spread[13] < 30
    model = SupplyModel(Scenario.model_validate(pressed()))
    plant = next(
        agent for agent in model.agents_by_type[FactoryAgent] if agent.name == "home_plant"
    )
    spent = []
    for _ in range(12):
        model.step()
        spent.append(float(plant.invested.sum()))
    assert spent == [0] * 9 + [30, 0, 0]
    assert plant.building.sum() == 10


def test_orders_that_others_can_meet_press_nobody() -> None:
    """The home plant is asked for more than it makes, and others make it: nothing is missing,
    nothing is built."""
    trade = {"old": {"exporter": "BBB", "importer": "AAA", "product": "engines", "weight": 0.5}}
    assert (capacity(pressed(events={}, trade=trade)) == 20).all()


def test_a_closed_plant_builds_nothing() -> None:
    """And loses what it was building."""
    close = {"kind": "closure", "date": "2015-06", "factory": "home_plant"}
    came = capacity(pressed(events={"ban": BAN, "close": close}))
    assert came[16] == 20
    assert (came[17:] == 0).all()


def test_factories_follow_the_scenario_s_rule_or_their_own() -> None:
    """The old plant too would expand; where its own rule is `none` it does not."""
    data = pressed()
    data["factories"]["old_plant"] |= {"lines": {"engines": {"capacity": 60, "unit_cost": 2}}}
    data |= {"rules": {"investment": EXPAND}, "events": {}}
    free = run(Scenario.model_validate(data)).records.usable[-1, :, 0]
    data["factories"]["old_plant"] |= {"rules": {"investment": "none"}}
    bound = run(Scenario.model_validate(data)).records.usable[-1, :, 0]
    assert free[0] > 60
    assert bound[0] == 60


def test_factories_of_different_rules_decide_side_by_side() -> None:
    """One turns its idle line, one expands, a third is turned by an event: each does what it does
    alone."""
    data = idle()
    data["factories"]["second_plant"] = {
        "title": "Second",
        "state": "AAA",
        "lines": {"gears": {"capacity": 5, "unit_cost": 2}},
    }
    data["factories"]["third_plant"] = {
        "title": "Third",
        "state": "BBB",
        "lines": {"engines": 8, "gears": 8},
    }
    data["factories"]["second_plant"]["rules"] = {"investment": EXPAND | {"for_months": 4}}
    turn = {
        "kind": "retool",
        "date": "2014-05",
        "factory": "third_plant",
        "from_product": "engines",
        "to_product": "gears",
        "months": 2,
    }
    data["events"] |= {"turn": turn}
    records = run(parse(data)).records
    end = {
        line[::2]: float(value)
        for line, value in zip(records.lines, records.usable[19, :, 0], strict=True)
    }
    assert end["home_plant", "engines"] < 40
    assert end["home_plant", "gears"] > 5
    assert end["second_plant", "gears"] == pytest.approx(7.5)
    assert (end["third_plant", "engines"], end["third_plant", "gears"]) == (0, 16)


def test_a_programme_counts_what_factories_build() -> None:
    """Its gap is smaller by it: the money that is left over stays in the treasury."""
    home = {"factory": "home_plant", "product": "engines"}
    build = {
        "title": "Build",
        "chair": "AAA",
        "beneficiaries": ["AAA"],
        "budget": {"2014-12": 1000},
        "candidates": {"home": home},
    }

    def left(rule: Any) -> float:
        model = SupplyModel(Scenario.model_validate(pressed(rule, programmes={"build": build})))
        for _ in range(12):
            model.step()
        return float(model.world.programmes.treasury.sum())

    assert left("none") == pytest.approx(1000 - 80 * 3)
    assert left(EXPAND) == pytest.approx(1000 - 70 * 3)


# --- retooling
# -------------------------------------------------------------------------------------------------


def test_a_factory_turns_an_idle_line_to_what_is_missing() -> None:
    """Four months from May: 20 gears are missing, so 25 of the 40 idle are turned in August; 20 of
    them make gears in January."""
    engines, gears = capacity(idle()), capacity(idle(), "gears")
    np.testing.assert_allclose(engines[[7, 8, 35]], [40, 15, 15])
    np.testing.assert_allclose(gears[[11, 12, 35]], [5, 25, 25])
    np.testing.assert_allclose(capacity(idle("none")), 40)


def test_a_line_gives_no_more_than_stands_idle() -> None:
    """10 engines are still sold: of the 30 idle, 30 are turned for the 40 gears that are
    missing.
    """
    events = {"ban": BAN, "answer": BAN | {"exporter": "AAA", "importer": "BBB", "share": 2 / 3}}
    data = idle(events=events, needs={"AAA": {"gears": 45}, "BBB": {"engines": 30}})
    np.testing.assert_allclose(capacity(data)[-1], 10)
    np.testing.assert_allclose(capacity(data, "gears")[-1], 5 + 0.8 * 30)
    shared = idle(RETOOL | {"idle_share": 0.8}, events=events)
    np.testing.assert_allclose(capacity(shared)[-1], 40)


def test_two_missing_products_share_an_idle_line() -> None:
    """Each asks for 50 of the 40 that stand idle: each gets 20."""
    data = idle(needs={"AAA": {"gears": 45, "valves": 40}, "BBB": {"engines": 30}})
    data["products"]["valves"] = data["products"]["gears"] | {"title": "Valves"}
    data["factories"]["home_plant"]["lines"]["valves"] = 0
    data["factories"]["old_plant"]["lines"]["valves"] = 50
    data["complexity"]["hard"] |= {"retool_cost": 0}
    assert [
        float(capacity(data, product)[-1]) for product in ("engines", "gears", "valves")
    ] == pytest.approx([0, 5 + 16, 16])


def test_a_line_without_capacity_can_be_turned_to() -> None:
    """Its order book is its part of what buyers wait for, whatever it makes now."""
    data = idle()
    data["factories"]["home_plant"]["lines"]["gears"] = {"capacity": 0, "unit_cost": 1}
    np.testing.assert_allclose(capacity(data, "gears")[[11, 12]], [0, 25])


@pytest.mark.parametrize(("payback", "turns"), [(12.6, True), (12.4, False)])
def test_a_factory_turns_a_line_only_if_it_pays(payback: float, turns: bool) -> None:
    """20 gears at a tenth of 1 earn 2 a month; turning 25 costs 25: 12.5 months."""
    assert (capacity(idle(RETOOL | {"payback_months": payback}), "gears")[-1] > 5) == turns


# --- promises
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["none", EXPAND, RETOOL])
def test_a_world_at_rest_stays_at_rest(rule: Any) -> None:
    """Nothing is missing, so nobody builds: every series is constant to 1e-12, in every member."""
    data = propulsion_world(members=6, months=60, events={}, programmes={}).model_dump(
        by_alias=True, exclude_unset=True
    )
    data |= {"complexity": {"hard": HARD}, "rules": {"investment": rule}}
    for product in data["products"].values():
        product["complexity"] = "hard"
    records = run(Scenario.model_validate(data)).records
    for name, values in {
        **records.series,
        "usable": records.usable,
        "output": records.output,
    }.items():
        np.testing.assert_allclose(
            values, np.broadcast_to(values[:1], values.shape), rtol=1e-12, atol=1e-12, err_msg=name
        )


@pytest.mark.parametrize("company", [[0], [4], [1, 5], [6, 2, 3]])
@pytest.mark.parametrize("world", [pressed, idle])
def test_members_do_not_depend_on_their_company(world: Any, company: list[int]) -> None:
    """Decisions are each member's own, and the same in any chunk."""
    drawn = {
        "build_months": {"value": 6, "low": 1, "high": 20},
        "retool_months": {"value": 5, "low": 1, "high": 12},
        "capital_cost": {"value": 3, "low": 0.5, "high": 30},
    }
    data = world(members=7, months=48)
    data["complexity"]["hard"] |= drawn | {"retool_loss": {"value": 0.2, "low": 0, "high": 0.5}}
    data["events"]["ban"] = BAN | {"share": {"value": 0.9, "low": 0.05, "high": 1}}
    scenario = Scenario.model_validate(data)
    axes = number(scenario)

    def taped(members: list[int]) -> Tape:
        tape = Tape.blank(scenario, axes, len(members))
        run_chunk(scenario, members, axes, tape)
        return tape

    whole, part = taped(list(range(7))), taped(company)
    assert len(np.unique(whole.capacity[-1].sum(axis=0))) > 3
    assert np.array_equal(part.capacity, whole.capacity[..., company])
    assert all(
        np.array_equal(values, whole.series[name][..., company])
        for name, values in part.series.items()
    )


def test_a_rule_of_ones_own_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """It sees what factories may do, and is held to its contract like any other rule from
    outside.
    """
    monkeypatch.setattr(registry, "_RULES", dict(registry._RULES))

    @sim.rule("investment")
    def one_a_month(prospects: Prospects, *, wrong: bool = False) -> np.ndarray:
        """Build one unit a month while anything is missing."""
        return prospects.pressure if wrong else np.where(prospects.short > 0, 1.0, 0.0)

    np.testing.assert_allclose(capacity(pressed("one_a_month"))[[15, 16, 17, 18]], [20, 21, 22, 23])
    with pytest.raises(
        RuleError, match="investment rule one_a_month, followed by home_plant: returned the shape"
    ):
        capacity(pressed({"rule": "one_a_month", "wrong": True}))


# --- the door
# -------------------------------------------------------------------------------------------------


def faults(data: dict[str, Any]) -> list[str]:
    """Return what the door says of a scenario."""
    with pytest.raises(ScenarioError) as caught:
        parse(data)
    return [f"{fault.path}: {fault.message}" for fault in caught.value.faults]


def test_rules_that_could_never_act_are_refused() -> None:
    """A factory's own rule, or the scenario's, where no factory has what it takes."""
    classless = (
        "acts on nothing: no product of the factory's lines has a complexity class, which says what"
        " capacity takes and costs"
    )
    lineless = (
        "acts on nothing: the factory needs two lines, and one a product whose complexity class"
        " has retool_months"
    )
    own = pressed(products=old_supplier()["products"])
    assert faults(own) == [f"factories.home_plant.rules.investment: {classless}"]
    assert faults(old_supplier() | {"rules": {"investment": EXPAND}}) == [
        f"rules.investment: {classless}"
    ]
    assert faults(pressed(RETOOL)) == [f"factories.home_plant.rules.investment: {lineless}"]


# --- money
# -------------------------------------------------------------------------------------------------


def test_capital_is_what_programmes_and_factories_invest_together() -> None:
    """In October 2014 the plant begins 10 at 3 money each: 30 in its own state. A programme of
    another state puts 20 into as much: 20 there, and 50 in all."""
    home = {"factory": "home_plant", "product": "engines", "capital_cost": 2, "build_months": 6}
    build = {"title": "Build", "chair": "BBB", "beneficiaries": ["AAA"], "budget": {"2014-06": 20}}
    candidates = {"home": home | {"qualification_months": 0, "ramp_months": 0}}
    data = pressed(programmes={"build": build | {"candidates": candidates}})
    records = run(Scenario.model_validate(data)).records
    money = dict(zip(records.purses, records.money["capital"][0, :, 0], strict=True))
    assert money == {"AAA": pytest.approx(30), "BBB": 20, "all": pytest.approx(50)}
    alone = run(Scenario.model_validate(pressed())).records
    assert alone.money["capital"][0, :, 0].tolist() == pytest.approx([30, 0, 30])
