"""What a cut has refused stays refused when it is cancelled and ordered again."""

from __future__ import annotations

from typing import Any

import pytest

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
