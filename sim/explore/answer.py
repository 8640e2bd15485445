"""Answer a question of the explorer: run what was set, and lay out what the page shows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sim.assess.importance import importance
from sim.engine.load import load
from sim.engine.run import run
from sim.explore.beside import SIDES, other_choice, paired
from sim.report import tables as tabled
from sim.report.charts.chart import Chart
from sim.report.charts.choice import Choice
from sim.report.charts.gallery import CHARTS
from sim.report.charts.tables import Tables, of_frames
from sim.report.page import templates
from sim.report.page.content import ORDER
from sim.report.page.sentences import sentences
from sim.report.page.views import chart_data, chart_view
from sim.report.result import Result

if TYPE_CHECKING:
    import pandas as pd

DIFFERENCE = "difference"
SERIES: Mapping[str, Sequence[str]] = {"fill_rate": ("fill_rate",), "suppliers": ("need",)}
"""The series that a chart draws, of all that a run records: to tabulate all takes a while."""
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


def charts() -> dict[str, str]:
    """Return the charts that may be asked for, with their titles."""
    of_runs = {name for name, each in CHARTS.items() if each.tables[0] in _tables_of_runs()}
    return {name: title for name, title in ORDER.items() if name in of_runs}


def answer(question: Question) -> dict[str, Any]:
    """Run the settings and return what the page shows, as plain data: HTML in which all text is
    escaped, and the rows of the charts.

    Members are numbered from 0, so that fewer members are the first of more, and both sides have
    the same draws. Raises InputError where the settings make no scenario.
    """
    asked = Choice(question.states, question.products)
    now = _tables(question, question.now)
    chart = CHARTS[question.chart].make(now, asked)
    found: dict[str, Chart | None] = {question.chart: chart}
    if question.kept is not None:
        kept = _tables(question, question.kept)
        other = CHARTS[question.chart].make(kept, other_choice(chart, asked))
        found = {question.chart: paired(other, chart), DIFFERENCE: _difference(question, asked)}
    drawn = {name: each for name, each in found.items() if each is not None}
    return {
        "version": question.version,
        "members": question.members,
        "sentences": sentences(now),
        "html": _html(found),
        "charts": {name: chart_data(each) for name, each in drawn.items()},
        "warnings": list(_result(question, question.now).records.warnings),
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
    return run(load(path, sets, members=members))


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
