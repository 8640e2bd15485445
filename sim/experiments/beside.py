"""Find the files that stand beside a scenario and judge it: outcomes, documented cases, plans."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from sim.scenario.loading.shipped import located, shipped_folder
from sim.scenario.schema import Scenario


class Beside(NamedTuple):
    """Name the files that a backtest of a scenario reads; None where there is none."""

    outcomes: Path
    cases: Path | None
    announced: Path | None


def files_beside(scenario: Scenario | str | os.PathLike[str]) -> Beside:
    """Return the files beside a scenario: those that carry its name, `<name>_outcomes.csv` and
    `<name>_announced.yaml`, or else those of the folder, `data/outcomes.csv`, `data/cases.csv` and
    `announced_plan.yaml`.
    """
    if isinstance(scenario, Scenario):
        folder, stem = shipped_folder(), scenario.name
    else:
        path = Path(located(scenario))
        folder, stem = path.parent, path.stem
    own = folder / f"{stem}_outcomes.csv"
    if own.exists():
        plans = folder / f"{stem}_announced.yaml"
        return Beside(own, None, plans if plans.exists() else None)
    return Beside(
        folder / "data/outcomes.csv", folder / "data/cases.csv", folder / "announced_plan.yaml"
    )
