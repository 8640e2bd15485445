"""Lead times: what they count from and run to, precedents and announcements behind them, and
ramps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.assess.drawn import drawn
from sim.engine.run import run
from sim.errors import ScenarioError
from sim.kernels.ramps import SHAPES, idle_shares, length, months_until, output, risen
from sim.precedents import Question, ask
from sim.scenario.lead_terms import terms_of
from sim.scenario.loading.load import parse
from sim.scenario.programme import Candidate, Complexity
from sim.study.batched_points import at
from sim.world.lead_times import known
from tests.plants import BAN, built, faults, programme
from tests.worlds import old_supplier, world

PRECEDENTS = {"precedents": {"class": "deep", "head_start": "plant"}}
ANNOUNCED = {"announced": "2015-06", "stated_on": "2014-06", "class": "simple"}


def first(came: np.ndarray) -> int:
    """Return the month from the start, 2014-01, in which there is something."""
    return int(np.argmax(came > 1e-9))


def lead(**candidate: Any) -> Any:
    """Return a programme whose candidate has other keys, without the numbers of `HOME`."""
    given = programme(candidate)
    home = given["candidates"]["home"]
    if "lead_time" in candidate:
        del home["build_months"], home["qualification_months"]
    return given


def delays(members: int = 40, months: int = 24, events: Any = None, **given: Any) -> np.ndarray:
    """Return the months from money to qualified capacity, [projects, members]."""
    from sim.engine.model import SupplyModel
    from sim.world.numbering import number

    made = world(months=months, members=members, programmes={"build": given}, events=events or {})
    model = SupplyModel(made, tuple(range(members)), number(made))
    found = model.world.projects.delay.copy()
    model.release()
    return found


# --- goods under way


def test_the_mean_lead_time_is_of_what_was_sent_last() -> None:
    """80 engines take three months and 20 take one: 2.6 in the mean, and one month once the old
    plant is out. Tugs, all of which take a month, stand beside them."""
    from sim.engine.model import SupplyModel

    data = old_supplier()
    data["products"]["tugs"] = {"title": "Tugs", "unit": "tugs"}
    data["factories"]["yard"] = {"title": "Yard", "state": "BBB", "lines": {"tugs": 9}}
    data["needs"]["AAA"]["tugs"] = 5
    data["trade"]["old"]["lead_months"] = 3
    data["trade"]["tugs"] = {"exporter": "BBB", "importer": "AAA", "product": "tugs"}
    data["events"] = {"fire": {"kind": "outage", "date": "2014-03", "factory": "old_plant"}}
    model = SupplyModel(parse(data), 2)
    found = []
    for _ in range(4):
        model.step()
        found.append(model.world.needs.lead[:, 1].tolist())
    assert list(model.world.axes.needs) == [("AAA", "engines"), ("AAA", "tugs")]
    assert np.array(found) == pytest.approx(np.array([[2.6, 1]] * 2 + [[1, 1]] * 2))


# --- ramps


@pytest.mark.parametrize("shape", SHAPES)
def test_a_ramp_reaches_half_and_nine_tenths_when_it_says(shape: str) -> None:
    """Of a ramp of 18 months to nine tenths, and of one of 10 to half."""
    months = np.array([18.0])
    assert risen(shape, length(shape, months), 18.0)[0] == pytest.approx(0.9, abs=1e-6)
    assert risen(shape, length(shape, np.array([10.0]), half=True), 10.0)[0] == pytest.approx(0.5)


def test_shapes_by_hand() -> None:
    """Linear over 4 months: quarters. S-curve over 2: 3/4 - 2/8 = 1/2, then all. Months count as
    their ends; the last capacity is there in the last month of the ramp."""
    idle = idle_shares("linear", np.array([4.0]), 4)[:, 0]
    np.testing.assert_allclose(idle, [0.75, 0.5, 0.25, 0, 0])
    np.testing.assert_allclose(idle_shares("s_curve", np.array([2.0]), 2)[:, 0], [0.5, 0, 0])
    np.testing.assert_allclose(
        idle_shares("exponential", np.array([2.0]), 1)[:, 0], np.exp([-0.5, -1.0])
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_a_ramp_within_a_month_is_as_none(shape: str) -> None:
    """0.01 months and 0 differ by nothing, or hardly anything."""
    short = built(candidate={"ramp_months": 0.01, "ramp": shape})
    np.testing.assert_allclose(short, built(), atol=1e-9)


def test_what_a_ramp_has_made() -> None:
    """Linear over 4 months at 1 a month: t^2 / 8, so 1/2 after 2, 2 after 4 and 3 after 5; the time
    until so much is its inverse."""
    made = output("linear", np.array([4.0]), np.array([2.0, 4.0, 5.0]))
    np.testing.assert_allclose(made, [0.5, 2, 3])
    for shape in SHAPES:
        long, amount = np.array([4.0, 9.0, 0.0]), np.array([3.0, 0.5, 2.0])
        until = months_until(shape, long, amount)
        np.testing.assert_allclose(output(shape, long, until), amount, rtol=1e-9)


def test_a_linear_ramp_in_a_run() -> None:
    """10 a month in steps of a quarter from the month of qualification, December 2014."""
    came = built(candidate={"ramp": "linear", "ramp_months": 3.6})
    np.testing.assert_allclose(came[10:16], [0, 2.5, 5, 7.5, 10, 10], atol=1e-9)


def test_ramps_of_two_starts_add_up() -> None:
    """Half of the money in June, half in August: the same ramp, twice, two months apart."""
    once = built(candidate={"ramp_months": 9})
    twice = built(candidate={"ramp_months": 9}, budget={"2014-06": 10, "2014-08": 10})
    np.testing.assert_allclose(twice[2:], (once[2:] + once[:-2]) / 2, atol=1e-9)


# --- clocks, and what a lead time runs to


def test_the_wait_for_money_lies_inside_a_lead_time_from_the_decision() -> None:
    """Ready in March 2015, 14 months after January 2014, whenever the money comes; June's money
    finds nine left. Counted from the money: August 2015."""
    say = {"build_months": 12, "qualification_months": 2}
    event = {"go": {"kind": "programme_start", "date": "2014-02", "programme": "build"}}
    assert first(built(candidate=say)) == 5 + 14
    from_decision = built(candidate=say | {"clock": "decision"}, events=event, active=False)
    assert first(from_decision) == 1 + 14
    assert first(built(candidate=say | {"clock": "2013-11"})) == -2 + 14
    assert first(built(candidate=say | {"clock": "cut_off"})) == 4 + 14


def test_a_programme_active_from_the_start_is_decided_with_its_first_money() -> None:
    """Of June, be it of a budget or of an event: 14 months from then, and the same for August's."""
    say = {"build_months": 12, "qualification_months": 2, "clock": "decision"}
    june, august = (
        {"kind": "funding", "date": f"2014-{month}", "programme": "build", "amount": 10}
        for month in ("06", "08")
    )
    budgeted = built(candidate=say, budget={"2014-06": 10, "2014-08": 10})
    given = built(candidate=say, budget={}, events={"june": june, "august": august})
    assert first(budgeted) == first(given) == 5 + 14
    np.testing.assert_array_equal(budgeted, given)


def test_qualification_remains_whenever_the_money_comes() -> None:
    """A plant that stood ready still waits its two months."""
    say = {"build_months": 12, "qualification_months": 2, "clock": "2010-01"}
    assert first(built(candidate=say)) == 5 + 2


def test_with_a_clock_all_instalments_are_one_project() -> None:
    """Ready in January 2015, whether the money came in June or in September; that of March 2015
    has missed it."""
    say = {"build_months": 11, "qualification_months": 1, "clock": "2014-01"}
    came = built(candidate=say, budget={"2014-06": 8, "2014-09": 8, "2015-03": 4})
    np.testing.assert_allclose(came[[11, 12, 14, 15]], [0, 8, 8, 10], atol=1e-9)


def test_money_that_comes_before_the_clock_waits_for_it() -> None:
    """Twelve months from December 2014 are over in December 2015, whether the money came in June or
    in September."""
    say = {"build_months": 12, "clock": "2014-12"}
    came = built(candidate=say, budget={"2014-06": 8, "2014-09": 8}, months=36)
    np.testing.assert_allclose(came, [0] * (11 + 12) + [8] * 13, atol=1e-9)


@pytest.mark.parametrize("clock", ["money", "decision", "cut_off", "2014-06"])
def test_what_comes_after_the_run_does_not_come_within_it(clock: str) -> None:
    """300 months from the spring of 2014 on are not over by 2015, whatever they count from."""
    say = {"build_months": 300, "clock": clock}
    np.testing.assert_allclose(built(candidate=say), 0, atol=1e-9)


def test_with_a_clock_qualification_is_never_cut_short() -> None:
    """8 months to full supply, of which the ramp takes 12: without a clock what June's money buys
    is there in July; with one it takes the 6 months of qualification, longer than any lead time."""
    say = {"build_months": 2, "qualification_months": 6, "ramp": "linear", "ramp_months": 12}
    say |= {"runs_to": "full_supply"}
    assert first(built(candidate=say)) == 5 + 1
    assert first(built(candidate=say | {"clock": "2014-06"})) == 5 + 6


def test_a_lead_time_that_runs_to_full_supply_holds_its_ramp() -> None:
    """18 months to nine tenths of the rate, of which 9 are the ramp."""
    say = {"build_months": 18, "ramp_months": 9, "ramp": "linear", "runs_to": "full_supply"}
    came = built(candidate=say, months=30)
    assert first(came) == 5 + 9
    assert came[5 + 18 - 1] == pytest.approx(9)


def test_a_lead_time_that_runs_to_the_first_unit_ends_with_it() -> None:
    """At 10 a month at most, ramping linearly over 20 months, t^2 / 4 units: the first after 2."""
    say = {"build_months": 12, "ramp": "linear", "ramp_months": 18, "max_capacity": 10}
    assert first(built(candidate=say | {"runs_to": "first_unit"})) == 5 + 10
    assert first(built(candidate=say)) == 5 + 12


# --- precedents and announcements


def test_the_central_member_takes_the_median_of_precedents() -> None:
    """And members lie about it as precedents do: four in five between the tenths."""
    found = delays(400, 1200, **lead(lead_time=PRECEDENTS, runs_to="qualified"))[0]
    told = ask(Question(kind="deep", head_start="plant"))
    assert found[0] == pytest.approx(told.quantiles[50], rel=0.1)
    low, high = told.months.quantiles(10, 90)
    assert 0.74 < np.mean((found > low) & (found < high)) < 0.86


def test_an_announced_month_slips_by_the_ratio_of_precedents() -> None:
    """Twelve months announced, counted from the statement; the money came in the same month."""
    found = delays(400, 600, **lead(lead_time=ANNOUNCED, runs_to="qualified"))[0]
    told = ask(Question(kind="simple", announced=12)).quantiles
    assert found[0] == pytest.approx(told[50], rel=0.12)
    assert told[25] * 0.85 < np.quantile(found, 0.25) < told[25] * 1.15
    months = {"announced": 12, "class": "simple"}
    np.testing.assert_array_equal(
        found, delays(400, 600, **lead(lead_time=months, runs_to="qualified"))[0]
    )


def test_a_programme_s_candidates_share_a_part() -> None:
    """Their logs correlate; those of two programmes do not; its score moves them all."""
    given = lead(lead_time=ANNOUNCED)
    home = given["candidates"]["home"]
    given["candidates"] = {"home": home, "other": home}
    found = np.log(delays(300, 600, **given)[:, 1:])
    assert 0.15 < np.corrcoef(found)[0, 1] < 0.9
    late = np.log(delays(300, 600, **given, common_delay=1.5)[:, 1:])
    assert np.corrcoef(late)[0, 1] < 0.15
    assert (late.mean(axis=1) > found.mean(axis=1) + 0.2).all()


def test_the_common_part_is_one_factor() -> None:
    """It has a path, and the ledger knows it by that name, as it does each candidate's own."""
    scenario = world(programmes={"build": lead(lead_time=PRECEDENTS, ramp={"precedents": "deep"})})
    names = {each.name for each in drawn(scenario)}
    assert {
        "programmes.build.common_delay",
        "programmes.build.candidates.home.lead_time.own",
        "programmes.build.candidates.home.ramp.own",
    } <= names
    assert all(at(scenario, name) is not None for name in names)


def test_lead_times_are_the_same_bits_in_any_chunk() -> None:
    """Member by member, alone and in company."""
    scenario = world(
        months=60,
        members=30,
        programmes={"build": lead(lead_time=ANNOUNCED, ramp={"precedents": "simple"})},
        events={"ban": BAN},
    )
    together = run(scenario).records.series["received"]
    for width in (1, 7):
        np.testing.assert_array_equal(
            run(scenario, chunk=width).records.series["received"], together
        )


def test_fits_leave_out_what_the_scenario_says() -> None:
    """Without the shocks of Russia 2014 the forecast differs."""
    own = {"clusters": ["rus_ukr_2014"], "left_out": True}
    medians = [
        known(world(precedents=each)).durations.months("deep", "plant").quantiles(50)
        for each in ({}, own)
    ]
    assert medians[0] != medians[1]


# --- the door


@pytest.mark.parametrize(
    ("candidate", "says"),
    [
        ({"lead_time": PRECEDENTS}, "lead_time: replaces build_months"),
        ({"ramp": {"half": 3}}, "ramp: gives the months already"),
        ({"ramp": {"half": 3, "precedents": "deep"}}, "ramp: give one of half, precedents"),
        ({"clock": "cut_off", "stages": "erlang", "shape": 2}, "needs stages: pure"),
    ],
)
def test_what_is_said_twice_is_refused(candidate: dict[str, Any], says: str) -> None:
    """With the place."""
    [told] = faults(programmes={"build": programme(candidate)})
    assert says in told


@pytest.mark.parametrize(
    ("lead_time", "says"),
    [
        ({}, "give one of precedents, announced"),
        ({**PRECEDENTS, "announced": 12}, "give one of precedents, announced"),
        ({"announced": "2015-06"}, "an announced month needs stated_on"),
        ({"announced": "2014-06", "stated_on": "2014-06"}, "announced is not after stated_on"),
        ({**PRECEDENTS, "class": "deep"}, "stated_on and class go with announced"),
    ],
)
def test_lead_times_that_say_too_little_or_too_much(lead_time: Any, says: str) -> None:
    """With a reason."""
    told = faults(programmes={"build": lead(lead_time=lead_time)})
    assert any(says in each for each in told)


def test_a_statement_s_date_is_one_date_for_the_whole() -> None:
    """As a clock's is: what spreads about it would count from the money."""
    said = {"lead_time": {"announced": 10, "stated_on": "2014-01"}}
    assert parse({**old_supplier(), "programmes": {"build": lead(**said)}})
    [told] = faults(programmes={"build": lead(**said, stages="erlang", shape=4)})
    assert "stated_on: 2014-01 needs stages: pure" in told


def test_a_common_delay_of_numbers_is_refused() -> None:
    """Nothing would come of it."""
    [told] = faults(programmes={"build": programme(common_delay=1)})
    assert "acts on nothing" in told


def test_a_candidate_may_lie_elsewhere_between_its_class_s_precedents() -> None:
    """Its own score counts also where the class says whose precedents; as if it said both."""
    paced, both = {"precedents": "deep"}, {"precedents": "deep", "own": 1.5}
    told = []
    for kind, ramp in ((paced, {"own": 1.5}), (paced, both), (paced, None), ({}, both)):
        terms = terms_of(
            Candidate(factory="f", product="p", ramp_months=None, ramp=ramp),
            Complexity(capital_cost=1, ramp=kind or None, ramp_months=None if kind else 3),
        )
        told.append((terms.ramp.precedents, terms.ramp.own.value))
    assert told == [("deep", 1.5), ("deep", 1.5), ("deep", 0), ("deep", 1.5)]


def test_a_score_without_precedents_is_refused() -> None:
    given = lead(ramp={"own": 1.5})
    with pytest.raises(ScenarioError, match=r"ramp\.own: acts on nothing: no precedents say"):
        parse({**old_supplier(), "programmes": {"build": given}})


def test_without_a_cut_off_a_lead_time_from_it_counts_from_the_money() -> None:
    """14 months after June's money, as the text of the key says: a fire is no restriction."""
    say = {"build_months": 12, "qualification_months": 2, "clock": "cut_off"}
    fire = {"ban": {"kind": "outage", "date": "2014-05", "factory": "old_plant"}}
    assert first(built(candidate=say, events=fire)) == 5 + 14
