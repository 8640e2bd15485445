"""Arrays of many rows are gone through in other ways than short ones, with the same bits."""

from collections.abc import Sequence

import numpy as np
import pytest

from sim.kernels import blocks, sums
from sim.kernels.ledger import worst_residual
from sim.kernels.market import Market
from sim.kernels.moments import TOGETHER, Moments
from sim.kernels.sums import MANY, MANY_NUMBERS, GroupSum, some

ROWS = 10 * MANY + 7


def groups(kind: str) -> np.ndarray:
    """Return groups of some 30 rows, of one or two, or of none; `runs` stand together."""
    random = np.random.default_rng(3)
    found = random.integers(0, ROWS if kind == "few" else ROWS // 30, ROWS)
    return np.sort(found) if kind == "runs" else found


@pytest.mark.parametrize("has_product", [True, False])
@pytest.mark.parametrize("kind", ["runs", "mixed", "few"])
def test_long_sums_of_one_member_are_those_of_several(
    kind: str, has_product: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the sparse product is not to be had."""
    of_row = groups(kind)
    values = np.random.default_rng(4).lognormal(sigma=9, size=(ROWS, 2))
    both = GroupSum(of_row, ROWS)(values)
    if not has_product:
        monkeypatch.setattr(sums, "_product", lambda _: None)
    alone = GroupSum(of_row, ROWS)(values[:, :1])
    assert np.array_equal(alone, both[:, :1])


@pytest.mark.parametrize("rows", [1, MANY_NUMBERS])
def test_whether_any_value_is_not_0(rows: int) -> None:
    """Of few and of many, of numbers and of marks; what is no number is not 0, and -0 is."""
    values = np.full((rows, 2), -0.0)
    assert not some(values)
    assert not some(values > 0)
    for each in (1e-300, np.nan, -np.inf):
        values[-1, -1] = each
        assert some(values)
        assert some(values != 0)


def test_long_sums_of_some_rows() -> None:
    """Of twice as many every second one."""
    of_row, rows = groups("mixed"), np.arange(0, 2 * ROWS, 2)
    values = np.random.default_rng(5).random((2 * ROWS, 1))
    found = GroupSum(of_row, ROWS, rows)(values)
    assert np.array_equal(found, GroupSum(of_row, ROWS)(values[::2].copy()))


@pytest.mark.parametrize("kind", ["runs", "mixed"])
@pytest.mark.parametrize("members", [1, 3])
def test_rows_have_what_their_groups_have(kind: str, members: int) -> None:
    """All of them, and those of a block that begins and ends within a group."""
    of_row = groups(kind)
    sums, values = GroupSum(of_row, ROWS), np.arange(ROWS * members).reshape(ROWS, members)
    for rows in (slice(0, ROWS), slice(5, 5 + MANY), slice(ROWS - 2 * MANY, ROWS), slice(3, 9)):
        assert np.array_equal(sums.to_rows(values, rows), values[of_row[rows]])
    assert np.array_equal(sums.to_rows(values), values[of_row])
    market = Market.build(of_row, of_row[::-1], ROWS, ROWS)
    assert np.array_equal(market.from_lines(values), values[of_row])
    assert np.array_equal(market.from_needs(values), values[of_row[::-1]])


@pytest.mark.parametrize("months", range(1, 2 * TOGETHER + 2))
def test_months_that_wait_count_whenever_one_looks(months: int) -> None:
    """A row that swings and one that stands still."""
    series = np.random.default_rng(6).random((months, 1, 2))
    series = np.concatenate((series, np.full_like(series, 0.1)), axis=1)
    found = Moments(series[0])
    for month in series[1:]:
        found.add(month)
        assert found.mean[1].tolist() == [0.1, 0.1]
    assert found.mean[0] == pytest.approx(series[:, 0].mean(axis=0))
    assert found.variance[0] == pytest.approx(series[:, 0].var(axis=0))
    assert found.variance[1].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("size", "parts"), [(5, [(0, 5), (5, 10), (10, 11)]), (6, [(0, 11)]), (100, [(0, 11)])]
)
def test_blocks_of_rows(
    size: int, parts: Sequence[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eleven rows of two members, in blocks of ten numbers, of twelve, or of more."""
    monkeypatch.setattr(blocks, "SIZE", 2 * size)
    for first in (0, 3):
        found = blocks.blocks.__wrapped__(11, 2, first)
        assert found == tuple(slice(start + first, stop + first) for start, stop in parts)


@pytest.mark.parametrize(
    ("after", "expected"), [(4.0, 0.0), (5.0, 1 / 17), (np.nan, np.nan)], ids=["0", "1", "nan"]
)
def test_the_worst_row_of_an_account(after: float, expected: float) -> None:
    """3 and 5 more, less 1 and 3, are 4; a row among many that is off by 1, of a volume of 3 + 5 +
    5 + 1 + 3, and one that is not known."""
    before, gained, one, other = (np.full((3 * blocks.SIZE, 1), each) for each in (3, 5, 1, 3.0))
    stands = before + 1.0
    stands[7] = after
    found = worst_residual(before, stands, gained, one, other)
    assert found == pytest.approx(expected, nan_ok=True)


def test_scipy_without_products(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scipy that has them no longer."""
    monkeypatch.setattr(sums.PathFinder, "find_spec", lambda *_: None)
    assert sums._products.__wrapped__() is None
