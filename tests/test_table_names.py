"""Test how texts that are names are told from others, all in one go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.tables.names import are_names, is_name

SIGNS = st.sampled_from([*"aZ09_ -.\n\x00é", "\ud800"])


@given(st.lists(st.one_of(st.text(SIGNS, max_size=4), st.text(max_size=3))))
def test_all_are_names_where_each_is(texts: list[str]) -> None:
    assert are_names(texts) == all(map(is_name, texts))


def test_examples() -> None:
    assert are_names([])
    assert are_names(["a", "B_2", "C10", "x" * 999])
    for odd in ("", "1a", "_a", "a b", "a\n", "\na", "a\nb", "ä", "a\x00", "a\ud800"):
        assert not are_names(["a", odd])
        assert not are_names([odd, "a"])
