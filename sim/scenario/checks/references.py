"""Check that every name refers to something; works on the tree, so that it also speaks of a file
with other faults.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

from pydantic import ValidationError

from sim.errors import Fault
from sim.scenario.checks.reference_list import REFERENCES, Reference
from sim.scenario.checks.thinning import thinned
from sim.scenario.loading.paths import KEYS, fault_at, find
from sim.scenario.loading.schema_walk import KINDS, walk
from sim.scenario.loading.source_tree import Known, Path, Written, bare
from sim.scenario.rule_choices import RuleChoice
from sim.scenario.schema import Scenario
from sim.scenario.selectors import FINAL
from sim.scenario.suggestions import Speller, listed

CheckRule = Callable[[str, str, Mapping[str, Any], Known], Mapping[str, str]]
"""(family, rule, parameters, names) -> what is wrong: key -> message, with the key `rule` for the
rule's own name."""

_SECTIONS = {
    "state": "states",
    "product": "products",
    "factory": "factories",
    "programme": "programmes",
    "event": "events",
    "complexity class": "complexity",
    "source": "sources",
}
"""Where the names of a noun are given."""

_KINDS = {
    "restriction": tuple(name for name, kind in KINDS.items() if kind.is_lifted),
    "outage": ("outage",),
}
"""Kinds of event that a noun stands for."""

_Names = dict[str, None]
"""Names in the order of the file, quick to look up."""


def reference_faults(tree: Written) -> list[Fault]:
    """List names that refer to nothing, each with what may have been meant, and lists of names that
    are empty or repeat.
    """
    known, kinds, speller = _known_names(tree), _kinds(tree), Speller()
    tree, faults = thinned(tree, known)
    for reference in REFERENCES:
        names, at_key = known[reference.noun], reference.pattern.endswith(KEYS)
        for path, node in find(tree, reference.pattern):
            faults += _list_faults(tree, path, node)
            for each_path, name in _unknown_names(reference, path, node, names):
                message = _unknown(kinds, speller, reference.noun, name, names or {})
                faults.append(fault_at(tree, each_path, message, at_key=at_key))
    return faults + _source_faults(tree, known["source"], speller) + _bloc_faults(tree)


def rule_faults(tree: Written, check: CheckRule | None) -> list[Fault]:
    """List rules that are unknown or have wrong parameters, as `check` finds, and parameters that
    are not finite.
    """
    known = _known_names(tree)
    # what is kept as columns chooses no rules
    tree, faults = thinned(tree, {})[0], list[Fault]()
    told: dict[str, Mapping[str, str]] = {}
    for path, node, model in walk(tree, toward=RuleChoice):
        if model is RuleChoice and node.value is not None:
            faults += [
                fault_at(tree, each, f"{number} is not a finite number")
                for each, number in _not_finite(node, path)
            ]
            faults += _choice_faults(tree, path, node, check, known, told) if check else []
    return faults


def _known_names(tree: Written) -> dict[str, _Names | None]:
    """List the names of each noun; None where the file does not give them as a mapping, so that
    nothing can be said.
    """
    known = {noun: _names(tree, section) for noun, section in _SECTIONS.items()}
    blocs = [node.value for _, node in find(tree, "states.*.bloc") if isinstance(node.value, str)]
    known["state or bloc"] = (
        None if known["state"] is None else known["state"] | dict.fromkeys(blocs)
    )
    known["factory or product"] = _any_of({FINAL: None}, known["factory"], known["product"])
    known["factory, product, state or bloc"] = _any_of(
        known["factory"], known["product"], known["state or bloc"]
    )
    known["programme.candidate"] = dict.fromkeys(
        f"{path[1]}.{path[3]}" for path, _ in find(tree, "programmes.*.candidates.*")
    )
    kinds = _kinds(tree)
    for noun, meant in _KINDS.items():
        # of an event without a proper kind nothing can be said
        known[noun] = dict.fromkeys(
            name for name, kind in kinds.items() if kind is None or kind in meant
        )
    return known


def _any_of(*several: _Names | None) -> _Names | None:
    """Put the names of several nouns together; None where one is not known."""
    known = [each for each in several if each is not None]
    return dict.fromkeys(chain(*known)) if len(known) == len(several) else None


def _kinds(tree: Written) -> dict[str, str | None]:
    """Give the kind of each event; None where it is none."""
    kinds = {str(path[1]): None for path, _ in find(tree, "events.*")}
    return kinds | {
        str(path[1]): node.value
        for path, node in find(tree, "events.*.kind")
        if node.value in list(KINDS)
    }


def _names(tree: Written, section: str) -> _Names | None:
    if section not in tree.members:
        return None if Scenario.model_fields[section].is_required() else {}
    names = tree.members[section].names
    return None if names is None else dict.fromkeys(map(str, names))


def _unknown_names(
    reference: Reference, path: Path, node: Written, known: _Names | None
) -> list[tuple[Path, str]]:
    """List the names at a path that refer to nothing; none where nothing can be said."""
    if known is None:
        return []
    return [
        (each_path, name)
        for each_path, name in _names_at(path, node)
        if name not in known and name != reference.wildcard
    ]


def _names_at(path: Path, node: Written) -> list[tuple[Path, str]]:
    """List the names that stand at a path: one, or those of a list."""
    is_list = isinstance(node.value, list)
    written = (
        [((*path, index), each.value) for index, each in node.members.items()]
        if is_list
        else [(path, node.value)]
    )
    return [(each_path, name) for each_path, name in written if isinstance(name, str)]


def _unknown(
    kinds: Mapping[str, str | None], speller: Speller, noun: str, name: str, known: _Names
) -> str:
    if noun not in _KINDS:
        return _missed(speller, noun, name, known)
    return (
        f"'{name}' is of kind {kinds[name]}, not {listed(_KINDS[noun])}"
        if name in kinds
        else speller.unknown("event", name, known)
    )


def _missed(speller: Speller, noun: str, name: str, known: _Names) -> str:
    """Write that nothing has this name, and where the scenario has none of the kind."""
    told = speller.unknown(noun, name, known)
    is_none = noun in _SECTIONS and not known
    return f"{told}; the scenario has no `{_SECTIONS[noun]}`" if is_none else told


def _list_faults(tree: Written, path: Path, node: Written) -> Iterator[Fault]:
    if node.value == []:
        yield fault_at(tree, path, "names nothing")
    told: set[str] = set()
    for each_path, name in _names_at(path, node):
        if name in told:
            yield fault_at(tree, each_path, f"'{name}' is named twice")
        told.add(name)


def _source_faults(tree: Written, known: _Names | None, speller: Speller) -> list[Fault]:
    faults = []
    for path, node, model in walk(tree):
        source = node.members.get("source") if model and "source" in model.model_fields else None
        if (
            source
            and known is not None
            and isinstance(source.value, str)
            and source.value not in known
        ):
            told = _missed(speller, "source", source.value, known)
            faults.append(fault_at(tree, (*path, "source"), told))
    return faults


def _bloc_faults(tree: Written) -> list[Fault]:
    states = _names(tree, "states") or {}
    blocs = [
        (path, node.value)
        for path, node in find(tree, "states.*.bloc")
        if isinstance(node.value, str)
    ]
    return [
        fault_at(tree, path, f"a bloc cannot have the name of a state, '{bloc}'")
        for path, bloc in blocs
        if bloc in states
    ]


def _choice_faults(
    tree: Written,
    path: Path,
    node: Written,
    check: CheckRule,
    known: Known,
    told: dict[str, Mapping[str, str]],
) -> list[Fault]:
    """List what is wrong with a choice; `told` remembers what was said of others like it."""
    try:
        choice = RuleChoice.model_validate(bare(node))
    except ValidationError:
        return []
    family = "programme" if path[-1] == "rule" else str(path[-1])
    inner = (*path, "parameters") if "parameters" in node.members else path
    kind = repr((family, choice.rule, choice.parameters))
    if kind not in told:
        told[kind] = check(family, choice.rule, choice.parameters, known)
    wrong = told[kind]
    return [
        fault_at(tree, (*(path if key == "rule" else inner), key), message)
        for key, message in wrong.items()
    ]


def _not_finite(node: Written, path: Path) -> Iterator[tuple[Path, float]]:
    if isinstance(node.value, float) and not math.isfinite(node.value):
        yield path, node.value
    for key, member in node.members.items():
        yield from _not_finite(member, (*path, key))
