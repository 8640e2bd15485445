"""Answer the question in three sentences: what stays uncovered, when it is regained, by whom and at what cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.report.charts.choice import Need
from sim.report.charts.tables import Tables
from sim.report.charts.wording import counted, listed, months, number, percent

if TYPE_CHECKING:
    import pandas as pd

FULL = 0.995
"""A need counts as covered when 19 members of 20 get at least this share of it."""
FATES = {
    "home": "made at home",
    "ally": "taken over by allies",
    "outside": "taken over by others",
    "leakage": "supplied by leakage",
    "old": "supplied by the old supplier",
    "dropped": "dropped",
    "unmet": "unmet",
}


def sentences(tables: Tables) -> list[str]:
    """Write the three sentences, about the need that is covered worst; one where none is short."""
    covered = _metric(tables, "fill_rate_after")
    if covered.empty:
        return []
    short = covered[covered["p05"] < FULL].sort_values("p50", kind="stable")
    if short.empty:
        return [
            f"No need falls short: all {counted(len(covered), 'need')} are met in 19 members of 20."
        ]
    worst = short.iloc[0]
    need = (str(worst["state"]), str(worst["product"]))
    return [
        _uncovered(tables, need, worst, len(short), len(covered)),
        _regained(tables, need, short),
        *filter(None, [" ".join(filter(None, [_by_whom(tables, need), _cost(tables, need[0])]))]),
    ]


def _metric(tables: Tables, metric: str) -> pd.DataFrame:
    rows = tables["summary"]
    return rows[(rows["metric"] == metric) & rows["p50"].notna()]


def _uncovered(tables: Tables, need: Need, row: pd.Series, short: int, total: int) -> str:
    fall = "falls" if short == 1 else "fall"
    return (
        f"{short} of {counted(total, 'need')} {fall} short, worst of all {tables.names.need(*need)}: "
        f"{percent(row['p50'])} of what is needed since the supply was first restricted is met in its month "
        f"(median; {percent(row['p05'])} to {percent(row['p95'])} in 9 of 10 members)."
    )


def _regained(tables: Tables, need: Need, short: pd.DataFrame) -> str:
    times = _metric(tables, "T90").set_index(["state", "product"])
    never = _metric(tables, "T90_censored").set_index(["state", "product"])
    keys = [key for key in zip(short["state"], short["product"], strict=True) if key in times.index]
    back = sum(bool(np.isfinite(times.loc[key, "p50"])) for key in keys)
    whole = f"Of the {counted(len(keys), 'need')} that lose supply, {back} regain nine tenths of the loss within the run in the median member"
    if need not in times.index:
        return f"{whole}." if keys else "None of them loses supply against what it had before."
    row = times.loc[need]
    late = float(never.loc[need, "mean"]) if need in never.index else 0.0
    after = f"the worst one after {months(row['p50'])} months ({months(row['p05'])} to {months(row['p95'])})"
    if np.isinf(row["p50"]):
        after = "the worst one does not"
    return f"{whole}; {after}; in {percent(late)} of the members it never does."


def _by_whom(tables: Tables, need: Need) -> str:
    if not tables.has("fates"):
        return ""
    ends = tables["fates"].query("year == 'end'")
    likely = ends.sort_values("probability", ascending=False, kind="stable")
    likely = likely.drop_duplicates(["state", "product"])
    counts = likely["fate"].value_counts()
    said = [f"{counts[fate]} {words}" for fate, words in FATES.items() if fate in counts.index]
    whole = f"Of the {counted(len(likely), 'need')} hit, at the end most likely {listed(said)}"
    mine = likely[(likely["state"] == need[0]) & (likely["product"] == need[1])]
    if mine.empty:
        return f"{whole}."
    row = mine.iloc[0]
    return f"{whole}; the worst one is {FATES[row['fate']]} in {percent(row['probability'])} of the members."


def _cost(tables: Tables, state: str) -> str:
    """Add up the means, which add, and give the spread of the year in which most is paid extra."""
    if not tables.has("money"):
        return ""
    mine = tables["money"].query("state == @state")
    total = mine.groupby("item")["mean"].sum()
    extra, capital = float(total.get("extra", 0.0)), float(total.get("capital", 0.0))
    who = tables.names.state(state)
    return f"{who} invests {number(capital)} and pays {number(extra)} more for what it buys ({tables.names.currency}, mean of the members, whole run)."
