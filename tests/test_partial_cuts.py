"""A part of a cut takes its share of what would flow, of suppliers that are short, too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.kernels.allocation import allocate
from sim.kernels.groups import Groups
from sim.kernels.limits import Limits
from sim.kernels.market import Market
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


def test_what_leaks_is_beyond_the_share_of_what_could_come() -> None:
    """Half of 100 is lawful, and 60 a month leak through whatever holds: 60 come, 10 of them beyond
    what is lawful."""
    leak = {**CUT, "kind": "leakage", "share": 0.6}
    world = one_supplier({"AAA": 150}, cut={**CUT, "share": 0.5}, leak=leak)
    world["products"]["x"]["cancellation"] = 1
    result = run(world)
    assert series(result, "received") == approx([100.0] * 6 + [60.0] * 30)
    assert series(result, "leaked") == approx([0.0] * 6 + [10.0] * 30)


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
