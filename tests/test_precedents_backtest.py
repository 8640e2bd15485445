"""Test the backtest of the precedents: what is forecast from what, and how well it holds."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.precedents import Backtest, Collection, described, load, score, summary
from sim.precedents.backtest import COLUMNS, score_collection
from sim.precedents.collection import HERE
from sim.precedents.fitting import fits
from sim.precedents.on_record import on_record
from sim.precedents.tally import held_numbers

pytestmark = pytest.mark.untraced

QUANTILES = ["p05", "p25", "p50", "p75", "p95"]


@cache
def scored() -> Backtest:
    """Score the shipped milestones once."""
    return score()


def announced() -> pd.DataFrame:
    """Rows with a promise."""
    return scored().table.dropna(subset="crps_plan")


def test_a_row_for_each_row_of_milestones_in_order() -> None:
    table, said = scored().table, load().milestones
    assert list(table.columns) == COLUMNS
    for column in ("case", "cluster", "class", "milestone"):
        assert list(table[column]) == list(said[column])
    assert list(table["seen"] == "yes") == list(said["actual"] != "")
    assert set(table["shipped"]) == {"yes"}


def test_a_promise_is_served_by_the_ratio_and_else_first_and_full_by_the_duration() -> None:
    table, said = scored().table, load().milestones
    assert list(table["forecast"] == "ratio") == list(said["announced"] != "")
    rest = table[said["announced"] == ""]
    served = rest["milestone"].isin(["first", "full"])
    assert set(rest.loc[served, "forecast"]) == {"duration"}
    nothing = rest[~served]
    assert len(nothing) == 13
    assert nothing[[*QUANTILES, "crps_model", "crps_plan", "crps_naive"]].isna().all(axis=None)
    assert set(nothing["in90"]) == {""}


def test_intervals_hold_what_lies_in_them() -> None:
    table = scored().table
    rows = table[(table["forecast"] != "") & (table["seen"] == "yes")]
    for level, low, high in (("in50", "p25", "p75"), ("in90", "p05", "p95")):
        inside = (rows["months"] >= rows[low]) & (rows["months"] <= rows[high])
        assert list(rows[level] == "yes") == list(inside)
    still = table[(table["forecast"] != "") & (table["seen"] == "no")]
    assert list(still["in90"] == "no") == list(still["months"] > still["p95"])
    assert "yes" not in set(still["in90"])


@pytest.mark.parametrize("seen_only", [True, False])
def test_intervals_hold_out_of_sample(seen_only: bool) -> None:
    """Of what happened, and of what happened or is past its interval."""
    table = scored().table
    table = table[table["seen"] == "yes"] if seen_only else table
    assert (scored().table["seen"] == "yes").sum() >= 40
    assert np.nanmean(held_numbers(table["in90"])) >= 0.86
    assert 0.40 <= np.nanmean(held_numbers(table["in50"])) <= 0.60


def test_forecasts_beat_the_plan_and_twice_the_plan() -> None:
    ours, plan, twice = (
        announced()[f"crps_{name}"].mean() for name in ("model", "plan", "twice_plan")
    )
    assert ours <= 0.60 * plan
    assert ours <= 0.85 * twice


def test_durations_halve_the_error_of_the_span_rule() -> None:
    for rows in (scored().durations, scored().table[scored().table["forecast"] == "duration"]):
        assert rows["crps_model"].mean() <= 0.5 * rows["crps_span"].mean()
        assert rows["crps_model"].mean() < rows["crps_naive"].mean()


def test_the_pit_is_flat_within_its_number() -> None:
    found = summary(scored())
    whole = found[(found["class"] == "all") & (found["what"] == "all milestones")].iloc[0]
    assert whole["flat"] > 0.05
    assert 38 < whole["effective"] < whole["rows"]
    assert whole["in90_low"] < whole["in90"] < whole["in90_high"]
    assert (found["skill_plan"].dropna() > 0.2).sum() >= 4


def test_a_clusters_outcomes_do_not_touch_its_own_forecasts() -> None:
    """Not by a bit; those of others move."""
    said = load().milestones.copy()
    own = (said["cluster"] == "covid_2020").to_numpy()
    order = np.random.default_rng(5).permutation(own.sum())
    ends = ["actual", "censored_at"]
    said.loc[own, ends] = said.loc[own, ends].to_numpy()[order]
    before, after = (fits(frame, "covid_2020") for frame in (load().milestones, said))
    for one, other in (
        (before.durations.fitted, after.durations.fitted),
        (before.ratios.fitted, after.ratios.fitted),
    ):
        assert np.array_equal(one.mode, other.mode)
        assert np.array_equal(one.covariance, other.covariance)
    few = {"covid_2020", "qat_2017"}
    small, changed = (frame[frame["cluster"].isin(few)] for frame in (load().milestones, said))
    first, then = (
        score_collection(Collection(load().cases, frame, load().ramps)).table
        for frame in (small, changed)
    )
    mine = first["cluster"] == "covid_2020"
    pd.testing.assert_frame_equal(first.loc[mine, QUANTILES], then.loc[mine, QUANTILES], rtol=0)
    assert not np.array_equal(first.loc[~mine, "p50"], then.loc[~mine, "p50"])


def test_the_record_goes_back_to_what_was_known_then() -> None:
    """Before 2016-01: a promise kept in 2015; one of 2014 that is open still, as the one kept in
    2016 is and the one whose latest news are of 2017; neither what was said nor what began later.
    """
    rows = [
        ("kept", "2013-01", "2014-01", "2015-06", "2015-06", ""),
        ("kept later", "2013-01", "2014-01", "2015-06", "2016-01", ""),
        ("open", "2013-01", "2014-01", "2018-01", "", "2017-03"),
        ("open early", "2013-01", "2014-01", "2018-01", "", "2015-03"),
        ("said later", "2013-01", "2016-01", "2018-01", "2018-01", ""),
        ("only begun", "2015-12", "", "", "2019-01", ""),
        ("begun later", "2016-01", "", "", "2019-01", ""),
        ("begun after the promise", "2016-05", "2015-05", "2017-05", "2017-05", ""),
    ]
    columns = ["case", "start", "stated_on", "announced", "actual", "censored_at"]
    found = on_record(pd.DataFrame(rows, columns=columns), "2016-01")
    told = found[["case", "start", "actual", "censored_at"]].to_numpy().tolist()
    assert told == [
        ["kept", "2013-01", "2015-06", ""],
        ["kept later", "2013-01", "", "2016-01"],
        ["open", "2013-01", "", "2016-01"],
        ["open early", "2013-01", "", "2015-03"],
        ["only begun", "2015-12", "", "2016-01"],
        ["begun after the promise", "", "", "2016-01"],
    ]


def test_what_happened_later_does_not_touch_a_forecast_as_known_then() -> None:
    few = {"covid_2020", "chn_aircraft", "kor_jpn_2019", "rus_west_2014"}
    said = load().milestones
    said = said[said["cluster"].isin(few)]
    month = "2020-09"
    changed = said.assign(
        actual=said["actual"].where(said["actual"] < month, ""),
        censored_at=said["censored_at"].where(
            (said["censored_at"] != "") & (said["censored_at"] < month)
            | (said["actual"] != "") & (said["actual"] < month),
            "2026-01",
        ),
    )
    first, then = (
        score_collection(Collection(load().cases, frame, load().ramps)) for frame in (said, changed)
    )
    early = first.then["since"] <= month
    assert 5 < early.sum() < early.size
    pd.testing.assert_frame_equal(
        first.then.loc[early, QUANTILES], then.then.loc[early, QUANTILES], rtol=0
    )
    assert not np.array_equal(first.table["p50"].dropna(), then.table["p50"].dropna())


def test_what_was_known_then_beats_the_plan_and_its_intervals_hold() -> None:
    """By less than with hindsight, and not twice the plan."""
    then, plan = scored().then, announced()
    assert list(then["since"]) == list(plan["since"])
    assert plan["crps_model"].mean() < then["crps_model"].mean() <= 0.85 * then["crps_plan"].mean()
    assert np.nanmean(held_numbers(then["in90"])) >= 0.86


def test_leaving_a_cluster_out_leaves_its_rows_out() -> None:
    said = load().milestones
    left = fits(said, "rus_west_2022").ratios.fitted
    assert np.array_equal(
        left.mode, fits(said[said["cluster"] != "rus_west_2022"]).ratios.fitted.mode
    )
    assert not np.array_equal(left.mode, fits(said).ratios.fitted.mode)


def test_unseen_cases_are_scored_apart_by_fits_on_the_shipped(tmp_path: Path) -> None:
    for name in ("cases", "milestones"):
        lines = (HERE / f"{name}.csv").read_text().splitlines()
        mine = [line for line in lines if line.startswith("jpn_lynas,")]
        text = "\n".join([lines[0], *mine]) + "\n"
        text = text.replace("jpn_lynas", "new_mine").replace("rare_earth_2010", "new_2030")
        (tmp_path / f"{name}.csv").write_text(text)
    both = score(tmp_path)
    shipped = both.table[both.table["shipped"] == "yes"]
    pd.testing.assert_frame_equal(shipped, scored().table)
    own = both.table[both.table["shipped"] == "no"]
    assert list(own["case"]) == ["new_mine"] * 3
    told = fits(load().milestones).ratios.months(8, "process").quantiles(5, 25, 50, 75, 95)
    assert tuple(own.iloc[0][QUANTILES]) == told
    found = summary(both)
    assert set(found.loc[found["shipped"] == "no", "rows"]) == {1, 3}
    assert "Unseen precedents" in described(both)


def test_the_summary_says_how_to_read_it() -> None:
    words = described(scored())
    assert "| announced | deep |" in words
    assert "PIT flat" in words
    none = Collection(load().cases, load().milestones.iloc[:0], load().ramps)
    assert described(score_collection(none)) == "Nothing to score."
