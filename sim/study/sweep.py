"""Run a study into a folder: begin it, resume it, let it grow, run a share of it, join shares, run one of its runs again."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import InputError
from sim.kernels.sums import Bools
from sim.report.result import Result
from sim.run import run as run_scenario
from sim.scenario.schema import Scenario
from sim.study.crew import crew
from sim.study.dispatch import Dispatch
from sim.study.experiment import Experiment, prepared
from sim.study.results import finish, require_pyarrow
from sim.study.spec import SCENARIO, Asked, ask, read_study
from sim.study.store import DONE, FAILED, SPEC, STATE, State, Store, create, locked
from sim.study.study import Study

Progress = Callable[[int, int], None]
"""(member-runs done, member-runs in all)"""


def sweep(
    scenario: Scenario | str | os.PathLike[str] | None,
    design: Mapping[str, Any] | str = "grid",
    *,
    factors: Mapping[str, Any],
    members: int | None = None,
    months: int | None = None,
    metrics: Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    **how: Any,
) -> Study:
    """Run a scenario at many points and return the study, whose `points`, `results` and `failures` are frames.

    `factors` holds by path of the scenario an interval {low, high, dist} or a list of values; `design` a kind, or a
    mapping {kind, points, seed}. Without `out` the study's folder lasts as long as the study. `how` are the keywords of
    `run_study`. Raises ScenarioError with all faults of the study together.
    """
    data: dict[str, Any] = {"factors": factors, "design": {"kind": design} if isinstance(design, str) else design}
    given = {"members": members, "months": months, "metrics": metrics}
    data |= {key: value for key, value in given.items() if value is not None}
    if isinstance(scenario, Scenario):
        return run_study(ask(data), out, scenarios=[scenario], **how)
    return run_study(ask(data if scenario is None else {"scenario": os.fspath(scenario), **data}), out, **how)
