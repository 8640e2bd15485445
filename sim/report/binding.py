"""Order the lines that something held back by importance to a reader: what binds the need that is
worst off comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Line = tuple[str, str]
"""(factory, product)"""


@dataclass
class Held:
    """Hold what held a line back."""

    shares: dict[int, dict[str, float]] = field(default_factory=dict)
    """Year -> cause -> share of the members and months"""
    lost: float = 0.0
    """Units in the run, on the mean"""

    @property
    def lacked(self) -> set[str]:
        """Return the inputs that it lacked."""
        bounds = {bound for by in self.shares.values() for bound in by if ":" in bound}
        return {bound.partition(":")[2] for bound in bounds}


def held_lines(bottlenecks: Mapping[str, Iterable[Any]]) -> dict[Line, Held]:
    """Collect what held each line back out of the columns of the table `bottlenecks`."""
    lines: dict[Line, Held] = {}
    names = ("year", "factory", "product", "bound", "share", "lost_mean")
    for year, factory, product, bound, share, units in zip(
        *(bottlenecks[name] for name in names), strict=True
    ):
        line = lines.setdefault((factory, product), Held())
        line.shares.setdefault(int(year), {})[bound] = float(share)
        line.lost += float(units)
    return lines


def _told(units: float) -> float:
    """Round away noise, so that of lines with equal losses the first one comes first, on the screen
    as in the file.
    """
    return float(f"{units:.6g}")


def binding_first(lines: Mapping[Line, Held], products: Sequence[str]) -> list[Line]:
    """Return for each of `products` the line that lost most units of it; where that lacked an
    input, next the line of the input.
    """
    wanted, found = list(dict.fromkeys(products)), list[Line]()
    while wanted:
        product = wanted.pop(0)
        mine = [line for line in lines if line[1] == product]
        if mine:
            line = max(mine, key=lambda line: _told(lines[line].lost))
            found.append(line)
            wanted[:0] = sorted(lines[line].lacked - {*wanted, *(each[1] for each in found)})
    return found
