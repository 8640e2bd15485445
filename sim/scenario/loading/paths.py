"""Find places by path: the keys and list positions that lead to a value, written
`factories.klimov.lines`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.errors import Fault
from sim.scenario.loading.source_tree import Path, Written, dotted
from sim.scenario.suggestions import on_one_line

EACH, KEYS = "*", "~"
"""Steps of a pattern: every member; every key of a mapping, and then no further."""


def fault_at(tree: Written, path: Path, message: str, *, at_key: bool = False) -> Fault:
    """Place a fault where the value was written, or its key; of a path that leads nowhere, as far
    as it leads.

    Steps that the file leaves out (`units` of a need given as a bare number) are left out of the
    path as well.
    """
    shown: list[str | int] = []
    node = tree
    place = tree.place
    for step in path:
        members = node.members
        if step not in members:
            break
        place = node.key_place(step) if at_key else members[step].place
        if not node.implied:
            shown.append(step)
        node = members[step]
    return Fault(place, dotted(tuple(shown)), on_one_line(message))


def find(tree: Written, pattern: str) -> Iterator[tuple[Path, Written]]:
    """List what a pattern matches, `events.*.date` or `needs.~`: paths with their values, or with
    keys as values.
    """
    yield from _find(tree, pattern.split("."), ())


def _find(node: Written, steps: list[str], path: Path) -> Iterator[tuple[Path, Written]]:
    if not steps:
        yield path, node
        return
    for key, member in node.members.items():
        if steps[0] == KEYS:
            yield (*path, key), Written(key, node.key_place(key))
        elif steps[0] in (EACH, key):
            yield from _find(member, steps[1:], (*path, key))
