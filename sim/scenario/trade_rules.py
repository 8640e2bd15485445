"""Find the trade rule that holds for a route: of all that speak of it, the most specific one.

Exporter and importer count 2 where a rule gives their own name, 1 where it gives their bloc; the
product counts 2 by its name; the user counts 2 by the factory's name or as `final`, 1 by what the
factory makes; `*` counts nothing. Each member of a list counts for itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import product as pairs
from typing import NamedTuple

import numpy as np

from sim.scenario.bills import bill_of
from sim.scenario.names import Selector
from sim.scenario.schema import Scenario, Trade
from sim.scenario.selectors import ALL, FINAL, names_in
from sim.scenario.trade_columns import ExactRules, trade_columns

NAMED, BY_BLOC, AS_ALL = 2, 1, 0
"""How narrowly a selector selects; a user by what it makes as by its bloc."""


class Buyer(NamedTuple):
    """Name who buys: a state, for its own use or for a line."""

    state: str
    factory: str = ""
    """The line's factory; empty for final use"""
    makes: str = ""
    """What the line makes"""


class _Terms(NamedTuple):
    """Hold the most specific rules of an exporter and a product for one name of an importer and one
    of a user.
    """

    rank: int
    """What exporter and product count"""
    rules: tuple[int, ...]


class TradeRules:
    """Look up trade rules by exporter, buyer and product.

    To make it takes time in proportion to the names in the rules; to look a route up costs the same
    however many rules there are, as long as few of them speak of its exporter or of its product.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.names: Sequence[str] = tuple(scenario.trade)
        """The rules, in the order of the scenario"""
        self._blocs = {name: state.bloc or "" for name, state in scenario.states.items()}
        columns = trade_columns(scenario)
        self.exact = ExactRules.of(scenario, columns)
        """Rules for one route alone: where there is one, none is narrower"""
        self._states, self._products_known = tuple(scenario.states), rows_in(scenario.products)
        self._state_rows = rows_in(scenario.states)
        self._others = np.flatnonzero(~columns.is_exact).tolist()
        rules = [scenario.trade[self.names[row]] for row in self._others]
        self._exporters = _Side(rule.exporter for rule in rules)
        self._products = _Side(rule.product for rule in rules)
        self._buyers = [
            tuple(pairs(frozenset(names_in(rule.importer)), frozenset(names_in(rule.user))))
            for rule in rules
        ]
        self._names_routes = any(_names_a_route(rule, scenario.states) for rule in rules)
        self.by_user = columns.by_user
        """Whether any rule names users: if not, all buyers of a state are alike"""

    @property
    def may_be_ambiguous(self) -> bool:
        """Tell whether there are rules of which two could be as specific for a route."""
        beside = self._names_routes and bool(self.exact.rows.size)
        return len(self._others) > 1 or self.exact.has_twins or beside

    @property
    def are_exact(self) -> bool:
        """Tell whether every rule is for one route alone."""
        return not self._others

    def of(self, exporter: str, buyers: Sequence[Buyer], product: str) -> list[tuple[int, ...]]:
        """Find the most specific rules for the goods of an exporter, buyer by buyer.

        Rules are rows of `names`: one in a scenario that was checked, or none.
        """
        terms = self._terms_of(exporter, product)
        exact = self._exact_of(exporter, product)
        if self._names_routes:
            exact = {name: self._with_twins(rows, terms, name) for name, rows in exact.items()}
        if terms.keys() <= {(ALL, ALL)}:
            rest = terms[ALL, ALL].rules if terms else ()
            return [exact.get(buyer.state, rest) for buyer in buyers]
        return [exact.get(buyer.state) or self._best(terms, buyer) for buyer in buyers]

    def _exact_of(self, exporter: str, product: str) -> dict[str, tuple[int, ...]]:
        """Give the rules for single routes of an exporter's product, by importer."""
        importers, rules = self.exact.between(
            self._state_rows[exporter], self._products_known[product]
        )
        found: dict[str, tuple[int, ...]] = {}
        for importer, rule in zip(importers.tolist(), rules.tolist(), strict=True):
            name = self._states[importer]
            found[name] = (*found.get(name, ()), rule)
        return found

    def _with_twins(
        self, rows: tuple[int, ...], terms: Mapping[tuple[str, str], _Terms], importer: str
    ) -> tuple[int, ...]:
        """Add the rules with lists that name this route, too, to those for it alone."""
        known = terms.get((importer, ALL))
        is_twin = known is not None and known.rank == NAMED + NAMED
        return tuple(sorted({*rows, *known.rules})) if known and is_twin else rows

    def _best(self, terms: Mapping[tuple[str, str], _Terms], buyer: Buyer) -> tuple[int, ...]:
        users = self._users(buyer) if self.by_user else ((ALL, AS_ALL),)
        found = [
            (known.rank + rank + narrow, known.rules)
            for name, rank in self._keys(buyer.state)
            for user, narrow in users
            if (known := terms.get((name, user)))
        ]
        if len(found) == 1:
            return found[0][1]
        best = max((rank for rank, _ in found), default=0)
        return tuple(sorted(row for rank, rules in found if rank == best for row in rules))

    def _keys(self, state: str) -> tuple[tuple[str, int], ...]:
        """List the names by which a rule may speak of a state, with what each counts."""
        return (state, NAMED), (self._blocs[state], BY_BLOC), (ALL, AS_ALL)

    def _users(self, buyer: Buyer) -> tuple[tuple[str, int], ...]:
        """List the names by which a rule may speak of a user, with what each counts."""
        if not buyer.factory:
            return (FINAL, NAMED), (ALL, AS_ALL)
        return (buyer.factory, NAMED), (buyer.makes, BY_BLOC), (ALL, AS_ALL)

    def _terms_of(self, exporter: str, product: str) -> dict[tuple[str, str], _Terms]:
        """Gather the rules that speak of an exporter's product by the names of importers and users
        in them, the most specific alone.
        """
        sides = [
            (self._exporters, self._keys(exporter)),
            (self._products, ((product, NAMED), (ALL, AS_ALL))),
        ]
        (few, keys), (many, others) = sorted(sides, key=lambda side: side[0].count(side[1]))
        terms: dict[tuple[str, str], _Terms] = {}
        for row, rank in sorted(few.ranks(keys).items()):
            other = many.rank(row, others)
            if other is not None:
                for name in self._buyers[row]:
                    terms[name] = _narrower(terms.get(name), rank + other, self._others[row])
        return terms


class _Side:
    """Index one selector of every rule by the names in it."""

    def __init__(self, selectors: Iterable[Selector]) -> None:
        self._names = [frozenset(names_in(selector)) for selector in selectors]
        self._rows: dict[str, list[int]] = {}
        for row, names in enumerate(self._names):
            for name in names:
                self._rows.setdefault(name, []).append(row)

    def count(self, keys: Iterable[tuple[str, int]]) -> int:
        """Count the selectors that hold any of these names, those that hold several as often."""
        return sum(len(self._rows.get(name, ())) for name, _ in keys)

    def ranks(self, keys: Iterable[tuple[str, int]]) -> dict[int, int]:
        """Give what each selector counts that holds any of these names, the narrowest first."""
        ranks: dict[int, int] = {}
        for name, rank in keys:
            for row in self._rows.get(name, ()):
                ranks.setdefault(row, rank)
        return ranks

    def rank(self, row: int, keys: Iterable[tuple[str, int]]) -> int | None:
        """Give what one selector counts; None where it holds none of these names."""
        return next((rank for name, rank in keys if name in self._names[row]), None)


def rows_in(names: Iterable[str]) -> Mapping[str, int]:
    """Look up the row of each name."""
    return {name: row for row, name in enumerate(names)}


def _names_a_route(rule: Trade, states: Mapping[str, object]) -> bool:
    """Tell whether a rule gives own names of exporter, importer and product, in lists or not."""
    ends = (names_in(rule.exporter), names_in(rule.importer))
    return all(any(name in states for name in names) for names in ends) and any(
        name != ALL for name in names_in(rule.product)
    )


def _narrower(known: _Terms | None, rank: int, row: int) -> _Terms:
    if known is None or rank > known.rank:
        return _Terms(rank, (row,))
    return _Terms(rank, (*known.rules, row)) if rank == known.rank else known


def buyers_of(scenario: Scenario, rules: TradeRules) -> Mapping[str, Collection[Buyer]]:
    """List who buys each product, those apart whom rules tell apart: states alone, or states'
    final use and each line.
    """
    found: dict[str, dict[Buyer, None]] = {}
    for state, needs in scenario.needs.items():
        for product in needs:
            found.setdefault(product, {})[Buyer(state)] = None
    for name, factory in scenario.factories.items():
        for made in factory.lines:
            buyer = Buyer(factory.state, name, made) if rules.by_user else Buyer(factory.state)
            for product in bill_of(scenario, name, made):
                found.setdefault(product, {})[buyer] = None
    return found
