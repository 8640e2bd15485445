"""What a cut has refused stays refused when it is cancelled and ordered again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.kernels.refusals import Refusals
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


def test_more_need_is_no_order_again() -> None:
    """A need that grows by half from 2015 on is new: the cut leaves half of it, too, and of what
    is laid in for it."""
    more = {"kind": "demand", "date": "2015-01", "state": "AAA", "product": "x", "factor": 1.5}
    (found,) = received(stocked(5, 0.3, cut={**CUT, "share": 0.5}, more=more), "AAA")
    assert found[BEFORE:12] == approx([30.0] * 6)
    assert found[12] > 45
    assert found[-6:] == approx([45.0] * 6, rel=0.01)


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


def told(passed: Any, given_up: Any, besides: Any, unused: Any) -> Refusals:
    return Refusals(*(column(*each) for each in (passed, given_up, besides, unused)))


def test_what_is_cancelled_takes_what_came_with_it() -> None:
    """Of 40 that wait a quarter goes, with a quarter of the 8 that came; 30 had gone before with 6.
    Of the 40 given up 10 were never needed: their part of what came goes, too."""
    one = told([8], [30], [6], [10])
    one.give_up(column(10), column(0.25))
    assert one.passed.tolist() == [[6]]
    assert one.given_up.tolist() == [[30]]
    assert one.passed_besides.tolist() == [[6]]


def test_nobody_lacks_less_than_nothing() -> None:
    one = told([8], [3], [1], [50])
    one.give_up(column(10), column(0.25))
    assert (one.given_up.tolist(), one.passed_besides.tolist()) == ([[0]], [[0]])


def test_as_much_is_ordered_again_as_was_given_up() -> None:
    """10 of 40; all of 40 of an order of 50 beyond use; nothing of an order below it."""
    several = told([6, 6, 6], [40, 40, 40], [8, 8, 8], [0, 0, 0])
    assert several.order_again(column(10, 50, -5))[:, 0].tolist() == [10, 40, 0]
    assert several.given_up[:, 0].tolist() == [30, 0, 40]
    assert several.passed_besides[:, 0].tolist() == [6, 0, 8]
    assert several.passed[:, 0].tolist() == [8, 14, 6]


def test_after_a_month() -> None:
    """Of each unit that comes the cut refuses two. No more came with what waits than half of it,
    and with what was given up; what was given up before anything came does not count, nor what a
    cut does not touch: the second need."""
    before = told([5, 5, 0, 0, 4], [6, 6, 6, 6, 20], [4, 4, 2, 0, 3], [1, 1, 1, 1, 1])
    backlog, rows = column(100, 100, 100, 100, 10), np.array([0, 2, 3, 4])
    after = before.taken(rows, column(7, 7, 7, 7), backlog, column(2, 2, 2, 2))
    assert after.passed[:, 0].tolist() == [12, 0, 7, 7, 5]
    assert after.given_up[:, 0].tolist() == [6, 0, 6, 0, 20]
    assert after.passed_besides[:, 0].tolist() == [3, 0, 2, 0, 3]
    assert after.unused.tolist() == [[0]] * 5
    assert before.passed[:, 0].tolist() == [5, 5, 0, 0, 4]


def test_in_a_member_without_a_cut_nothing_is_refused() -> None:
    before = told([5], [6], [4], [0])
    after = before.taken(np.array([0]), column(7), column(100), column(0))
    assert (after.passed.tolist(), after.given_up.tolist()) == ([[0]], [[0]])
    assert after.passed_besides.tolist() == [[0]]
