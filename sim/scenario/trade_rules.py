"""Find the trade rule that holds for a route: of all that speak of it, the most specific one.

Exporter and importer count 2 where a rule gives their own name, 1 where it gives their bloc; the
product counts 2 by its name; the user counts 2 by the factory's name or as `final`, 1 by what the
factory makes; `*` counts nothing. Each member of a list counts for itself.

Rules that give names of the same kinds on the same sides are one form. A form is a sorted list of
keys, so that all routes are looked up in it together; there are few forms, however many rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Ints
from sim.kernels.matching import found_among, matched, present, spread_out
from sim.scenario.bills import bill_of
from sim.scenario.schema import Scenario
from sim.scenario.trade_columns import (
    AS_ALL,
    NAMED,
    SIDES,
    Spoken,
    TradeColumns,
    blocs_of,
    trade_columns,
)

NOBODY = -1
"""The factory, and what it makes, of a buyer that is a state for its own use."""


class Buyer(NamedTuple):
    """Name who buys: a state, for its own use or for a line."""

    state: str
    factory: str = ""
    """The line's factory; empty for final use"""
    makes: str = ""
    """What the line makes"""


@dataclass(frozen=True, eq=False)
class Parties:
    """Hold who sells and who buys, rows of the scenario's states, products and factories."""

    seller_state: Ints
    seller_product: Ints
    buyer_state: Ints
    buyer_product: Ints
    buyer_factory: Ints
    """NOBODY: the state itself"""
    buyer_makes: Ints

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        sellers: Collection[tuple[str, str]],
        buyers: Collection[tuple[str, Buyer]],
    ) -> Parties:
        """Give rows to names: (state, product) of sellers, (product, buyer) of buyers."""
        states, products, factories = (
            {name: row for row, name in enumerate(names)}
            for names in (scenario.states, scenario.products, scenario.factories)
        )
        return cls(
            _ints([states[state] for state, _ in sellers]),
            _ints([products[product] for _, product in sellers]),
            _ints([states[buyer.state] for _, buyer in buyers]),
            _ints([products[product] for product, _ in buyers]),
            _ints([factories.get(buyer.factory, NOBODY) for _, buyer in buyers]),
            _ints([products.get(buyer.makes, NOBODY) for _, buyer in buyers]),
        )


class Pairs(NamedTuple):
    """Hold pairs of a seller and a buyer of what it sells, arrays [pairs]."""

    seller: Ints
    buyer: Ints


@dataclass(frozen=True, eq=False)
class _Form:
    """Hold the rules of one form, arrays [names]."""

    ranks: tuple[int, int, int, int]
    """How narrowly exporter, importer, product and user are named"""
    rule: Ints
    codes: tuple[Ints, Ints, Ints, Ints]
    """Rows of what they name"""
    keys: Ints
    """What they name, as one number"""

    @cached_property
    def by_key(self) -> _Form:
        """Return the same in the order of the keys."""
        order = np.argsort(self.keys, kind="stable")
        exporter, importer, product, user = (code[order] for code in self.codes)
        codes = (exporter, importer, product, user)
        return _Form(self.ranks, self.rule[order], codes, self.keys[order])

    @property
    def rank(self) -> int:
        """Say how specific its rules are."""
        return sum(self.ranks)

    @property
    def has_twins(self) -> bool:
        """Tell whether two rules speak of the same."""
        return bool((np.diff(np.sort(self.keys, kind="stable")) == 0).any())


class TradeRules:
    """Look up trade rules, many routes at once.

    To make it takes time in proportion to the names in the rules, and to sort them.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.names: Sequence[str] = tuple(scenario.trade)
        """The rules, in the order of the scenario"""
        self.columns: TradeColumns = trade_columns(scenario)
        blocs = blocs_of(scenario)
        self._bloc_of = _ints(
            [blocs.get(state.bloc or "", len(blocs)) for state in scenario.states.values()]
        )
        self._states = max(len(scenario.states), len(blocs) + 1)
        self._products = len(scenario.products)
        self._users = max(len(scenario.factories), len(scenario.products)) + 1

    @cached_property
    def _forms(self) -> Sequence[_Form]:
        """Part the rules by form, the most specific first."""
        rule, ranks, codes = _crossed([self.columns.spoken[side] for side in SIDES])
        form = np.zeros(rule.size, dtype=np.int64)
        for rank in ranks:
            form = form * (NAMED + 1) + rank
        found = []
        for each in present(form).tolist():
            own = np.flatnonzero(form == each)
            exporter, importer, product, user = (code[own] for code in codes)
            keys = self._key(exporter, importer, product, user)
            first = tuple(int(rank[own[0]]) for rank in ranks)
            found.append(
                _Form(
                    (first[0], first[1], first[2], first[3]),
                    rule[own],
                    (exporter, importer, product, user),
                    keys,
                )
            )
        return sorted(found, key=lambda form: -form.rank)

    def _key(self, exporter: Ints, importer: Ints, product: Ints, user: Ints) -> Ints:
        """Write the rows of a rule's names, or of a route's, as one number."""
        seller = exporter * self._products + product
        return (seller * self._states + importer) * self._users + user

    def _states_by(self, rank: int, states: Ints) -> Ints:
        """Give the rows by which names of a rank speak of states."""
        if rank == AS_ALL:
            return np.zeros_like(states)
        return states if rank == NAMED else self._bloc_of[states]

    def _users_by(self, rank: int, parties: Parties, buyers: Ints) -> Ints:
        """Give the rows by which names of a rank speak of users."""
        if rank == NAMED:
            return parties.buyer_factory[buyers] + 1
        if rank == AS_ALL:
            return np.zeros_like(buyers)
        makes = parties.buyer_makes[buyers]
        return np.where(makes == NOBODY, self._users - 1, makes)

    def pairs(self, parties: Parties, rules: Bools) -> Pairs:
        """List the pairs of which any of some rules, marks [rules], speaks: each once, seller by
        seller.
        """
        return united(
            parties,
            [self._spoken_of(form.by_key, parties, np.flatnonzero(rules[form.by_key.rule]))
             for form in self._forms],
        )  # fmt: skip

    def _spoken_of(self, form: _Form, parties: Parties, names: Ints) -> Pairs:
        """List the pairs of which some rows of a form speak."""
        by_exporter, by_importer, by_product, by_user = form.ranks
        exporter, importer, product, user = (code[names] for code in form.codes)
        goods = parties.seller_product * bool(by_product)
        sold = self._states_by(by_exporter, parties.seller_state) * self._products + goods
        name, seller = matched(exporter * self._products + product, sold)
        every = np.arange(parties.buyer_state.size)
        state = self._states_by(by_importer, parties.buyer_state)
        bought = self._key(
            np.zeros_like(every), state, parties.buyer_product,
            self._users_by(by_user, parties, every),
        )  # fmt: skip
        wanted = self._key(
            np.zeros_like(name), importer[name], parties.seller_product[seller], user[name]
        )
        place, buyer = matched(wanted, bought)
        return Pairs(seller[place], buyer)

    def best(self, parties: Parties, pairs: Pairs) -> tuple[Ints, Ints]:
        """Find the most specific rules of each pair, all that are as specific as each other: (row
        of the pair, row of the rule), in no order; nothing of a pair of which no rule speaks.
        """
        rows, rules = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        left = np.arange(pairs.seller.size)
        for _, forms in groupby(self._forms, key=lambda form: form.rank):
            found = np.zeros(left.size, dtype=np.bool_)
            for form in forms:
                keys = self._keys_of(form, parties, Pairs(*(each[left] for each in pairs)))
                place, at = spread_out(*found_among(keys, form.by_key.keys))
                found[place] = True
                rows.append(left[place])
                rules.append(form.by_key.rule[at])
            left = left[~found]
        return np.concatenate(rows), np.concatenate(rules)

    def _keys_of(self, form: _Form, parties: Parties, pairs: Pairs) -> Ints:
        by_exporter, by_importer, by_product, by_user = form.ranks
        return self._key(
            self._states_by(by_exporter, parties.seller_state[pairs.seller]),
            self._states_by(by_importer, parties.buyer_state[pairs.buyer]),
            parties.seller_product[pairs.seller] * bool(by_product),
            self._users_by(by_user, parties, pairs.buyer),
        )

    @cached_property
    def _may_tie(self) -> Bools:
        """Mark the rules of which two could be as specific for a route: those of forms that are as
        specific as another, or in which two rules speak of the same.
        """
        marks = np.zeros(len(self.names), dtype=np.bool_)
        for _, several in groupby(self._forms, key=lambda form: form.rank):
            forms = list(several)
            for form in forms:
                marks[form.rule] |= len(forms) > 1 or form.has_twins
        return marks

    @property
    def may_be_ambiguous(self) -> bool:
        """Tell whether there are rules of which two could be as specific for a route."""
        return bool(self._may_tie.any())

    def ties(self, parties: Parties) -> Iterator[tuple[int, int, Sequence[int]]]:
        """List the pairs for which several rules are the most specific: (seller, buyer, rules)."""
        pairs = self.pairs(parties, self._may_tie)
        row, rule = self.best(parties, pairs)
        row, rule = np.unique(np.stack((row, rule)), axis=1)
        tied = np.flatnonzero(np.diff(row) == 0)
        for at in np.unique(row[tied]).tolist():
            own = slice(*np.searchsorted(row, (at, at + 1)).tolist())
            yield int(pairs.seller[at]), int(pairs.buyer[at]), rule[own].tolist()


def united(parties: Parties, several: Sequence[Pairs]) -> Pairs:
    """Put pairs together: each once, seller by seller, the buyers of one seller rising."""
    buyers = max(parties.buyer_state.size, 1)
    keys = [np.zeros(0, dtype=np.int64), *(each.seller * buyers + each.buyer for each in several)]
    # np.unique counts by hash, which takes many times as long as to sort; most come in rising runs
    sought = np.sort(np.concatenate(keys), kind="stable")
    return Pairs(*np.divmod(sought[np.diff(sought, prepend=-1) > 0], buyers))


def _crossed(sides: Sequence[Spoken]) -> tuple[Ints, Sequence[Ints], Sequence[Ints]]:
    """Write rules out name by name, in any combination of the names on all sides: (rule, ranks and
    codes side by side).
    """
    first, *others = sides
    rule, ranks, codes = first.rule, [first.rank], [first.code]
    for side in others:
        if _is_each(side.rule, rule):
            ranks, codes = [*ranks, side.rank[rule]], [*codes, side.code[rule]]
            continue
        count = np.bincount(side.rule, minlength=int(rule.max(initial=-1)) + 1)
        row, at = spread_out((np.cumsum(count) - count)[rule], count[rule])
        rule = rule[row]
        ranks = [*(each[row] for each in ranks), side.rank[at]]
        codes = [*(each[row] for each in codes), side.code[at]]
    return rule, ranks, codes


def _is_each(spoken: Ints, rule: Ints) -> bool:
    """Tell whether each rule of some has one name on a side, as in tables."""
    most = int(rule.max(initial=-1))
    return most < spoken.size and np.array_equal(spoken, np.arange(spoken.size))


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def buyers_of(scenario: Scenario, *, by_user: bool) -> Mapping[str, Collection[Buyer]]:
    """List who buys each product: states alone or, `by_user`, states' final use and each line."""
    found: dict[str, dict[Buyer, None]] = {}
    for state, needs in scenario.needs.items():
        for product in needs:
            found.setdefault(product, {})[Buyer(state)] = None
    for name, factory in scenario.factories.items():
        for made in factory.lines:
            buyer = Buyer(factory.state, name, made) if by_user else Buyer(factory.state)
            for product in bill_of(scenario, name, made):
                found.setdefault(product, {})[buyer] = None
    return found
