"""A part of a cut takes its share of what would flow, of suppliers that are short, too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.kernels.allocation import allocate
from sim.kernels.groups import Groups
from sim.kernels.limits import Limits
from sim.kernels.market import Market
from sim.kernels.refusals import Refusals
from sim.kernels.spreading import spread
from tests.on_paper import NO, YES
from tests.wrong_numbers import data, run, series

Tree = dict[str, Any]
approx = pytest.approx
CUT: Tree = {"kind": "cut_off", "date": "2014-07", "exporter": "BBB", "importer": "AAA"}


def one_supplier(needs: dict[str, float], **events: Tree) -> Tree:
    """Make a world in which all buy from one line of 100 a month."""
    world = data("cut_of_a_tenth")
    world["programmes"] = {}
    world["states"] |= {name: {"title": name} for name in needs}
    world["needs"] = {name: {"x": units} for name, units in needs.items()}
    world["trade"]["t"]["importer"] = list(needs)
    world["events"] = events
    return world


def received(world: Tree, *states: str) -> list[list[float]]:
    """Run it and tell what states get a month."""
    result = run(world)
    return [series(result, "received", state) for state in states]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_cut_takes_its_share_of_a_supplier_that_is_short(share: float) -> None:
    """100 of 150 come; of half a cut 50, however much waits from month to month."""
    (found,) = received(one_supplier({"AAA": 150}, cut={**CUT, "share": share}), "AAA")
    assert found == approx([100.0] * 6 + [100.0 * (1 - share)] * 30)


@pytest.mark.parametrize("needs", [(75, 75), (50, 100), (150, 150), (200, 40)])
@pytest.mark.parametrize("share", [0.0001, 0.5, 0.9])
def test_who_else_is_short_there_has_what_is_cut(needs: tuple[float, float], share: float) -> None:
    """Two share 100 by what they want; a cut of one takes its share of his, and the other has that,
    as far as he wants it. What does not come is dropped."""
    first, second = needs
    world = one_supplier({"AAA": first, "CCC": second}, cut={**CUT, "share": share})
    world["products"]["x"]["cancellation"] = 1
    before = 100 * first / (first + second)
    one, other = received(world, "AAA", "CCC")
    assert one == approx([before] * 6 + [before * (1 - share)] * 30)
    most = min(100 - before * (1 - share), second)
    assert other == approx([100 - before] * 6 + [most] * 30)


@pytest.mark.parametrize("unit", [1, 0.005])
def test_a_quota_beside_a_cut_is_no_measure_of_what_is_cut(unit: float) -> None:
    """AAA wants 150 from April on, and CCC 50: of 100 they get 75 and 25. Half of that is less than
    the quota of 60, however few the units are; CCC has the rest, as far as it wants it."""
    more = {"kind": "demand", "date": "2014-04", "state": "AAA", "product": "x", "factor": 3.75}
    quota = {**CUT, "kind": "quota", "cap": 60 * unit}
    needs = {"AAA": 40 * unit, "CCC": 50 * unit}
    world = one_supplier(needs, more=more, cut={**CUT, "share": 0.5}, quota=quota)
    world["products"]["x"]["cancellation"] = 1
    world["factories"]["fb"]["lines"]["x"] = 100 * unit
    one, other = received(world, "AAA", "CCC")
    assert one == approx([40 * unit] * 3 + [75 * unit] * 3 + [37.5 * unit] * 30)
    assert other == approx([50 * unit] * 3 + [25 * unit] * 3 + [50 * unit] * 30)


@pytest.mark.parametrize(
    ("share", "first", "second"), [(1e-9, 50, 50), (0.05, 50, 50), (0.5, 100 / 3, 60)]
)
def test_a_cut_beside_a_quota_lets_no_more_pass_than_the_quota_alone(
    share: float, first: float, second: float
) -> None:
    """AAA wants 120 of 100, CCC 60. By a quota AAA may ask for 60, and both get 50; with a cut of
    next to nothing as well. Half of the 66.7 that AAA would have without both is less than that."""
    quota = {**CUT, "kind": "quota", "cap": 60}
    world = one_supplier({"AAA": 120, "CCC": 60}, cut={**CUT, "share": share}, quota=quota)
    world["products"]["x"]["cancellation"] = 1
    one, other = received(world, "AAA", "CCC")
    assert one[6:] == approx([first] * 30)
    assert other[6:] == approx([second] * 30)


@pytest.mark.parametrize(("cap", "first"), [(60, 15), (80, 20), (100, 25), (101, 25), (200, 25)])
def test_a_cut_takes_its_share_of_what_a_quota_for_several_lets_pass(
    cap: float, first: float
) -> None:
    """AAA and CCC come to want 75 each of 100. Together they may have `cap`, of which each would
    have half, or 50 where it is no limit; of that half is cut, and CCC has the rest."""
    both = {**CUT, "kind": "quota", "importer": ["AAA", "CCC"], "cap": cap, "pairs": "together"}
    world = one_supplier({"AAA": 0, "CCC": 0}, cut={**CUT, "share": 0.5}, quota=both)
    world["products"]["x"]["cancellation"] = 1
    for state in world["needs"]:
        world["needs"][state] = {"x": {"series": [0] * 6 + [75]}}
    one, other = received(world, "AAA", "CCC")
    assert one[6:] == approx([first] * 30)
    assert other[6:] == approx([min(cap - first, 75)] * 30)


def test_what_leaks_is_beyond_the_share_of_what_could_come() -> None:
    """Half of 100 is lawful, and 60 a month leak through whatever holds: 60 come, 10 of them beyond
    what is lawful."""
    leak = {**CUT, "kind": "leakage", "share": 0.6}
    world = one_supplier({"AAA": 150}, cut={**CUT, "share": 0.5}, leak=leak)
    world["products"]["x"]["cancellation"] = 1
    result = run(world)
    assert series(result, "received") == approx([100.0] * 6 + [60.0] * 30)
    assert series(result, "leaked") == approx([0.0] * 6 + [10.0] * 30)


def test_what_others_deliver_instead_does_not_make_less_lawful() -> None:
    """AAA comes to want 110 a month, nine tenths of them from BBB: 99, of which half are lawful.
    54 come, since that many leak through, so 4.5 have leaked in the end, though the other supplier
    delivers all that BBB does not. At first it wants some more, to fill its stock."""
    leak = {**CUT, "kind": "leakage", "share": 0.6}
    more = {"kind": "demand", "date": "2014-07", "state": "AAA", "factor": 1.1}
    world = one_supplier({"AAA": 100}, cut={**CUT, "share": 0.5}, leak=leak, more=more)
    world["states"]["CCC"] = {"title": "CCC"}
    world["factories"]["fb"]["lines"]["x"] = 500
    world["factories"]["fc"] = {"title": "C", "state": "CCC", "lines": {"x": 500}}
    world["trade"]["t"]["weight"] = 0.9
    world["trade"]["u"] = {**world["trade"]["t"], "exporter": "CCC", "weight": 0.1}
    result = run(world)
    wanted = series(result, "received")[6:]
    assert wanted[-1] == approx(110.0)
    assert series(result, "leaked")[6:] == approx([54 - 0.45 * each for each in wanted])


@pytest.mark.parametrize(("limit", "came", "leaked"), [("cap", 36, 16), ("quota", 40, 10)])
def test_what_leaks_under_a_limit_for_several_is_beyond_the_share_of_what_it_lets_pass(
    limit: str, came: float, leaked: float
) -> None:
    """Of 200 AAA and CCC want 75 each and may have 80 together. By a trade rule AAA has 40 from the
    start: 20 are lawful, and nine tenths of 40 leak. By a quota it has 60 at the start, of which 30
    are lawful, and may leak 54, of which it gets its half of the 80."""
    both: Tree = {"exporter": "BBB", "importer": ["AAA", "CCC"], "cap": 80, "pairs": "together"}
    leak = {**CUT, "kind": "leakage", "share": 0.9}
    more = {"kind": "demand", "date": "2014-06", "state": "*", "factor": 1.25}
    world = one_supplier({"AAA": 60, "CCC": 60}, cut={**CUT, "share": 0.5}, leak=leak, more=more)
    world["products"]["x"]["cancellation"] = 1
    world["factories"]["fb"]["lines"]["x"] = 200
    if limit == "cap":
        world["trade"]["t"] |= both
    else:
        world["events"]["quota"] = {**CUT, "kind": "quota", **both}
    result = run(world)
    assert series(result, "received")[6:] == approx([came] * 30)
    assert series(result, "leaked")[6:] == approx([leaked] * 30)


@pytest.mark.parametrize(("share", "came"), [(1e-9, 100), (0.1, 100), (0.5, 60)])
def test_a_cut_beside_a_quota_counts_each_order_once(share: float, came: float) -> None:
    """120 are wanted, half of them of a line that has 10: all come of the other, 100 of them by
    quota, or half of them with half a cut."""
    quota = {**CUT, "kind": "quota", "cap": 100}
    world = one_supplier({"AAA": 0}, cut={**CUT, "share": share}, quota=quota)
    world["products"]["x"]["cancellation"] = 1
    world["needs"]["AAA"] = {"x": {"series": [0] * 5 + [120]}}
    world["factories"]["fb"]["lines"]["x"] = 1000
    world["factories"]["small"] = {"title": "S", "state": "BBB", "lines": {"x": 10}}
    world["events"]["more"] = {"kind": "outage", "date": "2014-06", "until": "2014-07"}
    world["events"]["more"]["state"] = "BBB"
    (found,) = received(world, "AAA")
    assert found[6:] == approx([came] * 30)


def test_a_supplier_short_of_inputs_does_not_deepen_the_cut() -> None:
    """A plant of 100 that buys its input for what it may still sell could make 100 all the same:
    40 come of a need of 80, month by month, and not ever less."""
    world = one_supplier({"AAA": 80}, cut={**CUT, "share": 0.5})
    world["products"] |= {"ore": {"title": "Ore", "unit": "t"}}
    world["products"]["x"] |= {"inputs": {"ore": 1}, "cancellation": 1}
    world["factories"]["mine"] = {"title": "Mine", "state": "BBB", "lines": {"ore": 100}}
    world["trade"]["ore"] = {"exporter": "BBB", "importer": "BBB", "product": "ore"}
    (found,) = received(world, "AAA")
    assert found == approx([80.0] * 6 + [40.0] * 30)


@pytest.mark.parametrize(
    "rule", ["proportional", "equal_awards", "equal_losses", "talmud", "home_first"]
)
def test_whatever_rule_the_supplier_shares_out_by(rule: str) -> None:
    """Half of what came without the cut comes with it; the other buyer has the rest."""
    needs = {"AAA": 120, "CCC": 60}
    found = []
    for events in ({}, {"cut": {**CUT, "share": 0.5}}):
        world = one_supplier(needs, **events)
        world["products"]["x"]["cancellation"] = 1
        world["rules"] = {"allocation": rule}
        found.append(received(world, "AAA", "CCC"))
    (free, _), (cut, other) = found
    assert cut[6:] == approx([each / 2 for each in free[6:]])
    assert other[6:] == approx([min(100 - each / 2, 60) for each in free[6:]])


DEMANDS = st.lists(st.floats(1, 300), min_size=2, max_size=6)


@settings(deadline=None, max_examples=60)
@given(DEMANDS, st.floats(0.01, 0.99), st.floats(10, 400), st.integers(0, 5))
def test_no_more_and_no_less_than_the_share(
    demands: list[float], share: float, supply: float, cut: int
) -> None:
    """A law of two allocations: with one line, who is cut gets his share of what he gets without a
    cut; the same in a chunk of two in which the other member is not cut."""
    needs = len(demands)
    own = cut % needs
    market = Market.build(np.zeros(needs, dtype=np.int64), np.arange(needs), 1, needs)
    groups = Groups.build([np.array([own])], np.arange(needs))

    def flows(shares: list[float]) -> Any:
        width = len(shares)
        limits = Limits.none(groups, np.zeros((1, width)), needs)
        limits.share[:] = shares
        wide = np.repeat(np.array(demands)[:, None], width, axis=1)
        return allocate(
            market,
            np.full((1, width), supply),
            wide,
            np.ones((needs, width)),
            np.full((needs, width), np.inf),
            limits=limits,
        ).flow

    both, alone, free = flows([share, 1.0]), flows([share]), flows([1.0])
    assert alone[own, 0] == approx(share * free[own, 0])
    assert alone.sum() == approx(min(supply, sum(demands) - demands[own] + alone[own, 0]))
    assert np.array_equal(both[:, :1], alone)
    assert np.array_equal(both[:, 1:], free)


@pytest.mark.parametrize(("share", "other"), [(0.5, 75), (0.999, 99.95), (0.001, 50.05)])
def test_what_a_cut_leaves_is_shared_out_in_the_same_round(share: float, other: float) -> None:
    """Two want 150 of 100, and there is one round: 50 would come to each; what is cut of one goes
    to the other at once."""
    market = Market.build(np.zeros(2, dtype=np.int64), np.arange(2), 1, 2)
    limits = Limits.none(Groups.build([np.array([0])], np.arange(2)), np.zeros((1, 1)), 2)
    limits.share[:] = 1 - share
    wanted, alike = np.full((2, 1), 150.0), np.ones((2, 1))
    found = allocate(market, np.array([[100.0]]), wanted, alike, None, limits=limits, rounds=1)
    assert found.flow[:, 0].tolist() == approx([50 * (1 - share), other])
    assert found.rounds == 1


@pytest.mark.parametrize("second", [0, 40])
def test_who_can_have_no_more_does_not_ask_again(second: float) -> None:
    """Of 100 a cut of one half leaves 50 to who wants 150, and no more could come without it: there
    is one round. Another line, which has 40, gives them in the same."""
    market = Market.build(np.arange(2), np.zeros(2, dtype=np.int64), 2, 1)
    served = np.zeros(2, dtype=np.int64)
    limits = Limits.none(Groups.build([np.array([0])], served), np.zeros((1, 1)), 1)
    limits.share[:] = 0.5
    supply, weight = np.array([[100.0], [second]]), np.array([[3.0], [1.0]])
    found = allocate(market, supply, np.array([[200.0]]), weight, None, limits=limits)
    assert found.flow[:, 0].tolist() == approx([50, second])
    assert found.rounds == 1


def test_who_is_cut_leaves_the_room_of_a_cap_to_others() -> None:
    """Two want 30 and 10, and 12 may come to both: 9 and 3. A quarter of the 9 is cut; that is left
    to the other, who has it in the second round: who is cut asks for none of it."""
    market = Market.build(np.zeros(2, dtype=np.int64), np.arange(2), 1, 2)
    groups = Groups.build([np.array([0]), np.arange(2)], np.arange(2))
    limits = Limits.none(groups, np.zeros((2, 1)), 2)
    limits.share[0], limits.most[1] = 0.75, 12
    wanted, alike = np.array([[30.0], [10.0]]), np.ones((2, 1))
    found = allocate(market, np.array([[100.0]]), wanted, alike, None, limits=limits)
    assert found.flow[:, 0].tolist() == approx([6.75, 5.25])
    assert found.rounds == 2


@pytest.mark.parametrize(("cut", "carries", "ordered"), [(YES, 0, 30), (YES, 12, 24), (NO, 0, 100)])
def test_what_was_refused_before_is_no_measure_of_what_is_ordered(
    cut: bool, carries: float, ordered: float
) -> None:
    """100 are wanted, of which 60 wait; 40 came of the same orders, so that half a cut has refused
    40 of these. Half of the other 60 may be ordered, or of 12 more that are under way less 12."""
    one, nothing = np.zeros(1, dtype=np.int64), np.zeros((1, 1))
    limits = Limits.none(Groups.build([one], one), nothing, 1)
    limits.share[:] = 0.5 if cut else 1.0
    before = Refusals.none((1, 1), 1, 0)
    before.waiting[:], before.passed_each[:] = 60, 40 / 60
    limits.tell(before)
    market, wanted = Market.build(one, one, 1, 1), np.array([[100.0]])
    flow = np.array([[float(carries)]]) if carries else None
    assert spread(market, wanted, nothing + 1, None, limits, flow).item() == approx(ordered)


@pytest.mark.parametrize(
    ("share", "fixed", "part", "left"),
    [(0.75, np.inf, 0, 9), (0.75, 5, 0, 5), (1, np.inf, 0, 12), (1, 5, 0, 5), (0.25, 2, 0.5, 6)],
)
def test_a_share_is_of_what_a_cap_lets_pass(
    share: float, fixed: float, part: float, left: float
) -> None:
    """30 are wanted, of which a trade rule lets 12 pass: what a cut or an exemption leaves is a
    share of these, what a quota leaves is not."""
    one, nothing = np.zeros(1, dtype=np.int64), np.zeros((1, 1))
    limits = Limits.none(Groups.build([one], one), nothing, 1)
    limits.most[:], limits.share[:], limits.fixed[:], limits.part[:] = 12, share, fixed, part
    assert limits.at(nothing + 30).item() == approx(left)


def test_what_lies_beyond_the_lawful_is_a_share_of_what_flows() -> None:
    """Of 2.5 two are lawful: a fifth is not; of 2 all is, but for rounding."""
    groups = Groups.build([np.array([0]), np.array([1])], np.arange(2))
    limits = Limits.none(groups, np.zeros((2, 1)), 2)
    lawful, flow = np.full((2, 1), 2.0), np.array([[2.5], [2 + 1e-13]])
    assert limits.shares_beyond(lawful, flow)[:, 0].tolist() == [approx(0.2), 0]


@pytest.mark.parametrize(
    "lines", [(120,), (20, 100), (5, 115), (30, 90), (40, 40, 40), (1, 9, 110)], ids=str
)
def test_half_a_cut_takes_half_however_many_lines_stand_behind_it(lines: tuple[int, ...]) -> None:
    """AAA needs 50 at the start, which each line can share in, and 100 from April on. From July on
    half of what BBB delivers is cut: 50 come, also where a small line would have nothing left."""
    found = sim.run(sim.parse(two_states(lines))).records.series["received"][:, 0, 0]
    assert found == pytest.approx([50] * 3 + [100] * 3 + [50] * 4)


def two_states(lines: tuple[int, ...]) -> dict[str, Any]:
    """Return a world in which BBB's plants, one for each of these capacities, serve AAA."""
    every = {"exporter": "BBB", "importer": "AAA", "product": "engines"}
    return {
        "name": "two",
        "title": "Two states",
        "start": "2014-01",
        "months": 10,
        "states": {"AAA": {"title": "A"}, "BBB": {"title": "B"}},
        "products": {"engines": {"title": "Engines", "unit": "units", "cancellation": 1}},
        "factories": {
            f"plant_{place}": {
                "title": "Plant",
                "state": "BBB",
                "lines": {"engines": {"capacity": capacity, "unit_cost": 1}},
            }
            for place, capacity in enumerate(lines)
        },
        "needs": {"AAA": {"engines": 50}},
        "trade": {"all": every},
        "events": {
            "more": {
                "kind": "demand",
                "date": "2014-04",
                "state": "AAA",
                "product": "engines",
                "factor": 2,
            },
            "cut": {"kind": "cut_off", "date": "2014-07", "share": 0.5, **every},
        },
    }
