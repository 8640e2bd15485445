"""List the links beside those that trade rules permit: what search may open, and ways through a
third state.

They stand in the world from the start, closed, so that rows never change during a run; a scenario
that does without search and re-export has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sim.scenario.event_kinds import Reexport
from sim.scenario.schema import Scenario, Trade
from sim.scenario.selectors import permitting_rule, products_of, states_of

IDLE = "none"
"""The search rule of those who do not search."""


class End(NamedTuple):
    """Say whose line or need it is, and of what product."""

    state: str
    product: str
    factory: str | None
    """The factory of a line or of an input; None: final use"""


class Way(NamedTuple):
    """Join a line to a need, by number."""

    line: int
    need: int
    rule: str | None
    """The trade rule, or the re-export, that gives its terms; None: no rule speaks of the route"""
    via: str | None = None
    """The transit state of a re-export"""
    dormant: bool = False
    """Whether search must open it"""


def byways(scenario: Scenario, lines: Sequence[End], needs: Sequence[End]) -> Iterator[Way]:
    """List first what search may open, then the ways of every re-export, each line by line."""
    buyers: dict[str, list[int]] = {}
    for row, need in enumerate(needs):
        buyers.setdefault(need.product, []).append(row)
    searching = {row for row, need in enumerate(needs) if _searches(scenario, need)}
    if searching:
        yield from _dormant(
            scenario,
            lines,
            needs,
            {
                product: [row for row in rows if row in searching]
                for product, rows in buyers.items()
            },
        )
    for name, event in scenario.events.items():
        if isinstance(event, Reexport):
            exporters, importers = (
                states_of(event.exporter, scenario),
                states_of(event.importer, scenario),
            )
            goods = products_of(event.product, scenario)
            for row, line in enumerate(lines):
                if line.state in exporters and line.product in goods:
                    wanted = (
                        need
                        for need in buyers.get(line.product, ())
                        if needs[need].state in importers
                    )
                    yield from (
                        Way(row, need, name, event.via)
                        for need in wanted
                        if len({line.state, needs[need].state, event.via}) == 3
                    )


def _searches(scenario: Scenario, need: End) -> bool:
    rules = (
        scenario.factories[need.factory].rules
        if need.factory
        else scenario.states[need.state].rules
    )
    return (rules.search or scenario.rules.search).rule != IDLE


def _dormant(
    scenario: Scenario, lines: Sequence[End], needs: Sequence[End], buyers: dict[str, list[int]]
) -> Iterator[Way]:
    found: dict[tuple[str, str, str], str | None] = {}
    for row, line in enumerate(lines):
        for need in buyers.get(line.product, ()):
            route = (line.state, needs[need].state, line.product)
            if route not in found:
                found[route] = permitting_rule(scenario, *route)
            rule = found[route]
            if (
                (line.state != needs[need].state)
                if rule is None
                else scenario.trade[rule].by_search
            ):
                yield Way(row, need, rule, dormant=True)


def terms(scenario: Scenario, name: str | None, is_reexport: bool) -> tuple[str, Trade | Reexport]:
    """Return the path and the terms (weight, cost, lead) of a link; by default those of trade that
    no rule speaks of.
    """
    if name is None:
        return "trade", Trade(exporter="*", importer="*", product="*")
    event = scenario.events[name] if is_reexport else None
    return (
        (f"events.{name}", event)
        if isinstance(event, Reexport)
        else (f"trade.{name}", scenario.trade[name])
    )
