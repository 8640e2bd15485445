"""Read what all trade rules say as arrays, whether they are columns or objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.kernels.arrays import Bools, Ints
from sim.scenario.column_table import ColumnTable
from sim.scenario.schema import Scenario, Trade
from sim.scenario.selectors import ALL


@dataclass(frozen=True, eq=False)
class TradeColumns:
    """Hold arrays [trade rules], in the order of the scenario."""

    exporter: Ints
    """Row of the state whose own name the rule gives; -1: another selector"""
    importer: Ints
    product: Ints
    """Row of the product"""
    by_search: Bools
    is_closed: Bools
    """Whether its weight is 0 in all members"""
    by_user: bool
    """Whether any rule names users: if not, all buyers of a state are alike"""

    @cached_property
    def is_exact(self) -> Bools:
        """Mark the rules that speak of one exporter, one importer and one product by their own
        names: no other is narrower, unless it names users.
        """
        named = (self.exporter >= 0) & (self.importer >= 0) & (self.product >= 0)
        marks: Bools = named & (not self.by_user)
        return marks


def trade_columns(scenario: Scenario) -> TradeColumns:
    """Read the trade rules of a scenario."""
    trade: Mapping[str, Trade] = scenario.trade
    states, products = (
        {name: row for row, name in enumerate(names)}
        for names in (scenario.states, scenario.products)
    )
    if isinstance(trade, ColumnTable):
        return _of_table(trade, states, products)
    rules = list(trade.values())

    def rows(key: str, known: Mapping[str, int]) -> Ints:
        found = (getattr(rule, key) for rule in rules)
        return np.array(
            [known.get(each, -1) if isinstance(each, str) else -1 for each in found], dtype=np.int64
        )

    return TradeColumns(
        rows("exporter", states),
        rows("importer", states),
        rows("product", products),
        np.array([rule.by_search for rule in rules], dtype=np.bool_),
        np.array(
            [rule.weight.value == 0 and not rule.weight.is_drawn for rule in rules], dtype=np.bool_
        ),
        any(rule.user != ALL for rule in rules),
    )


def _of_table(
    trade: ColumnTable[Trade], states: Mapping[str, int], products: Mapping[str, int]
) -> TradeColumns:
    def rows(key: str, known: Mapping[str, int]) -> Ints:
        codes, words = trade.words[key]
        found: Ints = np.array([known.get(word, -1) for word in words], dtype=np.int64)[codes]
        return found

    weight = trade.column("weight")
    return TradeColumns(
        rows("exporter", states),
        rows("importer", states),
        rows("product", products),
        np.full(len(trade), trade.default("by_search")),
        (weight.value == 0) & ~weight.is_drawn,
        trade.default("user") != ALL,
    )


@dataclass(frozen=True, eq=False)
class ExactRules:
    """Look up the rules that speak of one exporter, importer and product, many routes at once."""

    rows: Ints
    """Those rules, rows of all, in the order of their keys"""
    keys: Ints
    """Exporter, importer and product of each as one number, rising"""
    states: int
    products: int

    @classmethod
    def of(cls, scenario: Scenario, columns: TradeColumns) -> ExactRules:
        """Index the exact rules of a scenario."""
        rows = np.flatnonzero(columns.is_exact)
        states, products = len(scenario.states), len(scenario.products)
        ends = columns.exporter[rows], columns.importer[rows], columns.product[rows]
        keys = (ends[0] * products + ends[2]) * states + ends[1]
        order = np.argsort(keys, kind="stable")
        return cls(rows[order], keys[order], states, products)

    @property
    def has_twins(self) -> bool:
        """Tell whether two of them speak of the same."""
        return bool((np.diff(self.keys) == 0).any())

    def between(self, exporter: int, product: int) -> tuple[Ints, Ints]:
        """List the importers of an exporter's product that have such rules, and the rules."""
        first = (exporter * self.products + product) * self.states
        own = slice(*np.searchsorted(self.keys, (first, first + self.states)).tolist())
        return self.keys[own] - first, self.rows[own]

    def held(self, exporter: Ints, importer: Ints, product: Ints) -> Ints:
        """Return the rule of each route, arrays of one shape; -1: there is none."""
        key = (exporter * self.products + product) * self.states + importer
        if not self.keys.size:
            return np.full(key.shape, -1)
        place = np.minimum(np.searchsorted(self.keys, key), self.keys.size - 1)
        return np.where(self.keys[place] == key, self.rows[place], -1)
