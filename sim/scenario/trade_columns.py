"""Read what all trade rules say as arrays, whether they are columns or objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Ints
from sim.kernels.matching import spread_out
from sim.scenario.column_table import ColumnTable
from sim.scenario.schema import Scenario, Trade
from sim.scenario.selectors import ALL, FINAL, names_in

NAMED, IN_GROUP, AS_ALL = 2, 1, 0
"""How narrowly a name selects: by itself; by its bloc or, a user, by what it makes; as `*`."""
SIDES = ("exporter", "importer", "product", "user")
"""What a rule selects by names."""

_Meanings = Mapping[str, Sequence[tuple[int, int]]]
"""Name -> how narrowly it selects, and the row of what it names; a user's may be two things."""
_Reader = Callable[[Any, str], tuple[Ints, Ints, Sequence[str]]]


class Spoken(NamedTuple):
    """Hold the names that rules give on one side, rule by rule, arrays [names]."""

    rule: Ints
    rank: Ints
    """How narrowly the name selects"""
    code: Ints
    """Row of what it names: a state, bloc or product; of users 0 is final use, and factories
    follow; 0 for `*`"""


@dataclass(frozen=True, eq=False)
class TradeColumns:
    """Hold the trade rules of a scenario in its order, arrays [trade rules]."""

    spoken: Mapping[str, Spoken]
    """Side -> the names given there"""
    by_search: Bools
    is_closed: Bools
    """Whether its weight is 0 in all members"""

    @property
    def by_user(self) -> bool:
        """Tell whether any rule names users: if not, all buyers of a state are alike."""
        return bool((self.spoken["user"].rank > AS_ALL).any())


def blocs_of(scenario: Scenario) -> Mapping[str, int]:
    """Give a row to each bloc of a scenario."""
    names = dict.fromkeys(state.bloc for state in scenario.states.values() if state.bloc)
    return {name: row for row, name in enumerate(names)}


def trade_columns(scenario: Scenario) -> TradeColumns:
    """Read the trade rules of a scenario."""
    trade: Mapping[str, Trade] = scenario.trade
    read: _Reader = _column if isinstance(trade, ColumnTable) else _listed
    states = _meanings((NAMED, scenario.states), (IN_GROUP, blocs_of(scenario)), (AS_ALL, (ALL,)))
    products = _meanings((NAMED, scenario.products), (AS_ALL, (ALL,)))
    users = _meanings(
        (NAMED, (FINAL, *scenario.factories)), (IN_GROUP, scenario.products), (AS_ALL, (ALL,))
    )
    meanings = dict(zip(SIDES, (states, states, products, users), strict=True))
    spoken = {side: _spoken(*read(trade, side), meanings[side]) for side in SIDES}
    if isinstance(trade, ColumnTable):
        weight = trade.column("weight")
        by_search = np.full(len(trade), trade.default("by_search"))
        return TradeColumns(spoken, by_search, (weight.value == 0) & ~weight.is_drawn)
    closed = [rule.weight.value == 0 and not rule.weight.is_drawn for rule in trade.values()]
    searched = [rule.by_search for rule in trade.values()]
    return TradeColumns(
        spoken, np.array(searched, dtype=np.bool_), np.array(closed, dtype=np.bool_)
    )


def _meanings(*several: tuple[int, Iterable[str]]) -> _Meanings:
    """Look up what each name names, of several kinds of names."""
    found: dict[str, list[tuple[int, int]]] = {}
    for rank, names in several:
        for row, name in enumerate(names):
            found.setdefault(name, []).append((rank, row))
    return found


def _column(trade: ColumnTable[Trade], side: str) -> tuple[Ints, Ints, Sequence[str]]:
    """Give the names of one side: of which rule, which of the different names, and these."""
    rules = np.arange(len(trade))
    if side in trade.words:
        codes, words = trade.words[side]
        return rules, codes, words
    names = names_in(trade.default(side))
    return np.repeat(rules, len(names)), np.tile(np.arange(len(names)), rules.size), names


def _listed(trade: Mapping[str, Trade], side: str) -> tuple[Ints, Ints, Sequence[str]]:
    """Give the names of one side of rules that are objects, as `_column` does."""
    several = [names_in(getattr(rule, side)) for rule in trade.values()]
    row: dict[str, int] = {}
    codes = [row.setdefault(name, len(row)) for names in several for name in names]
    rules = np.repeat(np.arange(len(several)), [len(names) for names in several])
    return rules, np.array(codes, dtype=np.int64), list(row)


def _spoken(rule: Ints, codes: Ints, words: Sequence[str], meanings: _Meanings) -> Spoken:
    """Look the names of one side up."""
    several = [meanings.get(word, ()) for word in words]
    meant = np.array([each for some in several for each in some], dtype=np.int64).reshape(-1, 2)
    count = np.array([len(some) for some in several], dtype=np.int64)
    if (count == 1).all():
        return Spoken(rule, *(each[codes] for each in meant.T))
    name, at = spread_out((np.cumsum(count) - count)[codes], count[codes])
    return Spoken(rule[name], *meant[at].T)
