"""Score the precedents themselves: each milestone is forecast by fits that know nothing of its
cluster.

Which forecast serves a row: the ratio where something was announced, counted from the statement;
the duration where nothing was and the milestone is the first unit or full supply, counted from the
start. Other rows have no forecast and stay empty. Durations are scored a second time, for all
cases, whether or not something was announced: what one would have said at the start. Promises are
scored a second time, too, by what was on record when they were made.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.precedents.collection import Collection, load
from sim.precedents.durations import MILESTONES, duration_table, span
from sim.precedents.fitting import Fits, fits
from sim.precedents.mixture import Mixture
from sim.precedents.on_record import on_record
from sim.precedents.rivals import logistic, span_rule
from sim.precedents.scores import crps, held, pit, point_crps
from sim.precedents.tails import Floats

if TYPE_CHECKING:
    import pandas as pd

LEVELS = (5, 25, 50, 75, 95)
COLUMNS = [
    "case",
    "cluster",
    "class",
    "milestone",
    "seen",
    "p05",
    "p25",
    "p50",
    "p75",
    "p95",
    "in50",
    "in90",
    "crps_model",
    "crps_plan",
    "crps_twice_plan",
    "shipped",
    "forecast",
    "since",
    "announced_months",
    "months",
    "pit",
    "crps_naive",
    "crps_span",
]
"""Columns of both tables; months, and yes or no; empty where there is no forecast or no promise."""


@dataclass(frozen=True, eq=False)
class Backtest:
    """Scores of every milestone, and of the durations of every case."""

    table: pd.DataFrame
    """`backtest_precedents.csv`: a row for each row of milestones, in order."""
    durations: pd.DataFrame
    """The same columns for `first` and `full` of each case from its start, as if nothing was
    announced."""
    then: pd.DataFrame
    """The same columns for each promise, by fits on what was on record before its month."""


def score(with_dir: str | os.PathLike[str] | None = None) -> Backtest:
    """Score the shipped milestones, a cluster left out at a time, and those of one's own folder
    after them.

    One's own are forecast by fits on shipped milestones only, without their cluster if it is among
    them. About twenty seconds. Raises what `load` raises.
    """
    return score_collection(load(with_dir))


def score_collection(collection: Collection) -> Backtest:
    """Score a collection: its shipped rows teach, all of its rows are forecast."""
    every = collection.milestones
    taught = every[every["shipped"].astype(bool)]
    known = {name: fits(taught, name) for name in dict.fromkeys(every["cluster"])}
    served = _served(every)
    events = _counted(duration_table(every).assign(forecast="duration"))

    @cache
    def known_then(cluster: str, month: str) -> Fits:
        return fits(on_record(taught, month), cluster)

    return Backtest(
        _scored(served, taught, lambda row: known[row["cluster"]]),
        _scored(events, taught, lambda row: known[row["cluster"]]),
        _scored(
            served[served["forecast"] == "ratio"],
            taught,
            lambda row: known_then(row["cluster"], row["since"]),
        ),
    )


def _served(milestones: pd.DataFrame) -> pd.DataFrame:
    """Add which forecast serves each row."""
    promised = (milestones["announced"] != "").to_numpy()
    dated = (milestones["milestone"].isin(MILESTONES) & (milestones["start"] != "")).to_numpy()
    serves = np.where(promised, "ratio", np.where(dated, "duration", ""))
    return _counted(milestones.assign(forecast=serves))


def _counted(milestones: pd.DataFrame) -> pd.DataFrame:
    """Add from when each row counts, and the months announced and taken since; NaN where there are
    none.
    """
    promised = milestones["forecast"] == "ratio"
    some = milestones["forecast"] != ""
    since = milestones["stated_on"].where(promised, milestones["start"].where(some, ""))
    counted = milestones.assign(since=since, months=np.nan, announced_months=np.nan)
    counted.loc[some, "months"] = span(counted[some], "since")
    counted.loc[promised, "announced_months"] = span(counted[promised], "since", "announced")
    return counted.assign(open=counted["actual"] == "")


def _scored(
    rows: pd.DataFrame, taught: pd.DataFrame, known: Callable[[dict[str, Any]], Fits]
) -> pd.DataFrame:
    """Lay out the table of scores; `known` gives the fits by which a row is forecast."""
    import pandas as pd

    events = duration_table(taught)
    names = {"since": "since", "cluster": "cluster", "case": "case", "milestone": "milestone"}
    done: list[dict[str, object]] = []
    before = np.full(len(rows), np.nan)
    for at, found in enumerate(rows.to_dict("records")):
        row: dict[str, Any] = {str(key): value for key, value in found.items()}
        line: dict[str, object] = {key: row[key] for key in (*names, "class", "forecast")}
        line |= {"seen": _word(not row["open"]), "shipped": _word(bool(row["shipped"]))}
        if row["forecast"]:
            told = _forecast(row, known(row))
            before[at] = float(told.cdf(row["months"]))
            line |= _numbers(row, told, _others(row, events))
        done.append(line)
    table = pd.DataFrame(done, columns=COLUMNS)
    return _with_coverage(table, before, rows["open"].to_numpy(dtype=np.bool_))


def _forecast(row: dict[str, object], known: Fits) -> Mixture:
    """Return the forecast of a row."""
    kind = str(row["class"])
    if row["forecast"] == "ratio":
        return known.ratios.months(float(str(row["announced_months"])), kind)
    return known.durations.months(kind, str(row["head_start"]), str(row["milestone"]))


def _others(row: dict[str, object], events: pd.DataFrame) -> Floats:
    """Return the months that the same milestone took in the seen cases of other clusters."""
    same = (events["cluster"] != row["cluster"]) & (events["milestone"] == row["milestone"])
    return events.loc[same & ~events["open"], "months"].to_numpy(dtype=np.float64)


def _numbers(row: dict[str, object], told: Mixture, others: Floats) -> dict[str, object]:
    """Return quantiles and scores of a row."""
    months, censored = float(str(row["months"])), bool(row["open"])
    cells: dict[str, object] = {
        f"p{level:02d}": value for level, value in zip(LEVELS, told.quantiles(*LEVELS), strict=True)
    }
    cells |= {
        "months": months,
        "crps_model": crps(told.cdf, months, censored),
        "crps_naive": crps(logistic, months, censored),
    }
    if row["forecast"] == "duration":
        return cells | {"crps_span": crps(span_rule(others), months, censored)}
    promised = float(str(row["announced_months"]))
    return cells | {
        "announced_months": promised,
        "crps_plan": point_crps(promised, months, censored),
        "crps_twice_plan": point_crps(2 * promised, months, censored),
    }


def _with_coverage(table: pd.DataFrame, before: Floats, censored: np.ndarray) -> pd.DataFrame:
    """Add whether the intervals hold each row, and its randomised PIT; empty where nobody knows."""
    served = ~np.isnan(before)
    drawn = np.full(before.size, np.nan)
    drawn[served] = pit(before[served], censored[served])
    words = {1.0: "yes", 0.0: "no"}
    inside = {
        f"in{level}": [words.get(each, "") for each in held(before, censored, level / 100)]
        for level in (50, 90)
    }
    return table.assign(pit=drawn, **inside)


def _word(true: bool) -> str:
    """Return yes or no."""
    return "yes" if true else "no"
