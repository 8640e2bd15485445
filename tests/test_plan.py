"""What would have been enough: questions in worlds small enough to answer by hand, and how they are
refused, told and drawn."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.plan import search as searching
from sim.analysis.plan.choices import Numbers, Plants
from sim.analysis.plan.result import undominated
from sim.analysis.plan.search import Found, edge
from sim.analysis.plan.trials import interval
from sim.cli.main import main
from sim.engine.run import run
from sim.errors import InputError, SimError
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Scenario
from tests.charted import drawn as rows_of
from tests.plants import HOME, programme
from tests.small_study import contents
from tests.worlds import old_supplier

ROOT = Path(__file__).parent.parent
BUDGET, BY = "programmes.build.budget", "fill_rate[AAA] >= 0.95 by 2015-12"
MEMBERS = 20


def world(candidate: dict[str, Any] | None = None, **changes: Any) -> Scenario:
    """Make a world in which 20 of 100 engines are left from May 2014 on, and what is missed is
    lost.

    In June a programme puts 20 money into capacity that costs 2 and takes 6 months to build: 10
    engines, used from January 2015.
    """
    data = old_supplier() | {"months": 36, "members": MEMBERS}
    data["products"]["engines"]["cancellation"] = 1
    data["events"] = {
        "ban": {"kind": "cut_off", "date": "2014-05", "exporter": "BBB", "importer": "AAA"}
    }
    return Scenario.model_validate(data | {"programmes": {"build": programme(candidate)}} | changes)


def drawn(key: str, **quantity: float) -> np.ndarray:
    """Draw a number of the candidate for each member, ascending."""
    found = Quantity(**quantity).draw(1, f"programmes.build.candidates.home.{key}", range(MEMBERS))
    return np.sort(found)


# --- by hand
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tolerance", "points"), [(None, 33), (0.1, 17), (0.001, 49)])
def test_the_least_budget(tolerance: float | None, points: int) -> None:
    """75 engines at 2 each: 150. The range is ten times the scenario's 20; no more is spent than is
    needed for 80."""
    plan = sim.plan(world(), reach=BY, choose=BUDGET, tolerance=tolerance)
    assert isinstance(plan.answer, float)
    assert 150 <= plan.answer <= 150 + 200 * (tolerance or 0.01)
    assert (plan.found.way, plan.share, plan.reached(plan.found.answer)) == ("least", 1, "2015-01")
    assert plan.frontier.shape == (points, 7)
    assert plan.frontier["choice"].iloc[[0, -1]].tolist() == [0, 200]
    np.testing.assert_allclose(
        plan.frontier["cost_p50"], np.minimum(plan.frontier["choice"], 160), rtol=1e-12
    )
    assert plan.frontier.query("choice < 150").reached.eq("never").all()
    assert plan.frontier.query("efficient").choice.tolist() == [plan.answer]


@pytest.mark.parametrize("probability", [0.05, 0.8, 0.81, 1.0])
def test_the_least_budget_is_a_quantile_of_the_cost(probability: float) -> None:
    """Where the cost is drawn: 75 engines at that cost of which the share asked for of the members
    have none above."""
    cost = drawn("capital_cost", value=2, low=1, high=3)
    needed = cost[int(np.ceil(probability * MEMBERS)) - 1] * 75
    plan = sim.plan(
        world({"capital_cost": {"value": 2, "low": 1, "high": 3}}),
        reach=BY,
        choose=BUDGET,
        probability=probability,
        high=240,
    )
    assert needed <= plan.answer <= needed + 2.4
    for row in plan.frontier.itertuples():
        spent = np.minimum(row.choice, 80 * cost)
        assert row.probability == np.mean(75 * cost <= row.choice)
        np.testing.assert_allclose(
            [row.cost_p05, row.cost_p50, row.cost_p95],
            np.quantile(spent, [0.05, 0.5, 0.95]),
            rtol=1e-9,
        )
        assert (row.reached == "2015-01") == (row.probability >= probability)


def test_the_earliest_month() -> None:
    """June 2014, the months of building, and one until the goods are used; a row for each month
    says in how many members by then."""
    build = {"value": 8, "low": 2, "high": 20}
    months = 5 + np.rint(drawn("build_months", **build)) + 1
    scenario = world({"build_months": build})
    plan = sim.plan(scenario, reach="fill_rate[AAA] >= 0.3", choose="date", probability=0.75)
    assert plan.answer == scenario.month_labels[int(months[14])]
    assert plan.frontier["choice"].tolist() == scenario.month_labels
    assert plan.frontier["probability"].tolist() == [
        np.mean(months <= month) for month in range(36)
    ]
    assert plan.share == np.mean(months <= months[14])
    dated = sim.plan(
        scenario,
        reach=f"fill_rate[AAA] >= 0.3 by {plan.answer}",
        choose=BUDGET,
        probability=0.75,
        low=20,
        high=21,
    )
    assert dated.found.way == "any"
    never = sim.plan(scenario, reach="fill_rate[AAA] >= 0.5", choose="date")
    assert (never.answer, never.share) == (None, 0)
    assert "is not reached in 80 % of the members by the end of the run, 2016-12." in never.text


def test_the_greatest_number_of_months() -> None:
    """To be used in December 2015 what is begun in June 2014 may take 17 months, rounded."""
    path = "programmes.build.candidates.home.build_months"
    plan = sim.plan(
        world(), reach="fill_rate[AAA] >= 0.25 by 2015-12", choose=path, low=0, high="24"
    )
    assert plan.found.way == "greatest"
    assert 17.5 - 0.24 <= plan.answer <= 17.5
    own = sim.plan(
        world({"build_months": {"value": 8, "low": 2, "high": 20}}),
        reach="fill_rate[AAA] >= 0.25 by 2015-12",
        choose=path,
    )
    assert own.frontier["choice"].iloc[[0, -1]].tolist() == [2, 20]
    assert own.answer == pytest.approx(17.5, abs=0.18)


def test_a_rate_is_sought_in_its_own_time_base() -> None:
    """As `--set` takes it, in the time base of the interval: 30 engines a month are a quarter of
    1,440 a year."""
    need = {"AAA": {"engines": {"value": 1200, "low": 600, "high": 2400, "per": "year"}}}
    plan = sim.plan(
        world(needs=need), reach="fill_rate[AAA] >= 0.25 by 2016", choose="needs.AAA.engines"
    )
    assert plan.frontier["choice"].iloc[[0, -1]].tolist() == [600, 2400]
    assert 1440 - 18 <= plan.answer <= 1440
    assert "(tried 600 to 2,400 engines per year" in plan.text


def test_what_the_scenario_leaves_open_may_be_chosen() -> None:
    """Its most capacity is not limited, and there is money for 80: 75 take 75."""
    rich = world(programmes={"build": programme(budget={"2014-06": 160})})
    plan = sim.plan(
        rich, reach=BY, choose="programmes.build.candidates.home.max_capacity", low=0, high=100
    )
    assert 75 <= plan.answer <= 76


def test_the_latest_month_of_an_event() -> None:
    """Money in May 2015 builds what is used in December."""
    money = {"kind": "funding", "date": "2014-06", "programme": "build", "amount": 160}
    scenario = world(programmes={"build": programme(budget={})})
    scenario = scenario.model_copy(
        update={"events": scenario.events | world(events={"money": money}).events}
    )
    plan = sim.plan(scenario, reach=BY, choose="events.money.date")
    assert (plan.found.way, plan.answer) == ("greatest", "2015-05")
    assert plan.frontier["choice"].iloc[[0, -1]].tolist() == ["2014-01", "2016-12"]
    assert plan.frontier["choice"].is_monotonic_increasing
    assert "The latest events.money.date with which " in plan.text


def test_the_earliest_month_of_an_event() -> None:
    """What is shipped in November is used in December: a ban in December 2015 leaves that year
    alone."""
    plan = sim.plan(
        world(),
        reach="fill_rate[AAA, 2015] >= 0.99",
        choose="events.ban.date",
        low="2015-02",
        high="2016-06",
    )
    assert (plan.found.way, plan.answer) == ("least", "2015-12")
    assert plan.frontier["reached"].eq("").all()
    assert plan.table["reached"].tolist() == [""]


def test_a_month_is_sought_before_the_end_of_its_event() -> None:
    ban = {
        "kind": "cut_off",
        "date": "2014-05",
        "until": "2016-05",
        "exporter": "BBB",
        "importer": "AAA",
    }
    plan = sim.plan(
        world(events={"ban": ban}), reach="fill_rate[AAA, 2016-12] >= 0.9", choose="events.ban.date"
    )
    assert (plan.found, plan.frontier["choice"].iloc[-1]) == (
        Found("any", plan.found.answer),
        "2016-04",
    )


# --- plants
# -------------------------------------------------------------------------------------------------


def plants(need: float, most: tuple[float, ...] = (10, 20, 30), **changes: Any) -> Scenario:
    """Make a world with money for plants of so many engines a month; one more makes gears, which
    nobody needs."""
    data = world().model_dump(by_alias=True, exclude_unset=True)
    names = [f"plant{each:g}" for each in most]
    for name in names:
        data["factories"][name] = {"title": name, "state": "AAA", "lines": {"engines": 0}}
    data["products"]["gears"] = {"title": "Gears", "unit": "gears"}
    data["factories"]["gear_plant"] = {"title": "Gears", "state": "AAA", "lines": {"gears": 0}}
    data["needs"]["AAA"]["engines"] = need
    candidates = {
        name: HOME | {"factory": name, "max_capacity": each}
        for name, each in zip(names, most, strict=True)
    }
    candidates["gears"] = HOME | {"factory": "gear_plant", "product": "gears"}
    data["programmes"] = {"build": programme(budget={"2014-06": 1000}, candidates=candidates)}
    return Scenario.model_validate(data | changes)


CANDIDATES = "programmes.build.candidates"


@pytest.mark.parametrize(
    ("need", "found"),
    [
        (20, ()),
        (50, ("plant30",)),
        (70, ("plant20", "plant30")),
        (80, ("plant10", "plant20", "plant30")),
        (90, None),
    ],
)
def test_the_fewest_plants(need: float, found: tuple[str, ...] | None) -> None:
    """20 engines are left: gaps of 0, 30, 50, 60, and one too large; gears have no bearing."""
    plan = sim.plan(plants(need), reach=BY, choose=CANDIDATES)
    assert plan.answer == found
    assert plan.found.way == ("none" if found is None else "smallest")
    assert plan.table["answer"].tolist() == ["" if found is None else ", ".join(found) or "none"]
    assert plan.frontier["plants"].iloc[-1] == 4
    assert ("1 of them make nothing that bears on it" in plan.text) == (found is not None)


def test_the_cheapest_of_equally_small_sets() -> None:
    """The smaller of two that are each enough spends as much as the larger: the name decides; a
    dearer one never."""
    assert sim.plan(plants(50, (31, 30)), reach=BY, choose=CANDIDATES).answer == ("plant30",)
    scenario = plants(50, (30, 31))
    dear = (
        scenario.programmes["build"]
        .candidates["plant30"]
        .model_copy(update={"capital_cost": Quantity(value=3)})
    )
    build = scenario.programmes["build"]
    build = build.model_copy(update={"candidates": build.candidates | {"plant30": dear}})
    assert sim.plan(
        scenario.model_copy(update={"programmes": {"build": build}}), reach=BY, choose=CANDIDATES
    ).answer == ("plant31",)


@pytest.mark.parametrize(("most", "way"), [(1, "minimal"), (4, "smallest")])
def test_plants_are_left_out_one_by_one_where_there_are_too_many_sets(
    most: int, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 10, 20 and 30 for a gap of 50 only 10 can go; where single plants were tried as well, no
    smaller set will do."""
    monkeypatch.setattr(searching, "MOST_SETS", most)
    plan = sim.plan(plants(70), reach=BY, choose=CANDIDATES)
    assert (plan.answer, plan.found.way) == (("plant20", "plant30"), way)
    assert {"minimal": "none of these can be left out", "smallest": "no smaller set will do"}[
        way
    ] in plan.text
    assert len(plan.frontier) == {1: 2 + 1 + 3 + 2, 4: 2 + 1 + 3 + 3}[most]


def test_what_is_left_out_is_not_there_and_shifts_no_draw() -> None:
    """A run without a plant is that of a scenario that never had it, bit for bit; a plant of no
    capacity takes no share of a gap."""
    scenario = plants(70, needs={"AAA": {"engines": {"value": 70, "low": 60, "high": 80}}})
    build = scenario.programmes["build"]
    every = {
        name: each.model_dump(by_alias=True, exclude_unset=True)
        for name, each in build.candidates.items()
    }
    chosen = Plants(CANDIDATES, every, frozenset(), ())
    data = scenario.model_dump(by_alias=True, exclude_unset=True)

    def used(candidates: Any) -> np.ndarray:
        programmes = {"build": programme(budget={"2014-06": 1000}, candidates=candidates)}
        return run(Scenario.model_validate(data | {"programmes": programmes})).records.series[
            "used"
        ]

    written = {
        name: each
        for name, each in data["programmes"]["build"]["candidates"].items()
        if name in ("plant20", "plant30")
    }
    assert np.array_equal(used(chosen.value(("plant20", "plant30"))), used(written))
    idle = {
        name: each | ({} if name in written else {"max_capacity": 0})
        for name, each in every.items()
    }
    assert np.array_equal(used(idle), used(written))
    assert chosen.value(()) == {name: each | {"max_capacity": 0} for name, each in every.items()}
    awaited = Plants(CANDIDATES, every, frozenset({"gears"}), ())
    assert awaited.value(("plant20",)) == {
        "plant20": every["plant20"],
        "gears": every["gears"] | {"max_capacity": 0},
    }


def test_what_events_wait_for_stays() -> None:
    """Left out, it is given no capacity: it is never completed, and the event never comes."""
    ban = world().model_dump(by_alias=True, exclude_unset=True)["events"]
    licence = {
        "kind": "demand",
        "after": {"completion": "build.plant10"},
        "state": "AAA",
        "factor": 0.9,
    }
    plan = sim.plan(plants(50, events=ban | {"licence": licence}), reach=BY, choose=CANDIDATES)
    assert plan.answer == ("plant30",)
    assert plan.frontier.query("choice == 'plant10'").probability.tolist() == [0]


# --- both ways
# -------------------------------------------------------------------------------------------------


class Known:
    """Stand for attempts of which it is known what passes."""

    def __init__(self, passes: Callable[[float], bool]) -> None:
        self.passes, self.tried, self.most = passes, {}, 0

    def run(self, keys: list[float]) -> None:
        self.tried |= dict.fromkeys(keys)


@pytest.mark.parametrize(
    ("passes", "way", "answer", "is_steady"),
    [
        (lambda x: x >= 37, "least", 37, True),
        (lambda x: x <= 37, "greatest", 37, True),
        (lambda x: True, "any", 0, True),
        (lambda x: False, "none", None, True),
        (lambda x: 37 <= x <= 63, "between", 37, True),
        (lambda x: x >= 37 and not 80 < x < 90, "least", 90, False),
        (lambda x: x <= 37 and not 10 < x < 20, "greatest", 10, False),
        (lambda x: not 40 < x < 60, "any", 0, False),
        (lambda x: 20 <= x <= 40 or 60 <= x <= 80, "between", 20, False),
    ],
)
def test_the_search_works_both_ways(
    passes: Callable[[float], bool], way: str, answer: float | None, is_steady: bool
) -> None:
    """The least from which on all that was tried pass, or the greatest up to which they do, within
    one in a hundred."""
    known = Known(passes)
    found = edge(known, Numbers("x", 0, 100, 0.01))
    assert (found.way, found.is_steady) == (way, is_steady)
    assert found.answer == answer or abs(found.answer - answer) <= 1
    assert len(known.tried) <= known.most == 33
    if way in ("least", "greatest", "between"):
        assert 0 < found.step <= 1
        below = [key for key in known.tried if key < found.answer]
        assert passes(found.answer)
        assert passes(max(below)) == (way == "greatest")


@pytest.mark.parametrize(
    ("reach", "low", "high", "words"),
    [
        (
            "fill_rate[AAA] >= 0.15 by 2015",
            None,
            None,
            "Even the lowest programmes.build.budget tried, 0, is enough: .* nothing is needed",
        ),
        (
            "fill_rate[AAA] >= 0.95 by 2015",
            150,
            200,
            "Even the lowest programmes.build.budget tried, 150, is enough: .* is reached",
        ),
        (
            "fill_rate[AAA] >= 0.95 by 2015",
            0,
            100,
            "is not reached .* 0 to 100 money.\nAt best, with 0 money, it is reached in 0 %",
        ),
        (
            f"{BY} and capital <= 155",
            None,
            400,
            "With neither end of .*, 0 or 400 money, .* is reached .*; between them it is, from 15",
        ),
        (
            "unmet[AAA, 2016] <= 600",
            None,
            None,
            r"\(tried 0 to 200 money, at last in steps of 0.735\)",
        ),
    ],
)
def test_the_answer_in_words(reach: str, low: float | None, high: float | None, words: str) -> None:
    plan = sim.plan(world(), reach=reach, choose=BUDGET, low=low, high=high)
    assert re.search(words, plan.text)


def test_the_words_are_complete() -> None:
    """What is enough; how likely, how sure, in which steps, by when; what it costs."""
    cost = {"capital_cost": {"value": 2, "low": 1, "high": 3}}
    plan = sim.plan(world(cost, currency="million USD"), reach=BY, choose=BUDGET, members=15)
    low, high = (100 * each for each in interval(12 / 15, 15))
    assert plan.text.splitlines() == [
        (
            f"The least programmes.build.budget with which {BY} is reached in 80 % of the members"
            f" is {plan.answer:.4g} million USD (tried 0 to 200 million USD, at last in steps of"
            " 0.735)."
        ),
        (
            f"It is then reached in 80 % (95 % interval {low:.0f} to {high:.0f} %) of 15 members,"
            " runs that differ in what is uncertain; 80 % reach it by 2015-01 (the share moves in"
            " steps of 6.67 %; fewer than 20 members say little)."
        ),
        (
            "By the end of the run programmes.build has invested"
            f" {plan.table['cost_p50'].item():.4g} million USD: the median; in 9 of 10 members"
            f" {plan.table['cost_p05'].item():.4g} to {plan.table['cost_p95'].item():.4g}."
        ),
    ]


def test_what_does_not_lie_together_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "sim.analysis.plan.plan.edge",
        lambda attempts, choice: edge(attempts, choice)._replace(is_steady=False),
    )
    assert (
        "Mind that what is enough does not lie together"
        in sim.plan(world(), reach=BY, choose=BUDGET).text
    )


# --- arithmetic
# -------------------------------------------------------------------------------------------------


def test_the_interval_of_a_probability() -> None:
    """Wilson's for 41 of 50, by hand: (0.82 + 0.0384 -+ 1.96 sqrt(0.82 0.18 / 50 + 0.000384)) /
    1.0768; never beyond 0 and 1."""
    np.testing.assert_allclose(interval(0.82, 50), (0.6920, 0.9023), atol=2e-4)
    assert interval(0, 10)[0] == 0
    assert interval(1, 10)[1] == pytest.approx(1, abs=1e-12)


def test_what_is_undominated() -> None:
    """Equal ones both are; later is not where it is not cheaper; never is not at all."""
    late, cost = np.array([1, 1, 2, 3, 3, np.inf]), np.array([5.0, 5, 5, 2, 3, 0])
    assert undominated(late, cost).tolist() == [True, True, False, True, False, False]


def test_several_conditions_and_any_of_several_needs() -> None:
    """All must hold, from the month on in which the last of them does; a condition without a date
    holds always or never."""
    needs = {"AAA": {"engines": 100}, "BBB": {"engines": 10}}
    scenario = world(needs=needs, members=10)
    both = sim.plan(scenario, reach="fill_rate >= 0.3 by 2016 and unmet[AAA] <= 1e9", choose=BUDGET)
    assert both.found.way == "least"
    assert both.reached(both.found.answer) == "2015-01"
    never = sim.plan(scenario, reach="fill_rate >= 0.3 by 2016 and unmet[AAA] < 0", choose=BUDGET)
    assert set(never.frontier["reached"]) == {"never"}
    some = sim.plan(scenario, reach="any fill_rate >= 0.3 by 2016", choose=BUDGET)
    assert (some.found.way, some.reached(some.found.answer)) == ("any", "2014-01")


# --- the door
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"probability": 0}, "probability: 0 is not above 0 and at most 1"),
        ({"probability": 1.5}, "probability: 1.5 is not above 0"),
        (
            {"members": 9},
            "members: a probability takes 10 at least, better 50 or more; the scenario has 9",
        ),
        ({"tolerance": 2}, "tolerance: 2 is not between 0 and 1"),
        (
            {"reach": "fill_rat[AAA] >= 1"},
            "reach: unknown metric 'fill_rat'; did you mean 'fill_rate'?",
        ),
        (
            {"reach": "fill_rate[AAB] >= 1 by 2014"},
            "reach: unknown state with needs 'AAB'; did you mean 'AAA'?",
        ),
        (
            {"reach": "fill_rate[AAA] >= 1 by 2017"},
            "reach: 2017-12 is outside of the run, 2014-01 to 2016-12",
        ),
        ({"reach": "fill_rate[AAA, 2018] >= 1"}, "2018 is outside of the run"),
        ({"reach": "fill_rate"}, "reach: 'fill_rate' is not a condition"),
        (
            {"choose": "programmes.biuld.budget"},
            "programmes.biuld: nothing of this name; did you mean 'build'?",
        ),
        (
            {"choose": "programmes.build.budge"},
            "programmes.build.budge: unknown key; did you mean 'budget'?",
        ),
        ({"choose": ""}, "choose: names nothing; what can be chosen is a number of the scenario"),
        (
            {"choose": "rules.sourcing"},
            "rules.sourcing: cannot be chosen; what can is a number of the scenario, ",
        ),
        ({"choose": "needs.AAA"}, "needs.AAA: cannot be chosen"),
        ({"choose": "months"}, "months: cannot be chosen"),
        ({"low": -5}, "programmes.build.budget.2014-06: -5 is below 0 (money)"),
        ({"low": "much"}, "low (--from): 'much' is not a number"),
        ({"low": 5, "high": 5}, "low (--from): 5 is not below high (--to): 5"),
        (
            {"choose": "needs.AAA.engines"},
            "needs.AAA.engines: has no interval to search; give low (--from)",
        ),
        (
            {"choose": "needs.AAA.engines"},
            "needs.AAA.engines: has no interval to search; give high (--to)",
        ),
        (
            {"choose": "events.ban.share", "low": 0, "high": 2},
            "events.ban.share: 2 is above 1 (share)",
        ),
        ({"choose": "events.bann.date"}, "choose: unknown event 'bann'; did you mean 'ban'?"),
        (
            {"choose": "events.ban.date", "low": "2014"},
            "low (--from): '2014' is not a month of the run, 2014-01 to 2016-12",
        ),
        (
            {"choose": "events.ban.date", "high": "2017-01"},
            "high (--to): '2017-01' is not a month of the run",
        ),
        (
            {"choose": "events.ban.date", "low": "2015-02", "high": "2015-01"},
            "low (--from): 2015-02 is not before high (--to): 2015-01",
        ),
        (
            {"choose": "events.ban.date", "tolerance": 0.1},
            "tolerance: does nothing where events.ban.date is chosen",
        ),
        ({"choose": "date", "low": 3}, "low (--from): does nothing where date is chosen"),
        ({"choose": "date"}, "the month is what is sought; leave out by 2015-12"),
        ({"choose": "date", "reach": "T90 < 12"}, "T90 is of the whole run"),
        (
            {"choose": CANDIDATES, "high": 3},
            f"high (--to): does nothing where {CANDIDATES} is chosen",
        ),
        ({"choose": "programmes.x.candidates"}, "choose: unknown programme 'x'"),
        ({"jobs": 0}, "jobs: 0 is below 1"),
    ],
)
def test_what_makes_no_sense_is_refused(question: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        sim.plan(world(), **{"reach": BY, "choose": BUDGET, **question})
    assert message in str(caught.value)


def test_all_faults_come_together() -> None:
    with pytest.raises(InputError) as caught:
        sim.plan(
            world(),
            reach="fill_rat >= 1 by 2030",
            choose="programmes.biuld.budget",
            probability=2,
            members=5,
        )
    told = [line.split()[0] for line in str(caught.value).splitlines()]
    assert told == ["members:", "probability:", "reach:", "reach:", "programmes.biuld:"]


@pytest.mark.parametrize(
    ("programmes", "choose", "message"),
    [
        (
            {"build": programme(budget={})},
            BUDGET,
            "has no money in any month, so no shares to keep; give it some, as in .*2014-01=1",
        ),
        ({"build": programme(candidates={})}, CANDIDATES, "there is nothing to choose from"),
    ],
)
def test_what_has_nothing_to_choose_is_refused(
    programmes: dict[str, Any], choose: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        sim.plan(world(programmes=programmes), reach=BY, choose=choose)


def test_a_goal_that_applies_to_no_run_is_refused() -> None:
    """Without a ban there is nothing to recover from."""
    with pytest.raises(InputError, match="T90 < 12: applies to no run"):
        sim.plan(world(events={}), reach="T90 < 12", choose=BUDGET)


def test_a_run_that_fails_stops_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what was chosen in it, and what happened."""
    monkeypatch.setattr("sim.study.worker.run_chunk", lambda *_: 1 / 0)
    with pytest.raises(
        SimError, match=r"programmes.build.budget=0.0: ZeroDivisionError: division by zero"
    ):
        sim.plan(world(), reach=BY, choose=BUDGET)


# --- what is written
# -------------------------------------------------------------------------------------------------


def test_the_same_question_has_the_same_bytes(tmp_path: Path) -> None:
    """Asked twice, and on two processes; progress never goes beyond what was said."""
    scenario = world({"capital_cost": {"value": 2, "low": 1, "high": 3}}, members=10)
    told: list[tuple[int, int]] = []
    ways: list[dict[str, Any]] = [
        {"progress": lambda done, most: told.append((done, most))},
        {},
        {"jobs": 2},
    ]
    found = []
    for place, labour in enumerate(ways):
        folder = sim.plan(scenario, reach=BY, choose=BUDGET, **labour).save(tmp_path / str(place))
        found.append(
            {name: content for name, content in contents(folder).items() if name != "manifest.json"}
        )
    assert found[0] == found[1] == found[2]
    assert set(found[0]) == {
        "plan.csv",
        "frontier.csv",
        "scenario.yaml",
        "report.html",
    }
    assert told[-1] == (330, 330)
    assert {most for _, most in told} == {330}


@pytest.mark.parametrize(
    ("reach", "choose", "scenario"),
    [
        (BY, BUDGET, world(members=10)),
        (BY, CANDIDATES, plants(70, members=10)),
        ("fill_rate[AAA, 2015] >= 0.99", "events.ban.date", world(members=10)),
        ("fill_rate[AAA, 2015] >= 0.9", CANDIDATES, plants(50, members=10)),
        ("fill_rate[AAA, 2015] >= 0.5", BUDGET, world(members=10)),
        ("fill_rate[AAA] >= 0.3", "date", world(members=10)),
        ("fill_rate[AAA] >= 0.9", "date", world(members=10)),
    ],
)
def test_every_plan_has_a_table_and_a_chart(
    reach: str, choose: str, scenario: Scenario, tmp_path: Path
) -> None:
    """The chart shows each choice that was tried, and the answer where there is one."""
    plan = sim.plan(scenario, reach=reach, choose=choose)
    folder = plan.save(tmp_path / "plan", command="sim plan ...")
    for name, table in (("plan", plan.table), ("frontier", plan.frontier)):
        lines = list(csv.reader((folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()))
        assert lines[0] == list(table.columns)
        assert len(lines) == len(table) + 1
    assert (folder / "report.html").exists()
    chart = plan.chart()
    assert len(rows_of(chart, rows="answer")) == (plan.answer is not None)
    assert len(rows_of(chart)) == len(plan.frontier)
    assert not (plan.save(tmp_path / "bare", figures=False) / "report.html").exists()


@pytest.mark.untraced
def test_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the shipped case, with few members and months: what the commission would have needed."""
    monkeypatch.chdir(tmp_path)
    words = [
        "plan",
        str(ROOT / "scenarios" / "csto_all_members.yaml"),
        "--reach",
        "fill_rate[RUS, ammunition] >= 0.8 by 2018-12",
    ]
    words += [
        "--choose",
        "programmes.csto_commission.budget",
        "--members",
        "10",
        "--months",
        "84",
        "--jobs",
        "1",
    ]
    assert main([*words, "--to", "4000"]) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0].startswith(
        "The least programmes.csto_commission.budget with which fill_rate[RUS, ammunition] >= 0.8"
        " by 2018-12 is"
    )
    assert (
        lines[-1] == f"{Path('results', 'csto_all_members_plan')}: frontier.csv, manifest.json,"
        " plan.csv, report.html, scenario.yaml"
    )
    assert told.err.splitlines()[-1] == "running csto_all_members: 100 %"
    table = pd.read_csv(tmp_path / "results" / "csto_all_members_plan" / "plan.csv")
    assert 0 < table["answer"].item() < 4000
    assert table["probability"].item() >= 0.8
    assert sim.load("results/csto_all_members_plan/scenario.yaml").members == 10


def test_faults_of_the_command_are_the_users(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2, nothing written."""
    monkeypatch.chdir(tmp_path)
    words = [
        "plan",
        str(ROOT / "scenarios" / "examples" / "first.yaml"),
        "--reach",
        "T9 < 3",
        "--choose",
        "programmes.build.budget",
    ]
    assert main([*words, "--from", "-1", "--members", "3", "--quiet"]) == 2
    told = capsys.readouterr().err
    assert all(
        part in told for part in ("members: a probability", "unknown metric 'T9'", "-1 is below 0")
    )
    assert not (tmp_path / "results").exists()
