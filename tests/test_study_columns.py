"""Lay points side by side: each has the bits that it has alone, whatever stands beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine.run import run
from sim.errors import InputError
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Scenario
from sim.study.batched_points import at, side_by_side
from sim.study.experiment import Experiment, prepared
from sim.study.spec import ask
from tests.random_worlds import random_scenario
from tests.worlds import propulsion_world

FACTORS: dict[str, Any] = {
    "events.ban.share": {"low": 0.1, "high": 1},
    "events.ban.phase_in": [0, 3, 12],
    "events.leak.share": {"low": 0, "high": 1},
    "programmes.build.budget": [0, 100, 700],
    "programmes.build.candidates.turbines.build_months": {"low": 3, "high": 40},
    "needs.AAA.optics": {"low": 1, "high": 60},
    "factories.yard.lines.propulsion_units": {"low": 0, "high": 20},
    "trade.gears.weight": [0, 1, 5],
    "trade.anything.lead_months": {"low": 1, "high": 6},
    "products.gears.cancellation": [0, 0.5, 1],
    "products.propulsion_units.inputs.gears": {"low": 1, "high": 3},
    "states.AAA.stock_cover": {"low": 0, "high": 6},
}


def numbers(experiment: Experiment) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Run all tasks and return what they keep, [points, members, rows]."""
    values = np.full((experiment.points, experiment.members, len(experiment.rows)), np.nan)
    for task in experiment.tasks(np.ones(values.shape[:2], dtype=np.bool_)):
        values[list(task.points), list(task.members)] = task.run()
    return values


def assert_as_alone(scenario: Scenario, points: int, **study: Any) -> None:
    """Run a study side by side, and some of its points alone; compare every bit of what is kept."""
    experiment = prepared(
        ask({"design": {"kind": "random", "points": points, "seed": 2}, **study}), [scenario]
    )
    values = numbers(experiment)
    for point in range(0, points, 3):
        records = run(experiment.scenario(point)).records
        for place, row in enumerate(experiment.rows):
            if row.metric in records.summary:
                alone = records.summary[row.metric][
                    list(records.needs).index((row.state, row.product))
                ]
                assert np.array_equal(values[point, :, place], alone, equal_nan=True), (point, row)


def test_points_have_the_bits_they_have_alone() -> None:
    """Shares, months, budgets, capacities, weights, lead times and needs vary together, with zeros
    among them."""
    assert_as_alone(propulsion_world(), 30, factors=FACTORS, members=4)


@pytest.mark.parametrize("seed", range(6))
def test_points_of_any_world_have_the_bits_they_have_alone(seed: int) -> None:
    """Also in worlds with every kind of event and rules drawn at random."""
    scenario = random_scenario(seed)
    event = next(
        name for name, each in scenario.events.items() if getattr(each, "share", None) is not None
    )
    state, needs = next((state, needs) for state, needs in scenario.needs.items() if needs)
    factors = {
        f"events.{event}.share": {"low": 0, "high": 1},
        f"needs.{state}.{next(iter(needs))}": {"low": 1, "high": 90},
    }
    assert_as_alone(scenario, 9, factors=factors, members=3)


def test_announced_months_slip_as_they_do_alone() -> None:
    """The ratio to what was announced depends on how far ahead that lay, at each point alone."""
    tree = propulsion_world().model_dump(by_alias=True, exclude_unset=True)
    candidate = tree["programmes"]["build"]["candidates"]["turbines"]
    del candidate["build_months"], candidate["qualification_months"]
    candidate["lead_time"] = {"announced": 12, "class": "deep"}
    path = "programmes.build.candidates.turbines.lead_time.announced"
    scenario = Scenario.model_validate(tree)
    assert_as_alone(scenario, 9, factors={path: {"low": 2, "high": 30}}, members=4)


def test_points_alike_in_structure_share_tasks() -> None:
    """Numbers travel side by side, a zero apart from other numbers; a choice of rules makes tasks
    of its own."""
    factors = {
        "events.ban.share": [0.2, 0.4, 0.6],
        "rules.sourcing": ["fixed", "loyalty"],
        "programmes.build.budget": [0, 5],
    }
    experiment = prepared(ask({"factors": factors, "members": 5}), [propulsion_world()])
    tasks = list(experiment.tasks(np.ones((12, 5), dtype=np.bool_)))
    assert sorted(len(task.points) for task in tasks) == [15, 15, 15, 15]
    assert sorted((set(task.points) for task in tasks), key=min) == [
        {0, 4, 8},
        {1, 5, 9},
        {2, 6, 10},
        {3, 7, 11},
    ]


def test_a_task_splits_into_its_points() -> None:
    """Each part gives the numbers that it gives in the whole."""
    factors = {"events.ban.share": {"low": 0, "high": 1}}
    experiment = prepared(
        ask({"factors": factors, "design": {"kind": "random", "points": 3}, "members": 2}),
        [propulsion_world()],
    )
    (task,) = experiment.tasks(np.ones((3, 2), dtype=np.bool_))
    parts = task.parts()
    assert [part.points for part in parts] == [(0, 0), (1, 1), (2, 2)]
    assert np.array_equal(
        np.concatenate([part.run() for part in parts]), task.run(), equal_nan=True
    )


def test_a_number_replaces_one_number_only() -> None:
    """What else is said of a line or a need stays, an interval does not: all members get the
    number."""
    scenario = propulsion_world()
    factors = {
        "factories.yard.lines.propulsion_units": [20],
        "needs.CCC.optics": [9],
        "needs.AAA.propulsion_units": [5],
    }
    changed = prepared(ask({"factors": factors}), [scenario]).scenario(0)
    assert changed.factories["yard"].lines["propulsion_units"].yield_.value == 0.9
    assert changed.factories["yard"].lines["propulsion_units"].capacity.value == 20
    assert changed.needs["CCC"]["optics"].tier == 1
    assert changed.needs["AAA"]["propulsion_units"].units == Quantity(value=5)


def test_a_budget_keeps_the_shares_of_its_months() -> None:
    scenario = propulsion_world()
    programme = scenario.programmes["build"].model_dump(by_alias=True, exclude_unset=True)
    uneven = {
        "build": {
            **programme,
            "budget": {"2014-06": 100, "2015-06": {"value": 300, "low": 0, "high": 500}},
        }
    }
    experiment = prepared(
        ask({"factors": {"programmes.build.budget": [80]}}), [propulsion_world(programmes=uneven)]
    )
    assert experiment.scenario(0).programmes["build"].budget == {
        "2014-06": Quantity(value=20),
        "2015-06": Quantity(value=60),
    }


def test_draws_are_common_to_all_points() -> None:
    """What no factor changes has the same draws at every point: a factor that changes nothing
    changes nothing."""
    factors = {"products.optics.learning_rate": [0.1, 0.3]}
    values = numbers(
        prepared(
            ask({"factors": factors, "members": 6, "metrics": ["fill_rate"]}), [propulsion_world()]
        )
    )
    assert np.array_equal(values[0], values[1])
    assert len(np.unique(values[0])) > 6


def test_only_quantities_lie_side_by_side() -> None:
    with pytest.raises(InputError, match=r"needs\.AAA: is not a quantity"):
        side_by_side(propulsion_world(), {"needs.AAA": (1.0,)})
    beside = side_by_side(propulsion_world(), {"events.ban.share": (0.5, 0.7)})
    with pytest.raises(ValueError, match=r"events\.ban\.share: 2 numbers for 3 columns"):
        run(beside, members=3)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("factories.yard.lines.propulsion_units.yield", 0.9),
        ("needs.AAA.series.1", 7),
        ("needs.CCC.by_year.2013", 3),
        ("needs.CCC.by_year.x", None),
    ],
)
def test_paths_lead_through_names_lists_and_years(path: str, found: float | None) -> None:
    needs = {"AAA": {"optics": 1}, "CCC": {"optics": 1}}
    scenario = propulsion_world(needs=needs)
    tree = {
        "factories": scenario.factories,
        "needs": {
            "AAA": {"series": [Quantity(value=6), Quantity(value=7)]},
            "CCC": {"by_year": {2013: Quantity(value=3)}},
        },
    }
    value = at(tree, path)
    assert (value and value.value) == found
