"""Find the states of a result and their colours, the same in each of its charts."""

from __future__ import annotations

from collections.abc import Iterable

from sim.report.charts.chart import Key, Mark
from sim.report.charts.colours import colours
from sim.report.charts.tables import Tables
from sim.report.shortened import ALL

COLUMNS = {
    "series": ("state",),
    "flows": ("exporter", "importer"),
    "capacity": ("state",),
    "criticality": ("exporter", "importer"),
    "comparison": ("state",),
}


def state_colours(tables: Tables) -> dict[str, str]:
    """Return the colour of each state that the tables or the scenario name."""
    return tables.once("state_colours", _state_colours)


def _state_colours(tables: Tables) -> dict[str, str]:
    found = set(tables.names.states)
    for name, columns in COLUMNS.items():
        if name in tables:
            for column in columns:
                found.update(map(str, tables[name][column].unique()))
    return colours(found - {"", ALL})


def state_keys(tables: Tables, states: Iterable[str], mark: Mark = "square") -> list[Key]:
    """Return the entries of a legend for these states, by title."""
    known = state_colours(tables)
    wanted = sorted(set(states), key=tables.names.state)
    return [Key(tables.names.state(state), known[state], mark) for state in wanted]
