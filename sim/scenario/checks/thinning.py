"""Write out, of what came from tables, the rows that checks have to speak of."""

from __future__ import annotations

from collections.abc import Sequence

from sim.errors import Fault
from sim.scenario.loading.paths import EACH
from sim.scenario.loading.source_tree import Bulk, Entities, Known, Path, Written, dotted

_IN_BULK = ((EACH,), ("factories", EACH, "lines", EACH, "inputs"))
"""Where mappings may stand that came from tables and are not written out."""


def thinned(tree: Written, known: Known) -> tuple[Written, list[Fault]]:
    """Write out, of what came from tables, the rows that are wrong or name something unknown, and
    no others; of very many the first. Also list how many more there are.
    """
    faults: list[Fault] = []
    for steps in _IN_BULK:
        tree = _thinned(tree, steps, (), known, faults)
    return tree, faults


def refusable(tree: Written) -> Written:
    """Write out all that the schema may refuse: of columns the rows that it does."""
    members = {
        key: each.in_full if isinstance(each.value, Entities) else each
        for key, each in tree.members.items()
    }
    return thinned(tree.changed(members), {})[0]


def _thinned(
    node: Written, steps: Sequence[str], path: Path, known: Known, faults: list[Fault]
) -> Written:
    """Write a node out so, some steps above what stands at a place; adds faults."""
    if isinstance(node.value, Bulk):
        part, others = node.value.strange(known)
        if others:
            more = f"and {others:,} more rows of this table"
            faults.append(Fault(node.place, dotted(path), more))
        return part
    members = node.value if steps and isinstance(node.value, dict) else {}
    thin = {
        key: _thinned(each, steps[1:], (*path, key), known, faults)
        for key, each in members.items()
        if steps[0] in (EACH, key)
    }
    is_thinner = any(members[key] is not each for key, each in thin.items())
    return node.changed({**members, **thin}) if is_thinner else node
