"""List the routes of a scenario: whose lines could serve whose needs, permitted or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sim.scenario.bills import bill_of
from sim.scenario.schema import Scenario
from sim.scenario.selectors import products_of, states_of
from sim.scenario.trade_kinds import Trading

States = Mapping[str, None]
"""States in an order, quick to look up."""


class Route(NamedTuple):
    """Name whose goods may go to whom: the states of a line and of a buyer of the same product."""

    exporter: str
    importer: str
    product: str


class Ends(NamedTuple):
    """Hold between whom goods of one product may go."""

    product: str
    exporters: set[str]
    importers: set[str]


@dataclass(frozen=True)
class Routes:
    """Hold who makes each product and who buys it; buyers are needs and the inputs of lines.

    The routes themselves are listed on demand: there are many more of them than of their ends.
    """

    lines: Mapping[tuple[str, str], None]
    """(state, product) that have lines, in the order of the scenario"""
    makers: Mapping[str, States]
    """Product -> the states whose lines make it"""
    buyers: Mapping[str, States]
    """Product -> the states that need it, or whose lines use it"""

    @classmethod
    def of(cls, scenario: Scenario) -> Routes:
        """Gather the ends of all routes of a scenario."""
        lines = dict.fromkeys(
            (factory.state, product)
            for factory in scenario.factories.values()
            for product in factory.lines
        )
        makers: dict[str, dict[str, None]] = {}
        buyers: dict[str, dict[str, None]] = {}
        for state, product in lines:
            makers.setdefault(product, {})[state] = None
        for state, needs in scenario.needs.items():
            for product in needs:
                buyers.setdefault(product, {})[state] = None
        for state, product in _used(scenario):
            buyers.setdefault(product, {})[state] = None
        return cls(lines, makers, buyers)

    def __iter__(self) -> Iterator[Route]:
        """List every route, those of one exporter's product together."""
        for exporter, product in self.lines:
            for importer in self.buyers.get(product, ()):
                yield Route(exporter, importer, product)

    def of_event(self, scenario: Scenario, event: Trading) -> Iterator[Ends]:
        """List, for each product of a trade event that has both, the exporters and the importers
        between whom the event acts.
        """
        exporters = states_of(event.exporter, scenario)
        importers = states_of(event.importer, scenario)
        for product in products_of(event.product, scenario):
            makers, buyers = self.makers.get(product, {}), self.buyers.get(product, {})
            ends = Ends(
                product,
                {each for each in exporters if each in makers},
                {each for each in importers if each in buyers},
            )
            if ends.exporters and ends.importers:
                yield ends


def _used(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """List what lines use, (state, product), each once."""
    used: dict[str, set[str]] = {}
    for name, factory in scenario.factories.items():
        known = used.setdefault(factory.state, set())
        for product in factory.lines:
            # nothing is left to be found
            if len(known) == len(scenario.products):
                break
            for each in bill_of(scenario, name, product):
                if each not in known:
                    known.add(each)
                    yield factory.state, each
