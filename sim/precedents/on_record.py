"""Turn the record of precedents back to what one knew in a month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.precedents.columns import month_number
from sim.precedents.tails import Bools

if TYPE_CHECKING:
    import pandas as pd


def on_record(milestones: pd.DataFrame, month: str) -> pd.DataFrame:
    """Return the milestones that were on record before a month, as they stood then.

    Statements and starts from that month on are left out. What has happened from then on had not
    happened: such a row is open, and tells of the time up to the month. Classes and head starts are
    as they were read later.
    """
    is_promise = (milestones["stated_on"] != "").to_numpy()
    started = _before(milestones["start"], month)
    known = milestones[np.where(is_promise, _before(milestones["stated_on"], month), started)]
    ends = known["actual"].where(known["actual"] != "", known["censored_at"])
    is_later = ~_before(ends, month)
    return known.assign(
        start=known["start"].where(_before(known["start"], month), ""),
        actual=known["actual"].mask(is_later, ""),
        censored_at=known["censored_at"].mask(is_later, month),
    )


def _before(dates: pd.Series[str], month: str) -> Bools:
    """Mark dates before a month, [rows]; an empty one is not."""
    then = month_number(month)
    return np.array([each != "" and month_number(each) < then for each in dates], dtype=np.bool_)
