"""Choose points: of every kind of design, where they lie and how many there are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.study.designs import columns
from sim.study.spec import Design, Factor

SQUARE = {"x": Factor(low=0, high=1), "y": Factor(low=0, high=1)}


def chosen(
    kind: str, factors: dict[str, Factor], **design: Any
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the points as [points, factors]."""
    return np.array(
        list(columns(Design.model_validate({"kind": kind, **design}), factors).values())
    ).T


def test_a_grid_is_all_combinations() -> None:
    """The last factor runs fastest; points hold places in the lists of values."""
    points = chosen("grid", {"x": Factor(values=["a", "b"]), "y": Factor(values=[1, 2, 3])})
    assert points.tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]


def test_a_list_takes_values_together() -> None:
    points = chosen("list", {"x": Factor(values=["a", "b", "c"]), "y": Factor(values=[1, 2, 3])})
    assert points.tolist() == [[0, 0], [1, 1], [2, 2]]


@pytest.mark.parametrize(
    ("kind", "count"),
    [("random", 8), ("latin_hypercube", 8), ("sobol", 8), ("saltelli", 8 * 4), ("morris", 8 * 3)],
)
def test_draws_are_as_many_as_said_and_inside(kind: str, count: int) -> None:
    """The same seed gives the same points, another seed others; 0 is a seed like any other."""
    points = chosen(kind, SQUARE, points=8, seed=0)
    assert points.shape == (count, 2)
    assert ((points >= 0) & (points <= 1)).all()
    assert np.array_equal(points, chosen(kind, SQUARE, points=8, seed=0))
    assert not np.array_equal(points, chosen(kind, SQUARE, points=8, seed=1))


@pytest.mark.parametrize("kind", ["random", "sobol", "saltelli", "morris"])
def test_more_points_begin_with_the_fewer(kind: str) -> None:
    """So a study of these designs can grow."""
    few, many = (chosen(kind, SQUARE, points=points) for points in (8, 16))
    assert np.array_equal(many[: len(few)], few)


def test_a_latin_hypercube_fills_every_row_and_column() -> None:
    points = chosen("latin_hypercube", SQUARE, points=10)
    for column in points.T:
        assert sorted((10 * column).astype(int)) == list(range(10))


def test_saltelli_changes_one_factor_at_a_time() -> None:
    """Each base point A is followed by A with one factor from B, for each factor, and by B."""
    first, *crossed, other = chosen("saltelli", SQUARE, points=4)[:4]
    assert [
        [crossed[i][j] == (other if i == j else first)[j] for j in range(2)] for i in range(2)
    ] == [[True, True], [True, True]]


def test_morris_moves_one_factor_at_a_time() -> None:
    for trajectory in chosen("morris", SQUARE, points=5).reshape(5, 3, 2):
        assert (np.count_nonzero(np.diff(trajectory, axis=0), axis=1) == 1).all()


@pytest.mark.parametrize(
    ("factor", "law"),
    [
        (Factor(low=2, high=4), stats.uniform(2, 2)),
        (Factor(low=2, high=32, dist="loguniform"), stats.loguniform(2, 32)),
        (Factor(low=2, high=4, dist="triangular"), stats.triang(0.5, 2, 2)),
        (Factor(low=2, high=4, dist="triangular", mode=2), stats.triang(0, 2, 2)),
        (Factor(low=2, high=4, dist="triangular", mode=4), stats.triang(1, 2, 2)),
    ],
)
def test_numbers_are_spread_as_said(factor: Factor, law: Any) -> None:
    unit, points = (
        chosen("sobol", {"x": each}, points=256)[:, 0] for each in (SQUARE["x"], factor)
    )
    np.testing.assert_allclose(points, law.ppf(unit), rtol=1e-12)


def test_choices_come_about_equally_often() -> None:
    points = chosen("sobol", {"x": Factor(values=["a", "b", "c", "d"])}, points=64)
    assert np.bincount(points[:, 0].astype(int)).tolist() == [16, 16, 16, 16]
    # the end of the interval belongs to the last value
    assert (
        chosen(
            "morris", {"x": Factor(values=["a", "b"]), "y": Factor(values=["a", "b"])}, points=9
        ).max()
        == 1
    )
