"""Answer a question of the explorer: run what was set, and lay out what the page shows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sim.assess.importance import importance
from sim.engine.glance import glance
from sim.engine.load import load_often
from sim.engine.run import run
from sim.explore.beside import SIDES, other_choice, paired
from sim.kernels.uncollected import uncollected
from sim.report import tables as tabled
from sim.report.charts.chart import Chart
from sim.report.charts.choice import Choice
from sim.report.charts.gallery import CHARTS, drawn
from sim.report.charts.tables import Tables, of_frames
from sim.report.page import templates
from sim.report.page.content import ORDER
from sim.report.page.sentences import sentences
from sim.report.page.views import chart_data, chart_view
from sim.report.result import Result
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd

DIFFERENCE = "difference"
SERIES: Mapping[str, Sequence[str]] = {"fill_rate": ("fill_rate",), "suppliers": ("need",)}
"""The series that a chart draws, of all that a run records: to tabulate all takes a while."""
GLANCED = ("fill_rate",)
"""Charts whose series alone are enough for a first picture"""
RANKED_BY = 64
"""Members by which numbers are ranked."""


@dataclass(frozen=True)
class Question:
    """Hold all that an answer depends on."""

    path: str
    version: str
    """Of the scenario's files: another one is run anew"""
    members: int
    now: tuple[str, ...]
    """Texts as `--set` takes them"""
    kept: tuple[str, ...] | None = None
    """Of the settings held beside"""
    chart: str = "fill_rate"
    states: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    is_first: bool = False
    """Whether an answer with more members follows"""

    @property
    def is_glance(self) -> bool:
        """Return whether a first picture is asked for that needs no whole run."""
        return self.is_first and self.kept is None and self.chart in GLANCED


def charts() -> dict[str, str]:
    """Return the charts that may be asked for, with their titles."""
    of_runs = {name for name, each in CHARTS.items() if each.tables[0] in _tables_of_runs()}
    return {name: title for name, title in ORDER.items() if name in of_runs}


def answer(question: Question) -> dict[str, Any]:
    """Run the settings and return what the page shows, as plain data: HTML in which all text is
    escaped, and the rows of the charts. A first picture comes without words.

    Members are numbered from 0, so that fewer members are the first of more, and both sides have
    the same draws. Raises InputError where the settings make no scenario.
    """
    if question.is_glance:
        return _glance(question)
    asked = Choice(question.states, question.products)
    now = _tables(question, question.now)
    chart = drawn(now, question.chart, asked)
    found: dict[str, Chart | None] = {question.chart: chart}
    if question.kept is not None:
        kept = _tables(question, question.kept)
        other = drawn(kept, question.chart, other_choice(chart, asked))
        found = {question.chart: paired(other, chart), DIFFERENCE: _difference(question, asked)}
    warnings = list(_result(question, question.now).records.warnings)
    return {**_drawn(question, found), "sentences": sentences(now), "warnings": warnings}


@uncollected()
def _glance(question: Question) -> dict[str, Any]:
    """Run what the chart draws, and lay that out."""
    scenario = _loader(question.path, question.version)(question.now, members=question.members)
    records = glance(scenario, SERIES[question.chart])
    made = {"series": tabled.series, "events": tabled.events}

    def table(name: str) -> pd.DataFrame | None:
        import pandas as pd

        return pd.DataFrame(made[name](records)) if name in made else None

    chosen = Choice(question.states, question.products)
    chart = drawn(of_frames(table, scenario), question.chart, chosen)
    return _drawn(question, {question.chart: chart})


def _drawn(question: Question, found: Mapping[str, Chart | None]) -> dict[str, Any]:
    drawn = {name: each for name, each in found.items() if each is not None}
    return {
        "version": question.version,
        "members": question.members,
        "html": _html(found),
        "charts": {name: chart_data(each) for name, each in drawn.items()},
    }


def ranking(path: str, version: str) -> list[str]:
    """Return the paths of numbers by how much they matter, the most important first."""
    result = _run(path, version, (), RANKED_BY)
    found = importance(result.scenario, result.records).ranking["path"]
    return list(map(str, found))


def _result(question: Question, sets: tuple[str, ...]) -> Result:
    return _run(question.path, question.version, sets, question.members)


@lru_cache(maxsize=2)
def _run(path: str, version: str, sets: tuple[str, ...], members: int) -> Result:
    """Run a scenario as it was changed; the last two runs are at hand, of both sides."""
    return run(_loader(path, version)(sets, members=members))


@lru_cache(maxsize=1)
def _loader(path: str, version: str) -> Callable[..., Scenario]:
    """Read the files once: what a question changes needs no second look at the disk."""
    return load_often(path)


def _tables(question: Question, sets: tuple[str, ...]) -> Tables:
    """Give the tables of a run, of whose series only those that are drawn."""
    result = _result(question, sets)

    def table(name: str) -> pd.DataFrame | None:
        if name != "series" or question.chart not in SERIES:
            return getattr(result, name, None)
        import pandas as pd

        records = result.records
        kept = {each: records.series[each] for each in SERIES[question.chart]}
        return pd.DataFrame(tabled.series(replace(records, series=kept)))

    return of_frames(table, result.scenario)


def _difference(question: Question, asked: Choice) -> Chart | None:
    """Return the paired differences, now less kept, member by member."""
    from sim.experiments.comparison import Comparison
    from sim.report.charts.comparison import comparison

    assert question.kept is not None
    sides = [_result(question, sets) for sets in (question.now, question.kept)]
    table = Comparison(tuple(reversed(SIDES)), tuple(sides)).table
    chart = comparison(of_frames({"comparison": table}.get, sides[0].scenario), asked)
    return None if chart is None else replace(chart, name=DIFFERENCE)


def _html(found: Mapping[str, Chart | None]) -> str:
    views = [(name, each and chart_view(each), each) for name, each in found.items()]
    return templates(__package__ or "").get_template("answer.html.j2").render(found=views)


def _tables_of_runs() -> set[str]:
    return {name for name in dir(Result) if not name.startswith("_")}
