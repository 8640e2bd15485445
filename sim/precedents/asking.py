"""Answer what history says about a lead time: the distribution, the cases behind it, lines for a
scenario.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import InputError
from sim.precedents.collection import Collection, load
from sim.precedents.columns import CLASSES, HEAD_STARTS
from sim.precedents.durations import FIRST, MILESTONES, duration_table
from sim.precedents.fitting import Fits, fits
from sim.precedents.mixture import Mixture
from sim.precedents.ratios import ratio_table

if TYPE_CHECKING:
    import pandas as pd

PERCENTS = (5, 25, 50, 75, 95)


@dataclass(frozen=True)
class Question:
    """A candidate as one knows it beforehand; empty means not known. `announced` is in months."""

    kind: str = ""
    head_start: str = ""
    sector: str = ""
    milestone: str = FIRST
    announced: float | None = None

    def __post_init__(self) -> None:
        """Raise InputError where a word is none of the allowed, or the months are not above 0."""
        for name, value, allowed in (
            ("class", self.kind, CLASSES),
            ("head start", self.head_start, HEAD_STARTS),
            ("milestone", self.milestone, MILESTONES),
        ):
            if value and value not in allowed:
                raise InputError(f"{name} {value!r}: give one of {', '.join(allowed)}")
        if self.announced is not None and not 0 < self.announced < np.inf:
            raise InputError(f"announced {self.announced:g}: give months above 0")


@dataclass(frozen=True, eq=False)
class Answer:
    """What precedents say of a question."""

    question: Question
    months: Mixture
    cases: pd.DataFrame
    """The cases of the same class and head start (of the same class where something was announced).
    """

    @property
    def quantiles(self) -> dict[int, float]:
        """Months by percentage: 5, 25, 50, 75, 95."""
        return dict(zip(PERCENTS, self.months.quantiles(*PERCENTS), strict=True))

    @property
    def table(self) -> pd.DataFrame:
        """The quantiles as a table of one row."""
        import pandas as pd

        asked = self.question
        words = {"class": asked.kind, "head_start": asked.head_start, "milestone": asked.milestone}
        levels = {f"p{level:02d}": months for level, months in self.quantiles.items()}
        return pd.DataFrame([words | {"announced": asked.announced} | levels])

    @property
    def scenario_lines(self) -> str:
        """Lines to paste into a scenario, under a candidate or a class: the lead time, from when it
        counts and what it runs to, and the ramp where the class is known.

        Months that precedents took hold the wait for money, so they count from the decision.
        """
        asked = self.question
        keys = {"class": asked.kind, "head_start": asked.head_start}
        if asked.announced is not None:
            keys = {"announced": f"{asked.announced:g}", "class": asked.kind}
        inside = ", ".join(f"{key}: {value}" for key, value in keys.items() if value)
        months = f"{{{inside}}}" if asked.announced is not None else f"{{precedents: {{{inside}}}}}"
        goal = "first_unit" if asked.milestone == FIRST else "full_supply"
        lines = [f"lead_time: {months}", "clock: decision", f"runs_to: {goal}"]
        return "\n".join(lines + ([f"ramp: {{precedents: {asked.kind}}}"] if asked.kind else []))


def ask(question: Question, with_dir: str | os.PathLike[str] | None = None) -> Answer:
    """Answer a question from the shipped precedents and those of one's own folder.

    The fit is made when asked, within a second. Raises what `load` raises.
    """
    collection = load(with_dir)
    return answer(question, collection, fits(collection.milestones))


def answer(question: Question, collection: Collection, known: Fits) -> Answer:
    """Answer a question from a collection and fits that were made already.

    Where something was announced the months count from the statement, otherwise from the start: the
    decision or the money.
    """
    if question.announced is not None:
        months = known.ratios.months(question.announced, question.kind)
    else:
        months = known.durations.months(question.kind, question.head_start, question.milestone)
    return Answer(question, months, cases_behind(collection, question))


def cases_behind(collection: Collection, question: Question) -> pd.DataFrame:
    """Return the rows that speak most directly: `case`, `since`, `announced_months`, `months`,
    `open`, `source`.

    The fit uses all the others too, the more the fewer these are.
    """
    said = chosen(collection, question).milestones
    if question.announced is not None:
        rows = ratio_table(said).assign(since=lambda each: each["stated_on"])
        rows = rows.assign(ratio=rows["months"] / rows["announced_months"])
    else:
        rows = duration_table(said[said["milestone"] == question.milestone])
        rows = rows.assign(since=rows["start"], announced_months=np.nan, ratio=np.nan)
    columns = ["case", "category", "cluster", "milestone", "since", "announced_months", "months"]
    return rows[[*columns, "ratio", "open", "source"]].reset_index(drop=True)


def chosen(collection: Collection, question: Question) -> Collection:
    """Return the cases of a class, head start and sector, with their milestones; empty words take
    all. Raises InputError for a sector that no case has.

    Where something was announced the head start is in the promise already, so it does not count.
    """
    cases = collection.cases
    sectors = sorted(set(cases["sector"]) - {""})
    if question.sector and question.sector not in sectors:
        raise InputError(f"sector {question.sector!r}: give one of {', '.join(sectors)}")
    wanted = {"complexity": question.kind, "sector": question.sector}
    if question.announced is None:
        wanted["head_start"] = question.head_start
    for column, word in wanted.items():
        cases = cases[cases[column] == word] if word else cases
    said = collection.milestones
    kept = said[said["case"].isin(cases["case"])].reset_index(drop=True)
    return Collection(cases.reset_index(drop=True), kept, collection.ramps)


def overview(collection: Collection, known: Fits) -> pd.DataFrame:
    """Return a row for each class, head start and sector: what was counted, and what the fit says.

    `cases`, `clusters`, `first` and `seen` count cases, clusters, cases with a duration to the
    first unit, and those where it happened; `median_seen` is their median in months; `p05`, `p50`
    and `p95` are the fit's for class and head start; `late` is the share of promises that were not
    kept in time.
    """
    import pandas as pd

    lines = []
    keys = ["complexity", "head_start", "sector"]
    for (kind, head, sector), rows in collection.cases.groupby(keys, sort=False):
        said = collection.milestones[collection.milestones["case"].isin(rows["case"])]
        line = {"class": kind, "head_start": head, "sector": sector, "cases": len(rows)}
        line |= {"clusters": rows["cluster"].nunique()} | _counted(said)
        told = known.durations.months(str(kind), str(head)).quantiles(5, 50, 95)
        lines.append(line | dict(zip(("p05", "p50", "p95"), told, strict=True)))
    table = pd.DataFrame(lines, columns=OVERVIEW)
    order = {word: at for at, word in enumerate((*CLASSES, *HEAD_STARTS))}
    return table.sort_values(
        ["class", "head_start", "sector"], key=lambda column: column.map(order).fillna(99)
    ).reset_index(drop=True)


OVERVIEW = (
    *("class", "head_start", "sector", "cases", "clusters", "first", "seen", "median_seen"),
    *("p05", "p50", "p95", "promises", "late"),
)


def _counted(said: pd.DataFrame) -> dict[str, object]:
    """Return what is counted of some milestones."""
    first = duration_table(said[said["milestone"] == FIRST])
    seen = first.loc[~first["open"].astype(bool), "months"]
    promised = ratio_table(said)
    past = promised["months"] > promised["announced_months"]
    kept = ~promised["open"].astype(bool) & ~past
    decided = past | kept
    return {
        "first": len(first),
        "seen": len(seen),
        "median_seen": float(seen.median()) if len(seen) else np.nan,
        "promises": int(decided.sum()),
        "late": float(past[decided].mean()) if decided.any() else np.nan,
    }
