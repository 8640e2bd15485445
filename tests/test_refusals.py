"""What a cut has refused stays refused when it is cancelled and ordered again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.kernels.refusals import CutNeeds, Refusals
from sim.kernels.sums import GroupSum
from tests.on_paper import column
from tests.test_partial_cuts import CUT, one_supplier, received
from tests.wrong_numbers import run, series

Tree = dict[str, Any]
approx = pytest.approx
BEFORE = 6
RULES: list[Tree] = [
    {},
    {"rule": "hold_cover", "smoothing_months": 12},
    {"rule": "hold_cover", "adjustment_months": 1},
    {"rule": "replace_use"},
]


def stocked(cover: float, cancellation: float, units: Any = 60, **events: Tree) -> Tree:
    """Make a world in which AAA holds a stock of months of its need, and all cancel a part."""
    world = one_supplier({"AAA": 60}, **events)
    world["needs"]["AAA"]["x"] = units
    world["states"]["AAA"]["stock_cover"] = cover
    world["products"]["x"]["cancellation"] = cancellation
    return world


@pytest.mark.parametrize("cover", [0.5, 1, 2, 5, 12])
@pytest.mark.parametrize("cancellation", [0, 0.02, 0.2, 1])
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_cut_takes_its_share_however_much_is_cancelled(
    cover: float, cancellation: float, share: float
) -> None:
    """60 a month come, and from July on what the cut leaves of that: stock lasts or runs out, and
    what a buyer cancels and orders again it would have without the cut."""
    world = stocked(cover, cancellation, cut={**CUT, "share": share})
    assert received(world, "AAA")[0] == approx([60.0] * BEFORE + [60 * (1 - share)] * 30)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("lead", [1, 4])
def test_whatever_the_rule_of_ordering(rule: Tree, lead: float) -> None:
    world = stocked(5, 0.3, cut={**CUT, "share": 0.5})
    world["trade"]["t"]["lead_months"] = lead
    if rule:
        world["rules"] = {"ordering": rule}
    assert received(world, "AAA")[0] == approx([60.0] * BEFORE + [30.0] * 30)


def test_of_a_need_with_a_season() -> None:
    """Who plans a stock for the winter is cut by half of what the plan would buy."""
    season = {"units": 60, "profile": [2, 2, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 1, 1, 2]}
    world = stocked(1, 0.3, season, cut={**CUT, "share": 0.5})
    assert received(world, "AAA")[0] == approx([60.0] * BEFORE + [30.0] * 30)


def test_a_cut_that_grows_takes_what_it_takes_by_then() -> None:
    world = stocked(5, 0.3, cut={**CUT, "share": 0.6, "phase_in": 12})
    grown = [60 * (1 - 0.6 * min(month, 12) / 12) for month in range(30)]
    (found,) = received(world, "AAA")
    assert found[:BEFORE] == approx([60.0] * BEFORE)
    assert found[BEFORE + 12 :] == approx(grown[12:])
    assert found == approx(sorted(found, reverse=True))


@pytest.mark.parametrize("cover", [0, 1, 12])
@pytest.mark.parametrize("cancellation", [0.02, 0.3, 1])
def test_of_a_need_that_appears_later(cover: float, cancellation: float) -> None:
    """Who begins to need goods under a cut lays in a stock over some months: of what it still lacks
    this month's part would come without the cut, and what was given up before is none of that."""
    later = stocked(cover, cancellation, {"series": [0] * 8 + [60]})
    later["factories"]["fb"]["lines"]["x"] = 1000
    (whole,) = received(later, "AAA")
    later["events"] = {"cut": {**CUT, "share": 0.5}}
    assert received(later, "AAA")[0] == approx([each / 2 for each in whole])


@pytest.mark.parametrize("capacity", [100, 1000])
def test_more_need_is_no_order_again(capacity: float) -> None:
    """A need that grows by half from 2015 on is new: the cut leaves half of what would come for it,
    and of what is laid in for it, also while the supplier is short and other orders wait for it."""
    more = {"kind": "demand", "date": "2015-01", "state": "AAA", "product": "x", "factor": 1.5}
    grown = stocked(5, 0.3, more=more)
    grown["factories"]["fb"]["lines"]["x"] = capacity
    (whole,) = received(grown, "AAA")
    grown["events"]["cut"] = {**CUT, "share": 0.5}
    half = [each / 2 for each in whole]
    assert received(grown, "AAA")[0] == approx(whole[:BEFORE] + half[BEFORE:])


@pytest.mark.parametrize(("share", "then"), [(0.5, 30), (0.55, 36), (0.9, 78), (1, 90)])
def test_a_deeper_cut_for_a_while_does_not_undo_what_the_other_has_refused(
    share: float, then: float
) -> None:
    """For two months of 2015 less than half comes; afterwards half of these months' orders comes as
    well, and of older ones no more than before."""
    deeper = {**CUT, "date": "2015-07", "until": "2015-09", "share": share}
    world = stocked(5, 0, cut={**CUT, "share": 0.5}, deeper=deeper)
    world["factories"]["fb"]["lines"]["x"] = 1000
    (found,) = received(world, "AAA")
    assert found[BEFORE:18] == approx([30.0] * 12)
    assert found[18:20] == approx([60 * (1 - share)] * 2)
    assert found[20:] == approx([then] + [30.0] * 15)


@pytest.mark.parametrize("share", [0.55, 0.9, 1])
@pytest.mark.parametrize("cancellation", [0.3, 1])
@pytest.mark.parametrize("cover", [0, 5])
def test_a_deeper_cut_for_a_while_never_brings_more(
    share: float, cancellation: float, cover: float
) -> None:
    """Neither where buyers cancel and order again."""
    deeper = {**CUT, "date": "2015-07", "until": "2015-09", "share": share}
    world = stocked(cover, cancellation, cut={**CUT, "share": 0.5}, deeper=deeper)
    assert sum(received(world, "AAA")[0]) <= 60 * BEFORE + 30 * 30 + 1e-9


def test_when_the_cut_ends_all_is_made_good() -> None:
    """What is lacked then comes, as far as there is capacity: 100 a month."""
    lifts = {"kind": "lifting", "date": "2015-07", "lifts": ["cut"]}
    world = stocked(5, 0.3, cut={**CUT, "share": 0.5}, lifts=lifts)
    result = run(world)
    found, stock = series(result, "received", "AAA"), series(result, "stock", "AAA")
    assert found[18] == approx(100)
    assert stock[-1] == approx(stock[0], rel=0.01)


def test_of_inputs() -> None:
    """A yard that makes 30 boats of two engines each gets half of its engines."""
    world = stocked(1, 0.3, cut={**CUT, "share": 0.5})
    world["products"]["boats"] = {
        "title": "Boats",
        "unit": "boats",
        "cancellation": 1,
        "inputs": {"x": 2},
        "input_cover": 3,
    }
    yard = {"title": "Yard", "state": "AAA", "lines": {"boats": {"capacity": 30, "unit_cost": 1}}}
    world["factories"]["yard"] = yard
    world["needs"] = {"AAA": {"boats": 30}}
    world["trade"]["home"] = {"exporter": "AAA", "importer": "AAA", "product": "boats"}
    flows = run(world).flows
    engines = flows[(flows["product"] == "x") & (flows.exporter == "BBB")]
    assert engines.central.tolist() == approx([60 * 6 + 30 * 6, 30 * 12, 30 * 12])


# --- the kernel, on paper
# -------------------------------------------------------------------------------------------------


def told(*columns: Any) -> Refusals:
    """Give what waits, what came with it, what was given up, what came with that, and what is not
    needed any more, [needs, 1] each."""
    return Refusals(*(column(*each) for each in columns))


def test_what_is_cancelled_takes_what_came_with_it() -> None:
    """Of 40 that wait a quarter goes, with a quarter of the 8 that came; 30 had gone before with 6.
    Of the 40 given up 10 were never needed: their part of what came goes, too."""
    one = told([40], [8], [30], [6], [10])
    one.give_up(column(0.25))
    assert (one.waiting.tolist(), one.passed.tolist()) == ([[30]], [[6]])
    assert (one.given_up.tolist(), one.passed_besides.tolist()) == ([[30]], [[6]])


def test_nobody_lacks_less_than_nothing() -> None:
    one = told([40], [8], [3], [1], [50])
    one.give_up(column(0.25))
    assert (one.given_up.tolist(), one.passed_besides.tolist()) == ([[0]], [[0]])


def test_as_much_is_ordered_again_as_was_given_up() -> None:
    """10 of 40; all of 40 of 50 more; nothing of less."""
    several = told([1, 1, 1], [6, 6, 6], [40, 40, 40], [8, 8, 8], [0, 0, 0])
    several.order_again(column(10, 50, -5))
    assert several.waiting[:, 0].tolist() == [11, 41, 1]
    assert several.given_up[:, 0].tolist() == [30, 0, 40]
    assert several.passed_besides[:, 0].tolist() == [6, 0, 8]
    assert several.passed[:, 0].tolist() == [8, 14, 6]


def after(
    before: Refusals, odds: float, came: float, backlog: float, *, whole: bool
) -> list[float]:
    """Tell what waits, came with it, was given up, and came with that after a month in which so
    much came over the only need's cut link."""
    rows, link = np.array([0]), GroupSum(np.array([0]), 1)
    cuts = CutNeeds(rows, column(odds), np.array([[whole]]), rows, column(odds), link, None)
    found = before.taken(cuts, column(came), column(backlog))
    assert found.unused.tolist() == [[0]]
    parts = (found.waiting, found.passed, found.given_up, found.passed_besides)
    return [each.item() for each in parts]


def test_after_a_month() -> None:
    """Two are refused for each that comes: 14 for 7, beside the 10 that wait and 5 that came."""
    assert after(told([10], [5], [6], [4], [1]), 2, 7, 100, whole=False) == [24, 12, 6, 4]


def test_no_more_was_refused_than_waits() -> None:
    """Of the 24 half waits: half of the 12 that came are of the same orders."""
    assert after(told([10], [5], [6], [4], [1]), 2, 7, 12, whole=False) == [12, 6, 6, 4]


def test_a_lighter_cut_has_refused_less_of_the_same_orders() -> None:
    assert after(told([100], [5], [6], [4], [1]), 2, 7, 100, whole=False) == [24, 12, 6, 4]


def test_a_whole_cut_refuses_all_that_waits_once_something_had_come() -> None:
    assert after(told([10], [5], [6], [4], [1]), 0, 0, 100, whole=True) == [100, 5, 6, 4]
    assert after(told([0], [0], [6], [0], [1]), 0, 0, 100, whole=True) == [0, 0, 6, 0]


def test_in_a_member_without_a_cut_nothing_is_refused() -> None:
    assert after(told([10], [5], [6], [4], [1]), 0, 0, 100, whole=False) == [0, 0, 0, 0]
