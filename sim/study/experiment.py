"""Hold a checked study, ready to run: its points, what each of them changes, and the tasks that run
them side by side.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, ScenarioError
from sim.kernels.arrays import Bools, Ints
from sim.metrics.derive import summary_names
from sim.scenario.schema import Scenario
from sim.study.designs import Column, columns, design_findings
from sim.study.factors import Case, Target, Trial, load_cases, sets_of, written
from sim.study.observables import Row, metric_findings, rows_of
from sim.study.spec import SCENARIO, Asked, Spec, dump_study
from sim.study.worker import Task, side_by_side_at_most


@dataclass(frozen=True, eq=False)
class Experiment:
    """Hold a checked study.

    Points are numbered in the order of the design, later ones of a study that has grown last.
    """

    spec: Spec
    """As asked for, with scenarios named as in the study's folder, members and metrics written out
    """
    cases: tuple[Case, ...]
    targets: Mapping[str, Sequence[tuple[Target, ...]]]
    """Factor -> for each case the quantities that its number goes to; none where it changes the
    structure"""
    rows: tuple[Row, ...]
    """The numbers kept of each run"""
    columns: Mapping[str, Column]
    """Factor -> its number, or the place in its list of values, at each point"""

    @property
    def members(self) -> int:
        """Say how many members each point has."""
        return self.spec.members or 1

    @property
    def points(self) -> int:
        """Say how many points there are."""
        return len(next(iter(self.columns.values())))

    def value(self, path: str, point: int) -> Any:
        """Give a factor's value at a point, as it was asked for."""
        values, found = self.spec.factors[path].values, self.columns[path][point].item()
        return found if values is None else values[int(found)]

    def case(self, point: int) -> Case:
        """Give the case that a point runs."""
        return self.cases[int(self.columns[SCENARIO][point]) if SCENARIO in self.columns else 0]

    def sets(self, point: int) -> tuple[str, ...]:
        """List what a point sets in its case, as `--set` takes it."""
        case, factors = self.case(point), self.spec.factors
        return tuple(
            text
            for path in self.columns
            if path != SCENARIO
            for text in sets_of(case.scenario, path, factors[path], self.value(path, point))
        )

    def scenario(self, point: int) -> Scenario:
        """Make the scenario of a point. Raises ScenarioError."""
        return self.case(point).changed([f"members={self.members}", *self.sets(point)])

    def table(self) -> list[tuple[str, ...]]:
        """Write each point as the cells of a table."""
        each = (self.cells(path) for path in self.columns)
        return list(zip(*each, strict=True))

    def cells(self, path: str, part: slice = slice(None)) -> list[str]:
        """Write a factor's values at some points as the cells of a table."""
        values, column = self.spec.factors[path].values, self.columns[path][part].tolist()
        if values is None:
            return [repr(each) for each in column]
        return [written(values[each]) for each in column]

    def tasks(self, pending: Bools) -> Iterator[Task]:
        """Make tasks of the columns pending, [points, members]: those that agree in structure
        together.
        """
        width = side_by_side_at_most(self.rows)
        for points in self._alike:
            place, members = np.nonzero(pending[points])
            if place.size:
                first = int(points[0])
                case, sets = self.cases.index(self.case(first)), self.sets(first)
            for start in range(0, place.size, width):
                some = slice(start, start + width)
                yield self._task(case, sets, points[place[some]], members[some])

    def _task(self, case: int, sets: tuple[str, ...], points: Ints, members: Ints) -> Task:
        """Make a task of columns that agree in structure: with a point that sets this in a case."""
        numbers: dict[str, NDArray[np.float64]] = {}
        for path, each in self.targets.items():
            found = self._numbers(path, points)
            numbers |= {
                target: found if share == 1 else found * share for target, share in each[case]
            }
        return Task(
            source=self.cases[case].source,
            sets=sets,
            numbers={path: tuple(column.tolist()) for path, column in numbers.items()},
            points=tuple(points.tolist()),
            members=tuple(members.tolist()),
            rows=self.rows,
        )

    def _numbers(self, path: str, points: Ints | slice = slice(None)) -> NDArray[np.float64]:
        values, column = self.spec.factors[path].values, self.columns[path][points]
        return (
            column.astype(np.float64)
            if values is None
            else np.array(values, dtype=np.float64)[column]
        )

    @cached_property
    def _alike(self) -> list[Ints]:
        """Group the points that agree in structure: in all but numbers, and in which numbers are 0,
        for 0 may close a link.
        """
        keys = [
            self._numbers(path) == 0 if path in self.targets else column
            for path, column in self.columns.items()
        ]
        _, group = np.unique(np.array(keys, dtype=np.float64).T, axis=0, return_inverse=True)
        order = np.argsort(group.ravel(), kind="stable")
        return np.split(order, np.flatnonzero(np.diff(group.ravel()[order])) + 1)

    def after(self, older: Sequence[tuple[str, ...]]) -> Experiment:
        """Put the points `older` first, in their order, and the others after them.

        Raises InputError where some of them are not among the points.
        """
        places: dict[tuple[str, ...], list[int]] = {}
        newer = self.table()
        for place, cells in enumerate(newer):
            places.setdefault(cells, []).append(place)
        missing = sum((Counter(older) - Counter(newer)).values())
        if missing:
            raise InputError(
                f"{missing} of its {len(older)} points are not in the new design; make it a study"
                " of its own"
            )
        first = [places[cells].pop(0) for cells in older]
        taken = set(first)
        order = [*first, *(place for place in range(len(newer)) if place not in taken)]
        return replace(self, columns={path: column[order] for path, column in self.columns.items()})

    def marks(self) -> dict[str, str]:
        """Sum up, by what a study may not change half-way, what this one is."""
        factors = {
            path: None if factor.values is None else "values"
            for path, factor in self.spec.factors.items()
        }
        return {
            "scenario": _summed({case.label: case.digest for case in self.cases}),
            "factors": _summed(factors),
            "metrics": _summed([list(row) for row in self.rows]),
        }

    def design(self) -> str:
        """Sum up the design: the factors with their ranges and how points are chosen in them."""
        return _summed(dump_study(self.spec.model_copy(update={"members": None, "metrics": None})))


def prepared(asked: Asked, scenarios: Sequence[Scenario] = ()) -> Experiment:
    """Check a study throughout and make it ready. Raises ScenarioError with all faults together."""
    spec = asked.spec
    cases, faults = load_cases(asked, scenarios)
    faults += asked.faults
    if not spec.factors and "factors" not in asked.unread:
        faults += asked.at([(("factors",), "a study needs at least one factor")])
    if not {"design", "factors"} & asked.unread:
        faults += asked.at(list(design_findings(spec)))
    trial = Trial(asked, cases)
    faults += trial.faults
    metrics = summary_names() if spec.metrics is None else spec.metrics
    if cases:
        known = [case.scenario for case in cases]
        faults += asked.at(list(metric_findings(metrics, known, list(trial.needs))))
    if faults:
        raise ScenarioError(faults)
    return Experiment(
        spec=_resolved(spec, cases, metrics),
        cases=tuple(cases),
        targets={path: each for path, each in trial.targets.items() if all(each)},
        rows=rows_of(metrics, list(trial.needs)),
        columns=columns(spec.design, spec.factors),
    )


def _resolved(spec: Spec, cases: Sequence[Case], metrics: Sequence[str]) -> Spec:
    """Write into a study what it left open, and its scenarios by their labels."""
    members = cases[0].scenario.members if spec.members is None else spec.members
    resolved: dict[str, Any] = {"metrics": metrics, "members": members, "months": None}
    if SCENARIO in spec.factors:
        labels = {"values": [case.label for case in cases]}
        chosen = spec.factors[SCENARIO].model_copy(update=labels)
        resolved["factors"] = {**spec.factors, SCENARIO: chosen}
    else:
        resolved["scenario"] = cases[0].label
    return spec.model_copy(update=resolved)


def _summed(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
