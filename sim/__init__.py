"""Simulate supply substitution.

A supplier country is cut off: who can make its goods instead, how soon, at what cost, and what
stays uncovered?

    import sim

    scenario = sim.load("baseline", members=20)
    result = sim.run(scenario)
    result.save("results/baseline")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, LedgerError, RuleError, ScenarioError, SimError
from sim.version import __version__

if TYPE_CHECKING:
    from sim import precedents
    from sim.analysis.discovery.discovery import discover
    from sim.analysis.plan.plan import plan
    from sim.analysis.sensitivity.sensitivity import sensitivity
    from sim.engine.load import load, parse
    from sim.engine.model import SupplyModel
    from sim.engine.run import run
    from sim.experiments.backtest import backtest
    from sim.experiments.backtest_all import backtest_all
    from sim.experiments.compare import compare
    from sim.experiments.comparison import Comparison
    from sim.experiments.scores import Backtest
    from sim.experiments.stress import Stress, stress
    from sim.experiments.systemic import esri
    from sim.report.files import unchecked
    from sim.report.result import Result
    from sim.report.saved import SavedResult
    from sim.report.saved import open_result as open
    from sim.rules.registry import rule
    from sim.scenario.schema import Scenario
    from sim.study.replay import replay
    from sim.study.shards import merge
    from sim.study.study import Study
    from sim.study.sweep import sweep

__all__ = [
    "Backtest",
    "Comparison",
    "InputError",
    "LedgerError",
    "Result",
    "RuleError",
    "SavedResult",
    "Scenario",
    "ScenarioError",
    "SimError",
    "Stress",
    "Study",
    "SupplyModel",
    "__version__",
    "backtest",
    "backtest_all",
    "compare",
    "discover",
    "esri",
    "load",
    "merge",
    "open",
    "parse",
    "plan",
    "precedents",
    "replay",
    "rule",
    "run",
    "sensitivity",
    "stress",
    "sweep",
    "unchecked",
]

_LAZY = {
    "Backtest": "sim.experiments.scores",
    "Comparison": "sim.experiments.comparison",
    "Result": "sim.report.result",
    "SavedResult": "sim.report.saved",
    "Scenario": "sim.scenario.schema",
    "Stress": "sim.experiments.stress",
    "Study": "sim.study.study",
    "SupplyModel": "sim.engine.model",
    "backtest": "sim.experiments.backtest",
    "backtest_all": "sim.experiments.backtest_all",
    "compare": "sim.experiments.compare",
    "discover": "sim.analysis.discovery.discovery",
    "esri": "sim.experiments.systemic",
    "load": "sim.engine.load",
    "merge": "sim.study.shards",
    "open": "sim.report.saved:open_result",
    "parse": "sim.engine.load",
    "plan": "sim.analysis.plan.plan",
    "replay": "sim.study.replay",
    "rule": "sim.rules",
    "run": "sim.engine.run",
    "sensitivity": "sim.analysis.sensitivity.sensitivity",
    "stress": "sim.experiments.stress",
    "sweep": "sim.study.sweep",
    "unchecked": "sim.report.files",
}
"""Name -> the module that holds it, imported when it is first used, so that `import sim` is fast"""
_MODULES = ("precedents",)
"""Modules that are imported in the same way"""


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"sim.{name}")
    if name not in _LAZY:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    module, _, function = _LAZY[name].partition(":")
    value = getattr(import_module(module), function or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
