"""Right numbers of small worlds, worked out on paper: what restrictions leave.

BBB has a line of 100 and AAA needs 50 a month, unless the world says otherwise.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

import sim
from tests.wrong_numbers import begins, capital, data, fates, run, series, shipped, summary

approx = pytest.approx
SCENARIOS = Path(__file__).parent.parent / "scenarios"
TOGETHER = {"pairs": "together"}
"""Beside a cap: it is one for all pairs of states that are named, not one for each."""


def test_a_quota_is_one_for_all_lines_of_the_exporter() -> None:
    """Lines of 100 and 10 have a quota of 60: what the small one leaves, the large one uses."""
    result = run("quota_two_lines")
    assert series(result, "received") == approx([110.0] * 6 + [60.0] * 18)
    assert series(result, "leaked") == [0.0] * 24


def test_a_quota_above_the_flow_changes_nothing() -> None:
    """150 are allowed and 110 flow."""
    result = run("quota_two_lines_150")
    assert series(result, "received") == approx([110.0] * 24)
    assert series(result, "leaked") == [0.0] * 24
    assert summary(result, "resilience_loss") == 0


def test_an_exemption_is_one_for_all_lines_of_the_exporter() -> None:
    result = run("exemption_two_lines")
    assert series(result, "received") == approx([110.0] * 2 + [0.0] * 4 + [60.0] * 18)
    assert series(result, "leaked") == [0.0] * 24


def test_a_cap_of_trade_is_one_for_all_lines_of_the_exporter() -> None:
    assert series(run("trade_cap_two_lines"), "received") == approx([60.0] * 24)


def test_a_reexport_is_one_for_all_lines_of_the_exporter() -> None:
    """Of lines of 100 and 10 pass 60 a month in all."""
    world = data("exemption_two_lines")
    world["states"]["CCC"] = {"title": "C"}
    del world["events"]["e"]
    reexport = {"kind": "reexport", "date": "2014-07", "exporter": "BBB", "importer": "AAA"}
    world["events"]["re"] = {**reexport, "via": "CCC", "capacity": 60}
    result = run(world)
    assert series(result, "received")[6:] == approx([60.0] * 18)
    assert series(result, "leaked")[6:] == approx([60.0] * 18)


def test_a_quota_is_one_for_all_needs_of_the_importer() -> None:
    """Final use of 10 and inputs of 90 are the 100 that are allowed."""
    result = run("quota_two_needs")
    assert series(result, "received", product="x") == approx([10.0] * 24)
    assert series(result, "received", product="y") == approx([90.0] * 24)
    assert series(result, "leaked", product="x") == [0.0] * 24


def test_a_cap_of_trade_is_one_for_all_needs_of_the_importer() -> None:
    result = run("trade_cap_two_needs")
    assert series(result, "received", product="y") == approx([90.0] * 24)
    result = run("trade_cap_exceeded")
    assert shipped(result, 2014, "BBB", "AAA", "x") == approx(50 * 12)
    assert shipped(result, 2015, "BBB", "AAA", "x") == approx(50 * 12)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("trade_cap_two_buyers", 0),
        ("quota_two_buyers", 5),
        ("exemption_two_buyers", 5),
        ("reexport_two_buyers", 5),
    ],
)
def test_two_buyers_of_a_state_share_one_limit(name: str, first: int) -> None:
    """A state and its works buy steel, 10 a month in all while the limit holds, 200 before."""
    result = run(name)
    before = shipped(result, 2014, "BBB", "AAA", "steel") - 10 * (12 - first)
    assert before == approx(200 * first)
    assert shipped(result, 2015, "BBB", "AAA", "steel") == approx(120)
    leaked = sum(series(result, "leaked", product="steel"))
    assert (leaked > 0) == (name == "reexport_two_buyers")


def _bloc(rule: dict[str, Any]) -> dict[str, Any]:
    """Return a world in which AAA and CCC buy 50 each of BBB, under a rule of trade or a quota."""
    world = data("quota_two_lines")
    world["states"] |= {
        "AAA": {"title": "A", "bloc": "pact"},
        "CCC": {"title": "C", "bloc": "pact"},
    }
    world["needs"] = {state: {"x": 50} for state in ("AAA", "CCC")}
    world["trade"]["t"] |= {"importer": "pact"}
    if "kind" in rule:
        world["events"] = {"q": {"date": "2014-07", "exporter": "BBB", "importer": "pact", **rule}}
    else:
        world["trade"]["t"] |= rule
        world["events"] = {}
    return world


@pytest.mark.parametrize("kind", [{"kind": "quota"}, {}], ids=["quota", "trade"])
def test_a_limit_over_two_importers_is_one_for_each_or_one_for_both(kind: dict[str, Any]) -> None:
    """BBB makes 110: each may have 40, or 40 are for both together."""
    for both, total in ({}, 80.0), (TOGETHER, 40.0):
        result = run(_bloc({**kind, "cap": 40, **both}))
        assert shipped(result, 2015, "BBB", "AAA", "x") + shipped(
            result, 2015, "BBB", "CCC", "x"
        ) == approx(12 * total)


def test_what_a_partial_cut_leaves_has_not_leaked() -> None:
    """45 of 50 still come lawfully; 5 are lacking, at 10 money each."""
    result = run("cut_of_a_tenth")
    assert series(result, "leaked") == [0.0] * 36
    assert capital(result) == approx(50)


def test_nothing_leaks_where_all_is_enforced() -> None:
    """The shipped scenario of full enforcement lets nothing through."""
    result = sim.run(sim.load(SCENARIOS / "full_enforcement.yaml", members=1))
    leaked = result.summary[result.summary.metric == "leaked"]
    assert leaked[leaked.central > 0].empty


@pytest.mark.parametrize(("exempt", "leaks"), [(0, 20), (1, 19)])
def test_an_exemption_frees_its_part_and_not_the_link(exempt: int, leaks: int) -> None:
    """Of 50, 20 come, the exempt ones lawfully; the programme builds for the rest, at 10 each."""
    result = run("exemption_of_nothing", f"events.e.cap={exempt}")
    assert series(result, "leaked")[2:] == approx([float(leaks)] * 28)
    assert capital(result) == approx(10 * (50 - exempt))


@pytest.mark.parametrize("name", ["ratio_late", "ratio_never_fires", "ratio_share_0"])
def test_a_restriction_that_never_acts_leaves_the_ratio_and_the_fate(name: str) -> None:
    """CCC has replaced BBB; a ban of CCC lies after the end, waits for ever, or is of nothing."""
    result = run(name)
    assert summary(result, "substitution_ratio") == approx(1)
    assert fates(result) == {"outside": 1.0}
    assert series(result, "legacy") == approx([50.0] * 12 + [0.0] * 24, abs=1e-3)


def test_a_quota_that_never_binds_leaves_the_ratio_and_the_fate() -> None:
    world = data("ratio_share_0")
    quota = {"kind": "quota", "date": "2015-06", "exporter": "CCC", "importer": "AAA", "cap": 1000}
    result = run({**world, "events": {**world["events"], "d": quota}})
    assert summary(result, "substitution_ratio") == approx(1)
    assert fates(result) == {"outside": 1.0}


def test_where_nothing_is_restricted_within_the_run_nobody_is_an_old_supplier() -> None:
    result = run("cut_after_the_end")
    assert series(result, "legacy") == [0.0] * 24
    assert summary(result, "substitution_ratio") != summary(result, "substitution_ratio")
    assert fates(result) == {}


def test_a_restriction_after_the_end_does_not_hide_an_outage() -> None:
    """Six of 24 months are lost."""
    result = run("outage_and_late_cut")
    assert summary(result, "fill_rate") == approx(0.75)
    assert summary(result, "fill_rate_after") == approx(0.75)


@pytest.mark.parametrize("late", [True, False])
def test_a_need_that_no_restriction_hits_loses_what_it_loses(late: bool) -> None:
    """Six months of need are lost in an outage, with a cut after the end or with none."""
    world = data("outage_and_late_cut")
    if not late:
        del world["events"]["c"]
    result = run(world)
    assert summary(result, "resilience_loss") == approx(6)
    assert summary(result, "T50") != summary(result, "T50")


def test_a_lifting_before_the_cut_does_not_lift_it() -> None:
    assert series(run("lift_before"), "received") == approx([50.0] * 6 + [0.0] * 18)


def test_a_repair_before_the_outage_does_not_repair_it() -> None:
    assert series(run("repair_before"), "received") == approx([50.0] * 6 + [0.0] * 18)


def test_a_plan_finds_no_late_cut_enough_because_an_earlier_lifting_would_lift_it() -> None:
    """A cut after 2015-01 lasts until the end; the lifting of that month has nothing to lift."""
    world = sim.parse(data("plan_lifting"))
    found = sim.plan(
        world,
        reach="fill_rate[AAA] >= 0.9 by 2016-12",
        choose="events.c.date",
        low="2014-06",
        high="2016-03",
    )
    tried = found.frontier
    assert tried[tried.choice > "2015-01"].probability.tolist() == [0.0] * int(
        (tried.choice > "2015-01").sum()
    )
    assert len(tried[tried.choice > "2015-01"]) > 0


def test_a_slight_cut_of_a_reserve_supplier_leaves_nearly_all() -> None:
    """CCC delivers 50 after the cut of BBB; a cut of a hundredth leaves 49.5."""
    received = series(run("reserve_supplier"), "received")
    assert received[2:5] == approx([50.0] * 3)
    assert received[5] == approx(49.5)
    assert min(received[6:]) >= 49.5 - 1e-9


def test_a_slight_cut_of_a_reexport_leaves_nearly_all() -> None:
    """20 pass a month; a cut of a hundredth of one leg leaves 19.8."""
    received = series(run("reexport_leg_cut_slightly"), "received")
    assert received == approx([50.0] * 2 + [20.0] * 5 + [19.8] * 5)


def test_contracts_in_force_let_a_reexport_go_on() -> None:
    received = series(run("reexport_leg_with_contracts"), "received")
    assert received == approx([50.0] * 2 + [20.0] * 8 + [0.0] * 2)


def test_a_cut_of_a_need_that_begins_later_leaves_its_part() -> None:
    """Nothing is needed at first; of what would come half comes, and the need counts as hit."""
    world = data("series_zero_start")
    free = run({**world, "events": {}})
    result = run(world)
    assert series(result, "received")[:3] == approx(series(free, "received")[:3])
    assert series(result, "received")[3] == approx(series(free, "received")[3] / 2)
    assert min(series(result, "received")[3:]) > 0
    need, unmet = (sum(series(result, metric)[3:]) for metric in ("need", "unmet"))
    assert summary(result, "fill_rate_after") == approx(1 - unmet / need)
    assert fates(result)


def test_a_phased_cut_of_a_need_that_begins_later_phases() -> None:
    """Of what would come, a quarter more is cut each month: 3/4, 1/2, 1/4, nothing."""
    world = data("series_zero_start")
    world["products"]["x"]["cancellation"] = 1
    world["needs"]["AAA"]["x"] = {"series": [0, 20, 20, 20, 20, 20]}
    world["events"]["c"] |= {"date": "2014-03", "share": 1, "phase_in": 4}
    assert series(run(world), "received") == approx([0.0, 20.0, 15.0, 10.0, 5.0, 0.0])


def test_a_reexport_ends_with_the_cut_of_its_leg_where_its_state_has_no_line() -> None:
    received = series(run("reexport_leg_without_line"), "received")
    assert min(received[2:7]) > 0
    assert received[7:] == [0.0] * 5


def test_an_embargo_against_oneself_is_refused() -> None:
    with pytest.raises(sim.ScenarioError, match=r"events\.c"):
        sim.parse(data("self_embargo"))


def test_what_would_begin_after_its_until_never_begins() -> None:
    """c would begin in 2015-03 and end in 2014-10: nothing is hit."""
    result = run("follower_past_until")
    assert begins(result, "c") == {}
    assert fates(result) == {}
    assert summary(result, "substitution_ratio") != summary(result, "substitution_ratio")
    assert summary(result, "T50") != summary(result, "T50")
    assert summary(result, "fill_rate_after") == 1


def test_an_event_begins_in_those_members_only_in_which_it_comes_before_its_until() -> None:
    """It holds in the month before `until` in as many members as it began in."""
    world = copy.deepcopy(data("follower_past_until"))
    world["members"] = 40
    months = {"value": 7, "low": 1, "high": 14, "dist": "uniform"}
    world["events"]["c"]["after"]["months"] = months
    result = run(world)
    held = result.series[(result.series.metric == "received") & (result.series.month == "2014-09")]
    begun = begins(result, "c")
    assert sum(begun.values()) == approx(1 - held["mean"].item() / 50)
    assert 0 < sum(begun.values()) < 1
    assert max(begun) < "2014-10"


def test_a_sanction_with_contracts_holds_in_full_when_its_cut_does() -> None:
    """Contracts end in 2014-07; the cut of 0.6 grows over two months, 0.3 and 0.6."""
    result = run("sanction_in_full")
    assert series(result, "received") == approx([50.0] * 6 + [35.0] + [20.0] * 17)
    assert begins(result, "c", "holds in full") == {"2014-08": 1.0}
    assert series(result, "leaked") == [0.0] * 24
