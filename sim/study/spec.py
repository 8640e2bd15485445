"""Describe a study (its scenario, factors and design), and read it from YAML or Python data, each
fault with its place.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from sim.errors import Fault, InputError, Place, ScenarioError
from sim.scenario.loading.bounds import Bounds
from sim.scenario.loading.folders import STUDY, inside
from sim.scenario.loading.paths import fault_at
from sim.scenario.loading.schema_walk import in_full, keys_of
from sim.scenario.loading.shipped import beside
from sim.scenario.loading.source_tree import Path, Written, bare, from_python
from sim.scenario.loading.yaml_marks import read
from sim.scenario.quantity import Frozen
from sim.scenario.suggestions import found, kind_of, meant, nearest

SCENARIO = "scenario"
"""The factor whose values are scenario files."""
MOST_POINTS = 10_000_000

Kind = Literal["grid", "list", "random", "latin_hypercube", "sobol", "saltelli", "morris"]
LISTED: tuple[Kind, ...] = ("grid", "list")
"""Designs made of the factors' own values, without draws."""


class Factor(Frozen):
    """Give the range of a value of the scenario that varies: an interval, or a choice of values."""

    low: float | None = Field(None, allow_inf_nan=False)
    """The lowest value; give `low` and `high` together."""
    high: float | None = Field(None, allow_inf_nan=False)
    """The highest value."""
    dist: Literal["uniform", "loguniform", "triangular"] = "uniform"
    """How points are distributed between low and high."""
    mode: float | None = Field(None, allow_inf_nan=False)
    """The peak of a triangular distribution; if not given, the middle."""
    values: list[Any] | None = None
    """The values to choose from; each is a value as for `--set` or, for the factor `scenario`, a
    file."""

    @model_validator(mode="before")
    @classmethod
    def _accept_list(cls, data: Any) -> Any:
        return {"values": data} if isinstance(data, list) else data

    @model_validator(mode="after")
    def _check_form(self) -> Factor:
        interval = {"low", "high", "dist", "mode"} & self.model_fields_set
        if self.values is None:
            self._check_interval()
        elif interval:
            raise PydanticCustomError("factor", "give either values, or low and high")
        elif not self.values:
            raise PydanticCustomError("factor", "values is empty")
        return self

    def _check_interval(self) -> None:
        if self.low is None or self.high is None:
            raise PydanticCustomError("factor", "give low and high, or values")
        if self.low >= self.high:
            raise PydanticCustomError(
                "factor", "low {low} is not below high {high}", {"low": self.low, "high": self.high}
            )
        if self.dist == "loguniform" and self.low <= 0:
            raise PydanticCustomError("factor", "dist: loguniform needs low above 0")
        is_peaked = self.dist == "triangular"
        if self.mode is not None and not (is_peaked and self.low <= self.mode <= self.high):
            raise PydanticCustomError(
                "factor", "mode needs dist: triangular and lies between low and high"
            )


class Design(Frozen):
    """Say which points of the factors' ranges are run."""

    kind: Kind = "grid"
    """grid: all combinations of the values; list: the first values of all factors together, then
    the second ones, and so on; the other kinds draw points."""
    points: Annotated[int, Field(ge=1, le=MOST_POINTS)] | None = None
    """How many points are drawn. For saltelli it is the base sample N, which gives N (factors + 2)
    points; for morris the number of trajectories, of factors + 1 points each."""
    seed: Annotated[int, Field(ge=0, le=2**32 - 2)] = 0
    """The seed of the design's own draws; members draw by the scenario's seed."""


class Spec(Frozen):
    """Hold a study as it was asked for."""

    scenario: str | None = None
    """The scenario file, relative to the study file; none if the factor `scenario` chooses one."""
    factors: dict[str, Factor] = Field(default_factory=dict)
    """What varies, each by its path as for `--set`."""
    design: Design = Design()
    """Which points are run."""
    members: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Members of each point, with the same draws at every point; if not given, the scenario's
    number."""
    months: Annotated[int, Field(ge=1, le=1200)] | None = None
    """How many months are run; if not given, the scenario's number."""
    metrics: list[str] | None = None
    """The metrics to keep of each run; if not given, every metric of a run's summary."""


@dataclass(frozen=True)
class Asked:
    """Hold what could be read of a study, the tree that it was read from, and what is wrong with it
    so far.
    """

    spec: Spec
    tree: Written
    faults: tuple[Fault, ...]
    folder: str
    """Relative files count from here."""
    unread: frozenset[str] = frozenset()
    """Keys that hold something else than they should: of them nothing more can be said."""

    def at(self, findings: Sequence[tuple[Path, str]]) -> list[Fault]:
        """Place findings, (path, message), where they stand."""
        return [fault_at(self.tree, path, message) for path, message in findings]


def read_study(path: str | os.PathLike[str]) -> Asked:
    """Read a study file.

    Raises InputError without one, ScenarioError where it is no YAML mapping; what else is wrong
    stands in `faults`.
    """
    file = os.fspath(path)
    if not file:
        raise InputError("expected a study's file, found text ''")
    try:
        data = Bounds().read(file)
    except OSError as error:
        reason = (error.strerror or str(error)).lower() + _meant(error, file)
        raise ScenarioError([Fault(Place(file), "", f"cannot be read: {reason}")]) from error
    tree = read(data, file)
    return _asked(Written(None, Place(file)) if tree is None else tree, os.path.dirname(file))


def _meant(error: OSError, file: str) -> str:
    """Say which file may be meant where a study cannot be read, to end a message."""
    if isinstance(error, IsADirectoryError):
        return inside(file, STUDY)
    return beside(file) if isinstance(error, FileNotFoundError) else ""


def ask(data: Mapping[str, Any]) -> Asked:
    """Take a study from plain Python data, as `read_study` takes it from a file; files count from
    the working directory.
    """
    return _asked(from_python(data, Place("<dict>")), "")


def dump_study(spec: Spec) -> str:
    """Write a study as YAML, without what it leaves to defaults."""
    data = spec.model_dump(exclude_unset=True)
    factors = data.pop("factors", {})
    # JSON on one line is YAML to the reader, whatever the values are
    top = [f"{key}: {_inline(value)}" for key, value in data.items() if value is not None]
    return "\n".join(
        [
            *top,
            "factors:",
            *(f"  {_inline(path)}: {_inline(factor)}" for path, factor in factors.items()),
            "",
        ]
    )


def _inline(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _asked(tree: Written, folder: str) -> Asked:
    if tree.mapping is None:
        raise ScenarioError(
            [Fault(tree.place, "", f"expected a mapping of keys, found {kind_of(tree.value)}")]
        )
    if {"states", "extends"} & tree.members.keys() and "factors" not in tree.members:
        raise ScenarioError(
            [Fault(Place(tree.place.file), "", "is a scenario, not a study; see sim run")]
        )
    tree = _in_full(tree)
    try:
        return Asked(Spec.model_validate(bare(tree)), tree, (), folder)
    except ValidationError as error:
        details = error.errors(include_url=False)
    faults = tuple(_fault(detail, tree) for detail in details)
    sound = tree
    for detail in details:
        sound = _without(sound, detail["loc"])
    unread = frozenset(str(detail["loc"][0]) for detail in details)
    return Asked(Spec.model_validate(bare(sound)), tree, faults, folder, unread)


def _in_full(tree: Written) -> Written:
    """Write out a factor given as a bare list, so that what is wrong with an item of it can be
    placed.
    """
    factors = tree.members.get("factors")
    if factors is None or factors.mapping is None:
        return tree
    full = {
        path: in_full(each, "values") if isinstance(each.value, list) else each
        for path, each in factors.members.items()
    }
    return tree.changed({**tree.members, "factors": factors.changed(full)})


def _without(tree: Written, loc: tuple[str | int, ...]) -> Written:
    """Take away what an error speaks of: one factor, or a whole key."""
    key, *rest = loc
    members = dict(tree.members)
    if key == "factors" and rest and members.get(key, tree).mapping is not None:
        inner = members[key]
        members[key] = inner.changed(
            {name: each for name, each in inner.members.items() if name != rest[0]}
        )
    else:
        members.pop(key, None)
    return tree.changed(members)


_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}
_MODELS: Mapping[str, type[Frozen]] = {"factors": Factor, "design": Design}


def _fault(detail: Mapping[str, Any], tree: Written) -> Fault:
    loc, kind, value = detail["loc"], detail["type"], detail["input"]
    is_key = loc[-1] == "[key]"
    path = loc[:-1] if is_key else loc
    if kind == "extra_forbidden":
        allowed = keys_of(Spec if len(path) == 1 else _MODELS[str(path[0])])
        return fault_at(
            tree, path, f"unknown key{meant(path[-1], allowed, 'allowed')}", at_key=True
        )
    if kind in _EXPECTED:
        expected = "a path in the scenario" if is_key else _EXPECTED[kind]
        return fault_at(tree, path, f"expected {expected}, found {found(value)}", at_key=is_key)
    return fault_at(tree, path, _message(kind, value, detail))


def _message(kind: str, value: Any, detail: Mapping[str, Any]) -> str:
    context = detail.get("ctx", {})
    if kind == "literal_error":
        allowed = str(context["expected"]).replace("'", "")
        near = nearest(value, allowed.replace(" or ", ", ").split(", "))
        return f"expected {allowed}, found {found(value)}" + (
            f"; did you mean '{near}'?" if near else ""
        )
    if kind == "greater_than_equal":
        return f"{value} is below {context['ge']}"
    if kind == "less_than_equal":
        return f"{value} is above {context['le']}"
    return f"{value} is not a finite number" if kind == "finite_number" else str(detail["msg"])
