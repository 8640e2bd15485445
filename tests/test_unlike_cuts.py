"""Suppliers that are cut by different shares: the lightest holds for all that would come."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.kernels.refusals import CutNeeds, Lightest, Refusals
from sim.kernels.sums import GroupSum
from tests.on_paper import column
from tests.test_partial_cuts import CUT, one_supplier
from tests.test_reference import assert_same
from tests.worlds import world as small_world
from tests.wrong_numbers import run, series

Tree = dict[str, Any]
approx = pytest.approx
NEED, BEFORE = 120.0, 6
SHARES = st.sampled_from([0.001, 0.1, 0.3, 0.5, 0.9, 0.99, 0.9999])


def suppliers(capacities: list[float], shares: list[float], **more: Any) -> Tree:
    """Make a world in which AAA buys 120 from one line in each of several states, as much from
    each, of which this share is cut from July on; `more` are the product's keys."""
    world = one_supplier({"AAA": NEED})
    line, route = world["factories"].pop("fb"), world["trade"].pop("t")
    world["products"]["x"] |= more
    for number, (capacity, share) in enumerate(zip(capacities, shares, strict=True)):
        state = f"S{number}"
        world["states"][state] = {"title": state}
        world["factories"][state] = {**line, "state": state, "lines": {"x": capacity}}
        world["trade"][state] = {**route, "exporter": state}
        if share > 0:
            world["events"][state] = {**CUT, "exporter": state, "share": share}
    return world


def comes(world: Tree) -> list[float]:
    """Run it and tell what AAA gets a month once cuts hold."""
    return series(run(world), "received", "AAA")[BEFORE:]


@pytest.mark.parametrize("cancellation", [0, 0.3])
@pytest.mark.parametrize(
    ("shares", "from_each"),
    [
        ([0.5, 0.5], [30, 30]),
        ([0.5, 0.9], [54, 6]),
        ([0.1, 0.9], [102, 6]),
        ([0.5, 0.99], [59.4, 0.6]),
        ([0.5, 1], [60, 0]),
        ([0, 0.9], [114, 6]),
    ],
)
def test_of_what_a_deeper_cut_refuses_the_lighter_takes_its_share(
    shares: list[float], from_each: list[float], cancellation: float
) -> None:
    """Half of one supplier's 60 and a tenth of the other's: had all been cut by half, a fifth of
    the other's would still have come. The four fifths, 48, are asked of the first, who may send
    half of 108; a tenth of 60 comes from the other. So half of all comes, month after month: a cut
    that leaves next to nothing is like a whole one, and one that takes next to nothing is none."""
    world = suppliers([1000, 1000], shares, cancellation=cancellation)
    result = run(world)
    assert series(result, "received", "AAA")[BEFORE:] == approx([sum(from_each)] * 30)
    year = result.flows[result.flows.year == 2015].set_index("exporter").central
    assert [year.get("S0"), year.get("S1")] == approx([12 * each for each in from_each])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(SHARES, min_size=2, max_size=4),
    st.sampled_from([0, 0.02, 0.3, 1]),
    st.sampled_from([0, 1, 5]),
    st.sampled_from([1, 3]),
)
def test_the_lightest_holds_for_all_that_would_come(
    shares: list[float], cancellation: float, cover: float, lead: float
) -> None:
    """Whatever the suppliers' number, stock, cancellation and lead time."""
    world = suppliers([1000] * len(shares), shares, cancellation=cancellation)
    world["states"]["AAA"]["stock_cover"] = cover
    for route in world["trade"].values():
        route["lead_months"] = lead
    assert comes(world) == approx([NEED * (1 - min(shares))] * 30, rel=1e-6)


@pytest.mark.parametrize("capacity", [60, 80, 100])
@pytest.mark.parametrize("light", [0, 0.001, 0.1, 0.5])
def test_of_a_supplier_that_is_short_no_more_than_its_share(capacity: float, light: float) -> None:
    """The first has not enough for what the other, cut by nine tenths, may not send."""
    world = suppliers([capacity, capacity], [light, 0.9])
    assert comes(world) == approx([(1 - light) * capacity + 6] * 30)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(SHARES, st.sampled_from([40, 60, 90, 1000])), min_size=2, max_size=3),
    SHARES,
    st.sampled_from([0, 0.3]),
)
def test_a_deeper_cut_brings_no_more(
    cuts: list[tuple[float, float]], deeper: float, cancellation: float
) -> None:
    shares, capacities = [each for each, _ in cuts], [each for _, each in cuts]
    lighter = suppliers(capacities, shares, cancellation=cancellation)
    shares[0] = max(shares[0], deeper)
    deeper_cut = suppliers(capacities, shares, cancellation=cancellation)
    assert sum(comes(deeper_cut)) <= sum(comes(lighter)) * (1 + 1e-6)


def test_when_one_cut_ends_who_is_free_makes_good_what_waits() -> None:
    """In 2015 the deeper cut ends: all that still waits comes over its link."""
    world = suppliers([1000, 1000], [0.5, 0.9])
    world["events"]["S1"]["until"] = "2015-01"
    found = comes(world)
    assert found[:6] == approx([60.0] * 6)
    assert sum(found) == approx(NEED * 30)


def test_when_the_lighter_cut_deepens_all_are_cut_alike() -> None:
    """From 2015 on nine tenths of both: what was refused before is not asked for anew."""
    world = suppliers([1000, 1000], [0.5, 0.9])
    world["events"]["more"] = {**CUT, "exporter": "S0", "date": "2015-01", "share": 0.9}
    assert comes(world) == approx([60.0] * 6 + [12.0] * 24)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(SHARES, st.sampled_from([40, 60, 90, 1000])), min_size=2, max_size=4),
    st.sampled_from([0, 0.05, 0.3]),
    st.sampled_from(["2014-07", "2014-10"]),
)
def test_as_the_reference(cuts: list[tuple[float, float]], cancellation: float, then: str) -> None:
    world = suppliers(
        [each for _, each in cuts], [each for each, _ in cuts], cancellation=cancellation
    )
    world["events"]["S0"]["date"] = then
    assert_same(sim.parse(world))


# --- the kernel, on paper
# -------------------------------------------------------------------------------------------------


def test_the_lightest_of_a_needs_cuts() -> None:
    """Needs with links cut alike, differently, and, in the second member, one of two alone."""
    odds = np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 0.0], [9.0, 9.0]])
    found = Lightest.among(odds, GroupSum(np.array([0, 0, 1, 1]), 2))
    assert found.odds.tolist() == [[1, 1], [1, 9]]
    assert found.link_odds.tolist() == [[1, 1], [1, 1], [1, 0], [1, 9]]


def test_what_came_counts_for_the_lightest_as_long_as_that_much_waits() -> None:
    """30 came over half a cut, 6 over one of nine tenths: 36 would be refused by half cuts alone,
    and 60 wait. With 18 waiting half of what came is of the same orders."""
    odds, link = np.array([[1.0], [9.0]]), GroupSum(np.array([0, 0]), 1)
    rows, most = np.array([0]), column(9)
    cuts = CutNeeds(rows, most, most < 0, np.array([0, 1]), odds, link, Lightest.among(odds, link))
    for backlog, passed in ((60, 36), (18, 18)):
        after = Refusals.none((1, 1), 1, 0).taken(cuts, column(30, 6), column(backlog))
        assert [after.waiting.item(), after.passed.item()] == approx([backlog, passed])
    # of what waited before the lightest would have refused no more than came
    before = Refusals.none((1, 1), 1, 0)
    before.waiting[:], before.passed_each[:] = 84, 36 / 84
    after = before.taken(cuts, column(54, 6), column(144))
    assert [after.waiting.item(), after.passed.item()] == approx([144, 96])


@pytest.mark.parametrize("share", [0.4, 0.8])
def test_who_comes_after_home_is_cut_by_its_share_when_home_falls_short(share: float) -> None:
    """Home is asked first, round after round, others for crumbs. Of its 120 engines 25 burn, and
    5 of 100 are missing: 2.5 from each of two others, less a share of the one, which the other
    makes instead."""
    plants = {"home": ("AAA", 60), "second": ("AAA", 60), "cut": ("BBB", 200), "free": ("CCC", 200)}
    scenario = small_world(
        months=12,
        states={name: {"title": name} for name in ("AAA", "BBB", "CCC")},
        factories={
            name: {"title": name, "state": state, "lines": {"engines": capacity}}
            for name, (state, capacity) in plants.items()
        },
        needs={"AAA": {"engines": 100}},
        trade={"any": {"exporter": "*", "importer": "AAA", "product": "*"}},
        rules={"sourcing": "home_first"},
        events={
            "cut": {
                **{"kind": "cut_off", "date": "2014-05", "share": share},
                **{"exporter": "BBB", "importer": "AAA"},
            },
            "fire": {"kind": "outage", "date": "2014-08", "factory": "home", "share": 25 / 60},
        },
    )
    output = sim.run(scenario).records.output[-1, :, 0]
    assert output == pytest.approx([35, 60, 2.5 * (1 - share), 2.5 * (1 + share)])
