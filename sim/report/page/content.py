"""Choose what stands on the page of a result, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sim.report.charts.chart import Chart
from sim.report.charts.choice import ANY, Choice
from sim.report.charts.gallery import CHARTS, available
from sim.report.charts.tables import Tables
from sim.report.page import asides
from sim.report.page.sentences import sentences
from sim.report.page.views import TableView

MOST = 100
"""Panels of a chart on the page."""
UNFOLDED = ("fill_rate", "suppliers", "fates", "bottlenecks", "capacity")
"""Charts with a panel for each thing: the first stand open, others behind a button."""
ORDER: Mapping[str, str] = {
    "fill_rate": "What stays uncovered",
    "suppliers": "Who supplies",
    "fates": "What becomes of each need",
    "bottlenecks": "What binds",
    "capacity": "Capacity",
    "programmes": "Programmes",
    "cost": "Cost",
    "comparison": "Who gains, who loses",
    "stress": "What matters most when lost",
    "sensitivity": "Which factors matter",
    "discovery": "Where it holds",
    "frontier": "What would be enough",
    "backtest": "Against what happened",
    "calibration": "How wide the intervals should be",
}
"""Charts in the order of the page, with the names of their sections."""


@dataclass(frozen=True)
class Section:
    """Hold a section of the page."""

    id: str
    name: str
    title: str
    texts: Sequence[str] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[TableView] = ()


@dataclass(frozen=True)
class Page:
    """Hold all that the page says."""

    title: str
    about: str
    sentences: Sequence[str]
    sections: Sequence[Section]
    foot: str
    charts: Mapping[str, Chart] = field(default_factory=dict)


def content(tables: Tables) -> Page:
    """Choose what the page of a result says; what its tables do not tell is left out."""
    found: dict[str, Chart] = {}
    for name in available(tables):
        chart = CHARTS[name].make(tables, Choice(most=MOST) if name in UNFOLDED else ANY)
        if chart is not None:
            found[name] = chart
    sections = [
        Section(name, title, found[name].title, charts=[found[name]])
        for name, title in ORDER.items()
        if name in found
    ]
    said = (
        sentences(tables)
        if "summary" in tables
        else [chart.title + "." for chart in found.values()][:3]
    )
    return Page(
        title=asides.title(tables),
        about=asides.about(tables),
        sentences=said,
        sections=[*sections, *_asides(tables)],
        foot=asides.foot(tables),
        charts=found,
    )


def _asides(tables: Tables) -> Iterator[Section]:
    """Yield the sections that are tables and words."""
    made: Sequence[tuple[str, str, Callable[[Tables], asides.Aside | None]]] = (
        ("trust", "How far to trust it", asides.trust),
        ("needs", f"All needs{tables.kind}", asides.needs),
        ("changes", "Difference from the parent scenario", asides.changes),
        ("repeat", "How to repeat it", asides.repeat),
    )
    for name, title, make in made:
        aside = make(tables)
        if aside is not None:
            yield Section(name, title, aside.title, aside.texts, tables=aside.tables)
