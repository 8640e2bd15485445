"""Find when substitution is reached: the month from which other suppliers keep up with a need."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from sim.records import Floats

REPLACED = 0.9
"""Substitution is reached when others than the old suppliers deliver this share of the need."""
YEAR = 12
_TINY = 1e-9


def month_reached(others: Floats, need: Floats, least: Floats, hit: int) -> Floats:
    """Return the month of the run in which substitution is reached, [members]; inf: not within the
    run.

    After the first shortfall that follows the hit, it is the first month from which suppliers other
    than the old ones deliver nine tenths of the need, counted cumulatively from that month, for
    twelve months; if there never is a shortfall, it is the month of the hit. `others` and `need`
    [months, members] are units a month. A need below `least` [members] on average over these months
    is dropped, which is not substitution.
    """
    begins = len(need) - YEAR + 1 - hit
    if begins < 1:
        return np.full(need.shape[1], np.inf)
    wanted, delivered = (
        np.concatenate((np.zeros((1, units.shape[1])), np.cumsum(units[hit:], axis=0)))
        for units in (need, others)
    )
    enough = wanted[YEAR:] - wanted[:begins] >= (1.0 - _TINY) * YEAR * least
    for month in range(1, YEAR + 1):
        span, start = slice(month, month + begins), slice(begins)
        enough &= delivered[span] - delivered[start] >= (REPLACED - _TINY) * (
            wanted[span] - wanted[start]
        )
    short = np.where(enough.all(axis=0), 0, enough.argmin(axis=0))
    again = enough & (np.arange(begins)[:, None] >= short)
    return np.where(again.any(axis=0), hit + again.argmax(axis=0), np.inf)


def months_by(reached: Floats, months: Sequence[str]) -> tuple[str, str, str]:
    """Return the months, of these labels, by which 5, 50 and 95 % of all members have got
    somewhere: `inf` where they never have.

    `reached` [members] counts months from the start of the run; inf: not within it.
    """
    ordered = np.sort(reached)
    places = [max(math.ceil(share * ordered.size) - 1, 0) for share in (0.05, 0.5, 0.95)]
    p05, p50, p95 = (
        months[int(month)] if math.isfinite(month) else "inf" for month in ordered[places].tolist()
    )
    return p05, p50, p95
