"""Find what a factor changes: only quantities, so that its points can be run side by side, or the
structure of the scenario, so that each value is run separately.
"""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sim.engine.load import load, parse
from sim.errors import Fault, ScenarioError
from sim.files.text import encodable
from sim.scenario.loading.dump import digest, dump
from sim.scenario.loading.paths import fault_at
from sim.scenario.loading.schema_walk import SHORTHANDS
from sim.scenario.loading.shipped import located
from sim.scenario.loading.source_tree import Path, bare
from sim.scenario.loading.yaml_marks import read
from sim.scenario.need import Need as FinalNeed
from sim.scenario.quantity import Quantity
from sim.scenario.schema import Input, Line, Scenario
from sim.study.batched_points import at
from sim.study.spec import SCENARIO, Asked, Factor, Spec

Target = tuple[str, float]
"""(path of a quantity, how much of the factor's number it takes)"""

Need = tuple[str, str]
"""(state, product)"""

MEMBERS = "members"
_BUDGET = 3
"""Steps of `programmes.x.budget`."""


@dataclass(frozen=True, eq=False)
class Case:
    """Hold a scenario that a study runs, under the name that it has there."""

    label: str
    scenario: Scenario

    @cached_property
    def text(self) -> str:
        """Give the scenario as YAML: what the study's folder keeps, and what every point is made
        from.
        """
        return dump(self.scenario)

    @cached_property
    def source(self) -> bytes:
        """Give the scenario as data that a worker makes its points from."""
        tree = read(self.text.encode(), self.label)
        return pickle.dumps(bare(tree) if tree else {})

    @cached_property
    def digest(self) -> str:
        """Sum up the scenario's content."""
        return digest(self.scenario)

    def changed(self, sets: Sequence[str]) -> Scenario:
        """Load the scenario with some values set. Raises ScenarioError."""
        return made(self.source, sets)


def made(source: bytes, sets: Sequence[str]) -> Scenario:
    """Make a scenario from a case's data with some values set. Raises ScenarioError."""
    return parse(pickle.loads(source), sets)


def load_cases(asked: Asked, scenarios: Sequence[Scenario] = ()) -> tuple[list[Case], list[Fault]]:
    """Load the scenario of a study, or those to choose from, unless they are given; also list what
    is wrong with them.
    """
    chosen = asked.spec.factors.get(SCENARIO)
    faults = _choice_faults(asked, chosen is not None, bool(scenarios))
    months = [] if asked.spec.months is None else [f"months={asked.spec.months}"]
    found = [(each.name, Case(each.name, each).changed(months)) for each in scenarios]
    for path, file in _files(asked.spec.scenario, chosen):
        if not isinstance(file, str):
            faults += asked.at([(path, "expected a scenario file")])
            continue
        stem = os.path.splitext(os.path.basename(file))[0]
        try:
            found.append((stem, load(located(file, asked.folder), months)))
        except ScenarioError as error:
            faults += [_placed(asked, path, each) for each in error.faults]
    return [Case(label, scenario) for label, scenario in _labelled(found)], faults


def _placed(asked: Asked, path: Path, fault: Fault) -> Fault:
    """Place a fault of a whole file where the study names the file."""
    return fault if fault.place.line else fault_at(asked.tree, path, str(fault))


def _choice_faults(asked: Asked, is_factor: bool, is_given: bool) -> list[Fault]:
    """List why it is not clear what a study varies: twice a scenario, or none."""
    named = asked.tree.members.get("scenario")
    has_one = is_given or (named is not None and named.value is not None)
    if is_factor and has_one:
        told = "there is a scenario already; give one or the other"
        return asked.at([(("factors", SCENARIO), told)])
    if not is_factor and not has_one and not {"scenario", "factors"} & asked.unread:
        return asked.at([((), "missing key 'scenario'")])
    return []


def _files(scenario: str | None, chosen: Factor | None) -> list[tuple[Path, Any]]:
    if chosen is not None:
        return [
            (("factors", SCENARIO, "values", place), file)
            for place, file in enumerate(chosen.values or ())
        ]
    return [(("scenario",), scenario)] if scenario is not None else []


def _labelled(found: Sequence[tuple[str, Scenario]]) -> Iterator[tuple[str, Scenario]]:
    """Name each case by its file; of several alike, the later ones with a number."""
    taken: set[str] = set()
    for file, scenario in found:
        stem = encodable(file)
        names = (stem if each == 1 else f"{stem}_{each}" for each in range(1, len(found) + 1))
        label = next(name for name in names if name not in taken)
        taken.add(label)
        yield f"scenarios/{label}.yaml", scenario


def is_numeric(factor: Factor) -> bool:
    """Tell whether all values of a factor are numbers."""
    return all(
        isinstance(each, (int, float)) and not isinstance(each, bool)
        for each in factor.values or ()
    )


def written_to(scenario: Scenario, path: str) -> tuple[Target, ...]:
    """List where a number given for a path goes.

    A programme's budget given as one number keeps the shares of its months.
    """
    node, steps = at(scenario, path), path.split(".")
    if isinstance(node, (Input, Line, FinalNeed)):
        # what else is said of it stays: its yield, its tier
        return ((f"{path}.{SHORTHANDS[type(node)]}", 1.0),)
    if (
        isinstance(node, dict)
        and len(steps) == _BUDGET
        and (steps[0], steps[2]) == ("programmes", "budget")
    ):
        whole = sum(each.value for each in node.values())
        if whole > 0:
            return tuple((f"{path}.{month}", each.value / whole) for month, each in node.items())
    return ((path, 1.0),)


def sets_of(scenario: Scenario, path: str, factor: Factor, value: Any) -> list[str]:
    """Write a value of a factor as `--set` takes it; a number for each quantity that it goes to."""
    if is_numeric(factor):
        return [
            f"{target}={json.dumps(value if share == 1 else value * share)}"
            for target, share in written_to(scenario, path)
        ]
    return [f"{path}={json.dumps(value)}"]


def written(value: Any) -> str:
    """Write a value of a choice as the cell of a table."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Trial:
    """Try a study's factors on its cases, one value at a time, and collect what that shows."""

    def __init__(self, asked: Asked, cases: Sequence[Case]) -> None:
        """Try the ends of every interval and every choice on every case."""
        self.asked = asked
        self.faults: list[Fault] = asked.at(list(_misplaced(asked.spec)))
        self.needs: dict[Need, None] = {}
        """(state, product) of every final need of any case, whatever its structure"""
        self.targets: dict[str, list[tuple[Target, ...]]] = {}
        """Factor -> for each case the quantities that its number goes to; none where it changes the
        structure"""
        self._told: set[str] = set()
        self._members = [] if asked.spec.members is None else [f"members={asked.spec.members}"]
        for case in cases:
            if self._tried(case, [], ("members",), "members"):
                for path, factor in asked.spec.factors.items():
                    if path not in (SCENARIO, MEMBERS):
                        self.targets.setdefault(path, []).append(self._targets(case, path, factor))

    def _targets(self, case: Case, path: str, factor: Factor) -> tuple[Target, ...]:
        """Try a factor on a case; list the quantities that its number goes to."""
        found: tuple[Target, ...] = ()
        self._told.clear()
        for where, value in _extremes(factor):
            trial = self._tried(
                case, sets_of(case.scenario, path, factor, value), ("factors", path, *where), path
            )
            if trial and is_numeric(factor):
                found = tuple(
                    each
                    for each in written_to(case.scenario, path)
                    if isinstance(at(trial, each[0]), Quantity)
                )
        return found

    def _tried(self, case: Case, sets: Sequence[str], place: Path, path: str) -> Scenario | None:
        try:
            trial = case.changed([*self._members, *sets])
        except ScenarioError as error:
            messages = {
                fault.message if fault.path == path else f"{fault.path}: {fault.message}"
                for fault in error.faults
            }
            # what is wrong with both ends of an interval is wrong with its path
            self.faults += self.asked.at(
                [(place, message) for message in sorted(messages - self._told)]
            )
            self._told |= messages
            return None
        self.needs |= {
            (state, product): None for state, needs in trial.needs.items() for product in needs
        }
        return trial


def _extremes(factor: Factor) -> list[tuple[Path, Any]]:
    """List the values to try, with their places: a bound that holds at both ends of an interval
    holds inside.
    """
    if factor.values is None:
        return [(("low",), factor.low), (("high",), factor.high)]
    return [(("values", place), value) for place, value in enumerate(factor.values)]


def _misplaced(spec: Spec) -> Iterator[tuple[Path, str]]:
    for path, factor in spec.factors.items():
        outer = next((other for other in spec.factors if path.startswith(f"{other}.")), None)
        if outer:
            yield ("factors", path), f"stands inside of {outer}, another factor"
        if path == MEMBERS:
            yield ("factors", path), "is a key of the study, and the same at every point"
        if spec.design.kind != "list":
            yield from _twice(path, [written(value) for value in factor.values or ()])


def _twice(path: str, texts: Sequence[str]) -> Iterator[tuple[Path, str]]:
    for place, text in enumerate(texts):
        if text in texts[:place]:
            yield ("factors", path, "values", place), f"{text} is given twice"
