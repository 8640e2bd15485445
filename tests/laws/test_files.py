"""Laws of change: one world may be written in several ways, and says the same."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import sim
from tests.laws.worlds import few, worlds

pytestmark = pytest.mark.untraced

Tree = dict[str, Any]


def tables(result: sim.Result, folder: Path) -> dict[str, bytes]:
    """Return the tables of a result as bytes, and its scenario."""
    saved = result.save(folder, figures=False)
    return {
        path.name: path.read_bytes() for path in saved.iterdir() if path.name != "manifest.json"
    }


@few
@given(worlds(), st.integers(1, 3))
def test_a_run_of_a_runs_own_scenario_is_the_run(world: Tree, members: int) -> None:
    with TemporaryDirectory() as name:
        first = tables(sim.run(sim.parse({**world, "members": members})), Path(name) / "first")
        again = sim.load(Path(name) / "first" / "scenario.yaml")
        assert tables(sim.run(again), Path(name) / "second") == first


@few
@given(worlds(), st.data())
def test_a_world_that_extends_another_is_the_two_in_one(world: Tree, data: st.DataObject) -> None:
    """Some sections, and some of what goes by a name in them, stand in the file that extends."""
    base, child = copy.deepcopy(world), {}
    for section in "events", "programmes", "trade", "factories", "needs":
        for name in list(world[section]):
            if data.draw(st.booleans()):
                child.setdefault(section, {})[name] = copy.deepcopy(world[section][name])
                if data.draw(st.booleans()) and section != "events":
                    continue
                del base[section][name]
    with TemporaryDirectory() as folder:
        for file, tree in ("base", base), ("child", {"extends": "base.yaml", **child}):
            text = yaml.safe_dump(tree, sort_keys=False)
            (Path(folder) / f"{file}.yaml").write_text(text, encoding="utf-8")
        assert _content(sim.load(Path(folder) / "child.yaml")) == _content(sim.parse(world))


def _content(scenario: sim.Scenario) -> Any:
    """Return a scenario as plain data, whose order of keys does not count."""
    return json.loads(scenario.model_dump_json(by_alias=True))


def _numbers(node: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """List the paths of all numbers of a world."""
    if isinstance(node, dict):
        return [each for key, below in node.items() for each in _numbers(below, (*path, str(key)))]
    is_number = isinstance(node, (int, float)) and not isinstance(node, bool)
    return [path] if is_number else []


@few
@given(worlds(), st.data())
def test_a_number_that_is_set_is_one_that_was_edited(world: Tree, data: st.DataObject) -> None:
    """Bare, or as a quantity with a time base, where rates are meant."""
    known = [
        path
        for path in _numbers(world)
        if path[0] in ("factories", "needs", "trade", "events", "programmes")
    ]
    path = data.draw(st.sampled_from(known))
    is_rate = path[-1] in ("capacity", "cap", "units")
    per_year: Any = {"value": 6, "per": "year"}
    value = data.draw(st.sampled_from([1, per_year])) if is_rate else 1
    edited = json.loads(json.dumps(world))
    node = edited
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    for needs in edited["needs"].values():
        for need in needs.values():
            if "by_year" in need:
                need["by_year"] = {int(year): units for year, units in need["by_year"].items()}
    asked = f"{'.'.join(path)}={json.dumps(value)}"
    assert _content(sim.parse(world, [asked])) == _content(sim.parse(edited))
