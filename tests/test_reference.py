"""The engine and the reference, which is plain Mesa with loops over agents, compute the same
months."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.case import case
from sim.engine.run import run
from sim.records import Records
from sim.scenario.loading.load import load, parse
from sim.scenario.schema import Scenario
from tests.random_worlds import PRODUCTION, random_scenario, richer_scenario
from tests.reference import Recorded, ReferenceModel, simulate
from tests.reference.rationing import equal_losses
from tests.reference.things import NEVER
from tests.worlds import old_supplier, propulsion_world, world

pytestmark = pytest.mark.untraced

TOLERANCE = 1e-12
LIMIT = 64.0
"""Most multiples of eps times gross volume that a residual may reach."""
BASELINE = Path(__file__).parents[1] / "scenarios" / "baseline.yaml"

Tree = dict[str, Any]


def assert_same(
    scenario: Scenario,
    members: tuple[int, ...] = (0,),
    reference: Scenario | None = None,
    tolerance: float = TOLERANCE,
) -> None:
    """Compare every series of these members with those of the reference, which may run another
    scenario."""
    assert_close = partial(assert_near, tolerance=tolerance)
    records = run(scenario, members=max(members) + 1).records
    for member in members:
        found = simulate(reference or scenario, member)
        assert set(found.series) == set(records.series)
        for metric, values in records.series.items():
            assert_close(values[..., member], found.series[metric], metric)
        assert_close(records.usable[..., member], found.usable, "usable")
        assert_close(records.capacity[..., member], found.capacity, "capacity")
        assert_close(records.output[..., member], found.output, "output")
        assert_close(
            records.flows[..., member], flows(found, records.years, records.routes), "flows"
        )
        assert_same_money(records, found, member, tolerance)
        assert_books_closed(records, found)


def flows(found: Recorded, years: Any, routes: Any) -> list[list[float]]:
    """Tabulate what was shipped by year and route; nothing may be shipped elsewhere."""
    assert set(found.flows) <= {(year, *route) for year in years for route in routes}
    return [[found.flows.get((year, *route), 0.0) for route in routes] for year in years]


def assert_same_money(records: Records, found: Recorded, member: int, tolerance: float) -> None:
    """Compare every item of the ledger, of each state and of all, by year; substitution has no cost
    where nothing was delivered."""
    keys = {
        (year, item, purse)
        for year in records.years
        for item in records.money
        for purse in records.purses
    }
    assert keys - set(found.money) <= {key for key in keys if key[1] == "substitution"}
    for item, values in records.money.items():
        own = np.array(
            [
                [found.money.get((year, item, purse), np.nan) for purse in records.purses]
                for year in records.years
            ]
        )
        known = ~np.isnan(own)
        assert np.array_equal(known, ~np.isnan(values[..., member])), item
        assert_near(values[..., member][known], own[known], item, tolerance)


def assert_books_closed(records: Records, found: Recorded) -> None:
    """Both keep the same books, and no account was ever off by more than rounding."""
    assert set(found.residuals) == set(records.residuals)
    for residuals in (found.residuals, records.residuals):
        assert all(0 <= worst <= LIMIT for worst in residuals.values()), residuals


def assert_near(engine: Any, reference: Any, what: str, tolerance: float) -> None:
    """Compare two arrays to this of max(1, |x|); NaN and inf are never close."""
    wanted = np.array(reference)
    assert engine.shape == wanted.shape, what
    gap = np.abs(engine - wanted) / np.maximum(1.0, np.abs(wanted))
    assert (gap <= tolerance).all(), (
        f"{what} differs by {np.nanmax(gap):.3g} at {np.argwhere(~(gap <= tolerance))[0]}"
    )


def parts_world(**changes: Any) -> Scenario:
    """Make a world in which units take a gearbox and two turbines each, and drawn numbers differ by
    member."""
    wide = {"value": 10, "low": 7, "high": 14}
    return parse(
        {
            **old_supplier(),
            "months": 40,
            "states": {
                "AAA": {"title": "Buyer", "stock_cover": 1},
                "BBB": {"title": "Old supplier"},
                "CCC": {"title": "Third"},
            },
            "products": {
                "gearboxes": {"title": "Gearboxes", "unit": "sets"},
                "turbines": {"title": "Turbines", "unit": "sets", "cancellation": 0.1},
                "units": {
                    "title": "Units",
                    "unit": "units",
                    "inputs": {
                        "gearboxes": {"amount": 1, "criticality": "important"},
                        "turbines": 2,
                    },
                    "input_cover": 0.5,
                },
            },
            "factories": {
                "yard": {
                    "title": "Yard",
                    "state": "AAA",
                    "lines": {"units": {"capacity": 15, "yield": 0.9}, "gearboxes": 3},
                },
                "works": {
                    "title": "Works",
                    "state": "BBB",
                    "lines": {"turbines": 40, "gearboxes": wide},
                },
                "other": {
                    "title": "Other works",
                    "state": "CCC",
                    "lines": {"turbines": 4, "units": 2},
                },
            },
            "needs": {
                "AAA": {"units": wide, "turbines": 2},
                "CCC": {"units": {"units": 3, "tier": 1}, "gearboxes": 1},
            },
            "trade": {
                "all": {
                    "exporter": "*",
                    "importer": "*",
                    "product": "*",
                    "lead_months": {"value": 2, "low": 1, "high": 4},
                }
            },
            "events": {
                "ban": {
                    "kind": "cut_off",
                    "date": "2014-06",
                    "exporter": "BBB",
                    "importer": "AAA",
                    "product": "turbines",
                    "share": 0.7,
                },
                "strike": {
                    "kind": "outage",
                    "date": "2015-03",
                    "factory": "works",
                    "product": "gearboxes",
                    "until": "2015-09",
                },
            },
            **changes,
        }
    )


BAN: Tree = {
    "kind": "cut_off",
    "date": "2014-06",
    "exporter": "BBB",
    "importer": "AAA",
    "phase_in": 3,
}
FIRE: Tree = {
    "kind": "outage",
    "date": "2014-05",
    "factory": "old_plant",
    "share": {"value": 0.7, "low": 0.5, "high": 1},
}
FUNDS: Tree = {
    "kind": "funding",
    "date": "2014-08",
    "programme": "build",
    "amount": 60,
    "months": 4,
}
EVENTS: dict[str, Tree] = {
    "cut_off": {"ban": BAN},
    "sanction": {"bar": {**BAN, "kind": "sanction", "contracts_until": "2014-12", "share": 0.9}},
    "sanction_at_once": {"bar": {**BAN, "kind": "sanction"}},
    "quota": {"quota": {**BAN, "kind": "quota", "cap": {"value": 30, "low": 10, "high": 50}}},
    "leakage": {
        "ban": BAN,
        "leak": {
            **BAN,
            "kind": "leakage",
            "phase_in": 0,
            "share": 0.5,
            "end_share": 0.1,
            "until": "2015-06",
        },
    },
    "exemption_by_cap": {"ban": BAN, "venture": {**BAN, "kind": "exemption", "cap": 15}},
    "exemption_by_share": {"ban": BAN, "venture": {**BAN, "kind": "exemption", "share": 0.25}},
    "lifting": {
        "ban": BAN,
        "peace": {
            "kind": "lifting",
            "date": "2015-02",
            "lifts": ["ban"],
            "phase_in": 4,
            "share": 0.8,
        },
    },
    "demand": {
        "slump": {
            "kind": "demand",
            "date": "2014-06",
            "state": "AAA",
            "factor": 1.4,
            "until": "2015-03",
            "phase_in": 2,
        }
    },
    "outage": {"fire": FIRE},
    "repair": {
        "fire": FIRE,
        "rebuilt": {
            "kind": "repair",
            "after": {"event": "fire", "months": 5},
            "repairs": ["fire"],
            "phase_in": 3,
        },
    },
    "closure": {
        "end": {"kind": "closure", "date": "2014-09", "factory": ["old_plant", "home_plant"]}
    },
    "programme_start": {
        "ban": BAN,
        "start": {"kind": "programme_start", "date": "2014-10", "programme": "waiting"},
    },
    "funding": {"ban": BAN, "funds": FUNDS},
    "programme_stop": {
        "ban": BAN,
        "funds": FUNDS,
        "stop": {"kind": "programme_stop", "date": "2014-10", "programme": "build"},
    },
    "after_an_event": {
        "ban": BAN,
        "slump": {
            "kind": "demand",
            "after": {"event": "ban", "months": 3},
            "state": "*",
            "factor": 0.5,
        },
    },
    "after_a_completion": {
        "ban": BAN,
        "funds": FUNDS,
        "ready": {
            "kind": "demand",
            "after": {"completion": "build.home", "months": 1},
            "state": "AAA",
            "factor": 0.8,
        },
    },
}


def event_world(events: Tree) -> Scenario:
    """Make the world of the old supplier with two programmes, one that waits to be started, and
    these events."""
    site = {
        "factory": "home_plant",
        "product": "engines",
        "build_months": {"value": 4, "low": 2, "high": 7},
        "qualification_months": 1,
    }
    site |= {"ramp_months": 2, "capital_cost": 1, "max_capacity": 45}
    shared = {
        "title": "Build",
        "chair": "AAA",
        "beneficiaries": ["AAA"],
        "candidates": {"home": site},
    }
    programmes = {
        "build": shared,
        "waiting": {**shared, "active": False, "budget": {"2014-08": 40}},
    }
    return world(
        events=events,
        programmes=programmes,
        products={"engines": {"title": "Engines", "unit": "engines", "cancellation": 0.3}},
    )


@pytest.mark.parametrize("name", EVENTS)
def test_events(name: str) -> None:
    """Each kind of event does the same in both, and the last one here changes something."""
    assert_same(event_world(EVENTS[name]), (0, 4))
    without = event_world(dict(list(EVENTS[name].items())[:-1]))
    with pytest.raises(AssertionError, match="differs"):
        assert_same(event_world(EVENTS[name]), reference=without)


TO_BOTH: Tree = {"date": "2014-06", "exporter": "BBB", "importer": ["AAA", "CCC"], "phase_in": 2}
CUT: Tree = {**TO_BOTH, "kind": "cut_off", "share": {"value": 0.6, "low": 0.2, "high": 1}}
QUOTA: Tree = {**TO_BOTH, "kind": "quota", "cap": {"value": 70, "low": 40, "high": 120}}
FREE: Tree = {**TO_BOTH, "kind": "exemption", "date": "2014-09", "cap": 25, "phase_in": 0}
LEAK: Tree = {
    **TO_BOTH,
    "kind": "leakage",
    "phase_in": 0,
    "share": 0.8,
    "end_share": 0.1,
    "settles_months": 4,
}
TOGETHER: Tree = {"pairs": "together"}
TIGHT: Tree = {**QUOTA, **TOGETHER, "cap": 10}
SHORT: Tree = {
    "kind": "outage",
    "date": "2014-03",
    "until": "2014-07",
    "factory": ["large", "small"],
    "share": 0.8,
}
LIMITS: dict[str, tuple[Tree, Tree]] = {
    "quota for each": ({"quota": QUOTA}, {}),
    "quota together": ({"quota": {**QUOTA, **TOGETHER}}, {}),
    "two quotas": ({"quota": QUOTA, "all": {**QUOTA, **TOGETHER}}, {}),
    "quota and leakage": ({"quota": {**QUOTA, **TOGETHER}, "leak": LEAK}, {}),
    "cut": ({"cut": CUT}, {}),
    "cut and leakage": ({"cut": CUT, "leak": LEAK}, {}),
    "cut and exemption": ({"cut": {**CUT, "share": 1}, "free": FREE}, {}),
    "cut and exemption together": ({"cut": {**CUT, "share": 1}, "free": {**FREE, **TOGETHER}}, {}),
    "cut of one and exemption together": (
        {"free": {**FREE, **TOGETHER}, "cut": {**CUT, "importer": "AAA", "share": 1}},
        {},
    ),
    "two exemptions together": (
        {
            "some": {**FREE, **TOGETHER, "cap": 15},
            "more": {**FREE, **TOGETHER, "date": "2015-01"},
            "cut": {**CUT, "share": 1},
        },
        {},
    ),
    "exemption together beside a cut that leaves more, and one that leaves less": (
        {
            "free": {**FREE, **TOGETHER, "exporter": ["BBB", "DDD"]},
            "cut": {**CUT, "importer": "AAA"},
            "deep": {**CUT, "importer": "CCC", "share": 0.9},
            "reserve": {**CUT, "exporter": "DDD", "share": 0.01},
        },
        {},
    ),
    "exemption together beside quotas that leave more, and less": (
        {
            "free": {**FREE, **TOGETHER, "exporter": ["BBB", "DDD"]},
            "quota": {**QUOTA, "importer": "AAA"},
            "low": {**QUOTA, "importer": "CCC", "cap": 5},
            "reserve": {**QUOTA, "exporter": "DDD", "cap": 500},
        },
        {},
    ),
    "quota together and one of two free": (
        {"free": {**FREE, "importer": "AAA", "cap": None, "share": 1}, "quota": TIGHT},
        {},
    ),
    "quota together and exemption": ({"free": FREE, "quota": TIGHT}, {}),
    "quota and exemption together": ({"free": {**FREE, **TOGETHER}, "quota": TIGHT}, {}),
    "quota together and exempt share": (
        {"free": {**TO_BOTH, "kind": "exemption", "share": 0.3}, "quota": TIGHT},
        {},
    ),
    "cut and old orders": ({"cut": CUT, "fire": SHORT}, {}),
    "cap for each": ({"cut": {**CUT, "share": 0.1}}, {"cap": 65}),
    "cap together": ({"cut": {**CUT, "share": 0.1}}, {"cap": 90, **TOGETHER}),
}
"""Events, and terms of trade with the old supplier."""


def pairs_world(events: Tree, terms: Tree) -> Scenario:
    """Make a world in which BBB has two lines and AAA and CCC have two needs each; DDD is the
    reserve."""
    plant: Tree = {"title": "Plant", "state": "BBB"}
    return world(
        states={name: {"title": name} for name in ("AAA", "BBB", "CCC", "DDD")},
        products={
            "engines": {"title": "Engines", "unit": "engines", "cancellation": 0.4},
            "tugs": {"title": "Tugs", "unit": "tugs", "inputs": {"engines": 1}, "input_cover": 1},
        },
        factories={
            "large": {**plant, "lines": {"engines": 150}},
            "small": {**plant, "lines": {"engines": 40}},
            "reserve": {**plant, "state": "DDD", "lines": {"engines": 30}},
            "yard": {**plant, "state": "AAA", "lines": {"tugs": 20}},
        },
        needs={"AAA": {"engines": 60, "tugs": 15}, "CCC": {"engines": {"units": 45, "tier": 1}}},
        trade={
            "old": {"exporter": "BBB", "importer": ["AAA", "CCC"], "product": "engines", **terms},
            "new": {"exporter": "DDD", "importer": "*", "product": "engines", "weight": 0.01},
        },
        events=events,
    )


@pytest.mark.parametrize("name", LIMITS)
def test_limits_hold_for_pairs_of_states(name: str) -> None:
    """However many lines and needs stand behind them, for each pair or for all together."""
    events, terms = LIMITS[name]
    assert_same(pairs_world(events, terms), (0, 2, 5))
    without = pairs_world(dict(list(events.items())[1:]), {} if terms else terms)
    with pytest.raises(AssertionError, match="differs"):
        assert_same(pairs_world(events, terms), reference=without)


def test_what_is_exempt_together_passes_a_quota_of_all() -> None:
    """A quota of 10 for all lets 25 pass where 25 are exempt, for each or for all: 12 months."""
    for free, passing in (({}, 10), ({"free": {**FREE, **TOGETHER}}, 25), ({"free": FREE}, 50)):
        scenario = pairs_world({"quota": TIGHT, **free}, {})
        found = simulate(scenario, 0).flows
        passed = sum(
            found.get((2015, "BBB", importer, "engines"), 0.0) for importer in ("AAA", "CCC")
        )
        assert passed == pytest.approx(12 * passing)


def test_a_whole_exemption_exempts_old_orders() -> None:
    """Who is exempt as a whole catches up after a fire as if there were no cut, however deep it is
    and whoever else is in the chunk."""
    free = {**TO_BOTH, "kind": "exemption", "share": 1, "phase_in": 0}
    for share in (0.5, 1, CUT["share"]):
        events = {"fire": SHORT, "cut": {**CUT, "share": share}, "free": free}
        scenario = pairs_world(events, {})
        assert_same(scenario, (0, 2))
        cut = run(scenario, members=3).records.series["received"]
        uncut = run(pairs_world({"fire": SHORT}, {}), members=3).records.series["received"]
        assert_near(cut, uncut, "received", TOLERANCE)


def test_programmes_that_serve_different_states_close_both_gaps() -> None:
    """AAA and CCC lack 50 each, and each builds 50 at once."""
    site = {"product": "engines", "build_months": 1, "qualification_months": 0, "ramp_months": 0}
    states = ("AAA", "BBB", "CCC")
    scenario = world(
        states={name: {"title": name} for name in states},
        factories={
            name: {"title": name, "state": name, "lines": {"engines": 200 * (name == "BBB")}}
            for name in states
        },
        needs={name: {"engines": 50} for name in ("AAA", "CCC")},
        trade={"any": {"exporter": "BBB", "importer": "*", "product": "*"}},
        events={"ban": {**CUT, "share": 1, "phase_in": 0}},
        programmes={
            f"of_{name}": {
                "title": "Build",
                "chair": name,
                "beneficiaries": [name],
                "budget": {"2014-06": 1000},
                "candidates": {"home": {**site, "factory": name, "capital_cost": 1}},
            }
            for name in ("AAA", "CCC")
        },
    )
    assert_same(scenario)
    assert simulate(scenario, 0).capacity[6] == [50, 200, 50]


def test_idle_capacity_whose_goods_nobody_accepts_closes_no_gap() -> None:
    """A line of 50 is qualified in 2030: the other candidate is built."""
    site = {"product": "engines", "build_months": 1, "qualification_months": 0, "ramp_months": 0}
    late = {"capacity": 50, "qualified": "2030-01"}
    scenario = world(
        factories={
            "old_plant": {"title": "Old", "state": "BBB", "lines": {"engines": 50}},
            "late": {"title": "Late", "state": "AAA", "lines": {"engines": late}},
            "fit": {"title": "Fit", "state": "AAA", "lines": {"engines": 0}},
        },
        needs={"AAA": {"engines": 50}},
        events={"ban": {**BAN, "phase_in": 0}},
        programmes={
            "build": {
                "title": "Build",
                "chair": "AAA",
                "beneficiaries": ["AAA"],
                "budget": {"2014-06": 1000},
                "candidates": {
                    name: {**site, "factory": name, "capital_cost": 1} for name in ("late", "fit")
                },
            }
        },
    )
    assert_same(scenario)
    assert simulate(scenario, 0).capacity[6] == [50, 50, 50]


def test_a_need_is_hit_however_long_the_restriction_has_acted_on_others() -> None:
    """AAA's tugs begin half a year after the ban on engines; the yard hears of it a month later."""
    events = {"ban": {**BAN, "importer": "AAA", "share": 0.5}}
    scenario = pairs_world(events, {}).model_copy()
    needs = {"AAA": {"engines": 60, "tugs": {"series": [0] * 12 + [15] * 12}}}
    late = Scenario.model_validate(
        {**scenario.model_dump(by_alias=True, exclude_unset=True), "needs": needs}
    )
    assert_same(late)
    model = ReferenceModel(late, 0)
    for _ in range(24):
        model.step()
    assert [need.hit for need in model.needs if need.product == "engines"] == [5, 13]


def test_tiny_worlds() -> None:
    """The old supplier alone, and propulsion units from turbines and gears."""
    assert_same(world())
    assert_same(propulsion_world(), (0, 1, 3))


def test_the_comparison_would_notice_a_difference() -> None:
    """A need that is a billionth larger is not the same."""
    with pytest.raises(AssertionError, match="need differs"):
        assert_same(world(), reference=world(needs={"AAA": {"engines": 100 * (1 + 1e-9)}}))


@pytest.mark.parametrize("months", [0, 4])
@pytest.mark.parametrize("decisions", ["after_events", "before_events"])
def test_a_line_that_is_retooled_for_a_product_that_nobody_made(
    decisions: str, months: int
) -> None:
    """Gears of the yard's own, in the month of the order or four later: the first that anybody
    has, of a supplier that weighs nothing before."""
    made = {"gears": 0, "units": {"capacity": 45, "inputs": {"gears": 3}}}
    rules = {"sourcing": "capacity_adjusted", "overtime": "ario"}
    yard = {"title": "Yard", "state": "BBB", "lines": made, "rules": rules}
    turn = {"kind": "retool", "date": "2014-07", "factory": "yard", "months": months}
    scenario = world(
        products={name: {"title": name, "unit": "sets"} for name in ("gears", "units")},
        factories={"yard": yard},
        needs={"AAA": {"units": 10}},
        trade={"old": {"exporter": "BBB", "importer": "AAA", "product": "units"}},
        events={"turn": {**turn, "from_product": "units", "to_product": "gears"}},
        rules={"decisions": decisions},
    )
    assert_same(scenario)
    assert simulate(scenario, 0).capacity[6 + months][0] == 45


def test_two_retools_of_one_month_share_a_line() -> None:
    """Each would take all 10 engines, and gets 5: the first arrive a month later, the others two
    months later."""
    turn = {"kind": "retool", "date": "2014-07", "factory": "yard"}
    turn |= {"from_product": "engines", "to_product": "gears"}
    scenario = world(
        products={name: {"title": name, "unit": "sets"} for name in ("engines", "gears")},
        factories={"yard": {"title": "Yard", "state": "BBB", "lines": {"engines": 10, "gears": 0}}},
        needs={"AAA": {"gears": 10}},
        trade={"old": {"exporter": "BBB", "importer": "AAA", "product": "*"}},
        events={f"turn_{months}": {**turn, "months": months} for months in (1, 2)},
    )
    assert_same(scenario)
    assert simulate(scenario, 0).capacity[5:9] == [[10, 0], [0, 0], [0, 5], [0, 10]]


def test_what_would_be_completed_in_the_month_in_which_its_line_closes_is_not() -> None:
    """30 engines are due in September, when the plant closes; of what is lost there is no news."""
    site = {"factory": "home_plant", "product": "engines", "capital_cost": 1}
    months = {"build_months": 3, "qualification_months": 0, "ramp_months": 0}
    build = {"title": "Build", "chair": "AAA", "beneficiaries": ["AAA"], "budget": {"2014-06": 30}}
    news = {"kind": "demand", "state": "AAA", "factor": 3, "after": {"completion": "build.home"}}
    shut = {"kind": "closure", "factory": "home_plant", "date": "2014-09"}
    scenario = world(
        programmes={"build": {**build, "candidates": {"home": {**site, **months}}}},
        events={"ban": {**BAN, "phase_in": 0}, "news": news, "shut": shut},
    )
    assert_same(scenario)
    assert simulate(scenario, 0).series["need"][-1] == [100]


def test_equal_losses_of_very_little_hand_all_of_it_out() -> None:
    """Orders of 4.6 and 3.01 lose some 3.8 and all 3.01, of which 5e-5 have few digits."""
    granted = equal_losses([], [4.6, 3.01], 5e-5)
    assert granted[0] == pytest.approx(5e-5, rel=1e-15)
    assert granted[1] == 0


@pytest.mark.parametrize("rule", PRODUCTION)
def test_production_rules(rule: str) -> None:
    """Turbines, then gearboxes run short: each rule makes other amounts of units."""
    assert_same(parts_world(rules={"production": rule}), (0, 3))


def test_a_factory_follows_its_own_rules() -> None:
    scenario = parts_world()
    yard = scenario.factories["yard"].model_dump(by_alias=True, exclude_unset=True)
    yard["rules"] = {
        "production": "linear",
        "ordering": {"rule": "hold_cover", "adjustment_months": 6.0},
    }
    factories = {
        name: each.model_dump(by_alias=True, exclude_unset=True)
        for name, each in scenario.factories.items()
    }
    own = parts_world(factories={**factories, "yard": yard})
    assert_same(own, (0, 2))
    with pytest.raises(AssertionError, match="differs"):
        assert_same(own, reference=scenario)


@pytest.mark.parametrize("rounds", [1, 2, None])
def test_tiers_and_rounds(rounds: int | None) -> None:
    """Three buyers of three tiers share too little, with caps on links, in one, two and all
    rounds.
    """
    states = {name: {"title": name} for name in ("AAA", "BBB", "CCC", "DDD")}
    needs = {
        name: {"engines": {"units": units, "tier": tier}}
        for name, units, tier in (("AAA", 90, 2), ("CCC", 70, 0), ("DDD", 60, 1))
    }
    trade = {
        "any": {"exporter": "*", "importer": "*", "product": "*", "lead_months": 2},
        "narrow": {"exporter": "BBB", "importer": "CCC", "product": "*", "cap": 25, "weight": 3},
        "none": {"exporter": "AAA", "importer": "CCC", "product": "engines", "weight": 0},
    }
    assert_same(
        world(
            states=states,
            needs=needs,
            trade=trade,
            rules={"rounds": rounds},
            events={"ban": {**BAN, "share": 0.4}},
        )
    )


def test_lead_times_that_differ_by_link_and_member() -> None:
    lead = {"value": 3, "low": 1, "high": 9}
    trade = {name: {**rule, "lead_months": lead} for name, rule in old_supplier()["trade"].items()}
    assert_same(
        world(
            trade=trade,
            events={"ban": BAN},
            states={"AAA": {"title": "A", "stock_cover": 2}, "BBB": {"title": "B"}},
        ),
        (0, 2, 5),
    )


def test_needs_by_year_and_by_month() -> None:
    """A need per year, given for some years, and one month by month, each drawn."""
    by_year = {2013: 900, 2015: {"value": 1300, "low": 1000, "high": 1500}}
    series = [{"value": units, "low": units / 2, "high": units * 2} for units in range(10, 30)]
    needs = {
        "AAA": {"engines": {"by_year": by_year}},
        "BBB": {"engines": {"series": series, "tier": 1}},
    }
    assert_same(world(needs=needs, start="2013-05", months=40), (0, 1))


@pytest.mark.parametrize("exclusive", [True, False])
def test_two_programmes_build_with_ramps(exclusive: bool) -> None:
    """Two programmes build for the same product at three sites, with limits, ramps and announced
    lead times."""
    sites = {
        "factory": "home_plant",
        "product": "engines",
        "build_months": 3,
        "qualification_months": 2,
        "capital_cost": 2,
    }
    new = {**sites, "factory": "new_plant", "ramp_months": 6, "announced_months": 2}
    shared = {"title": "Build", "chair": "AAA", "beneficiaries": ["AAA"]}
    programmes = {
        "first": {
            **shared,
            "budget": {"2014-06": 80, "2014-11": 40},
            "candidates": {"home": {**sites, "ramp_months": 0, "absorption": 4}},
        },
        "second": {
            **shared,
            "budget": {"2014-07": {"value": 90, "low": 50, "high": 120}},
            "lead_times": "announced",
            "exclusive": exclusive,
            "candidates": {
                "new": new,
                "more": {**new, "factory": "home_plant", "max_capacity": 12},
            },
        },
    }
    factories = {
        **old_supplier()["factories"],
        "new_plant": {"title": "New", "state": "BBB", "lines": {"engines": 0}},
    }
    needs = {"AAA": {"engines": 100}, "BBB": {"engines": 150}}
    assert_same(
        world(
            programmes=programmes,
            factories=factories,
            needs=needs,
            events={"ban": {**BAN, "share": 0.8}},
        ),
        (0, 2),
    )


@pytest.mark.parametrize("others_months", [1, 10])
def test_capacity_that_takes_no_months(others_months: int) -> None:
    """It is there the month after the money, however long another project takes."""
    at_once = {
        "factory": "home_plant",
        "product": "engines",
        "build_months": 0,
        "qualification_months": 0,
        "ramp_months": 0,
        "capital_cost": 1,
    }
    candidates = {
        "at_once": at_once,
        "later": {**at_once, "factory": "new_plant", "build_months": others_months},
    }
    programme = {
        "title": "Build",
        "chair": "AAA",
        "beneficiaries": ["AAA"],
        "budget": {"2014-06": 30},
        "candidates": candidates,
    }
    factories = {
        **old_supplier()["factories"],
        "new_plant": {"title": "New", "state": "AAA", "lines": {"engines": 0}},
    }
    scenario = world(
        factories=factories, programmes={"build": programme}, events={"ban": {**BAN, "phase_in": 0}}
    )
    assert_same(scenario)
    assert [month[1] for month in simulate(scenario, 0).capacity[4:8]] == [20, 20, 35, 35]


def idle_world(learning_rate: float = 0.0, idle_cost: Any = 0.1) -> Scenario:
    """Make the world of the old supplier at prices, with idle capacity that costs, a ban, and a
    fire from one year to the next."""
    factories = old_supplier()["factories"]
    for plant, capacity, cost in (
        ("old_plant", 200, 2),
        ("home_plant", {"value": 60, "low": 50, "high": 80}, 3),
    ):
        factories[plant] |= {
            "idle_cost": idle_cost,
            "lines": {"engines": {"capacity": capacity, "yield": 0.9, "unit_cost": cost}},
        }
    products = {
        "engines": {
            "title": "Engines",
            "unit": "engines",
            "learning_rate": learning_rate,
            "cancellation": 1,
        }
    }
    fire = {**FIRE, "date": "2014-11", "until": "2015-03", "factory": "home_plant"}
    return world(
        factories=factories,
        products=products,
        events={"ban": {**BAN, "share": 0.5}, "fire": fire},
        start="2013-09",
        months=30,
    )


@pytest.mark.parametrize(
    "learning_rate",
    [0, 0.2],
)
def test_idle_capacity_costs(learning_rate: float) -> None:
    """By year, against what it cost at the start; drawn by member, and part of what substitution
    costs."""
    assert_same(idle_world(learning_rate, {"value": 0.1, "low": 0, "high": 0.4}), (0, 1, 4))


def test_the_ledger_would_notice_a_difference() -> None:
    """Idle capacity costs a billionth more: money alone tells."""
    assert_same(idle_world())
    with pytest.raises(AssertionError, match="idle differs"):
        assert_same(idle_world(), reference=idle_world(idle_cost=0.1 * (1 + 1e-9)))


def test_the_ledger_by_hand() -> None:
    """In four months of 2013, and in five of 2014 until the ban, 80 at 2 from abroad and 20 at 3
    from home; a yield of 0.9, the rest of capacity stands idle."""
    money = simulate(idle_world(), 0).money
    assert money[2013, "purchases", "AAA"] == pytest.approx(4 * 220)
    assert money[2013, "sales", "BBB"] == pytest.approx(4 * 160)
    assert (
        money[2013, "idle", "BBB"]
        == money[2013, "idle_before", "BBB"]
        == pytest.approx(4 * (200 - 80 / 0.9) * 0.2)
    )
    assert money[2013, "idle", "AAA"] == pytest.approx(4 * (60 - 20 / 0.9) * 0.3)
    assert (2013, "substitution", "AAA") not in money
    assert money[2014, "extra", "AAA"] == pytest.approx(
        money[2014, "purchases", "AAA"] - 5 * 220 - 2.2 * money[2014, "delivered", "AAA"]
    )


MISTAKES: dict[str, tuple[Callable[[ReferenceModel], Any], str]] = {
    "goods": (lambda model: model.needs[0], "stock"),
    "backlog": (lambda model: model.needs[0], "backlog"),
    "capacity": (lambda model: model.lines[0], "capacity"),
    "unfinished": (lambda model: model.lines[3].projects[0], "unfinished"),
    "money": (lambda model: model.commissions[0], "treasury"),
    "payments": (lambda model: model.needs[0], "spending"),
}
"""Book -> whose number goes wrong, and which"""


def disturb(model: ReferenceModel, book: str) -> None:
    """Let a number grow by a billionth of a unit in the middle of every month from now on, when the
    last factory learns."""
    factory, (find, name) = model.factories[-1], MISTAKES[book]
    learn = factory.look_back

    def learn_and_disturb() -> None:
        learn()
        setattr(find(model), name, getattr(find(model), name) + 1e-9)

    factory.look_back = learn_and_disturb


@pytest.mark.parametrize("book", MISTAKES)
def test_books_can_break(book: str) -> None:
    """A number that changes in the middle of a month is refused at its end, and the book and the
    month are named."""
    model = ReferenceModel(propulsion_world(), 0)
    for _ in range(30):
        model.step()
    assert set(model.recorded.residuals) == set(MISTAKES)
    disturb(model, book)
    with pytest.raises(AssertionError, match=f"the books do not balance: {book} in 2014-07"):
        model.step()


@pytest.mark.parametrize("book", ["transit", "unfinished"])
def test_audit_finds_what_is_never_due(book: str) -> None:
    """What is on its way must be due to arrive some day."""
    model = ReferenceModel(propulsion_world(), 0)
    model.step()
    model.books.audit()
    due = model.needs[0].arrivals if book == "transit" else model.lines[3].projects[0].coming
    due[NEVER] = 1e-6
    with pytest.raises(AssertionError, match=f"the books do not balance: {book} is"):
        model.books.audit()


@pytest.mark.parametrize("rng_seed", [*range(15), 3057])
def test_random_worlds(rng_seed: int) -> None:
    assert_same(random_scenario(rng_seed), (0, 3, 5))


@pytest.mark.parametrize("rng_seed", [*range(20, 28), 3196])
def test_random_worlds_with_users_and_bills_of_their_own(rng_seed: int) -> None:
    assert_same(richer_scenario(rng_seed), (0, 3))


def test_baseline() -> None:
    """All months of the central case and of two drawn members of the case that ships with the
    package, with its programmes and their clocks."""
    assert_same(load(BASELINE), (0, 1, 2))


@pytest.mark.parametrize(
    "name",
    [
        "csto_observed",
        "no_cutoff",
        "cases/artillery_shells_2022",
        "cases/artillery_shells_2022_powder_first",
        "cases/gallium_2023_no_shock",
        "cases/korea_japan_2019_no_shock",
        "cases/neon_2022_no_reuse",
    ],
)
def test_other_scenarios_that_ship_with_the_package(name: str) -> None:
    """A drawn member, in which some lead times are longer than the run."""
    assert_same(load(BASELINE.parent / f"{name}.yaml"), (1,))


def test_the_case_that_benchmarks_measure() -> None:
    """With its programmes: lead times in numbers, and clocks that start with the money."""
    assert_same(case(), (0, 1))


def test_the_reference_refuses_what_it_cannot_do() -> None:
    """A rule, key or kind of event that it does not have is never passed over."""
    with pytest.raises(KeyError, match="no_such_rule"):
        simulate(world(rules={"ordering": "no_such_rule"}), 0)
    with pytest.raises(ValueError, match=r"does not know products\.engines\.lot"):
        simulate(world(products={"engines": {"title": "E", "unit": "engines", "lot": 5}}), 0)
    simulate(world(products={"engines": {"title": "E", "unit": "engines", "lot": None}}), 0)
