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


def test_a_cut_leaves_its_share_of_orders_that_wait_from_before_it() -> None:
    """150 wait after an outage, and 50 more are ordered each month; of all nine tenths come.

    The line makes 100 a month: 100, 100, then 270 - 200, and 45 a month from then on.
    """
    world = data("cut_of_a_tenth")
    world["programmes"] = {}
    fire = {"kind": "outage", "factory": "fb", "date": "2014-07", "until": "2014-10"}
    cut = {"kind": "cut_off", "date": "2014-10", "share": 0.1, **ENDS}
    world["events"] = {"fire": fire, "cut": cut}
    after = [100.0, 100.0, 70.0] + [45.0] * 24
    assert series(run(world), "received") == approx([50.0] * 6 + [0.0] * 3 + after)


def test_half_of_a_ban_that_is_lifted_lets_half_of_what_waits_pass() -> None:
    """150 wait after three months; 100 pass of the 200 that are wanted, then 25 of each 50."""
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
    assert received == approx([50.0] * 6 + [0.0] * 3 + [100.0] + [25.0] * 26)


def test_a_cut_takes_its_share_of_what_a_cap_for_all_lets_pass() -> None:
    """12 for both are 9 and 3; a quarter of the 9 is cut, and what that leaves CCC takes."""
    cut = {"kind": "cut_off", "date": "2014-07", "share": 0.25, **ENDS}
    world = two_buyers({"cap": 12, **TOGETHER}, cut=cut)
    world["products"]["x"]["cancellation"] = 1
    result = run(world)
    assert series(result, "received") == approx([9.0] * 6 + [6.75] * 18)
    assert series(result, "received", "CCC") == approx([3.0] * 6 + [5.25] * 18)
