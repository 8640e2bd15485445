"""Load a scenario: read the file and what it extends, apply `--set`, check everything, report all
faults together.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from sim.errors import Fault, Place, ScenarioError
from sim.kernels.uncollected import uncollected
from sim.scenario.checks.dates import date_findings
from sim.scenario.checks.references import CheckRule, reference_faults, rule_faults
from sim.scenario.checks.structure import structure_findings
from sim.scenario.checks.thinning import refusable
from sim.scenario.loading.bounds import Bounds
from sim.scenario.loading.extends import merged
from sim.scenario.loading.folders import RESULT, inside
from sim.scenario.loading.overrides import with_set
from sim.scenario.loading.paths import fault_at
from sim.scenario.loading.schema_errors import schema_faults
from sim.scenario.loading.shipped import hint, located
from sim.scenario.loading.source_tree import DEEPEST, Path, Written, bare, from_python
from sim.scenario.loading.yaml_marks import read
from sim.scenario.origin import Origin
from sim.scenario.schema import Scenario
from sim.scenario.suggestions import found, kind_of
from sim.scenario.tables.blocks import Tables
from sim.scenario.tables.codes import naming_hint


@uncollected()
def load(
    path: str | os.PathLike[str], sets: Sequence[str] = (), *, rules: CheckRule | None = None
) -> Scenario:
    """Load a scenario, by its file or the name of a shipped one, changed by `path=value` texts.
    Raises ScenarioError with all faults.

    `rules` checks the rules chosen: called with (family, rule, parameters, names by noun), it
    returns what is wrong as key -> message.
    """
    return read_whole(path).scenario(sets, rules=rules)


def files_of(path: str | os.PathLike[str]) -> list[str]:
    """List a scenario file, all that it extends and their tables, as real paths.

    Raises ScenarioError with the faults of all files where one cannot be read.
    """
    file = located(path)
    layers = _Layers(file)
    layers.of(_read_first(path, file, layers.bounds))
    return sorted({*layers.seen, *layers.tables.paths()})


@uncollected()
def parse(
    data: Mapping[str, Any], sets: Sequence[str] = (), *, rules: CheckRule | None = None
) -> Scenario:
    """Take a scenario from plain Python data, as `load` takes it from a file; `extends` counts from
    the working directory.
    """
    return whole_of(data).scenario(sets, rules=rules)


def whole_of(data: Mapping[str, Any]) -> Whole:
    """Take plain Python data as `parse` does, to be changed and checked. Raises ScenarioError."""
    place = Place("<dict>")
    return _whole(_Layers(place.file), _mapping(from_python(data, place)))


def read_whole(path: str | os.PathLike[str]) -> Whole:
    """Read a scenario file with all that it extends, to be changed and checked as often as asked.

    Raises ScenarioError where a file cannot be read.
    """
    file = located(path)
    layers = _Layers(file)
    return _whole(layers, _read_first(path, file, layers.bounds))


STUDY = "is a study, not a scenario; see sim sweep"
NO_SCENARIO = "no scenario: none of its keys is a scenario's"


class _Layers:
    """Collect a file and all that it extends, each once, the first to be laid down first."""

    def __init__(self, file: str) -> None:
        self.root = file
        self.faults: list[Fault] = []
        self.seen = {_identity(file)}
        self.bounds = Bounds()
        self.tables = Tables(self.bounds, _reason, os.path.dirname(file) or ".")

    def of(self, tree: Written) -> list[Written]:
        """List the layers of a file that was read.

        Raises ScenarioError with the faults of all files.
        """
        layers = self._below(tree, [self.root])
        if self.faults or self.tables.faults:
            raise ScenarioError([*self.faults, *self.tables.faults])
        return layers

    def _below(self, tree: Written, chain: list[str]) -> list[Written]:
        layers = [
            layer
            for path, entry in self._entries(tree)
            for layer in self._extended(tree, path, entry, chain)
        ]
        members = {key: member for key, member in tree.members.items() if key != "extends"}
        return [*layers, self.tables.of(tree.changed(members), chain[-1])]

    def _entries(self, tree: Written) -> list[tuple[Path, str]]:
        """List the files that a file extends; adds a fault for what is not a file's name."""
        if "extends" not in tree.members:
            return []
        extends = tree.members["extends"]
        listed = isinstance(extends.value, list)
        entries = [
            (("extends", *((key,) if listed else ())), each.value)
            for key, each in (extends.members if listed else {0: extends}).items()
        ]
        for path, value in entries:
            if not isinstance(value, str):
                self.faults.append(
                    fault_at(
                        tree, path, f"expected a file or a list of files, found {found(value)}"
                    )
                )
        return [(path, value) for path, value in entries if isinstance(value, str)]

    def _extended(self, tree: Written, path: Path, entry: str, chain: list[str]) -> list[Written]:
        file = located(entry, os.path.dirname(chain[-1]))
        identity = _identity(file)
        known = [_identity(each) for each in chain]
        if identity in known:
            circle = [*chain[known.index(identity) :], chain[known.index(identity)]]
            self.faults.append(
                fault_at(tree, path, f"files extend one another in a circle: {' -> '.join(circle)}")
            )
        elif len(chain) > DEEPEST:
            self.faults.append(
                fault_at(tree, path, f"more than {DEEPEST} files that extend one another")
            )
        elif identity not in self.seen:
            self.seen.add(identity)
            return self._read_layers(tree, path, file, chain)
        return []

    def _read_layers(self, tree: Written, path: Path, file: str, chain: list[str]) -> list[Written]:
        try:
            found = _read(file, self.bounds)
            if not found.members.keys() & {*Scenario.model_fields, "extends"}:
                # it may be any file of the system: nothing of it is shown
                raise ScenarioError([Fault(Place(file), "", NO_SCENARIO)])
            return self._below(found, [*chain, file])
        except OSError as error:
            folder = os.path.dirname(chain[-1])
            self.faults.append(
                fault_at(
                    tree, path, f"cannot read {file}: {_told(error, _entry(tree, path), folder)}"
                )
            )
        except ScenarioError as error:
            self.faults += error.faults
        return []


def _identity(file: str) -> str:
    """Name a file the same however it is reached; a path that no system takes stays as it is."""
    return file if "\0" in file else os.path.realpath(file)


def _read(file: str, bounds: Bounds) -> Written:
    """Read one file as a mapping. Raises OSError and ScenarioError."""
    tree = read(bounds.read(file), file, bounds)
    if tree is None:
        raise ScenarioError([Fault(Place(file), "", "the file is empty")])
    found = _mapping(tree)
    if "factors" in found.members and not {"states", "extends"} & found.members.keys():
        raise ScenarioError([Fault(Place(file), "", STUDY)])
    return found


def _read_first(given: str | os.PathLike[str], file: str, bounds: Bounds) -> Written:
    """Read the file that was asked for. Raises ScenarioError."""
    try:
        return _read(file, bounds)
    except OSError as error:
        raise ScenarioError(
            [Fault(Place(file), "", f"cannot be read: {_told(error, given)}")]
        ) from error


def _mapping(tree: Written) -> Written:
    if tree.mapping is None:
        raise ScenarioError(
            [Fault(tree.place, "", f"expected a mapping of keys, found {kind_of(tree.value)}")]
        )
    return tree


def _entry(tree: Written, path: Path) -> str:
    """Give what stands at a place of `extends`."""
    inner = tree.members["extends"]
    return str(inner.value if len(path) == 1 else inner.members[path[1]].value)


def _told(error: OSError, given: str | os.PathLike[str], folder: str = "") -> str:
    """Say why a scenario cannot be read, and what may have been meant."""
    if isinstance(error, FileNotFoundError):
        return _reason(error) + hint(given, folder)
    is_folder = isinstance(error, IsADirectoryError)
    return _reason(error) + (inside(os.path.join(folder, given), RESULT) if is_folder else "")


def _reason(error: OSError) -> str:
    known = {
        FileNotFoundError: "no such file",
        IsADirectoryError: "it is a directory",
        PermissionError: "no permission",
    }
    return known.get(type(error), (error.strerror or str(error)).lower())


def _whole(layers: _Layers, top: Written) -> Whole:
    tree, faults = merged(layers.of(top))
    layers.tables.give_titles(tree)
    return Whole(tree, tuple(faults), Origin(layers.tables.files), layers.tables.told)


@dataclass(frozen=True, eq=False)
class Whole:
    """Hold what the files of a scenario say together."""

    tree: Written
    faults: tuple[Fault, ...]
    """What they take away in vain"""
    origin: Origin
    tables: Collection[str]
    """The files of tables, as faults name them"""

    def scenario(self, sets: Sequence[str] = (), *, rules: CheckRule | None = None) -> Scenario:
        """Return it as it is changed by `path=value` texts. Raises ScenarioError with all faults.

        `rules` checks the rules chosen, as in `load`.
        """
        tree, faults = self.tree, list(self.faults)
        for text in sets:
            try:
                tree = with_set(tree, text)
            except ScenarioError as error:
                faults += error.faults
        try:
            found = _checked(tree, faults, rules)
        except ScenarioError as error:
            raise ScenarioError(map(self._hinted, error.faults)) from None
        found.came_from(self.origin)
        return found

    def _hinted(self, fault: Fault) -> Fault:
        """Say of a state's name that came from a table how it may get another."""
        hint = naming_hint(fault.message) if fault.place.file in self.tables else ""
        return replace(fault, message=f"{fault.message}{hint}")


def _checked(tree: Written, faults: list[Fault], rules: CheckRule | None) -> Scenario:
    """Check a tree. Raises ScenarioError with these faults and all that are found."""
    try:
        scenario = Scenario.model_validate(bare(tree))
    except ValidationError as error:
        faults += schema_faults(error, refusable(tree))
        # a name that the schema refuses need not be called unknown as well
        told = {(fault.place, fault.path) for fault in faults}
        faults += [
            fault for fault in _name_faults(tree, rules) if (fault.place, fault.path) not in told
        ]
        raise ScenarioError(faults) from None
    faults += _name_faults(tree, rules)
    findings = list(date_findings(scenario))
    # what hangs together is asked of known names only
    findings += [] if faults else structure_findings(scenario)
    faults += [fault_at(tree, path, message) for path, message in findings]
    if faults:
        raise ScenarioError(faults)
    return scenario


def _name_faults(tree: Written, rules: CheckRule | None) -> list[Fault]:
    return reference_faults(tree) + rule_faults(tree, rules)
