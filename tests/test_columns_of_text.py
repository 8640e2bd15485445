"""Plain text is parted quickly into the same columns as any text."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.loading.bounds import Bounds
from sim.scenario.tables.columns_of_text import ROWS, Gathered, plain

CELLS = st.text(st.sampled_from("ab1. ,\"'\t\r\n\xa0"), max_size=3)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=3), min_size=1, max_size=4))
def test_what_is_taken_as_plain_reads_as_any_text_does(rows: list[list[str]]) -> None:
    """Rows as they may come; what is not plain is left to others."""
    text = "".join(",".join(row) + "\n" for row in rows)
    found = plain(text, ",")
    if found is None:
        return
    header, *others = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert found.header == [each.strip() for each in header]
    assert [*map(list, zip(*found.columns, strict=True))] == others
    for at, column in enumerate(found.columns):
        cells = [row[at] for row in others]
        codes, words = column.coded
        assert [words[code] for code in codes.tolist()] == [*column] == cells
        assert list(words) == list(dict.fromkeys(cells))
        assert all(cell == cell.strip() for cell in cells)
        assert column.filled == sum(map(bool, cells))


@pytest.mark.parametrize(
    "text",
    ["a,b\n1,2", "a,b\r\n1,2\r\n", "a,b\n1,two words\n", "a,b\n1,\n"],
    ids=["no last end", "carriage returns", "words", "a blank cell"],
)
def test_plain_texts(text: str) -> None:
    assert plain(text, ",") is not None


@pytest.mark.parametrize(
    "text",
    ["", "a\n1\n", 'a,b\n"1",2\n', "a,b\n1, 2\n", "a,b\n1,2,3\n", "a,b\n,\n", "a,b\n\n1,2\n"],
    ids=["nothing", "one column", "quotes", "blanks", "ragged", "a blank row", "an empty line"],
)
def test_other_texts(text: str) -> None:
    assert plain(text, ",") is None


def test_a_column_holds_once_what_many_rows_have() -> None:
    """As long as many do: of names of their own, each is held as it comes."""
    column = Gathered()
    column.extend(["".join(("a", "b")) for _ in range(ROWS)])
    assert len({id(cell) for cell in column.cells}) == 1
    own = Gathered()
    own.extend([str(row) for row in range(ROWS)])
    own.extend(["".join(("a", "b")) for _ in range(2)])
    assert own.cells[-2:] == ["ab", "ab"]
    assert own.cells[-1] is not own.cells[-2]


def test_the_first_row_too_many_is_told() -> None:
    found = plain("a,b\n" + 9 * "1,2\n", ",")
    assert found is not None
    bounds = Bounds(cells=50_000_000 - 7)
    assert found.too_many(bounds) == 4
    assert found.too_many(Bounds()) is None


def test_many_different_cells_are_told_apart() -> None:
    """So many that several fall into one slot; the first letters, and the last, are often alike."""
    cells = [f"{'same' * (row % 5)}{row * 7919 % 5003}{'end' * (row % 3)}" for row in range(20_000)]
    found = plain("a,b\n" + "".join(f"{each},1\n" for each in cells), ",")
    assert found is not None
    codes, words = found.columns[0].coded
    assert list(words) == list(dict.fromkeys(cells))
    assert [words[code] for code in codes.tolist()] == cells


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1", "-2.5", "1e3"], [1.0, -2.5, 1000.0]),
        (["+1", ".5", "007"], [1.0, 0.5, 7.0]),
        (["1", ""], None),
        (["1", "2x"], None),
        (["1-2", "3"], None),
        (["1\n2", "3"], None),
        (["1", "9" * 300], None),
        (["\u0661"], None),
        ([], None),
    ],
)
def test_a_column_of_nothing_but_numbers(cells: list[str], numbers: list[float] | None) -> None:
    found = Gathered(cells).numbers()
    assert (None if found is None else found.tolist()) == numbers


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_are_read_to_the_last_bit(numbers: list[float]) -> None:
    found = plain("a,b\n" + "".join(f"x,{each!r}\n" for each in numbers), ",")
    assert found is not None
    read = found.columns[1].numbers()
    assert read is not None
    assert read.tolist() == numbers
