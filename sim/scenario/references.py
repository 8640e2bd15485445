"""Check that every name refers to something; works on the tree, so that it also speaks of a file with other faults."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from sim.errors import Fault
from sim.scenario.paths import fault_at, find
from sim.scenario.schema import RuleChoice, Scenario
from sim.scenario.selectors import ALL
from sim.scenario.shape import walk
from sim.scenario.wording import unknown
from sim.scenario.written import Path, Written, bare

CheckRule = Callable[[str, str, Mapping[str, Any]], Mapping[str, str]]
"""(family, rule, parameters) -> what is wrong: key -> message, with the key `rule` for the rule's own name."""

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

_KINDS = {"restriction": ("cut_off", "sanction", "quota"), "outage": ("outage",)}
"""Kinds of event that a noun stands for."""

_REFERENCES = (
    ("products.*.inputs.~", "product"),
    ("products.*.complexity", "complexity class"),
    ("factories.*.state", "state"),
    ("factories.*.lines.~", "product"),
    ("needs.~", "state"),
    ("needs.*.~", "product"),
    ("trade.*.exporter", "state or bloc"),
    ("trade.*.importer", "state or bloc"),
    ("trade.*.product", "product"),
    ("events.*.exporter", "state or bloc"),
    ("events.*.importer", "state or bloc"),
    ("events.*.state", "state or bloc"),
    ("events.*.product", "product"),
    ("events.*.factory", "factory"),
    ("events.*.programme", "programme"),
    ("events.*.after.event", "event"),
    ("events.*.after.completion", "programme.candidate"),
    ("events.*.lifts", "restriction"),
    ("events.*.repairs", "outage"),
    ("programmes.*.chair", "state"),
    ("programmes.*.beneficiaries", "state"),
    ("programmes.*.candidates.*.factory", "factory"),
    ("programmes.*.candidates.*.product", "product"),
)
"""What refers to what: patterns of paths (`~` stands for the keys) and the noun that they name."""

_WILDCARDS = {"exporter": ALL, "importer": ALL, "product": ALL, "factory": ALL, "state": ALL, "beneficiaries": "all"}
"""What stands for all, by key; in trade rules, events and programmes."""


def reference_faults(tree: Written) -> list[Fault]:
    """List names that refer to nothing, each with what may have been meant, and lists of names that are empty or repeat."""
    known = _known_names(tree)
    faults = [
        fault
        for pattern, noun in _REFERENCES
        for path, node in find(tree, pattern)
        for fault in (*_list_faults(tree, path, node), *_name_faults(tree, path, node, noun, known[noun]))
    ]
    return faults + _source_faults(tree, known["source"]) + _bloc_faults(tree)


def rule_faults(tree: Written, check: CheckRule | None) -> list[Fault]:
    """List rules that are unknown or have wrong parameters, as `check` finds, and parameters that are not finite."""
    faults = []
    for path, node, model in walk(tree):
        if model is RuleChoice and node.value is not None:
            faults += [fault_at(tree, each, f"{number} is not a finite number") for each, number in _not_finite(node, path)]
            faults += _choice_faults(tree, path, node, check) if check else []
    return faults


def _known_names(tree: Written) -> dict[str, list[str] | None]:
    """List the names of each noun; None where the file does not give them as a mapping, so that nothing can be said."""
    known = {noun: _names(tree, section) for noun, section in _SECTIONS.items()}
    blocs = [node.value for _, node in find(tree, "states.*.bloc") if isinstance(node.value, str)]
    known["state or bloc"] = None if known["state"] is None else [*known["state"], *dict.fromkeys(blocs)]
    known["programme.candidate"] = [f"{path[1]}.{path[3]}" for path, _ in find(tree, "programmes.*.candidates.*")]
    for noun, kinds in _KINDS.items():
        known[noun] = [str(path[1]) for path, node in find(tree, "events.*.kind") if node.value in kinds]
    return known


def _names(tree: Written, section: str) -> list[str] | None:
    if section not in tree.members:
        return None if Scenario.model_fields[section].is_required() else []
    mapping = tree.members[section].mapping
    return None if mapping is None else [str(name) for name in mapping]


def _name_faults(tree: Written, path: Path, node: Written, noun: str, known: list[str] | None) -> Iterator[Fault]:
    wildcard = _WILDCARDS.get(str(path[-1])) if path[0] in ("trade", "events", "programmes") else None
    for each_path, name in _names_at(path, node):
        if known is not None and name not in known and name != wildcard:
            yield fault_at(tree, each_path, _unknown(tree, noun, name, known), at_key=node.value == path[-1])


def _names_at(path: Path, node: Written) -> Iterable[tuple[Path, str]]:
    values = node.members.items() if isinstance(node.value, list) else [((), node)]
    found = [((*path, key) if isinstance(key, int) else path, each.value) for key, each in values]
    return [(each_path, value) for each_path, value in found if isinstance(value, str)]


def _unknown(tree: Written, noun: str, name: str, known: list[str]) -> str:
    if noun not in _KINDS:
        return unknown(noun, name, known)
    kind = next((node.value for _, node in find(tree, f"events.{name}.kind")), None)
    if kind is None:
        return unknown("event", name, known)
    return f"'{name}' is of kind {kind}, not {' or '.join(_KINDS[noun])}"


def _list_faults(tree: Written, path: Path, node: Written) -> Iterator[Fault]:
    if node.value == []:
        yield fault_at(tree, path, "names nothing")
    names = [name for _, name in _names_at(path, node)]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield fault_at(tree, (*path, index), f"'{name}' is named twice")


def _source_faults(tree: Written, known: list[str] | None) -> list[Fault]:
    faults = []
    for path, node, model in walk(tree):
        source = node.members.get("source") if model and "source" in model.model_fields else None
        if source and known is not None and isinstance(source.value, str) and source.value not in known:
            faults.append(fault_at(tree, (*path, "source"), unknown("source", source.value, known)))
    return faults


def _bloc_faults(tree: Written) -> list[Fault]:
    states = _names(tree, "states") or []
    blocs = find(tree, "states.*.bloc")
    return [fault_at(tree, path, f"a bloc cannot have the name of a state, '{node.value}'") for path, node in blocs if node.value in states]


def _choice_faults(tree: Written, path: Path, node: Written, check: CheckRule) -> list[Fault]:
    try:
        choice = RuleChoice.model_validate(bare(node))
    except ValidationError:
        return []
    family = "programme" if path[-1] == "rule" else str(path[-1])
    inner = (*path, "parameters") if "parameters" in node.members else path
    wrong = check(family, choice.rule, choice.parameters)
    return [fault_at(tree, (*(path if key == "rule" else inner), key), message) for key, message in wrong.items()]


def _not_finite(node: Written, path: Path) -> Iterator[tuple[Path, float]]:
    if isinstance(node.value, float) and not math.isfinite(node.value):
        yield path, node.value
    for key, member in node.members.items():
        yield from _not_finite(member, (*path, key))
