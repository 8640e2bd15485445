"""Find what would have been enough to reach a goal in a share of the members, and its cost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from sim.analysis.plan.choices import AsItIs, Numbers, Plants
from sim.analysis.plan.request import DATE, Within, asked
from sim.analysis.plan.result import PlanResult
from sim.analysis.plan.search import edge, first_month, smallest
from sim.analysis.plan.text import told
from sim.analysis.plan.trials import Attempts
from sim.engine.load import load
from sim.engine.run import Progress
from sim.report.card import MOST_ROWS, Card, Shown
from sim.report.charts.wording import counted, percent
from sim.report.study import save_tables
from sim.scenario.revision import revised
from sim.scenario.schema import Scenario
from sim.study.executors import crew
from sim.study.sweep import How

if TYPE_CHECKING:
    import pandas as pd

    from sim.report.charts.chart import Chart


class Labour(TypedDict, total=False):
    """List the keywords that say by whom choices are run; none of them changes the plan."""

    jobs: int
    """Processes of this machine; 1, the default: this one."""
    executor: Executor | None
    """Any executor, left running; `jobs` above 1 says how many tasks it works on at a time."""
    scheduler: str | None
    """A Dask scheduler, tcp://host:port."""
    progress: Progress | None
    """Is told (runs done, most runs that it may take)."""


def plan(
    scenario: Scenario | str | os.PathLike[str],
    *,
    reach: str,
    choose: str,
    probability: float = 0.8,
    low: float | str | None = None,
    high: float | str | None = None,
    tolerance: float | None = None,
    members: int | None = None,
    **labour: Unpack[Labour],
) -> Plan:
    """Find the choice with which a goal, as in `fill_rate[RUS] >= 0.95 by 2018-12`, is reached in a
    share of the members.

    `choose` is the path of a number, between `low` and `high` and to `tolerance`, a share of that
    range (0.01); `events.x.date`, between two months; `programmes.x.candidates`; or `date`, to ask
    when it is reached in the scenario as it is. Of a number and a month the search works both ways:
    the least that is enough, or the greatest that still is. All choices have the same members, the
    scenario's unless given. Raises InputError with all that is wrong with the question, SimError
    where a run fails.
    """
    loaded = scenario if isinstance(scenario, Scenario) else load(scenario)
    loaded = revised(loaded, members=members)
    goal, choice = asked(loaded, reach, choose, probability, Within(low, high, tolerance))
    with _hands(labour) as how:
        attempts = Attempts(loaded, goal, choice, how)
        if isinstance(choice, AsItIs):
            return Plan(loaded, goal, choice, *first_month(attempts, choice))
        found = smallest(attempts, choice) if isinstance(choice, Plants) else edge(attempts, choice)
    return Plan(loaded, goal, choice, found, attempts.tried)


@contextmanager
def _hands(labour: Labour) -> Iterator[How]:
    """Keep the same processes for all studies of a search."""
    jobs, executor, scheduler = (
        labour.get("jobs", 1),
        labour.get("executor"),
        labour.get("scheduler"),
    )
    how: How = {
        "jobs": jobs,
        "executor": executor,
        "scheduler": scheduler,
        "progress": labour.get("progress"),
    }
    if jobs == 1 or executor or scheduler:
        yield how
    else:
        with crew(jobs) as found:
            yield {**how, "executor": found.executor}


@dataclass(frozen=True, eq=False, repr=False)
class Plan(Shown, PlanResult):
    """Show what was asked, what was tried for it, and the answer."""

    def card(self) -> Card:
        """Return what is shown of it at a glance: the answer, and what was tried around it."""
        low, high = map(percent, self.interval)
        answer = "nothing tried is enough" if self.answer is None else f"answer {self._said()}"
        columns = ["choice", "probability", "reached", "cost_p05", "cost_p50", "cost_p95"]
        frame = self.frontier
        near = max(0, min(self.keys.index(self.chosen) - MOST_ROWS // 2, len(frame) - MOST_ROWS))
        rows = frame[[name for name in columns if name in frame.columns]].iloc[near:]
        whom = counted(self.scenario.members, "member")
        return Card.of_frame(
            f"Plan: {self.goal.text}, choosing {self._what}",
            f"{answer}; reached in {percent(self.share)} of {whom} (95 % interval {low} to {high})",
            rows,
            "answer, share, interval, text, table, frontier, chart(), save()",
        )

    @cached_property
    def frontier(self) -> pd.DataFrame:
        """Tabulate all choices that were tried, in their order: how likely each reaches the goal,
        by when, and at what cost.

        `probability` is the share of members, by the month asked for if there is one; `reached` the
        month by which the share asked for has reached it, `never`, or empty where the goal has no
        date; `cost_` the money invested by the end of the run, over the members; `efficient` says
        of which no other is both as early and as cheap, one of them truly (without a date: as
        likely and as cheap). Of plants, `plants` counts them. Where nothing is chosen, there is a
        row for each month.
        """
        import pandas as pd

        frame = pd.DataFrame([self._row(key) for key in self.keys])
        frame.insert(0, "choice", [self._cell(key) for key in self.keys])
        if isinstance(self.choice, Plants):
            frame.insert(1, "plants", [len(key) for key in self.keys])
        if isinstance(self.choice, AsItIs):
            return frame.drop(columns="reached")
        return frame.assign(efficient=[self.efficient[key] for key in self.keys])

    @cached_property
    def table(self) -> pd.DataFrame:
        """Tabulate the answer in one row: what was asked, what is enough, how likely it is, with a
        95 % interval, and its cost.

        `answer` is empty where nothing that was tried is enough; the numbers are then those of
        `choice`, the best of it.
        """
        import pandas as pd

        low, high = self.interval
        row = {
            "reach": self.goal.text,
            "asked": self.goal.probability,
            "choose": self._what,
            "way": self.found.way,
            "answer": "" if self.answer is None else self._cell(self.found.answer),
            "choice": self._cell(self.chosen),
            "members": self.scenario.members,
            "probability_low": low,
            "probability_high": high,
        }
        return pd.DataFrame([{**row, **self._row(self.chosen)}])

    @property
    def text(self) -> str:
        """Say what is enough, how sure that is and what it costs, in words."""
        return told(self)

    def save(
        self, folder: str | os.PathLike[str], *, figures: bool = True, command: str | None = None
    ) -> Path:
        """Write plan.csv, frontier.csv, the page and a manifest into a folder,
        whole or not at all.

        An older result there is replaced. Raises InputError where the folder cannot be written or
        holds what is not ours.
        """
        return save_tables(
            folder,
            self.scenario,
            {"plan": self.table, "frontier": self.frontier},
            figures=figures,
            command=command,
        )

    def chart(self) -> Chart | None:
        """Return how likely, at what cost and by when each choice reaches the goal."""
        from sim.report.charts.frontier import frontier
        from sim.report.charts.tables import of_frames

        tables = {"plan": self.table, "frontier": self.frontier}
        return frontier(of_frames(tables.get, self.scenario))

    @property
    def _what(self) -> str:
        return DATE if isinstance(self.choice, AsItIs) else self.choice.path

    def _said(self) -> str:
        cell = self._cell(self.found.answer)
        return f"{cell:.4g}" if isinstance(cell, float) else cell

    def _row(self, key: Any) -> dict[str, Any]:
        tried = self.tried[key]
        low, middle, high = tried.cost
        return {
            "probability": tried.share,
            "reached": self.reached(key),
            "cost_p05": low,
            "cost_p50": middle,
            "cost_p95": high,
        }

    def _cell(self, key: Any) -> float | str:
        """Write a choice as the cell of a table."""
        return float(key) if isinstance(self.choice, Numbers) else self.choice.name(key)
