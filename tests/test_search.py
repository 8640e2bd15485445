"""Buyers in need find suppliers that they did not have: when, whom, and from when on they ship."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine.model import SupplyModel
from sim.engine.run import run
from sim.errors import RuleError, ScenarioError
from sim.kernels.sourcing import happens
from sim.rules import registry
from sim.rules.search import Prospects, Search, gravity, none
from sim.scenario.loading.load import parse
from sim.scenario.schema import Scenario
from sim.world.linking import IDLE
from sim.world.numbering import number
from tests.random_worlds import random_scenario
from tests.test_model import everything
from tests.worlds import old_supplier, world

GRAVITY = {
    "rule": "gravity",
    "probability": 0.25,
    "patience": 2,
    "threshold": 0.9,
    "qualification_months": 4.0,
}
BAN = {"kind": "cut_off", "date": "2014-03", "exporter": "BBB", "importer": "AAA"}


def searching(search: Any = GRAVITY, **changes: Any) -> Scenario:
    """Return the old-supplier world in which AAA, cut off in March 2014, may find plants in CCC
    (100) and DDD (300)."""
    base = old_supplier()
    buyer = {
        "title": "Buyer",
        "affinity": {"CCC": 0.9, "DDD": 0.1},
        "rules": {"search": search} if search else {},
    }
    return world(
        **{
            "states": {
                **base["states"],
                "AAA": buyer,
                "CCC": {"title": "Friend"},
                "DDD": {"title": "Stranger"},
            },
            "factories": {
                **base["factories"],
                "friend_plant": {
                    "title": "Friend's plant",
                    "state": "CCC",
                    "lines": {"engines": 100},
                },
                "strange_plant": {
                    "title": "Stranger's plant",
                    "state": "DDD",
                    "lines": {"engines": 300},
                },
            },
            "products": {"engines": {"title": "Engines", "unit": "engines", "cancellation": 1}},
            "events": {"ban": BAN},
            **changes,
        }
    )


def test_of_candidates_alike_not_the_order_in_the_file_decides() -> None:
    """In the central case the friend's plant, first by its name, comes before the stranger's, which
    makes as much and is as close, whichever the file names first."""
    search = {**GRAVITY, "probability": 1.0, "patience": 1, "qualification_months": 1.0}
    tree = searching(search).model_dump(by_alias=True, exclude_unset=True)
    tree["factories"]["strange_plant"]["lines"]["engines"] = {"capacity": 100}
    tree["states"]["AAA"]["affinity"] = {"CCC": 0.5, "DDD": 0.5}
    for factories in (tree["factories"], dict(reversed(tree["factories"].items()))):
        found = shipped(parse({**tree, "months": 5, "factories": factories}))
        assert found["friend_plant"].tolist() == pytest.approx([0, 0, 0, 250 / 3, 250 / 3])
        assert not found["strange_plant"].any()


def shipped(scenario: Scenario, member: int = 0) -> dict[str, np.ndarray]:
    """Return one member's deliveries month by month by plant."""
    model = SupplyModel(scenario, (member,))
    axes, found = model.world.axes, []
    for _ in range(scenario.months):
        model.step()
        found.append(model.world.links.flow[:, 0].copy())
    flow = np.array(found)
    return {
        plant: flow[:, [axes.lines[line][0] == plant for line in axes.link_line]].sum(axis=1)
        for plant in axes.factories
    }


def test_the_central_case_finds_when_a_half_is_expected() -> None:
    """Short from March, patient for two months, 0.25 in April and May: found in May, the strongest
    ships in September, 1 part to 0.2."""
    flow = shipped(searching())
    assert (flow["friend_plant"][:8] == 0).all()
    np.testing.assert_allclose(flow["friend_plant"][8:], 100 / 1.2)
    assert flow["strange_plant"].sum() == 0


def test_without_search_nothing_is_found() -> None:
    """`none` is the default, and does the same."""
    assert shipped(searching(None))["friend_plant"].sum() == 0
    assert shipped(searching(IDLE))["friend_plant"].sum() == 0
    idle = number(searching(None))
    assert len(idle.link_line) == 2
    assert idle.dormant.size == 0


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        ({"patience": 4}, 10),
        ({"probability": 0.5}, 7),
        ({"qualification_months": 0.0}, 5),
        ({"threshold": 0.1}, None),
        ({"probability": 0.0}, None),
    ],
)
def test_parameters_of_gravity(keys: dict[str, float], first: int | None) -> None:
    """Each moves the month in which the find first ships, or forbids it."""
    flow = shipped(searching(GRAVITY | keys))["friend_plant"]
    assert (int(np.argmax(flow > 0)) if flow.any() else None) == first


def test_a_second_supplier_is_found_when_the_first_does_not_do() -> None:
    """A need of 150 stays short with the friend's 100: the stranger follows; one that is well
    served looks no further."""
    flow = shipped(searching(needs={"AAA": {"engines": 150}}, months=36))
    assert flow["friend_plant"].sum() > 0
    assert flow["strange_plant"].sum() > 0
    assert shipped(searching(months=36))["strange_plant"].sum() == 0


def test_forbidden_and_cut_off_partners_are_not_found() -> None:
    """Weight 0 forbids for good; a ban on a candidate does while it holds, and may fall on a link
    that was found."""
    trade = old_supplier()["trade"]
    never = {"exporter": "CCC", "importer": "AAA", "product": "engines", "weight": 0}
    assert shipped(searching(trade={**trade, "never": never}))["friend_plant"].sum() == 0
    banned = {"ban": BAN, "more": {**BAN, "exporter": "CCC", "date": "2014-02"}}
    assert shipped(searching(events=banned))["friend_plant"].sum() == 0
    assert shipped(searching(events=banned))["strange_plant"].sum() > 0
    later = shipped(
        searching(events={"ban": BAN, "more": {**BAN, "exporter": "CCC", "date": "2014-11"}})
    )
    assert (later["friend_plant"][8:10] > 0).all()
    assert (later["friend_plant"][10:] == 0).all()


def test_terms_of_what_is_found_come_from_trade_rules() -> None:
    """`by_search` gives a find its weight, cap, cost and lead; those who do not search are
    permitted nothing by it."""
    trade = old_supplier()["trade"]
    far = {
        "exporter": "CCC",
        "importer": "AAA",
        "product": "engines",
        "by_search": True,
        "cap": 30,
        "unit_cost": 7,
        "lead_months": 5,
    }
    scenario = searching(trade={**trade, "far": far})
    np.testing.assert_allclose(shipped(scenario)["friend_plant"][8:14], 30)
    series = run(scenario).records.series
    assert series["in_transit"][10, 0, 0] >= 90
    np.testing.assert_allclose(series["spending"][8, 0, 0], 30 * 7)
    assert shipped(searching(None, trade={**trade, "far": far}))["friend_plant"].sum() == 0


def test_finds_follow_their_probability_and_pull() -> None:
    """Over members: about a quarter find a month; the friend, 90 of 120 parts, three times
    in four.
    """
    scenario = searching(GRAVITY | {"qualification_months": 0.0})
    model = SupplyModel(scenario, range(1, 801))
    for _ in range(4):
        model.step()
    links = model.world.links
    first = (links.qualified_from == 4).sum(axis=0)
    assert first.mean() == pytest.approx(0.25, abs=0.05)
    friend = (links.qualified_from[0] == 4).sum() / first.sum()
    assert friend == pytest.approx(0.75, abs=0.08)


def test_another_candidate_shifts_no_draw() -> None:
    """A member finds whom it found in the same month, unless it finds the newcomer."""
    more = searching().model_dump(by_alias=True, exclude_unset=True)
    more["factories"] = {
        "new_plant": {"title": "New", "state": "DDD", "lines": {"engines": 200}},
        **more["factories"],
    }
    base, other = (
        SupplyModel(searching(), range(1, 200)),
        SupplyModel(Scenario.model_validate(more), range(1, 200)),
    )
    for _ in range(5):
        base.step()
        other.step()
    was, now = base.world.links.qualified_from, other.world.links.qualified_from
    newcomer = other.world.axes.link_line[other.world.axes.dormant] == 0
    assert np.array_equal(was.min(axis=0), now.min(axis=0))
    kept = (now[newcomer] > 100).all(axis=0)
    assert np.array_equal(was[:, kept], now[~newcomer][:, kept])
    assert 0 < kept.mean() < 1


def test_factories_search_for_inputs() -> None:
    """A factory with a search rule of its own finds a supplier of what it works up; the state need
    not search."""
    scenario = searching(None).model_dump(by_alias=True, exclude_unset=True)
    scenario["products"]["helicopters"] = {
        "title": "Helicopters",
        "unit": "helicopters",
        "inputs": {"engines": 2},
    }
    scenario["needs"] = {"AAA": {"helicopters": 10}}
    scenario["factories"]["works"] = {
        "title": "Works",
        "state": "AAA",
        "lines": {"helicopters": 20},
        "rules": {"search": GRAVITY},
    }
    scenario["factories"]["home_plant"]["lines"]["engines"] = 1
    scenario["trade"]["own"] = {"exporter": "AAA", "importer": "AAA", "product": "helicopters"}
    flow = shipped(Scenario.model_validate(scenario))
    assert flow["old_plant"][:2].sum() > 0
    assert flow["friend_plant"][8:].sum() > 0


def test_rules_alone() -> None:
    """`gravity` counts months of shortage and looks when patience ends; `none` never does."""
    fill = np.array([[0.5, 0.95], [0.5, 0.2]])
    prospects = Prospects(
        fill,
        np.array([[1.0, 5.0], [0.0, 1.0]]),
        np.array([0, 1, 1]),
        np.array([[2.0, 2.0], [4.0, 4.0], [0.0, 1.0]]),
        np.full((3, 2), 0.5),
    )
    plan = gravity(prospects, probability=0.3, patience=2, threshold=0.9, qualification_months=6.0)
    np.testing.assert_array_equal(plan.waited, [[2, 0], [1, 2]])
    np.testing.assert_array_equal(plan.chance, [[0.3, 0], [0, 0.3]])
    np.testing.assert_array_equal(plan.pull, [[1, 1], [2, 2], [0, 0.5]])
    assert plan.qualification_months == 6
    idle = none(prospects)
    assert not idle.chance.any()
    assert not idle.pull.any()


def test_what_happens_by_chance() -> None:
    """Members compare draws; the central case has its turn whenever the expected number passes a
    half."""
    expected = np.zeros(3)
    central = np.array([True, False, False])
    turns = [
        happens(np.array([0.0, 0.1, 0.4]), np.array([0.25, 0.25, 0.25]), expected, central)
        for _ in range(8)
    ]
    assert [month for month, turn in enumerate(turns) if turn[0]] == [1, 5]
    assert all(turn[1] and not turn[2] for turn in turns)
    np.testing.assert_allclose(expected, 2)


@pytest.mark.parametrize("seed", [3, 8])
def test_books_balance_and_members_keep_their_bits(seed: int) -> None:
    """In random worlds in which everyone searches: the books close, and a member alone or among
    others is the same."""
    base = random_scenario(seed)
    trade = {
        name: each | {"by_search": place % 2 == 0}
        for place, (name, each) in enumerate(
            base.model_dump(by_alias=True, exclude_unset=True)["trade"].items()
        )
    }
    scenario = random_scenario(
        seed,
        trade=trade,
        rules={
            "search": GRAVITY | {"probability": 0.4, "qualification_months": 2.0},
            "sourcing": "satisfaction_adjusted",
        },
    )
    together = everything(scenario, list(range(6)))
    for company in ([4], [0], [1, 3, 5]):
        for name, values in everything(scenario, company).items():
            assert np.array_equal(values, together[name][..., company]), (name, company)
    assert run(scenario, members=3).records.flows.sum() > 0


def test_a_searching_world_at_rest_stays_at_rest() -> None:
    """Who is served well does not look."""
    series = run(searching(events={}, months=36)).records.series
    for name, values in series.items():
        np.testing.assert_allclose(
            values, np.broadcast_to(values[:1], values.shape), rtol=1e-12, err_msg=name
        )


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("number", "not a Search"),
        ("shape", "returned the shape"),
        ("NaN", "NaN"),
        ("write", "wrote into"),
    ],
)
def test_search_rules_from_outside_are_watched(
    answer: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What breaks the contract is named with its followers."""
    monkeypatch.setattr(registry, "_RULES", dict(registry._RULES))

    def careless(prospects: Prospects) -> Any:
        """Break the contract."""
        if answer == "write":
            prospects.waited[:] = 1
        pull = {"shape": prospects.fill, "NaN": np.full_like(prospects.capacity, np.nan)}.get(
            answer, prospects.capacity
        )
        return (
            7
            if answer == "number"
            else Search(prospects.waited, np.ones_like(prospects.fill), pull, 1.0)
        )

    registry.rule("search")(careless)
    with pytest.raises(RuleError, match=f"search rule careless, followed by AAA: .*{message}"):
        run(searching("careless"))


def test_a_search_rule_from_outside_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wants another rule writes it: this one looks from the first month on, short or not,
    for the largest."""
    monkeypatch.setattr(registry, "_RULES", dict(registry._RULES))

    def eager(prospects: Prospects) -> Search:
        """Find one supplier every month."""
        return Search(prospects.waited, np.ones_like(prospects.fill), prospects.capacity, 0.0)

    registry.rule("search")(eager)
    flow = shipped(searching("eager"))
    assert [int(np.argmax(flow[plant] > 0)) for plant in ("strange_plant", "friend_plant")] == [
        1,
        2,
    ]


def test_unknown_names_are_refused() -> None:
    """Affinity is to states and blocs that exist."""
    scenario = searching().model_dump(by_alias=True, exclude_unset=True)
    scenario["states"]["AAA"]["affinity"] = {"CCD": 0.4}
    with pytest.raises(ScenarioError, match="CCD"):
        parse(scenario)
