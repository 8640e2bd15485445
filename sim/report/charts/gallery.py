"""Name the charts, of which tables each is made, and draw those that a result has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sim.errors import InputError
from sim.report.charts.backtest import backtest, calibration
from sim.report.charts.bottlenecks import bottlenecks
from sim.report.charts.capacity import capacity
from sim.report.charts.chart import Chart
from sim.report.charts.choice import ANY, Choice
from sim.report.charts.comparison import comparison
from sim.report.charts.cost import cost
from sim.report.charts.discovery import discovery
from sim.report.charts.fates import fates
from sim.report.charts.fill_rate import fill_rate
from sim.report.charts.frontier import frontier
from sim.report.charts.programmes import programmes
from sim.report.charts.sensitivity import sensitivity
from sim.report.charts.stress import stress
from sim.report.charts.suppliers import suppliers
from sim.report.charts.tables import Tables
from sim.scenario.suggestions import meant


@dataclass(frozen=True)
class Definition:
    """Hold how a chart is made, and of which tables."""

    make: Callable[[Tables, Choice], Chart | None]
    """Return None where there is nothing to show"""
    tables: tuple[str, ...]


CHARTS: Mapping[str, Definition] = {
    "fill_rate": Definition(fill_rate, ("series",)),
    "suppliers": Definition(suppliers, ("flows",)),
    "fates": Definition(fates, ("fates",)),
    "bottlenecks": Definition(bottlenecks, ("bottlenecks",)),
    "capacity": Definition(capacity, ("capacity",)),
    "programmes": Definition(programmes, ("programmes",)),
    "cost": Definition(cost, ("money",)),
    "comparison": Definition(comparison, ("comparison",)),
    "stress": Definition(stress, ("criticality",)),
    "sensitivity": Definition(sensitivity, ("sensitivity",)),
    "discovery": Definition(discovery, ("boxes", "points")),
    "frontier": Definition(frontier, ("plan", "frontier")),
    "backtest": Definition(backtest, ("backtest",)),
    "calibration": Definition(calibration, ("backtest",)),
}


def available(tables: Tables) -> list[str]:
    """Name the charts whose tables a result has."""
    return [name for name, each in CHARTS.items() if tables.has(*each.tables)]


def chart(tables: Tables, name: str, choice: Choice = ANY) -> Chart | None:
    """Return a chart of a result; None where it would show nothing.

    Raises InputError for a name that is no chart, a chart whose tables the result has not, and for
    states and products that are nowhere in the result.
    """
    if name not in CHARTS:
        raise InputError(f"chart: {name!r} is none{meant(name, CHARTS)}")
    if name not in available(tables):
        missing = [table for table in CHARTS[name].tables if not tables.has(table)]
        which = ", ".join(f"{table}.csv" for table in missing)
        known = ", ".join(available(tables)) or "no chart"
        raise InputError(f"chart: {name} needs rows in {which}; this result can draw {known}")
    choice.check(*tables.codes(CHARTS[name].tables))
    return CHARTS[name].make(tables, choice)


def drawn(tables: Tables, name: str, choice: Choice = ANY) -> Chart | None:
    """Return a chart by a name that is one, of what is known to be in the result; None where it
    would show nothing, or where its tables have no rows.
    """
    return CHARTS[name].make(tables, choice) if tables.has(*CHARTS[name].tables) else None


class Plot:
    """Draw the charts of a result in memory: `result.plot.fill_rate(states=["RUS"])`.

    Each method returns a Chart, or None where there is nothing to show; in a notebook a Chart shows
    itself, `.save("x.svg")` writes it, `.altair()` gives it to altair.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def __call__(
        self, name: str, *, states: Collection[str] = (), products: Collection[str] = ()
    ) -> Chart | None:
        """Return a chart by name. Raises InputError for names that are not there."""
        return chart(self._tables, name, Choice(states, products))

    def fill_rate(
        self, *, states: Collection[str] = (), products: Collection[str] = ()
    ) -> Chart | None:
        """Return how much of each need is met, month by month."""
        return self("fill_rate", states=states, products=products)

    def suppliers(
        self, *, states: Collection[str] = (), products: Collection[str] = ()
    ) -> Chart | None:
        """Return who supplies whom, year by year."""
        return self("suppliers", states=states, products=products)

    def fates(
        self, *, states: Collection[str] = (), products: Collection[str] = ()
    ) -> Chart | None:
        """Return what becomes of each need that was hit."""
        return self("fates", states=states, products=products)

    def capacity(
        self, *, states: Collection[str] = (), products: Collection[str] = ()
    ) -> Chart | None:
        """Return the usable capacity of lines that change."""
        return self("capacity", states=states, products=products)

    def cost(self, *, states: Collection[str] = ()) -> Chart | None:
        """Return who pays what."""
        return self("cost", states=states)

    def __repr__(self) -> str:
        return f"<charts: {', '.join(available(self._tables))}>"
