"""Allocation rules in a small world: who is served when goods are short, what choosing a rule
changes, and wrong choices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim
from sim.engine.run import run, run_chunk
from sim.engine.tape import Tape
from sim.errors import InputError
from sim.kernels.arrays import Floats
from sim.rules import find
from sim.scenario.schema import Scenario
from sim.world.numbering import number
from tests.random_worlds import random_scenario

BUYERS = ("AAA", "BBB", "CCC", "DDD")
RULES: dict[str, Any] = {
    "proportional": "proportional",
    "tiers": {"rule": "tiers", "order": ["DDD", "home"]},
    "home_first": "home_first",
    "bloc_first": "bloc_first",
    "equal_awards": "equal_awards",
    "equal_losses": "equal_losses",
    "talmud": "talmud",
    "guarantee_plus_priority": {"rule": "guarantee_plus_priority", "guarantee": 0.5},
    "optimal": "optimal",
}


def short(allocation: Any = "proportional", **changes: Any) -> Scenario:
    """Return a world in which AAA's plant makes 100 for orders of 10, 20, 30 and 40, until half of
    it is out from March.

    AAA and BBB are one bloc; unmet need is lost.
    """
    return Scenario.model_validate(
        {
            "name": "short",
            "title": "A plant short of goods",
            "start": "2014-01",
            "months": 24,
            "members": 1,
            "states": {
                name: {"title": name, "bloc": "pact" if name in ("AAA", "BBB") else None}
                for name in BUYERS
            },
            "products": {"engines": {"title": "Engines", "unit": "engines", "cancellation": 1}},
            "factories": {"plant": {"title": "Plant", "state": "AAA", "lines": {"engines": 100}}},
            "needs": {
                name: {"engines": need} for name, need in zip(BUYERS, (10, 20, 30, 40), strict=True)
            },
            "trade": {
                "all": {"exporter": "*", "importer": "*", "product": "*"},
                "far": {"exporter": "AAA", "importer": "DDD", "product": "engines", "unit_cost": 1},
            },
            "events": {
                "fire": {"kind": "outage", "date": "2014-03", "factory": "plant", "share": 0.5}
            },
            "rules": {"allocation": allocation},
            **changes,
        }
    )


def delivered(scenario: Scenario) -> Floats:
    """Return what each state receives month by month, [months, needs]."""
    return run(scenario).records.series["received"][:, :, 0]


@pytest.mark.parametrize(
    ("name", "shares"),
    [
        ("proportional", (5, 10, 15, 20)),
        ("tiers", (10, 0, 0, 40)),
        ("home_first", (10, 20, 60 / 7, 80 / 7)),
        ("bloc_first", (10, 20, 60 / 7, 80 / 7)),
        ("equal_awards", (10, 40 / 3, 40 / 3, 40 / 3)),
        ("equal_losses", (0, 20 / 3, 50 / 3, 80 / 3)),
        ("talmud", (5, 10, 15, 20)),
        ("guarantee_plus_priority", (7.5, 15, (15 + 60 / 7) / 2, (20 + 80 / 7) / 2)),
    ],
)
def test_each_rule_by_hand(name: str, shares: tuple[float, ...]) -> None:
    """Of 100 ordered, 50 are there; before the fire everyone gets what it orders."""
    received = delivered(short(RULES[name]))
    np.testing.assert_allclose(received[:2], [[10, 20, 30, 40]] * 2, rtol=1e-12)
    np.testing.assert_allclose(
        received[2:], np.broadcast_to(shares, (22, 4)), rtol=1e-12, atol=1e-12
    )


def test_the_optimum_leaves_the_dear_buyer_out() -> None:
    """All 50 are delivered, none of them to DDD, where delivery costs money."""
    received = delivered(short("optimal"))
    np.testing.assert_allclose(received.sum(axis=1), [100] * 2 + [50] * 22)
    assert (received[2:, 3] == 0).all()


def test_needs_of_a_lower_tier_come_before_any_rule() -> None:
    """With the others' needs in tier 1, DDD gets its 40 though the rule would serve home first; and
    so in the optimum."""
    needs = {
        name: {"engines": {"units": 10 + 10 * row, "tier": int(name != "DDD")}}
        for row, name in enumerate(BUYERS)
    }
    for rule in ("home_first", "optimal"):
        np.testing.assert_allclose(delivered(short(rule, needs=needs))[2:, 3], 40)
    np.testing.assert_allclose(delivered(short("home_first", needs=needs))[2:, 0], 10)


def test_usual_customers_count_by_what_they_had() -> None:
    """Equal awards among buyers whose orders have grown: the newcomer, without a usual flow, comes
    last."""
    demand = {
        "kind": "demand",
        "date": "2014-03",
        "state": "DDD",
        "product": "engines",
        "factor": 10,
    }
    events = short().model_dump(by_alias=True, exclude_unset=True)["events"] | {"war": demand}
    alike = delivered(short("equal_awards", events=events))[-1]
    usual = delivered(short({"rule": "equal_awards", "by": "usual"}, events=events))[-1]
    np.testing.assert_allclose(alike, [10, 40 / 3, 40 / 3, 40 / 3])
    np.testing.assert_allclose(usual, [5, 10, 15, 20])


def test_factories_of_one_world_may_differ() -> None:
    """Half of the capacity is in CCC, whose plant serves home first, while AAA's shares in
    proportion."""
    plants = {
        "plant": {"title": "Plant", "state": "AAA", "lines": {"engines": 50}},
        "other": {
            "title": "Other",
            "state": "CCC",
            "lines": {"engines": 50},
            "rules": {"allocation": "home_first"},
        },
    }
    events = {"fire": {"kind": "outage", "date": "2014-03", "factory": "*", "share": 0.5}}
    received = delivered(short(factories=plants, events=events))
    # each plant has 25 and orders of 5, 10, 15 and 20; CCC's gives 15 to CCC and shares out 10
    # among 35
    np.testing.assert_allclose(
        received[2], np.array([2.5 + 10 / 7, 5 + 20 / 7, 7.5 + 15, 10 + 40 / 7]), rtol=1e-12
    )


@pytest.mark.parametrize("name", RULES)
def test_a_world_at_rest_stays_at_rest(name: str) -> None:
    """Without events every series is constant, also where goods are short from the start: the start
    is found by the rule."""
    needs = {name: {"engines": 20 + 10 * row} for row, name in enumerate(BUYERS)}
    for scenario in (short(RULES[name], events={}), short(RULES[name], events={}, needs=needs)):
        for key, values in run(scenario).records.series.items():
            if key in ("received", "in_transit", "backlog"):
                np.testing.assert_allclose(
                    values,
                    np.broadcast_to(values[:1], values.shape),
                    rtol=1e-12,
                    atol=1e-12,
                    err_msg=key,
                )


@pytest.mark.parametrize("name", RULES)
def test_members_do_not_depend_on_their_company(name: str) -> None:
    """Each has the same bits in chunks of 1, 3 and all."""
    needs = {name: {"engines": {"value": 20, "low": 5, "high": 40}} for name in BUYERS}
    scenario = short(RULES[name], needs=needs, months=8)
    axes = number(scenario)

    def received(members: list[int]) -> Floats:
        tape = Tape.blank(scenario, axes, len(members))
        run_chunk(scenario, members, axes, tape)
        return tape.series["received"]

    together = received(list(range(6)))
    assert together[..., 1:].std(axis=-1).any()
    for company in ([0], [4], [5, 1, 2]):
        assert np.array_equal(received(company), together[..., company])


@pytest.mark.parametrize("seed", [1, 4])
@pytest.mark.parametrize("name", RULES)
def test_books_balance_in_random_worlds(name: str, seed: int) -> None:
    """Under every rule, with bills of materials, caps, tiers and events."""
    data = random_scenario(seed).model_dump(by_alias=True, exclude_unset=True)
    rule = (
        {"rule": "tiers", "order": [next(iter(data["states"]))]} if name == "tiers" else RULES[name]
    )
    months = 12 if name == "optimal" else data["months"]
    scenario = Scenario.model_validate(
        {**data, "rules": {**data.get("rules", {}), "allocation": rule}}
    )
    assert max(run(scenario, members=3, months=months).records.residuals.values()) <= 64


def faults(scenario: Scenario, **changes: Any) -> str:
    """Return the faults found in a scenario with some keys changed."""
    with pytest.raises(sim.ScenarioError) as caught:
        sim.parse({**scenario.model_dump(by_alias=True, exclude_unset=True), **changes})
    return str(caught.value)


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (
            {"rule": "tiers", "order": ["home", "DDX"]},
            "unknown factory, product, state or bloc 'DDX'; did you mean 'DDD'?",
        ),
        ({"rule": "tiers", "order": ["hom"]}, "did you mean 'home'?"),
        (
            {"rule": "tiers", "order": ["home", "home"]},
            "rules.allocation.order: 'home' is named twice",
        ),
        (
            {"rule": "tiers", "order": []},
            "rules.allocation.order: list should have at least 1 item",
        ),
        (
            {"rule": "tiers", "order": "home"},
            "rules.allocation.order: input should be a valid list",
        ),
        ({"rule": "tiers"}, "rules.allocation.rule: tiers needs the parameter order"),
        (
            {"rule": "guarantee_plus_priority", "guarantee": 1.5},
            "rules.allocation.guarantee: input should be less than or equal to 1",
        ),
        (
            {"rule": "guarantee_plus_priority"},
            "guarantee_plus_priority needs the parameter guarantee",
        ),
        (
            {"rule": "equal_awards", "by": "size"},
            "rules.allocation.by: input should be 'order' or 'usual'",
        ),
        (
            {"rule": "talmud", "order": ["home"]},
            "rules.allocation.order: no parameter of the rule; talmud takes no parameters",
        ),
    ],
)
def test_wrong_parameters_are_faults(rule: dict[str, Any], fault: str) -> None:
    """Each is named, with its place and what may have been meant."""
    assert fault in faults(short(), rules={"allocation": rule})


def test_parameters_are_shown_with_what_they_may_name() -> None:
    """In words, not in types."""
    assert (
        "order: list of home, ally, other, final, factory, product, state or bloc, required"
        in find("allocation", "tiers").description()
    )
    assert "by: order or usual, default order" in find("allocation", "equal_awards").description()
    assert (
        "weights: mapping of programme rule to float, at least 0, at most 1e+12,"
        " required" in find("programme", "mix").description()
    )


def test_groups_may_be_states_and_blocs() -> None:
    """Both are known names."""
    order = ["pact", "DDD", "other"]
    data = short({"rule": "tiers", "order": order}).model_dump(by_alias=True, exclude_unset=True)
    np.testing.assert_allclose(delivered(sim.parse(data))[-1], [10, 20, 0, 20])


def test_optimal_is_for_the_scenario_as_a_whole() -> None:
    """One factory cannot choose it, nor another rule beside it; and it is for few members."""
    plant = {"title": "Plant", "state": "AAA", "lines": {"engines": 100}}
    one = {"plant": {**plant, "rules": {"allocation": "optimal"}}}
    beside = {"plant": {**plant, "rules": {"allocation": "talmud"}}}
    place = "factories.plant.rules.allocation: "
    assert (
        place + "optimal decides for the whole market: choose it under the scenario's rules"
        in faults(short(), factories=one)
    )
    assert place + "acts on nothing: the scenario's allocation rule optimal decides" in faults(
        short("optimal"), factories=beside
    )
    assert "members: 201 is above 200, the most for allocation rule optimal" in faults(
        short("optimal"), members=201
    )
    with pytest.raises(InputError, match="201 is above 200"):
        run(short("optimal"), members=201)
    with pytest.raises(InputError, match="choose it under the scenario's rules"):
        run(short(factories=one))
