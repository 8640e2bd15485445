"""Boxes: planted ones are found, and nothing else is."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import qmc

from sim.analysis.discovery.boxes import Found, boxes, quality
from sim.analysis.discovery.tree import Input, Limit, _Wood
from sim.kernels.arrays import Bools, Floats, Ints

MEMBERS = 20
POINTS = 256
GAP = 3 / POINTS
"""Between neighbours along one factor, as far as it ever is in these points."""


def cube(factors: int, points: int = POINTS) -> Floats:
    """Draw points, [points, factors]."""
    return np.asarray(qmc.Sobol(factors, seed=np.random.default_rng(4)).random(points))


def counts(inside: Bools, often: float = 1.0, rarely: float = 0.0) -> tuple[Ints, Ints]:
    """Count runs in which it holds: often inside, rarely elsewhere; and all runs."""
    drawn = np.random.default_rng(1).binomial(MEMBERS, np.where(inside, often, rarely))
    return drawn.astype(np.int64), np.full(inside.size, MEMBERS, dtype=np.int64)


def found(
    cells: Floats, inside: Bools, often: float = 1.0, rarely: float = 0.0, **how: Any
) -> Found:
    """Find boxes in factors named a, b, c ..."""
    inputs = [Input(name, column) for name, column in zip("abcdef", cells.T, strict=False)]
    return boxes(inputs, *counts(inside, often, rarely), **how)


def limits(found: Found) -> list[dict[str, tuple[float, float]]]:
    """List each box's limits by factor."""
    return [{each.factor: (each.low, each.high) for each in box.limits} for box in found.boxes]


def near(value: float) -> Any:
    return pytest.approx(value, abs=GAP)


def test_a_planted_box_is_found() -> None:
    """Between the right points; a factor that does not matter is not named."""
    x = cube(3)
    one = found(x, (x[:, 0] < 0.4) & (x[:, 2] > 0.3))
    assert limits(one) == [{"a": (-math.inf, near(0.4)), "c": (near(0.3), math.inf)}]
    assert one.boxes[0].quality == one.together
    assert one.together[:3] == (1.0, 1.0, pytest.approx(0.28, abs=0.01))
    assert min(one.left_out[:2]) > 0.9
    assert set(one.gains) == {"a", "c"}
    assert sum(one.gains.values()) == pytest.approx(1)


def test_a_box_closed_on_all_sides() -> None:
    """It takes four limits; members disagree at every point."""
    x = cube(3, 1024)
    inside = (x[:, 0] > 0.2) & (x[:, 0] < 0.6) & (x[:, 1] > 0.3) & (x[:, 1] < 0.8)
    one = found(x, inside, 0.9, 0.05, depth=4)
    assert limits(one) == [{"a": (near(0.2), near(0.6)), "b": (near(0.3), near(0.8))}]
    assert one.together.density == pytest.approx(0.9, abs=0.02)
    assert one.together.coverage == pytest.approx(0.2 * 0.9 / (0.2 * 0.9 + 0.8 * 0.05), abs=0.03)
    assert one.left_out.density == pytest.approx(one.together.density, abs=0.05)


def test_two_boxes_apart() -> None:
    x = cube(2)
    one, two = (x < [0.35, 0.45]).all(axis=1), (x > [0.7, 0.6]).all(axis=1)
    both = found(x, one | two)
    assert limits(both) == [
        {"a": (-math.inf, near(0.35)), "b": (-math.inf, near(0.45))},
        {"a": (near(0.7), math.inf), "b": (near(0.6), math.inf)},
    ]
    assert sum(box.quality.coverage for box in both.boxes) == pytest.approx(1)


def test_an_angle_is_two_boxes_that_overlap() -> None:
    """Each with the one limit that makes it; together they are the angle."""
    x = cube(2)
    angle = found(x, (x[:, 0] < 0.4) | (x[:, 1] < 0.3))
    assert limits(angle) == [{"a": (-math.inf, near(0.4))}, {"b": (-math.inf, near(0.3))}]
    assert sum(box.quality.points for box in angle.boxes) > angle.together.points
    assert min(angle.together[:2]) > 0.99


def test_boxes_are_sorted_by_coverage() -> None:
    x = cube(2)
    found_two = found(x, (x[:, 0] < 0.2) | (x[:, 1] > 0.6))
    assert [list(each) for each in limits(found_two)] == [["b"], ["a"]]
    assert found_two.boxes[0].quality.coverage > found_two.boxes[1].quality.coverage


@pytest.mark.parametrize("names", [("p", "q"), ("p", "q", "r"), ("p", "q", "r", "s", "t")])
def test_one_name_of_several(names: tuple[str, ...]) -> None:
    x = cube(2)
    place = np.floor(x[:, 0] * len(names))
    only = boxes(
        [Input("rule", place, names), Input("b", x[:, 1])], *counts((place == 1) & (x[:, 1] > 0.5))
    )
    (box,) = only.boxes
    assert sorted(box.limits) == [Limit("b", low=near(0.5)), Limit("rule", values=("q",))]
    assert box.quality[:2] == (1.0, 1.0)


@pytest.mark.parametrize("chosen", [("p", "s"), ("q", "r", "s")])
def test_several_names_are_one_box(chosen: tuple[str, ...]) -> None:
    """A tree tells names apart one by one; alike they are put together again."""
    names = ("p", "q", "r", "s")
    x = cube(2)
    place = np.floor(x[:, 0] * 4)
    inside = np.isin(place, [names.index(each) for each in chosen]) & (x[:, 1] < 0.4)
    (box,) = boxes([Input("rule", place, names), Input("b", x[:, 1])], *counts(inside)).boxes
    assert sorted(box.limits) == [Limit("b", high=near(0.4)), Limit("rule", values=chosen)]


def test_cuts_are_those_of_gini_on_single_runs() -> None:
    """One row a point parts the runs as one row a run does."""
    from sklearn.tree import DecisionTreeClassifier

    x = cube(3)
    order = x.argsort(axis=0).argsort(axis=0).astype(np.float64)
    holds, known = counts(x.sum(axis=1) > 1.7, 0.8, 0.2)
    tree = _Wood(order, holds / known, known.astype(np.float64), 3, 0.05).tree(
        np.ones(POINTS, dtype=np.bool_), 0.0
    )
    runs = np.concatenate([np.arange(MEMBERS) < count for count in holds])
    least = math.ceil(0.05 * POINTS) * MEMBERS
    single = DecisionTreeClassifier(max_depth=3, min_samples_leaf=least, random_state=0).fit(
        np.repeat(order, MEMBERS, axis=0), runs
    )
    assert tree.tree_.node_count == 13
    assert tree.tree_.threshold.tolist() == single.tree_.threshold.tolist()
    assert tree.tree_.feature.tolist() == single.tree_.feature.tolist()


@pytest.mark.parametrize("twin", [lambda x: x**3, lambda x: -x, np.log])
def test_of_factors_that_tell_alike_the_first_counts(twin: Callable[[Floats], Floats]) -> None:
    x = cube(2)
    inside = x[:, 0] < 0.4
    pair = [Input("one", x[:, 0]), Input("two", twin(x[:, 0]))]
    for inputs in (pair, pair[::-1]):
        (box,) = boxes([Input("b", x[:, 1]), *inputs], *counts(inside)).boxes
        assert [each.factor for each in box.limits] == [inputs[0].factor]
        assert box.quality[:2] == (1.0, 1.0)


def test_limits_lie_midway_whatever_the_size_of_numbers() -> None:
    """Numbers alike in their first seven digits, and very large ones, are told apart."""
    steps = np.arange(40.0)
    for values, at in (
        (1e9 + steps, 1e9 + 24.5),
        (steps * 1e300, 24.5e300),
        (steps * 1e-300, 24.5e-300),
    ):
        (box,) = boxes([Input("a", values)], *counts(steps < 25)).boxes
        assert box.limits == (Limit("a", high=pytest.approx(at, rel=1e-14)),)
        assert box.quality.points == 25


def test_neighbours_without_a_number_between_are_told_apart() -> None:
    values = np.repeat([1.0, np.nextafter(1.0, 2.0)], 20)
    (box,) = boxes([Input("a", values)], *counts(values > 1)).boxes
    assert box.quality[:2] == (1.0, 1.0)


@pytest.mark.parametrize("seed", range(8))
def test_noise_has_no_boxes(seed: int) -> None:
    holds = np.random.default_rng(seed).binomial(MEMBERS, 0.6, POINTS)
    none = boxes(
        [Input(name, column) for name, column in zip("abc", cube(3).T, strict=True)],
        holds,
        np.full(POINTS, MEMBERS),
    )
    assert none.boxes == ()
    assert none.gains == {}
    assert not none.is_below


def test_where_it_holds_often_enough_everywhere_no_limit_is_left() -> None:
    """A higher threshold tells the parts apart."""
    x = cube(2)
    (box,) = found(x, x[:, 0] < 0.5, 0.95, 0.65).boxes
    assert box.limits == ()
    assert box.quality.points == POINTS
    assert limits(found(x, x[:, 0] < 0.5, 0.95, 0.65, threshold=0.8)) == [
        {"a": (-math.inf, near(0.5))}
    ]


def test_where_it_holds_often_enough_nowhere_the_nearest_part_is_given() -> None:
    x = cube(2)
    nearest = found(x, x[:, 1] > 0.5, 0.4, 0.1)
    assert nearest.is_below
    assert limits(nearest) == [{"b": (near(0.5), math.inf)}]
    assert nearest.boxes[0].quality == nearest.together
    assert math.isnan(nearest.left_out.coverage)


def test_depth_and_mass_bound_the_boxes() -> None:
    x = cube(3)
    inside = (x < [0.6, 0.6, 0.6]).all(axis=1)
    for depth in (1, 2, 3):
        assert (
            max(len(box.limits) for box in found(x, inside, depth=depth, threshold=0.2).boxes)
            == depth
        )
    small = x[:, 0] < 0.06
    assert limits(found(x, small)) == [{"a": (-math.inf, near(0.06))}]
    assert found(x, small, mass=0.1).boxes[0].quality.points >= 0.1 * POINTS


def test_points_count_by_their_runs() -> None:
    """Shares are of runs, not of points."""
    x = cube(1)
    inside = x[:, 0] < 0.5
    holds, known = counts(inside)
    known = np.where(x[:, 0] < 0.25, known, 2)
    (box,) = boxes([Input("a", x[:, 0])], np.minimum(holds, known), known).boxes
    low, high = MEMBERS * 64 + 2 * 64, 2 * 128
    assert box.quality == (1.0, 1.0, low / (low + high), 128)
    assert quality(x[:, 0] < 0.25, np.minimum(holds, known), known)[0] == MEMBERS * 64 / low


def test_the_quality_of_nothing() -> None:
    none = np.zeros(3, dtype=np.bool_)
    got = quality(none, np.array([0, 0, 0]), np.array([4, 4, 4]))
    assert math.isnan(got.coverage)
    assert math.isnan(got.density)
    assert got[2:] == (0.0, 0)


def test_the_same_data_give_the_same_boxes() -> None:
    x = cube(4)
    one, two = (found(x, x[:, 0] + x[:, 1] > 1.1, 0.9, 0.1) for _ in range(2))
    assert limits(one) == limits(two)
    assert one.left_out == two.left_out
