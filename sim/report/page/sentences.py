"""Answer the question in three sentences: what stays uncovered, when it is regained, by whom and
at what cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.assess.held import beside_intervals
from sim.report.charts.choice import Need
from sim.report.charts.fates import likely
from sim.report.charts.frames import records, single
from sim.report.charts.tables import Tables
from sim.report.charts.wording import (
    ABROAD,
    FULL,
    by_whom,
    counted,
    listed,
    months,
    none_short,
    number,
    percent,
)

if TYPE_CHECKING:
    import pandas as pd

NO_HIT = (
    "No restriction hits a need, so it is not told when supply is regained, and by whom: what "
    "follows an outage or a rise of need stands in charts and tables."
)
FATES = {
    "home": ("is", "are", "made at home"),
    "ally": ("is", "are", "supplied by allies"),
    "outside": ("is", "are", "supplied by others"),
    "leakage": ("is", "are", "supplied by leakage"),
    "old": ("is", "are", "supplied by the old supplier"),
    "dropped": ("is", "are", "dropped"),
    "unmet": ("stays", "stay", "unmet"),
}
"""What becomes of one need, of several."""


def sentences(tables: Tables) -> list[str]:
    """Write the three sentences, about the need that is covered worst; where none is short, that,
    and by whom and at what cost those are met that were hit.
    """
    covered = _metric(tables, "fill_rate_after")
    if covered.empty:
        return []
    short = covered[covered["p05"] < FULL].sort_values("p50", kind="stable")
    if short.empty:
        before = int((_metric(tables, "fill_rate")["p05"] < FULL).sum())
        warnings = tables.manifest.get("warnings", ())
        none = none_short(len(covered), before, warnings, _members(tables), tables.kind)
        hit = tables.has("fates")
        return [none, *(_joined(_by_whom(tables), _cost(tables, _payer(tables))) if hit else ())]
    worst = single(short)
    need = (str(worst["state"]), str(worst["product"]))
    return [
        _uncovered(tables, need, worst, len(short), len(covered)),
        _regained(tables, need, short) if _was_hit(tables) else NO_HIT,
        *_joined(_by_whom(tables, need), _cost(tables, need[0])),
    ]


def _joined(*sentences: str) -> list[str]:
    """Join sentences to one point, none where all are empty."""
    return [" ".join(filter(None, sentences))] if any(sentences) else []


def _was_hit(tables: Tables, need: Need | None = None) -> bool:
    """Tell whether a restriction hit a need, or this one; where fates are not told, it did."""
    if "fates" not in tables:
        return True
    hit = set(zip(tables["fates"]["state"], tables["fates"]["product"], strict=True))
    return need in hit if need else bool(hit)


def _metric(tables: Tables, metric: str) -> pd.DataFrame:
    rows = tables.typical()
    return rows[(rows["metric"] == metric) & rows["p50"].notna()]


def _uncovered(tables: Tables, need: Need, row: dict[str, Any], short: int, total: int) -> str:
    few = " in few members" if row["p50"] >= FULL else ""
    if short > 1:
        which = f"{short:,} of {tables.counted(total)} fall short{few}, worst of all"
    elif total > 1:
        which = f"1 of {tables.counted(total)} falls short{few},"
    else:
        which = f"The only need{tables.kind} falls short{few},"
    since = "since the supply was first restricted " if _was_hit(tables, need) else ""
    told = (
        f"{which} {tables.names.need(*need)}: {percent(row['p50'])} of what is needed "
        f"{since}is met in its month"
    )
    if _members(tables) == 1:
        return f"{told} (in the one member that was run)."
    return (
        f"{told} (median; {percent(row['p05'])} to {percent(row['p95'])} in 9 of 10 members;"
        f" {beside_intervals()} of the shipped cases)."
    )


def _members(tables: Tables) -> int:
    return int(tables.final("summary")["n"].max())


def _regained(tables: Tables, need: Need, short: pd.DataFrame) -> str:
    """Write how many regain nine tenths of what they lost, and when the worst one does."""
    wanted = set(zip(short["state"], short["product"], strict=True))
    times = {
        (row["state"], row["product"]): row
        for row in records(_metric(tables, "T90"))
        if (row["state"], row["product"]) in wanted
    }
    if not times:
        return "Most likely none of them loses supply against what it had before."
    if len(times) == 1:
        return _one_regained(tables, *times.popitem())
    back = sum(bool(np.isfinite(row["p50"])) for row in times.values())
    whole = (
        f"Of the {len(times)} needs that lose supply, {back or 'none'} most likely "
        f"{'regains' if back <= 1 else 'regain'} nine tenths of the loss within the run"
    )
    return (
        f"{whole}; {_worst_regained(tables, need, times[need])}." if need in times else f"{whole}."
    )


def _one_regained(tables: Tables, need: Need, row: dict[str, Any]) -> str:
    is_lost = np.isinf(row["p50"])
    regains = "does not regain" if is_lost else "regains"
    after = "" if is_lost else f", after {_after(row)}"
    told = f"The one need that loses supply most likely {regains} nine tenths of the loss within"
    if _members(tables) == 1:
        return f"{told} the run{after}."
    return f"{told} the run{after}; {_never(tables, need)} it does not."


def _worst_regained(tables: Tables, need: Need, row: dict[str, Any]) -> str:
    is_lost = np.isinf(row["p50"])
    if _members(tables) == 1:
        return "the worst one does not" if is_lost else f"the worst one after {_after(row)}"
    if is_lost:
        return f"the worst one does not {_never(tables, need)}"
    return f"the worst one after {_after(row)}, {_never(tables, need)} it does not"


def _after(row: dict[str, Any]) -> str:
    low, middle, high = (months(row[level]) for level in ("p05", "p50", "p95"))
    return f"{middle} months" + (f" ({low} to {high})" if low != high else "")


def _never(tables: Tables, need: Need) -> str:
    """Write in which share of all members the loss of a need is not regained."""
    everyone = _members(tables)
    shares = {
        (each["state"], each["product"]): each["mean"] * each["n"] / everyone
        for each in records(_metric(tables, "T90_censored"))
    }
    return f"in {percent(float(shares.get(need, 0.0)))} of the members"


def _by_whom(tables: Tables, need: Need | None = None) -> str:
    """Write by whom the needs hit are supplied at the end, and this one, the worst covered."""
    if not tables.has("fates"):
        return ""
    ends = likely(tables["fates"].query("year == 'end'")).sort_index()
    if len(ends) == 1:
        only = single(ends)
        verb, _, words = FATES[only["fate"]]
        share = percent(only["probability"])
        by = _named(tables, [only])
        return f"The one need hit {verb} {words}{by} at the end in {share} of the members."
    by_fate = {str(fate): records(rows) for fate, rows in ends.groupby("fate")}
    said = [
        f"{len(by_fate[fate])} {one if len(by_fate[fate]) == 1 else many} {words}"
        f"{_named(tables, by_fate[fate])}"
        for fate, (one, many, words) in FATES.items()
        if fate in by_fate
    ]
    whole = f"Of the {counted(len(ends), 'need')} hit, at the end {listed(said)}"
    state, product = need or ("", "")
    mine = ends[(ends["state"] == state) & (ends["product"] == product)]
    if mine.empty:
        return f"{whole}, most likely."
    row = single(mine)
    verb, _, words = FATES[row["fate"]]
    share = percent(row["probability"])
    return f"{whole}, most likely; the worst one {verb} {words} in {share} of the members."


def _named(tables: Tables, ends: Sequence[dict[str, Any]]) -> str:
    """Write who abroad took over these needs, in brackets."""
    return by_whom(
        [
            tables.names.state(end["by"]) if end["fate"] in ABROAD and end["by"] else ""
            for end in ends
        ]
    )


def _payer(tables: Tables) -> str:
    """Return the state that pays most, the first of those that pay alike; empty: nobody pays."""
    if not tables.has("money"):
        return ""
    paid = tables["money"][tables["money"]["item"].isin(["capital", "extra"])]
    by_state = paid.groupby(["state", "item"])["mean"].sum().abs().groupby("state").sum()
    return str(by_state.idxmax()) if len(by_state) else ""


def _cost(tables: Tables, state: str) -> str:
    """Write what the state invests and pays more over the run: means add up, quantiles do not."""
    if not tables.has("money"):
        return ""
    mine = tables["money"]
    total = mine[mine["state"] == state].groupby("item")["mean"].sum()
    extra, capital = float(total.get("extra", 0.0)), float(total.get("capital", 0.0))
    if not extra and not capital:
        return ""
    more = "more" if extra >= 0 else "less"
    return (
        f"{tables.names.state(state)} invests {number(capital)} and pays {number(abs(extra))} "
        f"{more} than at the start for the goods hit ({tables.names.currency}, mean of the "
        f"members over the run)."
    )
