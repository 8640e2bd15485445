"""Number the groups of links for which limits hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.events.trade import TradeEffect
from sim.kernels.arrays import Ints
from sim.world.trade_caps import by_route


class Numbering:
    """Give a number to each group of links; the same links get the same number."""

    def __init__(self, route: Ints) -> None:
        """Begin with none; `route` is [all links]."""
        self.links: list[Ints] = []
        self._route = route
        self._numbers: dict[bytes, int] = {}
        self._several: dict[int, Sequence[Ints]] = {}

    def _number(self, rows: Ints, family: str = "") -> int:
        key = family.encode() + rows.tobytes()
        if key not in self._numbers:
            self._numbers[key] = len(self.links)
            self.links.append(rows)
        return self._numbers[key]

    def together(self, rows: Ints, family: str = "") -> int:
        """Return the number of the group of all these links under one limit.

        Limits for several pairs of states are different groups in each `family`, even if the links
        are the same.
        """
        routes = by_route(self._route, rows)
        number = self._number(rows, family if len(routes) > 1 else "")
        self._several[number] = routes
        return number

    def of(self, effect: TradeEffect) -> Ints:
        """Return the numbers of an event's groups: of its pairs of states and, last, of all."""
        found = [self._number(rows) for rows in by_route(self._route, effect.rows)]
        if effect.together and effect.rows.size:
            # for such a limit not all pairs may count, so each kind of event has its own group
            found.append(self.together(effect.rows, type(effect).__name__))
        return np.array(found, dtype=np.int64)

    def parts(self) -> list[tuple[int, Ints]]:
        """List the groups of several pairs of states, each with the groups of one pair in it."""
        found = []
        for whole, routes in sorted(self._several.items()):
            known = [self._numbers.get(rows.tobytes()) for rows in routes]
            inner = np.array([each for each in known if each is not None], dtype=np.int64)
            found += [(whole, inner)] if len(routes) > 1 else []
        return found


def wholes(effects: Sequence[TradeEffect], of_effect: Sequence[Ints]) -> frozenset[int]:
    """List the groups of all that an event names together."""
    found = zip(effects, of_effect, strict=True)
    return frozenset(int(rows[-1]) for each, rows in found if each.together and rows.size)
