"""Write out, of what is kept as columns, the rows that checks have to speak of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from sim.errors import Fault
from sim.scenario.checks.reference_list import REFERENCES, Known, Reference
from sim.scenario.loading.paths import EACH, KEYS
from sim.scenario.loading.source_tree import Written, dotted
from sim.scenario.tables.bulk import Block
from sim.scenario.tables.rows import MOST_FAULTS

_IN_COLUMNS = ("trade", "factories.*.lines.*.inputs")
"""Where blocks may stand that are kept as columns."""


def thinned(tree: Written, known: Known) -> tuple[Written, list[Fault]]:
    """Write out, of the blocks that are kept as columns, the rows that are wrong or name something
    unknown, and no others; of very many the first. Also list how many more there are.
    """
    faults: list[Fault] = []
    for place in _IN_COLUMNS:
        tree = _thinned(tree, place, place.split("."), known, faults)
    return tree, faults


def _thinned(
    node: Written, place: str, steps: Sequence[str], known: Known, faults: list[Fault]
) -> Written:
    """Write a node out so, some steps above what stands at a place; adds faults."""
    if steps:
        members = node.value if isinstance(node.value, dict) else {}
        thin = {
            key: _thinned(each, place, steps[1:], known, faults)
            for key, each in members.items()
            if steps[0] in (EACH, key)
        }
        is_thinner = any(members[key] is not each for key, each in thin.items())
        return node.changed({**members, **thin}) if is_thinner else node
    if not isinstance(node.value, Block):
        return node
    rows = _strange(place, node.value, known)
    if rows[MOST_FAULTS:]:
        more = f"and {len(rows) - MOST_FAULTS:,} more rows of this table"
        faults.append(Fault(node.place, dotted(node.value.path), more))
    return node.value.part(rows[:MOST_FAULTS]) if rows else Written({}, node.place)


def _strange(place: str, block: Block, known: Known) -> list[int]:
    """List the rows of a block that are wrong or name something unknown."""
    marked = {*block.odd} | {
        row
        for reference in _references_in(place)
        if reference.noun in known
        for row in _rows_unknown(reference, block, known[reference.noun])
    }
    sources = known.get("source")
    said = {each.said.get("source") for each in block.table.numbers.values()} - {None}
    if sources is not None and not said <= {*sources} and block.rows[0] == 0:
        # it is said once, of all rows of the table
        marked.add(0)
    return sorted(marked)


@cache
def _references_in(place: str) -> Sequence[Reference]:
    """List the references that stand in a block at a place."""
    return [each for each in REFERENCES if each.pattern.startswith(f"{place}.")]


def _rows_unknown(
    reference: Reference, block: Block, names: Collection[str] | None
) -> Sequence[int]:
    """List the rows of a block in which a key refers to nothing; none where nothing can be said."""
    if names is None:
        return ()
    key = reference.pattern.split(".")[-1]
    if key == KEYS:
        return [row for row, name in enumerate(block.table.names) if name not in names]
    wild = {reference.wildcard} if reference.wildcard else set()
    found: list[int] = block.strangers(key, {*names} | wild).tolist()
    return found
