"""Under a limit for several states together each has first what is exempt for it alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernels.groups import Groups
from sim.kernels.own_first import Own, own_first
from tests.test_partial_cuts import CUT, one_supplier, received

Tree = dict[str, Any]
approx = pytest.approx
BEFORE = 6


def under_a_quota(cap: float, free: Tree, needs: dict[str, float] | None = None) -> Tree:
    """Make a world in which BBB could supply all; it may sell `cap` to all of them together, and
    what is exempt to AAA. What does not come is dropped."""
    needs = needs or {"AAA": 60, "CCC": 60}
    quota = {**CUT, "kind": "quota", "importer": list(needs), "pairs": "together", "cap": cap}
    world = one_supplier(needs, quota=quota, free={**CUT, **free})
    world["factories"]["fb"]["lines"]["x"] = 300
    world["products"]["x"]["cancellation"] = 1
    return world


@pytest.mark.parametrize(
    ("cap", "free", "one", "other"),
    [
        (10, {"kind": "exemption", "cap": 30}, 30, 0),
        (40, {"kind": "exemption", "cap": 30}, 30 + 10 / 3, 20 / 3),
        (40, {"kind": "exemption", "share": 0.5}, 30 + 10 / 3, 20 / 3),
        (40, {"kind": "leakage", "share": 0.5, "phase_in": 0}, 20, 20),
        (100, {"kind": "exemption", "cap": 30}, 160 / 3, 140 / 3),
        (0, {"kind": "exemption", "cap": 30}, 30, 0),
        (40, {"kind": "exemption", "cap": 0}, 20, 20),
    ],
)
def test_what_is_exempt_passes_first(cap: float, free: Tree, one: float, other: float) -> None:
    """Both want 60. AAA has what is exempt, and of the rest of the quota its part by what is left
    to want: of 10 a third, since it wants 30 more and CCC 60. What leaks has no such right."""
    first, second = received(under_a_quota(cap, free), "AAA", "CCC")
    assert first == approx([60.0] * BEFORE + [one] * 30, abs=1e-9)
    assert second == approx([60.0] * BEFORE + [other] * 30, abs=1e-9)


def test_what_one_leaves_of_its_own_others_may_use() -> None:
    """AAA wants 5 of the 30 that are exempt; of the quota of 40 CCC has the rest."""
    world = under_a_quota(40, {"kind": "exemption", "cap": 30}, {"AAA": 5, "CCC": 60})
    first, second = received(world, "AAA", "CCC")
    assert (first[-1], second[-1]) == (approx(5), approx(35))


def test_a_cap_of_trade_lets_nothing_pass_first() -> None:
    """A trade rule's cap of 40 for both is shared by what is asked, whatever a quota exempts."""
    world = under_a_quota(110, {"kind": "exemption", "cap": 30})
    world["trade"]["t"] |= {"cap": 40, "pairs": "together"}
    world["events"]["quota"] |= {"importer": "AAA", "cap": 59, "pairs": "each"}
    first, second = received(world, "AAA", "CCC")
    assert (first[-1], second[-1]) == (approx(20), approx(20))


PAIRS = Groups.build([np.array(each) for each in ([0, 1], [2], [3], [0, 1, 2, 3])], np.arange(4))
"""Three pairs of states, the first with two links, and all together."""
SEVERAL = np.array([False, False, False, True])
AMOUNTS = st.lists(st.floats(0, 100), min_size=4, max_size=4)


def reduced(orders: Any, own: Any, room: Any) -> Any:
    """Return what is left of orders, [links, members], under a limit for all, and its parts."""
    free = np.full((4, orders.shape[1]), np.inf)
    free[3] = room
    shares = np.vstack([own, np.zeros_like(room)])
    alone = Own(shares, SEVERAL, np.zeros_like(shares), np.zeros_like(SEVERAL))
    parts = own_first(PAIRS, orders, free, PAIRS.carried(orders), alone)
    return orders * PAIRS.least_of(parts), parts


@settings(max_examples=200)
@given(st.lists(st.tuples(AMOUNTS, AMOUNTS, st.floats(0, 300)), min_size=1, max_size=4))
def test_laws(members: list[tuple[list[float], list[float], float]]) -> None:
    """All of the room is used where it is wanted, none beyond; who has something of his own gets it
    as far as there is room for all who have, and nobody more than he asks; nothing depends on
    company."""
    orders, own = (np.array([each[at] for each in members]).T for at in (0, 1))
    own, room = own[:3], np.array([each[2] for each in members])
    got, parts = reduced(orders, own, room)
    asked, by_pair = orders.sum(axis=0), PAIRS.carried(got)[:3]
    assert got.sum(axis=0) == approx(np.minimum(asked, room), rel=1e-9, abs=1e-9)
    assert (got <= orders * (1 + 1e-12)).all()
    first = np.minimum(PAIRS.carried(orders)[:3], own)
    fits = first.sum(axis=0) <= room
    assert (by_pair >= first * (1 - 1e-9) - 1e-9)[:, fits].all()
    for place in range(len(members)):
        alone = slice(place, place + 1)
        again = reduced(orders[:, alone], own[:, alone], room[alone])
        assert again[0].tobytes() == np.ascontiguousarray(got[:, alone]).tobytes()
        assert again[1].tobytes() == np.ascontiguousarray(parts[:, alone]).tobytes()


@settings(max_examples=50)
@given(AMOUNTS, st.floats(0, 300))
def test_who_has_nothing_of_his_own_is_reduced_as_all(asked: list[float], room: float) -> None:
    orders = np.array(asked)[:, None]
    parts = reduced(orders, np.zeros((3, 1)), np.array([room]))[1]
    whole = PAIRS.carried(orders)[3, 0]
    expected = room / whole if whole > room else 1.0
    assert parts[PAIRS.group == 3].tolist() == [[expected]] * 4
