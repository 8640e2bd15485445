"""Tell how much of each calendar year a run has: the first and the last one are seldom whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sim.report.charts.tables import Tables

MONTHS = 12


def year_lengths(tables: Tables) -> Mapping[int, int]:
    """Return of how many months of the run each calendar year consists; empty where that is not
    known.
    """
    return Counter(int(month[:4]) for month in _months(tables))


def parts_told(tables: Tables) -> str:
    """Write which years are not whole, as in ` (2016 until 2016-06)`; nothing where all are."""
    months, lengths = _months(tables), year_lengths(tables)
    parts = [year for year, length in lengths.items() if length < MONTHS]
    if not parts:
        return ""
    first, last = months[0], months[-1]
    if len(lengths) == 1:
        return f" ({first} to {last})"
    ends = {int(first[:4]): f"from {first}", int(last[:4]): f"until {last}"}
    return f" ({', '.join(f'{year} {ends[year]}' for year in parts)})"


def _months(tables: Tables) -> Sequence[str]:
    return tables.once("months", _found_months)


def _found_months(tables: Tables) -> Sequence[str]:
    """Take the months from the scenario, else from a table by month."""
    if tables.names.scenario:
        return tables.names.scenario.month_labels
    months = tables["series"]["month"] if "series" in tables else ()
    return sorted(set(map(str, months)))
