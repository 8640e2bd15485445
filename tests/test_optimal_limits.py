"""Test that the least-cost allocation keeps to what several links may carry together.

Rules do so in `test_shared_limits.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.model import SupplyModel
from sim.experiments.myopia import price_of_myopia
from sim.kernels.allocation import allocate
from sim.kernels.groups import Groups
from sim.kernels.least_cost import least_cost
from sim.kernels.limits import Limits
from sim.scenario.loading.load import parse
from tests.laws.changes import reversed_keys
from tests.test_optimal import random_case
from tests.test_shared_limits import two_buyers
from tests.test_wrong_numbers import TOGETHER
from tests.wrong_numbers import data, run, series, shipped

Tree = dict[str, Any]


def from_two_lines(event: Tree, **more: Any) -> Tree:
    """Let AAA want 120 of two lines of 100 in BBB and one of 20 in CCC, and limit BBB."""
    world = data("quota_two_lines") | {"rules": {"allocation": "optimal"}}
    world["states"]["CCC"] = {"title": "C"}
    lines = {"one": ("BBB", 100), "two": ("BBB", 100), "far": ("CCC", 20)}
    world["factories"] = {
        name: {"title": name, "state": state, "lines": {"x": capacity}}
        for name, (state, capacity) in lines.items()
    }
    world["needs"] = {"AAA": {"x": 120}}
    world["trade"] = {"all": {"exporter": "*", "importer": "*", "product": "*", **more}}
    ends = {"exporter": "BBB", "importer": "AAA", "date": "2014-07"}
    world["events"] = {"limit": {**ends, **event}} if event else {}
    return world


def test_half_of_a_flow_is_cut_however_many_lines_carry_it() -> None:
    """100 of 120 come from BBB; half of them are left, month after month, though 50 wait."""
    world = from_two_lines({"kind": "cut_off", "share": 0.5})
    assert series(run(world), "received")[:18] == pytest.approx([120.0] * 6 + [70.0] * 12)


def test_a_quota_holds_for_both_lines() -> None:
    world = from_two_lines({"kind": "quota", "cap": 60})
    assert series(run(world), "received")[:18] == pytest.approx([120.0] * 6 + [80.0] * 12)


def test_a_cap_of_a_trade_rule_holds_for_both_lines_from_the_start() -> None:
    """Of each pair of states 30: 30 from BBB and the 20 of CCC."""
    assert series(run(from_two_lines({}, cap=30)), "received")[0] == pytest.approx(50.0)


def test_an_exemption_is_let_through() -> None:
    """Nothing but 25 of the exemption, and the 20 of CCC."""
    world = from_two_lines({"kind": "cut_off"})
    ends = {"exporter": "BBB", "importer": "AAA", "date": "2014-07"}
    world["events"]["free"] = {"kind": "exemption", "cap": 25, **ends}
    assert series(run(world), "received")[6:18] == pytest.approx([45.0] * 12)


@pytest.mark.parametrize(("tier", "first", "second"), [({}, 12, 0), ({"CCC": 0, "AAA": 1}, 2, 10)])
def test_what_both_may_have_goes_where_it_costs_least_or_to_the_first_tier(
    tier: dict[str, int], first: int, second: int
) -> None:
    """AAA wants 30 and CCC 10 of the 12 that both may have; to CCC the way costs more."""
    world = two_buyers({"kind": "quota", "cap": 12, **TOGETHER})
    world["rules"] = {"allocation": "optimal"}
    world["products"]["x"]["cancellation"] = 1
    world["trade"]["t"]["unit_cost"] = 1
    world["trade"]["far"] = {**world["trade"]["t"], "importer": "CCC", "unit_cost": 2}
    world["trade"]["t"]["importer"] = "AAA"
    world["needs"] = {
        state: {"x": {"units": units, "tier": tier.get(state, 0)}}
        for state, units in (("AAA", 30), ("CCC", 10))
    }
    result = run(world)
    assert shipped(result, 2015, "BBB", "AAA", "x") == pytest.approx(first * 12)
    assert shipped(result, 2015, "BBB", "CCC", "x") == pytest.approx(second * 12)


def at_one_cost(*, reverse: bool) -> Tree:
    """Let AAA make 20 and need 10 of it, BBB make 10, CCC need 20 and DDD 10, all at one cost."""
    world = data("quota_two_lines") | {"rules": {"allocation": "optimal"}, "events": {}}
    world["states"] = {name: {"title": name} for name in ("AAA", "BBB", "CCC", "DDD")}
    world["factories"] = {
        f"in_{state}": {"title": state, "state": state, "lines": {"x": capacity}}
        for state, capacity in (("AAA", 20), ("BBB", 10))
    }
    world["needs"] = {"AAA": {"x": 10}, "CCC": {"x": 20}, "DDD": {"x": 10}}
    world["trade"] = {"all": {"exporter": "*", "importer": "*", "product": "*"}}
    return reversed_keys(world) if reverse else world


def test_what_costs_the_same_stays_at_home_and_then_lots_decide_whatever_the_order() -> None:
    """AAA keeps 10; CCC and DDD want 30, and get the other 10 and the 10 of BBB."""
    ways = []
    for reverse in False, True:
        flows = run(at_one_cost(reverse=reverse)).flows
        flows = flows[(flows.year == 2014) & (flows.central > 0)]
        way = {(each.exporter, each.importer): each.central for each in flows.itertuples()}
        assert way.pop(("AAA", "AAA")) == pytest.approx(120)
        assert sum(way.values()) == pytest.approx(240)
        ways.append(way)
    assert ways[0] == ways[1]


def test_myopia_is_measured_under_the_same_limits() -> None:
    """A rule that gives all that a quota leaves gives as much as the best."""
    world = from_two_lines({"kind": "quota", "cap": 60})
    world["rules"] = {}
    model = SupplyModel(parse(world))
    for _ in range(8):
        model.step()
    share, _ = price_of_myopia(model.world, unmet_cost=100.0)
    assert share[0] == pytest.approx(1.0)


@settings(max_examples=30)
@given(st.integers(0, 100_000))
def test_no_limit_is_passed_and_nothing_is_wasted_under_it(seed: int) -> None:
    """Groups of links at random, some over others: none carries more than it may, nobody sends or
    gets too much, and no rule that keeps to the same limits delivers more."""
    case = random_case(seed)
    random = np.random.Generator(np.random.PCG64(seed))
    links, members = case.cap.shape
    chosen = [np.flatnonzero(random.random(links) < 0.5) for _ in range(3)]
    groups = Groups.build([each for each in chosen if each.size], case.market.need)
    base = np.zeros((groups.by_group.groups, members))
    limits = replace(
        Limits.none(groups, base, case.demand.shape[0]),
        fixed=random.exponential(case.demand.mean(), base.shape),
    )
    tier = np.zeros_like(case.tier)
    goods = (case.market, case.supply, case.demand)
    best = least_cost(*goods, case.cap, case.cost, tier, limits)
    assert (limits.carried(best.flow) <= limits.fixed * (1 + 1e-12)).all()
    assert (best.flow >= 0).all()
    assert (best.flow <= case.cap).all()
    assert (best.shipped <= case.supply * (1 + 1e-12)).all()
    assert (best.received <= case.demand * (1 + 1e-12)).all()
    rule = allocate(*goods, np.ones_like(case.cap), case.cap, limits=limits)
    scale = 1e-8 * case.demand.max(axis=0)
    assert (best.received.sum(axis=0) >= rule.received.sum(axis=0) - scale).all()
