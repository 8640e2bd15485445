"""Check trade: one rule for each route, events that act on some, and ways through third states."""

from __future__ import annotations

from collections.abc import Iterator, Set

from sim.scenario.loading.source_tree import Path
from sim.scenario.plant_kinds import Licence
from sim.scenario.routes import Route, Routes
from sim.scenario.schema import Scenario
from sim.scenario.selectors import products_of, states_of
from sim.scenario.trade_kinds import Reexport, Trading
from sim.scenario.trade_rules import Parties, TradeRules, buyers_of


def ambiguous_trade(scenario: Scenario, routes: Routes) -> Iterator[tuple[Path, str]]:
    """List, as (path, message), trade rules that are as specific as another for some route."""
    pairs: dict[tuple[str, str], Route] = {}
    rules = TradeRules(scenario)
    if not rules.may_be_ambiguous:
        return
    everyone = buyers_of(scenario, by_user=rules.columns.by_user)
    sellers = [each for each in routes.lines if each[1] in everyone]
    buyers = [(product, each) for product, several in everyone.items() for each in several]
    for seller, buyer, found in rules.ties(Parties.of(scenario, sellers, buyers)):
        for other in found[1:]:
            route = Route(sellers[seller][0], buyers[buyer][1].state, sellers[seller][1])
            pairs.setdefault((rules.names[found[0]], rules.names[other]), route)
    for (first, name), route in pairs.items():
        message = (
            f"as specific as trade rule '{first}' for {route.exporter} -> {route.importer},"
            f" {route.product}; make one more specific"
        )
        yield ("trade", name), message


def acts_on_trade(scenario: Scenario, routes: Routes, event: Trading) -> bool:
    """Return whether a trade event acts on a route between two states, or a leg of a re-export."""
    ends = list(routes.of_event(scenario, event))
    if isinstance(event, Reexport):
        return bool(ends)
    return any(_are_two(each.exporters, each.importers) for each in ends) or any(
        _acts_on_leg(scenario, routes, event, other)
        for other in scenario.events.values()
        if isinstance(other, Reexport)
    )


def _acts_on_leg(scenario: Scenario, routes: Routes, event: Trading, other: Reexport) -> bool:
    """Return whether an event acts between exporters of a re-export and its transit state, or
    between that and its importers.
    """
    via, products = other.via, products_of(event.product, scenario)
    exporters = set(states_of(event.exporter, scenario))
    importers = set(states_of(event.importer, scenario))
    for ends in routes.of_event(scenario, other):
        sends = (exporters & ends.exporters) - {via} if via in importers else set()
        takes = (importers & ends.importers) - {via} if via in exporters else set()
        if ends.product in products and (
            _are_two(sends, ends.importers) or _are_two(takes, ends.exporters)
        ):
            return True
    return False


def _are_two(some: Set[str], others: Set[str]) -> bool:
    """Return whether a state of some and a state of others are two states."""
    return bool(some and others and len(some | others) > 1)


def evasion_findings(scenario: Scenario, routes: Routes) -> Iterator[tuple[Path, str]]:
    """List, as (path, message), re-exports that lead through one of their own ends, and lines that
    are licensed twice.
    """
    licensed: dict[tuple[str, str], str] = {}
    for name, event in scenario.events.items():
        if isinstance(event, Reexport) and not _has_third(scenario, routes, event):
            yield (
                ("events", name, "via"),
                (
                    f"'{event.via}' cannot be the transit state of its own trade, and domestic"
                    " trade has none"
                ),
            )
        elif isinstance(event, Licence):
            first = licensed.setdefault((event.factory, event.product), name)
            if first != name:
                yield (
                    ("events", name),
                    (
                        f"'{event.factory}' makes '{event.product}' under the licence '{first}'"
                        " already"
                    ),
                )


def _has_third(scenario: Scenario, routes: Routes, event: Reexport) -> bool:
    """Return whether, wherever a re-export acts, some exporter, some importer and the transit state
    are three states.
    """
    found = list(routes.of_event(scenario, event))
    via = {event.via}
    return not found or any(_are_two(each.exporters - via, each.importers - via) for each in found)
