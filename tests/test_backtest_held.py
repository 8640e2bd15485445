"""How often intervals held is said beside them, and what is said is not stale."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.assess.held import Held, beside_intervals, held_by
from sim.experiments.backtest_all import held_in_precedents
from sim.precedents import described, score
from tests.golden.backtest import COLUMNS, PAGE, PICTURE, ROOT, SAYING, WORDS, kept, small

pytestmark = pytest.mark.untraced


def test_the_forecasts_are_those_of_the_last_full_backtest() -> None:
    """In the small form, to six digits: when they move, `python -m tests.golden.backtest` runs the
    full one and writes anew what is said beside intervals."""
    now, then = small(), kept()
    assert list(now.columns) == COLUMNS
    assert now[["case", "metric", "date"]].equals(then[["case", "metric", "date"]])
    for name in COLUMNS[3:]:
        assert list(now[name]) == list(then[name]), name


def test_precedents_hold_what_is_said_of_them() -> None:
    """Word for word on their page, and in the counts that are kept."""
    found = score()
    for one in held_in_precedents(found):
        told = held_by()["precedents", one.level]
        assert (one.inside, one.known, one.clusters) == (told.inside, told.known, told.clusters)
        assert one.low == pytest.approx(told.low, abs=1e-4)
    page = (ROOT / "docs/precedents.md").read_text(encoding="utf-8")
    lines = [line for line in described(found).splitlines() if line.startswith("|")]
    assert [line for line in lines if line not in page] == []


@pytest.mark.parametrize("name", SAYING)
def test_a_page_with_intervals_says_what_they_held(name: str) -> None:
    said = WORDS.findall((ROOT / name).read_text(encoding="utf-8"))
    assert said
    assert {each.lower() for each in said} == {beside_intervals()}


def test_the_page_of_the_backtest_holds_what_was_found() -> None:
    """The counts beside intervals are those of its table of outcomes."""
    page = PAGE.read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.split("<!-- outcomes -->")[1].splitlines()[3:]]
    words = pd.Series([row[6] for row in rows if len(row) == 8])
    told = held_by()["cases", 90]
    assert ((words == "yes").sum(), (words != "").sum()) == (told.inside, told.known)
    assert PICTURE.exists()


def test_words_on_paper() -> None:
    told = Held("cases", 90, 8, 10, 0.5, 1.0, 5)
    assert told.short == "in the backtest, 90 % intervals held 8 of 10 outcomes"
    assert told.sentence == (
        "90 % intervals held 8 of 10 observations of 5 cases, 80% (resampling cases 50% to 100%):"
        " read them as 80%."
    )
    alone = Held("cases", 90, 8, 10, 0.5, 1.0, 1)
    assert alone.sentence == "90 % intervals held 8 of 10 observations of one case, 80%."
