"""The tally of a backtest, on paper."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.experiments.tally import tally, tally_text


def scored() -> pd.DataFrame:
    """Two cases: three dates of the first, two amounts and a claim of the second."""
    return pd.DataFrame(
        {
            "case": ["a", "a", "a", "b", "b", "b"],
            "category": ["x", "x", "y", "z", "z", "z"],
            "kind": ["milestone"] * 3 + ["observed", "observed", "claim"],
            "class": ["deep", "deep", "deep", "", "", "deep"],
            "measure": ["date"] * 3 + ["units"] * 3,
            "reading": ["unit 1", "full", "ready", "year", "year", "year"],
            "seen": ["yes", "yes", "no", "yes", "yes", "yes"],
            "outcome": ["2015-01", "2016-01", "after 2016-12", "10", "0", "5"],
            "plan": ["2014-01", "2014-01", "2014-01", "20", "", "5"],
            "in50": ["yes", "no", "", "no", "no", "yes"],
            "in90": ["yes", "no", "", "yes", "yes", "yes"],
            "pit": [0.5, 0.99, 0.9, 0.3, 0.6, 0.5],
            "crps_model": [2.0, 4.0, 6.0, 5.0, 1.0, 0.0],
            "crps_plan": [12.0, 24.0, 12.0, 10.0, np.nan, 9.0],
            "crps_twice_plan": [4.0, 4.0, 0.0, 10.0, np.nan, 9.0],
            "crps_naive": [np.nan] * 6,
        }
    )


def line(what: str) -> pd.Series:
    found = tally(scored())
    return found[found["what"] == what].iloc[0]


def test_claims_do_not_count_and_nobody_knows_of_what_is_open() -> None:
    every = line("all")
    assert (every["rows"], every["seen"], every["clusters"]) == (5, 4, 2)
    assert every["in50"] == pytest.approx(1 / 4)
    assert every["in90"] == pytest.approx(3 / 4)
    assert (every["in90_low"], every["in90_high"]) == (0.5, 1.0)


def test_skill_is_one_less_the_ratio_of_scores() -> None:
    """Dates: (2 + 4 + 6) months against the plans' 48, and 8 of twice the plans. Amounts in parts:
    5/20 against 10/20 on the row that has a plan."""
    dates, units = line("dates"), line("units")
    assert (dates["crps_model"], dates["skill_plan"], dates["skill_twice_plan"]) == (4, 0.75, -0.5)
    assert units["crps_model"] == pytest.approx((5 / 20 + 1) / 2)
    assert units["skill_plan"] == pytest.approx(0.5)
    assert np.isnan(dates["skill_naive"])


def test_of_several_measures_skill_is_the_mean_by_rows() -> None:
    every = line("all")
    assert every["skill_plan"] == pytest.approx((3 * 0.75 + 0.5) / 4)
    assert np.isnan(every["crps_model"])


def test_classes_and_cases_of_some_rows_have_a_line() -> None:
    """`deep` and `a` have three; of the categories of a single case those move together."""
    assert list(tally(scored())["what"]) == ["all", "dates", "units", "deep", "a"]
    assert line("a")["clusters"] == 2


def test_of_one_group_no_interval_is_told() -> None:
    units = line("units")
    assert units["in90"] == 1
    assert units[["in90_low", "effective", "flat"]].isna().all()
    assert "| units | 2 |  | 0% | 100% | 0.62 | 0.50 |" in tally_text(tally(scored()))


def test_rows_that_move_together_are_worth_fewer() -> None:
    """Late dates, little made and much bought from the old supplier are one and the same."""
    table = (
        scored()
        .iloc[[0, 1, 3, 4]]
        .assign(reading=["unit 1", "from AAA", "unit 1", "year"], pit=[0.9, 0.9, 0.1, 0.9])
    )
    assert tally(table).iloc[0]["effective"] == pytest.approx(2.0)


def test_nothing_observed_says_so() -> None:
    claims = scored().assign(kind="claim")
    assert tally_text(tally(claims)) == "Nothing observed."
