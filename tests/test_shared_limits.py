"""Right numbers of small worlds, worked out on paper: who gets what of a limit that several share.

BBB has a line of 100 and AAA needs 50 a month, unless the world says otherwise.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.test_wrong_numbers import TOGETHER
from tests.wrong_numbers import data, run, series, shipped

Tree = dict[str, Any]
approx = pytest.approx
ENDS = {"exporter": "BBB", "importer": "AAA"}


def two_buyers(limit: Tree, **more: Tree) -> Tree:
    """Make a world in which AAA and CCC want 30 and 10 of BBB, under one limit for both."""
    world = data("quota_two_lines")
    world["states"]["CCC"] = {"title": "C"}
    world["needs"] = {"AAA": {"x": 30}, "CCC": {"x": 10}}
    world["trade"]["t"] |= {"importer": ["AAA", "CCC"]}
    world["events"] = {}
    if "kind" in limit:
        both = {"exporter": "BBB", "importer": ["AAA", "CCC"], "date": "2014-07"}
        world["events"] = {"limit": {**both, **limit}}
    else:
        world["trade"]["t"] |= limit
    world["events"] |= more
    return world


@pytest.mark.parametrize("lines", [1, 3])
@pytest.mark.parametrize("limit", [{"kind": "quota"}, {}], ids=["quota", "trade"])
def test_a_limit_is_shared_by_what_is_asked(limit: Tree, lines: int) -> None:
    """Of 12 for both who wants three times as much gets three times as much, though neither alone
    could have more than 12, and however many lines make it."""
    world = two_buyers({**limit, "cap": 12, **TOGETHER})
    plant = {"title": "P", "state": "BBB", "lines": {"x": 100 / lines}}
    world["factories"] = {f"plant_{each}": plant for each in range(lines)}
    world["products"]["x"]["cancellation"] = 1
    result = run(world)
    assert shipped(result, 2015, "BBB", "AAA", "x") == approx(12 * 9)
    assert shipped(result, 2015, "BBB", "CCC", "x") == approx(12 * 3)


@pytest.mark.parametrize("plants", [1, 2])
@pytest.mark.parametrize("by_trade", [True, False])
def test_a_cap_of_one_pair_beside_a_quota_for_two(by_trade: bool, plants: int) -> None:
    """100 want 50, and AAA may have 30: the quota halves all orders, whether the 30 are a trade
    rule's or a quota's, of one plant or of two."""
    world = three_buyers(all={"kind": "quota", "cap": 50, **TOGETHER})
    world["needs"] = {"AAA": {"x": 60}, "CCC": {"x": 40}}
    plant = {"title": "P", "state": "BBB", "lines": {"x": 120 / plants}}
    world["factories"] = {f"plant_{each}": plant for each in range(plants)}
    world["events"]["all"]["importer"] = ["AAA", "CCC"]
    if by_trade:
        world["trade"]["one"] = {**world["trade"]["t"], "importer": "AAA", "cap": 30}
    else:
        world["events"]["one"] = {**world["events"]["all"], **ENDS, "cap": 30, "pairs": "each"}
    result = run(world)
    assert series(result, "received")[6:] == approx([30.0] * 18)
    assert series(result, "received", "CCC")[6:] == approx([20.0] * 18)


def test_a_cut_leaves_its_share_of_orders_that_wait_from_before_it() -> None:
    """150 wait after an outage, and 50 more are ordered each month; of all nine tenths come.

    The line makes 100 a month, of which 90 come while so much waits: three months for the 150 and
    three times 50, and 45 a month from then on.
    """
    world = data("cut_of_a_tenth")
    world["programmes"] = {}
    fire = {"kind": "outage", "factory": "fb", "date": "2014-07", "until": "2014-10"}
    cut = {"kind": "cut_off", "date": "2014-10", "share": 0.1, **ENDS}
    world["events"] = {"fire": fire, "cut": cut}
    after = [90.0] * 3 + [45.0] * 24
    assert series(run(world), "received") == approx([50.0] * 6 + [0.0] * 3 + after)


def test_half_of_a_ban_that_is_lifted_lets_half_of_what_waits_pass() -> None:
    """150 wait after three months; the line makes 100 a month, so that 50 would pass beside 50 that
    are refused until all has been asked for once, then 25 of each 50."""
    world = data("cut_of_a_tenth")
    world["programmes"] = {}
    world["events"]["c"] |= {"date": "2014-07", "share": 1}
    world["events"]["half"] = {
        "kind": "lifting",
        "date": "2014-10",
        "lifts": ["c"],
        "share": 0.5,
    }
    received = series(run(world), "received")
    assert received == approx([50.0] * 6 + [0.0] * 3 + [50.0] * 3 + [25.0] * 24)


def test_a_cut_takes_its_share_of_what_a_cap_for_all_lets_pass() -> None:
    """12 for both are 9 and 3; a quarter of the 9 is cut, and what that leaves CCC takes."""
    cut = {"kind": "cut_off", "date": "2014-07", "share": 0.25, **ENDS}
    world = two_buyers({"cap": 12, **TOGETHER}, cut=cut)
    world["products"]["x"]["cancellation"] = 1
    result = run(world)
    assert series(result, "received") == approx([9.0] * 6 + [6.75] * 18)
    assert series(result, "received", "CCC") == approx([3.0] * 6 + [5.25] * 18)


def three_buyers(**events: Tree) -> Tree:
    """Make a world in which AAA, CCC and DDD want 30 each of BBB, and what they miss is dropped."""
    world = data("quota_two_lines")
    buyers = ("AAA", "CCC", "DDD")
    world["states"] |= {name: {"title": name} for name in buyers}
    world["needs"] = {name: {"x": 30} for name in buyers}
    world["trade"]["t"] |= {"importer": "*"}
    world["products"]["x"]["cancellation"] = 1
    to = {"date": "2014-07", "exporter": "BBB", "importer": list(buyers)}
    world["events"] = {name: {**to, **event} for name, event in events.items()}
    return world


BAN: Tree = {"kind": "cut_off", "importer": ["AAA", "CCC"]}
FREE: Tree = {"kind": "exemption", "cap": 20, **TOGETHER}


def later(world: Tree) -> list[float]:
    """Run a world and tell what AAA, CCC and DDD get a month from 2014-07 on."""
    result = run(world)
    found = [series(result, "received", name) for name in ("AAA", "CCC", "DDD")]
    assert all(each == approx([30.0] * 6 + [each[-1]] * 18) for each in found)
    return [each[-1] for each in found]


def test_what_is_exempt_together_is_for_those_that_are_restricted() -> None:
    """20 are exempt for all three, and DDD, which no ban is for, needs none of them."""
    assert later(three_buyers(ban=BAN, free=FREE)) == approx([10, 10, 30])
    assert later(three_buyers(ban={**BAN, "share": 0.5}, free=FREE)) == approx([20, 20, 30])


def test_an_exemption_together_makes_nobody_a_victim() -> None:
    """DDD goes on as before: no restriction has hit it."""
    result = run(three_buyers(ban=BAN, free=FREE))
    assert series(result, "legacy", "DDD") == [0.0] * 24
    assert series(result, "legacy", "AAA") == approx([30.0] * 6 + [10.0] * 18)


def test_a_quota_together_is_for_those_that_are_not_exempt() -> None:
    """20 are for CCC and DDD; AAA is free, and takes none of them."""
    quota = {"kind": "quota", "cap": 20, **TOGETHER}
    free = {"kind": "exemption", "importer": "AAA", "share": 1}
    assert later(three_buyers(quota=quota, free=free)) == approx([30, 10, 10])


def test_of_two_exemptions_together_the_greatest_holds() -> None:
    less = {**FREE, "cap": 5}
    assert later(three_buyers(ban=BAN, less=less, free=FREE)) == approx([10, 10, 30])


def test_two_exemptions_together_let_no_more_pass_than_both() -> None:
    """AAA and CCC are exempt for 20, CCC and DDD for 8: CCC is under both."""
    other = {**FREE, "cap": 8, "importer": ["CCC", "DDD"]}
    ban = {**BAN, "importer": ["AAA", "CCC", "DDD"]}
    own = {**FREE, "importer": ["AAA", "CCC"]}
    found = later(three_buyers(ban=ban, own=own, other=other))
    assert found[0] + found[1] == approx(20)
    assert found[1] + found[2] == approx(8)


def test_an_exemption_of_one_pair_together_is_as_each() -> None:
    """AAA may have 10 by quota and 25 by exemption: the greater, not both."""
    world = two_buyers({"kind": "quota", "cap": 10})
    world["needs"] = {"AAA": {"x": 30}}
    world["events"]["limit"]["importer"] = "AAA"
    free = {"kind": "exemption", "cap": 25, "date": "2014-07", **ENDS}
    for pairs in {}, TOGETHER:
        world["events"]["free"] = {**free, **pairs}
        assert series(run(world), "received")[6:12] == approx([25.0] * 6)


@pytest.mark.parametrize("before", [0, 10, 30])
@pytest.mark.parametrize("second", [0.5, 1])
def test_an_exemption_together_takes_nothing_of_what_cuts_leave(before: int, second: float) -> None:
    """Half of what AAA gets is cut, and half or all of CCC's; 4 are exempt together. Both come to
    want 30 after that: who is cut by half has the half that the cut leaves."""
    half, other = {"share": 0.5, "importer": "AAA"}, {"share": second, "importer": "CCC"}
    free = {**FREE, "cap": 4}
    world = three_buyers(half={**BAN, **half}, other={**BAN, **other}, free=free)
    for buyer in "AAA", "CCC":
        world["needs"][buyer] = {"x": {"series": [before] * 9 + [30]}}
    result = run(world)
    assert series(result, "received")[9:] == approx([15.0] * 15)
    if second < 1:
        assert series(result, "received", "CCC")[9:] == approx([15.0] * 15)


@pytest.mark.parametrize(
    ("other", "came"),
    [
        ({}, (2, 2, 30)),
        ({"kind": "quota", "cap": 50}, (2, 2, 30)),
        ({"kind": "quota", "cap": 5}, (2, 2, 5)),
        ({"kind": "quota", "cap": 3}, (1.5, 1.5, 4)),
        ({"kind": "cut_off", "share": 0.01}, (2, 2, 29.7)),
        ({"kind": "sanction", "share": 0, "contracts_until": "2015-12"}, (2, 2, 30)),
        ({"kind": "exemption", "cap": 9}, (2, 2, 30)),
    ],
)
def test_an_exemption_together_is_for_who_is_left_less(other: Tree, came: Any) -> None:
    """4 are exempt for AAA and CCC, who may have nothing else, and DDD. What DDD is left anyway it
    has, and what it does not use of that is not for the others: if it is left 4 or more, they have
    the 4; if it is left 3, all three have them, DDD one, since no pair has more than is exempt."""
    free = {**FREE, "cap": 4}
    limit = {"limit": {**other, "importer": "DDD"}} if other else {}
    assert later(three_buyers(ban=BAN, free=free, **limit)) == approx(came)


def test_what_one_is_exempt_from_alone_leaves_others_what_all_are_exempt_from() -> None:
    """DDD is barred like the others, with 9 exempt for itself: it takes none of the 4."""
    own = {"kind": "exemption", "cap": 9, "importer": "DDD"}
    ban = {**BAN, "importer": ["AAA", "CCC", "DDD"]}
    assert later(three_buyers(ban=ban, free={**FREE, "cap": 4}, own=own)) == approx([2, 2, 9])
