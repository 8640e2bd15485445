"""Hold who may buy from whom: links between lines and needs, and the sums over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.kernels.arrays import Bools, Ints
from sim.kernels.kept import MOST_KEPT, remembered
from sim.kernels.matching import present
from sim.kernels.sums import GroupSum

Kind = TypeVar("Kind", bound=np.generic)
T = TypeVar("T")

MOST_LINKS_KEPT = 2**21
"""Most links of all parts together that are kept; a link takes some 32 bytes."""


@dataclass(frozen=True, eq=False)
class Market:
    """Hold who may supply whom: links between lines and needs, and how to sum over either end."""

    line: Ints
    """Supplying line of each link."""
    need: Ints
    """Served need of each link."""
    by_line: GroupSum
    by_need: GroupSum
    tiers: tuple[Bools | None, ...]
    """Links of each tier as a column [links, 1], first served first; a single None stands for all
    links."""
    is_lasting: bool = False
    """Whether it is allocated month after month, so that it pays to keep parts of it"""
    _parts: dict[bytes, Part] = field(default_factory=dict)
    _known: dict[bytes, Any] = field(default_factory=dict)

    @classmethod
    def build(
        cls,
        line: Ints,
        need: Ints,
        lines: int,
        needs: int,
        tier: Ints | None = None,
        *,
        is_lasting: bool = False,
    ) -> Market:
        """Index the links given by their ends; `tier` holds each need's tier, 0 first."""
        levels = present(tier[need]) if tier is not None and need.size else np.zeros(1)
        masks: tuple[Bools | None, ...] = (None,)
        if tier is not None and levels.size > 1:
            masks = tuple((tier[need] == level)[:, None] for level in levels)
        return cls(line, need, GroupSum(line, lines), GroupSum(need, needs), masks, is_lasting)

    def part(self, needs: Bools) -> Part:
        """Return the market of some needs alone, with lines and needs numbered anew."""
        key = needs.tobytes()
        if key not in self._parts:
            kept = sum(part.links.size for part in self._parts.values())
            if len(self._parts) >= MOST_KEPT or kept > MOST_LINKS_KEPT:
                self._parts.clear()
            self._parts[key] = Part.build(self, needs)
        return self._parts[key]

    def remembered(self, key: bytes, work: Callable[[], T]) -> T:
        """Return what is known under a `key`, or compute it by `work` and keep it."""
        known: T = remembered(self._known, key, work)
        return known

    @property
    def links(self) -> int:
        """Count the links."""
        return self.line.size

    def from_lines(self, values: NDArray[Kind]) -> NDArray[Kind]:
        """Look up each link's line: [lines, members] -> [links, members]."""
        return self.by_line.to_rows(values)

    def from_needs(self, values: NDArray[Kind]) -> NDArray[Kind]:
        """Look up each link's need: [needs, members] -> [links, members]."""
        # mode="clip", since all rows are there and checking that takes a fifth longer
        return values.take(self.need, axis=0, mode="clip")


def numbered_anew(rows: Ints, count: int) -> tuple[Ints, Ints]:
    """Return the different `rows` out of `count`, ascending, and the place of each among them."""
    there = np.zeros(count, dtype=np.bool_)
    there[rows] = True
    place: Ints = np.cumsum(there, dtype=np.int64) - 1
    return np.flatnonzero(there), place.take(rows)


@dataclass(frozen=True, eq=False)
class Part:
    """Hold a market within another: its rows there, and itself."""

    links: Ints
    lines: Ints
    needs: Ints
    market: Market
    _inside: dict[bytes, tuple[Ints, Ints]] = field(default_factory=dict)

    def inside(self, links: Ints) -> tuple[Ints, Ints]:
        """Return which links of the part are among some of the whole, ascending, and their places
        among these.
        """

        def work() -> tuple[Ints, Ints]:
            own = np.flatnonzero(np.isin(self.links, links))
            return own, np.searchsorted(links, self.links[own])

        return remembered(self._inside, links.tobytes(), work)

    @classmethod
    def build(cls, whole: Market, wanted: Bools) -> Part:
        """Take the links of some needs, a mask [needs], out of a market."""
        links = np.flatnonzero(wanted[whole.need])
        lines, line = numbered_anew(whole.line[links], whole.by_line.groups)
        needs, need = numbered_anew(whole.need[links], whole.by_need.groups)
        return cls(
            links, lines, needs, Market.build(line, need, lines.size, needs.size, is_lasting=True)
        )
