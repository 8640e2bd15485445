"""Find the rows of a table that name something unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from sim.scenario.checks.reference_list import REFERENCES
from sim.scenario.column_table import Words
from sim.scenario.loading.source_tree import Known, Path
from sim.scenario.tables.columns import Layout

SOURCE = "source"


def where(layout: Layout, at: int, path: Path) -> str:
    """Say where the members of a level stand, in the patterns of references: `factories.*.lines`,
    of a block at a path.
    """
    level = layout.levels[at]
    if level.parent is None:
        return ".".join(map(str, path))
    above = f"{where(layout, level.parent, path)}.*"
    return above if level.field is None else f"{above}.{level.field}"


def strange_rows(
    said: Mapping[str, Words], known: Known, rows: int, odd: Sequence[int] = ()
) -> Sequence[int]:
    """List the rows, of so many, that are odd or name something unknown; `said` holds what they
    name, by its pattern as in `REFERENCES`, or by one that ends with `source`.
    """
    marks = np.zeros(rows, dtype=np.bool_)
    marks[list(odd)] = True
    for names, (codes, words) in _named(said, known):
        strange = [word is not None and word not in names for word in words]
        if any(strange):
            marks |= np.array(strange)[codes]
    found: list[int] = np.flatnonzero(marks).tolist()
    return found


def _named(said: Mapping[str, Words], known: Known) -> Iterator[tuple[set[str], Words]]:
    """List what rows name, with the names that are known there."""
    for each in REFERENCES:
        names = known.get(each.noun)
        if each.pattern in said and names is not None:
            yield {*names, *filter(None, [each.wildcard])}, said[each.pattern]
    names = known.get(SOURCE)
    for pattern, words in said.items():
        if pattern.endswith(f".{SOURCE}") and names is not None:
            yield {*names}, words
