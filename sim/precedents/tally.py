"""Sum up the backtest: coverage, scores and skill, by forecast and class, in numbers and words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from sim.precedents.backtest import Backtest
from sim.precedents.scores import cluster_interval, effective_number, flatness
from sim.precedents.tails import Floats

if TYPE_CHECKING:
    import pandas as pd

RIVALS = ("plan", "twice_plan", "naive", "span")
"""What the forecasts have to beat; the plan where something was announced, the span where not."""
FEW = 5
"""Rows below which a class gets no line of its own."""


def summary(scored: Backtest) -> pd.DataFrame:
    """Return a row for each kind of forecast and each class within it, shipped and one's own apart.

    `rows`, `seen`, `clusters` and `effective` (what the rows are worth, as clusters move together)
    count; `in50` and `in90` are shares of the rows of which one knows, with 95 % intervals from
    resampling clusters; `crps_*` are means in months, `skill_*` is 1 less the ratio to a rival's;
    `flat` is the chance that a PIT this uneven comes from a forecast without fault, in the
    effective number of rows.
    """
    import pandas as pd

    table = scored.table[scored.table["forecast"] != ""]
    lines = []
    for shipped in ("yes", "no"):
        some = table[table["shipped"] == shipped]
        starts = scored.durations[scored.durations["shipped"] == shipped]
        then = scored.then[scored.then["shipped"] == shipped]
        groups = {
            "all milestones": some,
            "announced": some[some["forecast"] == "ratio"],
            "announced, as known then": then,
            "nothing announced": some[some["forecast"] == "duration"],
            "first unit from the start": starts[starts["milestone"] == "first"],
            "full supply from the start": starts[starts["milestone"] == "full"],
        }
        for name, group in groups.items():
            lines += _group_lines(name, shipped, group)
    return pd.DataFrame(lines)


def _group_lines(name: str, shipped: str, group: pd.DataFrame) -> list[dict[str, object]]:
    """Return the line of a group and those of its classes that have some rows."""
    if group.empty:
        return []
    head: dict[str, object] = {"shipped": shipped, "what": name}
    lines = [head | {"class": "all"} | _line(group)]
    for kind, rows in group.groupby("class", sort=False):
        if len(rows) >= FEW:
            lines.append(head | {"class": kind} | _line(rows))
    return lines


def _line(rows: pd.DataFrame) -> dict[str, object]:
    """Return counts, coverage, scores and skill of some rows."""
    clusters = np.unique(rows["cluster"].to_numpy(dtype=str), return_inverse=True)[1]
    drawn = rows["pit"].to_numpy(dtype=np.float64)
    number = effective_number(ndtri(np.clip(drawn, 0.001, 0.999)), clusters)
    line: dict[str, object] = {
        "rows": len(rows),
        "seen": int((rows["seen"] == "yes").sum()),
        "clusters": int(clusters.max()) + 1,
        "effective": number,
    }
    for level in ("in50", "in90"):
        inside = held_numbers(rows[level])
        low, high = cluster_interval(inside, clusters)
        share = float(np.nanmean(inside)) if (~np.isnan(inside)).any() else np.nan
        line |= {level: share, f"{level}_low": low, f"{level}_high": high}
    return line | _scores(rows) | {"flat": flatness(drawn, number)[1]}


def held_numbers(words: pd.Series[str]) -> Floats:
    """Return 1 for yes, 0 for no, NaN for nothing."""
    return np.asarray(words.map({"yes": 1.0, "no": 0.0}), dtype=np.float64)


def _scores(rows: pd.DataFrame) -> dict[str, object]:
    """Return mean scores, and skill on the rows that a rival has a forecast for."""
    model = rows["crps_model"].to_numpy(dtype=np.float64)
    line: dict[str, object] = {"crps_model": float(model.mean())}
    for rival in RIVALS:
        theirs = rows[f"crps_{rival}"].to_numpy(dtype=np.float64)
        there = ~np.isnan(theirs)
        mean = float(theirs[there].mean()) if there.any() else np.nan
        ours = float(model[there].mean()) if there.any() else np.nan
        skill = 1 - ours / mean if mean > 0 else np.nan
        line |= {f"crps_{rival}": mean, f"skill_{rival}": skill}
    return line


def described(scored: Backtest) -> str:
    """Return the summary as a table in Markdown, shipped rows first, and how to read it."""
    lines = []
    found = summary(scored)
    titles = {"yes": "Shipped precedents, a cluster left out at a time", "no": "Unseen precedents"}
    for shipped, title in titles.items():
        rows = found[found["shipped"] == shipped] if len(found) else found
        if len(rows):
            lines += [f"{title}:", "", *_grid([_cells(row) for row in rows.to_dict("records")]), ""]
    return "\n".join([*lines, NOTE]) if lines else "Nothing to score."


HEADER = (
    *("forecast", "class", "rows", "seen", "worth", "50 % hold", "90 % hold"),
    *("CRPS", "plan", "twice plan", "logistic", "span rule", "PIT flat"),
)
NOTE = (
    "CRPS in months, to a horizon of fifty years. Worth: independent rows, as those of one cluster "
    "move together.\nHold: of rows that happened or are past the interval; in brackets the 95 % "
    "interval from resampling clusters.\nPIT flat: the chance of one this uneven from a forecast "
    "without fault."
)


def _cells(row: dict[str, object] | dict[object, object]) -> list[str]:
    """Write a row of the summary."""
    numbers = {str(key): value for key, value in row.items()}

    def plain(key: str, form: str = ".1f") -> str:
        value = float(str(numbers[key]))
        return "" if np.isnan(value) else format(value, form)

    def hold(key: str) -> str:
        ends = plain(f"{key}_low", ".0%"), plain(f"{key}_high", ".0%")
        return f"{plain(key, '.0%')} ({'-'.join(ends)})" if all(ends) else ""

    counts = [str(numbers[key]) for key in ("what", "class", "rows", "seen")]
    scores = [plain(f"crps_{key}") for key in ("model", *RIVALS)]
    worth = plain("effective", ".0f")
    return [*counts, worth, hold("in50"), hold("in90"), *scores, plain("flat", ".2f")]


def _grid(rows: list[list[str]]) -> list[str]:
    """Lay cells out as a table in Markdown."""
    bar = ["---"] * len(HEADER)
    return ["| " + " | ".join(cells) + " |" for cells in (HEADER, bar, *rows)]
