"""Rows are joined by keys, on paper; cells of tables are counted row by row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.kernels.matching import matched, numbered, present, spread_out
from sim.scenario.loading import bounds
from sim.scenario.tables.grid import read_grid
from sim.scenario.tables.table import Table


def test_every_row_of_a_key_is_found_in_order() -> None:
    place, row = matched(np.array([7, 3, 9, 7]), np.array([3, 7, 3, 8, 7]))
    assert place.tolist() == [0, 0, 1, 1, 3, 3]
    assert row.tolist() == [1, 4, 0, 2, 1, 4]


def test_nothing_is_found_among_nothing() -> None:
    place, row = matched(np.array([1, 2]), np.zeros(0, dtype=np.int64))
    assert place.size == row.size == 0


@pytest.mark.parametrize("times", [1, 1000])
def test_keys_are_numbered(times: int) -> None:
    """Small ones are counted, large ones sorted."""
    keys = times * np.array([5, 2, 9, 2, 5])
    different, first, which = numbered(keys)
    assert different.tolist() == [2 * times, 5 * times, 9 * times]
    assert first.tolist() == [1, 0, 2]
    assert which.tolist() == [1, 0, 2, 0, 1]
    assert present(keys).tolist() == different.tolist()


def test_ranges_are_written_out() -> None:
    which, number = spread_out(np.array([10, 0, 5]), np.array([2, 0, 3]))
    assert which.tolist() == [0, 0, 2, 2, 2]
    assert number.tolist() == [10, 11, 5, 6, 7]


@pytest.mark.parametrize(("most", "line"), [(2, 2), (3, 2), (4, 4), (5, 4), (6, None)])
def test_the_first_row_beyond_the_bound_is_named(
    most: int, line: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "needs.csv"
    file.write_text("state,units\nAAA,1\n\nBBB,2\n", encoding="utf-8")
    monkeypatch.setattr(bounds, "MOST_CELLS", most)
    if line is None:
        assert read_grid(str(file), Table(table=file.name), bounds.Bounds()).lines.tolist() == [
            2,
            4,
        ]
        return
    with pytest.raises(ScenarioError) as caught:
        read_grid(str(file), Table(table=file.name), bounds.Bounds())
    (fault,) = caught.value.faults
    assert fault.place.line == line
