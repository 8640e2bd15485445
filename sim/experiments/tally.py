"""Summarise how well forecasts of cases did: coverage, PIT and skill, for dates, units and shares,
by class.

Outcomes of one case move together, so whole cases are resampled (if there is a single case, its
categories), and beside the number of rows stands how many independent rows they are worth. If there
is only one such group, this is not known and is left empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from sim.kernels.arrays import Floats
from sim.precedents.scores import cluster_interval, effective_number, flatness

if TYPE_CHECKING:
    import pandas as pd

OBSERVED = ("observed", "milestone")
"""Kinds of outcomes that count; claims are shown and do not."""
MEASURES = {"date": "dates", "units": "units", "share": "shares"}
RIVALS = ("plan", "twice_plan", "naive")
LEVELS = (50, 90)
LESS_IS_FASTER = ("unit", "ready", "full", "from")
"""Readings of which a lower number means a faster substitution: months, and the share bought from
one seller."""
FEW = 3
"""Rows below which a class or a case gets no line of its own."""


def observed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a table of scores that were observed."""
    return table[table["kind"].isin(OBSERVED)]


def tally(table: pd.DataFrame) -> pd.DataFrame:
    """Return a row for all observed outcomes, for each measure, and for classes and cases of some.

    `rows`, `seen`, `clusters` and `effective` (what the rows are worth) count; `in50` and `in90`
    are shares of the rows of which one knows, `_low` and `_high` the 95 % interval of each from
    resampling clusters; `crps_model` is the mean score where all rows are of one measure, in
    months, in percentage points, or for units in parts of the outcome or the plan, whichever is
    more; `skill_*` is 1 less the ratio to a rival's score on the rows that the rival has a forecast
    for, of several measures the mean by rows; `flat` is the chance that a PIT this uneven comes
    from a forecast without fault.
    """
    import pandas as pd

    rows = observed(table)
    if rows.empty:
        return pd.DataFrame()
    groups = _groups(rows)
    told = {name: some for name, some in groups.items() if len(some)}
    return pd.DataFrame([_line(some) for some in told.values()]).assign(what=list(told))


def _groups(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows that each line is made from."""
    groups = {"all": rows} | {
        name: rows[rows["measure"] == measure] for measure, name in MEASURES.items()
    }
    for column in ("class", "case"):
        for key, some in rows.groupby(column, sort=False):
            if len(some) >= FEW and key and len(some) < len(rows):
                groups[str(key)] = some
    return groups


def _clusters(rows: pd.DataFrame) -> pd.Series[str]:
    """Return what moves together: a case, or a category where there is one case only."""
    found: pd.Series[str] = rows["case"] if rows["case"].nunique() > 1 else rows["category"]
    return found


def _line(rows: pd.DataFrame) -> dict[str, float]:
    """Return counts, coverage, scores and skill of some rows."""
    clusters = np.unique(_clusters(rows).to_numpy(dtype=str), return_inverse=True)[1]
    drawn = rows["pit"].to_numpy(dtype=np.float64)
    alone = clusters.max() == 0
    number = np.nan if alone else effective_number(_pace(rows), clusters)
    line: dict[str, float] = {
        "rows": len(rows),
        "seen": int((rows["seen"] == "yes").sum()),
        "clusters": int(clusters.max()) + 1,
        "effective": number,
    }
    for level in LEVELS:
        inside = inside_of(rows, level)
        low, high = cluster_interval(inside, clusters)
        line |= {f"in{level}": known_mean(inside), f"in{level}_low": low, f"in{level}_high": high}
    flat = np.nan if alone else flatness(drawn, number)[1]
    return line | _scores(rows) | {"flat": flat}


def _pace(rows: pd.DataFrame) -> Floats:
    """Return how much faster history was than the forecast, as a standard normal score, above 0 for
    earlier dates, larger amounts, and less from the old supplier; so outcomes of different kinds
    can be compared.
    """
    scores = ndtri(np.clip(rows["pit"].to_numpy(dtype=np.float64), 0.001, 0.999))
    word = rows["reading"].str.partition(" ")[0]
    return np.asarray(np.where(word.isin(LESS_IS_FASTER), -scores, scores))


def inside_of(rows: pd.DataFrame, level: int) -> Floats:
    """Return 1 where an interval holds the outcome, 0 where it misses, NaN where nobody knows."""
    words = {"yes": 1.0, "no": 0.0}
    return np.asarray(rows[f"in{level}"].map(words), dtype=np.float64)


def known_mean(inside: Floats) -> float:
    """Return the mean of what is known, NaN where nothing is."""
    return float(np.nanmean(inside)) if (~np.isnan(inside)).any() else np.nan


def _scores(rows: pd.DataFrame) -> dict[str, float]:
    """Return the mean score, and skill against each rival."""
    model = _scaled(rows, "crps_model")
    one = rows["measure"].nunique() == 1
    line = {"crps_model": float(model.mean()) if one else np.nan}
    for rival in RIVALS:
        theirs = _scaled(rows, f"crps_{rival}")
        parts = []
        for measure in MEASURES:
            some = (rows["measure"] == measure).to_numpy() & ~np.isnan(theirs)
            if theirs[some].sum() > 0:
                skill = 1 - model[some].sum() / theirs[some].sum()
                parts.append((skill, int(some.sum())))
        skills, weights = zip(*parts, strict=True) if parts else ((np.nan,), (1,))
        line[f"skill_{rival}"] = float(np.average(skills, weights=weights))
    return line


def _scaled(rows: pd.DataFrame, column: str) -> Floats:
    """Return scores; of units in parts of the outcome or the plan, so that large numbers do not
    outweigh the others.
    """
    import pandas as pd

    scores = rows[column].to_numpy(dtype=np.float64)
    is_units = (rows["measure"] == "units").to_numpy()
    said = rows.loc[is_units, ["outcome", "plan"]].apply(pd.to_numeric, errors="coerce")
    sizes = np.ones(len(rows))
    sizes[is_units] = np.abs(np.nan_to_num(said.to_numpy(dtype=np.float64))).max(axis=1)
    return scores / np.where(sizes > 0, sizes, 1.0)


HEADER = (
    *("outcomes", "rows", "worth", "50 % hold", "90 % hold", "CRPS"),
    *("skill: plan", "twice plan", "logistic", "PIT flat"),
)
NOTE = (
    "Dates in months, shares in percentage points, units in parts of the outcome or the plan,"
    " whichever is more.\nWorth: independent rows, as those of one case move together. Hold: in"
    " brackets the 95 % interval from resampling cases.\nSkill: 1 less the ratio of the mean score"
    " to the rival's on its rows; below 0 the rival was better. PIT flat: the\nchance of one this"
    " uneven from a forecast without fault."
)


def tally_text(found: pd.DataFrame) -> str:
    """Write a tally as a table in Markdown, and how to read it."""
    if found.empty:
        return "Nothing observed."
    rows = [_cells({str(key): each for key, each in row.items()}) for row in _records(found)]
    grid = [HEADER, ["---"] * len(HEADER), *rows]
    return "\n".join(["| " + " | ".join(cells) + " |" for cells in grid] + ["", NOTE])


def _records(found: pd.DataFrame) -> list[dict[object, object]]:
    records: list[dict[object, object]] = found.to_dict("records")
    return records


def _cells(row: dict[str, object]) -> list[str]:
    """Write a row of the tally."""

    def plain(key: str, form: str) -> str:
        value = float(str(row[key]))
        return "" if np.isnan(value) else format(value, form)

    def hold(key: str) -> str:
        ends = plain(f"{key}_low", ".0%"), plain(f"{key}_high", ".0%")
        return plain(key, ".0%") + (f" ({'-'.join(ends)})" if all(ends) else "")

    skills = [plain(f"skill_{rival}", ".2f") for rival in RIVALS]
    counts = [str(row["what"]), str(row["rows"]), plain("effective", ".0f")]
    return [
        *counts,
        hold("in50"),
        hold("in90"),
        plain("crps_model", ".2f"),
        *skills,
        plain("flat", ".2f"),
    ]
