"""What the world's arrays say of who writes them is so: each step of a month changes those arrays
alone whose captions name its file."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.engine import model as month
from sim.engine.model import SupplyModel
from sim.events.apply import Events
from sim.kernels.refusals import Refusals
from sim.scenario.schema import Scenario
from sim.world.axes import Axes
from sim.world.world import World
from tests.random_worlds import random_scenario
from tests.whole_world import whole, whole_world
from tests.worlds import propulsion_world

pytestmark = pytest.mark.untraced

Arrays = dict[str, Any]
CALLS = re.findall(
    r"^ {8,12}(?:self\.)?(\w+)\.(\w+)\(.*world", inspect.getsource(SupplyModel.step), re.MULTILINE
)
STEPS = [(module, function) for module, function in CALLS if hasattr(month, module)]
MORE = {"kind": "demand", "date": "2014-03", "state": "AAA", "product": "sets", "units": 3}
CLOSURE = {"kind": "closure", "date": "2014-10", "factory": "far_works"}
"""When its capacity is on its way back."""
WORLDS: list[Callable[[], Scenario]] = [
    whole_world,
    lambda: whole_world(rules={}),
    lambda: whole_world(events={**whole()["events"], "end": CLOSURE, "more": MORE}),
    propulsion_world,
    *(lambda seed=seed: random_scenario(seed) for seed in range(3)),
]


def parts(whole: Any) -> Iterator[tuple[str, Any]]:
    """List the arrays of the world and of its parts as `Class.field`, as they are now."""
    for field in dataclasses.fields(whole):
        value = getattr(whole, field.name)
        name = f"{type(whole).__name__}.{field.name}"
        if isinstance(value, Axes):
            continue
        if dataclasses.is_dataclass(value) and type(value).__module__.startswith("sim.world."):
            yield from parts(value)
        elif dataclasses.is_dataclass(value):
            yield from ((name, each) for _, each in parts(value))
        elif isinstance(value, np.ndarray):
            yield name, value
    if isinstance(whole, World):
        yield "World.limits", np.array(whole.limits is None)
        if whole.needs.refusals is None:
            nothing = Refusals.none(whole.needs.backlog.shape, whole.axes.final, 0)
            yield from (("Needs.refusals", each) for _, each in parts(nothing))
        yield "Links.kept_away", np.array(whole.links.kept_away is None)


def taken(world: World) -> list[tuple[str, Any]]:
    """Copy the arrays of the world."""
    return sorted(((name, array.copy()) for name, array in parts(world)), key=lambda each: each[0])


def changed(before: list[tuple[str, Any]], world: World) -> set[str]:
    """Name the arrays that are not as they were."""
    after = sorted(parts(world), key=lambda each: each[0])
    if [name for name, _ in before] != [name for name, _ in after]:
        # a part came or went as a whole: what limits the month
        kept = {"World.limits"}
        before = [each for each in before if each[0] not in kept]
        after = [each for each in after if each[0] not in kept]
    else:
        kept = set()
    return kept | {
        name
        for (name, old), (_, new) in zip(before, after, strict=True)
        if old.shape != new.shape or not np.array_equal(old, new, equal_nan=old.dtype.kind == "f")
    }


def captions() -> dict[str, set[str]]:
    """Read who writes each array, as the string under its field says: files of a month, events."""
    found: dict[str, set[str]] = {}
    for name in ("world", "lot_accounts", "projects", "ramps", "clocks", "trade_caps"):
        module = sys.modules[f"sim.world.{name}"]
        for kind in vars(module).values():
            if dataclasses.is_dataclass(kind) and kind.__module__ == module.__name__:
                owner = str(getattr(kind, "__name__", ""))
                found |= {f"{owner}.{key}": who for key, who in written(kind)}
    for name, who in list(found.items()):
        kind, _, key = name.partition(".")
        if kind == "Projects":
            found.setdefault(f"Works.{key}", who)
    return found


def written(kind: Any) -> Iterator[tuple[str, set[str]]]:
    """List the fields of a class with those who write them."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    for field, below in pairwise(body.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            text = ""
            if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                text = " ".join(str(below.value.value).split())
            yield field.target.id, writers(text)


def writers(text: str) -> set[str]:
    """Find the names in the clauses that say who writes."""
    clauses = [each for each in re.split(r"[;:.] ", text) if re.search(r"\bwrites? it\b", each)]
    return {name for each in clauses for name in re.findall(r"month/\w+|\bevents\b", each)}


@pytest.fixture(scope="module")
def seen() -> dict[str, set[str]]:
    """Run the worlds month by month, and note which arrays each step changed."""
    found: dict[str, set[str]] = {}

    def watched(writer: str, step: Callable[..., Any], place: int) -> Callable[..., Any]:
        def watching(*given: Any) -> Any:
            before = taken(given[place])
            result = step(*given)
            for name in changed(before, given[place]):
                found.setdefault(name, set()).add(writer)
            return result

        return watching

    with pytest.MonkeyPatch.context() as patch:
        modules: dict[str, dict[str, Any]] = {}
        for name, function in STEPS:
            step = getattr(getattr(month, name), function)
            modules.setdefault(name, {})[function] = watched(f"month/{name}", step, 0)
        for name, steps in modules.items():
            own = {**vars(getattr(month, name)), **steps}
            patch.setattr(month, name, SimpleNamespace(**own))
        for name in ("apply", "observe"):
            patch.setattr(Events, name, watched("events", getattr(Events, name), 1))
        for make in WORLDS:
            scenario = make()
            model = SupplyModel(scenario, range(2))
            for name in ("recorder", "bullwhip", "seasons", "books"):
                looker = getattr(model, name)
                function = "close" if name == "books" else "record"
                patch.setattr(
                    looker, function, watched(name, getattr(looker, function), 0), raising=False
                )
            for _ in range(scenario.months):
                model.step()
    return found


def test_the_steps_are_those_of_a_month() -> None:
    assert len(STEPS) > 14
    assert {module for module, _ in CALLS} - {module for module, _ in STEPS} == {
        "events",
        "recorder",
        "bullwhip",
        "seasons",
        "books",
    }


def test_a_step_changes_what_its_captions_say(seen: dict[str, set[str]]) -> None:
    said = captions()
    unsaid = {
        name: sorted(who - said[name]) for name, who in sorted(seen.items()) if who - said[name]
    }
    assert not unsaid


def test_whoever_is_said_to_write_writes(seen: dict[str, set[str]]) -> None:
    """In one of the worlds at least; so the worlds use every part of a month."""
    idle = {
        f"{name}: {writer}"
        for name, who in captions().items()
        for writer in who - seen.get(name, set()) - of_works(name, seen)
        if not name.startswith("Works.")
    }
    assert idle == set()


def of_works(name: str, seen: dict[str, set[str]]) -> set[str]:
    """Return who writes what works have as projects have it."""
    return seen.get(f"Works.{name.partition('.')[2]}", set()) if "Projects." in name else set()


def test_only_files_of_a_month_and_events_write() -> None:
    files = {f"month/{module}" for module, _ in STEPS} | {"events"}
    assert set.union(*captions().values()) <= files


def test_a_caption_that_names_nobody_would_be_noticed() -> None:
    assert writers("Money; month/billing and events write it") == {"month/billing", "events"}
    assert writers("What events make of it") == set()
