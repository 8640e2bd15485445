"""Simulate supply substitution: who can make a cut-off supplier's goods, how soon, at what cost, and what stays uncovered.

import sim

scenario = sim.load("scenarios/baseline.yaml", members=20)
result = sim.run(scenario)
result.save("results/baseline")
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, LedgerError, RuleError, ScenarioError, SimError
from sim.version import __version__

if TYPE_CHECKING:
    from sim.report.result import Result
    from sim.run import run
    from sim.scenario.schema import Scenario

__all__ = [
    "Backtest",
    "Comparison",
    "InputError",
    "LedgerError",
    "Result",
    "RuleError",
    "Scenario",
    "ScenarioError",
    "SimError",
    "Study",
    "__version__",
    "backtest",
    "compare",
    "discover",
    "load",
    "merge",
    "parse",
    "plan",
    "replay",
    "rule",
    "run",
    "sensitivity",
    "stress",
    "sweep",
]

_LAZY = {
    "Backtest": "sim.backtest",
    "Comparison": "sim.compare",
    "Result": "sim.report.result",
    "Scenario": "sim.scenario.schema",
    "Study": "sim.study",
    "backtest": "sim.backtest",
    "compare": "sim.compare",
    "discover": "sim.analysis.discovery",
    "merge": "sim.study",
    "plan": "sim.analysis.plan",
    "replay": "sim.study",
    "rule": "sim.rules",
    "run": "sim.run",
    "sensitivity": "sim.analysis.sensitivity",
    "stress": "sim.stress",
    "sweep": "sim.study",
}
"""What is imported on first use, and from where: `import sim` stays fast."""


def load(path: str | os.PathLike[str], sets: Sequence[str] = (), **overrides: Any) -> Scenario:
    """Load and check a scenario file.

    `sets` holds texts `path=value` as the command's `--set` takes them; keywords set top-level keys, as in `members=20`.
    Raises ScenarioError with all faults.
    """
    from sim import scenario

    return scenario.load(path, [*sets, *_as_sets(overrides)], rules=_rule_faults)


def parse(data: Mapping[str, Any], sets: Sequence[str] = (), **overrides: Any) -> Scenario:
    """Check a scenario given as plain Python data; otherwise as `load`."""
    from sim import scenario

    return scenario.parse(data, [*sets, *_as_sets(overrides)], rules=_rule_faults)


def _as_sets(overrides: Mapping[str, Any]) -> list[str]:
    """Write overrides as `--set` takes them: JSON is YAML too; numpy's numbers become Python's."""
    return [f"{key}={json.dumps(value, default=lambda number: number.item())}" for key, value in overrides.items()]


def _rule_faults(family: str, name: str, parameters: Mapping[str, Any], names: Mapping[str, Collection[str] | None]) -> dict[str, str]:
    from sim import rules

    rules.plugins.load()
    return rules.check(family, name, parameters, names)


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    value = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """Keep `sim.run` and its like the functions: importing a module of the same name would put itself in their place."""

    def __setattr__(self, name: str, value: object) -> None:
        if name not in _LAZY or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
