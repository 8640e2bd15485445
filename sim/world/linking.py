"""Link lines to needs: where trade rules permit it, where search may find a supplier, and through a
third state.

Links that search may open, or that lead through a third state, are there from the start, closed, so
that rows never change during a run. A scenario without search and re-exports has no such links.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.kernels.arrays import Bools, Ints
from sim.kernels.matching import matched
from sim.scenario.schema import Scenario
from sim.scenario.selectors import products_of, states_of
from sim.scenario.trade_kinds import Reexport
from sim.scenario.trade_rules import NOBODY, Pairs, Parties, TradeRules, united
from sim.world.axes import rows_of

IDLE = "none"
"""The search rule of those who do not search."""
BY_DEFAULT = "trade"
"""The path of the terms of links without a trade rule."""


@dataclass(frozen=True, eq=False)
class Ends:
    """Hold the lines and the needs that links may join: rows of their states, products and
    factories.
    """

    line_state: Ints
    line_product: Ints
    need_state: Ints
    need_product: Ints
    need_line: Ints
    """Line that an input is for; -1 for final needs"""
    line_factory: Ints

    @cached_property
    def parties(self) -> Parties:
        """Return who sells and who buys, in the form in which trade rules are looked up."""
        line, is_final = self.need_line, self.need_line < 0
        return Parties(
            self.line_state,
            self.line_product,
            self.need_state,
            self.need_product,
            np.where(is_final, NOBODY, np.append(self.line_factory, NOBODY)[line]),
            np.where(is_final, NOBODY, np.append(self.line_product, NOBODY)[line]),
        )

    @cached_property
    def buyers(self) -> Sequence[Ints]:
        """List the needs of each product."""
        order = np.argsort(self.need_product, kind="stable")
        products = int(max(self.need_product.max(initial=-1), self.line_product.max(initial=-1)))
        count = np.bincount(self.need_product, minlength=products + 1)
        return np.split(order, np.cumsum(count)[:-1])


@dataclass(frozen=True, eq=False)
class Ways:
    """Hold links, arrays [links]."""

    line: Ints
    need: Ints
    terms: Ints
    """Row of the trade rule or, after these, of `table`"""
    via: Ints
    """Transit state of a re-export; -1: direct"""
    dormant: Bools
    """Whether search must open it"""
    table: tuple[str, ...] = ()
    """What gives terms to links without a trade rule, as paths: the defaults, and re-exports"""


def link(scenario: Scenario, ends: Ends) -> Ways:
    """List all links in the order of lines: those that rules permit, those that search may open,
    then re-exports.
    """
    reexports = {
        name: event for name, event in scenario.events.items() if isinstance(event, Reexport)
    }
    table = (BY_DEFAULT, *(f"events.{name}" for name in reexports))
    found = [
        *_by_rules(scenario, ends),
        *(
            _through(scenario, ends, event, row)
            for row, event in enumerate(reexports.values(), start=len(scenario.trade) + 1)
        ),
    ]
    line, need, terms, via = (
        np.concatenate([getattr(each, name) for each in found])
        for name in ("line", "need", "terms", "via")
    )
    dormant = np.concatenate([each.dormant for each in found])
    order = np.argsort(line, kind="stable")
    return Ways(line[order], need[order], terms[order], via[order], dormant[order], table)


def _by_rules(scenario: Scenario, ends: Ends) -> tuple[Ways, Ways]:
    """List the links that trade rules permit and, apart, those that search may open."""
    rules, searching = TradeRules(scenario), _searching(scenario, ends)
    trade, parties = rules.columns, ends.parties
    pairs = united(
        parties,
        [rules.pairs(parties, ~trade.is_closed), _at_home(ends), _in_reach(ends, searching)],
    )
    rule = np.full(pairs.seller.size, -1)
    row, found = rules.best(parties, pairs)
    rule[row] = found
    at_home = ends.line_state[pairs.seller] == ends.need_state[pairs.buyer]
    # a weight of 0 forbids for good: nobody can find who is not to deliver
    by_search = np.append(trade.by_search & ~trade.is_closed, False)
    is_open = np.append(~trade.is_closed, False) & ~by_search
    unspoken = rule < 0
    permitted = np.where(unspoken, at_home, is_open[rule])
    dormant = np.where(unspoken, ~at_home, by_search[rule]) & searching[pairs.buyer]
    terms = np.where(unspoken, len(scenario.trade), rule)

    def ways(chosen: Bools, *, is_dormant: bool) -> Ways:
        size = int(chosen.sum())
        return Ways(
            pairs.seller[chosen],
            pairs.buyer[chosen],
            terms[chosen],
            np.full(size, -1),
            np.full(size, is_dormant),
        )

    return ways(permitted, is_dormant=False), ways(dormant, is_dormant=True)


def _at_home(ends: Ends) -> Pairs:
    """List the lines and the needs of their product in the same state."""
    products = int(ends.need_product.max(initial=0)) + int(ends.line_product.max(initial=0)) + 1
    return Pairs(
        *matched(
            ends.line_state * products + ends.line_product,
            ends.need_state * products + ends.need_product,
        )
    )


def _in_reach(ends: Ends, searching: Bools) -> Pairs:
    """List the lines and the needs of their product whose buyers search for suppliers."""
    needs = np.flatnonzero(searching)
    line, place = matched(ends.line_product, ends.need_product[needs])
    return Pairs(line, needs[place])


def _searching(scenario: Scenario, ends: Ends) -> Bools:
    """Mark the needs whose buyers search for suppliers."""
    everyone = scenario.rules.search
    states = np.array(
        [(each.rules.search or everyone).rule != IDLE for each in scenario.states.values()]
    )
    lines = np.array(
        [
            (factory.rules.search or everyone).rule != IDLE
            for factory in scenario.factories.values()
            for _ in factory.lines
        ],
        dtype=np.bool_,
    )
    return np.where(
        ends.need_line < 0, states[ends.need_state], np.append(lines, False)[ends.need_line]
    )


def _through(scenario: Scenario, ends: Ends, event: Reexport, terms: int) -> Ways:
    """List the ways of a re-export, line by line."""
    states, products = rows_of(tuple(scenario.states)), rows_of(tuple(scenario.products))
    via = states[event.via]
    exporters, importers = (
        _mark([states[name] for name in states_of(selector, scenario)], len(states))
        for selector in (event.exporter, event.importer)
    )
    goods = _mark([products[name] for name in products_of(event.product, scenario)], len(products))
    exporters[via] = importers[via] = False
    pairs = [np.zeros((2, 0), dtype=np.int64)]
    for line in np.flatnonzero(exporters[ends.line_state] & goods[ends.line_product]).tolist():
        needs = ends.buyers[ends.line_product[line]]
        buyer = ends.need_state[needs]
        wanted = needs[importers[buyer] & (buyer != ends.line_state[line])]
        pairs.append(np.stack([np.full(wanted.size, line), wanted]))
    line, need = np.concatenate(pairs, axis=1)
    size = line.size
    return Ways(
        line, need, np.full(size, terms), np.full(size, via), np.zeros(size, dtype=np.bool_)
    )


def _mark(rows: Sequence[int], size: int) -> Bools:
    marked = np.zeros(size, dtype=np.bool_)
    marked[list(rows)] = True
    return marked
