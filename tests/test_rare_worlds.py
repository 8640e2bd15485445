"""Right numbers in worlds in which things meet that seldom do, worked out on paper.

BBB has a line of 100 and AAA buys of whoever has x, unless the world says otherwise; what is not
met is given up at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim
from sim.assess.fates import FATES, settle
from tests.wrong_numbers import capital, series

Tree = dict[str, Any]
approx = pytest.approx


def world(need: Any, products: str = "x", states: str = "AAA BBB", **more: Any) -> Tree:
    """Return a world of two years in which AAA needs x."""
    goods = {"unit": "u", "cancellation": 1}
    every = {"exporter": "*", "importer": "*", "product": "*"}
    return {
        "name": "rare",
        "title": "Rare",
        "start": "2014-01",
        "months": 24,
        "states": {each: {"title": each} for each in states.split()},
        "products": {each: {"title": each, **goods} for each in products.split()},
        "factories": {"plant": factory("BBB", x=100)},
        "needs": {"AAA": {"x": need}},
        "trade": {"all": every},
        **more,
    }


def factory(state: str, **lines: Any) -> Tree:
    return {"title": state, "state": state, "lines": lines}


def run(tree: Tree) -> sim.Result:
    return sim.run(sim.parse(tree))


def usable(result: sim.Result, factory: str, product: str = "x") -> list[float]:
    frame = result.capacity
    chosen = (frame.factory == factory) & (frame["product"] == product)
    found: list[float] = frame[chosen].usable_central.tolist()
    return found


def test_two_idle_lines_are_turned_to_what_is_waited_for_once() -> None:
    """40 of z are wanted of a line of 10, while 60 stand idle of each of x and y: of the two 15
    each are turned, 30 in all."""
    tree = world(40, "x y z", months=8)
    tree["needs"]["AAA"] |= {"y": 40, "z": 40}
    made = {"x": 100, "y": 100, "z": 10}
    lines = {each: {"capacity": size, "unit_cost": 1} for each, size in made.items()}
    tree["factories"] = {"plant": factory("BBB", **lines)}
    terms = {"build_months": 1, "qualification_months": 0, "ramp_months": 0, "capital_cost": 1}
    tree["complexity"] = {"easy": {**terms, "retool_months": 1, "retool_cost": 0.01}}
    for each in tree["products"].values():
        each["complexity"] = "easy"
    tree["rules"] = {"investment": {"rule": "retool_when_idle", "idle_months": 3}}
    result = run(tree)
    assert usable(result, "plant", "z") == approx([10.0] * 3 + [40.0] * 5)
    for each in "xy":
        assert usable(result, "plant", each) == approx([100.0] * 3 + [85.0] * 5)
    assert capital(result) == approx(0.3)


def test_what_just_covers_its_cost_pays() -> None:
    """A tenth of 2.3 earned by 10 units in 100 months is the 230 that 10 units of capacity cost."""
    tree = world(50, months=6)
    tree["factories"] = {"plant": factory("BBB", x={"capacity": 20, "unit_cost": 2.3})}
    terms = {"build_months": 1, "qualification_months": 0, "ramp_months": 0, "capital_cost": 23}
    tree["complexity"], tree["products"]["x"]["complexity"] = {"easy": terms}, "easy"
    rule = {"rule": "expand_when_pressed", "for_months": 3, "share": 0.5, "payback_months": 100}
    tree["rules"] = {"investment": rule}
    assert usable(run(tree), "plant") == approx([20.0] * 3 + [30.0] * 3)


def ends(result: sim.Result) -> dict[str, str]:
    """Return the fate at the end, and who did it."""
    rows = result.fates[(result.fates.year == "end") & (result.fates.probability > 0)]
    return dict(zip(rows.fate, rows.by, strict=True))


@pytest.mark.parametrize("date", ["2014-07", "2015-07"])
def test_who_took_over_is_told_against_the_rest_where_there_is_no_year_before(date: str) -> None:
    """Of the 50 of BBB all are built in DDD, which had 10; CCC goes on with its 40."""
    ban = {"kind": "cut_off", "date": date, "exporter": "BBB", "importer": "AAA"}
    tree = world(100, states="AAA BBB CCC DDD", months=36, events={"ban": ban})
    tree["factories"] |= {"c": factory("CCC", x=40), "d": factory("DDD", x=10)}
    tree["trade"] = {
        state: {"exporter": state, "importer": "AAA", "product": "x", "weight": weight}
        for state, weight in (("BBB", 50), ("CCC", 40), ("DDD", 10))
    }
    terms = {"build_months": 3, "qualification_months": 0, "ramp_months": 0, "capital_cost": 1}
    site = {"factory": "d", "product": "x", **terms}
    build = {"title": "B", "chair": "AAA", "beneficiaries": ["AAA"], "candidates": {"d": site}}
    tree["programmes"] = {"build": {**build, "budget": {date: 100}}}
    assert ends(run(tree)) == {"outside": "DDD"}


@pytest.mark.parametrize("date", ["2014-01", "2014-02"])
def test_what_home_made_at_rest_it_has_not_taken_over(date: str) -> None:
    """Of the 40 of BBB 20 go on; home makes its 60 before and after."""
    half = {"kind": "cut_off", "date": date, "share": 0.5, "exporter": "BBB", "importer": "AAA"}
    tree = world(100, events={"half": half})
    tree["factories"]["home"] = factory("AAA", x=60)
    ways = {"importer": "AAA", "product": "x"}
    tree["trade"] = {
        "old": {"exporter": "BBB", **ways, "weight": 40},
        "home": {"exporter": "AAA", **ways, "weight": 60},
    }
    assert list(ends(run(tree))) == ["old"]


@pytest.mark.parametrize(
    ("closure", "built", "qualified", "added"),
    [
        ("2014-07", "inf", "inf", 0),
        ("2014-08", "2014-07", "inf", 0),
        ("2014-09", "2014-07", "inf", 0),
        ("2014-10", "2014-07", "2014-09", 10),
    ],
)
def test_what_is_lost_under_way_was_neither_built_nor_added(
    closure: str, built: str, qualified: str, added: float
) -> None:
    """10 are begun in March, built in July and qualified in September, unless the line closes as
    the month begins."""
    ban = {"kind": "cut_off", "date": "2014-02", "exporter": "BBB", "importer": "AAA"}
    close = {"kind": "closure", "date": closure, "factory": "home"}
    tree = world(50, events={"ban": ban, "close": close})
    tree["factories"]["home"] = factory("AAA", x=20)
    terms = {"build_months": 4, "qualification_months": 2, "ramp_months": 0, "capital_cost": 5}
    site = {"factory": "home", "product": "x", **terms}
    build = {"title": "B", "chair": "AAA", "beneficiaries": ["AAA"], "candidates": {"home": site}}
    tree["programmes"] = {"build": {**build, "budget": {"2014-03": 50}}}
    row = run(tree).programmes.iloc[0]
    assert [row.built_central, row.qualified_central] == [built, qualified]
    assert row.added_central == approx(added)


@pytest.mark.parametrize("made", ["x", "x y"])
def test_who_only_builds_waits_for_no_orders_of_what_it_could_be_turned_to(made: str) -> None:
    """50 are wanted of a line of 20, two and a half times as much. CCC has bare ground for x, and
    perhaps a line of y, which its rule turns to nothing: neither takes a part of what waits."""
    tree = world(50, "x y", months=12, states="AAA BBB CCC")
    tree["factories"] = {
        "plant": factory("BBB", x={"capacity": 20, "unit_cost": 1}),
        "ground": factory("CCC", **{each: 100 * (each == "y") for each in made.split()}),
    }
    terms = {"build_months": 1, "qualification_months": 0, "ramp_months": 0, "capital_cost": 1}
    tree["complexity"] = {"easy": {**terms, "retool_months": 1}}
    tree["products"]["x"]["complexity"] = "easy"
    rule = {"rule": "expand_when_pressed", "pressure": 2, "for_months": 3, "share": 0.5}
    tree["rules"] = {"investment": rule}
    assert usable(run(tree), "plant") == approx([20.0] * 3 + [30.0] * 9)


def test_who_is_hit_in_some_members_is_an_ally_in_the_others() -> None:
    """CCC takes over all from BBB, and a fifth of that is cut, or nothing: then it is the ally that
    it is where nobody is ever hit but BBB."""
    ban = {"kind": "cut_off", "date": "2014-07", "exporter": "BBB", "importer": "AAA"}
    share = {"dist": "discrete", "values": [0, 0.2], "value": 0}
    cut = {**ban, "exporter": "CCC", "date": "2015-06", "share": share}
    tree = world(50, states="AAA BBB CCC", months=36, members=8, events={"ban": ban, "cut": cut})
    for state in "AAA", "CCC":
        tree["states"][state]["bloc"] = "union"
    tree["factories"]["c"] = factory("CCC", x=100)
    tree["trade"] = {
        state: {"exporter": state, "importer": "AAA", "product": "x", "weight": weight}
        for state, weight in (("BBB", 1), ("CCC", 0.0001))
    }
    result = run(tree)
    hit = float(result.records.acted[1].mean())
    assert 0 < hit < 1
    found = result.fates[(result.fates.year == "end") & (result.fates.probability > 0)]
    assert dict(zip(found.fate, found.probability, strict=True)) == {"ally": 1 - hit, "old": hit}
    assert found.by.tolist() == ["CCC", ""]


def test_where_nothing_is_hit_nobody_has_taken_over() -> None:
    """BBB alone makes x. In some members it is cut off; in the others it goes on."""
    share = {"dist": "discrete", "values": [0, 1], "value": 0}
    ban = {"kind": "cut_off", "date": "2014-07", "exporter": "BBB", "importer": "AAA"}
    result = run(world(50, members=8, months=36, events={"ban": {**ban, "share": share}}))
    hit = float(result.records.acted.mean())
    assert 0 < hit < 1
    found = result.fates[(result.fates.year == "end") & (result.fates.probability > 0)]
    assert dict(zip(found.fate, found.probability, strict=True)) == {"old": 1 - hit, "unmet": hit}
    assert found.reached.tolist() == [0, 0]
    assert found.by.tolist() == ["", ""]


def test_who_lives_on_a_stock_lives_on_what_the_old_suppliers_sent() -> None:
    """BBB alone makes x, and is cut off in January 2015; a stock of 13 months lasts the year."""
    ban = {"kind": "cut_off", "date": "2015-01", "exporter": "BBB", "importer": "AAA"}
    tree = world({"units": 50, "stock_cover": 13}, months=36, events={"ban": ban})
    rows = run(tree).fates
    found = rows[rows.probability > 0].set_index("year").fate
    assert (found["2015"], found["2016"]) == ("old", "unmet")


@pytest.mark.parametrize("members", [1, 4])
def test_half_of_a_need_is_not_less_than_half_of_it(members: int) -> None:
    """Of 100 a year half is cut, in however many members: sums of twelfths are not quite whole."""
    half = {"kind": "cut_off", "date": "2014-07", "exporter": "BBB", "importer": "AAA"}
    events = {"half": {**half, "share": 0.5}}
    assert ends(run(world({"by_year": {2014: 100}}, members=members, events=events))) == {"old": ""}


def test_of_two_groups_that_have_half_each_the_first_counts() -> None:
    """What sums leave behind the sixteenth digit is not more."""
    halves = np.array([0.5, 0, 0, 0, 0.5 + 1e-15])[:, None, None]
    one = np.ones((1, 1))
    assert settle(halves, np.zeros((5, 1)), one, one).tolist() == [[FATES.index("home")]]


@pytest.mark.parametrize("rule", ["proportional", "equal_awards", "equal_losses", "talmud"])
def test_a_buyer_that_asks_by_two_ways_claims_once(rule: str) -> None:
    """AAA and CCC want 40 each of the 30 of BBB, AAA half of it by way of DDD: each gets 15."""
    ways = {"exporter": "BBB", "importer": "AAA", "via": "DDD", "lead_months": 1, "capacity": 100}
    way = {"kind": "reexport", "date": "2014-03", **ways}
    tree = world(40, states="AAA BBB CCC DDD", months=6, events={"way": way})
    tree["needs"]["CCC"] = {"x": 40}
    tree["factories"] = {"plant": factory("BBB", x=30)}
    tree["rules"] = {"allocation": rule}
    result = run(tree)
    assert series(result, "received") == approx([15.0] * 6)
    assert series(result, "leaked") == approx([0.0] * 2 + [7.5] * 4)
