"""Write answers in words: the table of precedents, a distribution, the cases behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.precedents.asking import Answer

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 12
"""Cases that are listed at most; all of them are in the table that --out writes."""


def overview_text(table: pd.DataFrame) -> str:
    """Return the table of precedents as plain text."""
    if table.empty:
        return "No precedents of this kind."
    shown = table.assign(
        late=[_share(value) for value in table["late"]],
        **{name: [_months(value) for value in table[name]] for name in NUMBERS},
    )
    return f"{shown.rename(columns=TITLES).to_string(index=False)}\n\n{READING}"


NUMBERS = ("median_seen", "p05", "p50", "p95")
TITLES = {"head_start": "head start", "median_seen": "median seen"}
READING = (
    "Months from the start (the decision or the money) to the first unit. first, seen: cases with\n"
    "such a start, and those where it happened. p05, p50, p95: what the fit says of a new case of\n"
    "this class and head start, open cases counted. late: share of promises not kept in time."
)


def answer_text(answer: Answer) -> str:
    """Return the distribution, lines for a scenario, and the cases behind with their sources."""
    asked = answer.question
    said = [
        f"{asked.kind or 'any'} class",
        *([f"head start {asked.head_start}"] if asked.head_start and not asked.announced else []),
    ]
    if asked.announced is not None:
        title = f"Months after the statement, {asked.announced:g} announced ({', '.join(said)})"
    else:
        goal = "the first unit" if asked.milestone == "first" else "full supply"
        title = f"Months from the start to {goal} ({', '.join(said)})"
    levels = "  ".join(
        f"{level:>2} %: {_months(value)}" for level, value in answer.quantiles.items()
    )
    pasted = [f"  {line}" for line in answer.scenario_lines.splitlines()]
    lines = [title, f"  {levels}", *_notes(answer), "", "In a scenario:", *pasted, ""]
    return "\n".join(lines + _cases(answer.cases))


def _notes(answer: Answer) -> list[str]:
    """Say what was asked and does not count."""
    asked, said = answer.question, []
    if asked.announced is not None and asked.head_start:
        said.append("  What stood ready is in the promise already: the head start does not count.")
    if asked.sector:
        said.append(f"  Months of all sectors; of {asked.sector} are the cases below.")
    return said


def _cases(rows: pd.DataFrame) -> list[str]:
    """Return the cases behind, a line each."""
    if rows.empty:
        return ["No case of this kind: the fit leans on all the others."]
    lines = [f"Cases of this kind ({len(rows)}); the fit uses all the others too:"]
    for row in rows.head(SHOWN).to_dict("records"):
        lines.append("  " + _case({str(key): value for key, value in row.items()}))
    if len(rows) > SHOWN:
        lines.append(f"  ... and {len(rows) - SHOWN} more; --out writes them all")
    return lines


def _case(row: Mapping[str, object]) -> str:
    """Return a case in words."""
    months = f"{float(str(row['months'])):g}"
    took = f"not within {months} months" if row["open"] else f"{months} months"
    ahead = float(str(row["announced_months"]))
    if not math.isnan(ahead):
        took += f", {ahead:g} announced"
    where = f"{row['case']} ({row['category']}), {row['milestone']} since {row['since']}"
    return f"{where}: {took}; {row['source']}"


def _months(value: float) -> str:
    """Return months in two digits or whole; nothing for NaN."""
    if math.isnan(value):
        return ""
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def _share(value: float) -> str:
    """Return a share in percent; nothing for NaN."""
    return "" if math.isnan(value) else f"{value:.0%}"
