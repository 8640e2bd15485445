"""The schema's bounds hold at the door of every function: what is run can be saved and loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sim
from sim.errors import InputError, ScenarioError
from sim.scenario.quantity import SMALLEST
from sim.scenario.revision import bounds, revised
from tests.tiny_scenario import data
from tests.worlds import world

GOAL = {"reach": "fill_rate[AAA] >= 0.5", "choose": "trade.old.weight", "low": 0, "high": 1}
CALLS: list[Callable[..., object]] = [
    lambda given: sim.run(world(), **given),
    lambda given: sim.compare(world(), world(), **given),
    lambda given: sim.backtest(world(), announced=world(), **given),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"months": 1201}, "months: 1201 is above 1200"),
        ({"months": 0}, "months: 0 is below 1"),
        ({"seed": 2**63}, f"seed: {2**63} is above {2**63 - 1}"),
        ({"seed": -1}, "seed: -1 is below 0"),
        ({"members": 10**6 + 1}, "members: 1000001 is above 1000000"),
        ({"members": 2.0}, "members: 2.0 is not a whole number"),
        ({"members": True}, "members: True is not a whole number"),
        ({"months": "12"}, "months: '12' is not a whole number"),
    ],
)
def test_numbers_out_of_bounds_are_refused(
    call: Callable[..., object], given: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=f"^{message}$"):
        call(given)


def test_so_they_are_elsewhere() -> None:
    for call, message in (
        (lambda: sim.stress(world(), members=0), "members: 0 is below 1"),
        (lambda: sim.plan(world(), members=10**7, **GOAL), "members: 10000000 is above 1000000"),
        (lambda: sim.run(world(), only=[-1]), "only: -1 is not the number of a member"),
        (lambda: sim.run(world(), only=[1.5]), "only: 1.5 is not the number of a member"),
        (lambda: sim.run(world(), only=[]), "only: names no member"),
        (lambda: sim.run(world(), chunk=1.5), "chunk: 1.5 is not a whole number"),
        (lambda: sim.run(world(), chunk=True), "chunk: True is not a whole number"),
        (lambda: sim.run(world().model_copy(update={"months": 9999})), "months: 9999 is above"),
    ):
        with pytest.raises(InputError, match=message):
            call()


def test_all_faults_come_together() -> None:
    with pytest.raises(InputError, match=r"members: 0 is below 1\nmonths: 0 is below 1"):
        sim.run(world(), members=0, months=0)


def test_numpys_whole_numbers_are_whole() -> None:
    found = revised(world(), members=np.int64(3))
    assert found.members == 3
    assert type(found.members) is int
    assert bounds("months") == (1, 1200)


@pytest.mark.parametrize("number", [5e-324, 1e-300, SMALLEST / 2, -1e-10])
def test_numbers_that_no_quotient_bears_are_refused(number: float) -> None:
    """Their quotients overflow, and to share out so little takes for ever."""
    with pytest.raises(ScenarioError, match=r"is nearer to 0 than 1e-09 \(months\); write 0"):
        sim.parse({**data(), "complexity": {"hard": {**CLASS, "build_months": number}}})
    assert sim.parse({**data(), "complexity": {"hard": {**CLASS, "build_months": SMALLEST}}})


CLASS = {"build_months": 24, "qualification_months": 12, "ramp_months": 6, "capital_cost": 2}


def test_text_that_no_file_can_hold_is_refused_before_the_run() -> None:
    """Through every door by which text comes in."""
    with pytest.raises(ScenarioError, match=r"title: text with the control character U\+D800"):
        sim.parse({**data(), "title": "a\ud800"})
    with pytest.raises(ScenarioError, match=r"title: not plain text: character U\+D800"):
        sim.parse(data(), ["title=a\ud800"])
    with pytest.raises(InputError, match="holds half of a surrogate pair"):
        sim.run(world().model_copy(update={"title": "a\ud800"}))
