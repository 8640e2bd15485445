"""Load and check scenarios with the rules that are registered: `sim.load` and `sim.parse`."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from sim.errors import InputError
from sim.kernels.uncollected import uncollected
from sim.scenario.loading import load as loading
from sim.scenario.loading.dump import plain
from sim.scenario.loading.overrides import Keyword
from sim.scenario.schema import Scenario


def load(path: str | os.PathLike[str], sets: Sequence[str] = (), **overrides: Any) -> Scenario:
    """Load and check a scenario: its file, or the name of a shipped one, as in `load("baseline")`.

    A file that is there wins over a name.

    `sets` holds texts `path=value` as the command's `--set` takes them; keywords set top-level
    keys, as in `members=20`. Raises ScenarioError with all faults.
    """
    return loading.load(path, [*sets, *_as_sets(overrides)], rules=_rule_faults)


def load_often(path: str | os.PathLike[str]) -> Callable[..., Scenario]:
    """Read the files of a scenario once, and return a function that loads it with `sets` and
    keywords as `load` takes them, as often as wanted.

    Raises ScenarioError, both here and when the function is called.
    """
    whole = loading.read_whole(path)

    def loaded(sets: Sequence[str] = (), **overrides: Any) -> Scenario:
        return whole.scenario([*sets, *_as_sets(overrides)], rules=_rule_faults)

    return loaded


def parse(data: Mapping[str, Any], sets: Sequence[str] = (), **overrides: Any) -> Scenario:
    """Check a scenario given as plain Python data, such as what a YAML file holds; otherwise like
    `load`.
    """
    return loading.parse(data, [*sets, *_as_sets(overrides)], rules=_rule_faults)


@uncollected()
def changed(scenario: Scenario | str | os.PathLike[str], changes: Mapping[str, Any]) -> Scenario:
    """Return a scenario, given as such or as `load` takes it, with keys and paths changed.

    Raises ScenarioError with all faults.
    """
    if not isinstance(scenario, Scenario):
        return load(scenario, **changes)
    if not changes:
        return scenario
    data = plain(scenario)
    # one scenario may be changed again and again: what it says is taken apart once
    whole = scenario.written(pickle.dumps(data), partial(loading.whole_of, data))
    return whole.scenario(_as_sets(changes), rules=_rule_faults)


def _as_sets(overrides: Mapping[str, Any]) -> list[str]:
    """Write overrides as `--set` takes them: JSON is YAML too; numpy's numbers become Python's."""
    return [Keyword(f"{key}={_json(key, value)}") for key, value in overrides.items()]


def _json(key: str, value: Any) -> str:
    """Write a value as JSON. Raises InputError for what a scenario could not hold either."""
    try:
        return json.dumps(value, default=_pythons)
    except (TypeError, ValueError, AttributeError) as error:
        kind = type(value).__name__
        raise InputError(
            f"{key}: expected numbers, texts, lists, mappings: found {kind}"
        ) from error


def _pythons(number: Any) -> Any:
    return number.item()


def _rule_faults(
    family: str,
    name: str,
    parameters: Mapping[str, Any],
    names: Mapping[str, Collection[str] | None],
) -> dict[str, str]:
    from sim import rules

    rules.plugins.load()
    return rules.check(family, name, parameters, names)
