"""How a programme's budget is shared out: published numbers, properties, and what choosing a rule
changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.engine.model import SupplyModel
from sim.engine.run import run
from sim.kernels.arrays import Floats
from sim.kernels.sums import GroupSum
from sim.rules import check, find
from sim.rules.programme import BudgetRequest
from sim.scenario.schema import Scenario
from tests.worlds import old_supplier

pytestmark = pytest.mark.untraced

EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())["programme_rules"]
GAPS, CAPS, RETURNS = (
    np.array(EXPECTED[key], dtype=np.float64)[:, None] for key in ("gaps", "caps", "return")
)
RULES: dict[str, dict[str, Any]] = {
    "proportional_to_gap": {},
    "largest_gap_first": {},
    "equalise_remaining_gap": {},
    "spread_evenly": {},
    "best_return": {},
    "political_quota": {"shares": {"AAA": 0.5, "BBB": 0.3, "EEE": 0.1}, "within": "spread_evenly"},
    "mix": {"weights": {"best_return": 1.0, "spread_evenly": 3.0}},
}
PARTIAL = ("political_quota", "mix")
"""Rules that may leave money although somebody could use it."""


def bids(wanted: Floats, gap: Floats, returns: Floats, budget: Floats) -> BudgetRequest:
    """Return the bids, money [candidates, members], of candidates that live in AAA, BBB, CCC, AAA
    ..."""
    count = wanted.shape[0]
    states = np.array([("AAA", "BBB", "CCC")[each % 3] for each in range(count)])
    return BudgetRequest(
        wanted, budget, GroupSum(np.zeros(count, dtype=np.int64), 1), gap, states, lambda: returns
    )


def published(*, capped: bool) -> BudgetRequest:
    """Return the published example; what its rules of proportion share out knows no caps."""
    cost = EXPECTED["unit_cost"]
    wanted = np.minimum(GAPS, CAPS) if capped else GAPS
    return bids(
        wanted * cost,
        GAPS * cost,
        RETURNS / cost,
        np.array([[EXPECTED["budget"]]], dtype=np.float64),
    )


def share_out(name: str, given_bids: BudgetRequest) -> Floats:
    """Call a programme rule by its name."""
    money: Floats = find("programme", name).bound(RULES[name])(given_bids)
    return money


@pytest.mark.parametrize(
    ("name", "published_as", "capped"),
    [
        ("proportional_to_gap", "proportional", False),
        ("spread_evenly", "even", False),
        ("largest_gap_first", "largest_gap", True),
        ("equalise_remaining_gap", "equalise_remaining_gap", True),
        ("best_return", "best_return", True),
    ],
)
def test_published_numbers(name: str, published_as: str, capped: bool) -> None:
    """Gaps of 30, 10, 5 and 0 and 20 to spend."""
    np.testing.assert_allclose(
        share_out(name, published(capped=capped))[:, 0], EXPECTED[published_as], atol=5e-3
    )


def test_quotas() -> None:
    """Of 20, AAA may have half and BBB 30 %; AAA's two share evenly, EEE has no candidate, CCC no
    quota."""
    np.testing.assert_allclose(
        share_out("political_quota", published(capped=True))[:, 0], [10, 6, 0, 0]
    )
    quota = find("programme", "political_quota").function
    three = bids(np.full((4, 1), 30.0), np.full((4, 1), 30.0), RETURNS, np.array([[20.0]]))
    np.testing.assert_allclose(
        quota(three, shares={"AAA": 0.5, "CCC": 0.5}, within="spread_evenly")[:, 0], [5, 0, 10, 5]
    )
    np.testing.assert_allclose(
        quota(three, shares={"AAA": 0.5}, within="best_return")[:, 0], [10, 0, 0, 0]
    )


def test_mixes() -> None:
    """A quarter best return, (6, 10, 4, 0), and three quarters spread evenly, (8, 8, 4, 0)."""
    np.testing.assert_allclose(share_out("mix", published(capped=True))[:, 0], [7.5, 8.5, 4, 0])


def test_equal_remaining_gaps_are_gaps_and_not_what_can_be_taken_up() -> None:
    """Gaps of 30 and 20 with 24 to spend: 17 and 7 leave 13 each; a candidate that can take 10
    leaves 14 to the other."""
    gap, budget = np.array([[30.0], [20.0]]), np.array([[24.0]])
    equalise = find("programme", "equalise_remaining_gap").function
    np.testing.assert_allclose(equalise(bids(gap, gap, gap, budget))[:, 0], [17, 7])
    np.testing.assert_allclose(
        equalise(bids(np.array([[10.0], [20.0]]), gap, gap, budget))[:, 0], [10, 14]
    )


@st.composite
def some_bids(draw: st.DrawFn, members: int = 4) -> BudgetRequest:
    """Draw bids with candidates that want nothing, ties and empty budgets."""
    count = draw(st.integers(1, 6))
    amounts = st.one_of(st.just(0.0), st.just(10.0), st.floats(1e-2, 1e3))
    gap, most, returns = (
        np.array(
            draw(st.lists(amounts, min_size=count * members, max_size=count * members))
        ).reshape(count, members)
        for _ in range(3)
    )
    budget = np.array([draw(st.lists(amounts, min_size=members, max_size=members))])
    return bids(np.minimum(gap, most), gap, returns, budget)


@pytest.mark.parametrize("name", RULES)
@given(some_bids())
def test_money_adds_up(name: str, case: BudgetRequest) -> None:
    """Nobody gets more than it can use, and what is spent and what is left are the budget; most
    rules leave nothing needlessly."""
    money = share_out(name, case)
    assert (money >= 0).all()
    assert (money <= case.wanted * (1 + 1e-12)).all()
    spent = money.sum(axis=0)
    assert (spent <= case.budget[0] * (1 + 1e-12)).all()
    if name not in PARTIAL:
        np.testing.assert_allclose(
            spent, np.minimum(case.budget[0], case.wanted.sum(axis=0)), rtol=1e-9
        )


@pytest.mark.parametrize("name", RULES)
@given(some_bids(members=7))
def test_bits_do_not_depend_on_the_chunk(name: str, case: BudgetRequest) -> None:
    """Every member gets the same bits in chunks of 1, 3 and all."""
    together = share_out(name, case)
    for width in (1, 3):
        for start in range(0, 7, width):
            own = np.s_[:, start : start + width]
            wanted, gap, returns, budget = (
                np.ascontiguousarray(each[own])
                for each in (case.wanted, case.gap, case.count_returns(), case.budget)
            )
            assert np.array_equal(
                share_out(name, bids(wanted, gap, returns, budget)), together[own]
            )


def race(rule: Any, **changes: Any) -> Scenario:
    """Return a world in which 20 a year may go to a dear line at home, or to a cheap and quick, or
    a slow one in CCC.

    AAA loses 30 engines a month and 10 radars.
    """
    common = {"build_months": 6, "qualification_months": 0, "ramp_months": 0}
    return Scenario.model_validate(
        {
            **old_supplier(),
            "months": 36,
            "states": {
                "AAA": {"title": "Buyer"},
                "BBB": {"title": "Old supplier"},
                "CCC": {"title": "Ally"},
            },
            "products": {
                "engines": {"title": "Engines", "unit": "engines", "cancellation": 1},
                "radars": {"title": "Radars", "unit": "radars", "cancellation": 1},
            },
            "factories": {
                "old_plant": {
                    "title": "Old plant",
                    "state": "BBB",
                    "lines": {"engines": 30, "radars": 10},
                },
                "home_plant": {"title": "Home plant", "state": "AAA", "lines": {"engines": 0}},
                "ally_plant": {"title": "Ally's plant", "state": "CCC", "lines": {"radars": 0}},
                "slow_plant": {"title": "Slow plant", "state": "CCC", "lines": {"engines": 0}},
            },
            "needs": {"AAA": {"engines": 30, "radars": 10}},
            "trade": {"all": {"exporter": "*", "importer": "*", "product": "*"}},
            "events": {
                "ban": {"kind": "cut_off", "date": "2014-03", "exporter": "BBB", "importer": "AAA"}
            },
            "programmes": {
                "build": {
                    "title": "Build",
                    "chair": "AAA",
                    "beneficiaries": ["AAA"],
                    "budget": {"2014-06": 20},
                    "rule": rule,
                    "candidates": {
                        "home_engines": {
                            "factory": "home_plant",
                            "product": "engines",
                            "capital_cost": 2,
                            **common,
                        },
                        "ally_radars": {
                            "factory": "ally_plant",
                            "product": "radars",
                            "capital_cost": 1,
                            **common,
                        },
                        "slow_engines": {
                            "factory": "slow_plant",
                            "product": "engines",
                            "capital_cost": 2,
                            **common,
                            "build_months": 24,
                        },
                    },
                }
            },
            **changes,
        }
    )


def spent(rule: Any) -> list[float]:
    """Return the money that each candidate gets in the first month with money."""
    model = SupplyModel(race(rule))
    for _ in range(6):
        model.step()
    projects = model.world.projects
    return (projects.started * projects.capital_cost)[:, 0].tolist()


@pytest.mark.parametrize(
    ("rule", "money"),
    [
        # gaps of 15, 10 and 15 units a month cost 30, 10 and 30
        ("proportional_to_gap", [60 / 7, 20 / 7, 60 / 7]),
        ("largest_gap_first", [10, 0, 10]),
        ("equalise_remaining_gap", [10, 0, 10]),
        ("spread_evenly", [20 / 3, 20 / 3, 20 / 3]),
        # per unit of money, radars cover 25 months / 10, engines at home 25 / 60, slow ones 7 / 60
        ("best_return", [10, 10, 0]),
        ({"rule": "political_quota", "shares": {"CCC": 0.75}}, [0, 3.75, 11.25]),
        ({"rule": "political_quota", "shares": {"CCC": 0.75}, "within": "best_return"}, [0, 10, 5]),
        ({"rule": "mix", "weights": {"largest_gap_first": 1, "best_return": 1}}, [10, 5, 5]),
    ],
)
def test_each_rule_by_hand(rule: Any, money: list[float]) -> None:
    """Who gets how much of 20 in a world of three candidates."""
    np.testing.assert_allclose(spent(rule), money, rtol=1e-12)


def test_choosing_a_rule_changes_what_is_delivered() -> None:
    """Spending on the quick and cheap first brings more, sooner."""
    by_rule = {
        name: run(race(name)).records.series["received"][12:24, :, 0].sum(axis=0)
        for name in ("spread_evenly", "best_return")
    }
    assert by_rule["best_return"][1] > by_rule["spread_evenly"][1]
    assert by_rule["best_return"].sum() > by_rule["spread_evenly"].sum()


@pytest.mark.parametrize(
    "rule", [{"rule": "political_quota", "shares": {"CCC": 0.5, "AAA": 0.25}}, "best_return"]
)
def test_what_is_not_spent_is_carried_over(rule: Any) -> None:
    """Money invested and money left are the money appropriated, month by month, in a world whose
    numbers differ by member."""
    drawn = {"2014-06": {"value": 20, "low": 10, "high": 30}, "2015-01": 100.0}
    programme = race(rule).model_dump(by_alias=True, exclude_unset=True)["programmes"]["build"]
    model = SupplyModel(
        race(rule, members=5, programmes={"build": {**programme, "budget": drawn}}), range(5)
    )
    invested, appropriated = np.zeros(5), np.zeros(5)
    for _ in range(36):
        model.step()
        purse = model.world.programmes
        invested += purse.invested[0]
        appropriated += purse.appropriated[0]
        np.testing.assert_allclose(invested + purse.treasury[0], appropriated, rtol=1e-12)
    assert (invested > 0).all()


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (
            {"rule": "political_quota", "shares": {"AAX": 0.5}},
            "rule.shares: unknown state 'AAX'; did you mean 'AAA'?",
        ),
        (
            {"rule": "political_quota", "shares": {"AAA": 0.7, "BBB": 0.7}},
            "rule.shares: the shares add up to 1.4, above 1",
        ),
        (
            {"rule": "political_quota", "shares": {"AAA": 1.5}},
            "rule.shares: input should be less than or equal to 1",
        ),
        (
            {"rule": "political_quota", "shares": {"AAA": 1}, "within": "best"},
            "rule.within: there is no programme rule 'best'",
        ),
        (
            {"rule": "political_quota", "shares": {"AAA": 1}, "within": "mix"},
            "rule.within: mix needs the parameter weights",
        ),
        ({"rule": "mix", "weights": {"best_return": 0}}, "rule.weights: no weight is above 0"),
        ({"rule": "mix", "weights": {"best_return": 1e308}}, "less than or equal to 1000000000000"),
        ({"rule": "mix", "weights": {"best_retrun": 1}}, "did you mean 'best_return'?"),
        ({"rule": "mix"}, "rule: mix needs the parameter weights"),
    ],
)
def test_wrong_parameters_are_faults(rule: dict[str, Any], fault: str) -> None:
    """Each is named, with its place and what may have been meant."""
    data = race("best_return").model_dump(by_alias=True, exclude_unset=True)
    data["programmes"]["build"]["rule"] = rule
    with pytest.raises(sim.ScenarioError) as caught:
        sim.parse(data)
    assert fault in str(caught.value)


def test_names_of_states_are_checked_where_they_are_known() -> None:
    """Without a scenario at hand nothing is said of them."""
    assert check("programme", "political_quota", {"shares": {"AAX": 0.5}}) == {}
    assert "shares" in check(
        "programme", "political_quota", {"shares": {"AAX": 0.5}}, {"state": ["AAA"]}
    )
