"""Count months since year 0, and lay out axes of months and of years."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

MOST_LABELS = 7
NEAR = 1e-6
"""Dates that are a month apart but for so much of one are."""
WHOLE_YEARS = "datum.value > 1800 && datum.value < 2300 && datum.value % 1 > 0 ? '' : datum.label"
"""Labels of an axis of numbers or years: of years only whole ones are written."""
MOST_POINTS = 9000
"""Months of all panels of a chart together"""


def ordinal(month: str) -> int:
    """Return a month YYYY-MM as months since January of year 0."""
    year, _, place = month.partition("-")
    return 12 * int(year) + int(place) - 1


def label(month: int) -> str:
    """Write months since year 0 as YYYY-MM."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def ordinals(months: pd.Series[str]) -> pd.Series[int]:
    """Return a column of months as months since year 0."""
    found: pd.Series[int] = months.map({each: ordinal(each) for each in months.unique()})
    return found


def ticks(first: int, last: int) -> list[int]:
    """Choose the months to label: Januaries, at most seven; in a short run each month or every
    third.
    """
    januaries = [month for month in range(first, last + 1) if month % 12 == 0]
    span = last - first + 1
    marked = (
        januaries if len(januaries) > 2 else list(range(first, last + 1, 1 if span <= 7 else 3))
    )
    return marked[:: -(-len(marked) // MOST_LABELS)]


def month_axis(first: int, last: int) -> alt.X:
    """Return the horizontal axis of the field `m`, months since year 0; years where Januaries are
    labelled.
    """
    import altair as alt

    marked = ticks(first, last)
    text = _label_of(marked, "datum.value")
    axis: dict[str, Any] = {"values": marked, "labelExpr": text, "title": None, "grid": False}
    end = last if last > first else last + 1
    scale = alt.Scale(domain=[first, end], nice=False, zero=False)
    return alt.X("m:Q", axis=alt.Axis(**axis), scale=scale)


def date_ticks(first: float, last: float) -> dict[str, Any]:
    """Return the labels of an axis of dates, years and parts of them, as `month_axis` has them."""
    begin = math.ceil(12 * first - NEAR)
    marked = ticks(begin, max(math.floor(12 * last + NEAR), begin))
    text = _label_of(marked, "round(12 * datum.value)")
    return {"values": [month / 12 for month in marked], "labelExpr": text}


def _label_of(marked: Sequence[int], month: str) -> str:
    """Return the expression that writes a label, of one that counts months; only the year where
    Januaries alone are marked.
    """
    year = f"format(floor({month} / 12), '04d')"
    is_yearly = all(each % 12 == 0 for each in marked)
    return year if is_yearly else f"{year} + '-' + format({month} % 12 + 1, '02d')"


def year_axis(years: Iterable[int]) -> alt.X:
    """Return the horizontal axis of the field `year`, with a place for each of these."""
    import altair as alt

    axis = alt.Axis(title=None, labelAngle=0, labelOverlap="greedy", labelSeparation=4)
    return alt.X("year:O", axis=axis, scale=alt.Scale(domain=list(years)))


def sampling(series: Iterable[pd.DataFrame], values: list[str]) -> int:
    """Return which months of several series are drawn: each (1), or every third where more than
    MOST_POINTS are left without flat stretches.
    """
    parts = list(series)
    is_long = sum(map(len, parts)) > MOST_POINTS
    return 3 if is_long and sum(len(thinned(each, values)) for each in parts) > MOST_POINTS else 1


def thinned(frame: pd.DataFrame, values: list[str], every: int = 1) -> pd.DataFrame:
    """Drop rows in the midst of a flat stretch, and all but each `every`-th month from the end;
    ends stay.

    `frame` is one series in order of time. What is drawn is the same, and each row kept is the
    table's.
    """
    import numpy as np

    if every > 1:
        place = np.arange(len(frame))
        frame = frame[((len(frame) - 1 - place) % every == 0) | (place == 0)]
    numbers = frame[values].to_numpy(float)
    same = np.zeros(len(frame), dtype=bool)
    if len(frame) > 2:
        steps = np.isclose(numbers[1:], numbers[:-1], rtol=0, atol=1e-9, equal_nan=True).all(axis=1)
        same[1:-1] = steps[:-1] & steps[1:]
    return frame[~same]
