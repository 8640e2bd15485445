"""What a cut has refused stays refused when it is cancelled and ordered again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.kernels.refusals import CutNeeds, Lightest, Refusals
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


@pytest.mark.parametrize("cut", [0.5, 1])
@pytest.mark.parametrize("free", [{"cap": 100}, {"kind": "leakage", "share": 0.6}])
def test_what_is_let_through_all_the_same_was_refused_by_no_cut(cut: float, free: Tree) -> None:
    """In three months a line of 100 makes 20, fewer than the cut lets through, and 120 wait: for
    the fire, and not for the cut. When it alone holds it takes its share of the 100 a month that
    would come, until 300 have been asked for once."""
    fire = {"kind": "outage", "date": "2014-07", "until": "2014-10", "factory": "fb", "share": 0.8}
    passes = {**CUT, "kind": "exemption", "until": "2014-10", **free}
    world = one_supplier({"AAA": 60}, fire=fire, cut={**CUT, "share": cut}, passes=passes)
    left = 1 - cut
    after = [100.0 * left] * 3 + [60.0 * left] * 24
    assert received(world, "AAA")[0] == approx([60.0] * BEFORE + [20.0] * 3 + after)


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


def taken_over(share: float, date: str = "2014-07") -> pd.DataFrame:
    """Return what comes month by month where a yard lacks half of its gears, and the cut of another
    yard, to which customers turn, takes this share of its own.
    """
    cut = {"kind": "cut_off", "exporter": "BBB", "product": "gears"}
    data: dict[str, Any] = {
        "name": "yards",
        "title": "Two yards",
        "start": "2014-01",
        "months": 48,
        "members": 1,
        "states": {name: {"title": name} for name in ("AAA", "BBB", "CCC", "DDD")},
        "products": {
            "gears": {"title": "Gears", "unit": "gears"},
            "ships": {"title": "Ships", "unit": "ships", "inputs": {"gears": 1}},
        },
        "factories": {
            "maker": {"title": "Maker", "state": "BBB", "lines": {"gears": 500}},
            "yard": {"title": "Yard", "state": "AAA", "lines": {"ships": 60}},
            "other": {"title": "Other yard", "state": "DDD", "lines": {"ships": 60}},
        },
        "needs": {"CCC": {"ships": 40}},
        "trade": {
            "gears": {"exporter": "BBB", "importer": "*", "product": "gears"},
            "ships": {"exporter": "AAA", "importer": "CCC", "product": "ships", "weight": 0.9},
            "rest": {"exporter": "DDD", "importer": "CCC", "product": "ships", "weight": 0.1},
        },
        "events": {"yard": {**cut, "date": "2014-04", "importer": "AAA", "share": 0.5}},
    }
    if share:
        data["events"]["other"] = {**cut, "date": date, "importer": "DDD", "share": share}
    rows = run(data).series.query("metric == 'received'")
    return rows.pivot_table(index="month", columns="state", values="central")


def test_a_slight_cut_of_who_takes_over_is_nearly_none() -> None:
    """Customers of the yard that lacks gears turn to the other, which orders for them: that its own
    cut has not refused. A thousandth took all of it (22 of 40 came for good, and not 40)."""
    without = taken_over(0)
    assert without["CCC"].iloc[-1] == approx(40.26, rel=1e-3)
    for share in (0.001, 0.01):
        found = taken_over(share)
        assert (found["CCC"] >= without["CCC"] * (0.98 - 4 * share)).all()
        assert found["AAA"].to_numpy() == approx(without["AAA"].to_numpy(), rel=share)


@pytest.mark.parametrize("date", ["2014-04", "2014-07", "2015-03"])
def test_a_deeper_cut_of_who_takes_over_brings_less(date: str) -> None:
    """Nor does the first yard get any more for it: it has its half, or little more for a while."""
    shares = (0, 0.01, 0.1, 0.3, 0.5)
    found = [taken_over(share, date) for share in shares]
    last = [each["DDD"].iloc[-12:].sum() for each in found]
    assert sorted(last, reverse=True) == last
    for each in found:
        assert each["AAA"].iloc[4:].to_numpy() == approx([18] * 44, rel=0.07)


# --- the kernel, on paper
# -------------------------------------------------------------------------------------------------


def told(
    waiting: float = 0, each: float = 0, lacked: float = 0, deferred: float = 0, final: int = 1
) -> Refusals:
    """Know of one need what waits, what came for each unit of that, and what is lacked."""
    known = Refusals.none((1, 1), final, 0)
    known.waiting[:], known.passed_each[:], known.lacked[:] = waiting, each, lacked
    known.deferred[:] = deferred
    return known


@pytest.mark.parametrize(
    ("stock", "wanted", "used", "lost", "lacked", "deferred"),
    [
        (20, 60, 20, 25, 0, 0.5 * (5 + 25)),
        (20, 40, 20, 15, 10, 0.5 * (5 + 15)),
        (90, 60, 60, -5, 30, 0),
        (90, 60, 30, 0, 25, 0.5 * 5),
    ],
)
def test_what_a_state_would_have_used(
    stock: float, wanted: float, used: float, lost: float, lacked: float, deferred: float
) -> None:
    """With 25 more in stock, and 5 of what it wants put off for want of them, of which half lasts:
    all that is there; all that it wants; less than it did, as nothing had been put off; and where a
    rule holds goods back no more."""
    one = told(lacked=25, deferred=5)
    one.use(column(stock), column(wanted), column(used), column(0.5))
    found = [each.item() for each in (one.lost, one.lacked, one.deferred)]
    assert found == [lost, lacked, deferred]


def test_what_is_cancelled_is_lacked_still() -> None:
    """Of 40 a quarter goes; what came for each of the others stays."""
    one = told(40, 0.2, 30)
    one.cancel(column(0.25))
    assert (one.waiting.item(), one.passed.item(), one.lacked.item()) == (30, 6, 30)


@pytest.mark.parametrize(("more", "waiting"), [(10, 50), (-15, 25), (-50, 0), (90, 100)])
def test_what_is_ordered_for_want_of_what_was_refused(more: float, waiting: float) -> None:
    """It waits as refused, and less does where less is ordered; no more than 100 orders."""
    one = told(40, 0.2, 30)
    one.order(column(more), column(100))
    assert (one.waiting.item(), one.passed.item()) == approx((waiting, waiting / 5))
    # beside that it would have 10 more on order in the third case, and 30 less in the last
    assert one.lacked.item() == 30 + waiting - (40 + more)


@pytest.mark.parametrize(
    ("waiting", "lacked", "passed"),
    [(40, 30, 8 + 20), (0, 0, 20), (0, 20, 4 + (20 * 0.2 + 20 * 1) / 2)],
)
def test_what_is_ordered_for_customers_was_refused_as_theirs_was(
    waiting: float, lacked: float, passed: float
) -> None:
    """20 more since customers wait who were refused one for each that came, where the line's own
    cut refused five: of what waits no more is ordered, of 20 that are only lacked half of these."""
    one = told(waiting, 0.2, lacked, final=0)
    one.caught_passed[:] = one.caught_others[:] = one.catching_up[:] = 7
    pool = max(waiting, lacked)
    one.order(column(20), column(100), column(20))
    assert (pool + 20) * one.passed_each.item() == approx(passed)


def test_a_hair_more_is_ordered_for_nobody() -> None:
    """What rounding leaves between two answers alike says nothing of what came."""
    one = told(0, 0.2, 0, final=0)
    one.caught_passed[:] = one.caught_others[:] = one.catching_up[:] = 7
    one.order(column(1e-15), column(100), column(20))
    assert (one.passed_each.item(), one.waiting.item()) == (0.2, 0)


def test_what_lines_lose_waits_with_their_customers() -> None:
    """A boat that was not built leaves 2 of its engines less lacked, and its buyer waits for it."""
    both = Refusals.none((2, 1), 1, 0)
    both.lacked[:] = column(1, 5)
    both.waiting[:], both.passed_each[:] = column(2, 0), column(0.5, 0)
    both.lose(column(2), np.arange(2), column(1, 0), column(5, 0))
    assert both.lacked[:, 0].tolist() == [2, 3]
    assert both.waiting[:, 0].tolist() == [3, 0]
    assert both.passed[:, 0].tolist() == approx([1 + 5, 0])
    assert both.lost[:, 0].tolist() == [0, 2]


def after(before: Refusals, odds: float, came: float, backlog: float, *, whole: bool) -> Any:
    """Tell what waits, what came of the same orders, and what is lacked, after a month in which so
    much came over the only need's cut link."""
    rows, link = np.array([0]), GroupSum(np.array([0]), 1)
    least = Lightest.among(column(odds), link)
    cuts = CutNeeds(rows, column(odds), np.array([[whole]]), rows, column(odds), link, least)
    found = before.taken(cuts, column(came), column(backlog))
    return [each.item() for each in (found.waiting, found.passed, found.lacked)]


def test_after_a_month() -> None:
    """Two are refused for each that comes: 14 for 7, beside the 10 that wait and 5 that came."""
    assert after(told(10, 0.5, 20), 2, 7, 100, whole=False) == [24, 12, 34]


def test_no_more_was_refused_than_waits() -> None:
    """Of the 24 half waits, the other half has come after all: half of the 12 that came before are
    of the same orders."""
    assert after(told(10, 0.5, 20), 2, 7, 12, whole=False) == [12, 6, 22]


def test_a_lighter_cut_has_refused_less_of_the_same_orders() -> None:
    """Of 100 that wait it would have refused 10, and of 120 that are lacked 12."""
    assert after(told(100, 0.05, 120), 2, 7, 100, whole=False) == approx([24, 12, 26])


def test_under_a_whole_cut_what_the_other_refused_is_known_still() -> None:
    assert after(told(10, 0.5, 20), 0, 0, 100, whole=True) == [10, 5, 20]
    assert after(told(10, 0.5, 20), 0, 0, 6, whole=True) == [6, 3, 16]


def test_of_members_without_a_cut_nothing_is_known() -> None:
    """In the second of two nothing holds."""
    known = Refusals.none((2, 2), 1, 0)
    every = (known.waiting, known.passed_each, known.lacked, known.lost, known.deferred)
    for each in (*every, known.catching_up, known.by_lines):
        each[:] = 1
    kept = known.where(np.array([True, False]))
    every = (kept.waiting, kept.passed_each, kept.lacked, kept.lost, kept.by_lines)
    assert [each.tolist() for each in every] == [[[1, 0]] * 2] * 5
    assert [each.tolist() for each in (kept.deferred, kept.catching_up)] == [[[1, 0]]] * 2


def test_where_nothing_is_cut_nothing_is_known() -> None:
    assert after(told(10, 0.5, 20), 0, 0, 100, whole=False) == [0, 0, 0]
